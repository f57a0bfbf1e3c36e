/* WebP: RGBA, alpha without loss; or RGB, which cannot say what is valid, so that pixels without data hold
 * the background.
 *
 * SPDX-License-Identifier: MIT
 */
#include "picture.h"

#include "clones.h"

#include <webp/decode.h>
#include <webp/encode.h>

#include <string.h>

enum { DEFAULT_QUALITY = 75, DEFAULT_EFFORT = 4, LEAST_CAPACITY = 1 << 16 };

static const char *const option_names[] = {"count",  "quality",    "lossless",
                                           "effort", "background", "georeference"};

static size_t webp_options(const struct tw_encoder *encoder, const char *const **names)
{
    (void)encoder;
    *names = option_names;
    return sizeof(option_names) / sizeof(option_names[0]);
}

static int read_count(const struct tw_output_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "count");
    long long count;
    if (value == NULL || value->kind == TW_NULL)
        return tw_picture_has_background(spec) ? 3 : 4;
    if (tw_value_is_int(value, &count) && (count == 3 || count == 4))
        return (int)count;
    tw_output_wrong(problems, value, "output.count must be 3 (RGB) or 4 (RGBA)");
    return 4;
}

static void read_settings(struct tw_picture_settings *settings, const struct tw_output_spec *spec,
                          struct tw_problems *problems)
{
    static const int qualities[] = {1, 100}, efforts[] = {0, 6};
    const struct tw_value *quality = tw_value_get(spec->options, "quality");
    settings->is_lossless = tw_output_bool(spec, "lossless", false, problems);
    settings->quality = tw_output_int(spec, "quality", DEFAULT_QUALITY, qualities, problems);
    settings->level = tw_output_int(spec, "effort", DEFAULT_EFFORT, efforts, problems);
    settings->georeference = tw_picture_georeference(spec, problems);
    if (settings->is_lossless && quality != NULL && quality->kind != TW_NULL)
        tw_problems_add(problems, quality,
                        "output.quality says how much is lost, and output.lossless that nothing is: leave "
                        "one of them out; output.effort makes lossless files smaller");
}

static bool webp_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                      struct tw_problems *problems)
{
    struct tw_picture_settings *settings = tw_arena_calloc(encoder->arena, 1, sizeof(*settings));
    if (settings == NULL)
        return false;
    tw_picture_check_bytes(spec, "WebP", problems);
    tw_picture_check_spec(spec, "WebP", problems);
    encoder->dtype = TW_UINT8;
    encoder->num_bands = read_count(spec, problems);
    encoder->has_alpha = encoder->num_bands == 4;
    read_settings(settings, spec, problems);
    encoder->is_lossy = !settings->is_lossless || !encoder->has_alpha;
    encoder->settings = settings;
    if (!encoder->has_alpha)
        return tw_picture_background(encoder, spec, problems);
    if (tw_picture_has_background(spec))
        tw_problems_add(problems, tw_output_place(spec, "background"),
                        "output.background is for WebP without alpha (count: 3): with alpha, pixels without "
                        "data are transparent");
    return true;
}

/* A WebPWriterFunction. */
static int add_bytes(const uint8_t *data, size_t size, const WebPPicture *picture)
{
    struct tw_bytes *bytes = picture->custom_ptr;
    size_t wanted = bytes->size + size, capacity = bytes->capacity;
    while (capacity < wanted)
        capacity = capacity < LEAST_CAPACITY ? LEAST_CAPACITY : 2 * capacity;
    if (!tw_bytes_reserve(bytes, capacity))
        return 0;
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size = wanted;
    return 1;
}

/* Samples as libwebp wants them: blue, green, red and alpha, from the lowest bits up. */
TW_CLONES static void fill_row(const uint8_t *const bands[4], uint32_t *restrict row, size_t width)
{
    const uint8_t *restrict red = bands[0], *restrict green = bands[1], *restrict blue = bands[2],
                            *restrict alpha = bands[3];
    for (size_t x = 0; x < width; x++)
        row[x] = (uint32_t)alpha[x] << 24 | (uint32_t)red[x] << 16 | (uint32_t)green[x] << 8 | blue[x];
}

static void fill_picture(const struct tw_raster *stored, WebPPicture *picture)
{
    uint8_t opaque[WEBP_MAX_DIMENSION]; /* a row of alpha for rasters without */
    size_t width = (size_t)picture->width;
    memset(opaque, 255, width);
    for (size_t y = 0; y < (size_t)picture->height; y++) {
        const uint8_t *rows[4] = {NULL, NULL, NULL, opaque};
        for (size_t band = 0; band < stored->num_bands; band++)
            rows[band] = (const uint8_t *)stored->bands[band].pixels + y * width;
        fill_row(rows, picture->argb + y * (size_t)picture->argb_stride, width);
    }
}

