/* SPDX-License-Identifier: MIT */
#include "encode_gtiff.h"
#include "crs.h"
#include "dataset.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

GDALDataType tw_gtiff_data_type(enum tw_dtype dtype)
{
    switch (dtype) {
#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 7, 0)
    case TW_INT8:
        return GDT_Int8;
#endif
    case TW_UINT16:
        return GDT_UInt16;
    case TW_INT16:
        return GDT_Int16;
    case TW_UINT32:
        return GDT_UInt32;
    case TW_INT32:
        return GDT_Int32;
    case TW_FLOAT32:
        return GDT_Float32;
    case TW_FLOAT64:
        return GDT_Float64;
    default:
        return GDT_Byte;
    }
}

static char **set_int(char **options, const char *name, int value)
{
    return CSLSetNameValue(options, name, CPLSPrintf("%d", value));
}

/* Tiled when it has more than one block; otherwise a single strip. */
static char **make_options(const struct tw_gtiff_settings *settings, const struct tw_window *window,
                           char **extra)
{
    char **options = CSLDuplicate(settings->creation);
    int block = settings->blocksize_px;
    if (window->width_px > block || window->height_px > block) {
        options = CSLSetNameValue(options, "TILED", "YES");
        options = set_int(options, "BLOCKXSIZE", block);
        options = set_int(options, "BLOCKYSIZE", block);
    } else {
        options = set_int(options, "BLOCKYSIZE", window->height_px);
    }
    for (int i = 0; extra != NULL && extra[i] != NULL; i++) {
        char *name = NULL;
        const char *value = CPLParseNameValue(extra[i], &name);
        options = CSLSetNameValue(options, name, value != NULL && *value != '\0' ? value : NULL);
        CPLFree(name);
    }
    return options;
}

static enum tw_status set_place(GDALDatasetH dataset, const struct tw_window *window, struct tw_error *err)
{
    OGRSpatialReferenceH crs;
    enum tw_status status = tw_crs_parse(window->grid->crs, &crs, err);
    if (status != TW_OK)
        return status;
    double geotransform[6];
    tw_window_geotransform(window, geotransform);
    bool set =
        GDALSetSpatialRef(dataset, crs) == CE_None && GDALSetGeoTransform(dataset, geotransform) == CE_None;
    OSRRelease(crs);
    return set ? TW_OK
               : tw_error_set(err, TW_ESTORAGE, "cannot write the georeference: %s", tw_gdal_reason());
}

bool tw_gtiff_add_mask(GDALDatasetH dataset)
{
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES");
    bool made = GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET) == CE_None;
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", NULL);
    return made;
}

bool tw_gtiff_try(const struct tw_encoder *encoder, struct tw_error *err)
{
    enum { SIDE = 16 };
    const struct tw_gtiff_settings *settings = encoder->settings;
    /* the address of something that is on this thread's stack names the file */
    char path[64];
    double pixels[SIDE * SIDE] = {0};
    snprintf(path, sizeof(path), "/vsimem/tilewright/try_%p.tif", (void *)path);
    GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), path, SIDE, SIDE, encoder->num_bands,
                                      tw_gtiff_data_type(encoder->dtype), settings->creation);
    bool made = dataset != NULL && tw_gtiff_describe(encoder, dataset) &&
                (!encoder->is_lossy || tw_gtiff_add_mask(dataset));
    for (int i = 0; made && i < encoder->num_bands; i++)
        made = GDALRasterIO(GDALGetRasterBand(dataset, i + 1), GF_Write, 0, 0, SIDE, SIDE, pixels, SIDE, SIDE,
                            GDT_Float64, 0, 0) == CE_None;
    if (dataset != NULL)
        GDALClose(dataset);
    made = made && CPLGetLastErrorType() < CE_Failure;
    if (!made)
        tw_error_set(err, TW_EUSAGE, "output: %s", tw_gdal_reason_for(path));
    VSIUnlink(path);
    return made;
}

enum tw_status tw_gtiff_create(const struct tw_encoder *encoder, const char *path,
                               const struct tw_window *window, char **extra, GDALDatasetH *dataset,
                               struct tw_error *err)
{
    char **options = make_options(encoder->settings, window, extra);
    CPLErrorReset();
    *dataset = GDALCreate(GDALGetDriverByName("GTiff"), path, window->width_px, window->height_px,
                          encoder->num_bands, tw_gtiff_data_type(encoder->dtype), options);
    CSLDestroy(options);
    if (*dataset == NULL)
        return tw_error_set(err, TW_ESTORAGE, "cannot make a GeoTIFF: %s", tw_gdal_reason());
    enum tw_status status = TW_OK;
    if (!tw_gtiff_describe(encoder, *dataset))
        status = tw_error_set(err, TW_ESTORAGE, "cannot make a GeoTIFF: %s", tw_gdal_reason());
    if (status == TW_OK)
        status = set_place(*dataset, window, err);
    if (status != TW_OK) {
        GDALClose(*dataset);
        *dataset = NULL;
    }
    return status;
}

/* One block of a raster: where it starts in it, and how much of it there is. */
struct block {
    int col, row; /* number in the file */
    int x, y, width, height;
};

/* The block's pixels from the raster, in a buffer of the whole block's size; what is beyond the file's edge
 * repeats nodata. */
