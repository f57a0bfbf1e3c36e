/* SPDX-License-Identifier: MIT */
#include "tile.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static struct tw_tile random_tile(const struct tw_pyramid *pyramid, int zoom, uint64_t *random)
{
    uint64_t rows = (uint64_t)tw_pyramid_rows(pyramid, zoom), cols = (uint64_t)tw_pyramid_cols(pyramid, zoom);
    return (struct tw_tile){zoom, (int64_t)(next_random(random) % rows),
                            (int64_t)(next_random(random) % cols)};
}

/* Neither larger nor smaller by a single bit: no tolerance. */
static void assert_same(double a, double b)
{
    assert_true(a == b);
}

/* Seams rest on this: the right edge of a tile is the left edge of its neighbour, to the last bit. */
static void neighbours_share_their_edge_exactly(const struct tw_pyramid *pyramid)
{
    uint64_t random = 88172645463325252U;
    for (int zoom = 1; zoom <= TW_MAX_ZOOM; zoom++) {
        for (int i = 0; i < 50; i++) {
            struct tw_tile tile = random_tile(pyramid, zoom, &random);
            struct tw_tile right = {zoom, tile.row, tile.col + 1}, below = {zoom, tile.row + 1, tile.col};
            struct tw_box box = tw_tile_bounds(pyramid, &tile);
            struct tw_box beside = tw_tile_bounds(pyramid, &right), under = tw_tile_bounds(pyramid, &below);
            if (tw_tile_is_inside(pyramid, &right))
                assert_same(box.right, beside.left);
            if (tw_tile_is_inside(pyramid, &below))
                assert_same(box.bottom, under.top);
        }
    }
}

/* What is inside a node of the quadtree is found there on all zooms. */
static void children_nest_exactly(const struct tw_pyramid *pyramid)
{
    uint64_t random = 362436069U;
    for (int zoom = 0; zoom < TW_MAX_ZOOM; zoom++) {
        for (int i = 0; i < 50; i++) {
            struct tw_tile tile = random_tile(pyramid, zoom, &random), children[4];
            struct tw_box box = tw_tile_bounds(pyramid, &tile);
            int count = tw_tile_children(pyramid, &tile, children);
            struct tw_box all = tw_tile_bounds(pyramid, &children[0]);
            for (int k = 1; k < count; k++) {
                struct tw_box child = tw_tile_bounds(pyramid, &children[k]);
                all = tw_box_union(&all, &child);
            }
            assert_same(all.left, box.left);
            assert_same(all.right, box.right);
            assert_same(all.bottom, box.bottom);
            assert_same(all.top, box.top);
        }
    }
}

static void on_every_pyramid(void (*check)(const struct tw_pyramid *pyramid))
{
    static const struct tw_grid odd = {.name = "custom",
                                       .crs = "EPSG:32632",
                                       .extent = {166020, 0, 934020, 9369600},
                                       .cols = 125,
                                       .rows = 1525};
    const struct tw_grid *const grids[] = {tw_grid_named("mercator"), tw_grid_named("geodetic"), &odd};
    for (size_t i = 0; i < 3; i++)
        for (int size = 128; size <= 4096; size *= 4)
            for (int metatiling = 1; metatiling <= 64; metatiling *= 8)
                check(&(struct tw_pyramid){grids[i], size, metatiling, 0});
}

static void neighbours_share_their_edge_to_the_last_bit(void **state)
{
    (void)state;
    on_every_pyramid(neighbours_share_their_edge_exactly);
}

static void children_fill_their_parent_to_the_last_bit(void **state)
{
    (void)state;
    on_every_pyramid(children_nest_exactly);
}

