/* Expressions against plain loops over random arrays, and whole chains against the same chains computed step
 * by step.
 *
 * SPDX-License-Identifier: MIT
 */
#include "random_arrays.h"

#include <math.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* An array, or a number where node is NULL. */
struct term {
    struct tw_node *node;
    double number;
};

static struct tw_node *wrapped(struct bench *bench, const struct tw_array *array)
{
    struct tw_node *node;
    assert_int_equal(tw_node_wrap(bench->host, array, &node), TW_OK);
    return node;
}

static int32_t try_make(struct bench *bench, int32_t operation, const struct term terms[3],
                        struct tw_node **node)
{
    struct tw_node_spec spec = {.operation = operation};
    for (int i = 0; i < TW_MAX_OPERANDS; i++) {
        spec.operands[i] = terms[i].node;
        spec.numbers[i] = terms[i].number;
    }
    return tw_node_make(bench->host, &spec, node);
}

static struct tw_node *make(struct bench *bench, int32_t operation, struct term a, struct term b,
                            struct term c)
{
    const struct term terms[] = {a, b, c};
    struct tw_node *node;
    assert_int_equal(try_make(bench, operation, terms, &node), TW_OK);
    return node;
}

static const struct tw_array *computed(struct bench *bench, struct tw_node *node)
{
    assert_int_equal(tw_node_evaluate(bench->host, node), TW_OK);
    return &node->data;
}

static double value_of(struct term term, size_t i)
{
    return term.node != NULL ? pixel(&term.node->data, i) : term.number;
}

/* What an operation gives for one pixel; NaN is nodata, of operands too. */
static double plain(int32_t operation, double a, double b, double c)
{
    bool spreads = operation != TW_OP_FILL && operation != TW_OP_CHOOSE;
    if (spreads && (isnan(a) || (isnan(b) && operation < TW_OP_MINUS)))
        return (double)NAN;
    const double results[TW_NUM_OPERATIONS] = {
        [TW_OP_ADD] = a + b,
        [TW_OP_SUBTRACT] = a - b,
        [TW_OP_MULTIPLY] = a * b,
        [TW_OP_DIVIDE] = a / b,
        [TW_OP_MODULO] = a - floor(a / b) * b,
        [TW_OP_POWER] = pow(a, b),
        [TW_OP_ATAN2] = atan2(a, b),
        [TW_OP_LT] = a<b, [TW_OP_LE] = a <= b, [TW_OP_GT] = a> b,
        [TW_OP_GE] = a >= b,
        [TW_OP_EQ] = a == b,
        [TW_OP_NE] = a != b,
        [TW_OP_BOTH] = a != 0 && b != 0,
        [TW_OP_EITHER] = a != 0 || b != 0,
        [TW_OP_MINUS] = -a,
        [TW_OP_ABS] = fabs(a),
        [TW_OP_SQRT] = sqrt(a),
        [TW_OP_EXP] = exp(a),
        [TW_OP_LOG] = log(a),
        [TW_OP_SIN] = sin(a),
        [TW_OP_COS] = cos(a),
        [TW_OP_TAN] = tan(a),
        [TW_OP_FLOOR] = floor(a),
        [TW_OP_CEIL] = ceil(a),
        [TW_OP_ROUND] = rint(a),
        [TW_OP_NEGATE] = a == 0,
        [TW_OP_WHERE] = isnan(b) || b == 0 ? (double)NAN : a,
        [TW_OP_FILL] = isnan(a) ? b : a,
        [TW_OP_CHOOSE] = isnan(a) ? a
                         : a != 0 ? b
                                  : c,
        [TW_OP_CLIP] = a < b   ? b
                       : a > c ? c
                               : a,
    };
    return results[operation];
}

static void check(struct bench *bench, int32_t operation, struct term a, struct term b, struct term c)
{
    struct tw_node *node = make(bench, operation, a, b, c);
    const struct tw_array *out = computed(bench, node);
    for (size_t i = 0; i < tw_array_num_pixels(out); i++)
        assert_pixel(out, i, plain(operation, value_of(a, i), value_of(b, i), value_of(c, i)));
}

static const struct term none = {NULL, 0};

