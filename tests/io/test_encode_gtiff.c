/* Encoding GeoTIFF, read back with GDAL as any program would.
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
#include <stdio.h>
#include <string.h>

static struct tw_encoder *open_gtiff(struct fixture *fixture, int num_bands, enum tw_dtype dtype,
                                     double nodata, const struct tw_value *options)
{
    struct tw_output_spec spec = {.options = options,
                                  .num_bands = num_bands,
                                  .has_dtype = true,
                                  .dtype = dtype,
                                  .has_nodata = true,
                                  .nodata = nodata};
    struct tw_encoder *encoder = tw_encoder_open("GTiff", &spec, &fixture->problems);
    if (encoder == NULL)
        fail_msg("%s", tw_text_get(&fixture->problems.text));
    return encoder;
}

static struct tw_raster encode(struct fixture *fixture, const struct tw_encoder *encoder,
                               const struct tw_raster *raster, struct tw_bytes *bytes)
{
    struct tw_raster stored;
    struct tw_window window = make_window(raster->bands[0].width_px, raster->bands[0].height_px);
    assert_int_equal(tw_encoder_store(encoder, raster, fixture->arena, &stored, &fixture->err), TW_OK);
    if (tw_encoder_encode(encoder, &stored, &window, bytes, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    return stored;
}

/* The bytes as a file on the disk, opened with GDAL. */
static GDALDatasetH open_file(struct fixture *fixture, const struct tw_bytes *bytes)
{
    const char *path = fixture_path(fixture, "tile.tif");
    assert_int_equal(tw_file_write(path, bytes->data, bytes->size, &fixture->err), TW_OK);
    GDALDatasetH dataset = GDALOpen(path, GA_ReadOnly);
    assert_non_null(dataset);
    return dataset;
}

static void every_type_is_read_back_as_stored(void **state)
{
    struct fixture *fixture = *state;
    for (int dtype = 0; dtype < TW_NUM_DTYPES; dtype++)
        for (int hole = 0; hole < 2; hole++) {
            struct tw_encoder *encoder = open_gtiff(fixture, 2, (enum tw_dtype)dtype, 0, NULL);
            struct tw_raster raster = make_raster(fixture, 2, 71, TW_FLOAT64), decoded;
            fill_with_relief(fixture, &raster, hole);
            struct tw_bytes bytes = {0};
            struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
            struct tw_window window = make_window(71, 71);
            assert_int_equal(
                tw_encoder_decode(encoder, &bytes, &window, fixture->arena, &decoded, &fixture->err), TW_OK);
            assert_same_stored(&stored, &decoded);
            assert_int_equal(stored.bands[1].valid != NULL, hole);
            tw_bytes_free(&bytes);
            tw_encoder_close(encoder);
        }
}

/* -1 is nodata:
 *
 *      1.5   -        rounded to even: 2
 *       -1  400       a valid -1 becomes nodata for every reader; 400 is clamped to 127
 */
