/* block.h - a block of an array in the type that a kernel works in.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BLOCK_H
#define TW_BLOCK_H

#include "kernels.h"

/* Room for one block in any type. */
struct tw_block {
    _Alignas(64) unsigned char bytes[TW_BLOCK * sizeof(double)];
};

/* The values of a block: a pointer into the array where its type is dtype already, otherwise converted into
 * room. */
const void *tw_block_load(const struct tw_array *array, enum tw_dtype dtype, size_t first, size_t count,
                          struct tw_block *room);

static inline unsigned char *tw_block_at(const struct tw_array *array, size_t first)
{
    return (unsigned char *)array->pixels + first * tw_dtype_size((enum tw_dtype)array->dtype);
}

static inline size_t tw_block_count(size_t total, size_t first)
{
    return total - first < TW_BLOCK ? total - first : TW_BLOCK;
}

/* Whether a valid value is NaN (never in integers); valid NULL: all are. The second marks them as nodata. */
bool tw_block_has_nan(const void *values, enum tw_dtype dtype, const uint8_t *valid, size_t count);
void tw_block_clear_nan(const void *values, enum tw_dtype dtype, uint8_t *valid, size_t count);

/* Marks as nodata what is NaN among count floats of *out from `first` on. *own tells whether out->valid
 * belongs to out alone; if it does not and there is NaN, it is copied. Returns a status. */
int32_t tw_block_drop_nan(struct tw_host *host, struct tw_array *out, size_t first, size_t count, bool *own);

#endif
