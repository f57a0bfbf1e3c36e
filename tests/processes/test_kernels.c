/* Kernels against plain loops over random arrays: all types, sizes around the block's, and no, some and only
 * nodata. The plain loops work on doubles, one pixel at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { MAX_LAYERS = 9, NUM_SIZES = 4 };
static const int32_t widths[NUM_SIZES] = {1, 7, TW_BLOCK, 2 * TW_BLOCK + 13};

struct bench {
    struct tw_host *host;
    struct tw_script_job job;
    uint32_t seed;
};

static int setup(void **state)
{
    static const struct tw_script_job no_job;
    struct bench *bench = calloc(1, sizeof(*bench));
    bench->host = calloc(1, sizeof(*bench->host));
    bench->job = no_job;
    bench->job.arena = tw_arena_new(0);
    bench->seed = 1;
    tw_host_init(bench->host);
    tw_host_begin(bench->host, &bench->job);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    tw_arena_free(bench->job.arena);
    free(bench->host);
    free(bench);
    return 0;
}

static void next_round(struct bench *bench)
{
    tw_arena_reset(bench->job.arena);
    tw_host_begin(bench->host, &bench->job);
}

/* Numerical Recipes' linear congruential generator: the same numbers on every machine. */
static uint32_t random_below(struct bench *bench, uint32_t limit)
{
    bench->seed = bench->seed * 1664525U + 1013904223U;
    return (bench->seed >> 8) % limit;
}

enum nodata { NO_NODATA, SOME_NODATA, ALL_NODATA, NUM_NODATA };

/* Small numbers, so that all types hold them and equal values are frequent; quarters in floats. */
static struct tw_array random_array(struct bench *bench, enum tw_dtype dtype, int32_t width,
                                    enum nodata nodata)
{
    struct tw_array array = {.width_px = width, .height_px = 1, .dtype = (int32_t)dtype};
    assert_true(tw_array_alloc(bench->job.arena, &array, nodata != NO_NODATA));
    for (size_t i = 0; i < (size_t)width; i++) {
        double value = random_below(bench, 50);
        tw_array_set(&array, i, tw_dtype_is_float(dtype) ? value / 4 : value);
        if (array.valid != NULL)
            array.valid[i] = nodata == SOME_NODATA && random_below(bench, 3) > 0 ? TW_VALID : 0;
    }
    return array;
}

/* NaN is nodata. */
static double pixel(const struct tw_array *array, size_t i)
{
    return array->valid != NULL && array->valid[i] == 0 ? (double)NAN : tw_array_get(array, i);
}

static void assert_pixel(const struct tw_array *array, size_t i, double expected)
{
    double actual = pixel(array, i);
    if (isnan(expected) || isnan(actual))
        assert_true(isnan(expected) && isnan(actual));
    else if (isinf(expected))
        assert_true(actual == expected);
    else
        assert_true(fabs(actual - expected) <= 1e-6 * fabs(expected));
}

typedef void visitor(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata);

static void for_all_arrays(struct bench *bench, visitor *visit)
{
    for (int dtype = 0; dtype < TW_NUM_DTYPES; dtype++)
        for (int size = 0; size < NUM_SIZES; size++)
            for (int nodata = 0; nodata < NUM_NODATA; nodata++) {
                next_round(bench);
                visit(bench, (enum tw_dtype)dtype, widths[size], (enum nodata)nodata);
            }
}

/* Reductions */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double plain_reduction(int reduction, const double *values, int count)
{
    double sorted[MAX_LAYERS], sum = 0;
    if (count == 0)
        return (double)NAN;
    memcpy(sorted, values, (size_t)count * sizeof(*values));
    qsort(sorted, (size_t)count, sizeof(*sorted), compare_doubles);
    for (int i = 0; i < count; i++)
        sum += values[i];
    const double results[] = {values[0], sorted[0], sorted[count - 1], sum / count,
                              (sorted[(count - 1) / 2] + sorted[count / 2]) / 2};
    return results[reduction];
}

static void check_reduction(struct bench *bench, int reduction, const struct tw_array *const *layers,
                            int count)
{
    struct tw_array out;
    assert_int_equal(tw_kernel_reduce(bench->host, reduction, layers, count, &out), TW_OK);
    for (size_t i = 0; i < tw_array_num_pixels(&out); i++) {
        double values[MAX_LAYERS];
        int num_values = 0;
        for (int k = 0; k < count; k++)
            if (!isnan(pixel(layers[k], i)))
                values[num_values++] = pixel(layers[k], i);
        assert_pixel(&out, i, plain_reduction(reduction, values, num_values));
    }
}

