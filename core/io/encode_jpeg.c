/* JPEG cannot say what is valid: in a tile that is written every pixel is, and those without data hold the
 * background. A tile without any data is not written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "encode_jpeg.h"
#include "samples.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_QUALITY = 75, LEAST_CAPACITY = 1 << 16 };

static const char *const option_names[] = {"count",    "quality",     "background",  "progressive",
                                           "optimize", "subsampling", "georeference"};

static size_t jpeg_options(const struct tw_encoder *encoder, const char *const **names)
{
    (void)encoder;
    *names = option_names;
    return sizeof(option_names) / sizeof(option_names[0]);
}

/* 1 or 3; without the option, what the script or the configuration says, otherwise 3. */
static int read_count(const struct tw_output_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "count");
    long long count;
    if (spec->num_bands != 0 && spec->num_bands != 1 && spec->num_bands != 3)
        tw_problems_add(problems, tw_output_place(spec, "bands"),
                        "JPEG holds 1 (gray) or 3 bands (RGB), not %d; write WebP, PNG or GTiff, or return "
                        "other bands",
                        spec->num_bands);
    if (value == NULL || value->kind == TW_NULL)
        return spec->num_bands == 1 ? 1 : 3;
    if (tw_value_is_int(value, &count) && (count == 1 || count == 3))
        return (int)count;
    tw_output_wrong(problems, value, "output.count must be 1 (gray) or 3 (RGB)");
    return 3;
}

static void read_subsampling(struct tw_picture_settings *settings, const struct tw_output_spec *spec,
                             struct tw_problems *problems)
{
    static const char *const known[] = {"4:4:4", "4:2:2", "4:2:0"};
    static const int factors[][2] = {{1, 1}, {2, 1}, {2, 2}};
    const char *text = tw_output_text(spec, "subsampling", "4:2:0", problems);
    for (size_t i = 0; i < 3; i++)
        if (strcmp(text, known[i]) == 0) {
            memcpy(settings->subsampling, factors[i], sizeof(factors[i]));
            return;
        }
    tw_problems_add_unknown(problems, tw_output_place(spec, "subsampling"), "output.subsampling", text, known,
                            3);
}

static bool jpeg_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                      struct tw_problems *problems)
{
    static const int quality[] = {1, 100};
    struct tw_picture_settings *settings = tw_arena_calloc(encoder->arena, 1, sizeof(*settings));
    if (settings == NULL)
        return false;
    tw_picture_check_bytes(spec, "JPEG", problems);
    encoder->dtype = TW_UINT8;
    encoder->num_bands = read_count(spec, problems);
    encoder->is_lossy = true;
    settings->quality = tw_output_int(spec, "quality", DEFAULT_QUALITY, quality, problems);
    settings->is_progressive = tw_output_bool(spec, "progressive", false, problems);
    settings->is_optimized = tw_output_bool(spec, "optimize", true, problems);
    read_subsampling(settings, spec, problems);
    settings->georeference = tw_picture_georeference(spec, problems);
    encoder->settings = settings;
    return tw_picture_background(encoder, spec, problems);
}

static enum tw_status jpeg_check_bands(const struct tw_encoder *encoder, size_t num_bands,
                                       struct tw_error *err)
{
    if (num_bands == 1 || num_bands == (size_t)encoder->num_bands)
        return TW_OK;
    return tw_error_set(err, TW_ESCRIPT, "the script returned %zu bands; a JPEG with count %d takes %s",
                        num_bands, encoder->num_bands, encoder->num_bands == 1 ? "1" : "1 or 3");
}

/* Everything that must survive libjpeg's longjmp is in here. */
struct encoding {
    struct jpeg_compress_struct jpeg;
    struct tw_jpeg_errors errors;
    struct jpeg_destination_mgr destination;
    struct tw_bytes *bytes;
    const struct tw_raster *stored;
    const struct tw_picture_settings *settings;
    unsigned char *row; /* samples side by side; NULL: a band's own rows are used */
};

static void start_bytes(j_compress_ptr jpeg)
{
    struct encoding *encoding = jpeg->client_data;
    encoding->destination.next_output_byte = encoding->bytes->data;
    encoding->destination.free_in_buffer = encoding->bytes->capacity;
}

