/* SPDX-License-Identifier: MIT */
#include "source_pixels.h"

#include <cpl_error.h>

#include <math.h>
#include <string.h>

struct reading {
    const struct tw_pixels_request *request;
    struct tw_arena *arena;
    size_t count; /* of pixels */
    struct tw_error *err;
};

size_t tw_source_pixels_cost(const struct tw_pixels_request *request)
{
    size_t cost = 2; /* validity, and the mask that it is made of */
    for (size_t i = 0; i < request->num_bands; i++) {
        const struct tw_band_info *band = &request->info->bands[request->bands[i]];
        cost += tw_dtype_size(band->dtype) + (band->own_validity ? 1 : 0);
    }
    return request->info->num_nodata_bands > 0 ? cost + 8 : cost;
}

static enum tw_status no_memory(const struct reading *reading)
{
    return tw_error_set(reading->err, TW_EBUDGET,
                        "not enough memory to read '%s'; raise --memory, or lower the metatiling",
                        reading->request->path);
}

static GDALRasterBandH level_band(const struct tw_pixels_request *request, int file_band)
{
    GDALRasterBandH band = GDALGetRasterBand(request->dataset, file_band);
    return request->part.level < 0 ? band : GDALGetOverview(band, request->part.level);
}

/* GDAL does not return every failure: some are only reported. */
static enum tw_status read_band(const struct reading *reading, GDALRasterBandH band, void *pixels,
                                enum tw_dtype dtype)
{
    const struct tw_part *part = &reading->request->part;
    CPLErrorReset();
    CPLErr failed = band == NULL
                        ? CE_Failure
                        : GDALRasterIO(band, GF_Read, part->x, part->y, part->width_px, part->height_px,
                                       pixels, part->width_px, part->height_px, tw_gdal_type(dtype), 0, 0);
    if (failed != CE_None || CPLGetLastErrorType() >= CE_Failure)
        return tw_error_set(reading->err, TW_EINPUT, "cannot read '%s': %s", reading->request->path,
                            tw_gdal_reason_for(reading->request->path));
    return TW_OK;
}

static void make_signed(void *pixels, enum tw_dtype dtype, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (dtype == TW_INT16 && ((int16_t *)pixels)[i] > 127)
            ((int16_t *)pixels)[i] = (int16_t)(((int16_t *)pixels)[i] - 256);
        else if (dtype == TW_FLOAT32 && ((float *)pixels)[i] > 127)
            ((float *)pixels)[i] -= 256;
    }
}

/* valid[i] = 0 where the mask is 0. */
static enum tw_status apply_mask(const struct reading *reading, GDALRasterBandH mask, uint8_t *valid)
{
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    uint8_t *bytes = tw_arena_alloc(reading->arena, reading->count);
    if (bytes == NULL)
        return no_memory(reading);
    enum tw_status status = read_band(reading, mask, bytes, TW_UINT8);
    for (size_t i = 0; status == TW_OK && i < reading->count; i++)
        valid[i] = bytes[i] != 0 ? valid[i] : 0;
    tw_arena_release(reading->arena, mark);
    return status;
}

/* Alpha of 16 bits must not be squeezed into 8, where 1 would become 0. */
static enum tw_status apply_alpha(const struct reading *reading, uint8_t *valid)
{
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    float *alpha = tw_arena_calloc(reading->arena, reading->count, sizeof(*alpha));
    if (alpha == NULL)
        return no_memory(reading);
    GDALRasterBandH band = level_band(reading->request, reading->request->info->alpha_band);
    enum tw_status status = read_band(reading, band, alpha, TW_FLOAT32);
    for (size_t i = 0; status == TW_OK && i < reading->count; i++)
        valid[i] = alpha[i] > 0 ? valid[i] : 0;
    tw_arena_release(reading->arena, mark);
    return status;
}

/* some[i] becomes TW_VALID where the band holds another value than its nodata value; NaN is never a value. */
static enum tw_status find_values(const struct reading *reading, const struct tw_nodata_band *band,
                                  uint8_t *some)
{
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    void *pixels = tw_arena_alloc(reading->arena, reading->count * tw_dtype_size(band->dtype));
    uint8_t *is_value = tw_arena_alloc(reading->arena, reading->count);
    if (pixels == NULL || is_value == NULL)
        return no_memory(reading);
    enum tw_status status =
        read_band(reading, level_band(reading->request, band->file_band), pixels, band->dtype);
    if (status == TW_OK && band->is_signed_byte)
        make_signed(pixels, band->dtype, reading->count);
    if (status == TW_OK) {
        memset(is_value, TW_VALID, reading->count);
        tw_pixels_mask_nodata(pixels, band->dtype, reading->count, band->nodata, is_value);
        if (tw_dtype_is_float(band->dtype))
            tw_pixels_mask_nodata(pixels, band->dtype, reading->count, NAN, is_value);
        for (size_t i = 0; i < reading->count; i++)
            some[i] |= is_value[i];
    }
    tw_arena_release(reading->arena, mark);
    return status;
}

static enum tw_status apply_nodata(const struct reading *reading, uint8_t *valid)
{
    const struct tw_raster_info *info = reading->request->info;
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    uint8_t *some = tw_arena_calloc(reading->arena, reading->count, 1);
    if (some == NULL)
        return no_memory(reading);
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < info->num_nodata_bands; i++)
        status = find_values(reading, &info->nodata_bands[i], some);
    for (size_t i = 0; i < reading->count; i++)
        valid[i] &= some[i];
    tw_arena_release(reading->arena, mark);
    return status;
}

