/* warp.h - resampling of pixels in memory, by GDAL's warp kernels or with their values.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_WARP_H
#define TW_WARP_H

#include "resampling.h"
#include "source_pixels.h"
#include "transform.h"

/* The kernel's size is fixed for each file and zoom: GDAL would estimate it from the block at hand, and
 * neighbouring tiles would not fit. */
struct tw_kernel {
    enum tw_resampling resampling;
    double scale_x, scale_y; /* target pixels per source pixel */
};

/* How far from a position the kernel looks, in source pixels, with some reserve. */
int32_t tw_kernel_reach(const struct tw_kernel *kernel, double scale);

/* What is resampled, and how; borrowed. */
struct tw_warp {
    const struct tw_source_pixels *source;
    const struct tw_kernel *kernel;
    struct tw_transform *transform; /* its origin is set */
};

/* Resamples all bands of source to the transform's window. target[i] has its shape and dtype set; pixels and
 * valid (never NULL) are made in the arena. Bands share validity as they do in source. */
enum tw_status tw_warp(const struct tw_warp *warp, struct tw_arena *arena, struct tw_array *target,
                       struct tw_error *err);

/* The same with GDAL's kernels for everything: what the faster ways (warp_direct.h) are tested against. */
enum tw_status tw_warp_by_gdal(const struct tw_warp *warp, struct tw_arena *arena, struct tw_array *target,
                               struct tw_error *err);

#endif
