/* pixel_space.h - GDAL's raster algorithms on arrays in memory; for rasterize.c, polygonize.c and contours.c.
 *
 * They work in pixels: x is the column and y the row in the window, from its north-west corner.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PIXEL_SPACE_H
#define TW_PIXEL_SPACE_H

#include "conversion.h"

#include <gdal.h>
#include <ogr_api.h>

/* A dataset of one band over pixels that it borrows; NULL when out of memory. */
GDALDatasetH tw_pixel_dataset(void *pixels, const struct tw_window *window, GDALDataType type);

/* A layer in memory with one field, `value`. NULL when out of memory. Closing dataset ends it. */
OGRLayerH tw_pixel_layer(GDALDatasetH *dataset, OGRFieldType type);

/* Makes features of the layer's, with the property `value` that the callback makes of the field's number. */
struct tw_pixel_features {
    const struct tw_conversion *conversion;
    OGRLayerH layer;
    bool repair;          /* geometries that are not valid */
    const double *values; /* by the field's number; NULL: the number itself */
};
enum tw_status tw_pixel_features_take(const struct tw_pixel_features *source, struct tw_features *features,
                                      struct tw_error *err);

/* For GDAL: stops when the conversion is cancelled. */
int CPL_STDCALL tw_pixel_progress(double share, const char *message, void *conversion);

/* After a GDAL algorithm that returned failed: TW_ECANCELLED, or what GDAL says, after `cannot VERB: `. */
enum tw_status tw_pixel_result(const struct tw_conversion *conversion, bool failed, const char *verb,
                               struct tw_error *err);

enum tw_status tw_pixel_budget_error(struct tw_error *err);

#endif
