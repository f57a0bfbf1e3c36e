/* Halving and doubling. The array of most tests, 4 x 2 pixels of which one is nodata (-):
 *
 *      1   2   10  20
 *      3   5   30   -
 *
 * SPDX-License-Identifier: MIT
 */
#include "rescale.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

static const double pixels[8] = {1, 2, 10, 20, 3, 5, 30, 99};
static uint8_t validity[8] = {255, 255, 255, 255, 255, 255, 255, 0};

static struct tw_array small(struct tw_arena *arena, enum tw_dtype dtype)
{
    struct tw_array array = {.width_px = 4, .height_px = 2, .dtype = (int32_t)dtype};
    assert_true(tw_array_alloc(arena, &array, false));
    tw_pixels_convert(pixels, TW_FLOAT64, array.pixels, dtype, 8);
    array.valid = validity;
    return array;
}

static void check_halved(enum tw_dtype dtype, enum tw_resampling resampling, double left, double right)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_array from = small(arena, dtype), to;
    assert_true(tw_array_halve(arena, &from, resampling, &to));
    assert_int_equal(to.width_px, 2);
    assert_int_equal(to.height_px, 1);
    assert_int_equal(to.valid[0], TW_VALID);
    assert_float_equal(tw_array_get(&to, 0), left, 1e-6);
    assert_int_equal(to.valid[1], isnan(right) ? 0 : TW_VALID);
    if (!isnan(right))
        assert_float_equal(tw_array_get(&to, 1), right, 1e-6);
    tw_arena_free(arena);
}

static void methods_reduce_the_valid_pixels_of_each_block(void **state)
{
    (void)state;
    check_halved(TW_FLOAT32, TW_AVERAGE, 2.75, 20);
    check_halved(TW_UINT8, TW_AVERAGE, 3, 20);
    check_halved(TW_FLOAT32, TW_NEAREST, 5, NAN);
    check_halved(TW_UINT16, TW_MIN, 1, 10);
    check_halved(TW_UINT16, TW_MAX, 5, 30);
    check_halved(TW_INT16, TW_MED, 2, 20);
    check_halved(TW_INT16, TW_Q1, 1, 10);
    check_halved(TW_INT16, TW_Q3, 3, 30);
    check_halved(TW_UINT32, TW_MODE, 1, 10);
    check_halved(TW_INT32, TW_SUM, 11, 60);
    check_halved(TW_FLOAT64, TW_RMS, sqrt(39.0 / 4), sqrt(1400.0 / 3));
}

static void averages_of_negative_numbers_round_like_those_of_positive_ones(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    int16_t values[8] = {-3, -2, 3, 2, -3, -2, 3, 2}; /* -2.5 and 2.5: half up */
    struct tw_array from = {.pixels = values, .width_px = 4, .height_px = 2, .dtype = TW_INT16}, to;
    assert_true(tw_array_halve(arena, &from, TW_AVERAGE, &to));
    assert_float_equal(tw_array_get(&to, 0), -2, 0);
    assert_float_equal(tw_array_get(&to, 1), 3, 0);
    tw_arena_free(arena);
}

/* All 15 ways in which some of four bytes are valid, with sums of every size, beside a division. */
static void averages_of_some_bytes_are_rounded_half_up(void **state)
{
    (void)state;
    enum { COUNT = 4096 };
    static uint8_t values[4 * COUNT], valid[4 * COUNT];
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_array from = {values, valid, 2 * COUNT, 2, TW_UINT8}, to;
    for (unsigned i = 0; i < COUNT; i++)
        for (unsigned k = 0; k < 4; k++) {
            size_t at = 2 * i + k % 2 + (k / 2) * 2 * COUNT;
            values[at] = i < 16 ? 255 : (uint8_t)((i * (7 + 30 * k) >> 2) + i / 64);
            valid[at] = (i >> k & 1) != 0 ? TW_VALID : 0;
        }
    assert_true(tw_array_halve(arena, &from, TW_AVERAGE, &to));
    for (unsigned i = 0; i < COUNT; i++) {
        int sum = 0, count = 0;
        for (unsigned k = 0; k < 4; k++)
            if ((i >> k & 1) != 0) {
                sum += values[2 * i + k % 2 + (k / 2) * 2 * COUNT];
                count++;
            }
        assert_int_equal(to.valid[i], count > 0 ? TW_VALID : 0);
        if (count > 0)
            assert_int_equal((int)tw_array_get(&to, i), (sum + count / 2) / count);
    }
    tw_arena_free(arena);
}

