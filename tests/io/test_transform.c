/* SPDX-License-Identifier: MIT */
#include "transform.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

/* A file of 120 m in UTM 33N at 500000 E, 5100000 N, as seen from the grids. */
struct fixture {
    struct tw_georeference georeference;
    struct tw_mapping mapping;
    struct tw_arena *arena;
};

static void set_up(struct fixture *fixture, const char *grid, double pixel_m)
{
    *fixture = (struct fixture){.arena = tw_arena_new(0)};
    const double numbers[6] = {500000, pixel_m, 0, 5100000, 0, -pixel_m};
    memcpy(fixture->georeference.to_crs, numbers, sizeof(numbers));
    assert_true(GDALInvGeoTransform(fixture->georeference.to_crs, fixture->georeference.to_px));
    fixture->georeference.is_affine = true;
    OGRSpatialReferenceH from = NULL;
    assert_int_equal(tw_crs_parse(tw_grid_named(grid)->crs, &from, NULL), TW_OK);
    assert_int_equal(tw_crs_parse("EPSG:32633", &fixture->georeference.crs, NULL), TW_OK);
    fixture->mapping =
        (struct tw_mapping){.georeference = &fixture->georeference, .level_x = 1, .level_y = 1};
    fixture->mapping.to_file = tw_crs_transformation(from, fixture->georeference.crs);
    fixture->mapping.to_grid = tw_crs_transformation(fixture->georeference.crs, from);
    OSRRelease(from);
}

static void tear_down(struct fixture *fixture)
{
    OCTDestroyCoordinateTransformation(fixture->mapping.to_file);
    OCTDestroyCoordinateTransformation(fixture->mapping.to_grid);
    tw_georeference_free(&fixture->georeference);
    tw_arena_free(fixture->arena);
}

/* The largest distance between what the transform says and what is computed directly. */
static double worst_error_px(const struct fixture *fixture, struct tw_transform *transform)
{
    double worst = 0;
    for (int row = 0; row < transform->window.height_px; row += 3) {
        for (int col = 0; col < transform->window.width_px; col += 3) {
            double x = col + 0.5, y = row + 0.5, z = 0;
            double direct_x = x + (double)transform->window.col_px,
                   direct_y = y + (double)transform->window.row_px;
            int success = 0;
            tw_transform_points(transform, 1, 1, &x, &y, &z, &success);
            bool direct = tw_mapping_position(&fixture->mapping, &transform->window, &direct_x, &direct_y);
            assert_int_equal(success, direct);
            if (direct)
                worst = fmax(worst, hypot(x - direct_x, y - direct_y));
        }
    }
    return worst;
}

static void interpolation_is_off_by_less_than_a_hundredth_of_a_pixel(void **state)
{
    (void)state;
    static const struct {
        const char *grid;
        int zoom;
        double pixel_m;
    } cases[] = {{"mercator", 10, 120},  {"mercator", 16, 2},  {"mercator", 5, 5000},
                 {"mercator", 2, 30000}, {"geodetic", 10, 60}, {"geodetic", 3, 10000},
                 {"geodetic", 1, 100000}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        set_up(&fixture, cases[i].grid, cases[i].pixel_m);
        const struct tw_grid *grid = tw_grid_named(cases[i].grid);
        struct tw_window window = {grid, cases[i].zoom, 256, 0, 0, 256, 256};
        double x = 10, y = 10;
        assert_true(tw_mapping_back(&fixture.mapping, &window, &x, &y));
        window.col_px = (int64_t)x - 100;
        window.row_px = (int64_t)y - 100 > 0 ? (int64_t)y - 100 : 0;
        struct tw_transform transform;
        assert_int_equal(tw_transform_init(&transform, &fixture.mapping, &window, fixture.arena, NULL),
                         TW_OK);
        assert_true(worst_error_px(&fixture, &transform) < 0.01);
        tear_down(&fixture);
    }
}

static void a_position_is_the_same_to_the_last_bit_in_every_window(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "mercator", 120);
    const struct tw_grid *grid = tw_grid_named("mercator");
    struct tw_window large = {grid, 10, 256, 142000, 93000, 300, 200};
    struct tw_transform whole;
    assert_int_equal(tw_transform_init(&whole, &fixture.mapping, &large, fixture.arena, NULL), TW_OK);
    for (int i = 0; i < 40; i++) {
        struct tw_window small = {grid, 10, 256, large.col_px + 7 * i, large.row_px + 4 * i, 11, 13};
        struct tw_transform part;
        assert_int_equal(tw_transform_init(&part, &fixture.mapping, &small, fixture.arena, NULL), TW_OK);
        part.origin_x = 100;
        part.origin_y = -37;
        double x[2] = {3.5, 3.5 + 7 * i}, y[2] = {12, 12 + 4 * i}, z[2] = {0};
        int success[2];
        tw_transform_points(&part, 1, 1, &x[0], &y[0], &z[0], &success[0]);
        tw_transform_points(&whole, 1, 1, &x[1], &y[1], &z[1], &success[1]);
        assert_true(x[0] + 100 == x[1]);
        assert_true(y[0] - 37 == y[1]);
    }
    tear_down(&fixture);
}

static void the_way_back_leads_back(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "geodetic", 120);
    struct tw_window window = {tw_grid_named("geodetic"), 9, 256, 142000, 32000, 64, 64};
    struct tw_transform transform;
    assert_int_equal(tw_transform_init(&transform, &fixture.mapping, &window, fixture.arena, NULL), TW_OK);
    double x = 10, y = 20, z = 0;
    int success = 0;
    tw_transform_points(&transform, 1, 1, &x, &y, &z, &success);
    assert_true(success);
    tw_transform_points(&transform, 0, 1, &x, &y, &z, &success);
    assert_true(success);
    assert_float_equal(x, 10, 0.01);
    assert_float_equal(y, 20, 0.01);
    tear_down(&fixture);
}

/* The other side of the earth has no place in UTM: no crash, no position. */
static void places_that_cannot_be_projected_fail_one_by_one(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "geodetic", 120);
    struct tw_window window = {tw_grid_named("geodetic"), 0, 256, 0, 0, 512, 256};
    struct tw_transform transform;
    assert_int_equal(tw_transform_init(&transform, &fixture.mapping, &window, fixture.arena, NULL), TW_OK);
    assert_true(worst_error_px(&fixture, &transform) < 0.01);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interpolation_is_off_by_less_than_a_hundredth_of_a_pixel),
        cmocka_unit_test(a_position_is_the_same_to_the_last_bit_in_every_window),
        cmocka_unit_test(the_way_back_leads_back),
        cmocka_unit_test(places_that_cannot_be_projected_fail_one_by_one),
    };
    tw_gdal_init(16 * 1024 * 1024);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
