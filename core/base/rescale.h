/* rescale.h - arrays at half and at double resolution: overviews and the zooms above the baselevels.
 *
 * Values and kernels are those of GDAL's warper for a scale of exactly 2, with weights renormalised over the
 * valid pixels. Nearest takes the south-eastern pixel of each 2 x 2 block, as GDAL does for a centre that
 * lies on a corner.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RESCALE_H
#define TW_RESCALE_H

#include "array.h"
#include "resampling.h"

/* Whether halving looks at the 2 x 2 block under a pixel only, so that an array can be halved piece by piece.
 */
bool tw_resampling_is_local(enum tw_resampling resampling);

/* Halves from, whose sides are even, into the rectangle of to that begins at col, row. Only for local
 * methods. to has the same type, and validity. */
void tw_halve_into(const struct tw_array *from, enum tw_resampling resampling, struct tw_array *to,
                   int32_t col, int32_t row);

/* Halves an array whose sides are even; any method. The result is new in the arena, with validity. Returns
 * false when the budget is used up. */
bool tw_array_halve(struct tw_arena *arena, const struct tw_array *from, enum tw_resampling resampling,
                    struct tw_array *halved);

/* Doubles the rectangle (col, row, width, height, inside) of an array; pixels around it take part in wide
 * kernels. Methods that gather many pixels (average, mode, ...) give what nearest gives. */
bool tw_array_double(struct tw_arena *arena, const struct tw_array *from, const int32_t rectangle[4],
                     enum tw_resampling resampling, struct tw_array *doubled);

#endif