/* The validity that all bands share; *valid stays NULL when the file knows no nodata. */
static enum tw_status read_validity(const struct reading *reading, uint8_t **valid)
{
    const struct tw_raster_info *info = reading->request->info;
    *valid = NULL;
    if (!tw_raster_info_has_nodata(info))
        return TW_OK;
    *valid = tw_arena_alloc(reading->arena, reading->count);
    if (*valid == NULL)
        return no_memory(reading);
    memset(*valid, TW_VALID, reading->count);
    enum tw_status status = TW_OK;
    if (info->num_nodata_bands > 0)
        status = apply_nodata(reading, *valid);
    if (status == TW_OK && info->alpha_band > 0)
        status = apply_alpha(reading, *valid);
    if (status == TW_OK && info->has_mask)
        status = apply_mask(reading, GDALGetMaskBand(level_band(reading->request, 1)), *valid);
    return status;
}

static void rescale_values(const struct tw_band_info *info, struct tw_array *band, size_t count)
{
    if (info->scale == 1 && info->offset == 0)
        return;
    if (band->dtype == TW_FLOAT32) {
        float *pixels = band->pixels;
        for (size_t i = 0; i < count; i++)
            pixels[i] = (float)(pixels[i] * info->scale + info->offset);
    } else if (band->dtype == TW_FLOAT64) {
        double *pixels = band->pixels;
        for (size_t i = 0; i < count; i++)
            pixels[i] = pixels[i] * info->scale + info->offset;
    }
}

/* Bands with a validity of their own get a copy of the common one, less what is NaN or masked in them. */
static enum tw_status read_own_validity(const struct reading *reading, const struct tw_band_info *info,
                                        const uint8_t *common, struct tw_array *band)
{
    band->valid = tw_arena_alloc(reading->arena, reading->count);
    if (band->valid == NULL)
        return no_memory(reading);
    if (common != NULL)
        memcpy(band->valid, common, reading->count);
    else
        memset(band->valid, TW_VALID, reading->count);
    if (tw_dtype_is_float((enum tw_dtype)band->dtype))
        tw_pixels_mask_nodata(band->pixels, (enum tw_dtype)band->dtype, reading->count, NAN, band->valid);
    if (!info->own_mask)
        return TW_OK;
    return apply_mask(reading, GDALGetMaskBand(level_band(reading->request, info->file_band)), band->valid);
}

static enum tw_status read_values(const struct reading *reading, const struct tw_band_info *info,
                                  uint8_t *common, struct tw_array *band)
{
    const struct tw_part *part = &reading->request->part;
    *band = (struct tw_array){
        .width_px = part->width_px, .height_px = part->height_px, .dtype = (int32_t)info->dtype};
    band->pixels = tw_arena_alloc(reading->arena, reading->count * tw_dtype_size(info->dtype));
    if (band->pixels == NULL)
        return no_memory(reading);
    enum tw_status status =
        read_band(reading, level_band(reading->request, info->file_band), band->pixels, info->dtype);
    if (status != TW_OK)
        return status;
    if (info->is_signed_byte)
        make_signed(band->pixels, info->dtype, reading->count);
    rescale_values(info, band, reading->count);
    band->valid = common;
    return info->own_validity ? read_own_validity(reading, info, common, band) : TW_OK;
}

/* Indices beyond the palette are black, as in other readers. */
static void expand(const struct tw_raster_info *info, const uint16_t *indices, int channel, uint8_t *colours,
                   size_t count)
{
    for (size_t i = 0; i < count; i++)
        colours[i] = indices[i] < info->num_colours ? info->palette[indices[i]][channel] : 0;
}

static enum tw_status read_colours(const struct reading *reading, uint8_t *valid,
                                   struct tw_source_pixels *pixels)
{
    const struct tw_raster_info *info = reading->request->info;
    for (size_t i = 0; i < pixels->num_bands; i++) {
        struct tw_array *band = &pixels->bands[i];
        *band = (struct tw_array){.width_px = pixels->part.width_px,
                                  .height_px = pixels->part.height_px,
                                  .dtype = TW_UINT8,
                                  .valid = valid};
        band->pixels = tw_arena_alloc(reading->arena, reading->count);
        if (band->pixels == NULL)
            return no_memory(reading);
    }
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    uint16_t *indices = tw_arena_calloc(reading->arena, reading->count, sizeof(*indices));
    if (indices == NULL)
        return no_memory(reading);
    enum tw_status status = read_band(reading, level_band(reading->request, 1), indices, TW_UINT16);
    for (size_t i = 0; status == TW_OK && i < pixels->num_bands; i++)
        expand(info, indices, info->bands[reading->request->bands[i]].channel, pixels->bands[i].pixels,
               reading->count);
    for (size_t i = 0; status == TW_OK && info->palette_is_clear && i < reading->count; i++)
        if (indices[i] < info->num_colours && info->palette[indices[i]][3] == 0)
            valid[i] = 0;
    tw_arena_release(reading->arena, mark);
    return status;
}

enum tw_status tw_source_pixels_read(const struct tw_pixels_request *request, struct tw_arena *arena,
                                     struct tw_source_pixels *pixels, struct tw_error *err)
{
    struct reading reading = {request, arena,
                              (size_t)request->part.width_px * (size_t)request->part.height_px, err};
    *pixels = (struct tw_source_pixels){.part = request->part, .num_bands = request->num_bands};
    pixels->bands = tw_arena_calloc(arena, request->num_bands, sizeof(*pixels->bands));
    if (pixels->bands == NULL)
        return no_memory(&reading);
    uint8_t *valid = NULL;
    enum tw_status status = read_validity(&reading, &valid);
    if (status == TW_OK && request->info->palette != NULL)
        return read_colours(&reading, valid, pixels);
    for (size_t i = 0; status == TW_OK && i < request->num_bands; i++)
        status = read_values(&reading, &request->info->bands[request->bands[i]], valid, &pixels->bands[i]);
    return status;
}
