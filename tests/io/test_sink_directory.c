/* A folder of tiles as output.
 *
 * The process runs in metatiles of 2 x 2 tiles of 128 pixels in the mercator grid, the output has single
 * tiles. Most tests put the metatile 2/0/1 (tile columns 2 and 3, tile rows 0 and 1 of zoom 2).
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sink_fixture.h"
#include "file.h"

#include <gdal.h>
#include <ogr_srs_api.h>

#include <math.h>
#include <string.h>

static const struct tw_tile metatile = {2, 0, 1};

static struct tw_pyramid process_pyramid(int buffer_px)
{
    return (struct tw_pyramid){tw_grid_named("mercator"), 128, 2, buffer_px};
}

struct opened {
    struct tw_sink *sink;
    struct tw_writer *writer;
};

static struct tw_sink *open_sink(struct fixture *fixture, const struct tw_value *options, int buffer_px)
{
    struct tw_pyramid process = process_pyramid(buffer_px);
    struct tw_sink_spec spec = {
        .output = {.options = options, .num_bands = 1, .has_dtype = true, .dtype = TW_UINT8},
        .process = &process,
        .pyramid = {tw_grid_named("mercator"), 128, 1, buffer_px},
        .path = fixture_path(fixture, "out"),
        .min_zoom = 0,
        .max_zoom = 5};
    struct tw_sink *sink = tw_sink_open(&spec, &fixture->problems);
    if (sink == NULL)
        fail_msg("%s", tw_text_get(&fixture->problems.text));
    return sink;
}

static struct opened begin(struct fixture *fixture, const char *format, int buffer_px, bool overwrite)
{
    struct opened opened = {open_sink(fixture, make_options(fixture, "format", format, NULL), buffer_px),
                            NULL};
    struct tw_sink_begin how = {.fingerprint = "f00d", .metadata = "{\"a\": 1}\n", .overwrite = overwrite};
    if (tw_sink_begin(opened.sink, &how, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    opened.writer = tw_writer_new(opened.sink);
    return opened;
}

static void end(struct fixture *fixture, struct opened *opened)
{
    if (tw_sink_end(opened->sink, true, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    tw_writer_free(opened->writer);
    tw_sink_close(opened->sink);
}

/* A metatile's stored form with a hole of nodata that leaves no tile wholly empty. */
static struct tw_raster make_stored(struct fixture *fixture, const struct tw_sink *sink, int size_px)
{
    struct tw_raster raster = make_raster(fixture, 1, size_px, TW_UINT8), stored;
    fill_with_relief(fixture, &raster, true);
    assert_int_equal(tw_encoder_store(tw_sink_encoder(sink), &raster, fixture->arena, &stored, &fixture->err),
                     TW_OK);
    return stored;
}

