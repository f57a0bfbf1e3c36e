/* conversion.h - from features to pixels and back, for what scripts do within one window.
 *
 * All results are in the arena. Everything is done by one thread with GDAL's algorithms in memory; the same
 * input gives the same result in the same order. Coordinates of vertices are made from pixel numbers by the
 * window's own arithmetic, so that neighbouring windows agree on the vertices they share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONVERSION_H
#define TW_CONVERSION_H

#include "array.h"
#include "feature.h"
#include "window.h"

struct tw_conversion {
    const struct tw_window *window; /* the arrays' */
    struct tw_arena *arena;
    const volatile int *cancel; /* may be NULL; other than 0 ends the work with TW_ECANCELLED */
};

/* Writes values[i] (not NaN) where feature i lies into *array, which has pixels and validity of the window
 * (float64, all nodata): a pixel belongs to a polygon that holds its centre, or, all_touched, any part of it;
 * to points and lines that pass through it. Later features lie on top. TW_ESCRIPT when a feature has no
 * readable geometry. */
enum tw_status tw_rasterize(const struct tw_conversion *conversion, const struct tw_features *features,
                            const double *values, bool all_touched, struct tw_array *array,
                            struct tw_error *err);

/* Polygons of connected pixels (4 or 8 neighbours) of exactly equal value, along the pixels' edges; nodata
 * and NaN are left out. Each has the property `value`. */
enum tw_status tw_polygonize(const struct tw_conversion *conversion, const struct tw_array *array,
                             bool eight_connected, struct tw_features *features, struct tw_error *err);

/* The values that lines are drawn at: base + n * interval; or the levels, when there are any. */
struct tw_levels {
    double interval, base;
    const double *levels;
    size_t count;
};

/* Lines of equal value, interpolated linearly between the centres of pixels (marching squares; they end at
 * nodata); the property `value` is the level. TW_ESCRIPT when the interval is not positive or makes more than
 * 10000 levels. */
enum tw_status tw_contours(const struct tw_conversion *conversion, const struct tw_array *array,
                           const struct tw_levels *levels, struct tw_features *features,
                           struct tw_error *err);

#endif
