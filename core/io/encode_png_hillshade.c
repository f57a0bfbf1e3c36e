/* Shade as an overlay: black, and the more opaque the darker the shade. 255, full light, is transparent as
 * nodata is; in a tile that is written both are the same, so that overviews fade from shade to light.
 *
 * SPDX-License-Identifier: MIT
 */
#include "picture.h"

#include <string.h>

enum { FULL_LIGHT = 255 };

static const char *const option_names[] = {"old_band_num", "compression", "georeference"};

static size_t hillshade_options(const struct tw_encoder *encoder, const char *const **names)
{
    (void)encoder;
    *names = option_names;
    return sizeof(option_names) / sizeof(option_names[0]);
}

static int read_count(const struct tw_output_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "old_band_num");
    long long count;
    if (value == NULL || value->kind == TW_NULL)
        return 2;
    if (tw_value_is_int(value, &count) && (count == 2 || count == 4))
        return (int)count;
    tw_output_wrong(problems, value, "output.old_band_num must be 2 (black and alpha) or 4 (RGBA)");
    return 2;
}

static bool hillshade_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                           struct tw_problems *problems)
{
    struct tw_picture_settings *settings = tw_arena_calloc(encoder->arena, 1, sizeof(*settings));
    if (settings == NULL)
        return false;
    tw_picture_check_bytes(spec, "PNG_hillshade", problems);
    encoder->dtype = TW_UINT8;
    encoder->num_bands = read_count(spec, problems);
    encoder->has_alpha = true;
    encoder->is_lossy = true;
    encoder->nodata = FULL_LIGHT;
    settings->level = tw_png_level(spec, problems);
    settings->georeference = tw_picture_georeference(spec, problems);
    encoder->settings = settings;
    return true;
}

/* The number of its own bands comes from its own tiles. */
static enum tw_status hillshade_check_bands(const struct tw_encoder *encoder, size_t num_bands,
                                            struct tw_error *err)
{
    if (num_bands == 1 || num_bands == (size_t)encoder->num_bands)
        return TW_OK;
    return tw_error_set(err, TW_ESCRIPT, "the script returned %zu bands; PNG_hillshade takes 1, the shade",
                        num_bands);
}

/* Black, and alpha from the shade. */
static enum tw_status invert(const struct tw_encoder *encoder, const struct tw_array *shade,
                             struct tw_arena *arena, struct tw_raster *inverted, struct tw_error *err)
{
    enum tw_status status = tw_stored_alloc(encoder, shade->width_px, shade->height_px, arena, inverted, err);
    if (status != TW_OK)
        return status;
    size_t count = tw_array_num_pixels(shade);
    struct tw_array *alpha = &inverted->bands[inverted->num_bands - 1];
    for (size_t i = 0; i + 1 < inverted->num_bands; i++)
        memset(inverted->bands[i].pixels, 0, count);
    tw_pixels_convert(shade->pixels, (enum tw_dtype)shade->dtype, alpha->pixels, TW_UINT8, count);
    uint8_t *pixels = alpha->pixels;
    for (size_t i = 0; i < count; i++)
        pixels[i] = (uint8_t)(FULL_LIGHT - pixels[i]);
    alpha->valid = shade->valid;
    return TW_OK;
}

static enum tw_status hillshade_store(const struct tw_encoder *encoder, const struct tw_raster *raster,
                                      struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err)
{
    if (raster->num_bands != 1)
        return tw_picture_store(encoder, raster, arena, stored, err);
    struct tw_raster inverted;
    enum tw_status status = invert(encoder, &raster->bands[0], arena, &inverted, err);
    return status == TW_OK ? tw_picture_store(encoder, &inverted, arena, stored, err) : status;
}

static enum tw_status hillshade_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                                       const struct tw_window *window, struct tw_arena *arena,
                                       struct tw_raster *stored, struct tw_error *err)
{
    enum tw_status status = tw_png_decode(encoder, blob, window, arena, stored, err);
    for (size_t i = 0; status == TW_OK && i < stored->num_bands; i++)
        stored->bands[i].valid = NULL;
    return status;
}

const struct tw_encoder_driver tw_encode_png_hillshade = {
    .format = "PNG_hillshade",
    .about = "PNG images that lay shade (0 dark to 255 light) over a map: black, opaque where it is dark",
    .extension = "png",
    .content_type = "image/png",
    .by_pixels_alone = true,
    .makes_bands = true,
    .open = hillshade_open,
    .options = hillshade_options,
    .check_bands = hillshade_check_bands,
    .store = hillshade_store,
    .encode = tw_png_encode,
    .decode = hillshade_decode,
    .sidecar = tw_picture_sidecar,
};
