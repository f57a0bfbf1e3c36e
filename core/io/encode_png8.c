/* PNG8: a palette of up to 256 colours for each tile, which makes files of half the size and less.
 *
 * SPDX-License-Identifier: MIT
 */
#include "palette.h"
#include "picture.h"
#include "png_chunk.h"

#include <string.h>

enum { PALETTE_COLOR_TYPE = 3, LEAST_COLORS = 4 };

struct png8_settings {
    struct tw_picture_settings picture; /* first: what all have */
    int num_colors;
    bool dither;
};

static const char *const option_names[] = {"colors", "dither", "compression", "background", "georeference"};

static size_t png8_options(const struct tw_encoder *encoder, const char *const **names)
{
    (void)encoder;
    *names = option_names;
    return sizeof(option_names) / sizeof(option_names[0]);
}

static bool png8_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                      struct tw_problems *problems)
{
    static const int colors[] = {LEAST_COLORS, TW_PALETTE_MOST};
    struct png8_settings *settings = tw_arena_calloc(encoder->arena, 1, sizeof(*settings));
    if (settings == NULL)
        return false;
    bool has_background = tw_picture_has_background(spec);
    tw_picture_check_bytes(spec, "PNG8", problems);
    tw_picture_check_spec(spec, "PNG8", problems);
    encoder->dtype = TW_UINT8;
    encoder->num_bands = has_background ? 3 : 4;
    encoder->has_alpha = !has_background;
    encoder->is_lossy = true;
    encoder->nodata = spec->has_nodata ? spec->nodata : 0;
    tw_nodata_check(spec, encoder->dtype, encoder->nodata, problems);
    settings->num_colors = tw_output_int(spec, "colors", TW_PALETTE_MOST, colors, problems);
    settings->dither = tw_output_bool(spec, "dither", true, problems);
    settings->picture.level = tw_png_level(spec, problems);
    settings->picture.georeference = tw_picture_georeference(spec, problems);
    encoder->settings = settings;
    return !has_background || tw_picture_background(encoder, spec, problems);
}

static void put_palette(const struct tw_palette *palette, struct tw_bytes *bytes)
{
    unsigned char *data = bytes->data + bytes->size + TW_PNG_CHUNK_DATA;
    for (int i = 0; i < palette->count; i++)
        memcpy(data + 3 * i, palette->colors[i], 3);
    tw_png_close_chunk(bytes, "PLTE", 3 * (size_t)palette->count);
    if (palette->num_clear == 0)
        return;
    data = bytes->data + bytes->size + TW_PNG_CHUNK_DATA;
    int last = 0; /* what is not said is opaque */
    for (int i = 0; i < palette->count; i++) {
        data[i] = palette->colors[i][3];
        last = data[i] < 255 ? i : last;
    }
    tw_png_close_chunk(bytes, "tRNS", (size_t)last + 1);
}

/* bytes: the file from the front; the rows behind it. */
static enum tw_status png8_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                                  const struct tw_window *window, struct tw_bytes *bytes,
                                  struct tw_error *err)
{
    (void)window;
    const struct png8_settings *settings = encoder->settings;
    const int32_t size_px[] = {stored->bands[0].width_px, stored->bands[0].height_px};
    size_t raw = ((size_t)size_px[0] + 1) * (size_t)size_px[1];
    size_t file = TW_PNG_HEADER + 2 * TW_PNG_CHUNK_FRAME + 4 * TW_PALETTE_MOST + tw_png_pixels_bound(raw);
    struct tw_palette palette;
    if (!tw_bytes_reserve(bytes, file + raw) || !tw_palette_make(stored, settings->num_colors, &palette))
        return tw_error_nomem(err);
    unsigned char *rows = bytes->data + file;
    memset(rows, 0, raw); /* the numbers of colours are not predicted: the filter is none */
    if (!tw_palette_map(stored, &palette, settings->dither, rows))
        return tw_error_nomem(err);
    tw_png_put_header(bytes, size_px, 8, PALETTE_COLOR_TYPE);
    put_palette(&palette, bytes);
    return tw_png_put_pixels(bytes, rows, raw, settings->picture.level, err);
}

const struct tw_encoder_driver tw_encode_png8 = {
    .format = "PNG8",
    .about =
        "PNG images with a palette of up to 256 colours for each tile, dithered; transparent where there "
        "is no data",
    .extension = "png",
    .content_type = "image/png",
    .by_pixels_alone = true,
    .makes_bands = true,
    .open = png8_open,
    .options = png8_options,
    .check_bands = tw_picture_check_bands,
    .store = tw_picture_store,
    .encode = png8_encode,
    .decode = tw_png_decode,
    .sidecar = tw_picture_sidecar,
};
