/* SPDX-License-Identifier: MIT */
#include "make_raster.h"
#include "read_fixture.h"
#include "small_raster.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Reads the raster's own 4 x 3 pixels of one band. */
static void assert_band(struct read_fixture *fixture, const char *band, const char *expected)
{
    struct tw_window window = window_of(COL, ROW, 4, 3);
    struct tw_raster raster = read_window(fixture, &window, TW_NEAREST, band);
    assert_string_equal(pixels_text(&raster.bands[0]), expected);
}

static void pixels_of_the_grid_are_copied_whatever_the_resampling(void **state)
{
    (void)state;
    struct made_raster made = small("aligned.tif", 1, GDT_UInt16);
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    for (int r = 0; r < TW_NUM_RESAMPLINGS; r++) {
        struct tw_window window = window_of(COL - 1, ROW + 1, 3, 3);
        struct tw_raster raster = read_window(&fixture, &window, (enum tw_resampling)r, NULL);
        assert_string_equal(pixels_text(&raster.bands[0]), "- 4 5 / - 8 9 / - - -");
        assert_int_equal(raster.bands[0].dtype, TW_UINT16);
    }
    read_close(&fixture);
}

static void every_type_is_read_as_it_is(void **state)
{
    (void)state;
    static const struct {
        GDALDataType type;
        enum tw_dtype dtype;
    } types[] = {{GDT_Byte, TW_UINT8},     {GDT_UInt16, TW_UINT16}, {GDT_Int16, TW_INT16},
                 {GDT_UInt32, TW_UINT32},  {GDT_Int32, TW_INT32},   {GDT_Float32, TW_FLOAT32},
                 {GDT_Float64, TW_FLOAT64}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct made_raster made = small("type.tif", 1, types[i].type);
        raster_make_plain(&made, 0);
        struct read_fixture fixture;
        assert_true(read_open(&fixture, made.path));
        assert_int_equal(tw_source_dtype(fixture.source), types[i].dtype);
        assert_band(&fixture, NULL, "0 1 2 3 / 4 5 6 7 / 8 9 10 11");
        read_close(&fixture);
    }
}

static void signed_bytes_are_read_as_int16(void **state)
{
    (void)state;
    struct made_raster made = small("signed.tif", 1, GDT_Byte);
    made.options = "PIXELTYPE=SIGNEDBYTE";
    GDALDatasetH dataset = raster_make(&made, 0);
    int8_t bytes[12] = {-128, -1, 0, 127, 1, 1, 1, 1, 1, 1, 1, -7};
    assert_int_equal(
        GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Write, 0, 0, 4, 3, bytes, 4, 3, GDT_Byte, 0, 0),
        CE_None);
    GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), -7);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    assert_int_equal(tw_source_dtype(fixture.source), TW_INT16);
    assert_band(&fixture, NULL, "-128 -1 0 127 / 1 1 1 1 / 1 1 1 -");
    read_close(&fixture);
}

static void a_pixel_is_nodata_where_all_bands_hold_nodata(void **state)
{
    (void)state;
    struct made_raster made = small("nodata.tif", 2, GDT_Int16);
    GDALDatasetH dataset = raster_make(&made, 0);
    GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), 5);
    int16_t five_here[12] = {0, 5, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0};
    assert_int_equal(
        GDALRasterIO(GDALGetRasterBand(dataset, 2), GF_Write, 0, 0, 4, 3, five_here, 4, 3, GDT_Int16, 0, 0),
        CE_None);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    assert_band(&fixture, "band1", "0 1 2 3 / 4 - 6 7 / 8 9 10 11");
    assert_band(&fixture, "band2", "0 5 0 0 / 0 - 0 0 / 0 0 0 0");
    read_close(&fixture);
}

static void the_option_nodata_replaces_that_of_the_file(void **state)
{
    (void)state;
    struct made_raster made = small("override.tif", 1, GDT_Byte);
    GDALDatasetH dataset = raster_make(&made, 0);
    GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), 5);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, text("path=%s;nodata=7", made.path)));
    assert_band(&fixture, NULL, "0 1 2 3 / 4 5 6 - / 8 9 10 11");
    read_close(&fixture);
    assert_problem(text("path=%s;nodata=none", made.path), "nodata must be a number, not a string");
}

static void nan_is_nodata_in_its_own_band(void **state)
{
    (void)state;
    struct made_raster made = small("nan.tif", 2, GDT_Float32);
    GDALDatasetH dataset = raster_make(&made, 0);
    float hole = NAN;
    assert_int_equal(
        GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Write, 2, 0, 1, 1, &hole, 1, 1, GDT_Float32, 0, 0),
        CE_None);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    struct tw_window window = window_of(COL, ROW, 4, 3);
    struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
    assert_string_equal(pixels_text(&raster.bands[0]), "0 1 - 3 / 4 5 6 7 / 8 9 10 11");
    assert_string_equal(pixels_text(&raster.bands[1]), "100 101 102 103 / 104 105 106 107 / 108 109 110 111");
    read_close(&fixture);
}

