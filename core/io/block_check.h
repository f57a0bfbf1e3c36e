/* block_check.h - every block of a raster file is decoded, its overviews and masks too.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BLOCK_CHECK_H
#define TW_BLOCK_CHECK_H

#include "tile_check.h"

#include <gdal.h>

/* A block: col and row are counted in blocks; path: of the file that the band is of, or of that which it is
 * an overview or a mask of. */
struct tw_block {
    GDALRasterBandH band;
    const char *path;
    int col, row;
};

/* Whether a block can be read, into pixels, and its checksum is right where the file is a deflated GeoTIFF.
 * False with a reason. */
bool tw_block_check(const struct tw_block *block, void *pixels, struct tw_reason *reason);

/* All blocks of all bands of a file, which is open as dataset. */
bool tw_blocks_check(GDALDatasetH dataset, const char *path, struct tw_reason *reason);

#endif
