/* SPDX-License-Identifier: MIT */
#include "tile.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

static struct tw_pyramid pyramid_of(const char *grid, int metatiling)
{
    return (struct tw_pyramid){tw_grid_named(grid), 256, metatiling, 0};
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* 64 x 64 tiles: each place once, and a step along the curve is a step to a neighbour. */
static void curve_visits_every_tile_once_in_steps_of_one(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = pyramid_of("mercator", 1);
    bool seen[64][64] = {{false}};
    struct tw_tile before = {0, 0, 0};
    for (uint64_t place = 0; place < 4096; place++) {
        struct tw_tile tile = tw_tile_from_hilbert(&pyramid, 6, place);
        assert_true(tw_tile_is_inside(&pyramid, &tile));
        assert_false(seen[tile.row][tile.col]);
        seen[tile.row][tile.col] = true;
        assert_true(tw_tile_hilbert(&pyramid, &tile) == place);
        if (place > 0)
            assert_int_equal(distance(tile.row, before.row) + distance(tile.col, before.col), 1);
        before = tile;
    }
}

static void check_children(const struct tw_pyramid *pyramid, const struct tw_tile *tile)
{
    uint64_t place = tw_tile_hilbert(pyramid, tile);
    struct tw_tile children[4];
    int count = tw_tile_children(pyramid, tile, children);
    unsigned digits = 0;
    for (int i = 0; i < count; i++) {
        uint64_t below = tw_tile_hilbert(pyramid, &children[i]);
        assert_true(below / 4 == place);
        digits |= 1U << (below % 4);
        struct tw_tile parent = tw_tile_parent(&children[i]);
        assert_true(tw_tile_equals(&parent, tile));
    }
    if (count == 4)
        assert_int_equal(digits, 15);
}

static void children_follow_each_other(void **state)
{
    (void)state;
    for (int metatiling = 1; metatiling <= 64; metatiling *= 4) {
        struct tw_pyramid pyramid = pyramid_of("geodetic", metatiling);
        for (int zoom = 0; zoom <= 6; zoom++)
            for (int64_t row = 0; row < tw_pyramid_rows(&pyramid, zoom); row++)
                for (int64_t col = 0; col < tw_pyramid_cols(&pyramid, zoom); col++)
                    check_children(&pyramid, &(struct tw_tile){zoom, row, col});
    }
}

/* 5 x 3 tiles at zoom 0 with metatiling 2: 3 x 2 metatiles, in a square of 4 x 4. */
static void children_follow_each_other_on_a_grid_that_is_no_power_of_two(void **state)
{
    (void)state;
    struct tw_grid grid = {
        .name = "custom", .crs = "EPSG:3857", .extent = {0, 0, 5, 3}, .cols = 5, .rows = 3};
    struct tw_pyramid pyramid = {&grid, 256, 2, 0};
    for (int zoom = 0; zoom <= 4; zoom++)
        for (int64_t row = 0; row < tw_pyramid_rows(&pyramid, zoom); row++)
            for (int64_t col = 0; col < tw_pyramid_cols(&pyramid, zoom); col++)
                check_children(&pyramid, &(struct tw_tile){zoom, row, col});
}

static void places_lead_back_to_tiles_at_zoom_30(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = pyramid_of("geodetic", 1);
    uint64_t random = 88172645463325252U;
    for (int i = 0; i < 10000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        struct tw_tile tile = {30, (int64_t)(random & 0x3fffffff), (int64_t)(random >> 30 & 0x7fffffff)};
        struct tw_tile back = tw_tile_from_hilbert(&pyramid, 30, tw_tile_hilbert(&pyramid, &tile));
        assert_true(tw_tile_equals(&tile, &back));
        struct tw_tile parent = tw_tile_parent(&tile);
        assert_true(tw_tile_hilbert(&pyramid, &tile) / 4 == tw_tile_hilbert(&pyramid, &parent));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curve_visits_every_tile_once_in_steps_of_one),
        cmocka_unit_test(children_follow_each_other),
        cmocka_unit_test(children_follow_each_other_on_a_grid_that_is_no_power_of_two),
        cmocka_unit_test(places_lead_back_to_tiles_at_zoom_30),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
