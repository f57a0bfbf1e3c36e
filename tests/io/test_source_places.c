/* SPDX-License-Identifier: MIT */
#include "make_raster.h"
#include "read_fixture.h"
#include "small_raster.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void rotated_pixels_lie_where_they_should(void **state)
{
    (void)state;
    /* A quarter turn: columns run north, rows run east. */
    struct made_raster made = small("rotated.tif", 1, GDT_Byte);
    const double turned[6] = {-180 + PX * COL, 0, PX, 90 - PX * (ROW + 4), PX, 0};
    memcpy(made.geotransform, turned, sizeof(turned));
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    struct tw_window window = window_of(COL, ROW, 3, 4);
    struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
    assert_string_equal(pixels_text(&raster.bands[0]), "3 7 11 / 2 6 10 / 1 5 9 / 0 4 8");
    read_close(&fixture);
}

static void ground_control_points_locate_a_file(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, "tests/data/io/gcps.tif"));
    struct tw_window window = {tw_grid_named("geodetic"), 6, 256, 17900, 11300, 400, 300};
    struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
    assert_false(tw_raster_is_empty(&raster));
    read_close(&fixture);
}

/* A file from 179.3 to 180.7 east (8 columns); the grid ends at column 2048. */
static void a_file_over_the_antimeridian_is_read_on_both_sides(void **state)
{
    (void)state;
    struct made_raster made = small("antimeridian.tif", 1, GDT_Byte);
    made.width_px = 8;
    made.height_px = 1;
    made.geotransform[0] = 180 - 4 * PX;
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    struct tw_window east = window_of(2043, ROW, 5, 1), west = window_of(0, ROW, 5, 1);
    struct tw_window both = window_of(2043, ROW, 10, 1), before = window_of(-5, ROW, 10, 1);
    struct tw_raster raster = read_window(&fixture, &east, TW_BILINEAR, NULL);
    assert_string_equal(pixels_text(&raster.bands[0]), "- 0 1 2 3");
    raster = read_window(&fixture, &west, TW_BILINEAR, NULL);
    assert_string_equal(pixels_text(&raster.bands[0]), "4 5 6 7 -");
    raster = read_window(&fixture, &both, TW_BILINEAR, NULL);
    assert_string_equal(pixels_text(&raster.bands[0]), "- 0 1 2 3 4 5 6 7 -");
    raster = read_window(&fixture, &before, TW_BILINEAR, NULL);
    assert_string_equal(pixels_text(&raster.bands[0]), "- 0 1 2 3 4 5 6 7 -");
    struct tw_area *area = NULL;
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("geodetic"), &area, NULL), TW_OK);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-180, 81.1, -179.5, 81.15}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){179.5, 81.1, 180, 81.15}), TW_INSIDE);
    assert_int_equal(tw_area_relation(area, &(struct tw_box){-100, 81.1, 100, 81.15}), TW_OUTSIDE);
    tw_area_free(area);
    read_close(&fixture);
}

/* 0..360 degrees, one pixel each 90. */
static void a_file_from_0_to_360_covers_the_west(void **state)
{
    (void)state;
    struct made_raster made = small("around.tif", 1, GDT_Byte);
    const double around[6] = {0, 90, 0, 90, 0, -60};
    memcpy(made.geotransform, around, sizeof(around));
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    struct tw_window window = {tw_grid_named("mercator"), 0, 256, 0, 127, 256, 1};
    struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
    assert_int_equal((int)tw_array_get(&raster.bands[0], 10), 6);
    assert_int_equal((int)tw_array_get(&raster.bands[0], 100), 7);
    assert_int_equal((int)tw_array_get(&raster.bands[0], 140), 4);
    assert_int_equal((int)tw_array_get(&raster.bands[0], 250), 5);
    assert_true(tw_array_is_full(&raster.bands[0]));
    read_close(&fixture);
}

static void a_polar_file_covers_every_longitude(void **state)
{
    (void)state;
    struct made_raster made = small("polar.tif", 1, GDT_Byte);
    made.crs = "EPSG:3413";
    const double polar[6] = {-2e6, 1e6, 0, 1.5e6, 0, -1e6};
    memcpy(made.geotransform, polar, sizeof(polar));
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    struct tw_area *area = NULL;
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("geodetic"), &area, NULL), TW_OK);
    struct tw_box bounds = tw_area_bounds(area);
    assert_float_equal(bounds.left, -180, 1e-9);
    assert_float_equal(bounds.right, 180, 1e-9);
    assert_float_equal(bounds.top, 90, 1e-9);
    assert_true(bounds.bottom < 78 && bounds.bottom > 60);
    tw_area_free(area);
    struct tw_window window = window_of(0, 0, 2048, 8);
    struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
    assert_true(tw_array_is_full(&raster.bands[0]));
    read_close(&fixture);
}

static void a_tile_that_misses_the_file_is_all_nodata(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, "tests/data/io/dem_utm33.tif"));
    struct tw_window windows[] = {window_of(0, 0, 64, 64),
                                  window_of(2000, 900, 100, 100),
                                  {tw_grid_named("mercator"), 8, 256, 0, 65000, 64, 64}};
    for (size_t i = 0; i < 3; i++) {
        struct tw_raster raster = read_window(&fixture, &windows[i], TW_CUBIC, NULL);
        assert_true(tw_raster_is_empty(&raster));
        struct tw_scene *scenes;
        size_t count = 7;
        assert_int_equal(tw_reader_scenes(fixture.reader, &windows[i], fixture.tile, &scenes, &count, NULL),
                         TW_OK);
        assert_int_equal(count, 0);
    }
    read_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ground_control_points_locate_a_file),
        cmocka_unit_test(a_file_over_the_antimeridian_is_read_on_both_sides),
        cmocka_unit_test(a_file_from_0_to_360_covers_the_west),
        cmocka_unit_test(a_polar_file_covers_every_longitude),
        cmocka_unit_test(a_tile_that_misses_the_file_is_all_nodata),
        cmocka_unit_test(rotated_pixels_lie_where_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
