/* SPDX-License-Identifier: MIT */
#include "block.h"

#include "clones.h"
#include "host.h"

#include <string.h>

const void *tw_block_load(const struct tw_array *array, enum tw_dtype dtype, size_t first, size_t count,
                          struct tw_block *room)
{
    const unsigned char *pixels = tw_block_at(array, first);
    if (array->dtype == (int32_t)dtype)
        return pixels;
    tw_pixels_convert(pixels, (enum tw_dtype)array->dtype, room->bytes, dtype, count);
    return room->bytes;
}

#define DROP_NAN(TYPE)                                                                                       \
    TW_CLONES static bool has_nan_##TYPE(const TYPE *values, size_t count)                                   \
    {                                                                                                        \
        int found = 0;                                                                                       \
        for (size_t i = 0; i < count; i++)                                                                   \
            found |= values[i] != values[i];                                                                 \
        return found != 0;                                                                                   \
    }                                                                                                        \
    static bool has_valid_nan_##TYPE(const TYPE *values, const uint8_t *valid, size_t count)                 \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            if (values[i] != values[i] && (valid == NULL || valid[i] != 0))                                  \
                return true;                                                                                 \
        return false;                                                                                        \
    }                                                                                                        \
    TW_CLONES static void clear_nan_##TYPE(const TYPE *values, uint8_t *valid, size_t count)                 \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            valid[i] = values[i] != values[i] ? 0 : valid[i];                                                \
    }
DROP_NAN(float)
DROP_NAN(double)

static int32_t own_validity(struct tw_host *host, struct tw_array *out)
{
    size_t total = tw_array_num_pixels(out);
    uint8_t *valid = tw_host_alloc(host, total);
    if (valid == NULL)
        return (int32_t)host->err.status;
    if (out->valid != NULL)
        memcpy(valid, out->valid, total);
    else
        memset(valid, TW_VALID, total);
    out->valid = valid;
    return TW_OK;
}

bool tw_block_has_nan(const void *values, enum tw_dtype dtype, const uint8_t *valid, size_t count)
{
    if (dtype == TW_FLOAT32)
        return has_nan_float(values, count) && has_valid_nan_float(values, valid, count);
    return dtype == TW_FLOAT64 && has_nan_double(values, count) && has_valid_nan_double(values, valid, count);
}

void tw_block_clear_nan(const void *values, enum tw_dtype dtype, uint8_t *valid, size_t count)
{
    if (dtype == TW_FLOAT32)
        clear_nan_float(values, valid, count);
    else
        clear_nan_double(values, valid, count);
}

/* Nodata pixels hold anything, NaN too: only NaN in a valid pixel is worth a copy of the validity. */
int32_t tw_block_drop_nan(struct tw_host *host, struct tw_array *out, size_t first, size_t count, bool *own)
{
    const void *values = tw_block_at(out, first);
    enum tw_dtype dtype = (enum tw_dtype)out->dtype;
    if (!tw_block_has_nan(values, dtype, out->valid != NULL ? out->valid + first : NULL, count))
        return TW_OK;
    if (!*own && own_validity(host, out) != TW_OK)
        return (int32_t)host->err.status;
    *own = true;
    tw_block_clear_nan(values, dtype, out->valid + first, count);
    return TW_OK;
}
