/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"

#include <math.h>
#include <string.h>

/* valid[i] stays where mask is valid and not 0. */
static void keep_where(uint8_t *restrict valid, const uint8_t *restrict array_valid,
                       const uint8_t *restrict mask_valid, const uint8_t *restrict mask, size_t count)
{
    for (size_t i = 0; i < count; i++)
        valid[i] = mask[i] != 0 ? TW_VALID : 0;
    for (size_t i = 0; array_valid != NULL && i < count; i++)
        valid[i] &= array_valid[i];
    for (size_t i = 0; mask_valid != NULL && i < count; i++)
        valid[i] &= mask_valid[i];
}

/* A block of a mask of any type as bytes that are 0 or not. */
static const uint8_t *mask_block(const struct tw_array *mask, size_t first, size_t count, uint8_t *bytes,
                                 struct tw_block *room)
{
    if (tw_dtype_size((enum tw_dtype)mask->dtype) == 1)
        return tw_block_at(mask, first);
    struct tw_operand operand = {mask, 0};
    const double *values = tw_block_load(&operand, TW_FLOAT64, first, count, room);
    for (size_t i = 0; i < count; i++)
        bytes[i] = values[i] != 0;
    return bytes;
}

int32_t tw_kernel_where(struct tw_host *host, const struct tw_array *array, const struct tw_array *mask,
                        struct tw_array *out)
{
    size_t total = tw_array_num_pixels(array);
    uint8_t bytes[TW_BLOCK];
    struct tw_block room;
    uint8_t *valid = tw_host_alloc(host, total);
    if (valid == NULL || tw_host_is_cancelled(host) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        size_t count = tw_block_count(total, first);
        keep_where(valid + first, array->valid != NULL ? array->valid + first : NULL,
                   mask->valid != NULL ? mask->valid + first : NULL,
                   mask_block(mask, first, count, bytes, &room), count);
    }
    *out = *array;
    out->valid = valid;
    return TW_OK;
}

int32_t tw_kernel_is_in(struct tw_host *host, const struct tw_array *array, const double *values,
                        int32_t count, struct tw_array *out)
{
    struct tw_operand operand = {array, 0};
    struct tw_block room;
    size_t total = tw_array_num_pixels(array);
    *out = (struct tw_array){.width_px = array->width_px, .height_px = array->height_px, .dtype = TW_UINT8};
    if (tw_host_is_cancelled(host) != TW_OK || tw_host_make(host, out, false) != TW_OK)
        return (int32_t)host->err.status;
    out->valid = array->valid;
    memset(out->pixels, 0, total);
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        size_t block_count = tw_block_count(total, first);
        const double *in = tw_block_load(&operand, TW_FLOAT64, first, block_count, &room);
        uint8_t *mask = tw_block_at(out, first);
        for (int32_t v = 0; v < count; v++)
            for (size_t i = 0; i < block_count; i++)
                mask[i] |= (uint8_t)(in[i] == values[v]);
    }
    return TW_OK;
}

#define TAKE(BITS)                                                                                           \
    static void take##BITS(void *out, const void *from, const uint8_t *restrict valid, size_t count)         \
    {                                                                                                        \
        uint##BITS##_t *restrict pixels = out;                                                               \
        const uint##BITS##_t *restrict filler = from;                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            uint##BITS##_t old = pixels[i], value = filler[i]; /* read in any case: that vectorises */       \
            pixels[i] = valid[i] != 0 ? old : value;                                                         \
        }                                                                                                    \
    }
TAKE(8)
TAKE(16)
TAKE(32)
TAKE(64)

static void take(void *out, const void *filler, enum tw_dtype dtype, const uint8_t *valid, size_t count)
{
    switch (tw_dtype_size(dtype)) {
    case 1:
        take8(out, filler, valid, count);
        break;
    case 2:
        take16(out, filler, valid, count);
        break;
    case 4:
        take32(out, filler, valid, count);
        break;
    default:
        take64(out, filler, valid, count);
    }
}

/* The type that holds both: a number that the array's type holds leaves it as it is. */
static enum tw_dtype fill_dtype(const struct tw_array *array, const struct tw_operand *filler)
{
    enum tw_dtype dtype = (enum tw_dtype)array->dtype;
    if (filler->array != NULL)
        return tw_dtype_common(dtype, (enum tw_dtype)filler->array->dtype);
    return tw_dtype_holds(dtype, filler->number) ? dtype : tw_dtype_arithmetic(dtype, dtype);
}

/* Valid where either is. */
static int32_t fill_validity(struct tw_host *host, const struct tw_array *array,
                             const struct tw_operand *filler, struct tw_array *out)
{
    size_t total = tw_array_num_pixels(array);
    out->valid = NULL;
    if (filler->array == NULL || filler->array->valid == NULL)
        return TW_OK;
    out->valid = tw_host_alloc(host, total);
    if (out->valid == NULL)
        return (int32_t)host->err.status;
    for (size_t i = 0; i < total; i++)
        out->valid[i] = array->valid[i] | filler->array->valid[i];
    return TW_OK;
}

