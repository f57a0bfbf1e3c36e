/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "clones.h"

#include <string.h>

static int32_t num_slots(const struct tw_rows *rows)
{
    return 2 * rows->radius + 1;
}

int32_t tw_rows_init(struct tw_host *host, struct tw_rows *rows)
{
    size_t size = tw_dtype_size(rows->dtype), slots = (size_t)num_slots(rows);
    rows->width = (size_t)rows->array->width_px + 2 * (size_t)rows->radius;
    rows->stride_bytes =
        (rows->width * size + TW_ARENA_ALIGNMENT - 1) / TW_ARENA_ALIGNMENT * TW_ARENA_ALIGNMENT;
    rows->next = -rows->radius;
    rows->bytes = tw_host_alloc(host, slots * rows->stride_bytes);
    rows->is_full = tw_host_alloc(host, slots * sizeof(*rows->is_full));
    return rows->bytes != NULL && rows->is_full != NULL ? TW_OK : (int32_t)host->err.status;
}

static size_t slot_of(const struct tw_rows *rows, int32_t row)
{
    return (size_t)((row + rows->radius) % num_slots(rows));
}

void *tw_rows_at(const struct tw_rows *rows, int32_t row)
{
    return rows->bytes + slot_of(rows, row) * rows->stride_bytes;
}

void *tw_row_at(const struct tw_array *array, int32_t row)
{
    return (unsigned char *)array->pixels +
           (size_t)row * (size_t)array->width_px * tw_dtype_size((enum tw_dtype)array->dtype);
}

static const uint8_t *valid_of(const struct tw_array *array, int32_t row)
{
    return array->valid != NULL ? array->valid + (size_t)row * (size_t)array->width_px : NULL;
}

void tw_row_load(const struct tw_array *array, int32_t row, enum tw_dtype dtype, double nodata, void *to)
{
    size_t width = (size_t)array->width_px;
    tw_pixels_convert(tw_row_at(array, row), (enum tw_dtype)array->dtype, to, dtype, width);
    tw_pixels_burn_nodata(to, dtype, valid_of(array, row), width, nodata);
}

#define TRUTH(NAME, TYPE)                                                                                    \
    TW_CLONES static void truth_##NAME(const void *row, uint8_t *restrict to, size_t count)                  \
    {                                                                                                        \
        const TYPE *restrict from = row;                                                                     \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] = from[i] != 0;                                                                            \
    }
TRUTH(uint8, uint8_t)
TRUTH(int8, int8_t)
TRUTH(uint16, uint16_t)
TRUTH(int16, int16_t)
TRUTH(uint32, uint32_t)
TRUTH(int32, int32_t)
TRUTH(float32, float)
TRUTH(float64, double)

TW_CLONES static void invert(uint8_t *truth, size_t count)
{
    for (size_t i = 0; i < count; i++)
        truth[i] ^= 1;
}

TW_CLONES static void leave_out(uint8_t *restrict truth, const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        truth[i] &= valid[i];
}

bool tw_row_truth(const struct tw_array *array, int32_t row, bool of_zero, uint8_t *to)
{
    static void (*const truths[TW_NUM_DTYPES])(const void *, uint8_t *, size_t) = {
        truth_uint8,  truth_int8,  truth_uint16,  truth_int16,
        truth_uint32, truth_int32, truth_float32, truth_float64,
    };
    size_t width = (size_t)array->width_px;
    truths[array->dtype](tw_row_at(array, row), to, width);
    if (of_zero)
        invert(to, width);
    if (array->valid != NULL)
        leave_out(to, valid_of(array, row), width);
    return memchr(to, 1, width) != NULL;
}