static void check_binaries(struct bench *bench, struct term left, struct term right)
{
    for (int32_t operation = 0; operation < TW_OP_MINUS; operation++) {
        if (operation == TW_OP_POWER && right.node != NULL)
            continue; /* too large for a float */
        check(bench, operation, left, right, none);
        if (operation >= TW_OP_LT)
            assert_int_equal(make(bench, operation, left, right, none)->data.dtype, TW_UINT8);
    }
}

static void binary_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    enum tw_dtype other = (enum tw_dtype)random_below(bench, TW_NUM_DTYPES);
    struct tw_array a = random_array(bench, dtype, width, nodata);
    struct tw_array b = random_array(bench, other, width, SOME_NODATA);
    struct term left = {wrapped(bench, &a), 0}, right = {wrapped(bench, &b), 0};
    check_binaries(bench, left, right);
    check_binaries(bench, left, left);
    check_binaries(bench, left, (struct term){NULL, 3});
    check_binaries(bench, left, (struct term){NULL, 2});
    check_binaries(bench, (struct term){NULL, 0.1}, left);
}

static void operators_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, binary_visit);
}

static void unary_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array a = random_array(bench, dtype, width, nodata);
    struct term array = {wrapped(bench, &a), 0}, six = {NULL, 6};
    struct term shifted = {make(bench, TW_OP_SUBTRACT, array, six, none), 0};
    computed(bench, shifted.node);
    for (int32_t operation = TW_OP_MINUS; operation <= TW_OP_NEGATE; operation++) {
        check(bench, operation, array, none, none);
        check(bench, operation, shifted, none, none);
    }
}

static void functions_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, unary_visit);
}

static void check_selection(struct bench *bench, struct term a, struct term mask)
{
    bool is_float = tw_dtype_is_float((enum tw_dtype)a.node->data.dtype);
    struct term low = {NULL, is_float ? 2.5 : 3}, high = {NULL, is_float ? 9.25 : 9};
    check(bench, TW_OP_WHERE, a, mask, none);
    check(bench, TW_OP_FILL, a, mask, none);
    check(bench, TW_OP_FILL, a, (struct term){NULL, 0.5}, none);
    check(bench, TW_OP_CHOOSE, mask, a, (struct term){NULL, 7});
    check(bench, TW_OP_CHOOSE, mask, (struct term){NULL, 0.25}, a);
    check(bench, TW_OP_CHOOSE, mask, (struct term){NULL, 1}, (struct term){NULL, 0});
    check(bench, TW_OP_CLIP, a, low, high);
    struct tw_node *clipped = make(bench, TW_OP_CLIP, a, (struct term){NULL, 2.5}, (struct term){NULL, 9.25});
    assert_int_equal(clipped->data.dtype, a.node->data.dtype);
    assert_int_equal(make(bench, TW_OP_WHERE, a, mask, none)->data.dtype, a.node->data.dtype);
}

static void select_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array a = random_array(bench, dtype, width, nodata);
    struct tw_array same = random_array(bench, dtype, width, SOME_NODATA);
    struct tw_array bytes = random_array(bench, TW_UINT8, width, NO_NODATA);
    for (size_t i = 0; i < (size_t)width; i += 2) {
        tw_array_set(&same, i, 0);
        tw_array_set(&bytes, i, 0);
    }
    struct term array = {wrapped(bench, &a), 0};
    check_selection(bench, array, (struct term){wrapped(bench, &same), 0});
    check_selection(bench, array, (struct term){wrapped(bench, &bytes), 0});
}

static void selections_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, select_visit);
}

static void convert_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array a = random_array(bench, dtype, width, nodata);
    static const double wanted[] = {3, 7.25, 11};
    struct tw_node_spec spec = {.operation = TW_OP_CONVERT, .operands = {wrapped(bench, &a)}};
    struct tw_node *node;
    for (int to = 0; to < TW_NUM_DTYPES; to++) {
        spec.dtype = to;
        assert_int_equal(tw_node_make(bench->host, &spec, &node), TW_OK);
        const struct tw_array *out = computed(bench, node);
        assert_int_equal(out->dtype, to);
        for (size_t i = 0; i < (size_t)width; i++)
            assert_pixel(out, i, tw_dtype_is_float((enum tw_dtype)to) ? pixel(&a, i) : rint(pixel(&a, i)));
    }
    spec.operation = TW_OP_IS_IN;
    spec.list = wanted;
    spec.num_list = 3;
    assert_int_equal(tw_node_make(bench->host, &spec, &node), TW_OK);
    const struct tw_array *found = computed(bench, node);
    for (size_t i = 0; i < (size_t)width; i++) {
        double value = pixel(&a, i);
        assert_pixel(found, i, isnan(value) ? value : value == 3 || value == 7.25 || value == 11);
    }
}