/* Called when the buffer is full. */
static boolean grow_bytes(j_compress_ptr jpeg)
{
    struct encoding *encoding = jpeg->client_data;
    size_t used = encoding->bytes->capacity;
    if (!tw_bytes_reserve(encoding->bytes, 2 * used)) {
        snprintf(encoding->errors.reason, sizeof(encoding->errors.reason), "out of memory");
        longjmp(encoding->errors.jump, 1);
    }
    encoding->destination.next_output_byte = encoding->bytes->data + used;
    encoding->destination.free_in_buffer = encoding->bytes->capacity - used;
    return TRUE;
}

static void end_bytes(j_compress_ptr jpeg)
{
    struct encoding *encoding = jpeg->client_data;
    encoding->bytes->size = encoding->bytes->capacity - encoding->destination.free_in_buffer;
}

static void set_up(struct encoding *encoding)
{
    struct jpeg_compress_struct *jpeg = &encoding->jpeg;
    const struct tw_picture_settings *settings = encoding->settings;
    bool is_gray = encoding->stored->num_bands == 1;
    jpeg->client_data = encoding;
    encoding->destination = (struct jpeg_destination_mgr){
        .init_destination = start_bytes, .empty_output_buffer = grow_bytes, .term_destination = end_bytes};
    jpeg->dest = &encoding->destination;
    jpeg->image_width = (JDIMENSION)encoding->stored->bands[0].width_px;
    jpeg->image_height = (JDIMENSION)encoding->stored->bands[0].height_px;
    jpeg->input_components = is_gray ? 1 : 3;
    jpeg->in_color_space = is_gray ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, settings->quality, TRUE);
    jpeg->optimize_coding = settings->is_optimized;
    if (settings->is_progressive)
        jpeg_simple_progression(jpeg);
    if (!is_gray) {
        jpeg->comp_info[0].h_samp_factor = settings->subsampling[0];
        jpeg->comp_info[0].v_samp_factor = settings->subsampling[1];
    }
}

static JSAMPROW next_row(const struct encoding *encoding, size_t at, size_t width)
{
    const struct tw_array *bands = encoding->stored->bands;
    if (encoding->row == NULL) /* libjpeg does not write to it */
        return (uint8_t *)bands[0].pixels + at;
    const uint8_t *const rows[3] = {(const uint8_t *)bands[0].pixels + at,
                                    (const uint8_t *)bands[1].pixels + at,
                                    (const uint8_t *)bands[2].pixels + at};
    tw_samples_join(rows, 3, encoding->row, width);
    return encoding->row;
}

static bool write_image(struct encoding *encoding)
{
    struct jpeg_compress_struct *jpeg = &encoding->jpeg;
    if (setjmp(encoding->errors.jump))
        return false;
    jpeg_create_compress(jpeg);
    set_up(encoding);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        size_t at = (size_t)jpeg->next_scanline * jpeg->image_width;
        JSAMPROW row = next_row(encoding, at, jpeg->image_width);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return true;
}

static enum tw_status jpeg_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                                  const struct tw_window *window, struct tw_bytes *bytes,
                                  struct tw_error *err)
{
    (void)window;
    struct encoding encoding = {.bytes = bytes, .stored = stored, .settings = encoder->settings};
    encoding.jpeg.err = tw_jpeg_errors_init(&encoding.errors);
    if (!tw_bytes_reserve(bytes, LEAST_CAPACITY))
        return tw_error_nomem(err);
    if (stored->num_bands == 3 && (encoding.row = malloc(3 * (size_t)stored->bands[0].width_px)) == NULL)
        return tw_error_nomem(err);
    bool written = write_image(&encoding);
    jpeg_destroy_compress(&encoding.jpeg);
    free(encoding.row);
    return written ? TW_OK : tw_error_set(err, TW_ESTORAGE, "cannot make a JPEG: %s", encoding.errors.reason);
}

const struct tw_encoder_driver tw_encode_jpeg = {
    .format = "JPEG",
    .about = "JPEG images, gray or RGB; a background where there is no data",
    .extension = "jpg",
    .content_type = "image/jpeg",
    .by_pixels_alone = true,
    .makes_bands = true,
    .most_pixels = JPEG_MAX_DIMENSION,
    .open = jpeg_open,
    .options = jpeg_options,
    .check_bands = jpeg_check_bands,
    .store = tw_picture_store,
    .encode = jpeg_encode,
    .decode = tw_jpeg_decode,
    .sidecar = tw_picture_sidecar,
};
