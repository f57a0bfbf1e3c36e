/* One GeoTIFF or COG as output.
 *
 * The process runs in tiles of 256 pixels in the geodetic grid at zoom 2; the area covers the tiles 2/1/3 and
 * 2/1/4 (and only touches others).
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sink_fixture.h"
#include "area.h"
#include "file.h"

#include <gdal.h>
#include <ogr_srs_api.h>

#include <math.h>
#include <string.h>

enum { ZOOM = 2 };

static struct tw_pyramid pyramid_with(int buffer_px)
{
    return (struct tw_pyramid){tw_grid_named("geodetic"), 256, 1, buffer_px};
}

static struct tw_sink *try_open(struct fixture *fixture, const struct tw_value *options, int buffer_px,
                                int min_zoom)
{
    struct tw_pyramid pyramid = pyramid_with(buffer_px);
    struct tw_box box = {-45, 0, 45, 45};
    struct tw_area *area;
    assert_int_equal(tw_area_from_box(pyramid.grid, &box, &area, &fixture->err), TW_OK);
    struct tw_sink_spec spec = {
        .output = {.options = options, .num_bands = 2, .has_dtype = true, .dtype = TW_UINT16},
        .process = &pyramid,
        .pyramid = pyramid,
        .path = fixture_path(fixture, "out.tif"),
        .min_zoom = min_zoom,
        .max_zoom = ZOOM,
        .area = area};
    struct tw_sink *sink = tw_sink_open(&spec, &fixture->problems);
    tw_area_free(area);
    return sink;
}

static struct tw_sink *open_sink(struct fixture *fixture, const struct tw_value *options, int buffer_px)
{
    struct tw_sink *sink = try_open(fixture, options, buffer_px, ZOOM);
    if (sink == NULL)
        fail_msg("%s", tw_text_get(&fixture->problems.text));
    return sink;
}

static const struct tw_value *plain(struct fixture *fixture)
{
    return make_options(fixture, "format", "GTiff", NULL);
}

static enum tw_status begin(struct fixture *fixture, struct tw_sink *sink, bool overwrite)
{
    struct tw_sink_begin how = {.fingerprint = "f00d", .overwrite = overwrite};
    return tw_sink_begin(sink, &how, &fixture->err);
}

/* Puts a tile; returns its stored form. */
static struct tw_raster put(struct fixture *fixture, struct tw_sink *sink, int64_t col)
{
    const struct tw_pyramid *pyramid = tw_sink_pyramid(sink);
    struct tw_tile tile = {ZOOM, 1, col};
    struct tw_window window = tw_tile_window_buffered(pyramid, &tile, pyramid->pixelbuffer_px);
    struct tw_raster raster = make_raster(fixture, 2, window.width_px, TW_UINT16), stored;
    fill_with_relief(fixture, &raster, true);
    for (size_t i = 0; i < tw_array_num_pixels(&raster.bands[1]); i++)
        tw_array_set(&raster.bands[1], i, (double)(1000 * col + (int64_t)i % 999));
    tw_encoder_store(tw_sink_encoder(sink), &raster, fixture->arena, &stored, &fixture->err);
    struct tw_writer *writer = tw_writer_new(sink);
    if (tw_writer_put(writer, &tile, &window, &stored, fixture->arena, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    tw_writer_free(writer);
    return stored;
}

static void end(struct fixture *fixture, struct tw_sink *sink, bool complete)
{
    if (tw_sink_end(sink, complete, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    tw_sink_close(sink);
}

static void make_file(struct fixture *fixture, const struct tw_value *options, int buffer_px)
{
    struct tw_sink *sink = open_sink(fixture, options, buffer_px);
    assert_int_equal(begin(fixture, sink, true), TW_OK);
    put(fixture, sink, 3);
    put(fixture, sink, 4);
    end(fixture, sink, true);
}

static GDALDatasetH open_result(struct fixture *fixture)
{
    GDALDatasetH dataset = GDALOpen(fixture_path(fixture, "out.tif"), GA_ReadOnly);
    assert_non_null(dataset);
    return dataset;
}

static unsigned pixel_at(GDALDatasetH dataset, int band, int x, int y)
{
    uint16_t value;
    assert_int_equal(
        GDALRasterIO(GDALGetRasterBand(dataset, band), GF_Read, x, y, 1, 1, &value, 1, 1, GDT_UInt16, 0, 0),
        CE_None);
    return value;
}

static void the_file_covers_the_tiles_of_the_area_and_holds_their_pixels(void **state)
{
    struct fixture *fixture = *state;
    struct tw_sink *sink = open_sink(fixture, plain(fixture), 0);
    assert_int_equal(begin(fixture, sink, false), TW_OK);
    assert_true(tw_sink_is_new(sink));
    put(fixture, sink, 4);
    struct tw_raster left = put(fixture, sink, 3);
    end(fixture, sink, true);
    GDALDatasetH dataset = open_result(fixture);
    assert_int_equal(GDALGetRasterXSize(dataset), 512);
    assert_int_equal(GDALGetRasterYSize(dataset), 256);
    double geotransform[6];
    GDALGetGeoTransform(dataset, geotransform);
    assert_true(fabs(geotransform[0] + 45) < 1e-9);
    assert_true(fabs(geotransform[3] - 45) < 1e-9);
    assert_string_equal(OSRGetAuthorityCode(GDALGetSpatialRef(dataset), NULL), "4326");
    assert_int_equal(pixel_at(dataset, 1, 0, 0), (unsigned)tw_array_get(&left.bands[0], 0));
    assert_int_equal(pixel_at(dataset, 2, 255, 3), 3000 + (3 * 256 + 255) % 999);
    assert_int_equal(pixel_at(dataset, 2, 256, 3), 4000 + 3 * 256 % 999);
    GDALClose(dataset);
    assert_false(is_there(fixture_path(fixture, "out.tif.tilewright")));
    assert_int_equal(count_files(fixture->folder, ""), 1);
}

/* With 20 pixels around: they are kept at the outside, and do not show between tiles. */
static void the_pixelbuffer_is_kept_at_the_outside(void **state)
{
    struct fixture *fixture = *state;
    make_file(fixture, plain(fixture), 20);
    GDALDatasetH dataset = open_result(fixture);
    assert_int_equal(GDALGetRasterXSize(dataset), 552);
    assert_int_equal(GDALGetRasterYSize(dataset), 296);
    assert_int_equal(pixel_at(dataset, 2, 0, 0), 3000);
    assert_int_equal(pixel_at(dataset, 2, 275, 0), 3000 + 275);
    assert_int_equal(pixel_at(dataset, 2, 276, 20), 4000 + (20 * 296 + 20) % 999);
    assert_int_equal(pixel_at(dataset, 2, 275, 20), 3000 + (20 * 296 + 275) % 999);
    assert_int_equal(pixel_at(dataset, 2, 551, 0), 4000 + 295);
    GDALClose(dataset);
}

static const char *bytes_of(struct fixture *fixture, size_t *size)
{
    char *bytes;
    assert_int_equal(
        tw_file_read(fixture->arena, fixture_path(fixture, "out.tif"), 0, &bytes, size, &fixture->err),
        TW_OK);
    return bytes;
}

static void an_interrupted_run_is_continued_and_ends_with_the_same_bytes(void **state)
{
    struct fixture *fixture = *state;
    size_t size, size_again;
    make_file(fixture, plain(fixture), 0);
    const char *bytes = bytes_of(fixture, &size);
    assert_int_equal(remove(fixture_path(fixture, "out.tif")), 0);

    struct tw_sink *sink = open_sink(fixture, plain(fixture), 0);
    assert_int_equal(begin(fixture, sink, false), TW_OK);
    put(fixture, sink, 4);
    end(fixture, sink, false);
    assert_false(is_there(fixture_path(fixture, "out.tif")));
    sink = open_sink(fixture, plain(fixture), 0);
    assert_int_equal(begin(fixture, sink, false), TW_OK);
    struct tw_writer *writer = tw_writer_new(sink);
    bool done;
    assert_int_equal(tw_writer_is_done(writer, &(struct tw_tile){ZOOM, 1, 4}, &done, &fixture->err), TW_OK);
    assert_true(done);
    assert_int_equal(tw_writer_is_done(writer, &(struct tw_tile){ZOOM, 1, 3}, &done, &fixture->err), TW_OK);
    assert_false(done);
    tw_writer_free(writer);
    put(fixture, sink, 3);
    end(fixture, sink, true);
    const char *again = bytes_of(fixture, &size_again);
    assert_int_equal(size, size_again);
    assert_memory_equal(bytes, again, size);
}

static void a_finished_file_is_done_and_any_other_is_not_touched(void **state)
{
    struct fixture *fixture = *state;
    make_file(fixture, plain(fixture), 0);
    struct tw_sink *sink = open_sink(fixture, plain(fixture), 0);
    assert_int_equal(begin(fixture, sink, false), TW_OK);
    struct tw_writer *writer = tw_writer_new(sink);
    bool done;
    assert_int_equal(tw_writer_is_done(writer, &(struct tw_tile){ZOOM, 1, 3}, &done, &fixture->err), TW_OK);
    assert_true(done);
    tw_writer_free(writer);
    end(fixture, sink, true);

    const char *path = fixture_path(fixture, "out.tif");
    assert_int_equal(tw_file_write(path, "mine", 4, &fixture->err), TW_OK);
    sink = open_sink(fixture, plain(fixture), 0);
    assert_int_equal(begin(fixture, sink, false), TW_EUSAGE);
    assert_string_equal(
        fixture->err.message,
        tw_arena_printf(fixture->arena, "'%s' exists already; use --overwrite to replace it", path));
    tw_sink_close(sink);
    size_t size;
    assert_memory_equal(bytes_of(fixture, &size), "mine", 4);
    make_file(fixture, plain(fixture), 0);
    GDALClose(open_result(fixture));
}

static void overviews_are_made_as_asked(void **state)
{
    struct fixture *fixture = *state;
    const struct tw_value *options = make_options(fixture, "format", "GTiff", "overviews", "true",
                                                  "overviews_resampling", "average", "compress", "lzw", NULL);
    struct tw_value levels = {.kind = TW_LIST, .text = "", .count = 2};
    levels.items = tw_arena_calloc(fixture->arena, 2, sizeof(*levels.items));
    levels.items[0] = *tw_value_number(fixture->arena, 2);
    levels.items[1] = *tw_value_number(fixture->arena, 4);
    options = tw_value_with(fixture->arena, options, "overviews_levels", &levels);
    make_file(fixture, options, 0);
    GDALDatasetH dataset = open_result(fixture);
    assert_int_equal(GDALGetOverviewCount(GDALGetRasterBand(dataset, 1)), 2);
    assert_int_equal(GDALGetRasterBandXSize(GDALGetOverview(GDALGetRasterBand(dataset, 1), 1)), 128);
    assert_string_equal(GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE"), "LZW");
    GDALClose(dataset);
}

static void a_cog_is_one(void **state)
{
    struct fixture *fixture = *state;
    const struct tw_value *options =
        make_options(fixture, "format", "GTiff", "cog", "true", "blocksize", "128", "compress", "zstd", NULL);
    make_file(fixture, options, 0);
    GDALDatasetH dataset = open_result(fixture);
    assert_string_equal(GDALGetMetadataItem(dataset, "LAYOUT", "IMAGE_STRUCTURE"), "COG");
    assert_string_equal(GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE"), "ZSTD");
    assert_true(GDALGetOverviewCount(GDALGetRasterBand(dataset, 1)) > 0);
    assert_int_equal(pixel_at(dataset, 2, 256, 3), 4000 + 3 * 256 % 999);
    GDALClose(dataset);
    assert_int_equal(count_files(fixture->folder, ""), 1);
    size_t size, size_again;
    const char *bytes = bytes_of(fixture, &size);
    make_file(fixture, options, 0);
    const char *again = bytes_of(fixture, &size_again);
    assert_int_equal(size, size_again);
    assert_memory_equal(bytes, again, size);
}

static void several_zooms_are_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_null(try_open(fixture, plain(fixture), 0, ZOOM - 1));
    assert_string_equal(
        tw_text_get(&fixture->problems.text),
        "a single GeoTIFF holds one zoom; zoom_levels has 2 (1 to 2): use one zoom, or a folder as "
        "output.path");
}

static void another_format_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_null(try_open(fixture, make_options(fixture, "format", "PNG", NULL), 0, ZOOM));
    assert_string_equal(
        tw_text_get(&fixture->problems.text),
        tw_arena_printf(fixture->arena,
                        "'%s' is a single GeoTIFF, and output.format is PNG: use format GTiff, or a "
                        "folder",
                        fixture_path(fixture, "out.tif")));
}

static void an_unknown_resampling_of_overviews_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_null(try_open(
        fixture, make_options(fixture, "format", "GTiff", "overviews_resampling", "averge", NULL), 0, ZOOM));
    assert_string_equal(
        tw_text_get(&fixture->problems.text),
        "unknown resampling of overviews 'averge'; did you mean 'average'? (known: nearest, bilinear, "
        "cubic, cubic_spline, lanczos, average, mode, rms)");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_file_covers_the_tiles_of_the_area_and_holds_their_pixels),
        TEST(the_pixelbuffer_is_kept_at_the_outside),
        TEST(an_interrupted_run_is_continued_and_ends_with_the_same_bytes),
        TEST(a_finished_file_is_done_and_any_other_is_not_touched),
        TEST(overviews_are_made_as_asked),
        TEST(a_cog_is_one),
        TEST(several_zooms_are_refused),
        TEST(another_format_is_refused),
        TEST(an_unknown_resampling_of_overviews_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
