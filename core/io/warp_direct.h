/* warp_direct.h - nearest and bilinear resampling without GDAL's kernels, with the values that those give.
 *
 * Positions are whole steps of 2^-20 pixel, so that bilinear values of 8 and 16 bits are exact fractions,
 * which are rounded once: they are GDAL's bit for bit, and the same in every window.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_WARP_DIRECT_H
#define TW_WARP_DIRECT_H

#include "warp.h"

/* Bands of the same type and size that share their validity (`valid` of from may be NULL). */
struct tw_warp_bands {
    const struct tw_array *from;
    struct tw_array *to; /* with pixels and validity, all of them 0 */
    int count;
};

/* Whether the kernel and the type are among those that are done here. */
bool tw_warp_direct_suits(const struct tw_kernel *kernel, enum tw_dtype dtype);

/* Resamples to the transform's window. */
enum tw_status tw_warp_direct(const struct tw_warp_bands *bands, const struct tw_kernel *kernel,
                              const struct tw_transform *transform, struct tw_arena *arena,
                              struct tw_error *err);

#endif
