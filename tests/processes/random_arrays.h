/* random_arrays.h - arrays for testing kernels: random, the same on every machine, of all types and with and
 * without nodata.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEST_RANDOM_ARRAYS_H
#define TW_TEST_RANDOM_ARRAYS_H

#include "host.h"

enum { NUM_SIZES = 4 };
extern const int32_t widths[NUM_SIZES];

struct bench {
    struct tw_host *host;
    struct tw_script_job job;
    uint32_t seed;
};

/* Fixtures for cmocka; *state is a struct bench. */
int bench_setup(void **state);
int bench_teardown(void **state);
/* Empties the arena. */
void next_round(struct bench *bench);

uint32_t random_below(struct bench *bench, uint32_t limit);

enum nodata { NO_NODATA, SOME_NODATA, ALL_NODATA, NUM_NODATA };

/* Small numbers, so that all types hold them and equal values are frequent; quarters in floats. One row. */
struct tw_array random_array(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata);

/* NaN is nodata. */
double pixel(const struct tw_array *array, size_t i);
void assert_pixel(const struct tw_array *array, size_t i, double expected);

typedef void visitor(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata);
void for_all_arrays(struct bench *bench, visitor *visit);

#endif