static void reduce_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array arrays[MAX_LAYERS];
    const struct tw_array *layers[MAX_LAYERS];
    int count = 1 + (int)random_below(bench, MAX_LAYERS);
    for (int k = 0; k < count; k++) {
        arrays[k] = random_array(bench, dtype, width, k % 3 == 2 ? NO_NODATA : nodata);
        layers[k] = &arrays[k];
    }
    if (tw_dtype_is_float(dtype))
        tw_array_set(&arrays[0], 0, (double)NAN);
    for (int reduction = TW_REDUCE_FIRST; reduction <= TW_REDUCE_MEDIAN; reduction++)
        check_reduction(bench, reduction, layers, count);
}

static void reductions_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, reduce_visit);
}

static void reducing_several_types_holds_all_values(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_INT8, 5, NO_NODATA),
                    b = random_array(bench, TW_UINT16, 5, NO_NODATA);
    const struct tw_array *layers[] = {&a, &b};
    struct tw_array out;
    tw_array_set(&a, 0, -100);
    tw_array_set(&b, 0, 60000);
    assert_int_equal(tw_kernel_reduce(bench->host, TW_REDUCE_MAX, layers, 2, &out), TW_OK);
    assert_int_equal(out.dtype, TW_INT32);
    assert_float_equal(tw_array_get(&out, 0), 60000, 0);
    assert_int_equal(tw_kernel_reduce(bench->host, TW_REDUCE_FIRST, layers, 2, &out), TW_OK);
    assert_float_equal(tw_array_get(&out, 0), -100, 0);
}

static void extreme_values_are_not_taken_for_nodata_by_the_median(void **state)
{
    struct bench *bench = *state;
    struct tw_array arrays[3];
    const struct tw_array *layers[3];
    for (int k = 0; k < 3; k++) {
        arrays[k] = random_array(bench, TW_UINT16, 4, NO_NODATA);
        layers[k] = &arrays[k];
        tw_array_set(&arrays[k], 0, 65535);
    }
    check_reduction(bench, TW_REDUCE_MEDIAN, layers, 3);
}

/* Two operands */

static double plain_binary(int operation, double a, double b)
{
    const double results[TW_NUM_BINARIES] = {a + b,
                                             a - b,
                                             a * b,
                                             a / b,
                                             a - floor(a / b) * b,
                                             pow(a, b),
                                             a<b, a <= b, a>
                                                 b,
                                             a >= b,
                                             a == b,
                                             a != b,
                                             a != 0 && b != 0,
                                             a != 0 || b != 0};
    return isnan(a) || isnan(b) ? (double)NAN : results[operation];
}

static void check_binary(struct bench *bench, const struct tw_operand *left, const struct tw_operand *right)
{
    for (int operation = 0; operation < TW_NUM_BINARIES; operation++) {
        struct tw_array out;
        assert_int_equal(tw_kernel_binary(bench->host, operation, left, right, &out), TW_OK);
        if (operation >= TW_LT)
            assert_int_equal(out.dtype, TW_UINT8);
        for (size_t i = 0; i < tw_array_num_pixels(&out); i++) {
            double a = left->array != NULL ? pixel(left->array, i) : left->number;
            double b = right->array != NULL ? pixel(right->array, i) : right->number;
            if (operation != TW_POWER || fabs(b) < 8)
                assert_pixel(&out, i, plain_binary(operation, a, b));
        }
    }
}

static void binary_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    enum tw_dtype other = (enum tw_dtype)random_below(bench, TW_NUM_DTYPES);
    struct tw_array a = random_array(bench, dtype, width, nodata);
    struct tw_array b = random_array(bench, other, width, SOME_NODATA);
    struct tw_operand left = {&a, 0}, right = {&b, 0}, three = {NULL, 3}, tenth = {NULL, 0.1};
    check_binary(bench, &left, &right);
    check_binary(bench, &left, &left);
    check_binary(bench, &left, &three);
    check_binary(bench, &tenth, &left);
}

static void operators_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, binary_visit);
}

static void a_formula_combines_validity_once(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_UINT16, 100, SOME_NODATA);
    struct tw_array b = random_array(bench, TW_UINT16, 100, SOME_NODATA);
    struct tw_operand left = {&a, 0}, right = {&b, 0};
    struct tw_array sum, difference, quotient;
    tw_kernel_binary(bench->host, TW_ADD, &left, &right, &sum);
    tw_kernel_binary(bench->host, TW_SUBTRACT, &right, &left, &difference);
    assert_ptr_equal(sum.valid, difference.valid);
    left.array = &sum;
    tw_kernel_binary(bench->host, TW_MULTIPLY, &left, &right, &quotient);
    assert_ptr_equal(quotient.valid, sum.valid);
}

