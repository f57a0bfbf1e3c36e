/* SPDX-License-Identifier: MIT */
#include "encode_gtiff.h"
#include "dataset.h"

#include <cpl_vsi.h>

#include <stdio.h>
#include <string.h>

enum tw_status tw_gtiff_set_validity(const struct tw_encoder *encoder, struct tw_arena *arena,
                                     struct tw_array *band, struct tw_error *err)
{
    size_t count = tw_array_num_pixels(band);
    struct tw_arena_mark mark = tw_arena_mark(arena);
    band->valid = tw_arena_alloc(arena, count);
    if (band->valid == NULL)
        return tw_budget_error(arena, err);
    memset(band->valid, TW_VALID, count);
    tw_pixels_mask_nodata(band->pixels, encoder->dtype, count, encoder->nodata, band->valid);
    if (memchr(band->valid, 0, count) == NULL) {
        band->valid = NULL;
        tw_arena_release(arena, mark);
    }
    return TW_OK;
}

static enum tw_status check_shape(const struct tw_encoder *encoder, GDALDatasetH dataset,
                                  const struct tw_window *window, struct tw_error *err)
{
    const int shape[] = {GDALGetRasterXSize(dataset), GDALGetRasterYSize(dataset),
                         GDALGetRasterCount(dataset)};
    enum tw_status status = tw_decoded_check(encoder, window, shape, err);
    if (status != TW_OK)
        return status;
    GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(dataset, 1));
    if (type != tw_gtiff_data_type(encoder->dtype))
        return tw_error_set(err, TW_ESTORAGE, "the tile's type is %s, not %s", GDALGetDataTypeName(type),
                            tw_dtype_name(encoder->dtype));
    return TW_OK;
}

/* Of files that have a mask inside; the others hold valid pixels only. */
static enum tw_status read_mask(GDALDatasetH dataset, struct tw_arena *arena, struct tw_raster *stored,
                                struct tw_error *err)
{
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    const struct tw_array *to = &stored->bands[0];
    if ((GDALGetMaskFlags(band) & GMF_PER_DATASET) == 0)
        return TW_OK;
    size_t count = tw_array_num_pixels(to);
    uint8_t *valid = tw_arena_alloc(arena, count);
    if (valid == NULL)
        return tw_budget_error(arena, err);
    if (GDALRasterIO(GDALGetMaskBand(band), GF_Read, 0, 0, to->width_px, to->height_px, valid, to->width_px,
                     to->height_px, GDT_Byte, 0, 0) != CE_None)
        return tw_error_set(err, TW_ESTORAGE, "the tile is no valid GeoTIFF: %s", tw_gdal_reason());
    for (size_t i = 0; i < count; i++)
        valid[i] = valid[i] != 0 ? TW_VALID : 0;
    for (size_t i = 0; i < stored->num_bands; i++)
        stored->bands[i].valid = valid;
    return TW_OK;
}

static enum tw_status read_bands(const struct tw_encoder *encoder, GDALDatasetH dataset,
                                 struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err)
{
    for (size_t i = 0; i < stored->num_bands; i++) {
        struct tw_array *to = &stored->bands[i];
        GDALRasterBandH band = GDALGetRasterBand(dataset, (int)i + 1);
        if (GDALRasterIO(band, GF_Read, 0, 0, to->width_px, to->height_px, to->pixels, to->width_px,
                         to->height_px, tw_gtiff_data_type(encoder->dtype), 0, 0) != CE_None)
            return tw_error_set(err, TW_ESTORAGE, "the tile is no valid GeoTIFF: %s", tw_gdal_reason());
        to->valid = NULL;
        enum tw_status status = encoder->is_lossy ? TW_OK : tw_gtiff_set_validity(encoder, arena, to, err);
        if (status != TW_OK)
            return status;
    }
    return encoder->is_lossy ? read_mask(dataset, arena, stored, err) : TW_OK;
}

enum tw_status tw_gtiff_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                               const struct tw_window *window, struct tw_arena *arena,
                               struct tw_raster *stored, struct tw_error *err)
{
    static const char *const allowed[] = {"GTiff", NULL};
    /* The address of something that is on this thread's stack names the file. */
    char path[64];
    snprintf(path, sizeof(path), "/vsimem/tilewright/read_%p.tif", (void *)path);
    VSILFILE *file = VSIFileFromMemBuffer(path, blob->data, blob->size, FALSE);
    if (file == NULL)
        return tw_error_nomem(err);
    VSIFCloseL(file);
    CPLErrorReset();
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_INTERNAL, allowed, NULL, NULL);
    enum tw_status status = TW_OK;
    if (dataset == NULL)
        status = tw_error_set(err, TW_ESTORAGE, "the tile is no valid GeoTIFF: %s", tw_gdal_reason());
    if (status == TW_OK)
        status = check_shape(encoder, dataset, window, err);
    if (status == TW_OK)
        status = tw_stored_alloc(encoder, window->width_px, window->height_px, arena, stored, err);
    if (status == TW_OK)
        status = read_bands(encoder, dataset, arena, stored, err);
    if (dataset != NULL)
        GDALClose(dataset);
    VSIUnlink(path);
    return status;
}
