/* SPDX-License-Identifier: MIT */
#include "geometry.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct tw_geometry *geometry_of(const char *wkt)
{
    struct tw_geometry *geometry = NULL;
    struct tw_error err = {0};
    if (tw_geometry_from_wkt(wkt, &geometry, &err) != TW_OK)
        fail_msg("%s", err.message);
    return geometry;
}

static void assert_wkt(const struct tw_geometry *geometry, const char *expected)
{
    char *wkt = tw_geometry_to_wkt(geometry);
    assert_string_equal(wkt, expected);
    free(wkt);
}

static void assert_refused(const char *wkt, const char *message)
{
    struct tw_geometry *geometry = NULL;
    struct tw_error err = {0};
    assert_int_equal(tw_geometry_from_wkt(wkt, &geometry, &err), TW_EUSAGE);
    assert_string_equal(err.message, message);
    assert_null(geometry);
}

static void boxes_that_touch_do_not_overlap(void **state)
{
    (void)state;
    const struct tw_box box = {0, 0, 10, 10}, beside = {10, 0, 20, 10}, corner = {10, 10, 20, 20};
    const struct tw_box crossing = {5, -5, 6, 15}, inner = {0, 0, 10, 5};
    assert_false(tw_box_overlaps(&box, &beside));
    assert_false(tw_box_overlaps(&box, &corner));
    assert_true(tw_box_overlaps(&box, &crossing));
    assert_true(tw_box_contains(&box, &inner));
    assert_false(tw_box_contains(&inner, &box));
    struct tw_box common = tw_box_intersection(&box, &crossing), both = tw_box_union(&box, &crossing);
    assert_memory_equal(&common, (&(struct tw_box){5, 0, 6, 10}), sizeof(common));
    assert_memory_equal(&both, (&(struct tw_box){0, -5, 10, 15}), sizeof(both));
}

/* A triangle with corners (0, 0), (10, 0), (0, 10). */
static void box_lies_outside_partly_or_inside(void **state)
{
    (void)state;
    struct tw_geometry *triangle = geometry_of("POLYGON((0 0,10 0,0 10,0 0))");
    assert_int_equal(tw_geometry_relation(triangle, &(struct tw_box){1, 1, 2, 2}), TW_INSIDE);
    assert_int_equal(tw_geometry_relation(triangle, &(struct tw_box){0, 0, 5, 5}), TW_INSIDE);
    assert_int_equal(tw_geometry_relation(triangle, &(struct tw_box){4, 4, 6, 6}), TW_PARTLY);
    assert_int_equal(tw_geometry_relation(triangle, &(struct tw_box){-5, -5, 15, 15}), TW_PARTLY);
    assert_int_equal(tw_geometry_relation(triangle, &(struct tw_box){8, 8, 9, 9}), TW_OUTSIDE);
    assert_int_equal(tw_geometry_relation(triangle, &(struct tw_box){20, 0, 30, 10}), TW_OUTSIDE);
    tw_geometry_free(triangle);
}

/* Beside the triangle, at its corner, at the middle of its slanted side. */
static void touching_is_outside(void **state)
{
    (void)state;
    struct tw_geometry *triangle = geometry_of("POLYGON((0 0,10 0,0 10,0 0))");
    const struct tw_box touching[] = {{-5, 0, 0, 10}, {0, -5, 10, 0}, {10, 0, 20, 10}, {5, 5, 10, 10}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(tw_geometry_relation(triangle, &touching[i]), TW_OUTSIDE);
        assert_false(tw_geometry_overlaps(triangle, &touching[i]));
    }
    assert_true(tw_geometry_overlaps(triangle, &(struct tw_box){4.999, 4.999, 10, 10}));
    tw_geometry_free(triangle);
}

static void crossed_rings_are_repaired(void **state)
{
    (void)state;
    struct tw_geometry *bow_tie = geometry_of("POLYGON((0 0,10 10,10 0,0 10,0 0))");
    assert_int_equal(tw_geometry_relation(bow_tie, &(struct tw_box){8, 4, 9, 6}), TW_INSIDE);
    assert_int_equal(tw_geometry_relation(bow_tie, &(struct tw_box){4, 8, 6, 9}), TW_OUTSIDE);
    tw_geometry_free(bow_tie);
}

static void what_is_no_area_is_refused(void **state)
{
    (void)state;
    assert_refused("POINT(1 1)", "an area must be a Polygon or a MultiPolygon, not a Point");
    assert_refused("LINESTRING(0 0,1 1)", "an area must be a Polygon or a MultiPolygon, not a LineString");
    assert_refused("GEOMETRYCOLLECTION(POLYGON((0 0,1 0,0 1,0 0)))",
                   "an area must be a Polygon or a MultiPolygon, not a GeometryCollection");
    assert_refused("POLYGON((0 0,",
                   "cannot read the area: ParseException: Expected number but encountered end of stream");
    assert_refused("POLYGON((0 0,1 1,2 2,0 0))", "cannot read the area: its rings enclose nothing");
    assert_refused("POLYGON((0 0,1 nan,1 1,0 0))", "cannot read the area: its rings enclose nothing");
}

