/* reduce.h - the parts of reducing several arrays to one: kernel_reduce.c does what needs one value per
 * pixel, median.c what needs all of them at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_REDUCE_H
#define TW_REDUCE_H

#include "kernels.h"

/* The type that holds all of them. */
enum tw_dtype tw_reduce_dtype(const struct tw_array *const *arrays, int32_t count);

/* The validity of a block, NaN left out. Returns NULL when all is valid; values are in dtype. */
const uint8_t *tw_reduce_validity(const struct tw_array *array, const void *values, enum tw_dtype dtype,
                                  size_t first, size_t count, uint8_t *room);

/* Fills *out, which has pixels (float32 or float64) and validity. */
int32_t tw_median(struct tw_host *host, const struct tw_array *const *arrays, int32_t count,
                  struct tw_array *out);

#endif