static uint64_t put(struct fixture *fixture, struct opened *opened, const struct tw_raster *stored)
{
    const struct tw_pyramid *output = tw_sink_pyramid(opened->sink);
    struct tw_pyramid process = process_pyramid(output->pixelbuffer_px);
    struct tw_window window = tw_tile_window_buffered(&process, &metatile, output->pixelbuffer_px);
    uint64_t before = tw_sink_files(opened->sink);
    struct tw_raster copy = stored != NULL ? *stored : (struct tw_raster){0};
    if (tw_writer_put(opened->writer, &metatile, &window, stored != NULL ? &copy : NULL, fixture->arena,
                      &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    return tw_sink_files(opened->sink) - before;
}

static bool is_done(struct fixture *fixture, struct opened *opened)
{
    bool done;
    assert_int_equal(tw_writer_is_done(opened->writer, &metatile, &done, &fixture->err), TW_OK);
    return done;
}

static void a_metatile_is_split_and_read_back_as_it_was(void **state)
{
    struct fixture *fixture = *state;
    static const char *const formats[] = {"GTiff", "PNG"};
    for (int i = 0; i < 2; i++) {
        struct opened opened = begin(fixture, formats[i], 0, true);
        struct tw_raster stored = make_stored(fixture, opened.sink, 256), back;
        assert_int_equal(put(fixture, &opened, &stored), 4);
        struct tw_pyramid process = process_pyramid(0);
        struct tw_window window = tw_tile_window(&process, &metatile);
        bool found;
        assert_int_equal(tw_writer_get(opened.writer, &window, fixture->arena, &back, &found, &fixture->err),
                         TW_OK);
        assert_true(found);
        assert_same_stored(&stored, &back);
        end(fixture, &opened);
    }
    static const char *const paths[] = {"out/2/0/2.tif",    "out/2/0/3.tif", "out/2/1/2.tif",
                                        "out/2/1/3.tif",    "out/2/1/3.png", "out/2/1/3.png.aux.xml",
                                        "out/metadata.json"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_true(is_there(fixture_path(fixture, paths[i])));
    assert_false(is_there(fixture_path(fixture, "out/.tilewright/lock")));
    assert_false(is_there(fixture_path(fixture, "out/.tilewright/tmp")));
}

static void gdal_finds_the_place_of_a_png(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "PNG", 0, false);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256);
    put(fixture, &opened, &stored);
    end(fixture, &opened);
    GDALDatasetH dataset = GDALOpen(fixture_path(fixture, "out/2/1/3.png"), GA_ReadOnly);
    assert_non_null(dataset);
    double geotransform[6];
    assert_int_equal(GDALGetGeoTransform(dataset, geotransform), CE_None);
    assert_true(fabs(geotransform[0] - 10018754.1713946) < 1e-6);
    assert_true(fabs(geotransform[3] - 10018754.1713946) < 1e-6);
    assert_string_equal(OSRGetAuthorityCode(GDALGetSpatialRef(dataset), NULL), "3857");
    int has_nodata;
    GDALGetRasterNoDataValue(GDALGetRasterBand(dataset, 1), &has_nodata);
    assert_false(has_nodata);
    assert_int_equal(GDALGetMaskFlags(GDALGetRasterBand(dataset, 1)), GMF_ALPHA | GMF_PER_DATASET);
    GDALClose(dataset);
}

static void done_metatiles_are_known_in_the_next_run(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    assert_true(tw_sink_is_new(opened.sink));
    assert_false(is_done(fixture, &opened));
    struct tw_raster stored = make_stored(fixture, opened.sink, 256);
    put(fixture, &opened, &stored);
    end(fixture, &opened);
    opened = begin(fixture, "GTiff", 0, false);
    assert_false(tw_sink_is_new(opened.sink));
    assert_true(is_done(fixture, &opened));
    end(fixture, &opened);
    assert_int_equal(remove(fixture_path(fixture, "out/2/1/3.tif")), 0);
    opened = begin(fixture, "GTiff", 0, false);
    assert_false(is_done(fixture, &opened));
    end(fixture, &opened);
    opened = begin(fixture, "GTiff", 0, true);
    assert_false(is_done(fixture, &opened));
    end(fixture, &opened);
}

static void an_empty_metatile_is_done_and_its_old_files_are_removed(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "PNG", 0, false);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256);
    put(fixture, &opened, &stored);
    end(fixture, &opened);
    assert_int_equal(count_files(fixture_path(fixture, "out/2"), ""), 8);
    opened = begin(fixture, "PNG", 0, true);
    assert_int_equal(put(fixture, &opened, NULL), 0);
    end(fixture, &opened);
    assert_int_equal(count_files(fixture_path(fixture, "out/2"), ""), 0);
    opened = begin(fixture, "PNG", 0, false);
    assert_true(is_done(fixture, &opened));
    end(fixture, &opened);
}

/* The north-west quarter of the metatile is nodata. */
static void an_empty_tile_is_not_written(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    struct tw_raster raster = make_raster(fixture, 1, 256, TW_UINT8), stored;
    for (size_t i = 0; i < 65536; i++)
        tw_array_set(&raster.bands[0], i, i % 256 < 128 && i / 256 < 128 ? 0 : 7);
    tw_encoder_store(tw_sink_encoder(opened.sink), &raster, fixture->arena, &stored, &fixture->err);
    assert_int_equal(put(fixture, &opened, &stored), 3);
    assert_int_equal(tw_sink_files(opened.sink), 3);
    end(fixture, &opened);
    assert_false(is_there(fixture_path(fixture, "out/2/0/2.tif")));
    opened = begin(fixture, "GTiff", 0, false);
    assert_true(is_done(fixture, &opened));
    end(fixture, &opened);
}

/* Tiles with 8 pixels around them overlap. Read back whole: each pixel comes from its own tile, the outer
 * frame from the pixelbuffers. */
static void a_pixelbuffer_is_read_where_there_is_no_tile(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 8, false);
    struct tw_pyramid process = process_pyramid(8);
    struct tw_window window = tw_tile_window_buffered(&process, &metatile, 8);
    assert_int_equal(window.width_px, 272);
    assert_int_equal(window.height_px, 264);
    struct tw_raster raster = make_raster(fixture, 1, 272, TW_UINT8), stored, back;
    raster.bands[0].height_px = 264;
    fill_with_relief(fixture, &raster, true);
    tw_encoder_store(tw_sink_encoder(opened.sink), &raster, fixture->arena, &stored, &fixture->err);
    assert_int_equal(put(fixture, &opened, &stored), 4);
    bool found;
    assert_int_equal(tw_writer_get(opened.writer, &window, fixture->arena, &back, &found, &fixture->err),
                     TW_OK);
    assert_same_stored(&stored, &back);
    end(fixture, &opened);
}

