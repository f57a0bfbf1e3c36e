/* SPDX-License-Identifier: MIT */
#include "encode_gtiff.h"
#include "dataset.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>

#include <stdio.h>
#include <string.h>

static size_t gtiff_options(const struct tw_encoder *encoder, const char *const **names)
{
    const struct tw_gtiff_settings *settings = encoder->settings;
    *names = settings->option_names;
    return settings->num_options;
}

static void gtiff_close(struct tw_encoder *encoder)
{
    tw_gtiff_free_options(encoder);
}

static bool gtiff_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                       struct tw_problems *problems)
{
    encoder->settings = tw_arena_calloc(encoder->arena, 1, sizeof(struct tw_gtiff_settings));
    if (encoder->settings == NULL)
        return false;
    if (!spec->has_dtype)
        tw_problems_add(problems, spec->options, "output.dtype is missing: GTiff needs one of %s",
                        tw_dtype_names());
    if (spec->num_bands < 1)
        tw_problems_add(problems, spec->options, "output.bands is missing: GTiff needs the number of bands");
    encoder->dtype = spec->has_dtype ? spec->dtype : TW_UINT8;
    encoder->num_bands = spec->num_bands > 0 ? spec->num_bands : 1;
    encoder->nodata = spec->has_nodata ? spec->nodata : 0;
    if (spec->has_dtype)
        tw_nodata_check(spec, encoder->dtype, encoder->nodata, problems);
    return tw_gtiff_read_options(encoder, spec, problems);
}

static enum tw_status gtiff_check_bands(const struct tw_encoder *encoder, size_t num_bands,
                                        struct tw_error *err)
{
    if (num_bands == (size_t)encoder->num_bands)
        return TW_OK;
    return tw_error_set(err, TW_ESCRIPT, "the script returned %zu band%s; the output has %d", num_bands,
                        num_bands == 1 ? "" : "s", encoder->num_bands);
}

/* Values over the most that the file's bits hold become that. */
static void clamp_bits(const struct tw_encoder *encoder, void *pixels, size_t count)
{
    unsigned long long most = ((const struct tw_gtiff_settings *)encoder->settings)->most;
    if (encoder->dtype == TW_UINT8)
        for (uint8_t *at = pixels, *end = at + count; at < end; at++)
            *at = *at > most ? (uint8_t)most : *at;
    else if (encoder->dtype == TW_UINT16)
        for (uint16_t *at = pixels, *end = at + count; at < end; at++)
            *at = *at > most ? (uint16_t)most : *at;
    else
        for (uint32_t *at = pixels, *end = at + count; at < end; at++)
            *at = *at > most ? (uint32_t)most : *at;
}

/* Pixels that need no change are shared. */
static enum tw_status store_band(const struct tw_encoder *encoder, const struct tw_array *from,
                                 struct tw_arena *arena, struct tw_array *to, struct tw_error *err)
{
    *to = (struct tw_array){from->pixels, NULL, from->width_px, from->height_px, (int32_t)encoder->dtype};
    size_t count = tw_array_num_pixels(from);
    bool is_clamped = ((const struct tw_gtiff_settings *)encoder->settings)->most > 0;
    if (from->valid != NULL || from->dtype != to->dtype || is_clamped) {
        if (!tw_array_alloc(arena, to, false))
            return tw_budget_error(arena, err);
        tw_pixels_convert(from->pixels, (enum tw_dtype)from->dtype, to->pixels, encoder->dtype, count);
        if (is_clamped)
            clamp_bits(encoder, to->pixels, count);
        tw_pixels_burn_nodata(to->pixels, encoder->dtype, from->valid, count, encoder->nodata);
    }
    return encoder->is_lossy ? TW_OK : tw_gtiff_set_validity(encoder, arena, to, err);
}

/* One mask is that of all bands: a pixel is valid where any of them is. */
static enum tw_status share_validity(const struct tw_raster *raster, struct tw_array *bands,
                                     struct tw_arena *arena, struct tw_error *err)
{
    size_t count = tw_array_num_pixels(&bands[0]);
    uint8_t *any = tw_arena_calloc(arena, count, 1);
    if (any == NULL)
        return tw_budget_error(arena, err);
    for (size_t i = 0; i < raster->num_bands; i++) {
        const uint8_t *valid = raster->bands[i].valid;
        if (valid == NULL)
            return TW_OK;
        for (size_t k = 0; k < count && (i == 0 || valid != raster->bands[i - 1].valid); k++)
            any[k] |= valid[k];
    }
    for (size_t i = 0; i < raster->num_bands; i++)
        bands[i].valid = any;
    return TW_OK;
}

static enum tw_status gtiff_store(const struct tw_encoder *encoder, const struct tw_raster *raster,
                                  struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err)
{
    struct tw_array *bands = tw_arena_calloc(arena, raster->num_bands, sizeof(*bands));
    if (bands == NULL)
        return tw_budget_error(arena, err);
    for (size_t i = 0; i < raster->num_bands; i++) {
        enum tw_status status = store_band(encoder, &raster->bands[i], arena, &bands[i], err);
        if (status != TW_OK)
            return status;
    }
    *stored = (struct tw_raster){raster->num_bands, bands, encoder->names, NULL};
    return encoder->is_lossy ? share_validity(raster, bands, arena, err) : TW_OK;
}

static bool needs_mask(const struct tw_encoder *encoder, const struct tw_raster *stored)
{
    const struct tw_array *band = &stored->bands[0];
    return encoder->is_lossy && band->valid != NULL &&
           memchr(band->valid, 0, tw_array_num_pixels(band)) != NULL;
}

static enum tw_status gtiff_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                                   const struct tw_window *window, struct tw_bytes *bytes,
                                   struct tw_error *err)
{
    /* The address of something that is on this thread's stack names the file. */
    char path[64];
    snprintf(path, sizeof(path), "/vsimem/tilewright/write_%p.tif", (void *)path);
    GDALDatasetH dataset;
    enum tw_status status = tw_gtiff_create(encoder, path, window, NULL, &dataset, err);
    if (status != TW_OK) {
        VSIUnlink(path);
        return status;
    }
    if (needs_mask(encoder, stored) && !tw_gtiff_add_mask(dataset))
        status = tw_error_set(err, TW_ESTORAGE, "cannot write a GeoTIFF: %s", tw_gdal_reason());
    if (status == TW_OK)
        status = tw_gtiff_write(encoder, dataset, stored, (const int[2]){0, 0}, err);
    if (status == TW_OK)
        tw_gtiff_add_statistics(encoder, dataset);
    CPLErrorReset();
    GDALClose(dataset);
    if (status == TW_OK && CPLGetLastErrorType() >= CE_Failure)
        status = tw_error_set(err, TW_ESTORAGE, "cannot write a GeoTIFF: %s", tw_gdal_reason());
    if (status == TW_OK)
        return tw_bytes_take(path, bytes, err);
    VSIUnlink(path);
    return status;
}

const struct tw_encoder_driver tw_encode_gtiff = {
    .format = "GTiff",
    .about = "GeoTIFF of any type and number of bands; a path that ends in .tif makes one file, or a COG",
    .extension = "tif",
    .content_type = "image/tiff",
    .open = gtiff_open,
    .close = gtiff_close,
    .options = gtiff_options,
    .check_bands = gtiff_check_bands,
    .store = gtiff_store,
    .encode = gtiff_encode,
    .decode = tw_gtiff_decode,
};