static void nan_behind_nodata_costs_no_validity(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_UINT16, 3, SOME_NODATA), out;
    struct tw_operand operand = {&a, 0};
    for (size_t i = 0; i < 3; i++) {
        tw_array_set(&a, i, (double)i);
        a.valid[i] = i > 0 ? TW_VALID : 0;
    }
    tw_kernel_binary(bench->host, TW_DIVIDE, &operand, &operand, &out);
    assert_ptr_equal(out.valid, a.valid);
    a.valid[0] = TW_VALID;
    tw_kernel_binary(bench->host, TW_DIVIDE, &operand, &operand, &out);
    assert_ptr_not_equal(out.valid, a.valid);
    assert_int_equal(out.valid[0], 0);
    assert_int_equal(out.valid[1], TW_VALID);
}

/* One operand */

static double plain_unary(int operation, double a)
{
    const double results[TW_NUM_UNARIES] = {-a, fabs(a), sqrt(a), exp(a), log(a), floor(a), rint(a), a == 0};
    return isnan(a) ? (double)NAN : results[operation];
}

static void unary_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array a = random_array(bench, dtype, width, nodata), shifted;
    struct tw_operand operand = {&a, 0}, six = {NULL, 6};
    assert_int_equal(tw_kernel_binary(bench->host, TW_SUBTRACT, &operand, &six, &shifted), TW_OK);
    const struct tw_array *arrays[] = {&a, &shifted};
    for (int operation = 0; operation < TW_NUM_UNARIES; operation++)
        for (int k = 0; k < 2; k++) {
            struct tw_array out;
            assert_int_equal(tw_kernel_unary(bench->host, operation, arrays[k], &out), TW_OK);
            for (size_t i = 0; i < (size_t)width; i++)
                assert_pixel(&out, i, plain_unary(operation, pixel(arrays[k], i)));
        }
}

static void functions_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, unary_visit);
}

static void check_selection(struct bench *bench, const struct tw_array *a, const struct tw_array *mask)
{
    static const double wanted[] = {3, 7.25, 11};
    struct tw_operand filler = {mask, 0}, half = {NULL, 0.5};
    struct tw_array kept, filled, halved, clipped, found;
    assert_int_equal(tw_kernel_where(bench->host, a, mask, &kept), TW_OK);
    assert_int_equal(tw_kernel_fill(bench->host, a, &filler, &filled), TW_OK);
    assert_int_equal(tw_kernel_fill(bench->host, a, &half, &halved), TW_OK);
    assert_int_equal(tw_kernel_clip(bench->host, a, 2.5, 9.25, &clipped), TW_OK);
    assert_int_equal(tw_kernel_is_in(bench->host, a, wanted, 3, &found), TW_OK);
    assert_int_equal(kept.dtype, a->dtype);
    assert_int_equal(clipped.dtype, a->dtype);
    bool is_float = tw_dtype_is_float((enum tw_dtype)a->dtype);
    double low = is_float ? 2.5 : 3, high = is_float ? 9.25 : 9;
    for (size_t i = 0; i < tw_array_num_pixels(a); i++) {
        double value = pixel(a, i), other = pixel(mask, i);
        assert_pixel(&kept, i, isnan(other) || other == 0 ? (double)NAN : value);
        assert_pixel(&filled, i, isnan(value) ? other : value);
        assert_pixel(&halved, i, isnan(value) ? 0.5 : value);
        assert_pixel(&clipped, i, isnan(value) ? value : value < low ? low : value > high ? high : value);
        assert_pixel(&found, i, isnan(value) ? value : value == 3 || value == 7.25 || value == 11);
    }
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
    check_selection(bench, &a, &same);
    check_selection(bench, &a, &bytes);
}

static void selections_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, select_visit);
}

static void statistics_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array a = random_array(bench, dtype, width, nodata);
    struct tw_statistics statistics;
    double count = 0, sum = 0, squares = 0, min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < (size_t)width; i++) {
        double value = pixel(&a, i);
        if (isnan(value))
            continue;
        count++;
        sum += value;
        squares += value * value;
        min = fmin(min, value);
        max = fmax(max, value);
    }
    assert_int_equal(tw_kernel_statistics(bench->host, &a, &statistics), TW_OK);
    assert_float_equal(statistics.count, count, 0);
    if (count == 0)
        return;
    assert_float_equal(statistics.min, min, 0);
    assert_float_equal(statistics.max, max, 0);
    assert_true(fabs(statistics.mean - sum / count) < 1e-9);
    assert_true(fabs(statistics.std - sqrt(fmax(0, squares / count - sum / count * (sum / count)))) < 1e-6);
}

static void statistics_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, statistics_visit);
}

static void the_deviation_of_large_values_is_not_cancelled_away(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = {.width_px = 10000, .height_px = 1, .dtype = TW_FLOAT64};
    struct tw_statistics statistics;
    assert_true(tw_array_alloc(bench->job.arena, &a, false));
    for (size_t i = 0; i < 10000; i++)
        tw_array_set(&a, i, 1e9 + (double)(i % 2));
    assert_int_equal(tw_kernel_statistics(bench->host, &a, &statistics), TW_OK);
    assert_true(fabs(statistics.std - 0.5) < 1e-9);
}

