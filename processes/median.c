/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"
#include "network.h"
#include "reduce.h"

#include <string.h>

/* Pixels per block: the rows of a series of 32 dates in uint16 fit into the first level cache. */
enum { MEDIAN_BLOCK = 512 };

/* Nodata takes the type's largest value (infinity for floats), so that it is sorted behind everything. */
#define LOAD(NAME, TYPE)                                                                                     \
    static void load_##NAME(void *row, const void *layer, const uint8_t *restrict valid, double last,        \
                            size_t count)                                                                    \
    {                                                                                                        \
        TYPE *restrict to = row;                                                                             \
        const TYPE *restrict from = layer;                                                                   \
        TYPE behind = (TYPE)last;                                                                            \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE value = from[i]; /* read in any case: that vectorises */                                    \
            to[i] = valid[i] != 0 ? value : behind;                                                          \
        }                                                                                                    \
    }                                                                                                        \
    static void middle_##NAME(const void *sorted, size_t stride, const uint16_t *restrict counts,            \
                              double *restrict out, size_t count)                                            \
    {                                                                                                        \
        const unsigned char *rows = sorted;                                                                  \
        for (size_t i = 0; i < count; i++) {                                                                 \
            size_t n = counts[i] > 0 ? counts[i] : 1;                                                        \
            const TYPE *low = (const TYPE *)(const void *)(rows + (n - 1) / 2 * stride);                     \
            const TYPE *high = (const TYPE *)(const void *)(rows + n / 2 * stride);                          \
            out[i] = counts[i] > 0 ? ((double)low[i] + (double)high[i]) / 2 : 0;                             \
        }                                                                                                    \
    }
LOAD(uint8, uint8_t)
LOAD(int8, int8_t)
LOAD(uint16, uint16_t)
LOAD(int16, int16_t)
LOAD(uint32, uint32_t)
LOAD(int32, int32_t)
LOAD(float32, float)
LOAD(float64, double)

static const struct {
    void (*load)(void *, const void *, const uint8_t *, double, size_t);
    void (*middle)(const void *, size_t, const uint16_t *, double *, size_t);
} functions[TW_NUM_DTYPES] = {
    {load_uint8, middle_uint8},     {load_int8, middle_int8},       {load_uint16, middle_uint16},
    {load_int16, middle_int16},     {load_uint32, middle_uint32},   {load_int32, middle_int32},
    {load_float32, middle_float32}, {load_float64, middle_float64},
};

struct series {
    const struct tw_array *const *arrays;
    int32_t num_arrays;
    enum tw_dtype dtype;
    unsigned char *rows;
    size_t stride;
};

static void count_valid(uint16_t *restrict counts, const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[i] = (uint16_t)(counts[i] + (valid[i] & 1));
}

/* Rows without any valid pixel in the block are left out: clouds and scene edges make them frequent. */
static size_t load_rows(const struct series *series, size_t first, size_t count, uint16_t *counts)
{
    struct tw_block room;
    uint8_t valid_room[MEDIAN_BLOCK], all[MEDIAN_BLOCK];
    double behind = tw_dtype_is_float(series->dtype) ? (double)__builtin_inf() : tw_dtype_max(series->dtype);
    size_t num_rows = 0;
    memset(all, TW_VALID, count);
    memset(counts, 0, count * sizeof(*counts));
    for (int32_t i = 0; i < series->num_arrays; i++) {
        const struct tw_array *array = series->arrays[i];
        struct tw_operand operand = {array, 0};
        if (array->valid != NULL && memchr(array->valid + first, TW_VALID, count) == NULL)
            continue;
        const void *layer = tw_block_load(&operand, series->dtype, first, count, &room);
        const uint8_t *valid = tw_reduce_validity(array, layer, series->dtype, first, count, valid_room);
        if (valid == NULL)
            valid = all;
        functions[series->dtype].load(series->rows + num_rows++ * series->stride, layer, valid, behind,
                                      count);
        count_valid(counts, valid, count);
    }
    return num_rows;
}

static void median_block(const struct series *series, struct tw_array *out, size_t first, size_t count)
{
    uint16_t counts[MEDIAN_BLOCK];
    double medians[MEDIAN_BLOCK];
    size_t num_rows = load_rows(series, first, count, counts);
    if (num_rows == 0) {
        memset(out->valid + first, 0, count);
        memset(tw_block_at(out, first), 0, count * tw_dtype_size((enum tw_dtype)out->dtype));
        return;
    }
    tw_network_sort(series->rows, num_rows, series->stride, series->dtype, count);
    functions[series->dtype].middle(series->rows, series->stride, counts, medians, count);
    tw_pixels_convert(medians, TW_FLOAT64, tw_block_at(out, first), (enum tw_dtype)out->dtype, count);
    for (size_t i = 0; i < count; i++)
        out->valid[first + i] = counts[i] > 0 ? TW_VALID : 0;
}

int32_t tw_median(struct tw_host *host, const struct tw_array *const *arrays, int32_t count,
                  struct tw_array *out)
{
    struct series series = {.arrays = arrays, .num_arrays = count, .dtype = tw_reduce_dtype(arrays, count)};
    size_t total = tw_array_num_pixels(out);
    if (count > UINT16_MAX)
        return (int32_t)tw_error_set(&host->err, TW_ESCRIPT, "a median takes at most %d rasters, not %d",
                                     UINT16_MAX, count);
    series.stride = MEDIAN_BLOCK * tw_dtype_size(series.dtype);
    series.rows = tw_host_alloc(host, (size_t)count * series.stride);
    if (series.rows == NULL)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += MEDIAN_BLOCK)
        median_block(&series, out, first, total - first < MEDIAN_BLOCK ? total - first : MEDIAN_BLOCK);
    return TW_OK;
}