static bool set_up(const struct tw_picture_settings *settings, WebPConfig *config)
{
    if (!WebPConfigInit(config))
        return false;
    config->lossless = settings->is_lossless;
    config->exact = settings->is_lossless;
    config->quality = (float)settings->quality;
    config->method = settings->level;
    return WebPValidateConfig(config) != 0;
}

static enum tw_status webp_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                                  const struct tw_window *window, struct tw_bytes *bytes,
                                  struct tw_error *err)
{
    WebPConfig config;
    WebPPicture picture;
    (void)window;
    bytes->size = 0;
    if (!set_up(encoder->settings, &config) || !WebPPictureInit(&picture))
        return tw_error_set(err, TW_ESTORAGE, "cannot make a WebP: this libwebp is of another version");
    picture.use_argb = 1;
    picture.width = stored->bands[0].width_px;
    picture.height = stored->bands[0].height_px;
    picture.writer = add_bytes;
    picture.custom_ptr = bytes;
    if (!WebPPictureAlloc(&picture))
        return tw_error_nomem(err);
    fill_picture(stored, &picture);
    bool made = WebPEncode(&config, &picture) != 0;
    WebPPictureFree(&picture);
    if (made)
        return TW_OK;
    if (picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY || picture.error_code == VP8_ENC_ERROR_BAD_WRITE)
        return tw_error_nomem(err);
    return tw_error_set(err, TW_ESTORAGE, "cannot make a WebP: libwebp's error %d", (int)picture.error_code);
}

static enum tw_status invalid(VP8StatusCode code, struct tw_error *err)
{
    const char *reason = code == VP8_STATUS_NOT_ENOUGH_DATA       ? "it is truncated"
                         : code == VP8_STATUS_UNSUPPORTED_FEATURE ? "it has features that are not supported"
                                                                  : "it is damaged";
    if (code == VP8_STATUS_OUT_OF_MEMORY)
        return tw_error_nomem(err);
    return tw_error_set(err, TW_ESTORAGE, "the tile is no valid WebP: %s", reason);
}

/* A file all of whose pixels are opaque says nothing of alpha. */
static enum tw_status check_features(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                                     const struct tw_window *window, struct tw_error *err)
{
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(blob->data, blob->size, &features);
    if (code != VP8_STATUS_OK)
        return invalid(code, err);
    if (features.has_animation)
        return tw_error_set(err, TW_ESTORAGE, "the tile is an animation");
    const int shape[] = {features.width, features.height, features.has_alpha ? 4 : encoder->num_bands};
    return tw_decoded_check(encoder, window, shape, err);
}

static enum tw_status decode_pixels(const struct tw_bytes *blob, struct tw_raster *stored,
                                    unsigned char *samples, struct tw_error *err)
{
    WebPDecoderConfig config;
    size_t count = tw_array_num_pixels(&stored->bands[0]);
    if (!WebPInitDecoderConfig(&config))
        return tw_error_set(err, TW_ESTORAGE, "cannot read a WebP: this libwebp is of another version");
    config.output.colorspace = stored->num_bands == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = samples;
    config.output.u.RGBA.stride = stored->bands[0].width_px * (int)stored->num_bands;
    config.output.u.RGBA.size = count * stored->num_bands;
    VP8StatusCode code = WebPDecode(blob->data, blob->size, &config);
    WebPFreeDecBuffer(&config.output);
    if (code != VP8_STATUS_OK)
        return invalid(code, err);
    tw_picture_split(samples, 0, count, stored);
    return TW_OK;
}

static enum tw_status webp_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                                  const struct tw_window *window, struct tw_arena *arena,
                                  struct tw_raster *stored, struct tw_error *err)
{
    enum tw_status status = check_features(encoder, blob, window, err);
    if (status == TW_OK)
        status = tw_stored_alloc(encoder, window->width_px, window->height_px, arena, stored, err);
    if (status != TW_OK)
        return status;
    struct tw_arena_mark mark = tw_arena_mark(arena);
    size_t count = tw_array_num_pixels(&stored->bands[0]);
    unsigned char *samples = tw_arena_alloc(arena, count * stored->num_bands);
    if (samples == NULL)
        return tw_budget_error(arena, err);
    status = decode_pixels(blob, stored, samples, err);
    tw_arena_release(arena, mark);
    return status == TW_OK && encoder->has_alpha ? tw_picture_set_validity(encoder, arena, stored, err)
                                                 : status;
}

const struct tw_encoder_driver tw_encode_webp = {
    .format = "WebP",
    .about = "WebP images, RGBA or RGB, with or without loss",
    .extension = "webp",
    .content_type = "image/webp",
    .by_pixels_alone = true,
    .makes_bands = true,
    .most_pixels = WEBP_MAX_DIMENSION,
    .open = webp_open,
    .options = webp_options,
    .check_bands = tw_picture_check_bands,
    .store = tw_picture_store,
    .encode = webp_encode,
    .decode = webp_decode,
    .sidecar = tw_picture_sidecar,
};
