/* SPDX-License-Identifier: MIT */
#include "file.h"
#include "make_raster.h"
#include "read_fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* Tiles of 4 x 4 pixels on the geodetic grid, which has 8 x 4 of them at zoom 2. The two of row 1 and columns
 * 3 and 4 lie on both sides of the meridian of Greenwich, north of the equator:
 *
 *      0   1   2   3 | 100 101 102 103
 *      4   5   6   7 | 104 105 106 107
 *      8   9  10  11 | 108 109 110 111
 *     12  13  14  15 | 112 113 114 115
 */
enum { SIDE = 4, ZOOM = 2, ROW = 4, COL = 12 };

static const char plain[] = "grid=geodetic;tile_size=4;extension=tif";

static struct made_raster tile_of(const char *folder, const char *tile, int side_px)
{
    struct tw_error err;
    char name[256];
    snprintf(name, sizeof(name), "%s/%s.tif", folder, tile);
    const char *path = scratch_path(name);
    snprintf(name, sizeof(name), "%.*s", (int)(strrchr(path, '/') - path), path);
    assert_int_equal(tw_make_folders(name, &err), TW_OK);
    return (struct made_raster){
        .path = path, .width_px = side_px, .height_px = side_px, .num_bands = 1, .type = GDT_UInt16};
}

static void make_tile(const char *folder, const char *tile, double first)
{
    struct made_raster made = tile_of(folder, tile, SIDE);
    raster_make_plain(&made, first);
}

/* Makes the folder of the drawing. */
static const char *make_tiles(const char *folder)
{
    make_tile(folder, "2/1/3", 0);
    make_tile(folder, "2/1/4", 100);
    return scratch_path(folder);
}

static void write_metadata(const char *folder, const char *json)
{
    struct tw_error err;
    const char *path = scratch_path(text("%s/metadata.json", folder));
    assert_int_equal(tw_file_write(path, json, strlen(json), &err), TW_OK);
}

static struct tw_window window_at(int zoom, int64_t col, int64_t row, int32_t width, int32_t height)
{
    return (struct tw_window){tw_grid_named("geodetic"), zoom, SIDE, col, row, width, height};
}

static void assert_window(const char *options, const struct tw_window *window, const char *expected)
{
    struct read_fixture fixture;
    if (!read_open(&fixture, options))
        fail_msg("%s", tw_text_get(&fixture.problems.text));
    struct tw_raster raster = read_window(&fixture, window, TW_NEAREST, NULL);
    assert_string_equal(pixels_text(&raster.bands[0]), expected);
    read_close(&fixture);
}

static void pixels_of_the_same_zoom_are_copied_and_missing_tiles_are_nodata(void **state)
{
    (void)state;
    const char *folder = make_tiles("plain");
    struct tw_window window = window_at(ZOOM, COL + 2, ROW + 2, 4, 3);
    assert_window(text("format=TileDirectory;path=%s;%s", folder, plain), &window,
                  "10 11 108 109 / 14 15 112 113 / - - - -");
}

static void metadata_says_what_the_tiles_are(void **state)
{
    (void)state;
    const char *folder = make_tiles("ours");
    write_metadata("ours", "{\"driver\": {\"format\": \"GTiff\", \"extension\": \"tif\"},"
                           " \"pyramid\": {\"grid\": {\"grid\": \"geodetic\"}, \"tile_size\": 4}}");
    struct tw_window window = window_at(ZOOM, COL, ROW, 2, 2);
    assert_window(folder, &window, "0 1 / 4 5");
    assert_window(text("path=%s;nodata=4", folder), &window, "0 1 / - 5");
}

static void a_custom_grid_is_understood(void **state)
{
    (void)state;
    make_tile("wkt", "0/1/0", 0);
    write_metadata("wkt", "{\"driver\": {\"format\": \"GTiff\"}, \"pyramid\": {\"tile_size\": 4, \"grid\": "
                          "{\"type\": \"custom\", \"shape\": [2, 1], \"bounds\": [0, 0, 40, 80],"
                          " \"is_global\": false, \"srs\": {\"epsg\": 4326}}}}");
    static const struct tw_grid grid = {
        .name = "custom", .crs = "EPSG:4326", .extent = {0, 0, 40, 80}, .cols = 1, .rows = 2};
    struct tw_window window = {&grid, 0, SIDE, 0, 3, 2, 2};
    assert_window(scratch_path("wkt"), &window, "- - / 0 1");
}

