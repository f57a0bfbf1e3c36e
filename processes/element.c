/* SPDX-License-Identifier: MIT */
#include "element.h"

#include "clones.h"

#include <math.h>

#define BINARY(NAME, TYPE, RESULT, EXPRESSION)                                                               \
    TW_CLONES static void NAME##_##TYPE(const void *left, const void *right, void *out, size_t count)        \
    {                                                                                                        \
        const TYPE *restrict a = left;                                                                       \
        const TYPE *restrict b = right;                                                                      \
        RESULT *restrict c = out;                                                                            \
        for (size_t i = 0; i < count; i++)                                                                   \
            c[i] = (RESULT)(EXPRESSION);                                                                     \
    }
#define ARITHMETIC(NAME, EXPRESSION)                                                                         \
    BINARY(NAME, float, float, EXPRESSION) BINARY(NAME, double, double, EXPRESSION)
#define LOGIC(NAME, EXPRESSION)                                                                              \
    BINARY(NAME, float, uint8_t, EXPRESSION)                                                                 \
    BINARY(NAME, double, uint8_t, EXPRESSION) BINARY(NAME, uint8_t, uint8_t, EXPRESSION)
/* Small integers are compared as they are: twice to four times as many at once as floats. */
#define COMPARISON(NAME, EXPRESSION)                                                                         \
    LOGIC(NAME, EXPRESSION)                                                                                  \
    BINARY(NAME, int8_t, uint8_t, EXPRESSION)                                                                \
    BINARY(NAME, uint16_t, uint8_t, EXPRESSION) BINARY(NAME, int16_t, uint8_t, EXPRESSION)

ARITHMETIC(add, a[i] + b[i])
ARITHMETIC(subtract, a[i] - b[i])
ARITHMETIC(multiply, a[i] * b[i])
ARITHMETIC(divide, a[i] / b[i])
/* Lua's: the result has the sign of the divisor. */
BINARY(modulo, float, float, a[i] - floorf(a[i] / b[i]) * b[i])
BINARY(modulo, double, double, a[i] - floor(a[i] / b[i]) * b[i])
/* Squares are what most scripts mean; pow() would take 20 times as long. */
BINARY(power, float, float, b[i] == 2 ? a[i] * a[i] : powf(a[i], b[i]))
BINARY(power, double, double, b[i] == 2 ? a[i] * a[i] : pow(a[i], b[i]))
BINARY(atan2, float, float, atan2f(a[i], b[i]))
BINARY(atan2, double, double, atan2(a[i], b[i]))
COMPARISON(lt, a[i] < b[i])
COMPARISON(le, a[i] <= b[i])
COMPARISON(gt, a[i] > b[i])
COMPARISON(ge, a[i] >= b[i])
COMPARISON(eq, a[i] == b[i])
COMPARISON(ne, a[i] != b[i])
LOGIC(both, (a[i] != 0) & (b[i] != 0))
LOGIC(either, (a[i] != 0) | (b[i] != 0))

#define UNARY(NAME, TYPE, RESULT, EXPRESSION)                                                                \
    TW_CLONES static void NAME##_##TYPE(const void *in, void *out, size_t count)                             \
    {                                                                                                        \
        const TYPE *restrict a = in;                                                                         \
        RESULT *restrict b = out;                                                                            \
        for (size_t i = 0; i < count; i++)                                                                   \
            b[i] = (RESULT)(EXPRESSION);                                                                     \
    }
#define FUNCTION(NAME, FLOAT_EXPRESSION, DOUBLE_EXPRESSION)                                                  \
    UNARY(NAME, float, float, FLOAT_EXPRESSION) UNARY(NAME, double, double, DOUBLE_EXPRESSION)

FUNCTION(minus, -a[i], -a[i])
FUNCTION(abs, fabsf(a[i]), fabs(a[i]))
FUNCTION(sqrt, sqrtf(a[i]), sqrt(a[i]))
FUNCTION(exp, expf(a[i]), exp(a[i]))
FUNCTION(log, logf(a[i]), log(a[i]))
FUNCTION(sin, sinf(a[i]), sin(a[i]))
FUNCTION(cos, cosf(a[i]), cos(a[i]))
FUNCTION(tan, tanf(a[i]), tan(a[i]))
FUNCTION(floor, floorf(a[i]), floor(a[i]))
FUNCTION(ceil, ceilf(a[i]), ceil(a[i]))
FUNCTION(round, rintf(a[i]), rint(a[i]))
UNARY(negate, float, uint8_t, a[i] == 0)
UNARY(negate, double, uint8_t, a[i] == 0)
UNARY(negate, uint8_t, uint8_t, a[i] == 0)

#define ARITHMETIC_ROW(NAME)                                                                                 \
    {                                                                                                        \
        [TW_FLOAT32] = NAME##_float, [TW_FLOAT64] = NAME##_double                                            \
    }
#define LOGIC_ROW(NAME)                                                                                      \
    {                                                                                                        \
        [TW_FLOAT32] = NAME##_float, [TW_FLOAT64] = NAME##_double, [TW_UINT8] = NAME##_uint8_t               \
    }
#define COMPARISON_ROW(NAME)                                                                                 \
    {                                                                                                        \
        [TW_FLOAT32] = NAME##_float, [TW_FLOAT64] = NAME##_double, [TW_UINT8] = NAME##_uint8_t,              \
        [TW_INT8] = NAME##_int8_t, [TW_UINT16] = NAME##_uint16_t, [TW_INT16] = NAME##_int16_t                \
    }
