/* SPDX-License-Identifier: MIT */
#include "encoder_driver.h"
#include "picture.h"
#include "png_chunk.h"
#include "png_filter.h"

#include <string.h>

/* On photographs level 4 takes twice the time of level 1 for files that are not smaller. */
enum { LEVEL_FAST = 1, LEVEL_DEFAULT = 1, LEVEL_BEST = 12 };

static const char *const option_names[] = {"count", "compression", "background", "georeference"};

static size_t png_options(const struct tw_encoder *encoder, const char *const **names)
{
    (void)encoder;
    *names = option_names;
    return sizeof(option_names) / sizeof(option_names[0]);
}

int tw_png_level(const struct tw_output_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "compression");
    long long level;
    if (value == NULL || value->kind == TW_NULL)
        return LEVEL_DEFAULT;
    if (tw_value_is_int(value, &level) && level >= 1 && level <= LEVEL_BEST)
        return (int)level;
    const char *text = value->text != NULL ? value->text : "";
    if (strcmp(text, "fast") == 0)
        return LEVEL_FAST;
    if (strcmp(text, "best") == 0)
        return LEVEL_BEST;
    if (strcmp(text, "default") != 0)
        tw_output_wrong(problems, value, "output.compression must be fast, default, best or 1 to 12");
    return LEVEL_DEFAULT;
}

/* A background takes the place of alpha. */
static int default_count(const struct tw_output_spec *spec, bool has_background)
{
    bool is_gray = spec->num_bands == 1 || spec->num_bands == 2;
    return !has_background ? 4 : is_gray ? 1 : 3;
}

static int read_count(const struct tw_output_spec *spec, bool has_background, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "count");
    long long count;
    if (value == NULL || value->kind == TW_NULL)
        return default_count(spec, has_background);
    if (tw_value_is_int(value, &count) && count >= 1 && count <= 4 && !(has_background && count % 2 == 0))
        return (int)count;
    tw_output_wrong(problems, value,
                    has_background
                        ? "output.count must be 1 (gray) or 3 (RGB): with a background there is "
                          "no alpha"
                        : "output.count must be 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGBA)");
    return default_count(spec, has_background);
}

static bool png_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                     struct tw_problems *problems)
{
    struct tw_picture_settings *settings = tw_arena_calloc(encoder->arena, 1, sizeof(*settings));
    if (settings == NULL)
        return false;
    encoder->dtype = spec->has_dtype ? spec->dtype : TW_UINT8;
    if (encoder->dtype != TW_UINT8 && encoder->dtype != TW_UINT16) {
        tw_problems_add(problems, tw_output_place(spec, "dtype"), "PNG holds uint8 or uint16, not %s",
                        tw_dtype_name(encoder->dtype));
        encoder->dtype = TW_UINT8;
    }
    tw_picture_check_spec(spec, "PNG", problems);
    bool has_background = tw_picture_has_background(spec);
    encoder->num_bands = read_count(spec, has_background, problems);
    encoder->has_alpha = encoder->num_bands % 2 == 0;
    encoder->nodata = spec->has_nodata ? spec->nodata : 0;
    tw_nodata_check(spec, encoder->dtype, encoder->nodata, problems);
    settings->level = tw_png_level(spec, problems);
    settings->georeference = tw_picture_georeference(spec, problems);
    encoder->settings = settings;
    encoder->is_lossy = has_background; /* of what is valid */
    return !has_background || tw_picture_background(encoder, spec, problems);
}

static void put_header(const struct tw_raster *stored, struct tw_bytes *bytes)
{
    static const int color_types[] = {0, 0, 4, 2, 6};
    const int32_t size_px[] = {stored->bands[0].width_px, stored->bands[0].height_px};
    tw_png_put_header(bytes, size_px, stored->bands[0].dtype == TW_UINT16 ? 16 : 8,
                      color_types[stored->num_bands]);
}

/* Which colour is transparent, where there is no alpha: every reader then sees the validity that we see. */
static void put_transparency(const struct tw_encoder *encoder, struct tw_bytes *bytes)
{
    unsigned nodata = (unsigned)encoder->nodata;
    unsigned char *samples = bytes->data + bytes->size + TW_PNG_CHUNK_DATA;
    for (int i = 0; i < encoder->num_bands; i++) {
        samples[2 * i] = (unsigned char)(nodata >> 8);
        samples[2 * i + 1] = (unsigned char)nodata;
    }
    tw_png_close_chunk(bytes, "tRNS", 2 * (size_t)encoder->num_bands);
}

enum { HEAD_SIZE = TW_PNG_HEADER + (TW_PNG_CHUNK_FRAME + 6) };

/* bytes: the file from the front; the filtered rows and their scratch rows behind it. */
static enum tw_status compress_rows(const struct tw_raster *stored, int level, struct tw_bytes *bytes,
                                    struct tw_error *err)
{
    size_t row_bytes = tw_png_row_bytes(stored), raw = (row_bytes + 1) * (size_t)stored->bands[0].height_px;
    size_t file = HEAD_SIZE + tw_png_pixels_bound(raw);
    if (!tw_bytes_reserve(bytes, file + raw + 3 * row_bytes))
        return tw_error_nomem(err);
    unsigned char *rows = bytes->data + file, *scratch = rows + raw;
    tw_png_filter_rows(stored, tw_png_pick_filter(stored, scratch), rows, scratch);
    return tw_png_put_pixels(bytes, rows, raw, level, err);
}

enum tw_status tw_png_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                             const struct tw_window *window, struct tw_bytes *bytes, struct tw_error *err)
{
    (void)window;
    const struct tw_picture_settings *settings = encoder->settings;
    if (!tw_bytes_reserve(bytes, HEAD_SIZE))
        return tw_error_nomem(err);
    put_header(stored, bytes);
    if (!encoder->has_alpha && encoder->background == NULL && stored->bands[0].valid != NULL)
        put_transparency(encoder, bytes);
    return compress_rows(stored, settings->level, bytes, err);
}

const struct tw_encoder_driver tw_encode_png = {
    .format = "PNG",
    .about = "PNG images, 8 or 16 bit, 1 to 4 bands; alpha from validity",
    .extension = "png",
    .content_type = "image/png",
    .by_pixels_alone = true,
    .makes_bands = true,
    .open = png_open,
    .options = png_options,
    .check_bands = tw_picture_check_bands,
    .store = tw_picture_store,
    .encode = tw_png_encode,
    .decode = tw_png_decode,
    .sidecar = tw_picture_sidecar,
};