static void convert_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array a = random_array(bench, dtype, width, nodata);
    for (int to = 0; to < TW_NUM_DTYPES; to++) {
        struct tw_array out;
        assert_int_equal(tw_kernel_convert(bench->host, &a, to, &out), TW_OK);
        assert_int_equal(out.dtype, to);
        for (size_t i = 0; i < (size_t)width; i++)
            assert_pixel(&out, i, tw_dtype_is_float((enum tw_dtype)to) ? pixel(&a, i) : rint(pixel(&a, i)));
    }
}

static void conversions_round_half_to_even(void **state)
{
    for_all_arrays(*state, convert_visit);
}

/* Time series */

static void gathering_moves_valid_observations_together(void **state)
{
    struct bench *bench = *state;
    enum { SCENES = 3, BANDS = 2, WIDTH = TW_GATHER_BLOCK };
    struct tw_array arrays[SCENES * BANDS];
    const struct tw_array *list[SCENES * BANDS];
    const uint8_t *valid[SCENES];
    double values[WIDTH * BANDS * SCENES];
    int32_t counts[WIDTH], pixels[WIDTH], num_pixels = 0;
    for (int k = 0; k < SCENES * BANDS; k++) {
        arrays[k] = random_array(bench, (enum tw_dtype)k, WIDTH, k / BANDS == 1 ? NO_NODATA : SOME_NODATA);
        arrays[k].valid = arrays[k - k % BANDS].valid;
        list[k] = &arrays[k];
        valid[k / BANDS] = arrays[k].valid;
    }
    const struct tw_gather gather = {list, valid, SCENES, BANDS, values, counts, pixels};
    int32_t found = tw_kernel_gather(&gather, 5, WIDTH - 5);
    for (int32_t i = 0; i < WIDTH - 5; i++) {
        int n = 0;
        for (int s = 0; s < SCENES; s++) {
            if (isnan(pixel(&arrays[s * BANDS], (size_t)i + 5)))
                continue;
            for (int b = 0; b < BANDS; b++)
                assert_true(values[(i * BANDS + b) * SCENES + n] ==
                            pixel(&arrays[s * BANDS + b], (size_t)i + 5));
            n++;
        }
        assert_int_equal(counts[i], n);
        if (n > 0)
            assert_int_equal(pixels[num_pixels++], i);
    }
    assert_int_equal(found, num_pixels);
}

static void a_used_up_budget_fails_every_kernel(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_FLOAT32, 4096, SOME_NODATA), out;
    const struct tw_array *layers[] = {&a, &a};
    struct tw_operand left = {&a, 0}, one = {NULL, 1};
    double value = 1;
    struct tw_arena *roomy = bench->job.arena;
    bench->job.arena = tw_arena_new(1024);
    assert_int_equal(tw_kernel_binary(bench->host, TW_ADD, &left, &one, &out), TW_EBUDGET);
    assert_int_equal(tw_kernel_unary(bench->host, TW_SQRT, &a, &out), TW_EBUDGET);
    assert_int_equal(tw_kernel_is_in(bench->host, &a, &value, 1, &out), TW_EBUDGET);
    assert_int_equal(tw_kernel_where(bench->host, &a, &a, &out), TW_EBUDGET);
    assert_int_equal(tw_kernel_fill(bench->host, &a, &one, &out), TW_EBUDGET);
    assert_int_equal(tw_kernel_clip(bench->host, &a, 0, 1, &out), TW_EBUDGET);
    assert_int_equal(tw_kernel_convert(bench->host, &a, TW_UINT8, &out), TW_EBUDGET);
    assert_int_equal(tw_kernel_reduce(bench->host, TW_REDUCE_MEDIAN, layers, 2, &out), TW_EBUDGET);
    tw_arena_free(bench->job.arena);
    bench->job.arena = roomy;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reductions_agree_with_plain_loops),
        TEST(reducing_several_types_holds_all_values),
        TEST(extreme_values_are_not_taken_for_nodata_by_the_median),
        TEST(operators_agree_with_plain_loops),
        TEST(a_formula_combines_validity_once),
        TEST(nan_behind_nodata_costs_no_validity),
        TEST(functions_agree_with_plain_loops),
        TEST(selections_agree_with_plain_loops),
        TEST(statistics_agree_with_plain_loops),
        TEST(the_deviation_of_large_values_is_not_cancelled_away),
        TEST(conversions_round_half_to_even),
        TEST(gathering_moves_valid_observations_together),
        TEST(a_used_up_budget_fails_every_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