static void fill_block(const struct tw_encoder *encoder, const struct tw_array *band,
                       const struct block *block, const int size_px[2], unsigned char *buffer)
{
    size_t pixel = tw_dtype_size(encoder->dtype);
    size_t stride = (size_t)size_px[0] * pixel, row = (size_t)block->width * pixel;
    if (block->width < size_px[0] || block->height < size_px[1])
        tw_pixels_fill(buffer, encoder->dtype, (size_t)size_px[0] * (size_t)size_px[1], encoder->nodata);
    for (int y = 0; y < block->height; y++) {
        size_t from = ((size_t)(block->y + y) * (size_t)band->width_px + (size_t)block->x) * pixel;
        memcpy(buffer + (size_t)y * stride, (const unsigned char *)band->pixels + from, row);
    }
}

static bool write_separately(const struct tw_encoder *encoder, GDALDatasetH dataset,
                             const struct tw_raster *stored, const struct block *block, const int size_px[2],
                             unsigned char *buffer)
{
    for (size_t i = 0; i < stored->num_bands; i++) {
        fill_block(encoder, &stored->bands[i], block, size_px, buffer);
        GDALRasterBandH band = GDALGetRasterBand(dataset, (int)i + 1);
        if (GDALWriteBlock(band, block->col, block->row, buffer) != CE_None)
            return false;
    }
    return true;
}

/* Pixels side by side go through GDAL's cache; flushing it after each block keeps their order. */
static bool write_together(const struct tw_encoder *encoder, GDALDatasetH dataset,
                           const struct tw_raster *stored, const struct block *block, const int size_px[2])
{
    size_t pixel = tw_dtype_size(encoder->dtype);
    GDALDataType type = tw_gtiff_data_type(encoder->dtype);
    for (size_t i = 0; i < stored->num_bands; i++) {
        const struct tw_array *from = &stored->bands[i];
        size_t start = ((size_t)block->y * (size_t)from->width_px + (size_t)block->x) * pixel;
        GDALRasterBandH band = GDALGetRasterBand(dataset, (int)i + 1);
        /* GDAL does not write to it. */
        void *pixels = (unsigned char *)from->pixels + start;
        if (GDALRasterIOEx(band, GF_Write, block->col * size_px[0], block->row * size_px[1], block->width,
                           block->height, pixels, block->width, block->height, type, (GSpacing)pixel,
                           (GSpacing)pixel * from->width_px, NULL) != CE_None)
            return false;
    }
    return GDALFlushRasterCache(GDALGetRasterBand(dataset, 1)) == CE_None;
}

static bool write_blocks(const struct tw_encoder *encoder, GDALDatasetH dataset,
                         const struct tw_raster *stored, const int offset_px[2], unsigned char *buffer)
{
    const struct tw_gtiff_settings *settings = encoder->settings;
    int size_px[2], width = stored->bands[0].width_px, height = stored->bands[0].height_px;
    GDALGetBlockSize(GDALGetRasterBand(dataset, 1), &size_px[0], &size_px[1]);
    for (int y = 0; y < height; y += size_px[1])
        for (int x = 0; x < width; x += size_px[0]) {
            struct block block = {(offset_px[0] + x) / size_px[0],
                                  (offset_px[1] + y) / size_px[1],
                                  x,
                                  y,
                                  width - x < size_px[0] ? width - x : size_px[0],
                                  height - y < size_px[1] ? height - y : size_px[1]};
            bool written = settings->is_pixel_interleaved
                               ? write_together(encoder, dataset, stored, &block, size_px)
                               : write_separately(encoder, dataset, stored, &block, size_px, buffer);
            if (!written)
                return false;
        }
    return true;
}

/* 255 where any band is valid. */
static void fill_mask(const struct tw_raster *stored, unsigned char *mask, size_t count)
{
    memset(mask, 0, count);
    for (size_t i = 0; i < stored->num_bands; i++) {
        const uint8_t *valid = stored->bands[i].valid;
        if (valid == NULL) {
            memset(mask, 255, count);
            return;
        }
        for (size_t k = 0; k < count && (i == 0 || valid != stored->bands[i - 1].valid); k++)
            mask[k] |= valid[k];
    }
}

static bool write_mask(GDALDatasetH dataset, const struct tw_raster *stored, const int offset_px[2],
                       struct tw_error *err)
{
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    if ((GDALGetMaskFlags(band) & GMF_PER_DATASET) == 0)
        return true;
    int width = stored->bands[0].width_px, height = stored->bands[0].height_px;
    unsigned char *mask = malloc((size_t)width * (size_t)height);
    if (mask == NULL)
        return tw_error_nomem(err), false;
    fill_mask(stored, mask, (size_t)width * (size_t)height);
    GDALRasterBandH to = GDALGetMaskBand(band);
    bool written = GDALRasterIO(to, GF_Write, offset_px[0], offset_px[1], width, height, mask, width, height,
                                GDT_Byte, 0, 0) == CE_None &&
                   GDALFlushRasterCache(to) == CE_None;
    free(mask);
    return written || (tw_error_set(err, TW_ESTORAGE, "cannot write a GeoTIFF: %s", tw_gdal_reason()), false);
}

enum tw_status tw_gtiff_write(const struct tw_encoder *encoder, GDALDatasetH dataset,
                              const struct tw_raster *stored, const int offset_px[2], struct tw_error *err)
{
    int size_px[2];
    GDALGetBlockSize(GDALGetRasterBand(dataset, 1), &size_px[0], &size_px[1]);
    unsigned char *buffer = malloc((size_t)size_px[0] * (size_t)size_px[1] * tw_dtype_size(encoder->dtype));
    if (buffer == NULL)
        return tw_error_nomem(err);
    CPLErrorReset();
    bool written = write_blocks(encoder, dataset, stored, offset_px, buffer);
    free(buffer);
    if (!written)
        return tw_error_set(err, TW_ESTORAGE, "cannot write a GeoTIFF: %s", tw_gdal_reason());
    return write_mask(dataset, stored, offset_px, err) ? TW_OK : err->status;
}