static void an_alpha_of_zero_is_nodata_and_alpha_is_a_band(void **state)
{
    (void)state;
    struct made_raster made = small("alpha.tif", 2, GDT_UInt16);
    made.options = "ALPHA=YES";
    GDALDatasetH dataset = raster_make(&made, 1);
    uint16_t alpha[12] = {0, 1, 65535, 0, 9, 9, 9, 9, 9, 9, 9, 9};
    assert_int_equal(
        GDALRasterIO(GDALGetRasterBand(dataset, 2), GF_Write, 0, 0, 4, 3, alpha, 4, 3, GDT_UInt16, 0, 0),
        CE_None);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    assert_band(&fixture, "1", "- 2 3 - / 5 6 7 8 / 9 10 11 12");
    assert_band(&fixture, "alpha", "- 1 65535 - / 9 9 9 9 / 9 9 9 9");
    read_close(&fixture);
}

static void the_mask_of_a_file_is_its_nodata(void **state)
{
    (void)state;
    struct made_raster made = small("mask.tif", 1, GDT_Byte);
    GDALDatasetH dataset = raster_make(&made, 0);
    assert_int_equal(GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET), CE_None);
    uint8_t mask[12] = {255, 255, 255, 255, 0, 0, 255, 255, 255, 255, 255, 0};
    assert_int_equal(GDALRasterIO(GDALGetMaskBand(GDALGetRasterBand(dataset, 1)), GF_Write, 0, 0, 4, 3, mask,
                                  4, 3, GDT_Byte, 0, 0),
                     CE_None);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    assert_band(&fixture, NULL, "0 1 2 3 / - - 6 7 / 8 9 10 -");
    read_close(&fixture);
}

static void add_palette(GDALDatasetH dataset)
{
    GDALColorTableH table = GDALCreateColorTable(GPI_RGB);
    for (int i = 0; i < 12; i++) {
        GDALColorEntry entry = {(short)(10 * i), (short)(10 * i + 1), (short)(10 * i + 2), 255};
        GDALSetColorEntry(table, i, &entry);
    }
    GDALSetRasterColorTable(GDALGetRasterBand(dataset, 1), table);
    GDALDestroyColorTable(table);
}

static void a_palette_is_expanded(void **state)
{
    (void)state;
    struct made_raster made = small("palette.tif", 1, GDT_Byte);
    GDALDatasetH dataset = raster_make(&made, 0);
    add_palette(dataset);
    GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), 2);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    assert_int_equal(tw_source_num_bands(fixture.source), 3);
    assert_band(&fixture, "red", "0 10 - 30 / 40 50 60 70 / 80 90 100 110");
    assert_band(&fixture, "3", "2 12 - 32 / 42 52 62 72 / 82 92 102 112");
    read_close(&fixture);
}

static void scale_and_offset_are_applied_on_request(void **state)
{
    (void)state;
    struct made_raster made = small("scale.tif", 1, GDT_UInt16);
    GDALDatasetH dataset = raster_make(&made, 0);
    GDALSetRasterScale(GDALGetRasterBand(dataset, 1), 0.5);
    GDALSetRasterOffset(GDALGetRasterBand(dataset, 1), -1);
    GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), 3);
    GDALClose(dataset);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, text("path=%s;scale=true", made.path)));
    assert_int_equal(tw_source_dtype(fixture.source), TW_FLOAT32);
    assert_band(&fixture, NULL, "-1 -0.5 0 - / 1 1.5 2 2.5 / 3 3.5 4 4.5");
    read_close(&fixture);
    assert_true(read_open(&fixture, made.path));
    assert_band(&fixture, NULL, "0 1 2 - / 4 5 6 7 / 8 9 10 11");
    read_close(&fixture);
}

static void the_meaning_of_values_comes_with_them(void **state)
{
    (void)state;
    struct made_raster made = small("meaning.tif", 1, GDT_UInt16);
    GDALDatasetH dataset = raster_make(&made, 0);
    GDALSetRasterScale(GDALGetRasterBand(dataset, 1), 0.5);
    GDALSetRasterUnitType(GDALGetRasterBand(dataset, 1), "m");
    GDALClose(dataset);
    for (int scaled = 0; scaled < 2; scaled++) {
        struct read_fixture fixture;
        struct tw_window window = window_of(COL, ROW, 3, 3);
        assert_true(read_open(&fixture, text("path=%s;scale=%s", made.path, scaled ? "true" : "false")));
        struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
        assert_string_equal(raster.meanings[0].unit, "m");
        assert_true(raster.meanings[0].scale == (scaled ? 1 : 0.5));
        assert_true(raster.meanings[0].offset == 0);
        read_close(&fixture);
    }
}

