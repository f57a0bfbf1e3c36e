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

/* An array, or a number where array is NULL. */
struct tw_operand {
    const struct tw_array *array;
    double number;
};

/* The numbers are part of lib/ffi.lua. From TW_LT on the result is a mask: uint8, 0 or 1. */
enum tw_binary {
    TW_ADD = 0,
    TW_SUBTRACT,
    TW_MULTIPLY,
    TW_DIVIDE,
    TW_MODULO,
    TW_POWER,
    TW_LT,
    TW_LE,
    TW_GT,
    TW_GE,
    TW_EQ,
    TW_NE,
    TW_BOTH,
    TW_EITHER,
    TW_NUM_BINARIES
};

enum tw_unary {
    TW_MINUS = 0,
    TW_ABS,
    TW_SQRT,
    TW_EXP,
    TW_LOG,
    TW_FLOOR,
    TW_ROUND,
    TW_NEGATE,
    TW_NUM_UNARIES
};

/* At least one operand is an array; arrays have the same shape. */
int32_t tw_kernel_binary(struct tw_host *host, int32_t operation, const struct tw_operand *left,
                         const struct tw_operand *right, struct tw_array *out);

/* TW_MINUS, TW_ABS, TW_FLOOR and TW_ROUND (ties to even) keep the type where that loses nothing. */
int32_t tw_kernel_unary(struct tw_host *host, int32_t operation, const struct tw_array *array,
                        struct tw_array *out);

/* A mask of the pixels that equal one of count values. */
int32_t tw_kernel_is_in(struct tw_host *host, const struct tw_array *array, const double *values,
                        int32_t count, struct tw_array *out);

/* array with nodata wherever mask is 0 or nodata; pixels are shared. */
int32_t tw_kernel_where(struct tw_host *host, const struct tw_array *array, const struct tw_array *mask,
                        struct tw_array *out);

/* array with its nodata pixels taken from filler. The type holds both. */
int32_t tw_kernel_fill(struct tw_host *host, const struct tw_array *array, const struct tw_operand *filler,
                       struct tw_array *out);

/* Values below low become low, above high become high; the type stays. */
int32_t tw_kernel_clip(struct tw_host *host, const struct tw_array *array, double low, double high,
                       struct tw_array *out);

/* Rounded, ties to even, and clamped. NaN becomes nodata. */
int32_t tw_kernel_convert(struct tw_host *host, const struct tw_array *array, int32_t dtype,
                          struct tw_array *out);

/* The same array with nodata wherever a float is NaN. */
int32_t tw_kernel_drop_nan(struct tw_host *host, const struct tw_array *array, struct tw_array *out);

struct tw_statistics {
    double count; /* of valid pixels; the rest is 0 when there are none */
    double min, max, mean, std;
};
int32_t tw_kernel_statistics(struct tw_host *host, const struct tw_array *array,
                             struct tw_statistics *statistics);

/* The numbers are part of lib/ffi.lua. */
enum tw_reduction { TW_REDUCE_FIRST = 0, TW_REDUCE_MIN, TW_REDUCE_MAX, TW_REDUCE_MEAN, TW_REDUCE_MEDIAN };

/* Over count arrays of the same shape, pixel by pixel, leaving out nodata. FIRST, MIN and MAX give the
 * smallest type that holds all of them; MEAN and MEDIAN float32 or float64, so that a middle between two
 * integers is kept. */
int32_t tw_kernel_reduce(struct tw_host *host, int32_t reduction, const struct tw_array *const *arrays,
                         int32_t count, struct tw_array *out);

/* Valid pixels of a time series, moved together so that a per-pixel function finds them at 0..n-1. */
struct tw_gather {
    const struct tw_array *const *arrays; /* [scene][band] */
    const uint8_t *const *valid;          /* [scene], of all bands together; NULL: all valid */
    int32_t num_scenes, num_bands;
    double *values;  /* [pixel of the block][band][scene] */
    int32_t *counts; /* [pixel of the block] */
    int32_t *pixels; /* the pixels of the block that have an observation */
};
enum { TW_GATHER_BLOCK = 32 };
/* At most TW_GATHER_BLOCK pixels from `first` on. Returns the number of `pixels`. */
int32_t tw_kernel_gather(const struct tw_gather *gather, int64_t first, int32_t count);

/* Writes the indices of the valid ones among count pixels from `first` on to `pixels`; returns their number.
 * A loop over them has no branch, which compiled Lua cannot do well. */
int32_t tw_kernel_valid_pixels(const uint8_t *valid, int64_t first, int32_t count, int32_t *pixels);

/* Validity of all count arrays together: *valid is NULL when every pixel is. */
int32_t tw_kernel_common_validity(struct tw_host *host, const struct tw_array *const *arrays, int32_t count,
                                  uint8_t **valid);

#endif
