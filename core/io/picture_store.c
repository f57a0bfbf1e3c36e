/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <string.h>

/* What a picture is made from: colour bands (a gray one thrice), and an alpha band or none. */
struct parts {
    const struct tw_array *colors[3];
    size_t num_colors;            /* of the file: 1 or 3 */
    const struct tw_array *alpha; /* may be NULL */
};

static struct parts take_apart(const struct tw_encoder *encoder, const struct tw_raster *raster)
{
    struct parts parts = {.num_colors = encoder->num_bands > 2 ? 3 : 1};
    bool is_gray = raster->num_bands <= 2;
    for (size_t i = 0; i < parts.num_colors; i++)
        parts.colors[i] = &raster->bands[is_gray ? 0 : i];
    if (raster->num_bands % 2 == 0)
        parts.alpha = &raster->bands[raster->num_bands - 1];
    return parts;
}

/* A pixel is valid where one of its colours is. NULL: everywhere. */
static enum tw_status join_validity(const struct parts *parts, struct tw_arena *arena, uint8_t **joined,
                                    struct tw_error *err)
{
    *joined = NULL;
    for (size_t i = 0; i < parts->num_colors; i++)
        if (parts->colors[i]->valid == NULL)
            return TW_OK;
    uint8_t *first = parts->colors[0]->valid;
    bool shared = true;
    for (size_t i = 1; i < parts->num_colors; i++)
        shared = shared && parts->colors[i]->valid == first;
    if (shared) {
        *joined = first;
        return TW_OK;
    }
    size_t count = tw_array_num_pixels(parts->colors[0]);
    uint8_t *bytes = tw_arena_alloc(arena, count);
    if (bytes == NULL)
        return tw_budget_error(arena, err);
    memcpy(bytes, first, count);
    for (size_t i = 1; i < parts->num_colors; i++)
        for (size_t p = 0; p < count; p++)
            bytes[p] |= parts->colors[i]->valid[p];
    *joined = bytes;
    return TW_OK;
}

static void make_alpha(const struct tw_encoder *encoder, const struct parts *parts, const uint8_t *valid,
                       const struct tw_array *alpha)
{
    size_t count = tw_array_num_pixels(alpha);
    if (parts->alpha == NULL) {
        tw_pixels_fill(alpha->pixels, encoder->dtype, count, tw_dtype_max(encoder->dtype));
    } else {
        tw_pixels_convert(parts->alpha->pixels, (enum tw_dtype)parts->alpha->dtype, alpha->pixels,
                          encoder->dtype, count);
        tw_pixels_burn_nodata(alpha->pixels, encoder->dtype, parts->alpha->valid, count, 0);
    }
    tw_pixels_burn_nodata(alpha->pixels, encoder->dtype, valid, count, 0);
}

/* valid[i] = 0 wherever the pixel is 0. */
static enum tw_status mask_zeros(const struct tw_array *alpha, struct tw_arena *arena, uint8_t **valid,
                                 struct tw_error *err)
{
    size_t count = tw_array_num_pixels(alpha);
    if ((*valid = tw_arena_alloc(arena, count)) == NULL)
        return tw_budget_error(arena, err);
    memset(*valid, TW_VALID, count);
    tw_pixels_mask_nodata(alpha->pixels, (enum tw_dtype)alpha->dtype, count, 0, *valid);
    return TW_OK;
}

/* number: of the band in the file. */
static enum tw_status make_color(const struct tw_encoder *encoder, const struct parts *parts, size_t number,
                                 const uint8_t *valid, struct tw_array *color, struct tw_arena *arena)
{
    const struct tw_array *from = parts->colors[number];
    size_t count = tw_array_num_pixels(from);
    if (!tw_array_alloc(arena, color, false))
        return TW_EBUDGET;
    double nodata =
        encoder->background != NULL ? encoder->background[number] : tw_encoder_empty_value(encoder);
    tw_pixels_convert(from->pixels, (enum tw_dtype)from->dtype, color->pixels, encoder->dtype, count);
    tw_pixels_burn_nodata(color->pixels, encoder->dtype, from->valid, count, nodata);
    if (valid != from->valid)
        tw_pixels_burn_nodata(color->pixels, encoder->dtype, valid, count, nodata);
    return TW_OK;
}