static void a_zoom_without_tiles_is_empty_unless_finer_ones_may_be_used(void **state)
{
    (void)state;
    const char *folder = make_tiles("finer");
    struct tw_window window = window_at(1, COL / 2, ROW / 2, 4, 2);
    assert_window(text("format=tile_directory;path=%s;%s", folder, plain), &window, "- - - - / - - - -");
    assert_window(text("format=tile_directory;path=%s;%s;fallback_to_higher_zoom=true", folder, plain),
                  &window, "5 7 105 107 / 13 15 113 115");
}

static void beyond_the_deepest_zoom_pixels_are_enlarged(void **state)
{
    (void)state;
    const char *folder = make_tiles("coarser");
    struct tw_window window = window_at(3, 2 * COL + 6, 2 * ROW, 4, 2);
    assert_window(text("format=tile_directory;path=%s;%s", folder, plain), &window,
                  "3 3 100 100 / 3 3 100 100");
}

static void each_zoom_has_its_own_tiles(void **state)
{
    (void)state;
    const char *folder = make_tiles("zooms");
    make_tile("zooms", "1/0/1", 500);
    struct tw_window window = window_at(1, 6, 2, 3, 2);
    assert_window(text("format=tile_directory;path=%s;%s", folder, plain), &window, "510 511 - / 514 515 -");
    assert_window(
        text("format=tile_directory;path=%s;%s;min_zoom=2;fallback_to_higher_zoom=true", folder, plain),
        &window, "5 7 105 / 13 15 113");
    struct tw_window finer = window_at(2, COL + 3, ROW, 2, 1);
    assert_window(text("format=tile_directory;path=%s;%s", folder, plain), &finer, "3 100");
}

/* Other tiles, the same pixels: 8 x 8 of them at zoom 1 are 4 x 4 at zoom 2. */
static void another_tile_size_takes_the_zoom_with_the_same_pixels(void **state)
{
    (void)state;
    const char *folder = make_tiles("sizes");
    make_tile("sizes", "1/0/1", 500);
    struct tw_window window = window_at(1, COL + 2, ROW, 4, 1);
    window.tile_size_px = 2 * SIDE;
    assert_window(text("format=tile_directory;path=%s;%s", folder, plain), &window, "2 3 100 101");
}

/* One pixel around the tile: its own pixels are 7 8 9 10 / 13 ... */
static void pixelbuffers_are_left_out(void **state)
{
    (void)state;
    struct made_raster made = tile_of("buffered", "2/1/3", SIDE + 2);
    raster_make_plain(&made, 0);
    struct tw_window window = window_at(ZOOM, COL - 1, ROW, 6, 1);
    assert_window(text("format=tile_directory;path=%s;%s;pixelbuffer=1", scratch_path("buffered"), plain),
                  &window, "- 7 8 9 10 -");
}

static void every_tile_has_its_own_nodata(void **state)
{
    (void)state;
    const char *folder = make_tiles("nodata");
    struct made_raster made = tile_of("nodata", "2/1/4", SIDE);
    GDALDatasetH dataset = raster_make(&made, 0);
    GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), 1);
    GDALClose(dataset);
    struct tw_window window = window_at(ZOOM, COL, ROW, 8, 1);
    assert_window(text("format=tile_directory;path=%s;%s", folder, plain), &window, "0 1 2 3 0 - 2 3");
}

static void a_window_over_the_antimeridian_reads_both_sides(void **state)
{
    (void)state;
    make_tile("antimeridian", "2/1/0", 0);
    make_tile("antimeridian", "2/1/7", 100);
    const char *options = text("format=tile_directory;path=%s;%s", scratch_path("antimeridian"), plain);
    struct tw_window west = window_at(ZOOM, -2, ROW, 4, 1), east = window_at(ZOOM, 30, ROW, 4, 1);
    assert_window(options, &west, "102 103 0 1");
    assert_window(options, &east, "102 103 0 1");
}

static void columns_may_come_before_rows(void **state)
{
    (void)state;
    make_tile("columns", "2/3/1", 0);
    write_metadata("columns", "{\"driver\": {\"format\": \"GTiff\", \"tile_path_schema\": "
                              "\"{zoom}/{col}/{row}.{extension}\"},"
                              " \"pyramid\": {\"grid\": {\"type\": \"geodetic\"}, \"tile_size\": 4}}");
    struct tw_window window = window_at(ZOOM, COL, ROW, 3, 1);
    assert_window(scratch_path("columns"), &window, "0 1 2");
}