int32_t tw_kernel_fill(struct tw_host *host, const struct tw_array *array, const struct tw_operand *filler,
                       struct tw_array *out)
{
    struct tw_operand operand = {array, 0};
    struct tw_block room, filler_room;
    enum tw_dtype dtype = fill_dtype(array, filler);
    size_t total = tw_array_num_pixels(array);
    *out = *array;
    if (array->valid == NULL)
        return TW_OK;
    out->dtype = (int32_t)dtype;
    if (tw_host_is_cancelled(host) != TW_OK || tw_host_make(host, out, false) != TW_OK ||
        fill_validity(host, array, filler, out) != TW_OK)
        return (int32_t)host->err.status;
    tw_block_prepare(filler, dtype, &filler_room);
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        size_t count = tw_block_count(total, first);
        memcpy(tw_block_at(out, first), tw_block_load(&operand, dtype, first, count, &room),
               count * tw_dtype_size(dtype));
        take(tw_block_at(out, first), tw_block_load(filler, dtype, first, count, &filler_room), dtype,
             array->valid + first, count);
    }
    return TW_OK;
}

#define CLAMP(NAME, TYPE)                                                                                    \
    static void clamp_##NAME(void *out, const void *in, double low, double high, size_t count)               \
    {                                                                                                        \
        const TYPE *restrict from = in;                                                                      \
        TYPE *restrict to = out;                                                                             \
        TYPE least = (TYPE)low, most = (TYPE)high;                                                           \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] = from[i] < least ? least : from[i] > most ? most : from[i];                               \
    }
CLAMP(uint8, uint8_t)
CLAMP(int8, int8_t)
CLAMP(uint16, uint16_t)
CLAMP(int16, int16_t)
CLAMP(uint32, uint32_t)
CLAMP(int32, int32_t)
CLAMP(float32, float)
CLAMP(float64, double)

static void (*const clamps[TW_NUM_DTYPES])(void *, const void *, double, double, size_t) = {
    clamp_uint8,  clamp_int8,  clamp_uint16,  clamp_int16,
    clamp_uint32, clamp_int32, clamp_float32, clamp_float64,
};

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Bounds of integers are rounded inwards, and all of them to what the type holds. */
int32_t tw_kernel_clip(struct tw_host *host, const struct tw_array *array, double low, double high,
                       struct tw_array *out)
{
    enum tw_dtype dtype = (enum tw_dtype)array->dtype;
    double least = tw_dtype_min(dtype), most = tw_dtype_max(dtype);
    if (!tw_dtype_is_float(dtype)) {
        low = ceil(low);
        high = floor(high);
    }
    *out = *array;
    if (tw_host_is_cancelled(host) != TW_OK || tw_host_make(host, out, false) != TW_OK)
        return (int32_t)host->err.status;
    out->valid = array->valid;
    clamps[dtype](out->pixels, array->pixels, within(low, least, most), within(high, least, most),
                  tw_array_num_pixels(array));
    return TW_OK;
}

int32_t tw_kernel_drop_nan(struct tw_host *host, const struct tw_array *array, struct tw_array *out)
{
    size_t total = tw_array_num_pixels(array);
    bool own = false;
    *out = *array;
    for (size_t first = 0; tw_dtype_is_float((enum tw_dtype)array->dtype) && first < total;
         first += TW_BLOCK) {
        size_t count = tw_block_count(total, first);
        if (tw_block_drop_nan(host, out, first, count, &own) != TW_OK)
            return (int32_t)host->err.status;
    }
    return TW_OK;
}

int32_t tw_kernel_convert(struct tw_host *host, const struct tw_array *array, int32_t dtype,
                          struct tw_array *out)
{
    struct tw_array clean = {0};
    if (tw_host_is_cancelled(host) != TW_OK || tw_kernel_drop_nan(host, array, &clean) != TW_OK)
        return (int32_t)host->err.status;
    *out = clean;
    if (array->dtype == dtype)
        return TW_OK;
    out->dtype = dtype;
    if (tw_host_make(host, out, false) != TW_OK)
        return (int32_t)host->err.status;
    out->valid = clean.valid;
    tw_pixels_convert(array->pixels, (enum tw_dtype)array->dtype, out->pixels, (enum tw_dtype)dtype,
                      tw_array_num_pixels(array));
    return TW_OK;
}

int32_t tw_kernel_common_validity(struct tw_host *host, const struct tw_array *const *arrays, int32_t count,
                                  uint8_t **valid)
{
    *valid = NULL;
    for (int32_t i = 0; i < count; i++)
        if (tw_host_combine(host, *valid, arrays[i]->valid, tw_array_num_pixels(arrays[i]), valid) != TW_OK)
            return (int32_t)host->err.status;
    return TW_OK;
}