static void conversions_round_half_to_even(void **state)
{
    for_all_arrays(*state, convert_visit);
}

/* A formula's result shares the validity of its operands, and gets its own only for NaN in a valid pixel. */
static void nan_behind_nodata_costs_no_validity(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_UINT16, 3, SOME_NODATA);
    for (size_t i = 0; i < 3; i++) {
        tw_array_set(&a, i, (double)i);
        a.valid[i] = i > 0 ? TW_VALID : 0;
    }
    struct term term = {wrapped(bench, &a), 0};
    assert_ptr_equal(computed(bench, make(bench, TW_OP_DIVIDE, term, term, none))->valid, a.valid);
    a.valid[0] = TW_VALID;
    const struct tw_array *out = computed(bench, make(bench, TW_OP_DIVIDE, term, term, none));
    assert_ptr_not_equal(out->valid, a.valid);
    assert_int_equal(out->valid[0], 0);
    assert_int_equal(out->valid[1], TW_VALID);
    assert_int_equal(a.valid[0], TW_VALID);
}

static void masking_copies_no_pixels(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_UINT16, 5000, NO_NODATA);
    struct tw_array b = random_array(bench, TW_UINT16, 5000, SOME_NODATA);
    struct term one = {wrapped(bench, &a), 0}, other = {wrapped(bench, &b), 0};
    struct term mask = {make(bench, TW_OP_LT, other, (struct term){NULL, 20}, none), 0};
    struct tw_node *masked = make(bench, TW_OP_WHERE, one, mask, none);
    assert_ptr_equal(computed(bench, masked)->pixels, a.pixels);
    struct tw_node *like = make(bench, TW_OP_LIKE, other, (struct term){masked, 0}, none);
    assert_ptr_equal(computed(bench, like)->pixels, b.pixels);
    assert_ptr_equal(like->data.valid, masked->data.valid);
}

/* A chain writes nothing but its result; what two results need is written once. */
static void what_lies_between_is_not_written(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_UINT16, 5000, SOME_NODATA);
    struct term array = {wrapped(bench, &a), 0}, two = {NULL, 2};
    struct term sum = {make(bench, TW_OP_ADD, array, two, none), 0};
    struct term product = {make(bench, TW_OP_MULTIPLY, sum, sum, none), 0};
    computed(bench, product.node);
    assert_null(sum.node->data.pixels);
    struct term root = {make(bench, TW_OP_SQRT, sum, none, none), 0};
    computed(bench, root.node);
    assert_non_null(sum.node->data.pixels);
    for (size_t i = 0; i < 5000; i++)
        assert_pixel(&root.node->data, i, sqrt(pixel(&a, i) + 2));
}

static void a_slice_is_a_view(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = {.width_px = 70, .height_px = 50, .dtype = TW_UINT16};
    assert_true(tw_array_alloc(bench->job.arena, &a, true));
    for (size_t i = 0; i < 3500; i++) {
        tw_array_set(&a, i, (double)i);
        a.valid[i] = i % 7 > 0 ? TW_VALID : 0;
    }
    const struct tw_node_spec spec = {
        .operation = TW_OP_SLICE, .rectangle = {3, 5, 61, 40}, .operands = {wrapped(bench, &a)}};
    struct tw_node *slice;
    assert_int_equal(tw_node_make(bench->host, &spec, &slice), TW_OK);
    struct term term = {slice, 0};
    const struct tw_array *doubled = computed(bench, make(bench, TW_OP_ADD, term, term, none));
    assert_null(slice->data.pixels);
    for (size_t row = 0; row < 40; row++)
        for (size_t col = 0; col < 61; col++)
            assert_pixel(doubled, row * 61 + col, 2 * pixel(&a, (row + 5) * 70 + col + 3));
}

enum { NUM_LEAVES = 6, NUM_MADE = 60, NUM_TERMS = NUM_LEAVES + NUM_MADE };