/* A slope over 4 x 2 tiles of 16 pixels around the equator, read on the mercator grid. */
static void make_slope(const char *folder)
{
    for (int row = 1; row < 3; row++)
        for (int col = 2; col < 6; col++) {
            char name[32];
            snprintf(name, sizeof(name), "2/%d/%d", row, col);
            struct made_raster made = tile_of(folder, name, 16);
            double pixels[256];
            for (int i = 0; i < 256; i++)
                pixels[i] = 100 + 7 * (col * 16 + i % 16) + 11 * (row * 16 + i / 16);
            GDALClose(raster_make_from(&made, pixels));
        }
}

static void another_crs_is_warped_without_seams(void **state)
{
    (void)state;
    make_slope("slope");
    struct read_fixture fixture;
    assert_true(
        read_open(&fixture, text("format=tile_directory;path=%s;grid=geodetic;tile_size=16;extension=tif",
                                 scratch_path("slope"))));
    for (int zoom = 1; zoom <= 3; zoom++) {
        int32_t side = 16 << zoom, half = side / 2 - 3;
        struct tw_window whole = {tw_grid_named("mercator"), zoom, 16, 0, 0, side, side}, west = whole,
                         east = whole;
        west.width_px = half;
        east.col_px = half;
        east.width_px = side - half;
        struct tw_raster all = read_window(&fixture, &whole, TW_CUBIC, NULL);
        struct tw_raster left = read_window(&fixture, &west, TW_CUBIC, NULL);
        struct tw_raster right = read_window(&fixture, &east, TW_CUBIC, NULL);
        struct tw_array a = all.bands[0], b;
        int32_t rectangles[2][4] = {{0, 0, half, side}, {half, 0, side - half, side}};
        assert_true(tw_array_crop(fixture.tile, &a, rectangles[0], &b));
        assert_true(rasters_equal(&(struct tw_raster){1, &b, all.names, NULL}, &left));
        assert_true(tw_array_crop(fixture.tile, &a, rectangles[1], &b));
        assert_true(rasters_equal(&(struct tw_raster){1, &b, all.names, NULL}, &right));
        assert_false(tw_array_is_empty(&a));
        /* The centre is that of the slope: 100 + 7 * 63.5 + 11 * 31.5, the mean of its four pixels. */
        size_t centre = (size_t)(side / 2) * (size_t)side + (size_t)side / 2;
        double mean =
            (tw_array_get(&a, centre) + tw_array_get(&a, centre - 1) +
             tw_array_get(&a, centre - (size_t)side) + tw_array_get(&a, centre - (size_t)side - 1)) /
            4;
        assert_true(mean > 891 - 2 && mean < 891 + 2);
        assert_int_equal(a.valid[0], 0);
    }
    read_close(&fixture);
}

static void a_small_budget_reads_the_same_in_pieces(void **state)
{
    (void)state;
    make_slope("pieces");
    const char *options = text("format=tile_directory;path=%s;grid=geodetic;tile_size=16;extension=tif",
                               scratch_path("pieces"));
    struct tw_window window = {tw_grid_named("geodetic"), 2, 16, 32, 16, 64, 32};
    struct read_fixture large, little;
    assert_true(read_open(&large, options) && read_open(&little, options));
    tw_arena_free(little.tile);
    little.tile = tw_arena_new(24 * 1024);
    struct tw_raster a = read_window(&large, &window, TW_NEAREST, NULL);
    struct tw_raster b = read_window(&little, &window, TW_NEAREST, NULL);
    assert_true(rasters_equal(&a, &b));
    read_close(&large);
    read_close(&little);
}

static void the_area_is_that_of_the_deepest_zoom(void **state)
{
    (void)state;
    const char *folder = make_tiles("area");
    make_tile("area", "0/0/0", 0);
    struct read_fixture fixture;
    struct tw_area *area = NULL;
    struct tw_error err;
    assert_true(read_open(&fixture, text("format=tile_directory;path=%s;%s", folder, plain)));
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("geodetic"), &area, &err), TW_OK);
    struct tw_box box = tw_area_bounds(area);
    assert_true(box.left == -45 && box.bottom == 0 && box.right == 45 && box.top == 45);
    tw_area_free(area);
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("mercator"), &area, &err), TW_OK);
    box = tw_area_bounds(area);
    assert_true(box.left > -5010000 && box.left < -5009000 && box.top > 5621000 && box.top < 5622000);
    tw_area_free(area);
    read_close(&fixture);
}