static void a_window_over_the_antimeridian_finds_the_tiles_of_both_sides(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256), back;
    put(fixture, &opened, &stored);
    /* 256 pixels left of the grid's left edge are the metatile 2/0/1 seen from the other side. */
    struct tw_window window = {tw_grid_named("mercator"), 2, 128, -256, 0, 256, 256};
    bool found;
    assert_int_equal(tw_writer_get(opened.writer, &window, fixture->arena, &back, &found, &fixture->err),
                     TW_OK);
    assert_true(found);
    assert_same_stored(&stored, &back);
    window.col_px = 0;
    assert_int_equal(tw_writer_get(opened.writer, &window, fixture->arena, &back, &found, &fixture->err),
                     TW_OK);
    assert_false(found);
    assert_true(tw_raster_is_empty(&back));
    end(fixture, &opened);
}

static void another_fingerprint_is_taken_where_nothing_was_done(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    end(fixture, &opened);
    struct tw_sink *sink = open_sink(fixture, make_options(fixture, "format", "GTiff", NULL), 0);
    struct tw_sink_begin how = {.fingerprint = "cafe"};
    assert_int_equal(tw_sink_begin(sink, &how, &fixture->err), TW_OK);
    assert_int_equal(tw_sink_end(sink, true, &fixture->err), TW_OK);
    tw_sink_close(sink);
}

static void a_change_is_accepted_on_request_and_keeps_what_was_done(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256);
    put(fixture, &opened, &stored);
    end(fixture, &opened);
    opened.sink = open_sink(fixture, make_options(fixture, "format", "GTiff", NULL), 0);
    struct tw_sink_begin how = {.fingerprint = "cafe", .accept_change = true};
    assert_int_equal(tw_sink_begin(opened.sink, &how, &fixture->err), TW_OK);
    opened.writer = tw_writer_new(opened.sink);
    assert_true(is_done(fixture, &opened));
    end(fixture, &opened);
}

static void another_fingerprint_is_refused_with_the_remedy(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256);
    put(fixture, &opened, &stored);
    end(fixture, &opened);
    struct tw_sink *sink = open_sink(fixture, make_options(fixture, "format", "GTiff", NULL), 0);
    struct tw_sink_begin how = {.fingerprint = "cafe"};
    assert_int_equal(tw_sink_begin(sink, &how, &fixture->err), TW_EUSAGE);
    assert_string_equal(
        fixture->err.message,
        tw_arena_printf(fixture->arena,
                        "'%s' was made with another configuration or script (changed since); use "
                        "--overwrite to make it anew, or another output.path",
                        fixture_path(fixture, "out")));
    tw_sink_close(sink);
    sink = open_sink(fixture, make_options(fixture, "format", "GTiff", NULL), 0);
    how.overwrite = true;
    assert_int_equal(tw_sink_begin(sink, &how, &fixture->err), TW_OK);
    assert_int_equal(tw_sink_end(sink, true, &fixture->err), TW_OK);
    tw_sink_close(sink);
}

static void a_second_run_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    struct tw_sink *sink = open_sink(fixture, make_options(fixture, "format", "GTiff", NULL), 0);
    struct tw_sink_begin how = {.fingerprint = "f00d"};
    assert_int_equal(tw_sink_begin(sink, &how, &fixture->err), TW_EUSAGE);
    assert_non_null(strstr(fixture->err.message, "is being written by process "));
    tw_sink_close(sink);
    end(fixture, &opened);
}

/* Tiles that were there before the journal: the metatile is done once all four are. */
static void tiles_without_a_journal_are_adopted(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"out/2/0/2.tif", "out/2/0/3.tif", "out/2/1/2.tif", "out/2/1/3.tif"};
    assert_int_equal(tw_make_folders(fixture_path(fixture, "out/2/0"), &fixture->err), TW_OK);
    assert_int_equal(tw_make_folders(fixture_path(fixture, "out/2/1"), &fixture->err), TW_OK);
    for (int i = 0; i < 4; i++) {
        struct opened opened = begin(fixture, "GTiff", 0, false);
        assert_false(is_done(fixture, &opened));
        end(fixture, &opened);
        assert_int_equal(tw_file_write(fixture_path(fixture, names[i]), "x", 1, &fixture->err), TW_OK);
    }
    struct opened opened = begin(fixture, "GTiff", 0, false);
    assert_true(is_done(fixture, &opened));
    end(fixture, &opened);
}

