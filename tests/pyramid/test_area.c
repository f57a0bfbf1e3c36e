/* SPDX-License-Identifier: MIT */
#include "shapes.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <time.h>

static const struct tw_grid *geodetic(void)
{
    return tw_grid_named("geodetic");
}

static void assert_counts_like_brute_force(struct tw_area *area, int max_zoom)
{
    for (int metatiling = 1; metatiling <= 8; metatiling *= 2) {
        struct tw_pyramid pyramid = {geodetic(), 256, metatiling, 0};
        for (int zoom = 0; zoom <= max_zoom; zoom++)
            assert_int_equal(tw_area_count(area, &pyramid, zoom), brute_count(area, &pyramid, zoom));
    }
    tw_area_free(area);
}

static void count_equals_asking_every_tile(void **state)
{
    (void)state;
    assert_counts_like_brute_force(tw_area_of_grid(geodetic()), 5);
    assert_counts_like_brute_force(area_of_box(geodetic(), -11.25, 0, 22.5, 45), 7);
    assert_counts_like_brute_force(area_of_box(geodetic(), 1, 2, 3, 4), 7);
    assert_counts_like_brute_force(area_of_box(geodetic(), 170, -90, 190, -70), 7);
    assert_counts_like_brute_force(area_of_box(geodetic(), -1e-11, -1e-13, 1e-11, 1e-9), 7);
    assert_counts_like_brute_force(star(geodetic(), 7), 6);
    assert_counts_like_brute_force(area_of_wkt(geodetic(), "POLYGON((0 0,90 0,0 90,0 0))"), 6);
    assert_counts_like_brute_force(area_of_wkt(geodetic(), "POLYGON((170 10,190 10,180 20,170 10))"), 6);
}

/* With a hole that is as large as the tile 2/1/4 (x 0..45, y 0..45). */
static void tile_in_a_hole_is_outside(void **state)
{
    (void)state;
    struct tw_area *area = area_of_wkt(geodetic(), "POLYGON((-50 -50,100 -50,100 80,-50 80,-50 -50),"
                                                   "(0 0,0 45,45 45,45 0,0 0))");
    struct tw_pyramid pyramid = {geodetic(), 256, 1, 0};
    struct tw_box hole = tw_tile_bounds(&pyramid, &(struct tw_tile){2, 1, 4});
    struct tw_box beside = tw_tile_bounds(&pyramid, &(struct tw_tile){2, 1, 5});
    struct tw_box above = tw_tile_bounds(&pyramid, &(struct tw_tile){2, 0, 4});
    assert_int_equal(tw_area_relation(area, &hole), TW_OUTSIDE);
    assert_int_equal(tw_area_relation(area, &beside), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &above), TW_PARTLY);
    assert_false(tw_area_overlaps(area, &hole));
    assert_true(tw_area_overlaps(area, &beside));
    tw_area_free(area);
}

static void box_is_outside_partly_or_inside(void **state)
{
    (void)state;
    struct tw_area *area = area_of_box(geodetic(), 170, 0, 190, 10);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){172, 1, 175, 2}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-180, 0, -170, 10}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-180, 0, -169, 10}), TW_PARTLY);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-180, -90, 180, 90}), TW_PARTLY);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-170, 0, -160, 10}), TW_OUTSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){160, 10, 180, 20}), TW_OUTSIDE);
    tw_area_free(area);
}

static void assert_bounds(const struct tw_area *area, double left, double bottom, double right, double top)
{
    struct tw_box bounds = tw_area_bounds(area);
    assert_true(bounds.left == left && bounds.bottom == bottom && bounds.right == right && bounds.top == top);
}

/*   a: 0..20, b: 10..30, both y 0..10 */
static void boxes_join_and_meet(void **state)
{
    (void)state;
    struct tw_area *a = area_of_box(geodetic(), 0, 0, 20, 10), *b = area_of_box(geodetic(), 10, 0, 30, 10);
    struct tw_area *joined = NULL, *common = NULL;
    assert_int_equal(tw_area_union(a, b, &joined, NULL), TW_OK);
    assert_int_equal(tw_area_intersection(a, b, &common, NULL), TW_OK);
    assert_bounds(joined, 0, 0, 30, 10);
    assert_bounds(common, 10, 0, 20, 10);
    assert_int_equal(tw_area_relation(joined, &(struct tw_box){1, 1, 29, 9}), TW_INSIDE);
    tw_area_free(joined);
    tw_area_free(common);
    tw_area_free(a);
    tw_area_free(b);
}

/*   b over a: an L, whose bounds are not part of it */
static void boxes_that_make_no_box_join_to_a_polygon(void **state)
{
    (void)state;
    struct tw_area *a = area_of_box(geodetic(), 0, 0, 20, 10), *b = area_of_box(geodetic(), 0, 10, 10, 20);
    struct tw_area *joined = NULL;
    assert_int_equal(tw_area_union(a, b, &joined, NULL), TW_OK);
    assert_bounds(joined, 0, 0, 20, 20);
    assert_int_equal(tw_area_relation(joined, &(struct tw_box){11, 11, 20, 20}), TW_OUTSIDE);
    assert_int_equal(tw_area_relation(joined, &(struct tw_box){0, 5, 10, 15}), TW_INSIDE);
    tw_area_free(joined);
    tw_area_free(a);
    tw_area_free(b);
}

