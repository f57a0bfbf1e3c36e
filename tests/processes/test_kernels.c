/* Kernels against plain loops over random arrays: all types, sizes around the block's, and no, some and only
 * nodata. The plain loops work on doubles, one pixel at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "random_arrays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { MAX_LAYERS = 9 };

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

static void a_used_up_budget_fails_every_kernel(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_FLOAT32, 4096, SOME_NODATA), out;
    const struct tw_array *layers[] = {&a, &a};
    struct tw_arena *roomy = bench->job.arena;
    bench->job.arena = tw_arena_new(1024);
    assert_int_equal(tw_kernel_reduce(bench->host, TW_REDUCE_MEDIAN, layers, 2, &out), TW_EBUDGET);
    tw_arena_free(bench->job.arena);
    bench->job.arena = roomy;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reductions_agree_with_plain_loops),
        TEST(reducing_several_types_holds_all_values),
        TEST(extreme_values_are_not_taken_for_nodata_by_the_median),
        TEST(statistics_agree_with_plain_loops),
        TEST(the_deviation_of_large_values_is_not_cancelled_away),
        TEST(a_used_up_budget_fails_every_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
