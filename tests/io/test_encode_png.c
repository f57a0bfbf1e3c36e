/* Encoding PNG, read back with libpng's own simplified reader and with GDAL.
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

#include <png.h>

#include <string.h>

static struct tw_encoder *open_png(struct fixture *fixture, const struct tw_value *options)
{
    struct tw_output_spec spec = {.options = options};
    struct tw_encoder *encoder = tw_encoder_open("PNG", &spec, &fixture->problems);
    if (encoder == NULL)
        fail_msg("%s", tw_text_get(&fixture->problems.text));
    return encoder;
}

/* Stores and encodes a raster. */
static struct tw_raster encode(struct fixture *fixture, const struct tw_encoder *encoder,
                               const struct tw_raster *raster, struct tw_bytes *bytes)
{
    struct tw_raster stored;
    struct tw_window window = make_window(raster->bands[0].width_px, raster->bands[0].height_px);
    assert_int_equal(tw_encoder_store(encoder, raster, fixture->arena, &stored, &fixture->err), TW_OK);
    assert_int_equal(tw_encoder_encode(encoder, &stored, &window, bytes, &fixture->err), TW_OK);
    return stored;
}

/* Every pixel as RGBA, 8 bits each, as any program sees it. */
static const uint8_t *see(struct fixture *fixture, const struct tw_bytes *bytes)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, bytes->data, bytes->size));
    image.format = PNG_FORMAT_RGBA;
    uint8_t *pixels = tw_arena_alloc(fixture->arena, PNG_IMAGE_SIZE(image));
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    return pixels;
}

/* What a band of 2 x 2 pixels becomes; - is nodata:
 *
 *      10   -
 *     300  -5
 */
static struct tw_raster gray_2x2(struct fixture *fixture)
{
    struct tw_raster raster = make_raster(fixture, 1, 2, TW_INT16);
    set_pixels(&raster, 0, (double[]){10, 99, 300, -5});
    set_valid(fixture, &raster, 0, (int[]){1, 0, 1, 1});
    return raster;
}

