/* SPDX-License-Identifier: MIT */
#include "random_arrays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

const int32_t widths[NUM_SIZES] = {1, 7, TW_BLOCK, 2 * TW_BLOCK + 13};

int bench_setup(void **state)
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

int bench_teardown(void **state)
{
    struct bench *bench = *state;
    tw_arena_free(bench->job.arena);
    free(bench->host);
    free(bench);
    return 0;
}

void next_round(struct bench *bench)
{
    tw_arena_reset(bench->job.arena);
    tw_host_begin(bench->host, &bench->job);
}

/* Numerical Recipes' linear congruential generator: the same numbers on every machine. */
uint32_t random_below(struct bench *bench, uint32_t limit)
{
    bench->seed = bench->seed * 1664525U + 1013904223U;
    return (bench->seed >> 8) % limit;
}

struct tw_array random_array(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
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

double pixel(const struct tw_array *array, size_t i)
{
    return array->valid != NULL && array->valid[i] == 0 ? (double)NAN : tw_array_get(array, i);
}

void assert_pixel(const struct tw_array *array, size_t i, double expected)
{
    double actual = pixel(array, i);
    if (isnan(expected) || isnan(actual))
        assert_true(isnan(expected) && isnan(actual));
    else if (isinf(expected))
        assert_true(actual == expected);
    else
        assert_true(fabs(actual - expected) <= 1e-6 * fabs(expected));
}

void for_all_arrays(struct bench *bench, visitor *visit)
{
    for (int dtype = 0; dtype < TW_NUM_DTYPES; dtype++)
        for (int size = 0; size < NUM_SIZES; size++)
            for (int nodata = 0; nodata < NUM_NODATA; nodata++) {
                next_round(bench);
                visit(bench, (enum tw_dtype)dtype, widths[size], (enum nodata)nodata);
            }
}