static void values_are_rounded_and_clamped_and_nodata_is_burnt_in(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_gtiff(fixture, 1, TW_INT8, -1, NULL);
    struct tw_raster raster = make_raster(fixture, 1, 2, TW_FLOAT32);
    set_pixels(&raster, 0, (double[]){1.5, 77, -1, 400});
    set_valid(fixture, &raster, 0, (int[]){1, 0, 1, 1});
    struct tw_bytes bytes = {0};
    encode(fixture, encoder, &raster, &bytes);
    GDALDatasetH dataset = open_file(fixture, &bytes);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    signed char pixels[4];
#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 7, 0)
    GDALDataType type = GDT_Int8;
#else
    GDALDataType type = GDT_Byte;
    assert_string_equal(GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE"), "SIGNEDBYTE");
#endif
    assert_int_equal(GDALRasterIO(band, GF_Read, 0, 0, 2, 2, pixels, 2, 2, type, 0, 0), CE_None);
    const signed char expected[] = {2, -1, -1, 127};
    assert_memory_equal(pixels, expected, 4);
    assert_int_equal((int)GDALGetRasterNoDataValue(band, NULL), -1);
    GDALClose(dataset);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void nan_can_be_the_nodata_value(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_gtiff(fixture, 1, TW_FLOAT32, NAN, NULL);
    struct tw_raster raster = make_raster(fixture, 1, 2, TW_FLOAT32);
    set_pixels(&raster, 0, (double[]){1, 2, NAN, 4});
    set_valid(fixture, &raster, 0, (int[]){1, 0, 1, 1});
    struct tw_bytes bytes = {0};
    struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
    const uint8_t expected[] = {TW_VALID, 0, 0, TW_VALID};
    assert_memory_equal(stored.bands[0].valid, expected, 4);
    GDALDatasetH dataset = open_file(fixture, &bytes);
    unsigned char mask[4];
    assert_int_equal(GDALRasterIO(GDALGetMaskBand(GDALGetRasterBand(dataset, 1)), GF_Read, 0, 0, 2, 2, mask,
                                  2, 2, GDT_Byte, 0, 0),
                     CE_None);
    assert_memory_equal(mask, expected, 4);
    GDALClose(dataset);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void a_tile_says_where_it_lies_and_what_its_bands_are(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"red", "nir"};
    struct tw_output_spec spec = {.options = make_options(fixture, "interleave", "pixel", NULL),
                                  .num_bands = 2,
                                  .band_names = names,
                                  .has_dtype = true,
                                  .dtype = TW_UINT16};
    struct tw_encoder *encoder = tw_encoder_open("GTiff", &spec, &fixture->problems);
    struct tw_raster raster = make_raster(fixture, 2, 600, TW_UINT16), decoded;
    fill_with_relief(fixture, &raster, true);
    struct tw_bytes bytes = {0};
    struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
    GDALDatasetH dataset = open_file(fixture, &bytes);
    double geotransform[6], expected[6];
    struct tw_window window = make_window(600, 600);
    tw_window_geotransform(&window, expected);
    assert_int_equal(GDALGetGeoTransform(dataset, geotransform), CE_None);
    for (int i = 0; i < 6; i++)
        assert_true(fabs(geotransform[i] - expected[i]) < 1e-6);
    assert_string_equal(OSRGetAuthorityCode(GDALGetSpatialRef(dataset), NULL), "3857");
    assert_string_equal(GDALGetDescription(GDALGetRasterBand(dataset, 2)), "nir");
    int width, height;
    GDALGetBlockSize(GDALGetRasterBand(dataset, 1), &width, &height);
    assert_int_equal(width, 512);
    assert_int_equal(height, 512);
    assert_string_equal(GDALGetMetadataItem(dataset, "INTERLEAVE", "IMAGE_STRUCTURE"), "PIXEL");
    assert_string_equal(GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE");
    GDALClose(dataset);
    assert_int_equal(tw_encoder_decode(encoder, &bytes, &window, fixture->arena, &decoded, &fixture->err),
                     TW_OK);
    assert_same_stored(&stored, &decoded);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void tags_are_written_for_the_file_and_for_bands(void **state)
{
    struct fixture *fixture = *state;
    const struct tw_value *tags =
        make_options(fixture, "TIFFTAG_COPYRIGHT", "somebody", "year", "2026", NULL);
    tags = tw_value_with(fixture->arena, tags, "2", make_options(fixture, "unit", "metre", NULL));
    const struct tw_value *options = tw_value_with(fixture->arena, NULL, "tags", tags);
    struct tw_encoder *encoder = open_gtiff(fixture, 2, TW_UINT8, 0, options);
    struct tw_raster raster = make_raster(fixture, 2, 4, TW_UINT8);
    struct tw_bytes bytes = {0};
    encode(fixture, encoder, &raster, &bytes);
    GDALDatasetH dataset = open_file(fixture, &bytes);
    assert_string_equal(GDALGetMetadataItem(dataset, "TIFFTAG_COPYRIGHT", NULL), "somebody");
    assert_string_equal(GDALGetMetadataItem(dataset, "year", NULL), "2026");
    assert_string_equal(GDALGetMetadataItem(GDALGetRasterBand(dataset, 2), "unit", NULL), "metre");
    GDALClose(dataset);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void all_lossless_compressions_keep_the_pixels(void **state)
{
    struct fixture *fixture = *state;
    static const char *const compressions[] = {"none", "lzw",  "packbits", "deflate",
                                               "zstd", "lzma", "DEFLATE"};
    for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++) {
        struct tw_encoder *encoder =
            open_gtiff(fixture, 1, TW_INT16, -9999, make_options(fixture, "compress", compressions[i], NULL));
        struct tw_raster raster = make_raster(fixture, 1, 50, TW_FLOAT32), decoded;
        fill_with_relief(fixture, &raster, true);
        struct tw_bytes bytes = {0};
        struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
        struct tw_window window = make_window(50, 50);
        assert_int_equal(tw_encoder_decode(encoder, &bytes, &window, fixture->arena, &decoded, &fixture->err),
                         TW_OK);
        assert_same_stored(&stored, &decoded);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void the_same_raster_gives_the_same_bytes(void **state)
{
    struct fixture *fixture = *state;
    static const char *const interleaves[] = {"band", "pixel"};
    for (int i = 0; i < 2; i++) {
        struct tw_encoder *encoder =
            open_gtiff(fixture, 3, TW_UINT8, 0, make_options(fixture, "interleave", interleaves[i], NULL));
        struct tw_raster raster = make_raster(fixture, 3, 1100, TW_UINT8);
        fill_with_relief(fixture, &raster, true);
        struct tw_bytes first = {0}, second = {0};
        encode(fixture, encoder, &raster, &first);
        GIntBig cache = GDALGetCacheMax64();
        GDALSetCacheMax64(1000000);
        encode(fixture, encoder, &raster, &second);
        GDALSetCacheMax64(cache);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.data, second.data, first.size);
        tw_bytes_free(&first);
        tw_bytes_free(&second);
        tw_encoder_close(encoder);
    }
}

static void a_truncated_tile_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_gtiff(fixture, 1, TW_UINT8, 0, NULL);
    struct tw_raster raster = make_raster(fixture, 1, 100, TW_UINT8), decoded;
    fill_with_relief(fixture, &raster, false);
    struct tw_bytes bytes = {0};
    encode(fixture, encoder, &raster, &bytes);
    struct tw_window window = make_window(100, 100), other = make_window(99, 100);
    assert_int_equal(tw_encoder_decode(encoder, &(struct tw_bytes){bytes.data, 100, 0}, &window,
                                       fixture->arena, &decoded, &fixture->err),
                     TW_ESTORAGE);
    assert_non_null(strstr(fixture->err.message, "the tile is no valid GeoTIFF: "));
    assert_int_equal(tw_encoder_decode(encoder, &(struct tw_bytes){bytes.data, bytes.size - 50, 0}, &window,
                                       fixture->arena, &decoded, &fixture->err),
                     TW_ESTORAGE);
    assert_non_null(strstr(fixture->err.message, "the tile is no valid GeoTIFF: "));
    assert_int_equal(tw_encoder_decode(encoder, &bytes, &other, fixture->arena, &decoded, &fixture->err),
                     TW_ESTORAGE);
    assert_string_equal(fixture->err.message, "the tile has 100 x 100 pixels, not 99 x 100");
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void the_number_of_bands_must_be_the_outputs(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_gtiff(fixture, 3, TW_UINT8, 0, NULL);
    assert_int_equal(tw_encoder_check_bands(encoder, 2, &fixture->err), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "the script returned 2 bands; the output has 3");
    assert_int_equal(tw_encoder_check_bands(encoder, 1, &fixture->err), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "the script returned 1 band; the output has 3");
    assert_int_equal(tw_encoder_check_bands(encoder, 3, &fixture->err), TW_OK);
    tw_encoder_close(encoder);
}

static void missing_dtype_and_bands_are_reported(void **state)
{
    struct fixture *fixture = *state;
    struct tw_output_spec spec = {.options = make_options(fixture, "format", "GTiff", NULL)};
    assert_null(tw_encoder_open("GTiff", &spec, &fixture->problems));
    assert_string_equal(
        tw_text_get(&fixture->problems.text),
        "output.dtype is missing: GTiff needs one of uint8, int8, uint16, int16, uint32, int32, "
        "float32, float64\n"
        "output.bands is missing: GTiff needs the number of bands");
}

static void check_problem(struct fixture *fixture, enum tw_dtype dtype, double nodata,
                          const struct tw_value *options, const char *message)
{
    struct tw_output_spec spec = {.options = options,
                                  .num_bands = 1,
                                  .has_dtype = true,
                                  .dtype = dtype,
                                  .has_nodata = true,
                                  .nodata = nodata};
    tw_problems_free(&fixture->problems);
    fixture->problems = (struct tw_problems){0};
    assert_null(tw_encoder_open("GTiff", &spec, &fixture->problems));
    assert_string_equal(tw_text_get(&fixture->problems.text), message);
}

static void wrong_options_are_refused_with_the_remedy(void **state)
{
    struct fixture *fixture = *state;
    check_problem(fixture, TW_UINT16, -9999, NULL, "nodata -9999 does not fit uint16 (0 to 65535)");
    check_problem(fixture, TW_FLOAT32, 1e300, NULL, "nodata 1e+300 does not fit float32");
    check_problem(fixture, TW_UINT8, 0, make_options(fixture, "predictor", "3", NULL),
                  "output.predictor 3 is for float32 and float64; uint8 takes 1 or 2");
    check_problem(fixture, TW_UINT8, 0, make_options(fixture, "blocksize", "100", NULL),
                  "output.blocksize must be a multiple of 16, from 16 to 16384, not 100");
    check_problem(fixture, TW_UINT8, 0, make_options(fixture, "tags", "x", NULL),
                  "output.tags must be a map of names and values, not a string");
    const struct tw_value *tags =
        tw_value_with(fixture->arena, NULL, "2", make_options(fixture, "unit", "metre", NULL));
    check_problem(fixture, TW_UINT8, 0, tw_value_with(fixture->arena, NULL, "tags", tags),
                  "tags of band '2': the output has the bands 1 to 1");
}

static void unknown_options_and_values_are_refused_with_a_suggestion(void **state)
{
    struct fixture *fixture = *state;
    struct tw_output_spec spec = {.options =
                                      make_options(fixture, "compress", "deflat", "blocksiz", "256", NULL),
                                  .num_bands = 1,
                                  .has_dtype = true};
    assert_null(tw_encoder_open("GTiff", &spec, &fixture->problems));
    const char *text = tw_text_get(&fixture->problems.text);
    const char *first =
        "unknown value of output.compress 'deflat'; did you mean 'deflate'? (known: none, lzw, ";
    assert_memory_equal(text, first, strlen(first));
    assert_non_null(strstr(text, "unknown output option 'blocksiz'; did you mean 'blocksize'?"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_type_is_read_back_as_stored),
        TEST(values_are_rounded_and_clamped_and_nodata_is_burnt_in),
        TEST(nan_can_be_the_nodata_value),
        TEST(a_tile_says_where_it_lies_and_what_its_bands_are),
        TEST(tags_are_written_for_the_file_and_for_bands),
        TEST(all_lossless_compressions_keep_the_pixels),
        TEST(the_same_raster_gives_the_same_bytes),
        TEST(a_truncated_tile_is_refused),
        TEST(the_number_of_bands_must_be_the_outputs),
        TEST(missing_dtype_and_bands_are_reported),
        TEST(wrong_options_are_refused_with_the_remedy),
        TEST(unknown_options_and_values_are_refused_with_a_suggestion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
