/* Encoding JPEG, WebP and PNG_hillshade, read back with libjpeg and libwebp.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sink_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <webp/decode.h>

static struct tw_encoder *open_format(struct fixture *fixture, const char *format,
                                      const struct tw_value *options)
{
    struct tw_output_spec spec = {.options = options};
    struct tw_encoder *encoder = tw_encoder_open(format, &spec, &fixture->problems);
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

static struct tw_raster decode(struct fixture *fixture, const struct tw_encoder *encoder,
                               const struct tw_bytes *bytes, int size_px)
{
    struct tw_raster decoded;
    struct tw_window window = make_window(size_px, size_px);
    if (tw_encoder_decode(encoder, bytes, &window, fixture->arena, &decoded, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    return decoded;
}

/* The largest difference of valid pixels. */
static double difference(const struct tw_raster *a, const struct tw_raster *b)
{
    double most = 0;
    for (size_t i = 0; i < a->num_bands; i++)
        for (size_t p = 0; p < tw_array_num_pixels(&a->bands[i]); p++) {
            double gap = tw_array_get(&a->bands[i], p) - tw_array_get(&b->bands[i], p);
            bool is_valid = a->bands[i].valid == NULL || a->bands[i].valid[p] != 0;
            if (is_valid && (gap > most || -gap > most))
                most = gap < 0 ? -gap : gap;
        }
    return most;
}

static struct tw_raster slope(struct fixture *fixture, int num_bands, int size_px)
{
    struct tw_raster raster = make_raster(fixture, num_bands, size_px, TW_UINT8);
    for (int band = 0; band < num_bands; band++)
        for (int i = 0; i < size_px * size_px; i++)
            tw_array_set(&raster.bands[band], (size_t)i, 40 + (i % size_px) / 2 + 30 * band);
    return raster;
}

/* What libjpeg says of the header. */
static void check_header(const struct tw_bytes *bytes, int num_components, bool progressive, int factor)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, bytes->data, bytes->size);
    jpeg_read_header(&jpeg, TRUE);
    assert_int_equal(jpeg.image_width, 100);
    assert_int_equal(jpeg.num_components, num_components);
    assert_int_equal(jpeg.progressive_mode, progressive);
    assert_int_equal(jpeg.comp_info[0].h_samp_factor, factor);
    jpeg_destroy_decompress(&jpeg);
}