static void areas_that_do_not_meet_have_an_empty_intersection(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {geodetic(), 256, 1, 0};
    struct tw_area *box = area_of_box(geodetic(), 0, 0, 10, 10),
                   *far = area_of_box(geodetic(), 10, 0, 30, 10);
    struct tw_area *triangle = area_of_wkt(geodetic(), "POLYGON((10 0,20 0,10 10,10 0))");
    struct tw_area *none = NULL, *nothing = NULL, *still = NULL;
    assert_int_equal(tw_area_intersection(box, far, &none, NULL), TW_OK);
    assert_true(tw_area_is_empty(none));
    assert_int_equal(tw_area_count(none, &pyramid, 3), 0);
    assert_int_equal(tw_area_intersection(box, triangle, &nothing, NULL), TW_OK);
    assert_true(tw_area_is_empty(nothing));
    assert_int_equal(tw_area_intersection(nothing, triangle, &still, NULL), TW_OK);
    assert_true(tw_area_is_empty(still));
    struct tw_area *joined = NULL;
    assert_int_equal(tw_area_union(nothing, triangle, &joined, NULL), TW_OK);
    assert_bounds(joined, 10, 0, 20, 10);
    struct tw_area *all[] = {box, far, triangle, none, nothing, still, joined};
    for (size_t i = 0; i < 7; i++)
        tw_area_free(all[i]);
}

/* 170..190 and 175..-170 across the antimeridian: three pieces at most, here two. */
static void wrapped_boxes_meet_on_both_sides(void **state)
{
    (void)state;
    struct tw_area *a = area_of_box(geodetic(), 170, 0, 190, 10),
                   *b = area_of_box(geodetic(), -185, 5, -160, 20);
    struct tw_area *common = NULL;
    assert_int_equal(tw_area_intersection(a, b, &common, NULL), TW_OK);
    assert_int_equal(tw_area_relation(common, &(struct tw_box){175, 5, 180, 10}), TW_INSIDE);
    assert_int_equal(tw_area_relation(common, &(struct tw_box){-180, 5, -170, 10}), TW_INSIDE);
    assert_int_equal(tw_area_relation(common, &(struct tw_box){170, 5, 175, 10}), TW_OUTSIDE);
    assert_int_equal(tw_area_relation(common, &(struct tw_box){-170, 5, -160, 10}), TW_OUTSIDE);
    tw_area_free(common);
    tw_area_free(a);
    tw_area_free(b);
}

static void assert_wrapped(const struct tw_box *box, double left, double right)
{
    struct tw_area *area = area_of_box(geodetic(), box->left, box->bottom, box->right, box->top);
    struct tw_box got = tw_area_wrapped_bounds(area, geodetic());
    assert_float_equal(got.left, left, 1e-9);
    assert_float_equal(got.right, right, 1e-9);
    tw_area_free(area);
}

static void bounds_reach_over_the_antimeridian(void **state)
{
    (void)state;
    assert_wrapped(&(struct tw_box){177.123, 0, 183.456, 10}, 177.123, 183.456);
    assert_wrapped(&(struct tw_box){-190, 0, -10, 10}, 170, 350);
    assert_wrapped(&(struct tw_box){-180, 0, 180, 10}, -180, 180);
    assert_wrapped(&(struct tw_box){-20, 0, 30, 10}, -20, 30);
    assert_wrapped(&(struct tw_box){0.1, 0, 359.9, 10}, -180, 180); /* hardly anything is free */
}

static void polygon_meets_box(void **state)
{
    (void)state;
    struct tw_area *box = area_of_box(geodetic(), 0, 0, 10, 10), *common = NULL;
    struct tw_area *triangle = area_of_wkt(geodetic(), "POLYGON((5 0,25 0,5 20,5 0))");
    assert_int_equal(tw_area_intersection(box, triangle, &common, NULL), TW_OK);
    assert_bounds(common, 5, 0, 10, 10);
    /* the triangle's slanted side is beyond the box: what is left is a box again */
    assert_int_equal(tw_area_relation(common, &(struct tw_box){5, 0, 10, 10}), TW_INSIDE);
    tw_area_free(common);
    tw_area_free(triangle);
    tw_area_free(box);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Half a million tiles and more; the limit leaves room for sanitizers and slow machines. */
static void large_areas_are_counted_at_once(void **state)
{
    (void)state;
    struct tw_pyramid pyramid = {geodetic(), 256, 1, 0};
    struct tw_area *area = star(geodetic(), 20), *box = area_of_box(geodetic(), -179, -89, 179, 89);
    double before = seconds();
    uint64_t count = tw_area_count(area, &pyramid, 11);
    assert_in_range(count, 280000, 350000);
    assert_true(tw_area_count(box, &pyramid, 30) > 2000000000000000000U);
    assert_true(seconds() - before < 2);
    tw_area_free(box);
    tw_area_free(area);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(count_equals_asking_every_tile),
        cmocka_unit_test(tile_in_a_hole_is_outside),
        cmocka_unit_test(box_is_outside_partly_or_inside),
        cmocka_unit_test(boxes_join_and_meet),
        cmocka_unit_test(boxes_that_make_no_box_join_to_a_polygon),
        cmocka_unit_test(areas_that_do_not_meet_have_an_empty_intersection),
        cmocka_unit_test(wrapped_boxes_meet_on_both_sides),
        cmocka_unit_test(bounds_reach_over_the_antimeridian),
        cmocka_unit_test(polygon_meets_box),
        cmocka_unit_test(large_areas_are_counted_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