static enum tw_status make_colors(const struct tw_encoder *encoder, const struct parts *parts,
                                  const uint8_t *valid, struct tw_arena *arena, struct tw_raster *stored)
{
    for (size_t i = 0; i < parts->num_colors; i++) {
        if (i > 0 && parts->colors[i] == parts->colors[0] && encoder->background == NULL) {
            stored->bands[i] = stored->bands[0];
            continue;
        }
        if (make_color(encoder, parts, i, valid, &stored->bands[i], arena) != TW_OK)
            return TW_EBUDGET;
    }
    return TW_OK;
}

/* Without an alpha band in the file: valid where not all bands hold the nodata value. */
static enum tw_status see_nodata(const struct tw_encoder *encoder, struct tw_arena *arena,
                                 const struct tw_raster *stored, uint8_t **valid, struct tw_error *err)
{
    size_t count = tw_array_num_pixels(&stored->bands[0]);
    struct tw_arena_mark mark = tw_arena_mark(arena);
    uint8_t *seen = tw_arena_calloc(arena, 2, count);
    if (seen == NULL)
        return tw_budget_error(arena, err);
    uint8_t *band = seen + count;
    for (size_t i = 0; i < stored->num_bands; i++) {
        memset(band, TW_VALID, count);
        tw_pixels_mask_nodata(stored->bands[i].pixels, encoder->dtype, count, encoder->nodata, band);
        for (size_t p = 0; p < count; p++)
            seen[p] |= band[p];
    }
    *valid = seen;
    if (memchr(seen, 0, count) == NULL) {
        tw_arena_release(arena, mark);
        *valid = NULL;
    }
    return TW_OK;
}

enum tw_status tw_picture_set_validity(const struct tw_encoder *encoder, struct tw_arena *arena,
                                       struct tw_raster *stored, struct tw_error *err)
{
    uint8_t *valid = NULL;
    const struct tw_array *last = &stored->bands[stored->num_bands - 1];
    enum tw_status status = encoder->has_alpha ? mask_zeros(last, arena, &valid, err)
                                               : see_nodata(encoder, arena, stored, &valid, err);
    if (status != TW_OK)
        return status;
    if (valid != NULL && memchr(valid, 0, tw_array_num_pixels(last)) == NULL)
        valid = NULL;
    for (size_t i = 0; i < stored->num_bands; i++)
        stored->bands[i].valid = valid;
    return TW_OK;
}

/* Where alpha decides what is valid: the file has an alpha band, or the script returned one. */
static enum tw_status apply_alpha(const struct tw_encoder *encoder, const struct parts *parts,
                                  struct tw_arena *arena, struct tw_array *alpha, uint8_t **valid)
{
    if (!tw_array_alloc(arena, alpha, false))
        return TW_EBUDGET;
    make_alpha(encoder, parts, *valid, alpha);
    if (parts->alpha == NULL)
        return TW_OK;
    struct tw_error ignored;
    return mask_zeros(alpha, arena, valid, &ignored);
}

enum tw_status tw_picture_store(const struct tw_encoder *encoder, const struct tw_raster *raster,
                                struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err)
{
    size_t count = (size_t)encoder->num_bands;
    const struct tw_array *first = &raster->bands[0];
    struct tw_array *bands = tw_arena_calloc(arena, count, sizeof(*bands));
    if (bands == NULL)
        return tw_budget_error(arena, err);
    for (size_t i = 0; i < count; i++)
        bands[i] = (struct tw_array){NULL, NULL, first->width_px, first->height_px, (int32_t)encoder->dtype};
    *stored = (struct tw_raster){count, bands, encoder->names, NULL};
    struct parts parts = take_apart(encoder, raster);
    uint8_t *valid;
    enum tw_status status = join_validity(&parts, arena, &valid, err);
    if (status != TW_OK)
        return status;
    struct tw_array alpha = bands[0];
    if (encoder->has_alpha || parts.alpha != NULL)
        status = apply_alpha(encoder, &parts, arena, &alpha, &valid);
    if (status != TW_OK || make_colors(encoder, &parts, valid, arena, stored) != TW_OK)
        return tw_budget_error(arena, err);
    if (!encoder->has_alpha && encoder->background == NULL)
        return tw_picture_set_validity(encoder, arena, stored, err);
    if (encoder->has_alpha)
        bands[count - 1] = alpha;
    if (valid != NULL && memchr(valid, 0, tw_array_num_pixels(first)) == NULL)
        valid = NULL;
    for (size_t i = 0; i < count; i++)
        bands[i].valid = valid;
    return TW_OK;
}
