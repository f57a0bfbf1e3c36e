/* SPDX-License-Identifier: MIT */
#include "shapes.h"
#include "walk.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_ZOOMS = 31 };

static const struct tw_grid *geodetic(void)
{
    return tw_grid_named("geodetic");
}

/* Walks all of it and checks on the way: the curve's order within each zoom, parents around children, each
 * ENTER with its LEAVE, covered exactly where the tile's own area is. counts[zoom]: covered tiles. */
static void check_walk(const struct tw_pyramid *pyramid, int min_zoom, int max_zoom,
                       const struct tw_area *const *areas, uint64_t *counts)
{
    struct tw_walk *walk = tw_walk_new(pyramid, min_zoom, max_zoom, areas);
    assert_non_null(walk);
    struct tw_tile tile, open[MOST_ZOOMS];
    uint64_t last[MOST_ZOOMS];
    bool covered, seen[MOST_ZOOMS] = {false};
    int depth = 0;
    memset(counts, 0, MOST_ZOOMS * sizeof(*counts));
    for (;;) {
        enum tw_walk_event event = tw_walk_next(walk, &tile, &covered);
        if (event == TW_WALK_END)
            break;
        if (event == TW_WALK_LEAVE) {
            assert_true(depth > 0 && tw_tile_equals(&open[--depth], &tile));
            continue;
        }
        assert_in_range(tile.zoom, min_zoom, max_zoom);
        assert_true(tw_tile_is_inside(pyramid, &tile));
        assert_int_equal(depth, tile.zoom - min_zoom);
        if (depth > 0) {
            struct tw_tile parent = tw_tile_parent(&tile);
            assert_true(tw_tile_equals(&open[depth - 1], &parent));
        }
        uint64_t place = tw_tile_hilbert(pyramid, &tile);
        assert_true(!seen[tile.zoom] || place > last[tile.zoom]);
        seen[tile.zoom] = true;
        last[tile.zoom] = place;
        const struct tw_area *area = areas[tile.zoom - min_zoom];
        struct tw_box box = tw_tile_bounds(pyramid, &tile);
        assert_int_equal(covered, area != NULL && tw_area_relation(area, &box) != TW_OUTSIDE);
        counts[tile.zoom] += covered;
        open[depth++] = tile;
    }
    assert_int_equal(depth, 0);
    assert_int_equal(tw_walk_next(walk, &tile, &covered), TW_WALK_END);
    tw_walk_free(walk);
}

/* Each covered tile is entered once (places grow) and as many are as asking every tile finds: the same set.
 */
static void assert_walks_like_brute_force(struct tw_area *area, const struct tw_grid *grid, int max_zoom)
{
    const struct tw_area *areas[MOST_ZOOMS];
    uint64_t counts[MOST_ZOOMS];
    for (int i = 0; i < MOST_ZOOMS; i++)
        areas[i] = area;
    for (int metatiling = 1; metatiling <= 16; metatiling *= 4) {
        struct tw_pyramid pyramid = {grid, 256, metatiling, 0};
        for (int min_zoom = grid->first_zoom; min_zoom <= max_zoom; min_zoom += 3) {
            check_walk(&pyramid, min_zoom, max_zoom, areas, counts);
            for (int zoom = min_zoom; zoom <= max_zoom; zoom++)
                assert_int_equal(counts[zoom], brute_count(area, &pyramid, zoom));
        }
    }
    tw_area_free(area);
}

static void walk_enters_the_tiles_that_brute_force_finds(void **state)
{
    (void)state;
    static const struct tw_grid odd = {
        .name = "custom", .crs = "EPSG:3857", .extent = {0, 0, 50, 30}, .cols = 5, .rows = 3};
    assert_walks_like_brute_force(tw_area_of_grid(geodetic()), geodetic(), 4);
    assert_walks_like_brute_force(area_of_box(geodetic(), -11.25, 0, 22.5, 45), geodetic(), 6);
    assert_walks_like_brute_force(area_of_box(geodetic(), 170, -90, 190, -70), geodetic(), 6);
    assert_walks_like_brute_force(star(geodetic(), 9), geodetic(), 6);
    assert_walks_like_brute_force(area_of_wkt(geodetic(), "POLYGON((0 0,90 0,0 90,0 0))"), geodetic(), 6);
    assert_walks_like_brute_force(area_of_box(&odd, 7, 7, 33, 29), &odd, 5);
    struct tw_grid later = odd;
    later.first_zoom = 3;
    assert_walks_like_brute_force(area_of_box(&later, 7, 7, 33, 29), &later, 8);
}

/* zoom 3: a box in the west, zoom 4: nothing, zoom 5: a triangle in the east */
static void every_zoom_may_have_its_own_area(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {geodetic(), 256, 2, 0};
    struct tw_area *west = area_of_box(geodetic(), -100, 0, -50, 40);
    struct tw_area *east = area_of_wkt(geodetic(), "POLYGON((50 0,100 0,50 50,50 0))");
    const struct tw_area *areas[] = {west, NULL, east};
    uint64_t counts[MOST_ZOOMS];
    check_walk(&pyramid, 3, 5, areas, counts);
    assert_int_equal(counts[3], brute_count(west, &pyramid, 3));
    assert_int_equal(counts[4], 0);
    assert_int_equal(counts[5], brute_count(east, &pyramid, 5));
    tw_area_free(west);
    tw_area_free(east);
}