/* A plane stays a plane under every kernel that is symmetric; away from the edges exactly. */
static void wide_kernels_keep_a_slope(void **state)
{
    (void)state;
    static const enum tw_resampling wide[] = {TW_BILINEAR, TW_CUBIC, TW_CUBIC_SPLINE};
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_array from = {.width_px = 64, .height_px = 32, .dtype = TW_FLOAT64}, to;
    assert_true(tw_array_alloc(arena, &from, false));
    for (size_t i = 0; i < 64 * 32; i++)
        tw_array_set(&from, i, (double)(i % 64) * 3 + (double)(i / 64) * 7);
    for (size_t k = 0; k < 3; k++) {
        assert_true(tw_array_halve(arena, &from, wide[k], &to));
        for (size_t row = 4; row < 12; row++)
            for (size_t col = 4; col < 28; col++)
                assert_float_equal((float)tw_array_get(&to, row * 32 + col),
                                   (float)(3 * (2.0 * (double)col + 0.5) + 7 * (2.0 * (double)row + 0.5)),
                                   1e-3);
        assert_true(tw_array_double(arena, &from, (int32_t[4]){8, 8, 16, 8}, wide[k], &to));
        for (size_t row = 0; row < 16; row++)
            for (size_t col = 0; col < 32; col++)
                assert_float_equal(tw_array_get(&to, row * 32 + col),
                                   (float)(3 * (8 + ((double)col + 0.5) / 2 - 0.5) +
                                           7 * (8 + ((double)row + 0.5) / 2 - 0.5)),
                                   1e-3);
    }
    tw_arena_free(arena);
}

static void doubling_with_nearest_repeats_pixels_and_nodata(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_array from = small(arena, TW_UINT8), to;
    assert_true(tw_array_double(arena, &from, (int32_t[4]){2, 0, 2, 2}, TW_NEAREST, &to));
    const double wanted[] = {10, 10, 20, 20, 10, 10, 20, 20, 30, 30, -1, -1, 30, 30, -1, -1};
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(to.valid[i], wanted[i] < 0 ? 0 : TW_VALID);
        if (wanted[i] >= 0)
            assert_float_equal(tw_array_get(&to, i), wanted[i], 0);
    }
    tw_arena_free(arena);
}

static void pieces_halve_like_the_whole(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_array from = small(arena, TW_UINT16), whole, piece,
                    pieced = {.width_px = 2, .height_px = 1, .dtype = TW_UINT16};
    assert_true(tw_array_halve(arena, &from, TW_AVERAGE, &whole));
    assert_true(tw_array_alloc(arena, &pieced, true));
    for (int32_t i = 0; i < 2; i++) {
        assert_true(tw_array_crop(arena, &from, (int32_t[4]){i * 2, 0, 2, 2}, &piece));
        tw_halve_into(&piece, TW_AVERAGE, &pieced, i, 0);
    }
    assert_memory_equal(whole.pixels, pieced.pixels, 4);
    assert_memory_equal(whole.valid, pieced.valid, 2);
    tw_arena_free(arena);
}

static void budget_is_respected(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(100);
    uint8_t bytes[64] = {0};
    struct tw_array from = {.pixels = bytes, .width_px = 8, .height_px = 8, .dtype = TW_UINT8}, to;
    assert_false(tw_array_halve(arena, &from, TW_CUBIC, &to));
    tw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_reduce_the_valid_pixels_of_each_block),
        cmocka_unit_test(averages_of_negative_numbers_round_like_those_of_positive_ones),
        cmocka_unit_test(averages_of_some_bytes_are_rounded_half_up),
        cmocka_unit_test(wide_kernels_keep_a_slope),
        cmocka_unit_test(doubling_with_nearest_repeats_pixels_and_nodata),
        cmocka_unit_test(pieces_halve_like_the_whole),
        cmocka_unit_test(budget_is_respected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