static tw_binary_element *const binaries[TW_OP_MINUS][TW_NUM_DTYPES] = {
    [TW_OP_ADD] = ARITHMETIC_ROW(add),
    [TW_OP_SUBTRACT] = ARITHMETIC_ROW(subtract),
    [TW_OP_MULTIPLY] = ARITHMETIC_ROW(multiply),
    [TW_OP_DIVIDE] = ARITHMETIC_ROW(divide),
    [TW_OP_MODULO] = ARITHMETIC_ROW(modulo),
    [TW_OP_POWER] = ARITHMETIC_ROW(power),
    [TW_OP_ATAN2] = ARITHMETIC_ROW(atan2),
    [TW_OP_LT] = COMPARISON_ROW(lt),
    [TW_OP_LE] = COMPARISON_ROW(le),
    [TW_OP_GT] = COMPARISON_ROW(gt),
    [TW_OP_GE] = COMPARISON_ROW(ge),
    [TW_OP_EQ] = COMPARISON_ROW(eq),
    [TW_OP_NE] = COMPARISON_ROW(ne),
    [TW_OP_BOTH] = LOGIC_ROW(both),
    [TW_OP_EITHER] = LOGIC_ROW(either),
};

static const struct {
    tw_unary_element *f32, *f64, *u8;
} unaries[] = {
    [TW_OP_MINUS - TW_OP_MINUS] = {minus_float, minus_double, NULL},
    [TW_OP_ABS - TW_OP_MINUS] = {abs_float, abs_double, NULL},
    [TW_OP_SQRT - TW_OP_MINUS] = {sqrt_float, sqrt_double, NULL},
    [TW_OP_EXP - TW_OP_MINUS] = {exp_float, exp_double, NULL},
    [TW_OP_LOG - TW_OP_MINUS] = {log_float, log_double, NULL},
    [TW_OP_SIN - TW_OP_MINUS] = {sin_float, sin_double, NULL},
    [TW_OP_COS - TW_OP_MINUS] = {cos_float, cos_double, NULL},
    [TW_OP_TAN - TW_OP_MINUS] = {tan_float, tan_double, NULL},
    [TW_OP_FLOOR - TW_OP_MINUS] = {floor_float, floor_double, NULL},
    [TW_OP_CEIL - TW_OP_MINUS] = {ceil_float, ceil_double, NULL},
    [TW_OP_ROUND - TW_OP_MINUS] = {round_float, round_double, NULL},
    [TW_OP_NEGATE - TW_OP_MINUS] = {negate_float, negate_double, negate_uint8_t},
};

tw_binary_element *tw_element_binary(int32_t operation, enum tw_dtype dtype)
{
    return binaries[operation][dtype];
}

tw_unary_element *tw_element_unary(int32_t operation, enum tw_dtype dtype)
{
    if (dtype == TW_UINT8)
        return unaries[operation - TW_OP_MINUS].u8;
    return dtype == TW_FLOAT32 ? unaries[operation - TW_OP_MINUS].f32 : unaries[operation - TW_OP_MINUS].f64;
}

#define TAKE(BITS)                                                                                           \
    TW_CLONES static void take##BITS(void *out, const void *from, const uint8_t *restrict valid,             \
                                     size_t count)                                                           \
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

void tw_element_take(void *out, const void *filler, enum tw_dtype dtype, const uint8_t *valid, size_t count)
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

#define CLAMP(NAME, TYPE)                                                                                    \
    TW_CLONES static void clamp_##NAME(const void *in, void *out, const double *bounds, size_t count)        \
    {                                                                                                        \
        const TYPE *restrict from = in;                                                                      \
        TYPE *restrict to = out;                                                                             \
        TYPE least = (TYPE)bounds[0], most = (TYPE)bounds[1];                                                \
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

void tw_element_clip(const void *in, void *out, enum tw_dtype dtype, const double bounds[2], size_t count)
{
    static void (*const clamps[TW_NUM_DTYPES])(const void *, void *, const double *, size_t) = {
        clamp_uint8,  clamp_int8,  clamp_uint16,  clamp_int16,
        clamp_uint32, clamp_int32, clamp_float32, clamp_float64,
    };
    clamps[dtype](in, out, bounds, count);
}

TW_CLONES void tw_element_is_in(const double *restrict in, uint8_t *restrict mask, size_t count,
                                const double *list, int32_t num_list)
{
    for (size_t i = 0; i < count; i++)
        mask[i] = 0;
    for (int32_t k = 0; k < num_list; k++)
        for (size_t i = 0; i < count; i++)
            mask[i] |= (uint8_t)(in[i] == list[k]);
}

TW_CLONES void tw_element_and(const uint8_t *a, const uint8_t *b, uint8_t *both, size_t count)
{
    for (size_t i = 0; i < count; i++)
        both[i] = a[i] & b[i];
}

TW_CLONES void tw_element_or(const uint8_t *a, const uint8_t *b, uint8_t *either, size_t count)
{
    for (size_t i = 0; i < count; i++)
        either[i] = a[i] | b[i];
}

TW_CLONES void tw_element_mask(const uint8_t *restrict mask, uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        valid[i] = mask[i] != 0 ? TW_VALID : 0;
}
