/* make_raster.h - small raster files for tests, made with GDAL.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_MAKE_RASTER_H
#define TW_MAKE_RASTER_H

#include <gdal.h>

struct made_raster {
    const char *path;
    int width_px, height_px, num_bands;
    GDALDataType type;
    double geotransform[6]; /* all zero: none */
    const char *crs;        /* NULL: none */
    const char *options;    /* creation options `TILED=YES,COMPRESS=LZW`, or NULL */
};

/* Makes a GeoTIFF; pixel i (from 0, row by row) of band b (from 1) is first + i + 100 * (b - 1). The dataset
 * is still open, for nodata values, masks and the like: GDALClose it. */
GDALDatasetH raster_make(const struct made_raster *made, double first);
/* The same, with the given pixels in the first band. */
GDALDatasetH raster_make_from(const struct made_raster *made, const double *pixels);
/* Made and closed. */
void raster_make_plain(const struct made_raster *made, double first);

#endif
