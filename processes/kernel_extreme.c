/* Least and largest values of squares.
 *
 * The extreme of 2n values is that of two extremes of n values. So a window of any width is covered by two
 * windows whose width is a power of two, and these are made from each other by doubling: along the row, and
 * down the columns with one ring of rows for each doubling. The radius hardly matters.
 *
 * SPDX-License-Identifier: MIT
 */
#include "clones.h"
#include "functions_focal.h"
#include "rows.h"

#include <string.h>

#define EXTREMES(NAME, TYPE)                                                                                 \
    TW_CLONES static void least_##NAME(const void *left, const void *right, void *out, size_t count)         \
    {                                                                                                        \
        const TYPE *restrict a = left;                                                                       \
        const TYPE *restrict b = right;                                                                      \
        TYPE *restrict to = out;                                                                             \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] = a[i] < b[i] ? a[i] : b[i];                                                               \
    }                                                                                                        \
    TW_CLONES static void largest_##NAME(const void *left, const void *right, void *out, size_t count)       \
    {                                                                                                        \
        const TYPE *restrict a = left;                                                                       \
        const TYPE *restrict b = right;                                                                      \
        TYPE *restrict to = out;                                                                             \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] = a[i] > b[i] ? a[i] : b[i];                                                               \
    }
EXTREMES(uint8, uint8_t)
EXTREMES(int8, int8_t)
EXTREMES(uint16, uint16_t)
EXTREMES(int16, int16_t)
EXTREMES(uint32, uint32_t)
EXTREMES(int32, int32_t)
EXTREMES(float32, float)
EXTREMES(float64, double)

typedef void extreme_function(const void *left, const void *right, void *out, size_t count);
static extreme_function *const extremes[2][TW_NUM_DTYPES] = {
    {least_uint8, least_int8, least_uint16, least_int16, least_uint32, least_int32, least_float32,
     least_float64},
    {largest_uint8, largest_int8, largest_uint16, largest_int16, largest_uint32, largest_int32,
     largest_float32, largest_float64},
};

enum { MAX_DOUBLINGS = 24 };

/* Extremes of 2^n rows, by the first of them. */
struct level {
    unsigned char *bytes;
    int32_t num_slots;
};

struct work {
    const struct tw_array *array;
    extreme_function *extreme;
    enum tw_dtype dtype;
    double outside;
    int32_t radius, window, widest; /* widest: the last power of two that the window holds */
    int num_levels;
    size_t row_bytes;
    struct level levels[MAX_DOUBLINGS];
    unsigned char *line[2]; /* room for a row and what lies beyond its edges */
};

static unsigned char *level_at(const struct work *work, int level, int32_t row)
{
    const struct level *ring = &work->levels[level];
    return ring->bytes + (size_t)((row + work->radius) % ring->num_slots) * work->row_bytes;
}

/* Level n is read 2^n rows back by the next one, the last level by the result. */
static int32_t work_init(struct tw_host *host, struct work *work)
{
    size_t size = tw_dtype_size(work->dtype), width = (size_t)work->array->width_px;
    work->window = 2 * work->radius + 1;
    work->widest = 1;
    work->row_bytes = width * size;
    for (; work->widest * 2 <= work->window; work->widest *= 2)
        work->levels[work->num_levels++].num_slots = work->widest + 1;
    work->levels[work->num_levels++].num_slots = work->window - work->widest + 1;
    for (int i = 0; i < 2; i++)
        work->line[i] = tw_host_alloc(host, (width + (size_t)work->window) * size);
    bool has_all = work->line[0] != NULL && work->line[1] != NULL;
    for (int i = 0; has_all && i < work->num_levels; i++) {
        struct level *ring = &work->levels[i];
        ring->bytes = tw_host_alloc(host, (size_t)ring->num_slots * work->row_bytes);
        has_all = ring->bytes != NULL;
    }
    return has_all ? TW_OK : (int32_t)host->err.status;
}

/* Extremes along one row, into level 0. */
static void along_row(const struct work *work, int32_t row)
{
    size_t size = tw_dtype_size(work->dtype), width = (size_t)work->array->width_px;
    size_t radius = (size_t)work->radius, count = width + 2 * radius, step = 1;
    unsigned char *from = work->line[0], *to = work->line[1];
    tw_pixels_fill(from, work->dtype, radius, work->outside);
    tw_row_load(work->array, row, work->dtype, work->outside, from + radius * size);
    tw_pixels_fill(from + (radius + width) * size, work->dtype, radius, work->outside);
    for (; step < (size_t)work->widest; step *= 2) {
        count -= step;
        work->extreme(from, from + step * size, to, count);
        unsigned char *swap = from;
        from = to;
        to = swap;
    }
    size_t last = (size_t)(work->window - work->widest);
    work->extreme(from, from + last * size, level_at(work, 0, row), width);
}

/* Takes in a row, which may lie beyond the array, and completes the levels that it ends. */
static void take_row(const struct work *work, int32_t row)
{
    size_t width = (size_t)work->array->width_px;
    if (row >= 0 && row < work->array->height_px)
        along_row(work, row);
    else
        tw_pixels_fill(level_at(work, 0, row), work->dtype, width, work->outside);
    for (int n = 1; n < work->num_levels; n++) {
        int32_t half = 1 << (n - 1), first = row + 1 - 2 * half;
        if (first < -work->radius)
            return;
        work->extreme(level_at(work, n - 1, first), level_at(work, n - 1, first + half),
                      level_at(work, n, first), width);
    }
}

int32_t tw_kernel_extreme(struct tw_host *host, const struct tw_array *array, int32_t radius, int32_t is_max,
                          struct tw_array *out)
{
    enum tw_dtype dtype = (enum tw_dtype)array->dtype;
    double infinity = (double)__builtin_inf(),
           most = tw_dtype_is_float(dtype) ? infinity : tw_dtype_max(dtype);
    double least = tw_dtype_is_float(dtype) ? -infinity : tw_dtype_min(dtype);
    struct work work = {.array = array,
                        .extreme = extremes[is_max != 0][dtype],
                        .dtype = dtype,
                        .outside = is_max != 0 ? least : most,
                        .radius = radius};
    int32_t status = tw_rows_result(host, array, dtype, out);
    if (status == TW_OK)
        status = work_init(host, &work);
    int last = work.num_levels - 1;
    for (int32_t row = -radius; status == TW_OK && row < out->height_px + radius; row++) {
        take_row(&work, row);
        int32_t done = row - radius;
        if (done < 0)
            continue;
        status = tw_rows_check(host, done);
        work.extreme(level_at(&work, last, done - radius), level_at(&work, last, row + 1 - work.widest),
                     tw_row_at(out, done), (size_t)out->width_px);
    }
    return status;
}