static void bands_are_named_by_description_colour_or_number(void **state)
{
    (void)state;
    struct made_raster made = small("names.tif", 3, GDT_Byte);
    made.options = "PHOTOMETRIC=MINISBLACK";
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    assert_string_equal(tw_source_band_names(fixture.source)[1], "band2");
    read_close(&fixture);
    made.options = "PHOTOMETRIC=RGB";
    raster_make_plain(&made, 0);
    assert_true(read_open(&fixture, made.path));
    assert_string_equal(tw_source_band_names(fixture.source)[1], "green");
    read_close(&fixture);
    GDALDatasetH dataset = raster_make(&made, 0);
    static const char *const names[] = {"nir", "swir1", "qa_60m"};
    for (int i = 0; i < 3; i++)
        GDALSetDescription(GDALGetRasterBand(dataset, i + 1), names[i]);
    GDALClose(dataset);
    assert_true(read_open(&fixture, made.path));
    assert_string_equal(tw_source_band_names(fixture.source)[1], "swir1");
    assert_band(&fixture, "qa_60m", "200 201 202 203 / 204 205 206 207 / 208 209 210 211");
    read_close(&fixture);
}

static void bands_can_be_chosen_and_renamed(void **state)
{
    (void)state;
    struct made_raster made = small("choose.tif", 3, GDT_Byte);
    made.options = "PHOTOMETRIC=MINISBLACK";
    raster_make_plain(&made, 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, text("path=%s;bands=band3,1;band_names=nir,red", made.path)));
    assert_int_equal(tw_source_num_bands(fixture.source), 2);
    assert_band(&fixture, "nir", "200 201 202 203 / 204 205 206 207 / 208 209 210 211");
    assert_band(&fixture, "red", "0 1 2 3 / 4 5 6 7 / 8 9 10 11");
    struct tw_window window = window_of(COL, ROW, 4, 3);
    const char *const bands[] = {"rad"};
    struct tw_read read = {.window = window, .bands = bands, .num_bands = 1};
    struct tw_raster raster;
    struct tw_error err;
    assert_int_equal(tw_reader_read(fixture.reader, &read, fixture.tile, &raster, &err), TW_EINPUT);
    assert_string_equal(err.message, "no band 'rad'; this raster has: nir, red");
    read_close(&fixture);
    assert_problem(text("path=%s;bands=bond3", made.path),
                   "unknown band 'bond3'; did you mean 'band3'? (known: band1, band2, band3)");
    assert_problem(text("path=%s;band_names=a,b", made.path),
                   "band_names has 2 names; the input has 3 bands");
    assert_problem(text("path=%s;band_names=a,b,a", made.path), "the band name 'a' stands twice");
}

static void wrong_options_are_refused_with_the_known_ones(void **state)
{
    (void)state;
    struct made_raster made = small("options.tif", 1, GDT_Byte);
    raster_make_plain(&made, 0);
    assert_problem(text("path=%s;resampling=bilinar", made.path),
                   "unknown resampling 'bilinar'; did you mean 'bilinear'? (known: nearest, bilinear, cubic, "
                   "cubic_spline, lanczos, average, mode, min, max, med, q1, q3, sum, rms)");
    assert_problem(
        text("path=%s;resamplin=cubic", made.path),
        "unknown key 'resamplin'; did you mean 'resampling'? (known: format, path, resampling, bands, "
        "band_names, nodata, scale, cache, "
        "area, area_crs, bounds, bounds_crs, gdal_options, storage_options)");
    assert_problem(
        text("path=%s;format=rastre", made.path),
        "unknown input format 'rastre'; did you mean 'raster'? (known: catalogue, config, raster, stack, "
        "tile_directory, vector)");
    assert_problem("format=raster;scale=true", "input 'test' needs a path");
    assert_problem(text("path=%s;scale=1", made.path), "scale must be true or false, not a number");
    struct read_fixture fixture;
    assert_true(read_open(&fixture, text("path=%s;format=raster_file", made.path)));
    read_close(&fixture);
}

static void the_drivers_are_listed(void **state)
{
    (void)state;
    const char *const *names, *const *about;
    assert_int_equal(tw_source_drivers(&names, &about), 6);
    assert_string_equal(names[0], "catalogue");
    assert_string_equal(names[1], "config");
    assert_string_equal(names[2], "raster");
    assert_string_equal(names[3], "stack");
    assert_string_equal(names[4], "tile_directory");
    assert_string_equal(names[5], "vector");
    assert_non_null(strstr(about[3], "STAC"));
}

