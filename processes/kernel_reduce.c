/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"
#include "reduce.h"

#include <string.h>

enum tw_dtype tw_reduce_dtype(const struct tw_array *const *arrays, int32_t count)
{
    enum tw_dtype dtype = (enum tw_dtype)arrays[0]->dtype;
    for (int32_t i = 1; i < count; i++)
        dtype = tw_dtype_common(dtype, (enum tw_dtype)arrays[i]->dtype);
    return dtype;
}

#define NOT_NAN(TYPE)                                                                                        \
    static bool not_nan_##TYPE(const void *in, uint8_t *restrict valid, size_t count)                        \
    {                                                                                                        \
        const TYPE *restrict values = in;                                                                    \
        int found = 0;                                                                                       \
        for (size_t i = 0; i < count; i++)                                                                   \
            found |= values[i] != values[i];                                                                 \
        for (size_t i = 0; found != 0 && i < count; i++)                                                     \
            valid[i] = values[i] == values[i] ? valid[i] : 0;                                                \
        return found != 0;                                                                                   \
    }
NOT_NAN(float)
NOT_NAN(double)

const uint8_t *tw_reduce_validity(const struct tw_array *array, const void *values, enum tw_dtype dtype,
                                  size_t first, size_t count, uint8_t *room)
{
    const uint8_t *valid = array->valid != NULL ? array->valid + first : NULL;
    if (!tw_dtype_is_float(dtype))
        return valid;
    if (valid != NULL)
        memcpy(room, valid, count);
    else
        memset(room, TW_VALID, count);
    bool found =
        dtype == TW_FLOAT32 ? not_nan_float(values, room, count) : not_nan_double(values, room, count);
    return found ? room : valid;
}

/* One more layer for a block: into `out` where `valid`; `seen` tells which pixels have a value already. */
typedef void step_function(void *out, const void *layer, const uint8_t *valid, const uint8_t *seen,
                           size_t count);

#define STEP(NAME, TYPE, CONDITION)                                                                          \
    static void NAME##_##TYPE(void *out, const void *layer, const uint8_t *restrict valid,                   \
                              const uint8_t *restrict seen, size_t count)                                    \
    {                                                                                                        \
        TYPE *restrict a = out;                                                                              \
        const TYPE *restrict b = layer;                                                                      \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE old = a[i], value = b[i]; /* read in any case: that vectorises */                           \
            bool wins = (valid[i] != 0) & ((seen[i] == 0) | (CONDITION));                                    \
            a[i] = wins ? value : old;                                                                       \
        }                                                                                                    \
    }
#define STEPS(TYPE) STEP(first, TYPE, false) STEP(min, TYPE, value < old) STEP(max, TYPE, value > old)
STEPS(uint8_t)
STEPS(int8_t)
STEPS(uint16_t)
STEPS(int16_t)
STEPS(uint32_t)
STEPS(int32_t)
STEPS(float)
STEPS(double)

static step_function *const steps[TW_REDUCE_MAX + 1][TW_NUM_DTYPES] = {
    [TW_REDUCE_FIRST] = {first_uint8_t, first_int8_t, first_uint16_t, first_int16_t, first_uint32_t,
                         first_int32_t, first_float, first_double},
    [TW_REDUCE_MIN] = {min_uint8_t, min_int8_t, min_uint16_t, min_int16_t, min_uint32_t, min_int32_t,
                       min_float, min_double},
    [TW_REDUCE_MAX] = {max_uint8_t, max_int8_t, max_uint16_t, max_int16_t, max_uint32_t, max_int32_t,
                       max_float, max_double},
};

static void see(uint8_t *restrict seen, const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        seen[i] |= valid[i];
}

struct task {
    const struct tw_array *const *arrays;
    int32_t count;
    enum tw_dtype dtype;
    int32_t reduction;
    struct tw_array *out;
};

static void step_block(const struct task *task, size_t first, size_t count)
{
    struct tw_block room;
    uint8_t valid_room[TW_BLOCK], all[TW_BLOCK];
    unsigned char *out = tw_block_at(task->out, first);
    uint8_t *seen = task->out->valid + first;
    memset(all, TW_VALID, count);
    memset(seen, 0, count);
    for (int32_t i = 0; i < task->count; i++) {
        struct tw_operand operand = {task->arrays[i], 0};
        const void *layer = tw_block_load(&operand, task->dtype, first, count, &room);
        const uint8_t *valid =
            tw_reduce_validity(task->arrays[i], layer, task->dtype, first, count, valid_room);
        if (i == 0)
            memcpy(out, layer, count * tw_dtype_size(task->dtype));
        else
            steps[task->reduction][task->dtype](out, layer, valid != NULL ? valid : all, seen, count);
        see(seen, valid != NULL ? valid : all, count);
        if (task->reduction == TW_REDUCE_FIRST && memchr(seen, 0, count) == NULL)
            return;
    }
}

static void add_layer(double *restrict sums, double *restrict counts, const double *restrict layer,
                      const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = layer[i];
        sums[i] += valid[i] != 0 ? value : 0;
        counts[i] += valid[i] != 0 ? 1 : 0;
    }
}

static void mean_block(const struct task *task, size_t first, size_t count)
{
    double sums[TW_BLOCK] = {0}, counts[TW_BLOCK] = {0};
    uint8_t valid_room[TW_BLOCK], all[TW_BLOCK];
    struct tw_block room;
    memset(all, TW_VALID, count);
    for (int32_t i = 0; i < task->count; i++) {
        struct tw_operand operand = {task->arrays[i], 0};
        const double *layer = tw_block_load(&operand, TW_FLOAT64, first, count, &room);
        const uint8_t *valid =
            tw_reduce_validity(task->arrays[i], layer, TW_FLOAT64, first, count, valid_room);
        add_layer(sums, counts, layer, valid != NULL ? valid : all, count);
    }
    for (size_t i = 0; i < count; i++) {
        task->out->valid[first + i] = counts[i] > 0 ? TW_VALID : 0;
        sums[i] = counts[i] > 0 ? sums[i] / counts[i] : 0;
    }
    tw_pixels_convert(sums, TW_FLOAT64, tw_block_at(task->out, first), (enum tw_dtype)task->out->dtype,
                      count);
}

int32_t tw_kernel_reduce(struct tw_host *host, int32_t reduction, const struct tw_array *const *arrays,
                         int32_t count, struct tw_array *out)
{
    enum tw_dtype dtype = tw_reduce_dtype(arrays, count);
    struct task task = {arrays, count, dtype, reduction, out};
    *out = (struct tw_array){
        .width_px = arrays[0]->width_px, .height_px = arrays[0]->height_px, .dtype = (int32_t)dtype};
    if (reduction == TW_REDUCE_MEAN || reduction == TW_REDUCE_MEDIAN)
        out->dtype = (int32_t)tw_dtype_arithmetic(dtype, dtype);
    if (tw_host_is_cancelled(host) != TW_OK || tw_host_make(host, out, true) != TW_OK)
        return (int32_t)host->err.status;
    if (reduction == TW_REDUCE_MEDIAN)
        return tw_median(host, arrays, count, out);
    size_t total = tw_array_num_pixels(out);
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        if (reduction == TW_REDUCE_MEAN)
            mean_block(&task, first, tw_block_count(total, first));
        else
            step_block(&task, first, tw_block_count(total, first));
    }
    return TW_OK;
}