static void a_run_that_was_not_ended_leaves_no_half_of_a_metatile_done(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "GTiff", 0, false);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256);
    put(fixture, &opened, &stored);
    tw_writer_free(opened.writer);
    tw_sink_close(opened.sink);
    assert_int_equal(count_files(fixture_path(fixture, "out"), ".tif"), 0);
    assert_int_equal(count_files(fixture_path(fixture, "out"), ".tmp"), 0);
    opened = begin(fixture, "GTiff", 0, false);
    assert_false(is_done(fixture, &opened));
    end(fixture, &opened);
}

static void a_broken_tile_is_named_when_it_is_read_back(void **state)
{
    struct fixture *fixture = *state;
    struct opened opened = begin(fixture, "PNG", 0, false);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256), back;
    put(fixture, &opened, &stored);
    end(fixture, &opened);
    assert_int_equal(tw_file_write(fixture_path(fixture, "out/2/1/2.png"), "x", 1, &fixture->err), TW_OK);
    opened = begin(fixture, "PNG", 0, false);
    struct tw_pyramid process = process_pyramid(0);
    struct tw_window window = tw_tile_window(&process, &metatile);
    bool found;
    assert_int_equal(tw_writer_get(opened.writer, &window, fixture->arena, &back, &found, &fixture->err),
                     TW_ESTORAGE);
    assert_string_equal(fixture->err.message,
                        tw_arena_printf(fixture->arena,
                                        "'%s': tile 2/1/2: the tile is no valid PNG: the file is truncated",
                                        fixture_path(fixture, "out")));
    end(fixture, &opened);
}

static void options_of_a_single_file_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct tw_pyramid process = process_pyramid(0);
    struct tw_sink_spec spec = {
        .output = {.options = make_options(fixture, "format", "GTiff", "cog", "true", "compress", "jpeg",
                                           "tile_path_schema", "{col}/{row}.tif", NULL),
                   .num_bands = 1,
                   .has_dtype = true},
        .process = &process,
        .pyramid = process,
        .path = fixture_path(fixture, "out")};
    assert_null(tw_sink_open(&spec, &fixture->problems));
    const char *text = tw_text_get(&fixture->problems.text);
    assert_non_null(strstr(text, "output.cog is for a single file: output.path must end in .tif"));
    assert_non_null(strstr(text, "{zoom}"));
    assert_int_equal(fixture->problems.count, 2);
    assert_false(is_there(fixture_path(fixture, "out")));
}

static void the_null_sink_keeps_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct tw_pyramid process = process_pyramid(0);
    struct tw_sink_spec spec = {.output = {.options = make_options(fixture, "format", "PNG", NULL)},
                                .process = &process,
                                .pyramid = process,
                                .path = "/dev/null"};
    struct opened opened = {tw_sink_open(&spec, &fixture->problems), NULL};
    assert_non_null(opened.sink);
    struct tw_sink_begin how = {.fingerprint = "f00d"};
    assert_int_equal(tw_sink_begin(opened.sink, &how, &fixture->err), TW_OK);
    opened.writer = tw_writer_new(opened.sink);
    struct tw_raster stored = make_stored(fixture, opened.sink, 256), back;
    assert_int_equal(put(fixture, &opened, &stored), 1);
    assert_true(tw_sink_bytes(opened.sink) > 1000);
    struct tw_window window = tw_tile_window(&process, &metatile);
    bool found;
    assert_int_equal(tw_writer_get(opened.writer, &window, fixture->arena, &back, &found, &fixture->err),
                     TW_OK);
    assert_false(found);
    end(fixture, &opened);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_metatile_is_split_and_read_back_as_it_was),
        TEST(gdal_finds_the_place_of_a_png),
        TEST(done_metatiles_are_known_in_the_next_run),
        TEST(an_empty_metatile_is_done_and_its_old_files_are_removed),
        TEST(an_empty_tile_is_not_written),
        TEST(a_pixelbuffer_is_read_where_there_is_no_tile),
        TEST(a_window_over_the_antimeridian_finds_the_tiles_of_both_sides),
        TEST(another_fingerprint_is_taken_where_nothing_was_done),
        TEST(a_change_is_accepted_on_request_and_keeps_what_was_done),
        TEST(another_fingerprint_is_refused_with_the_remedy),
        TEST(a_second_run_is_refused),
        TEST(tiles_without_a_journal_are_adopted),
        TEST(a_run_that_was_not_ended_leaves_no_half_of_a_metatile_done),
        TEST(a_broken_tile_is_named_when_it_is_read_back),
        TEST(options_of_a_single_file_are_refused),
        TEST(the_null_sink_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
