/* array.h - pixels of one band on one window, each valid or nodata.
 *
 * An array borrows its memory, usually from the tile's arena. Rows are contiguous, from north to south, width
 * pixels each. Once made, an array is not changed: arrays may share pixels and validity.
 *
 * `valid` holds one byte per pixel, TW_VALID or 0 (nodata); NULL means that every pixel is valid. What a
 * nodata pixel holds in `pixels` is not defined.
 *
 * The struct is mirrored in processes/lib/ffi.lua; a test compares the two.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARRAY_H
#define TW_ARRAY_H

#include "arena.h"
#include "dtype.h"

#include <stdint.h>

enum { TW_VALID = 255 };

struct tw_array {
    void *pixels;
    uint8_t *valid;
    int32_t width_px;
    int32_t height_px;
    int32_t dtype; /* enum tw_dtype */
};

size_t tw_array_num_pixels(const struct tw_array *array);

/* Allocates pixels (not initialised); with_validity: validity too (not initialised), otherwise NULL.
 * Returns false when the arena's budget is used up. */
bool tw_array_alloc(struct tw_arena *arena, struct tw_array *array, bool with_validity);

/* Whether no pixel / every pixel is valid. */
bool tw_array_is_empty(const struct tw_array *array);
bool tw_array_is_full(const struct tw_array *array);

/* One pixel as a number; the index counts from 0 in row-major order. */
double tw_array_get(const struct tw_array *array, size_t index);
void tw_array_set(struct tw_array *array, size_t index, double value);

/* Converts count values, rounding to nearest (ties to even) and clamping to the range of the target; NaN
 * becomes 0 in integers. from and to may not overlap unless the types are equal. */
void tw_pixels_convert(const void *from, enum tw_dtype from_dtype, void *to, enum tw_dtype to_dtype,
                       size_t count);

/* Fills count values. The value must be one that the type holds. */
void tw_pixels_fill(void *pixels, enum tw_dtype dtype, size_t count, double value);

/* Writes value wherever valid is 0. valid == NULL: nothing to do. */
void tw_pixels_burn_nodata(void *pixels, enum tw_dtype dtype, const uint8_t *valid, size_t count,
                           double value);

/* valid[i] = 0 wherever pixels[i] equals nodata (NaN equals NaN); other bytes stay. */
void tw_pixels_mask_nodata(const void *pixels, enum tw_dtype dtype, size_t count, double nodata,
                           uint8_t *valid);

/* A rectangle of an array, copied. col, row, width and height must lie inside. Returns false when the budget
 * is used up. */
bool tw_array_crop(struct tw_arena *arena, const struct tw_array *array, const int32_t rectangle[4],
                   struct tw_array *cropped);

#endif