static void folders_that_cannot_be_used_are_named(void **state)
{
    (void)state;
    const char *folder = make_tiles("bad");
    assert_problem("format=tile_directory", "input 'test' needs a path");
    assert_problem("format=tile_directory;path=no/such", "no folder 'no/such'");
    assert_problem("format=tile_directory;path=LICENSE", "'LICENSE' is not a folder of tiles");
    assert_problem(
        "format=tile_directory;path=s3://bucket/x",
        "'/vsis3/bucket/x' is not on this machine; tile directories are read from local folders only");
    assert_problem(
        text("format=tile_directory;path=%s", folder),
        text("the folder '%s' has no metadata.json; say here what its tiles are: 'grid' is missing", folder));
    assert_problem(
        text("format=tile_directory;path=%s;grid=geodetic", folder),
        text("the folder '%s' has no metadata.json; say here what its tiles are: 'extension' is missing",
             folder));
    assert_problem(text("format=tile_directory;path=%s;grid=geodetic;extension=png", folder),
                   text("'%s' holds no tiles of zoom 0 to 30: no file 'ZOOM/ROW/COL.png'", folder));
    assert_problem(text("format=tile_directory;path=%s;%s;metatiling=4", folder, plain),
                   text("'%s/2/1/3.tif' is not a tile of the grid with metatiling 4; check 'grid' and "
                        "'metatiling'",
                        folder));
    assert_problem(
        text("format=tile_directory;path=%s;grid=geodetic;extension=tif", folder),
        text("'%s/2/1/3.tif' has 4 x 4 pixels; with tile_size 256, metatiling 1 and pixelbuffer 0 it "
             "would have 256 x 256",
             folder));
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    char tiles[1024];
    snprintf(tiles, sizeof(tiles), "format=tile_directory;path=%s;%s", make_tiles("options"), plain);
    assert_problem(text("%s;metatilin=2", tiles), "unknown key 'metatilin'; did you mean 'metatiling'?");
    assert_problem(text("%s;grid=geodetik", tiles),
                   "unknown grid 'geodetik'; did you mean 'geodetic'? (known: mercator, geodetic, "
                   "TileMatrixSets such as WebMercatorQuad and UTM33WGS84Quad)");
    assert_problem(text("%s;metatiling=3", tiles),
                   "metatiling must be a power of two (1, 2, 4, 8 ...), not 3");
    assert_problem(text("%s;tile_size=0", tiles), "tile_size must be from 1 to 16384, not 0");
    assert_problem(text("%s;pixelbuffer=some", tiles), "pixelbuffer must be a whole number, not a string");
    assert_problem(text("%s;max_zoom=1.5", tiles), "max_zoom must be a whole number, not 1.5");
    assert_problem(text("%s;min_zoom=3;max_zoom=1", tiles), "min_zoom 3 is more than max_zoom 1");
    assert_problem(
        text("%s;extension=tiv", tiles),
        "unknown extension of tiles 'tiv'; did you mean 'tif'? (known: tif, tiff, png, jpg, jpeg, jp2, "
        "webp, geojson, fgb, gpkg)");
    assert_problem(text("%s;dtype=uint8", tiles), "dtype is uint8, but the tiles are uint16");
    assert_problem(text("%s;count=3", tiles), "the number of bands is 3, but the tiles have 1");
    assert_problem(text("%s;bands=2", tiles), "the number of bands is 2, but the tiles have 1");
    assert_problem(text("%s;fallback_to_higher_zoom=1", tiles),
                   "fallback_to_higher_zoom must be true or false, not a number");
}