/* Little-endian WKB of POLYGON((0 0, 1 0, 0 1, 0 0)). */
static void wkb_is_read(void **state)
{
    (void)state;
    unsigned char wkb[93] = {1, 3, 0, 0, 0, 1, 0, 0, 0, 4};
    const double coordinates[8] = {0, 0, 1, 0, 0, 1, 0, 0};
    memcpy(wkb + 13, coordinates, sizeof(coordinates));
    struct tw_geometry *geometry = NULL;
    struct tw_error err;
    assert_int_equal(tw_geometry_from_wkb(wkb, 77, &geometry, &err), TW_OK);
    assert_wkt(geometry, "POLYGON ((0 0, 1 0, 0 1, 0 0))");
    tw_geometry_free(geometry);
    assert_int_equal(tw_geometry_from_wkb(wkb, 40, &geometry, &err), TW_EUSAGE);
    /* the rest of the sentence differs between versions of GEOS */
    assert_memory_equal(err.message, "cannot read the area: ParseException: ", 38);
}

static void empty_polygon_is_empty_and_everything_is_outside(void **state)
{
    (void)state;
    struct tw_geometry *empty = geometry_of("POLYGON EMPTY");
    assert_true(tw_geometry_is_empty(empty));
    assert_int_equal(tw_geometry_relation(empty, &(struct tw_box){-1, -1, 1, 1}), TW_OUTSIDE);
    tw_geometry_free(empty);
    tw_geometry_free(NULL);
}

/* Two squares side by side, and one over the corner of the first. */
static void union_intersection_and_shift_leave_their_arguments(void **state)
{
    (void)state;
    struct tw_geometry *a = NULL, *b = geometry_of("POLYGON((5 5,15 5,15 15,5 15,5 5))"), *result = NULL;
    assert_int_equal(tw_geometry_from_box(&(struct tw_box){0, 0, 10, 10}, &a, NULL), TW_OK);
    assert_int_equal(tw_geometry_intersection(a, b, &result, NULL), TW_OK);
    struct tw_box bounds = tw_geometry_bounds(result);
    assert_memory_equal(&bounds, (&(struct tw_box){5, 5, 10, 10}), sizeof(bounds));
    tw_geometry_free(result);
    assert_int_equal(tw_geometry_union(a, b, &result, NULL), TW_OK);
    assert_int_equal(tw_geometry_relation(result, &(struct tw_box){0, 10, 5, 15}), TW_OUTSIDE);
    assert_int_equal(tw_geometry_relation(result, &(struct tw_box){6, 6, 14, 14}), TW_INSIDE);
    tw_geometry_free(result);
    assert_int_equal(tw_geometry_shift(b, -360, &result, NULL), TW_OK);
    assert_wkt(result, "POLYGON ((-355 5, -345 5, -345 15, -355 15, -355 5))");
    assert_wkt(b, "POLYGON ((5 5, 15 5, 15 15, 5 15, 5 5))");
    tw_geometry_free(result);
    tw_geometry_free(a);
    tw_geometry_free(b);
}

/* Squares that share a side, and an area of a point or a line in between: only area counts. */
static void intersection_keeps_areas_only(void **state)
{
    (void)state;
    struct tw_geometry *a = geometry_of("POLYGON((0 0,10 0,10 10,0 10,0 0))"), *result = NULL;
    struct tw_geometry *beside = geometry_of("POLYGON((10 0,20 0,20 10,10 10,10 0))");
    /* touches the side of a from y 0 to 4, and reaches into it from y 6 to 10 */
    struct tw_geometry *both = geometry_of("POLYGON((10 0,20 0,20 10,8 10,8 6,12 6,12 4,10 4,10 0))");
    assert_int_equal(tw_geometry_intersection(a, beside, &result, NULL), TW_OK);
    assert_true(tw_geometry_is_empty(result));
    tw_geometry_free(result);
    assert_int_equal(tw_geometry_intersection(a, both, &result, NULL), TW_OK);
    struct tw_box bounds = tw_geometry_bounds(result);
    assert_memory_equal(&bounds, (&(struct tw_box){8, 6, 10, 10}), sizeof(bounds));
    tw_geometry_free(result);
    tw_geometry_free(a);
    tw_geometry_free(beside);
    tw_geometry_free(both);
}

static void coordinates_survive_being_written(void **state)
{
    (void)state;
    struct tw_geometry *geometry = geometry_of("POLYGON Z((0.1 20037508.3427892 7,1 0 7,2 1e-7 7,0.1 "
                                               "20037508.3427892 7))");
    char *wkt = tw_geometry_to_wkt(geometry);
    struct tw_geometry *again = geometry_of(wkt);
    struct tw_box before = tw_geometry_bounds(geometry), after = tw_geometry_bounds(again);
    assert_memory_equal(&before, &after, sizeof(before));
    free(wkt);
    tw_geometry_free(geometry);
    tw_geometry_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_that_touch_do_not_overlap),
        cmocka_unit_test(box_lies_outside_partly_or_inside),
        cmocka_unit_test(touching_is_outside),
        cmocka_unit_test(crossed_rings_are_repaired),
        cmocka_unit_test(what_is_no_area_is_refused),
        cmocka_unit_test(wkb_is_read),
        cmocka_unit_test(empty_polygon_is_empty_and_everything_is_outside),
        cmocka_unit_test(union_intersection_and_shift_leave_their_arguments),
        cmocka_unit_test(intersection_keeps_areas_only),
        cmocka_unit_test(coordinates_survive_being_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
