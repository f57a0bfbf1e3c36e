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

/* Pixels that need no change are shared. */
static enum tw_status store_band(const struct tw_encoder *encoder, const struct tw_array *from,
                                 struct tw_arena *arena, struct tw_array *to, struct tw_error *err)
{
    *to = (struct tw_array){from->pixels, NULL, from->width_px, from->height_px, (int32_t)encoder->dtype};
    size_t count = tw_array_num_pixels(from);
    if (from->valid != NULL || from->dtype != to->dtype) {
        if (!tw_array_alloc(arena, to, false))
            return tw_budget_error(arena, err);
        tw_pixels_convert(from->pixels, (enum tw_dtype)from->dtype, to->pixels, encoder->dtype, count);
        tw_pixels_burn_nodata(to->pixels, encoder->dtype, from->valid, count, encoder->nodata);
    }
    return tw_gtiff_set_validity(encoder, arena, to, err);
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
    return TW_OK;
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
    status = tw_gtiff_write(encoder, dataset, stored, (const int[2]){0, 0}, err);
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
