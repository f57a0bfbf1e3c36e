/* SPDX-License-Identifier: MIT */
#include "node.h"

#include "host.h"

#include <math.h>
#include <string.h>

static bool is_binary(int32_t operation)
{
    return operation >= 0 && operation < TW_OP_MINUS;
}

static bool is_comparison(int32_t operation)
{
    return operation >= TW_OP_LT && operation <= TW_OP_NE;
}

static bool makes_mask(int32_t operation)
{
    return (operation >= TW_OP_LT && operation <= TW_OP_EITHER) || operation == TW_OP_NEGATE ||
           operation == TW_OP_IS_IN;
}

static enum tw_dtype dtype_of(const struct tw_node *node)
{
    return (enum tw_dtype)node->data.dtype;
}

static bool is_small_integer(enum tw_dtype dtype)
{
    return !tw_dtype_is_float(dtype) && tw_dtype_size(dtype) <= 2;
}

/* A number has no type of its own, but one that a float does not hold is compared as a double: 0.1 is not
 * 0.1f. Arithmetic stays in the arrays' type. */
enum tw_dtype tw_node_work_dtype(const struct tw_node *node)
{
    const struct tw_node *left = node->operands[0], *right = node->operands[1];
    const struct tw_node *a = left != NULL ? left : right,
                         *b = right != NULL && is_binary(node->operation) ? right : a;
    double number = left == NULL ? node->numbers[0] : node->numbers[1];
    bool is_exact = (left != NULL && right != NULL) || (double)(float)number == number;
    bool is_logic =
        node->operation == TW_OP_BOTH || node->operation == TW_OP_EITHER || node->operation == TW_OP_NEGATE;
    bool are_arrays = left != NULL && (right != NULL || node->operation == TW_OP_NEGATE);
    if (is_logic && are_arrays && dtype_of(a) == TW_UINT8 && dtype_of(b) == TW_UINT8)
        return TW_UINT8;
    if (is_comparison(node->operation) && is_small_integer(dtype_of(a)) && dtype_of(a) == dtype_of(b) &&
        (are_arrays || tw_dtype_holds(dtype_of(a), number)))
        return dtype_of(a);
    if (is_comparison(node->operation) && !is_exact && dtype_of(a) != TW_FLOAT32)
        return TW_FLOAT64;
    return tw_dtype_arithmetic(dtype_of(a), dtype_of(b));
}

/* The smallest type that holds both exactly. */
static enum tw_dtype dtype_of_numbers(double a, double b)
{
    static const enum tw_dtype by_size[] = {TW_UINT8, TW_INT8, TW_UINT16, TW_INT16, TW_UINT32, TW_INT32};
    for (size_t i = 0; i < sizeof(by_size) / sizeof(by_size[0]); i++)
        if (tw_dtype_holds(by_size[i], a) && tw_dtype_holds(by_size[i], b))
            return by_size[i];
    return (double)(float)a == a && (double)(float)b == b ? TW_FLOAT32 : TW_FLOAT64;
}

/* The type that holds both: a number that the array's type holds leaves it as it is. */
static enum tw_dtype common_dtype(const struct tw_node *node, int first, int second)
{
    const struct tw_node *a = node->operands[first], *b = node->operands[second];
    if (a != NULL && b != NULL)
        return tw_dtype_common(dtype_of(a), dtype_of(b));
    double number = node->numbers[a == NULL ? first : second];
    if (a == NULL && b == NULL)
        return dtype_of_numbers(number, node->numbers[second]);
    enum tw_dtype dtype = dtype_of(a != NULL ? a : b);
    return tw_dtype_holds(dtype, number) ? dtype : tw_dtype_arithmetic(dtype, dtype);
}

static enum tw_dtype result_dtype(const struct tw_node *node, const struct tw_node_spec *spec)
{
    if (makes_mask(node->operation))
        return TW_UINT8;
    switch (node->operation) {
    case TW_OP_CONVERT:
        return (enum tw_dtype)spec->dtype;
    case TW_OP_FILL:
        return common_dtype(node, 0, 1);
    case TW_OP_CHOOSE:
        return common_dtype(node, 1, 2);
    case TW_OP_WHERE:
    case TW_OP_LIKE:
    case TW_OP_CLIP:
    case TW_OP_SLICE:
        return dtype_of(node->operands[0]);
    default:
        return tw_node_work_dtype(node);
    }
}