static void assert_same_array(const struct tw_array *a, const struct tw_array *b)
{
    assert_int_equal(a->dtype, b->dtype);
    for (size_t i = 0; i < tw_array_num_pixels(a); i++) {
        double x = pixel(a, i), y = pixel(b, i);
        if (!(x == y || (isnan(x) && isnan(y))))
            fail_msg("pixel %zu: %.17g, %.17g", i, x, y);
    }
}

/* Makes the same random nodes twice; those of `eager` are computed as they are made. */
static void make_twins(struct bench *bench, struct term *lazy, struct term *eager, int count)
{
    int32_t operation;
    do
        operation = (int32_t)random_below(bench, TW_OP_CONVERT);
    while (operation == TW_OP_LIKE || operation == TW_OP_EXP); /* LIKE is for equal nodata; EXP grows fast */
    struct term a[3], b[3];
    for (int i = 0; i < 3; i++) {
        int from = (int)random_below(bench, (uint32_t)count);
        bool is_number = (i > 0 && random_below(bench, 4) == 0) || (operation == TW_OP_CLIP && i > 0);
        bool is_array = operation == TW_OP_WHERE;
        a[i] = lazy[from];
        b[i] = eager[from];
        if (is_number && !is_array)
            a[i] = b[i] = (struct term){NULL, (double)i + random_below(bench, 5)};
    }
    int num_terms = operation < TW_OP_MINUS    ? 2
                    : operation < TW_OP_WHERE  ? 1
                    : operation < TW_OP_CHOOSE ? 2
                                               : 3;
    for (int i = num_terms; i < 3; i++)
        a[i] = b[i] = none;
    lazy[count] = (struct term){make(bench, operation, a[0], a[1], a[2]), 0};
    eager[count] = (struct term){make(bench, operation, b[0], b[1], b[2]), 0};
    computed(bench, eager[count].node);
}

static void chains_give_what_their_steps_give(void **state)
{
    struct bench *bench = *state;
    for (int round = 0; round < 200; round++) {
        struct term lazy[NUM_TERMS], eager[NUM_TERMS];
        int32_t width = widths[random_below(bench, NUM_SIZES)];
        next_round(bench);
        for (int i = 0; i < NUM_LEAVES; i++) {
            enum nodata nodata =
                random_below(bench, 5) == 0 ? ALL_NODATA : (enum nodata)random_below(bench, 2);
            struct tw_array leaf =
                random_array(bench, (enum tw_dtype)random_below(bench, TW_NUM_DTYPES), width, nodata);
            lazy[i] = (struct term){wrapped(bench, &leaf), 0};
            eager[i] = (struct term){wrapped(bench, &leaf), 0};
        }
        for (int i = NUM_LEAVES; i < NUM_TERMS; i++) {
            make_twins(bench, lazy, eager, i);
            if (random_below(bench, 8) == 0)
                assert_same_array(computed(bench, lazy[i].node), &eager[i].node->data);
        }
        for (int i = NUM_TERMS - 1; i >= NUM_LEAVES; i -= 1 + (int)random_below(bench, 4))
            assert_same_array(computed(bench, lazy[i].node), &eager[i].node->data);
    }
}

static void a_used_up_budget_fails_every_step(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_FLOAT32, 4096, SOME_NODATA);
    struct term array = {wrapped(bench, &a), 0}, one = {NULL, 1};
    struct tw_arena *roomy = bench->job.arena;
    for (size_t budget = 256; budget <= 64 * 1024; budget *= 2) {
        const struct term terms[] = {array, one, none};
        struct tw_node *node;
        bench->job.arena = tw_arena_new(budget);
        tw_host_begin(bench->host, &bench->job);
        int32_t status = try_make(bench, TW_OP_ADD, terms, &node);
        status = status == TW_OK ? tw_node_evaluate(bench->host, node) : status;
        assert_int_equal(status, TW_EBUDGET);
        tw_arena_free(bench->job.arena);
    }
    bench->job.arena = roomy;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(operators_agree_with_plain_loops),    TEST(functions_agree_with_plain_loops),
        TEST(selections_agree_with_plain_loops),   TEST(conversions_round_half_to_even),
        TEST(nan_behind_nodata_costs_no_validity), TEST(masking_copies_no_pixels),
        TEST(what_lies_between_is_not_written),    TEST(a_slice_is_a_view),
        TEST(chains_give_what_their_steps_give),   TEST(a_used_up_budget_fails_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