/* A point inside a tile, on its left and on its top edge leads back to it. */
static void points_lead_back_exactly(const struct tw_pyramid *pyramid)
{
    uint64_t random = 521288629U;
    for (int zoom = 0; zoom <= tw_grid_max_zoom(pyramid->grid); zoom++) {
        for (int i = 0; i < 20; i++) {
            struct tw_tile tile = random_tile(pyramid, zoom, &random), found;
            struct tw_box box = tw_tile_bounds(pyramid, &tile);
            assert_true(tw_tile_from_point(pyramid, zoom, box.left, box.top, &found));
            assert_true(tw_tile_equals(&tile, &found));
            assert_true(tw_tile_from_point(pyramid, zoom, (box.left + box.right) / 2,
                                           (box.bottom + box.top) / 2, &found));
            assert_true(tw_tile_equals(&tile, &found));
        }
    }
}

static void corner_and_centre_of_a_tile_lead_back_to_it(void **state)
{
    (void)state;
    on_every_pyramid(points_lead_back_exactly);
}

/* The bounds of a tile meet that tile and no other, though its edges are rounded numbers. */
static void bounds_meet_one_tile(const struct tw_pyramid *pyramid)
{
    uint64_t random = 1234567U;
    for (int zoom = 0; zoom <= tw_grid_max_zoom(pyramid->grid); zoom++) {
        for (int i = 0; i < 20; i++) {
            struct tw_tile tile = random_tile(pyramid, zoom, &random);
            struct tw_box box = tw_tile_bounds(pyramid, &tile);
            struct tw_tile_range range = tw_tile_range_of_box(pyramid, zoom, &box);
            assert_true(range.first_row == tile.row && range.last_row == tile.row);
            assert_true(range.first_col == tile.col && range.last_col == tile.col);
        }
    }
}

static void bounds_of_a_tile_meet_that_tile_only(void **state)
{
    (void)state;
    on_every_pyramid(bounds_meet_one_tile);
}

/* A tile with its buffer gives each pixel the coordinates that the tile without it gives. */
static void buffer_does_not_move_pixels(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {tw_grid_named("mercator"), 256, 4, 0};
    struct tw_tile tile = {13, 1000, 771};
    struct tw_window plain = tw_tile_window(&pyramid, &tile);
    struct tw_window buffered = tw_tile_window_buffered(&pyramid, &tile, 17);
    assert_int_equal(buffered.col_px, plain.col_px - 17);
    double with[6], without[6];
    tw_window_geotransform(&plain, without);
    tw_window_geotransform(&buffered, with);
    assert_same(tw_window_x(&buffered, (double)(buffered.col_px + 17)), without[0]);
    assert_same(tw_window_y(&buffered, (double)(buffered.row_px + 17)), without[3]);
    assert_same(with[1], without[1]);
    assert_same(with[5], without[5]);
}

static void geotransform_is_north_up(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {tw_grid_named("geodetic"), 256, 2, 0};
    struct tw_window window = tw_tile_window(&pyramid, &(struct tw_tile){2, 1, 3});
    double transform[6];
    tw_window_geotransform(&window, transform);
    const double expected[6] = {90, 45.0 / 256, 0, 0, 0, -45.0 / 256};
    for (int i = 0; i < 6; i++)
        assert_same(transform[i], expected[i]);
    struct tw_box bounds = tw_window_bounds(&window);
    assert_same(bounds.right, 180);
    assert_same(bounds.bottom, -90);
}

/* Three turns of a grid of 256 pixels: what would be a fourth piece is left out. */
static void at_most_three_parts(void **state)
{
    (void)state;
    struct tw_window window = {tw_grid_named("mercator"), 0, 256, -300, 0, 900, 256};
    struct tw_window_part parts[3];
    assert_int_equal(tw_window_parts(&window, parts), 3);
    assert_int_equal(parts[0].window.col_px, 212);
    assert_int_equal(parts[0].window.width_px, 44);
    assert_int_equal(parts[2].offset_px, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_share_their_edge_to_the_last_bit),
        cmocka_unit_test(children_fill_their_parent_to_the_last_bit),
        cmocka_unit_test(corner_and_centre_of_a_tile_lead_back_to_it),
        cmocka_unit_test(bounds_of_a_tile_meet_that_tile_only),
        cmocka_unit_test(buffer_does_not_move_pixels),
        cmocka_unit_test(geotransform_is_north_up),
        cmocka_unit_test(at_most_three_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
