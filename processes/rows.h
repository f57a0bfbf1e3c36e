/* rows.h - the rows around a row, for kernels that look at neighbours.
 *
 * An array is walked from north to south. The rows within `radius` of the row in work are kept in a ring, in
 * the type that the kernel works in and with `radius` pixels more on each side, so that loops need no test
 * for edges: pixels beyond the array and nodata hold the value `outside`, whatever leaves a result alone.
 *
 * Results may not depend on where a window begins: a pixel is computed from the pixels within its
 * neighbourhood alone and always in the same order. So there are no running sums of floats.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ROWS_H
#define TW_ROWS_H

#include "host.h"

/* Rows between two looks at the flag that cancels the run. */
enum { TW_ROWS_BAND = 64 };

struct tw_rows {
    const struct tw_array *array;
    enum tw_dtype dtype;
    int32_t radius;
    double outside;
    bool is_mask; /* rows hold 1 for valid pixels and 0 for others, not values */

    size_t width; /* of a row, with what lies beyond the edges */
    size_t stride_bytes;
    int32_t next; /* the first row that was not loaded yet */
    unsigned char *bytes;
    bool *is_full; /* rows that are valid throughout */
};

/* Fills in the second part; memory is the tile's. Returns a status. */
int32_t tw_rows_init(struct tw_host *host, struct tw_rows *rows);

/* Loads what is missing of the rows around `row`, which never goes back. */
void tw_rows_move(struct tw_rows *rows, int32_t row);

/* The first value of a row near the row in work: column -radius. */
void *tw_rows_at(const struct tw_rows *rows, int32_t row);

/* Whether all rows around the row in work lie inside the array and have no nodata. */
bool tw_rows_are_full(const struct tw_rows *rows);

/* One row of an array in another type, without anything beyond its edges. */
void tw_row_load(const struct tw_array *array, int32_t row, enum tw_dtype dtype, double nodata, void *to);

/* A row of a mask, 0 or 1: whether a pixel is not 0, or with of_zero whether it is; nodata is 0 in both.
 * Returns whether there is a 1. */
bool tw_row_truth(const struct tw_array *array, int32_t row, bool of_zero, uint8_t *to);

/* The first pixel of a row of a result. */
void *tw_row_at(const struct tw_array *array, int32_t row);

/* Gives *out a validity of its own, a copy of what it shares. Returns a status. */
int32_t tw_own_validity(struct tw_host *host, struct tw_array *out);

/* Marks as nodata what is NaN among the values (float32 or float64) of a row of a result; validity that the
 * result shares is copied first, and *owns_valid set. Returns a status. */
int32_t tw_row_drop_nan(struct tw_host *host, struct tw_array *out, int32_t row, const void *values,
                        enum tw_dtype dtype, bool *owns_valid);

/* Gives *out shape, pixels and the validity of array, shared. */
int32_t tw_rows_result(struct tw_host *host, const struct tw_array *array, enum tw_dtype dtype,
                       struct tw_array *out);

/* Whether the run is cancelled; looks once in TW_ROWS_BAND rows. Returns a status. */
int32_t tw_rows_check(struct tw_host *host, int32_t row);

#endif
