/* source_pixels.h - a part of a file in memory: the pixels of some bands, and which of them are valid.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_PIXELS_H
#define TW_SOURCE_PIXELS_H

#include "array.h"
#include "raster_info.h"

/* Pixels of one overview level (-1: the file itself). */
struct tw_part {
    int level;
    int32_t x, y, width_px, height_px;
};

struct tw_source_pixels {
    struct tw_part part;
    size_t num_bands;
    struct tw_array *bands; /* valid == NULL: nothing in this file is ever nodata there; bands share validity
                               unless they have their own */
};

/* What is to be read. */
struct tw_pixels_request {
    GDALDatasetH dataset;
    const char *path;
    const struct tw_raster_info *info;
    const int *bands; /* indices into info->bands */
    size_t num_bands;
    struct tw_part part;
};

/* The bytes that reading a pixel takes, at most. */
size_t tw_source_pixels_cost(const struct tw_pixels_request *request);

/* Reads into the arena. TW_EINPUT: `cannot read 'x.tif': ...`; TW_EBUDGET. */
enum tw_status tw_source_pixels_read(const struct tw_pixels_request *request, struct tw_arena *arena,
                                     struct tw_source_pixels *pixels, struct tw_error *err);

#endif
