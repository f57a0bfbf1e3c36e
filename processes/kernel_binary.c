/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"

#include <math.h>

typedef void block_function(const void *left, const void *right, void *out, size_t count);

#define BLOCK(NAME, TYPE, RESULT, EXPRESSION)                                                                \
    static void NAME##_##TYPE(const void *left, const void *right, void *out, size_t count)                  \
    {                                                                                                        \
        const TYPE *restrict a = left;                                                                       \
        const TYPE *restrict b = right;                                                                      \
        RESULT *restrict c = out;                                                                            \
        for (size_t i = 0; i < count; i++)                                                                   \
            c[i] = (RESULT)(EXPRESSION);                                                                     \
    }
#define ARITHMETIC(NAME, EXPRESSION)                                                                         \
    BLOCK(NAME, float, float, EXPRESSION) BLOCK(NAME, double, double, EXPRESSION)
#define COMPARISON(NAME, EXPRESSION)                                                                         \
    BLOCK(NAME, float, uint8_t, EXPRESSION) BLOCK(NAME, double, uint8_t, EXPRESSION)

ARITHMETIC(add, a[i] + b[i])
ARITHMETIC(subtract, a[i] - b[i])
ARITHMETIC(multiply, a[i] * b[i])
ARITHMETIC(divide, a[i] / b[i])
/* Lua's: the result has the sign of the divisor. */
BLOCK(modulo, float, float, a[i] - floorf(a[i] / b[i]) * b[i])
BLOCK(modulo, double, double, a[i] - floor(a[i] / b[i]) * b[i])
BLOCK(power, float, float, powf(a[i], b[i]))
BLOCK(power, double, double, pow(a[i], b[i]))
COMPARISON(lt, a[i] < b[i])
COMPARISON(le, a[i] <= b[i])
COMPARISON(gt, a[i] > b[i])
COMPARISON(ge, a[i] >= b[i])
COMPARISON(eq, a[i] == b[i])
COMPARISON(ne, a[i] != b[i])
COMPARISON(both, a[i] != 0 && b[i] != 0)
COMPARISON(either, a[i] != 0 || b[i] != 0)

static const struct {
    block_function *f32, *f64;
} functions[TW_NUM_BINARIES] = {
    [TW_ADD] = {add_float, add_double},
    [TW_SUBTRACT] = {subtract_float, subtract_double},
    [TW_MULTIPLY] = {multiply_float, multiply_double},
    [TW_DIVIDE] = {divide_float, divide_double},
    [TW_MODULO] = {modulo_float, modulo_double},
    [TW_POWER] = {power_float, power_double},
    [TW_LT] = {lt_float, lt_double},
    [TW_LE] = {le_float, le_double},
    [TW_GT] = {gt_float, gt_double},
    [TW_GE] = {ge_float, ge_double},
    [TW_EQ] = {eq_float, eq_double},
    [TW_NE] = {ne_float, ne_double},
    [TW_BOTH] = {both_float, both_double},
    [TW_EITHER] = {either_float, either_double},
};

/* A number has no type of its own, but one that a float does not hold is compared as a double: 0.1 is not
 * 0.1f. Arithmetic stays in the arrays' type. */
static enum tw_dtype work_dtype(int32_t operation, const struct tw_operand *left,
                                const struct tw_operand *right)
{
    const struct tw_array *a = left->array != NULL ? left->array : right->array;
    const struct tw_array *b = right->array != NULL ? right->array : left->array;
    const struct tw_operand *number = left->array == NULL ? left : right;
    bool is_exact = number->array != NULL || (double)(float)number->number == number->number;
    if (operation >= TW_LT && !is_exact && a->dtype != TW_FLOAT32)
        return TW_FLOAT64;
    return tw_dtype_arithmetic((enum tw_dtype)a->dtype, (enum tw_dtype)b->dtype);
}

static const uint8_t *validity(const struct tw_operand *operand)
{
    return operand->array != NULL ? operand->array->valid : NULL;
}

static int32_t run_blocks(struct tw_host *host, block_function *function, enum tw_dtype dtype,
                          const struct tw_operand operands[2], struct tw_array *out)
{
    struct tw_block left_room, right_room;
    size_t total = tw_array_num_pixels(out);
    bool own = false;
    tw_block_prepare(&operands[0], dtype, &left_room);
    tw_block_prepare(&operands[1], dtype, &right_room);
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        size_t count = tw_block_count(total, first);
        const void *left = tw_block_load(&operands[0], dtype, first, count, &left_room);
        const void *right = tw_block_load(&operands[1], dtype, first, count, &right_room);
        function(left, right, tw_block_at(out, first), count);
        if (out->dtype != TW_UINT8 && tw_block_drop_nan(host, out, first, count, &own) != TW_OK)
            return (int32_t)host->err.status;
    }
    return TW_OK;
}

int32_t tw_kernel_binary(struct tw_host *host, int32_t operation, const struct tw_operand *left,
                         const struct tw_operand *right, struct tw_array *out)
{
    const struct tw_array *shape = left->array != NULL ? left->array : right->array;
    enum tw_dtype dtype = work_dtype(operation, left, right);
    block_function *function = dtype == TW_FLOAT32 ? functions[operation].f32 : functions[operation].f64;
    *out = (struct tw_array){.width_px = shape->width_px,
                             .height_px = shape->height_px,
                             .dtype = operation >= TW_LT ? TW_UINT8 : (int32_t)dtype};
    if (tw_host_is_cancelled(host) != TW_OK || tw_host_make(host, out, false) != TW_OK ||
        tw_host_combine(host, validity(left), validity(right), tw_array_num_pixels(out), &out->valid) !=
            TW_OK)
        return (int32_t)host->err.status;
    const struct tw_operand operands[2] = {*left, *right};
    return run_blocks(host, function, dtype, operands, out);
}
