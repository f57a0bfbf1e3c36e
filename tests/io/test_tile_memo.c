/* Files of simple tiles, found by pixels and validity.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sink_fixture.h"
#include "tile_memo.h"

#include <string.h>

static struct tw_raster plain(struct fixture *fixture, double value)
{
    struct tw_raster raster = make_raster(fixture, 3, 16, TW_UINT8);
    for (size_t band = 0; band < 3; band++)
        for (size_t i = 0; i < 256; i++)
            tw_array_set(&raster.bands[band], i, value + (double)band);
    return raster;
}

/* A file of that many bytes, all of them `mark`. */
static struct tw_bytes file_of(size_t size, int mark)
{
    struct tw_bytes bytes = {0};
    assert_true(tw_bytes_reserve(&bytes, size));
    memset(bytes.data, mark, size);
    bytes.size = size;
    return bytes;
}

static void keep(struct tw_tile_memo *memo, const struct tw_raster *raster, size_t size, int mark)
{
    struct tw_bytes bytes = file_of(size, mark);
    tw_tile_memo_keep(memo, raster, NULL, &bytes);
    tw_bytes_free(&bytes);
}

/* The mark of the file that is found; -1: none is. */
static int found(struct tw_tile_memo *memo, const struct tw_raster *raster)
{
    struct tw_bytes bytes = {0};
    int mark = tw_tile_memo_find(memo, raster, NULL, &bytes) ? bytes.data[bytes.size - 1] : -1;
    tw_bytes_free(&bytes);
    return mark;
}

static void the_same_pixels_find_their_file(void **state)
{
    struct tw_tile_memo *memo = tw_tile_memo_new();
    struct tw_raster a = plain(*state, 1), again = plain(*state, 1), b = plain(*state, 2);
    assert_int_equal(found(memo, &a), -1);
    keep(memo, &a, 20, 7);
    keep(memo, &b, 30, 8);
    assert_int_equal(found(memo, &again), 7);
    assert_int_equal(found(memo, &b), 8);
    tw_tile_memo_free(memo);
}

static void one_other_pixel_makes_another_tile(void **state)
{
    struct tw_tile_memo *memo = tw_tile_memo_new();
    struct tw_raster a = plain(*state, 1), b = plain(*state, 1);
    keep(memo, &a, 20, 7);
    tw_array_set(&b.bands[2], 255, 99);
    assert_int_equal(found(memo, &b), -1);
    tw_tile_memo_free(memo);
}

static void validity_shape_and_type_count(void **state)
{
    struct fixture *fixture = *state;
    struct tw_tile_memo *memo = tw_tile_memo_new();
    struct tw_raster a = plain(fixture, 1), masked = plain(fixture, 1), fewer = plain(fixture, 1);
    struct tw_raster wide = make_raster(fixture, 3, 8, TW_UINT16);
    uint8_t *valid = tw_arena_calloc(fixture->arena, 256, 1);
    for (size_t band = 0; band < 3; band++)
        masked.bands[band].valid = valid;
    keep(memo, &a, 20, 7);
    assert_int_equal(found(memo, &masked), -1);
    keep(memo, &masked, 20, 8);
    assert_int_equal(found(memo, &masked), 8);
    valid[100] = TW_VALID;
    assert_int_equal(found(memo, &masked), -1);
    assert_int_equal(found(memo, &a), 7);
    fewer.num_bands = 2;
    assert_int_equal(found(memo, &fewer), -1);
    assert_int_equal(found(memo, &wide), -1);
    tw_tile_memo_free(memo);
}

static void what_hardly_shrinks_is_not_kept(void **state)
{
    struct tw_tile_memo *memo = tw_tile_memo_new();
    struct tw_raster a = plain(*state, 1);
    keep(memo, &a, 3 * 256 / 8 + 1, 7);
    assert_int_equal(found(memo, &a), -1);
    keep(memo, &a, 3 * 256 / 8, 7);
    assert_int_equal(found(memo, &a), 7);
    tw_tile_memo_free(memo);
}

static void the_oldest_of_four_makes_way(void **state)
{
    struct tw_tile_memo *memo = tw_tile_memo_new();
    struct tw_raster tiles[5];
    for (int i = 0; i < 5; i++) {
        tiles[i] = plain(*state, i);
        keep(memo, &tiles[i], 20, i);
    }
    assert_int_equal(found(memo, &tiles[0]), -1);
    for (int i = 1; i < 5; i++)
        assert_int_equal(found(memo, &tiles[i]), i);
    tw_tile_memo_free(memo);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_same_pixels_find_their_file), TEST(one_other_pixel_makes_another_tile),
        TEST(validity_shape_and_type_count),   TEST(what_hardly_shrinks_is_not_kept),
        TEST(the_oldest_of_four_makes_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
