/* SPDX-License-Identifier: MIT */
#include "area_read.h"
#include "dataset_pool.h"
#include "read_fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tw_area *read_area(const char *text, const char *crs, const char *grid)
{
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    if (tw_area_read(text, crs, tw_grid_named(grid), &area, &err) != TW_OK)
        fail_msg("%s", err.message);
    return area;
}

static void assert_bounds(const struct tw_area *area, const double expected[4], double tolerance)
{
    struct tw_box bounds = tw_area_bounds(area);
    assert_float_equal(bounds.left, expected[0], tolerance);
    assert_float_equal(bounds.bottom, expected[1], tolerance);
    assert_float_equal(bounds.right, expected[2], tolerance);
    assert_float_equal(bounds.top, expected[3], tolerance);
}

static void assert_refused(const char *text, const char *crs, const char *expected)
{
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    assert_int_equal(tw_area_read(text, crs, tw_grid_named("geodetic"), &area, &err), TW_EUSAGE);
    assert_string_equal(err.message, expected);
    assert_null(area);
}

static const char *write_file(const char *name, const char *content)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    return path;
}

static void wkt_is_in_the_grids_crs_unless_said_otherwise(void **state)
{
    (void)state;
    struct tw_area *area = read_area("POLYGON ((10 20, 30 20, 30 40, 10 40, 10 20))", NULL, "geodetic");
    assert_bounds(area, (const double[]){10, 20, 30, 40}, 1e-9);
    tw_area_free(area);
    area = read_area(" polygon((10 20, 30 20, 30 40, 10 40, 10 20))", "4326", "mercator");
    assert_bounds(area, (const double[]){1113194.9079, 2273030.9270, 3339584.7238, 4865942.2795}, 1e-3);
    tw_area_free(area);
}

/* The southern edge of a box in UTM bulges; the densified area holds what lies between its corners. */
static void edges_are_densified(void **state)
{
    (void)state;
    struct tw_area *area = read_area(
        "POLYGON ((200000 5000000, 800000 5000000, 800000 5100000, 200000 5100000, 200000 5000000))",
        "EPSG:32633", "geodetic");
    struct tw_box bounds = tw_area_bounds(area);
    assert_true(bounds.top > 46.05);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){14.99, 46.04, 15.01, 46.05}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){11.15, 46.04, 11.2, 46.05}), TW_OUTSIDE);
    tw_area_free(area);
}

static void the_whole_world_is_cut_where_mercator_ends(void **state)
{
    (void)state;
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    const struct tw_grid *mercator = tw_grid_named("mercator");
    const struct tw_box world = {-180, -90, 180, 90};
    if (tw_area_from_bounds(&world, "EPSG:4326", mercator, &area, &err) != TW_OK)
        fail_msg("%s", err.message);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-2e7, -2e7, 2e7, 2e7}), TW_INSIDE);
    assert_bounds(area, (const double[]){-20037508.34, -20037508.34, 20037508.34, 20037508.34}, 1);
    tw_area_free(area);
}

static void bounds_over_the_antimeridian_keep_both_sides(void **state)
{
    (void)state;
    struct tw_area *area = NULL;
    const struct tw_box bounds = {170, -20, 190, 20};
    assert_int_equal(tw_area_from_bounds(&bounds, "EPSG:4326", tw_grid_named("mercator"), &area, NULL),
                     TW_OK);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){19.0e6, -1e6, 20.0e6, 1e6}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-20.0e6, -1e6, -19.0e6, 1e6}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-18e6, -1e6, 18e6, 1e6}), TW_OUTSIDE);
    tw_area_free(area);
    area = NULL;
    assert_int_equal(tw_area_from_bounds(&bounds, NULL, tw_grid_named("geodetic"), &area, NULL), TW_OK);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-180, -1, -171, 1}), TW_INSIDE);
    tw_area_free(area);
}

/* Zone 60 ends at 180 degrees; the box reaches over it. */
static void a_utm_box_over_the_antimeridian_stays_small(void **state)
{
    (void)state;
    struct tw_area *area = NULL;
    const struct tw_box bounds = {600000, 5000000, 900000, 5100000};
    assert_int_equal(tw_area_from_bounds(&bounds, "EPSG:32660", tw_grid_named("geodetic"), &area, NULL),
                     TW_OK);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){179, 45.3, 179.9, 45.8}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-179.9, 45.3, -179, 45.8}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-170, 45.3, 170, 45.8}), TW_OUTSIDE);
    tw_area_free(area);
}