/* Whether the result is the operand itself: integers have no fraction, unsigned ones no sign. */
static bool changes_nothing(const struct tw_node_spec *spec)
{
    const struct tw_node *operand = spec->operands[0];
    switch (spec->operation) {
    case TW_OP_FLOOR:
    case TW_OP_CEIL:
    case TW_OP_ROUND:
        return !tw_dtype_is_float(dtype_of(operand));
    case TW_OP_ABS:
        return !tw_dtype_is_float(dtype_of(operand)) && tw_dtype_min(dtype_of(operand)) == 0;
    case TW_OP_CONVERT:
        return operand->data.dtype == spec->dtype && !tw_dtype_is_float(dtype_of(operand));
    default:
        return false;
    }
}

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Bounds of integers are rounded inwards, and finite ones to what the type holds. */
static void fit_bounds(struct tw_node *node)
{
    enum tw_dtype dtype = dtype_of(node);
    bool is_float = tw_dtype_is_float(dtype);
    double least = tw_dtype_min(dtype), most = tw_dtype_max(dtype);
    double low = node->numbers[1], high = node->numbers[2];
    if (!is_float) {
        low = ceil(low);
        high = floor(high);
    }
    node->numbers[1] = is_float && isinf(low) ? low : within(low, least, most);
    node->numbers[2] = is_float && isinf(high) ? high : within(high, least, most);
}

static bool copy_list(struct tw_host *host, struct tw_node *node, const struct tw_node_spec *spec)
{
    if (spec->operation != TW_OP_IS_IN)
        return true;
    size_t size = (size_t)spec->num_list * sizeof(double);
    double *list = tw_host_alloc(host, size);
    if (list == NULL)
        return false;
    if (size > 0)
        memcpy(list, spec->list, size);
    node->list = list;
    node->num_list = spec->num_list;
    return true;
}

/* Keeps chains short enough for one evaluation: the longest operands are computed first. */
static int32_t limit_size(struct tw_host *host, struct tw_node *node)
{
    for (;;) {
        struct tw_node *longest = NULL;
        node->size = 1;
        for (int i = 0; i < TW_MAX_OPERANDS; i++) {
            struct tw_node *operand = node->operands[i];
            if (operand == NULL)
                continue;
            node->size += operand->size;
            if (longest == NULL || operand->size > longest->size)
                longest = operand;
        }
        if (node->size <= TW_MAX_NODES)
            return TW_OK;
        int32_t status = tw_node_evaluate(host, longest);
        if (status != TW_OK)
            return status;
    }
}

int32_t tw_node_wrap(struct tw_host *host, const struct tw_array *array, struct tw_node **node)
{
    *node = tw_host_alloc(host, sizeof(**node));
    if (*node == NULL)
        return (int32_t)host->err.status;
    **node = (struct tw_node){.data = *array, .operation = TW_OP_NONE};
    return TW_OK;
}

static void set_shape(struct tw_node *node, const struct tw_node_spec *spec)
{
    if (spec->operation != TW_OP_SLICE)
        return;
    node->col = spec->rectangle[0];
    node->row = spec->rectangle[1];
    node->data.width_px = spec->rectangle[2];
    node->data.height_px = spec->rectangle[3];
}

/* Whether name and unit of the first operand are those of the result. */
static bool keeps_meaning(int32_t operation)
{
    return operation >= TW_OP_WHERE && operation != TW_OP_CHOOSE && operation != TW_OP_IS_IN;
}

static void use_operands(struct tw_node *node)
{
    for (int i = 0; i < TW_MAX_OPERANDS; i++) {
        struct tw_node *operand = node->operands[i];
        if (operand == NULL)
            continue;
        operand->num_uses++;
        node->halo_px = operand->halo_px > node->halo_px ? operand->halo_px : node->halo_px;
    }
    node->meta = keeps_meaning(node->operation) ? node->operands[0]->meta : 0;
}

int32_t tw_node_make(struct tw_host *host, const struct tw_node_spec *spec, struct tw_node **made)
{
    const struct tw_node *one = NULL;
    *made = spec->operands[0];
    for (int i = TW_MAX_OPERANDS - 1; i >= 0; i--)
        one = spec->operands[i] != NULL ? spec->operands[i] : one;
    if (changes_nothing(spec))
        return TW_OK;
    const struct tw_array shape = {.width_px = one->data.width_px, .height_px = one->data.height_px};
    if (tw_node_wrap(host, &shape, made) != TW_OK)
        return (int32_t)host->err.status;
    struct tw_node *node = *made;
    node->operation = spec->operation;
    memcpy(node->operands, spec->operands, sizeof(node->operands));
    memcpy(node->numbers, spec->numbers, sizeof(node->numbers));
    set_shape(node, spec);
    node->data.dtype = (int32_t)result_dtype(node, spec);
    if (node->operation == TW_OP_CLIP)
        fit_bounds(node);
    if (!copy_list(host, node, spec) || limit_size(host, node) != TW_OK)
        return (int32_t)host->err.status;
    use_operands(node);
    return TW_OK;
}
