/* kernels.h - what the script library does to whole arrays, in C.
 *
 * A kernel reads arrays and makes new ones in the arena of the tile in work; it never changes its arguments,
 * so that results may share pixels and validity with them. Work is done in blocks that fit into the first
 * level cache, in the type that tw_dtype_arithmetic names. Every kernel that computes floats turns NaN into
 * nodata. Kernels are reached from Lua through the table in host.h and return a status: on failure the
 * message is in host->err.
 *
 * To add one: write it, add it to struct tw_host, to host_table.c and to lib/ffi.lua.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_KERNELS_H
#define TW_KERNELS_H

#include "array.h"
#include "error.h"

struct tw_host;

/* Values per block: two operands and a result as doubles are 48 KB at most, as floats 24 KB. */
enum { TW_BLOCK = 2048 };

/* array with patch written over it, its first pixel at place (col, row); patch lies inside, and its nodata is
 * written, too. The type holds both. */
int32_t tw_kernel_paste(struct tw_host *host, const struct tw_array *array, const struct tw_array *patch,
                        const int32_t *place, struct tw_array *out);

/* The same array with nodata wherever a float is NaN. */
int32_t tw_kernel_drop_nan(struct tw_host *host, const struct tw_array *array, struct tw_array *out);

struct tw_statistics {
    double count; /* of valid pixels; the rest is 0 when there are none */
    double min, max, mean, std;
};
int32_t tw_kernel_statistics(struct tw_host *host, const struct tw_array *array,
                             struct tw_statistics *statistics);

/* The q-th percentile (0 to 100) of the valid pixels, interpolated between the two values next to it (Hyndman
 * and Fan 1996, definition 7: numpy's default). NaN when there are none. */
int32_t tw_kernel_percentile(struct tw_host *host, const struct tw_array *array, double q, double *value);

/* Counts valid pixels in num_bins bins of equal width from low to high; each holds its lower edge, the last
 * one also the upper one. Other values are not counted. */
struct tw_histogram {
    double low, high;
    int32_t num_bins;
    double *counts; /* zeroed beforehand */
};
int32_t tw_kernel_histogram(struct tw_host *host, const struct tw_array *array,
                            const struct tw_histogram *histogram);

/* Writes the indices of the valid ones among count pixels from `first` on to `pixels`; returns their number.
 * A loop over them has no branch, which compiled Lua cannot do well. */
int32_t tw_kernel_valid_pixels(const uint8_t *valid, int64_t first, int32_t count, int32_t *pixels);

/* Validity of all count arrays together: *valid is NULL when every pixel is. */
int32_t tw_kernel_common_validity(struct tw_host *host, const struct tw_array *const *arrays, int32_t count,
                                  uint8_t **valid);

#endif