static void all_features_of_a_file_are_united(void **state)
{
    (void)state;
    const char *path = write_file(
        "two.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
        "[[[0,0],[10,0],[10,10],[0,10],[0,0]]]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":"
        "[[[[5,5],[20,5],[20,20],[5,20],[5,5]]],[[[30,30],[40,30],[40,40],[30,40],[30,30]]]]}}]}");
    struct tw_area *area = read_area(path, NULL, "geodetic");
    assert_bounds(area, (const double[]){0, 0, 40, 40}, 1e-9);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){9, 6, 11, 9}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){21, 21, 29, 29}), TW_OUTSIDE);
    tw_area_free(area);
}

static void what_is_no_area_is_refused(void **state)
{
    (void)state;
    assert_refused("POLYGON ((10 20, 30", NULL, "cannot read the area: malformed WKT 'POLYGON ((10 20, 30'");
    assert_refused("POINT (1 2)", NULL, "an area must be a Polygon or a MultiPolygon, not a Point");
    assert_refused("no/such.geojson", NULL, "cannot open 'no/such.geojson': No such file or directory");
    assert_refused("LICENSE", NULL, "'LICENSE' is not a vector file");
    assert_refused("POLYGON ((0 0,1 0,1 1,0 0))", "EPSG:99999999",
                   "unknown CRS 'EPSG:99999999'; write a code such as EPSG:3857, WKT or a PROJ text");
    const char *path = write_file("none.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}");
    char expected[600];
    snprintf(expected, sizeof(expected), "'%s' has no features", path);
    assert_refused(path, NULL, expected);
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    const struct tw_box swapped = {10, 0, 5, 5};
    assert_int_equal(tw_area_from_bounds(&swapped, "EPSG:4326", tw_grid_named("mercator"), &area, &err),
                     TW_EUSAGE);
    assert_string_equal(err.message, "bounds [10, 0, 5, 5]: left must be less than right");
}

static void a_point_is_moved_to_the_grid(void **state)
{
    (void)state;
    double x = 16.37, y = 48.21;
    assert_int_equal(tw_point_to_grid(&x, &y, "EPSG:4326", tw_grid_named("mercator"), NULL), TW_OK);
    assert_float_equal(x, 1822300.064, 0.01);
    assert_float_equal(y, 6142000, 2000);
    x = 1;
    assert_int_equal(tw_point_to_grid(&x, &y, NULL, tw_grid_named("mercator"), NULL), TW_OK);
    assert_float_equal(x, 1, 0);
    struct tw_error err = {0};
    x = 0, y = 100;
    assert_int_equal(tw_point_to_grid(&x, &y, "EPSG:4326", tw_grid_named("mercator"), &err), TW_EUSAGE);
    assert_string_equal(err.message, "the point 0 100 cannot be projected to EPSG:3857");
}

static void wkt_and_geojson_are_told_from_paths(void **state)
{
    (void)state;
    assert_true(tw_area_is_text("POLYGON ((0 0, 1 0, 1 1, 0 0))"));
    assert_true(tw_area_is_text(" multipolygon(((0 0, 1 0, 1 1, 0 0)))"));
    assert_true(tw_area_is_text("POLYGON EMPTY"));
    assert_false(tw_area_is_text("areas/site (1)"));
    assert_false(tw_area_is_text("area.geojson"));
    assert_false(tw_area_is_text(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wkt_is_in_the_grids_crs_unless_said_otherwise),
        cmocka_unit_test(edges_are_densified),
        cmocka_unit_test(the_whole_world_is_cut_where_mercator_ends),
        cmocka_unit_test(bounds_over_the_antimeridian_keep_both_sides),
        cmocka_unit_test(a_utm_box_over_the_antimeridian_stays_small),
        cmocka_unit_test(all_features_of_a_file_are_united),
        cmocka_unit_test(what_is_no_area_is_refused),
        cmocka_unit_test(a_point_is_moved_to_the_grid),
        cmocka_unit_test(wkt_and_geojson_are_told_from_paths),
    };
    tw_gdal_init(16 * 1024 * 1024);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
