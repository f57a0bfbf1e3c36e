/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <png.h>

#include <stdlib.h>
#include <string.h>

/* Everything that must survive libpng's longjmp is in here. */
struct decoding {
    png_structp png;
    png_infop info;
    const struct tw_bytes *blob;
    size_t position;
    uint8_t **rows; /* of the whole image, samples side by side */
    char reason[200];
};

static void on_error(png_structp png, png_const_charp message)
{
    struct decoding *decoding = png_get_error_ptr(png);
    snprintf(decoding->reason, sizeof(decoding->reason), "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void on_read(png_structp png, png_bytep out, size_t size)
{
    struct decoding *decoding = png_get_io_ptr(png);
    if (size > decoding->blob->size - decoding->position)
        png_error(png, "the file is truncated");
    memcpy(out, decoding->blob->data + decoding->position, size);
    decoding->position += size;
}

/* To RGB, or RGBA when some of its colours are transparent. */
static void expand_palette(struct decoding *decoding)
{
    png_set_palette_to_rgb(decoding->png);
    if (png_get_valid(decoding->png, decoding->info, PNG_INFO_tRNS) != 0)
        png_set_tRNS_to_alpha(decoding->png);
    png_read_update_info(decoding->png, decoding->info);
}

static bool read_header(struct decoding *decoding)
{
    if (setjmp(png_jmpbuf(decoding->png)))
        return false;
    png_set_read_fn(decoding->png, decoding, on_read);
    png_read_info(decoding->png, decoding->info);
    if (png_get_color_type(decoding->png, decoding->info) == PNG_COLOR_TYPE_PALETTE)
        expand_palette(decoding);
    return true;
}

static bool read_rows(struct decoding *decoding)
{
    if (setjmp(png_jmpbuf(decoding->png)))
        return false;
    png_read_image(decoding->png, decoding->rows);
    png_read_end(decoding->png, NULL);
    return true;
}

static int num_channels(const struct decoding *decoding)
{
    switch (png_get_color_type(decoding->png, decoding->info)) {
    case PNG_COLOR_TYPE_GRAY:
        return 1;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        return 2;
    case PNG_COLOR_TYPE_RGB:
        return 3;
    case PNG_COLOR_TYPE_RGB_ALPHA:
        return 4;
    default:
        return 0;
    }
}

static enum tw_status check_shape(const struct decoding *decoding, const struct tw_encoder *encoder,
                                  const struct tw_window *window, struct tw_error *err)
{
    long width = (long)png_get_image_width(decoding->png, decoding->info);
    long height = (long)png_get_image_height(decoding->png, decoding->info);
    int bits = png_get_bit_depth(decoding->png, decoding->info), bands = num_channels(decoding);
    if (width != window->width_px || height != window->height_px)
        return tw_error_set(err, TW_ESTORAGE, "the tile has %ld x %ld pixels, not %d x %d", width, height,
                            window->width_px, window->height_px);
    if (bands != encoder->num_bands || (size_t)bits != 8 * tw_dtype_size(encoder->dtype))
        return tw_error_set(err, TW_ESTORAGE, "the tile has %d bands of %d bits, not %d of %zu", bands, bits,
                            encoder->num_bands, 8 * tw_dtype_size(encoder->dtype));
    if (png_get_interlace_type(decoding->png, decoding->info) != PNG_INTERLACE_NONE)
        return tw_error_set(err, TW_ESTORAGE, "the tile is interlaced");
    return TW_OK;
}

static void split_uint16(const uint8_t *samples, struct tw_raster *stored, size_t at, size_t width)
{
    size_t stride = 2 * stored->num_bands;
    for (size_t band = 0; band < stored->num_bands; band++) {
        uint16_t *pixels = (uint16_t *)stored->bands[band].pixels + at;
        for (size_t i = 0; i < width; i++) {
            const uint8_t *sample = samples + i * stride + 2 * band;
            pixels[i] = (uint16_t)(sample[0] << 8 | sample[1]);
        }
    }
}

static enum tw_status alloc_rows(struct decoding *decoding, const struct tw_window *window,
                                 struct tw_arena *arena, struct tw_error *err)
{
    size_t height = (size_t)window->height_px, size = png_get_rowbytes(decoding->png, decoding->info);
    decoding->rows = tw_arena_calloc(arena, height, sizeof(*decoding->rows));
    uint8_t *samples = decoding->rows != NULL ? tw_arena_alloc(arena, height * size) : NULL;
    if (samples == NULL)
        return tw_budget_error(arena, err);
    for (size_t y = 0; y < height; y++)
        decoding->rows[y] = samples + y * size;
    return TW_OK;
}

static enum tw_status decode_open_png(struct decoding *decoding, const struct tw_encoder *encoder,
                                      const struct tw_window *window, struct tw_arena *arena,
                                      struct tw_raster *stored, struct tw_error *err)
{
    if (!read_header(decoding))
        return tw_error_set(err, TW_ESTORAGE, "the tile is no valid PNG: %s", decoding->reason);
    enum tw_status status = check_shape(decoding, encoder, window, err);
    if (status == TW_OK)
        status = tw_stored_alloc(encoder, window->width_px, window->height_px, arena, stored, err);
    struct tw_arena_mark mark = tw_arena_mark(arena);
    if (status == TW_OK)
        status = alloc_rows(decoding, window, arena, err);
    if (status != TW_OK)
        return status;
    if (!read_rows(decoding))
        return tw_error_set(err, TW_ESTORAGE, "the tile is no valid PNG: %s", decoding->reason);
    size_t width = (size_t)window->width_px;
    for (size_t y = 0; y < (size_t)window->height_px; y++) {
        if (encoder->dtype == TW_UINT16)
            split_uint16(decoding->rows[y], stored, y * width, width);
        else
            tw_picture_split(decoding->rows[y], y * width, width, stored);
    }
    tw_arena_release(arena, mark);
    return encoder->background != NULL ? TW_OK : tw_picture_set_validity(encoder, arena, stored, err);
}

enum tw_status tw_png_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                             const struct tw_window *window, struct tw_arena *arena, struct tw_raster *stored,
                             struct tw_error *err)
{
    struct decoding decoding = {.blob = blob};
    decoding.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoding, on_error, on_warning);
    if (decoding.png == NULL)
        return tw_error_nomem(err);
    enum tw_status status = TW_ENOMEM;
    decoding.info = png_create_info_struct(decoding.png);
    if (decoding.info != NULL)
        status = decode_open_png(&decoding, encoder, window, arena, stored, err);
    else
        tw_error_nomem(err);
    png_destroy_read_struct(&decoding.png, &decoding.info, NULL);
    return status;
}