static void wrong_metadata_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *json, *expected; /* %s: the path */
    } cases[] = {
        {"{\n  \"driver\": {},\n  \"pyramid\" {}\n}", "%s:3:13: malformed JSON: ':' expected near '{'"},
        {"", "'%s' is empty"},
        {"{\"driver\": {}}", "'%s' does not describe a tile directory: it has no 'pyramid'"},
        {"[]", "'%s' does not describe a tile directory: it has no 'pyramid'"},
        {"{\"driver\": {\"format\": \"Zarr\"}, \"pyramid\": {\"grid\": {\"grid\": \"geodetic\"}}}",
         "'%s': tiles of format 'Zarr' cannot be read"},
        {"{\"driver\": {}, \"pyramid\": {\"grid\": {\"grid\": \"geodetic\"}, \"metatiling\": \"two\"}}",
         "'%s': pyramid.metatiling must be a whole number from 1 to 65536"},
        {"{\"driver\": {}, \"pyramid\": {\"grid\": {\"shape\": [1, 1]}}}",
         "'%s': pyramid.grid: a custom grid needs 'bounds'"},
        {"{\"driver\": {\"format\": \"PNG\", \"tile_path_schema\": \"{zoom}-{row}\"},"
         " \"pyramid\": {\"grid\": {\"grid\": \"geodetic\"}}}",
         "'%s': driver.tile_path_schema: the path of tiles '{zoom}-{row}' needs {col}"},
    };
    make_tiles("broken");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char expected[1024];
        write_metadata("broken", cases[i].json);
        const char *folder = scratch_path("broken"), *hole = strstr(cases[i].expected, "%s");
        snprintf(expected, sizeof(expected), "%.*s%s/metadata.json%s", (int)(hole - cases[i].expected),
                 cases[i].expected, folder, hole + 2);
        assert_problem(folder, expected);
    }
}

static void tiles_that_differ_are_refused_where_they_are_read(void **state)
{
    (void)state;
    const char *folder = make_tiles("mixed");
    struct made_raster made = tile_of("mixed", "2/1/4", SIDE);
    made.num_bands = 2;
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    struct tw_raster raster;
    struct tw_error err;
    assert_true(read_open(&fixture, text("format=tile_directory;path=%s;%s", folder, plain)));
    struct tw_read read = {.window = window_at(ZOOM, COL, ROW, 8, 1)};
    assert_int_equal(tw_reader_read(fixture.reader, &read, fixture.tile, &raster, &err), TW_EINPUT);
    assert_string_equal(err.message,
                        text("'%s/2/1/4.tif' has 2 bands of uint16; other tiles have 1 of uint16", folder));
    read_close(&fixture);
}

static void a_pyramid_too_deep_for_one_raster_names_the_remedy(void **state)
{
    (void)state;
    make_tile("deep", "0/0/0", 0);
    make_tile("deep", "30/5/7", 0);
    const char *folder = scratch_path("deep");
    assert_problem(text("format=tile_directory;path=%s;%s", folder, plain),
                   text("the tiles of '%s' cover 4294967296 x 4294967296 pixels of zoom 30, too many for one "
                        "input; set 'max_zoom' to less, or 'min_zoom' to more",
                        folder));
    struct tw_window window = window_at(30, 28, 20, 2, 2);
    assert_window(text("format=tile_directory;path=%s;%s;min_zoom=1", folder, plain), &window, "0 1 / 4 5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_of_the_same_zoom_are_copied_and_missing_tiles_are_nodata),
        cmocka_unit_test(metadata_says_what_the_tiles_are),
        cmocka_unit_test(a_custom_grid_is_understood),
        cmocka_unit_test(a_zoom_without_tiles_is_empty_unless_finer_ones_may_be_used),
        cmocka_unit_test(beyond_the_deepest_zoom_pixels_are_enlarged),
        cmocka_unit_test(each_zoom_has_its_own_tiles),
        cmocka_unit_test(another_tile_size_takes_the_zoom_with_the_same_pixels),
        cmocka_unit_test(pixelbuffers_are_left_out),
        cmocka_unit_test(every_tile_has_its_own_nodata),
        cmocka_unit_test(a_window_over_the_antimeridian_reads_both_sides),
        cmocka_unit_test(columns_may_come_before_rows),
        cmocka_unit_test(another_crs_is_warped_without_seams),
        cmocka_unit_test(a_small_budget_reads_the_same_in_pieces),
        cmocka_unit_test(the_area_is_that_of_the_deepest_zoom),
        cmocka_unit_test(folders_that_cannot_be_used_are_named),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(wrong_metadata_is_refused_with_its_place),
        cmocka_unit_test(tiles_that_differ_are_refused_where_they_are_read),
        cmocka_unit_test(a_pyramid_too_deep_for_one_raster_names_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