static void files_that_cannot_be_used_are_named(void **state)
{
    (void)state;
    assert_problem("no/such.tif", "cannot open 'no/such.tif': No such file or directory");
    assert_problem("LICENSE", "'LICENSE' is not a raster");
    struct made_raster made = small("nowhere.tif", 1, GDT_Byte);
    memset(made.geotransform, 0, sizeof(made.geotransform));
    raster_make_plain(&made, 0);
    assert_problem(
        made.path,
        text("'%s' has no georeference; add a world file, or make a copy with gdal_translate -a_srs "
             "EPSG:... -a_ullr LEFT TOP RIGHT BOTTOM",
             made.path));
    made = small("nocrs.tif", 1, GDT_Byte);
    made.crs = NULL;
    raster_make_plain(&made, 0);
    assert_problem(made.path, text("'%s' has no CRS; add one with gdal_edit.py -a_srs EPSG:... '%s'",
                                   made.path, made.path));
    made = small("complex.tif", 1, GDT_CFloat32);
    raster_make_plain(&made, 0);
    assert_problem(made.path,
                   text("'%s' has complex pixels; make a copy of their real part or magnitude with "
                        "gdal_translate or gdal_calc.py",
                        made.path));
}

/* The file ends in the middle: its last rows are missing. */
static void a_truncated_file_fails_where_it_is_read(void **state)
{
    (void)state;
    struct made_raster made = small("truncated.tif", 1, GDT_Byte);
    made.width_px = made.height_px = 600;
    made.options = "BLOCKYSIZE=16,INTERLEAVE=BAND";
    raster_make_plain(&made, 0);
    assert_int_equal(truncate(made.path, 200000), 0);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, made.path));
    struct tw_window window = window_of(COL, ROW, 64, 64);
    struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
    assert_false(tw_raster_is_empty(&raster));
    struct tw_read read = {.window = window_of(COL, ROW + 500, 64, 64)};
    struct tw_error err = {0};
    assert_int_equal(tw_reader_read(fixture.reader, &read, fixture.tile, &raster, &err), TW_EINPUT);
    const char *begin = text("cannot read '%s': band 1: ", made.path);
    assert_memory_equal(err.message, begin, strlen(begin));
    assert_non_null(strstr(err.message, "TIFFReadEncodedStrip() failed"));
    read_close(&fixture);
}

static void a_window_that_does_not_fit_the_budget_is_refused(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, "tests/data/io/cleantopo_br.tif"));
    tw_arena_free(fixture.tile);
    fixture.tile = tw_arena_new(1000000);
    struct tw_read read = {.window = window_of(0, 0, 1000, 1000)};
    struct tw_raster raster;
    struct tw_error err = {0};
    assert_int_equal(tw_reader_read(fixture.reader, &read, fixture.tile, &raster, &err), TW_EBUDGET);
    assert_string_equal(err.message,
                        "not enough memory for 1000 x 1000 pixels; raise --memory, or lower the metatiling");
    read_close(&fixture);
}

static void reading_stops_when_it_is_cancelled(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, "tests/data/io/cleantopo_br.tif"));
    const volatile int cancel = 1;
    struct tw_read read = {.window = window_of(1990, 970, 50, 50), .cancel = &cancel};
    struct tw_raster raster;
    struct tw_error err = {0};
    assert_int_equal(tw_reader_read(fixture.reader, &read, fixture.tile, &raster, &err), TW_ECANCELLED);
    read_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_of_the_grid_are_copied_whatever_the_resampling),
        cmocka_unit_test(every_type_is_read_as_it_is),
        cmocka_unit_test(signed_bytes_are_read_as_int16),
        cmocka_unit_test(a_pixel_is_nodata_where_all_bands_hold_nodata),
        cmocka_unit_test(the_option_nodata_replaces_that_of_the_file),
        cmocka_unit_test(nan_is_nodata_in_its_own_band),
        cmocka_unit_test(an_alpha_of_zero_is_nodata_and_alpha_is_a_band),
        cmocka_unit_test(the_mask_of_a_file_is_its_nodata),
        cmocka_unit_test(a_palette_is_expanded),
        cmocka_unit_test(scale_and_offset_are_applied_on_request),
        cmocka_unit_test(the_meaning_of_values_comes_with_them),
        cmocka_unit_test(bands_are_named_by_description_colour_or_number),
        cmocka_unit_test(bands_can_be_chosen_and_renamed),
        cmocka_unit_test(wrong_options_are_refused_with_the_known_ones),
        cmocka_unit_test(the_drivers_are_listed),
        cmocka_unit_test(files_that_cannot_be_used_are_named),
        cmocka_unit_test(a_truncated_file_fails_where_it_is_read),
        cmocka_unit_test(a_window_that_does_not_fit_the_budget_is_refused),
        cmocka_unit_test(reading_stops_when_it_is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