static void a_gray_band_becomes_rgba_with_alpha_from_validity(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_png(fixture, make_options(fixture, "format", "PNG", NULL));
    struct tw_bytes bytes = {0};
    struct tw_raster raster = gray_2x2(fixture);
    encode(fixture, encoder, &raster, &bytes);
    static const uint8_t expected[] = {10, 10, 10, 255, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255};
    assert_memory_equal(see(fixture, &bytes), expected, sizeof(expected));
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void a_pixel_is_transparent_only_where_all_bands_are_nodata(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_png(fixture, make_options(fixture, "format", "PNG", NULL));
    struct tw_bytes bytes = {0};
    struct tw_raster raster = make_raster(fixture, 3, 2, TW_UINT8);
    for (int band = 0; band < 3; band++)
        set_pixels(&raster, band, (double[]){1, 2, 3, 4});
    set_valid(fixture, &raster, 0, (int[]){1, 0, 0, 1});
    set_valid(fixture, &raster, 1, (int[]){1, 0, 1, 1});
    set_valid(fixture, &raster, 2, (int[]){1, 0, 0, 1});
    encode(fixture, encoder, &raster, &bytes);
    static const uint8_t expected[] = {1, 1, 1, 255, 0, 0, 0, 0, 0, 3, 0, 255, 4, 4, 4, 255};
    assert_memory_equal(see(fixture, &bytes), expected, sizeof(expected));
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void the_alpha_of_the_script_counts_where_pixels_are_valid(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_png(fixture, make_options(fixture, "format", "PNG", NULL));
    struct tw_bytes bytes = {0};
    struct tw_raster raster = make_raster(fixture, 4, 2, TW_UINT8), stored;
    for (int band = 0; band < 3; band++) {
        set_pixels(&raster, band, (double[]){7, 7, 7, 7});
        set_valid(fixture, &raster, band, (int[]){1, 1, 0, 1});
    }
    set_pixels(&raster, 3, (double[]){255, 128, 255, 0});
    stored = encode(fixture, encoder, &raster, &bytes);
    static const uint8_t expected[] = {7, 7, 7, 255, 7, 7, 7, 128, 0, 0, 0, 0, 0, 0, 0, 0};
    assert_memory_equal(see(fixture, &bytes), expected, sizeof(expected));
    assert_int_equal(stored.bands[0].valid[1], TW_VALID);
    assert_int_equal(stored.bands[0].valid[3], 0);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void without_alpha_the_nodata_colour_is_transparent(void **state)
{
    struct fixture *fixture = *state;
    static const char *const counts[] = {"1", "3"};
    for (int i = 0; i < 2; i++) {
        struct tw_encoder *encoder =
            open_png(fixture, make_options(fixture, "format", "PNG", "count", counts[i], NULL));
        struct tw_bytes bytes = {0};
        struct tw_raster raster = gray_2x2(fixture);
        struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
        /* -5 is clamped to 0, which is the nodata value. */
        static const uint8_t expected[] = {10, 10, 10, 255, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0};
        assert_memory_equal(see(fixture, &bytes), expected, sizeof(expected));
        assert_int_equal(stored.num_bands, i == 0 ? 1 : 3);
        assert_int_equal(stored.bands[0].valid[3], 0);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void check_round_trip(struct fixture *fixture, const char *count, enum tw_dtype dtype, int num_bands,
                             bool hole)
{
    struct tw_output_spec spec = {.options = make_options(fixture, "format", "PNG", "count", count, NULL),
                                  .has_dtype = true,
                                  .dtype = dtype};
    struct tw_encoder *encoder = tw_encoder_open("PNG", &spec, &fixture->problems);
    struct tw_bytes bytes = {0};
    struct tw_raster raster = make_raster(fixture, num_bands, 61, TW_FLOAT32), decoded;
    fill_with_relief(fixture, &raster, hole);
    struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
    struct tw_window window = make_window(61, 61);
    assert_int_equal(tw_encoder_decode(encoder, &bytes, &window, fixture->arena, &decoded, &fixture->err),
                     TW_OK);
    assert_same_stored(&stored, &decoded);
    assert_int_equal(tw_raster_is_empty(&stored), false);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void what_is_read_back_is_the_stored_form(void **state)
{
    static const char *const counts[] = {"1", "2", "3", "4"};
    for (int count = 1; count <= 4; count++)
        for (int bands = 1; bands <= (count <= 2 ? 2 : 4); bands++)
            for (int hole = 0; hole < 2; hole++) {
                check_round_trip(*state, counts[count - 1], TW_UINT8, bands, hole);
                check_round_trip(*state, counts[count - 1], TW_UINT16, bands, hole);
            }
}

static void sixteen_bits_are_kept(void **state)
{
    struct fixture *fixture = *state;
    struct tw_output_spec spec = {.options = make_options(fixture, "format", "PNG", "count", "1", NULL),
                                  .has_dtype = true,
                                  .dtype = TW_UINT16};
    struct tw_encoder *encoder = tw_encoder_open("PNG", &spec, &fixture->problems);
    struct tw_raster raster = make_raster(fixture, 1, 2, TW_FLOAT64), decoded;
    set_pixels(&raster, 0, (double[]){1, 258, 65535, 70000});
    struct tw_bytes bytes = {0};
    encode(fixture, encoder, &raster, &bytes);
    struct tw_window window = make_window(2, 2);
    assert_int_equal(tw_encoder_decode(encoder, &bytes, &window, fixture->arena, &decoded, &fixture->err),
                     TW_OK);
    const uint16_t expected[] = {1, 258, 65535, 65535};
    assert_memory_equal(decoded.bands[0].pixels, expected, sizeof(expected));
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

/* Images that each make another filter win, at all levels of compression. */
static void every_image_survives_its_filter(void **state)
{
    struct fixture *fixture = *state;
    static const char *const levels[] = {"fast", "default", "best", "1", "12"};
    for (int kind = 0; kind < 5; kind++) {
        struct tw_raster raster = make_raster(fixture, 3, 40, TW_UINT8), decoded;
        for (size_t band = 0; band < 3; band++)
            for (size_t i = 0; i < 1600; i++) {
                size_t x = i % 40, y = i / 40;
                double value[] = {9, (double)(x * 5 % 256), (double)(y * 6), (double)((x * x + y * 7) % 256),
                                  (double)((x / 8 + y / 8) % 2 * 200)};
                tw_array_set(&raster.bands[band], i, value[kind]);
            }
        struct tw_encoder *encoder =
            open_png(fixture, make_options(fixture, "format", "PNG", "compression", levels[kind], NULL));
        struct tw_bytes bytes = {0};
        struct tw_raster stored = encode(fixture, encoder, &raster, &bytes);
        struct tw_window window = make_window(40, 40);
        assert_int_equal(tw_encoder_decode(encoder, &bytes, &window, fixture->arena, &decoded, &fixture->err),
                         TW_OK);
        assert_same_stored(&stored, &decoded);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

/* Encodes at a level of compression and reads back with libpng. */
static struct tw_raster go_there_and_back(struct fixture *fixture, const struct tw_output_spec *spec,
                                          const struct tw_raster *raster, struct tw_bytes *bytes)
{
    struct tw_encoder *encoder = tw_encoder_open("PNG", spec, &fixture->problems);
    struct tw_raster decoded, stored = encode(fixture, encoder, raster, bytes);
    struct tw_window window = make_window(256, 256);
    assert_int_equal(tw_encoder_decode(encoder, bytes, &window, fixture->arena, &decoded, &fixture->err),
                     TW_OK);
    assert_same_stored(&stored, &decoded);
    tw_encoder_close(encoder);
    return decoded;
}

/* Level 1 writes photographs without a search for repeats, level 2 with one: the pixels are the same. */
static void the_fast_way_makes_the_same_pixels(void **state)
{
    struct fixture *fixture = *state;
    static const char *const counts[] = {"1", "2", "3", "4"};
    for (int i = 0; i < 16; i++) {
        const char *count = counts[i / 4];
        struct tw_raster raster = make_raster(fixture, i / 4 + 1, 256, TW_FLOAT32);
        fill_with_relief(fixture, &raster, i % 2 != 0);
        struct tw_output_spec fast = {.has_dtype = true, .dtype = i / 2 % 2 != 0 ? TW_UINT16 : TW_UINT8};
        struct tw_output_spec slow = fast;
        fast.options = make_options(fixture, "format", "PNG", "count", count, "compression", "fast", NULL);
        slow.options = make_options(fixture, "format", "PNG", "count", count, "compression", "2", NULL);
        struct tw_bytes fast_bytes = {0}, slow_bytes = {0};
        struct tw_raster a = go_there_and_back(fixture, &fast, &raster, &fast_bytes);
        struct tw_raster b = go_there_and_back(fixture, &slow, &raster, &slow_bytes);
        assert_same_stored(&a, &b);
        assert_true(fast_bytes.size != slow_bytes.size);
        tw_bytes_free(&fast_bytes);
        tw_bytes_free(&slow_bytes);
    }
}

static void broken_bytes_are_refused_with_the_reason(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_png(fixture, make_options(fixture, "format", "PNG", NULL));
    struct tw_raster raster = make_raster(fixture, 3, 40, TW_UINT8), decoded;
    fill_with_relief(fixture, &raster, true);
    struct tw_bytes bytes = {0};
    encode(fixture, encoder, &raster, &bytes);
    struct tw_window window = make_window(40, 40), other = make_window(40, 41);
    static const struct {
        size_t cut;
        const char *message;
    } cases[] = {{10, "the tile is no valid PNG: the file is truncated"},
                 {500, "the tile is no valid PNG: the file is truncated"},
                 {0, "the tile is no valid PNG: the file is truncated"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(tw_encoder_decode(encoder, &(struct tw_bytes){bytes.data, cases[i].cut, 0}, &window,
                                           fixture->arena, &decoded, &fixture->err),
                         TW_ESTORAGE);
        assert_string_equal(fixture->err.message, cases[i].message);
    }
    assert_int_equal(tw_encoder_decode(encoder, &bytes, &other, fixture->arena, &decoded, &fixture->err),
                     TW_ESTORAGE);
    assert_string_equal(fixture->err.message, "the tile has 40 x 40 pixels, not 40 x 41");
    bytes.data[bytes.size - 13] ^= 0x55; /* the checksum of the last IDAT */
    assert_int_equal(tw_encoder_decode(encoder, &bytes, &window, fixture->arena, &decoded, &fixture->err),
                     TW_ESTORAGE);
    assert_string_equal(fixture->err.message, "the tile is no valid PNG: IDAT: CRC error");
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void another_number_of_bands_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *rgba = open_png(fixture, make_options(fixture, "format", "PNG", NULL));
    struct tw_encoder *gray = open_png(fixture, make_options(fixture, "format", "PNG", "count", "1", NULL));
    struct tw_raster raster = make_raster(fixture, 1, 4, TW_UINT8), decoded;
    struct tw_bytes bytes = {0};
    encode(fixture, gray, &raster, &bytes);
    struct tw_window window = make_window(4, 4);
    assert_int_equal(tw_encoder_decode(rgba, &bytes, &window, fixture->arena, &decoded, &fixture->err),
                     TW_ESTORAGE);
    assert_string_equal(fixture->err.message, "the tile has 1 bands of 8 bits, not 4 of 8");
    assert_int_equal(tw_encoder_check_bands(rgba, 5, &fixture->err), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "the script returned 5 bands; PNG takes 1 to 4");
    assert_int_equal(tw_encoder_check_bands(gray, 3, &fixture->err), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "the script returned 3 bands; a PNG with count 1 takes 1 or 2");
    tw_bytes_free(&bytes);
    tw_encoder_close(rgba);
    tw_encoder_close(gray);
}

static void wrong_options_are_all_reported(void **state)
{
    struct fixture *fixture = *state;
    struct tw_output_spec spec = {.options = make_options(fixture, "format", "PNG", "count", "5",
                                                          "compression", "zip", "compresion", "fast", NULL),
                                  .has_dtype = true,
                                  .dtype = TW_FLOAT32,
                                  .has_nodata = true,
                                  .nodata = 300};
    assert_null(tw_encoder_open("PNG", &spec, &fixture->problems));
    assert_string_equal(tw_text_get(&fixture->problems.text),
                        "PNG holds uint8 or uint16, not float32\n"
                        "output.count must be 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGBA), not 5\n"
                        "nodata 300 does not fit uint8 (0 to 255)\n"
                        "output.compression must be fast, default, best or 1 to 12, not 'zip'\n"
                        "unknown output option 'compresion'; did you mean 'compression'?");
}

static void an_unknown_format_is_refused_with_the_known_ones(void **state)
{
    struct fixture *fixture = *state;
    struct tw_output_spec spec = {.options = make_options(fixture, "format", "PNGG", NULL)};
    assert_null(tw_encoder_open("PNGG", &spec, &fixture->problems));
    assert_string_equal(tw_text_get(&fixture->problems.text),
                        "unknown output format 'PNGG'; did you mean 'PNG'? (known: PNG, JPEG, WebP, PNG8, "
                        "PNG_hillshade, GTiff, GeoJSON, FlatGeobuf, GPKG)");
}

static void the_file_beside_says_where_the_tile_lies(void **state)
{
    struct fixture *fixture = *state;
    struct tw_encoder *encoder = open_png(fixture, make_options(fixture, "format", "PNG", NULL));
    struct tw_bytes bytes = {0};
    struct tw_window window = make_window(256, 256);
    assert_int_equal(tw_encoder_sidecar(encoder, &window, &bytes, &fixture->err), TW_OK);
    const char *text = tw_arena_strndup(fixture->arena, (const char *)bytes.data, bytes.size);
    assert_non_null(strstr(text, "<SRS>EPSG:3857</SRS>"));
    assert_non_null(strstr(text, "<GeoTransform>-20037508.34278"));
    tw_encoder_close(encoder);
    encoder = open_png(fixture, make_options(fixture, "format", "PNG", "georeference", "none", NULL));
    assert_int_equal(tw_encoder_sidecar(encoder, &window, &bytes, &fixture->err), TW_OK);
    assert_int_equal(bytes.size, 0);
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void the_formats_are_those_of_the_table(void **state)
{
    struct fixture *fixture = *state;
    const char *names[TW_MOST_FORMATS], *about[TW_MOST_FORMATS];
    size_t count = tw_encoder_formats(names, about);
    const struct tw_value *schema = make_options(fixture, "geometry", "Point", NULL);
    for (size_t i = 0; i < count; i++) {
        struct tw_output_spec spec = {
            .options = make_options(fixture, "format", names[i], NULL), .has_dtype = true, .num_bands = 1};
        if (i >= 6) /* of features */
            spec.options = tw_value_with(fixture->arena, spec.options, "schema", schema);
        struct tw_encoder *encoder = tw_encoder_open(names[i], &spec, &fixture->problems);
        assert_non_null(encoder);
        assert_true(strlen(about[i]) > 10);
        tw_encoder_close(encoder);
    }
    assert_int_equal(count, 9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_gray_band_becomes_rgba_with_alpha_from_validity),
        TEST(a_pixel_is_transparent_only_where_all_bands_are_nodata),
        TEST(the_alpha_of_the_script_counts_where_pixels_are_valid),
        TEST(without_alpha_the_nodata_colour_is_transparent),
        TEST(what_is_read_back_is_the_stored_form),
        TEST(sixteen_bits_are_kept),
        TEST(every_image_survives_its_filter),
        TEST(the_fast_way_makes_the_same_pixels),
        TEST(broken_bytes_are_refused_with_the_reason),
        TEST(another_number_of_bands_is_refused),
        TEST(wrong_options_are_all_reported),
        TEST(an_unknown_format_is_refused_with_the_known_ones),
        TEST(the_file_beside_says_where_the_tile_lies),
        TEST(the_formats_are_those_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