static void load(struct tw_rows *rows, int32_t row)
{
    const struct tw_array *array = rows->array;
    size_t size = tw_dtype_size(rows->dtype), width = (size_t)array->width_px, beyond = (size_t)rows->radius;
    unsigned char *to = tw_rows_at(rows, row);
    bool is_inside = row >= 0 && row < array->height_px;
    bool *is_full = &rows->is_full[slot_of(rows, row)];
    if (!is_inside) {
        *is_full = false;
        tw_pixels_fill(to, rows->dtype, rows->width, rows->outside);
        return;
    }
    const uint8_t *valid = valid_of(array, row);
    *is_full = valid == NULL || memchr(valid, 0, width) == NULL;
    tw_pixels_fill(to, rows->dtype, beyond, rows->outside);
    tw_pixels_fill(to + (beyond + width) * size, rows->dtype, beyond, rows->outside);
    if (!rows->is_mask) {
        tw_row_load(array, row, rows->dtype, rows->outside, to + beyond * size);
        return;
    }
    tw_pixels_fill(to + beyond * size, rows->dtype, width, 1);
    tw_pixels_burn_nodata(to + beyond * size, rows->dtype, valid, width, 0);
}

void tw_rows_move(struct tw_rows *rows, int32_t row)
{
    if (rows->next < row - rows->radius)
        rows->next = row - rows->radius;
    for (; rows->next <= row + rows->radius; rows->next++)
        load(rows, rows->next);
}

bool tw_rows_are_full(const struct tw_rows *rows)
{
    for (int32_t i = 0; i < num_slots(rows); i++)
        if (!rows->is_full[i])
            return false;
    return true;
}

int32_t tw_own_validity(struct tw_host *host, struct tw_array *out)
{
    size_t count = tw_array_num_pixels(out);
    uint8_t *valid = tw_host_alloc(host, count);
    if (valid == NULL)
        return (int32_t)host->err.status;
    if (out->valid != NULL)
        memcpy(valid, out->valid, count);
    else
        memset(valid, TW_VALID, count);
    out->valid = valid;
    return TW_OK;
}

#define NAN_LOOPS(NAME, TYPE)                                                                                \
    TW_CLONES static int has_nan_##NAME(const void *row, const uint8_t *valid, size_t count)                 \
    {                                                                                                        \
        const TYPE *values = row;                                                                            \
        int found = 0;                                                                                       \
        for (size_t i = 0; i < count; i++)                                                                   \
            found |= values[i] != values[i];                                                                 \
        if (found == 0 || valid == NULL)                                                                     \
            return found;                                                                                    \
        found = 0;                                                                                           \
        for (size_t i = 0; i < count; i++)                                                                   \
            found |= values[i] != values[i] && valid[i] != 0;                                                \
        return found;                                                                                        \
    }                                                                                                        \
    static void clear_nan_##NAME(const void *row, uint8_t *valid, size_t count)                              \
    {                                                                                                        \
        const TYPE *values = row;                                                                            \
        for (size_t i = 0; i < count; i++)                                                                   \
            if (values[i] != values[i])                                                                      \
                valid[i] = 0;                                                                                \
    }
NAN_LOOPS(float32, float)
NAN_LOOPS(float64, double)

int32_t tw_row_drop_nan(struct tw_host *host, struct tw_array *out, int32_t row, const void *values,
                        enum tw_dtype dtype, bool *owns_valid)
{
    size_t width = (size_t)out->width_px;
    bool is_wide = dtype == TW_FLOAT64;
    if ((is_wide ? has_nan_float64 : has_nan_float32)(values, valid_of(out, row), width) == 0)
        return TW_OK;
    if (!*owns_valid && tw_own_validity(host, out) != TW_OK)
        return (int32_t)host->err.status;
    *owns_valid = true;
    (is_wide ? clear_nan_float64 : clear_nan_float32)(values, out->valid + (size_t)row * width, width);
    return TW_OK;
}

int32_t tw_rows_result(struct tw_host *host, const struct tw_array *array, enum tw_dtype dtype,
                       struct tw_array *out)
{
    *out = (struct tw_array){
        .width_px = array->width_px, .height_px = array->height_px, .dtype = (int32_t)dtype};
    int32_t status = tw_host_make(host, out, false);
    out->valid = array->valid;
    return status;
}

int32_t tw_rows_check(struct tw_host *host, int32_t row)
{
    return row % TW_ROWS_BAND == 0 ? tw_host_is_cancelled(host) : TW_OK;
}
