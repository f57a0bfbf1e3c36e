/* Pixels that are all the same are shared, and only those that were said to be so.
 *
 * SPDX-License-Identifier: MIT
 */
#include "uniform.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static struct tw_array make(void *pixels, int32_t side_px, enum tw_dtype dtype)
{
    return (struct tw_array){
        .pixels = pixels, .width_px = side_px, .height_px = side_px, .dtype = (int32_t)dtype};
}

static void equal_values_share_pixels_over_resets(void **state)
{
    struct tw_arena *arena = tw_arena_new(0);
    const uint8_t seven = 7;
    const float half = 0.5f;
    (void)state;
    uint8_t *first = tw_uniform_pixels(arena, &seven, TW_UINT8, 1000);
    assert_non_null(first);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(first[i], 7);
    tw_arena_reset(arena);
    assert_ptr_equal(tw_uniform_pixels(arena, &seven, TW_UINT8, 900), first);
    assert_ptr_not_equal(tw_uniform_pixels(arena, &seven, TW_UINT8, 1001), first);
    const float *other = tw_uniform_pixels(arena, &half, TW_FLOAT32, 37);
    assert_non_null(other);
    for (int i = 0; i < 37; i++)
        assert_true(other[i] == 0.5f);
    tw_arena_free(arena);
}

static void only_shared_pixels_that_are_valid_are_uniform(void **state)
{
    struct tw_arena *arena = tw_arena_new(0);
    const uint8_t seven = 7;
    uint8_t own[16], valid[16] = {TW_VALID};
    (void)state;
    memset(own, 7, sizeof(own));
    struct tw_array array = make(own, 4, TW_UINT8);
    assert_false(tw_uniform_is(arena, &array));
    array.pixels = tw_uniform_pixels(arena, &seven, TW_UINT8, 16);
    assert_true(tw_uniform_is(arena, &array));
    assert_false(tw_uniform_is(NULL, &array));
    array.valid = valid;
    assert_false(tw_uniform_is(arena, &array));
    tw_arena_free(arena);
}

static void a_crop_shares_them_too(void **state)
{
    struct tw_arena *arena = tw_arena_new(0);
    const uint8_t seven = 7;
    struct tw_array array = make(tw_uniform_pixels(arena, &seven, TW_UINT8, 64), 8, TW_UINT8), part;
    const int32_t rectangle[4] = {2, 3, 4, 5};
    (void)state;
    assert_true(tw_array_crop(arena, &array, rectangle, &part));
    assert_ptr_equal(part.pixels, array.pixels);
    assert_int_equal(part.width_px * 100 + part.height_px, 405);
    assert_true(tw_uniform_is(arena, &part));
    tw_arena_free(arena);
}

static void too_many_are_refused_and_forgotten_at_the_reset(void **state)
{
    struct tw_arena *arena = tw_arena_new(0), *small = tw_arena_new(8000);
    (void)state;
    for (uint8_t value = 0; value < 8; value++)
        assert_non_null(tw_uniform_pixels(arena, &value, TW_UINT8, 10));
    const uint8_t nine = 9, zero = 0;
    uint8_t *kept = tw_uniform_pixels(arena, &zero, TW_UINT8, 10);
    assert_null(tw_uniform_pixels(arena, &nine, TW_UINT8, 10));
    assert_ptr_equal(tw_uniform_pixels(arena, &zero, TW_UINT8, 10), kept);
    tw_arena_reset(arena);
    assert_non_null(tw_uniform_pixels(arena, &nine, TW_UINT8, 10));
    assert_non_null(tw_uniform_pixels(small, &nine, TW_UINT8, 1000));
    assert_null(tw_uniform_pixels(small, &zero, TW_UINT8, 1));
    tw_arena_free(arena);
    tw_arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_share_pixels_over_resets),
        cmocka_unit_test(only_shared_pixels_that_are_valid_are_uniform),
        cmocka_unit_test(a_crop_shares_them_too),
        cmocka_unit_test(too_many_are_refused_and_forgotten_at_the_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
