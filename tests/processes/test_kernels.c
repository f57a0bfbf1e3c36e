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

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(statistics_agree_with_plain_loops),
        TEST(the_deviation_of_large_values_is_not_cancelled_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