/* What lies outside the areas of a tile's zoom and of all below it is not entered: 1 tile at each of zoom 0
 * to 9, where the area is inside it, and none beside. */
static void nothing_is_entered_in_vain(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {tw_grid_named("mercator"), 256, 1, 0};
    struct tw_area *area = area_of_box(pyramid.grid, 1, 1, 100, 100);
    const struct tw_area *areas[MOST_ZOOMS] = {[9] = area};
    struct tw_walk *walk = tw_walk_new(&pyramid, 0, 9, areas);
    struct tw_tile tile;
    bool covered;
    int entered = 0, leaves = 0;
    for (enum tw_walk_event event; (event = tw_walk_next(walk, &tile, &covered)) != TW_WALK_END;) {
        entered += event == TW_WALK_ENTER;
        leaves += event == TW_WALK_LEAVE;
        assert_int_equal(covered, tile.zoom == 9);
    }
    assert_int_equal(entered, 10);
    assert_int_equal(leaves, 10);
    tw_walk_free(walk);
    tw_area_free(area);
}

static void skipped_tile_is_left_at_once(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {geodetic(), 256, 1, 0};
    struct tw_area *area = tw_area_of_grid(geodetic());
    const struct tw_area *areas[] = {area, area, area};
    struct tw_walk *walk = tw_walk_new(&pyramid, 0, 2, areas);
    struct tw_tile tile, skipped;
    bool covered;
    assert_int_equal(tw_walk_next(walk, &tile, &covered), TW_WALK_ENTER);
    assert_int_equal(tw_walk_next(walk, &skipped, &covered), TW_WALK_ENTER);
    assert_int_equal(skipped.zoom, 1);
    tw_walk_skip_children(walk);
    assert_int_equal(tw_walk_next(walk, &tile, &covered), TW_WALK_LEAVE);
    assert_true(tw_tile_equals(&tile, &skipped));
    int rest = 0;
    for (enum tw_walk_event event; (event = tw_walk_next(walk, &tile, &covered)) != TW_WALK_END;)
        rest += event == TW_WALK_ENTER;
    assert_int_equal(rest, 1 + 7 + 28); /* of 2 + 8 + 32, less 2 entered and the 4 left out */
    tw_walk_free(walk);
    tw_area_free(area);
}

static void walk_of_nothing_ends_at_once(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {geodetic(), 256, 1, 0};
    const struct tw_area *areas[] = {NULL, NULL};
    struct tw_walk *walk = tw_walk_new(&pyramid, 4, 5, areas);
    struct tw_tile tile;
    bool covered;
    assert_int_equal(tw_walk_next(walk, &tile, &covered), TW_WALK_END);
    tw_walk_free(walk);
    tw_walk_free(NULL);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Ten thousand million tiles and more at zoom 16, and 2 * 10^18 at zoom 30: they begin as fast as ten do. */
static void endless_walks_begin_at_once(void **state)
{
    (void)state;
    struct tw_area *area = area_of_box(geodetic(), -179, -89, 179, 89);
    const struct tw_area *areas[MOST_ZOOMS];
    for (int i = 0; i < MOST_ZOOMS; i++)
        areas[i] = area;
    struct tw_pyramid pyramid = {geodetic(), 256, 1, 0};
    assert_true(tw_area_count(area, &pyramid, 17) > 10000000000U);
    double before = seconds();
    for (int min_zoom = 0; min_zoom <= 30; min_zoom += 15) {
        struct tw_walk *walk = tw_walk_new(&pyramid, min_zoom, 30, areas);
        struct tw_tile tile;
        bool covered;
        for (int i = 0; i < 1000; i++)
            assert_int_not_equal(tw_walk_next(walk, &tile, &covered), TW_WALK_END);
        tw_walk_free(walk);
    }
    assert_true(seconds() - before < 1);
    tw_area_free(area);
}

/* A walk is one allocation, and it allocates nothing while it goes (an area of boxes needs none either). */
static void memory_does_not_grow_with_the_number_of_tiles(void **state)
{
    (void)state;
    struct tw_area *area = tw_area_of_grid(geodetic());
    const struct tw_area *areas[MOST_ZOOMS];
    for (int i = 0; i < MOST_ZOOMS; i++)
        areas[i] = area;
    struct tw_pyramid pyramid = {geodetic(), 256, 1, 0};
    struct tw_walk *walk = tw_walk_new(&pyramid, 0, 30, areas);
    assert_in_range(malloc_usable_size(walk), 1, 8192);
    struct tw_tile tile;
    bool covered;
    for (int i = 0; i < 200000; i++)
        assert_int_not_equal(tw_walk_next(walk, &tile, &covered), TW_WALK_END);
    tw_walk_free(walk);
    tw_area_free(area);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walk_enters_the_tiles_that_brute_force_finds),
        cmocka_unit_test(every_zoom_may_have_its_own_area),
        cmocka_unit_test(nothing_is_entered_in_vain),
        cmocka_unit_test(skipped_tile_is_left_at_once),
        cmocka_unit_test(walk_of_nothing_ends_at_once),
        cmocka_unit_test(endless_walks_begin_at_once),
        cmocka_unit_test(memory_does_not_grow_with_the_number_of_tiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
