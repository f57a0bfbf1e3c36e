/* fit.h - how a file is read at a zoom level: which overview, which kernel, or copied as it is.
 *
 * The same for every tile of the zoom: chosen tile by tile, neighbours would not fit.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FIT_H
#define TW_FIT_H

#include "raster_info.h"
#include "transform.h"

struct tw_fit {
    int level;                          /* overview level, -1: the file itself */
    double level_x, level_y;            /* its pixels per pixel of the file */
    double scale_x, scale_y;            /* target pixels per pixel of the level, see struct tw_kernel */
    bool is_aligned;                    /* the level's pixels are the grid's */
    int64_t first_col_px, first_row_px; /* then: the grid's numbers of its north-west pixel */
};

/* What the fit is between. */
struct tw_fit_input {
    const struct tw_raster_info *info;
    const struct tw_georeference *georeference;
    OGRCoordinateTransformationH to_file, to_grid; /* NULL: the same CRS */
    bool use_overviews;
    struct tw_box measured_px; /* the part of the file where pixels are compared, y downwards */
};

/* window: only its grid, zoom and tile size count. */
struct tw_fit tw_fit_make(const struct tw_fit_input *input, const struct tw_window *window);

#endif
