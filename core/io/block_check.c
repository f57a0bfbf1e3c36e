/* SPDX-License-Identifier: MIT */
#include "block_check.h"

#include <cpl_error.h>
#include <cpl_vsi.h>
#include <libdeflate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number among the items that the GeoTIFF driver tells of a block; 0: none, as of a block that was never
 * written. */
static unsigned long long tiff_item(const struct tw_block *block, const char *name)
{
    char key[64];
    snprintf(key, sizeof(key), "%s_%d_%d", name, block->col, block->row);
    const char *text = GDALGetMetadataItem(block->band, key, "TIFF");
    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

static bool is_pixel_interleaved(GDALDatasetH dataset)
{
    const char *interleave = GDALGetMetadataItem(dataset, "INTERLEAVE", "IMAGE_STRUCTURE");
    return interleave != NULL && strcmp(interleave, "PIXEL") == 0;
}

static bool is_deflated(GDALDatasetH dataset)
{
    const char *name = GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE");
    return name != NULL && strcmp(name, "DEFLATE") == 0;
}

/* How many bytes a block has at most before it is compressed: all bands may be kept together. */
static size_t most_bytes(const struct tw_block *block)
{
    int width, height;
    GDALGetBlockSize(block->band, &width, &height);
    size_t pixel = (size_t)GDALGetDataTypeSizeBytes(GDALGetRasterDataType(block->band));
    return (size_t)width * (size_t)height * pixel *
           (size_t)GDALGetRasterCount(GDALGetBandDataset(block->band));
}

/* libtiff ends as soon as it has all pixels, and does not come to the checksum behind them. */
static bool inflate(const unsigned char *bytes, size_t size, size_t capacity, struct tw_reason *reason)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    unsigned char *out = malloc(capacity);
    size_t written;
    bool is_well = true;
    if (decompressor == NULL || out == NULL)
        is_well = tw_reason_set(reason, "not enough memory to decode it");
    else if (libdeflate_zlib_decompress(decompressor, bytes, size, out, capacity, &written) !=
             LIBDEFLATE_SUCCESS)
        is_well = tw_reason_set(reason, "the checksum of its pixels is wrong");
    free(out);
    libdeflate_free_decompressor(decompressor);
    return is_well;
}

/* Overviews and masks in a GeoTIFF are datasets without a name. */
static VSILFILE *open_file(const struct tw_block *block)
{
    const char *name = GDALGetDescription(GDALGetBandDataset(block->band));
    VSILFILE *file = name != NULL && name[0] != '\0' ? VSIFOpenL(name, "rb") : NULL;
    return file != NULL ? file : VSIFOpenL(block->path, "rb");
}

static bool check_sum(const struct tw_block *block, struct tw_reason *reason)
{
    GDALDatasetH dataset = GDALGetBandDataset(block->band);
    if (dataset == NULL || !is_deflated(dataset) ||
        (is_pixel_interleaved(dataset) && GDALGetBandNumber(block->band) != 1))
        return true;
    unsigned long long offset = tiff_item(block, "BLOCK_OFFSET");
    size_t size = (size_t)tiff_item(block, "BLOCK_SIZE");
    if (offset == 0 || size == 0)
        return true;
    unsigned char *bytes = malloc(size);
    VSILFILE *file = open_file(block);
    bool is_read = bytes != NULL && file != NULL && VSIFSeekL(file, offset, SEEK_SET) == 0 &&
                   VSIFReadL(bytes, 1, size, file) == size;
    bool is_well = is_read ? inflate(bytes, size, most_bytes(block), reason)
                           : tw_reason_set(reason, "the file is cut off");
    if (file != NULL)
        VSIFCloseL(file);
    free(bytes);
    return is_well;
}

/* libjpeg goes on with gray where it can read no more, and only warns. */
static bool is_failure(CPLErr level, const char *message)
{
    return level >= CE_Failure || strstr(message, "Corrupt JPEG data") != NULL ||
           strstr(message, "Premature end of JPEG") != NULL;
}

/* The first failure says most. */
static void CPL_STDCALL take_message(CPLErr level, CPLErrorNum number, const char *message)
{
    (void)number;
    struct tw_reason *reason = CPLGetErrorHandlerUserData();
    if (is_failure(level, message))
        tw_reason_set(reason, "it cannot be decoded: %s", message);
}

bool tw_block_check(const struct tw_block *block, void *pixels, struct tw_reason *reason)
{
    CPLPushErrorHandlerEx(take_message, reason);
    CPLErr result = GDALReadBlock(block->band, block->col, block->row, pixels);
    CPLPopErrorHandler();
    if (result != CE_None)
        tw_reason_set(reason, "it cannot be decoded");
    if (reason->text[0] != '\0')
        return false;
    return check_sum(block, reason);
}

/* Decoders keep the block that they have read last with all of its bands, and many can only go forwards. */
static bool check_bands(GDALDatasetH dataset, struct tw_block *block, void *pixels, struct tw_reason *reason)
{
    bool is_well = true;
    for (int i = 1; is_well && i <= GDALGetRasterCount(dataset); i++) {
        block->band = GDALGetRasterBand(dataset, i);
        is_well = tw_block_check(block, pixels, reason);
    }
    return is_well;
}

bool tw_blocks_check(GDALDatasetH dataset, const char *path, struct tw_reason *reason)
{
    enum { MOST_PIXEL_BYTES = 16 }; /* a complex number of two doubles */
    struct tw_block block = {GDALGetRasterBand(dataset, 1), path, 0, 0};
    int width, height;
    GDALGetBlockSize(block.band, &width, &height);
    int cols = (GDALGetRasterXSize(dataset) + width - 1) / width;
    int rows = (GDALGetRasterYSize(dataset) + height - 1) / height;
    void *pixels = malloc((size_t)width * (size_t)height * MOST_PIXEL_BYTES);
    bool is_well = pixels != NULL || tw_reason_set(reason, "not enough memory to decode it");
    for (; is_well && block.row < rows; block.row++)
        for (block.col = 0; is_well && block.col < cols; block.col++)
            is_well = check_bands(dataset, &block, pixels, reason);
    free(pixels);
    return is_well;
}
