/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"

#include <math.h>

typedef void block_function(const void *in, void *out, size_t count);

#define BLOCK(NAME, TYPE, RESULT, EXPRESSION)                                                                \
    static void NAME##_##TYPE(const void *in, void *out, size_t count)                                       \
    {                                                                                                        \
        const TYPE *restrict a = in;                                                                         \
        RESULT *restrict b = out;                                                                            \
        for (size_t i = 0; i < count; i++)                                                                   \
            b[i] = (RESULT)(EXPRESSION);                                                                     \
    }
BLOCK(minus, float, float, -a[i])
BLOCK(minus, double, double, -a[i])
BLOCK(abs, float, float, fabsf(a[i]))
BLOCK(abs, double, double, fabs(a[i]))
BLOCK(sqrt, float, float, sqrtf(a[i]))
BLOCK(sqrt, double, double, sqrt(a[i]))
BLOCK(exp, float, float, expf(a[i]))
BLOCK(exp, double, double, exp(a[i]))
BLOCK(log, float, float, logf(a[i]))
BLOCK(log, double, double, log(a[i]))
BLOCK(floor, float, float, floorf(a[i]))
BLOCK(floor, double, double, floor(a[i]))
BLOCK(round, float, float, rintf(a[i]))
BLOCK(round, double, double, rint(a[i]))
BLOCK(negate, float, uint8_t, a[i] == 0)
BLOCK(negate, double, uint8_t, a[i] == 0)

static const struct {
    block_function *f32, *f64;
} functions[TW_NUM_UNARIES] = {
    [TW_MINUS] = {minus_float, minus_double}, [TW_ABS] = {abs_float, abs_double},
    [TW_SQRT] = {sqrt_float, sqrt_double},    [TW_EXP] = {exp_float, exp_double},
    [TW_LOG] = {log_float, log_double},       [TW_FLOOR] = {floor_float, floor_double},
    [TW_ROUND] = {round_float, round_double}, [TW_NEGATE] = {negate_float, negate_double},
};

/* Whether the result is the array itself: integers have no fraction, unsigned ones no sign. */
static bool changes_nothing(int32_t operation, enum tw_dtype dtype)
{
    bool is_unsigned = dtype == TW_UINT8 || dtype == TW_UINT16 || dtype == TW_UINT32;
    if (operation == TW_FLOOR || operation == TW_ROUND)
        return !tw_dtype_is_float(dtype);
    return operation == TW_ABS && is_unsigned;
}

int32_t tw_kernel_unary(struct tw_host *host, int32_t operation, const struct tw_array *array,
                        struct tw_array *out)
{
    struct tw_operand operand = {array, 0};
    enum tw_dtype dtype = tw_dtype_arithmetic((enum tw_dtype)array->dtype, (enum tw_dtype)array->dtype);
    block_function *function = dtype == TW_FLOAT32 ? functions[operation].f32 : functions[operation].f64;
    struct tw_block room;
    size_t total = tw_array_num_pixels(array);
    bool own = false;
    *out = *array;
    if (changes_nothing(operation, (enum tw_dtype)array->dtype))
        return TW_OK;
    out->dtype = operation == TW_NEGATE ? TW_UINT8 : (int32_t)dtype;
    if (tw_host_is_cancelled(host) != TW_OK || tw_host_make(host, out, false) != TW_OK)
        return (int32_t)host->err.status;
    out->valid = array->valid;
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        size_t count = tw_block_count(total, first);
        function(tw_block_load(&operand, dtype, first, count, &room), tw_block_at(out, first), count);
        if (out->dtype != TW_UINT8 && tw_block_drop_nan(host, out, first, count, &own) != TW_OK)
            return (int32_t)host->err.status;
    }
    return TW_OK;
}