static void a_jpeg_is_gray_or_rgb_as_the_options_say(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *count, *progressive, *subsampling;
        int components, factor;
    } cases[] = {{"3", "false", "4:2:0", 3, 2}, {"3", "true", "4:4:4", 3, 1}, {"1", "false", "4:2:2", 1, 1}};
    for (int i = 0; i < 3; i++) {
        struct tw_encoder *encoder =
            open_format(fixture, "JPEG",
                        make_options(fixture, "count", cases[i].count, "progressive", cases[i].progressive,
                                     "subsampling", cases[i].subsampling, "quality", "95", NULL));
        struct tw_bytes bytes = {0};
        struct tw_raster raster = slope(fixture, 1, 100);
        struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
        check_header(&bytes, cases[i].components, strcmp(cases[i].progressive, "true") == 0, cases[i].factor);
        struct tw_raster decoded = decode(fixture, encoder, &bytes, 100);
        assert_int_equal(decoded.num_bands, cases[i].components);
        assert_true(difference(&stored, &decoded) < 6);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void a_higher_quality_gives_a_larger_file(void **state)
{
    struct fixture *fixture = *state;
    static const char *const formats[] = {"JPEG", "WebP"};
    for (int i = 0; i < 2; i++) {
        size_t last = 0;
        static const char *const qualities[] = {"10", "75", "100"};
        for (int k = 0; k < 3; k++) {
            struct tw_encoder *encoder =
                open_format(fixture, formats[i], make_options(fixture, "quality", qualities[k], NULL));
            struct tw_bytes bytes = {0};
            struct tw_raster raster = make_raster(fixture, 3, 300, TW_UINT8);
            fill_with_relief(fixture, &raster, false);
            encode(fixture, encoder, &raster, &bytes);
            assert_true(bytes.size > last);
            last = bytes.size;
            tw_bytes_free(&bytes);
            tw_encoder_close(encoder);
        }
    }
}

/* Files without validity: nodata becomes the background, and a reader sees every pixel as valid. */
static void pixels_without_data_get_the_background(void **state)
{
    struct fixture *fixture = *state;
    static const char *const formats[] = {"JPEG", "WebP"};
    struct tw_value colors[3] = {*tw_value_number(fixture->arena, 200), *tw_value_number(fixture->arena, 10),
                                 *tw_value_number(fixture->arena, 90)};
    struct tw_value background = {.kind = TW_LIST, .count = 3, .items = colors};
    for (int i = 0; i < 4; i++) {
        const struct tw_value *options = make_options(fixture, "count", "3", NULL);
        if (i % 2 == 1)
            options = tw_value_with(fixture->arena, options, "background", &background);
        struct tw_encoder *encoder = open_format(fixture, formats[i / 2], options);
        struct tw_bytes bytes = {0};
        struct tw_raster raster = make_raster(fixture, 1, 64, TW_UINT8);
        uint8_t *valid = tw_arena_calloc(fixture->arena, 64 * 64, 1);
        memset(valid + 32 * 64, TW_VALID, 32 * 64);
        raster.bands[0].valid = valid;
        struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
        assert_int_equal(stored.bands[2].valid[0], 0);
        struct tw_raster decoded = decode(fixture, encoder, &bytes, 64);
        assert_null(decoded.bands[0].valid);
        for (size_t band = 0; band < 3; band++) {
            double wanted = i % 2 == 1 ? colors[band].number : 255;
            assert_true(tw_array_get(&decoded.bands[band], 70) > wanted - 12);
            assert_true(tw_array_get(&decoded.bands[band], 70) < wanted + 12);
        }
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void a_lossless_webp_keeps_every_pixel(void **state)
{
    struct fixture *fixture = *state;
    static const char *const efforts[] = {"0", "6"};
    for (int i = 0; i < 2; i++) {
        struct tw_encoder *encoder = open_format(
            fixture, "WebP", make_options(fixture, "lossless", "true", "effort", efforts[i], NULL));
        assert_false(tw_encoder_is_lossy(encoder));
        struct tw_bytes bytes = {0};
        struct tw_raster raster = make_raster(fixture, 4, 100, TW_UINT8);
        fill_with_relief(fixture, &raster, true);
        struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
        struct tw_raster decoded = decode(fixture, encoder, &bytes, 100);
        assert_same_stored(&stored, &decoded);
        int width, height;
        uint8_t *pixels = WebPDecodeRGBA(bytes.data, bytes.size, &width, &height);
        assert_int_equal(width, 100);
        for (size_t p = 0; p < 100 * 100; p++)
            assert_int_equal(pixels[4 * p + 3], (int)tw_array_get(&stored.bands[3], p));
        WebPFree(pixels);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void the_alpha_of_a_lossy_webp_is_exact(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_format(fixture, "WebP", make_options(fixture, "quality", "20", NULL));
    assert_true(tw_encoder_is_lossy(encoder));
    struct tw_bytes bytes = {0};
    struct tw_raster raster = make_raster(fixture, 3, 100, TW_UINT8);
    fill_with_relief(fixture, &raster, true);
    struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
    struct tw_raster decoded = decode(fixture, encoder, &bytes, 100);
    assert_memory_equal(stored.bands[3].pixels, decoded.bands[3].pixels, 100 * 100);
    assert_memory_equal(stored.bands[0].valid, decoded.bands[0].valid, 100 * 100);
    assert_true(difference(&stored, &decoded) > 0);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

/* Shade, and alpha in its place; - is nodata:
 *
 *       0  255        255  0
 *     100    -        155  0
 */
static void shade_becomes_black_that_is_opaque_where_it_is_dark(void **state)
{
    struct fixture *fixture = *state;
    static const char *const counts[] = {"2", "4"};
    for (int i = 0; i < 2; i++) {
        struct tw_encoder *encoder =
            open_format(fixture, "PNG_hillshade", make_options(fixture, "old_band_num", counts[i], NULL));
        struct tw_bytes bytes = {0};
        struct tw_raster raster = make_raster(fixture, 1, 2, TW_FLOAT32);
        set_pixels(&raster, 0, (double[]){0, 255, 100.2, 7});
        set_valid(fixture, &raster, 0, (int[]){1, 1, 1, 0});
        struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
        struct tw_raster decoded = decode(fixture, encoder, &bytes, 2);
        assert_int_equal(decoded.num_bands, 2 + 2 * i);
        static const uint8_t alpha[] = {255, 0, 155, 0}, black[] = {0, 0, 0, 0};
        assert_memory_equal(decoded.bands[1 + 2 * i].pixels, alpha, 4);
        assert_memory_equal(decoded.bands[0].pixels, black, 4);
        assert_null(decoded.bands[0].valid);
        struct tw_raster again;
        assert_int_equal(tw_encoder_store(encoder, &stored, fixture->arena, &again, &fixture->err), TW_OK);
        assert_same_stored(&stored, &again);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void check_broken(struct fixture *fixture, const struct tw_encoder *encoder,
                         const struct tw_bytes *bytes, int size_px, const char *message)
{
    struct tw_raster decoded;
    struct tw_window window = make_window(size_px, size_px);
    assert_int_equal(tw_encoder_decode(encoder, bytes, &window, fixture->arena, &decoded, &fixture->err),
                     TW_ESTORAGE);
    assert_string_equal(fixture->err.message, message);
}

static void broken_tiles_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *format, *empty, *half, *noise, *bands;
    } cases[] = {
        {"JPEG", "the tile is no valid JPEG: Premature end of JPEG file",
         "the tile is no valid JPEG: Premature end of JPEG file",
         "the tile is no valid JPEG: Not a JPEG file: starts with 0x77 0x77", "the tile has 3 bands, not 1"},
        {"WebP", "the tile is no valid WebP: it is truncated", "the tile is no valid WebP: it is truncated",
         "the tile is no valid WebP: it is damaged", NULL}};
    for (int i = 0; i < 2; i++) {
        struct tw_encoder *encoder =
            open_format(fixture, cases[i].format, make_options(fixture, "count", "3", NULL));
        struct tw_bytes bytes = {0};
        struct tw_raster raster = make_raster(fixture, 3, 100, TW_UINT8);
        fill_with_relief(fixture, &raster, false);
        encode(fixture, encoder, &raster, &bytes);
        check_broken(fixture, encoder, &bytes, 99, "the tile has 100 x 100 pixels, not 99 x 99");
        check_broken(fixture, encoder, &(struct tw_bytes){bytes.data, bytes.size / 2, 0}, 100, cases[i].half);
        check_broken(fixture, encoder, &(struct tw_bytes){bytes.data, 4, 0}, 100, cases[i].empty);
        if (cases[i].bands != NULL) {
            struct tw_encoder *gray =
                open_format(fixture, cases[i].format, make_options(fixture, "count", "1", NULL));
            check_broken(fixture, gray, &bytes, 100, cases[i].bands);
            tw_encoder_close(gray);
        }
        memset(bytes.data, 'w', bytes.size);
        check_broken(fixture, encoder, &bytes, 100, cases[i].noise);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void the_same_raster_gives_the_same_bytes(void **state)
{
    struct fixture *fixture = *state;
    static const char *const formats[] = {"JPEG", "WebP"};
    for (int i = 0; i < 2; i++) {
        struct tw_encoder *encoder = open_format(fixture, formats[i], NULL);
        struct tw_raster raster = make_raster(fixture, 3, 500, TW_UINT8);
        fill_with_relief(fixture, &raster, true);
        struct tw_bytes first = {0}, second = {0};
        encode(fixture, encoder, &raster, &second);
        encode(fixture, encoder, &raster, &second); /* into bytes that are there already */
        encode(fixture, encoder, &raster, &first);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.data, second.data, first.size);
        tw_bytes_free(&first);
        tw_bytes_free(&second);
        tw_encoder_close(encoder);
    }
}

static void check_bands(struct fixture *fixture, const char *format, size_t num_bands, const char *message)
{
    struct tw_encoder *encoder = open_format(fixture, format, NULL);
    assert_int_equal(tw_encoder_check_bands(encoder, num_bands, &fixture->err), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, message);
    tw_encoder_close(encoder);
}

static void numbers_of_bands_that_a_format_cannot_hold_are_refused(void **state)
{
    struct fixture *fixture = *state;
    check_bands(fixture, "JPEG", 2, "the script returned 2 bands; a JPEG with count 3 takes 1 or 3");
    check_bands(fixture, "WebP", 5, "the script returned 5 bands; WebP takes 1 to 4");
    check_bands(fixture, "PNG_hillshade", 3, "the script returned 3 bands; PNG_hillshade takes 1, the shade");
}

static void check_problem(struct fixture *fixture, const char *format, const struct tw_value *options,
                          const char *message)
{
    struct tw_output_spec spec = {.options = options};
    const struct tw_value *bands = tw_value_get(options, "bands"), *dtype = tw_value_get(options, "dtype");
    spec.num_bands = bands != NULL ? (int)bands->number : 0;
    spec.has_dtype = dtype != NULL;
    spec.dtype = TW_FLOAT32;
    tw_problems_free(&fixture->problems);
    fixture->problems = (struct tw_problems){0};
    assert_null(tw_encoder_open(format, &spec, &fixture->problems));
    assert_string_equal(tw_text_get(&fixture->problems.text), message);
}

static void wrong_options_are_refused_with_the_remedy(void **state)
{
    struct fixture *f = *state;
    check_problem(f, "JPEG", make_options(f, "quality", "200", NULL),
                  "output.quality must be a whole number from 1 to 100, not 200");
    check_problem(f, "JPEG", make_options(f, "quality", "high", NULL),
                  "output.quality must be a whole number from 1 to 100, not 'high'");
    check_problem(
        f, "JPEG", make_options(f, "bands", "2", NULL),
        "JPEG holds 1 (gray) or 3 bands (RGB), not 2; write WebP, PNG or GTiff, or return other bands");
    check_problem(f, "JPEG", make_options(f, "dtype", "float32", NULL), "JPEG holds uint8, not float32");
    check_problem(f, "JPEG", make_options(f, "count", "4", NULL),
                  "output.count must be 1 (gray) or 3 (RGB), not 4");
    check_problem(
        f, "JPEG", make_options(f, "nodata", "0", NULL),
        "JPEG without alpha has no nodata value: set output.background, the colour of pixels without "
        "data");
    check_problem(f, "JPEG", make_options(f, "background", "red", NULL),
                  "output.background must be a colour such as [255, 255, 255], not 'red'");
    check_problem(f, "JPEG", make_options(f, "background", "300", "count", "1", NULL),
                  "output.background must be a gray from 0 to 255 (count: 1), not 300");
    check_problem(f, "JPEG", make_options(f, "subsampling", "4:2:1", NULL),
                  "unknown output.subsampling '4:2:1'; did you mean '4:2:2'? (known: 4:4:4, 4:2:2, 4:2:0)");
    check_problem(f, "JPEG", make_options(f, "progressive", "yes", NULL),
                  "output.progressive must be true or false, not a string");
    check_problem(f, "WebP", make_options(f, "dtype", "float32", NULL), "WebP holds uint8, not float32");
    check_problem(f, "WebP", make_options(f, "effort", "7", NULL),
                  "output.effort must be a whole number from 0 to 6, not 7");
    check_problem(f, "WebP", make_options(f, "count", "1", NULL),
                  "output.count must be 3 (RGB) or 4 (RGBA), not 1");
    check_problem(f, "WebP", make_options(f, "bands", "5", NULL),
                  "WebP holds 1 to 4 bands, not 5; write GTiff, or return fewer bands");
    check_problem(
        f, "WebP", make_options(f, "lossless", "true", "quality", "80", NULL),
        "output.quality says how much is lost, and output.lossless that nothing is: leave one of them "
        "out; output.effort makes lossless files smaller");
    check_problem(
        f, "WebP", make_options(f, "background", "0", "count", "4", NULL),
        "output.background is for WebP without alpha (count: 3): with alpha, pixels without data are "
        "transparent");
    check_problem(f, "PNG", make_options(f, "background", "0", "count", "4", NULL),
                  "output.count must be 1 (gray) or 3 (RGB): with a background there is no alpha, not 4\n"
                  "output.background must be a colour such as [255, 255, 255], not 0");
    check_problem(f, "PNG", make_options(f, "background", "256", "bands", "1", NULL),
                  "output.background must be a gray from 0 to 255 (count: 1), not 256");
    check_problem(f, "PNG8", make_options(f, "colors", "3", NULL),
                  "output.colors must be a whole number from 4 to 256, not 3");
    check_problem(f, "PNG8", make_options(f, "dither", "much", NULL),
                  "output.dither must be true or false, not a string");
    check_problem(f, "PNG8", make_options(f, "dtype", "float32", NULL), "PNG8 holds uint8, not float32");
    check_problem(f, "PNG_hillshade", make_options(f, "old_band_num", "3", NULL),
                  "output.old_band_num must be 2 (black and alpha) or 4 (RGBA), not 3");
    check_problem(f, "PNG_hillshade", make_options(f, "dtype", "float32", NULL),
                  "PNG_hillshade holds uint8, not float32");
}

static void unknown_options_are_refused_with_a_suggestion(void **state)
{
    struct fixture *fixture = *state;
    struct tw_output_spec spec = {.options = make_options(fixture, "qualty", "50", NULL)};
    assert_null(tw_encoder_open("JPEG", &spec, &fixture->problems));
    const char *text = tw_text_get(&fixture->problems.text);
    assert_non_null(strstr(text, "unknown output option 'qualty'; did you mean 'quality'?"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_jpeg_is_gray_or_rgb_as_the_options_say),
        TEST(a_higher_quality_gives_a_larger_file),
        TEST(pixels_without_data_get_the_background),
        TEST(a_lossless_webp_keeps_every_pixel),
        TEST(the_alpha_of_a_lossy_webp_is_exact),
        TEST(shade_becomes_black_that_is_opaque_where_it_is_dark),
        TEST(broken_tiles_are_refused),
        TEST(the_same_raster_gives_the_same_bytes),
        TEST(numbers_of_bands_that_a_format_cannot_hold_are_refused),
        TEST(wrong_options_are_refused_with_the_remedy),
        TEST(unknown_options_are_refused_with_a_suggestion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
