/* The walks of per-pixel loops against plain loops over random arrays: the "function" adds up what it is
 * given.
 *
 * SPDX-License-Identifier: MIT
 */
#include "functions_pixels.h"
#include "random_arrays.h"

#include <math.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { MAX_SCENES = 12, BANDS = 2, ROOM = 48 };

/* Two outputs of num_pixels pixels with one validity. */
static struct tw_results new_results(struct bench *bench, struct tw_array outputs[2], int32_t num_pixels,
                                     enum tw_dtype dtype)
{
    void **pixels = tw_arena_calloc(bench->job.arena, 2, sizeof(*pixels));
    for (int k = 0; k < 2; k++) {
        outputs[k] = (struct tw_array){.width_px = num_pixels, .height_px = 1, .dtype = (int32_t)dtype};
        assert_true(tw_array_alloc(bench->job.arena, &outputs[k], k == 0));
        outputs[k].valid = outputs[0].valid;
        pixels[k] = outputs[k].pixels;
    }
    return (struct tw_results){pixels, outputs[0].valid, 2, (int32_t)dtype, num_pixels};
}

/* What the function returns in the first place: NaN now and then. */
static double result_of(double value)
{
    return fmod(fabs(value), 7) < 1 ? (double)NAN : value;
}

static void write_results(struct tw_array outputs[2], size_t number, double value)
{
    tw_array_set(&outputs[0], number, result_of(value));
    tw_array_set(&outputs[1], number, 2 * value);
}

static void assert_results(const struct tw_array outputs[2], size_t number, double value)
{
    assert_pixel(&outputs[0], number, result_of(value));
    assert_pixel(&outputs[1], number, isnan(result_of(value)) ? (double)NAN : 2 * value);
}

/* Pixels */

static void walk_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct tw_array array = random_array(bench, dtype, width, nodata), outputs[2];
    struct tw_pixel_walk walk = {.results = new_results(bench, outputs, width, TW_FLOAT32),
                                 .valid = array.valid};
    int32_t calls, num_calls = 0, num_valid = 0;
    while ((calls = tw_pixel_functions.next_pixels(bench->host, &walk)) > 0) {
        assert_true((walk.is_full != 0) == (calls == walk.count));
        for (int32_t k = 0; k < calls; k++) {
            int32_t number = walk.is_full ? walk.first + k : walk.numbers[k];
            assert_true(array.valid == NULL || array.valid[number] != 0);
            write_results(outputs, (size_t)number, tw_array_get(&array, (size_t)number));
        }
        num_calls += calls;
    }
    for (size_t i = 0; i < (size_t)width; i++) {
        assert_results(outputs, i, pixel(&array, i));
        num_valid += !isnan(pixel(&array, i));
    }
    assert_int_equal(num_calls, num_valid);
}

static void a_walk_calls_for_every_valid_pixel_once(void **state)
{
    for_all_arrays(*state, walk_visit);
}

/* Series */

struct scenes {
    int count;
    struct tw_array arrays[MAX_SCENES * BANDS];
    const struct tw_array *list[MAX_SCENES * BANDS];
    const uint8_t *valid[MAX_SCENES];
    int32_t dtypes[BANDS];
};

/* Scenes are wholly valid, have gaps, or are nodata, in turn; their validity changes in runs of pixels. */
static void make_scenes(struct bench *bench, struct scenes *scenes, enum tw_dtype dtype, int32_t width)
{
    for (int s = 0; s < scenes->count; s++) {
        for (int b = 0; b < BANDS; b++) {
            struct tw_array *array = &scenes->arrays[s * BANDS + b];
            enum tw_dtype own = b == 1 && s == 0 ? TW_INT16 : dtype; /* the second band is of mixed types */
            *array = random_array(bench, own, width, b > 0 ? NO_NODATA : (enum nodata)((s + 2) % NUM_NODATA));
            array->valid = scenes->arrays[s * BANDS].valid;
            scenes->list[s * BANDS + b] = array;
        }
        uint8_t *valid = scenes->arrays[s * BANDS].valid;
        for (int32_t i = 1; valid != NULL && i < width; i++)
            valid[i] = random_below(bench, 8) > 0 ? valid[i - 1] : valid[i];
        scenes->valid[s] = valid;
    }
    scenes->dtypes[0] = (int32_t)dtype;
    scenes->dtypes[1] = (int32_t)TW_FLOAT64;
}

static struct tw_series_walk new_walk(struct bench *bench, const struct scenes *scenes)
{
    struct tw_arena *arena = bench->job.arena;
    size_t count = (size_t)scenes->count * ROOM;
    void **blocks = tw_arena_calloc(arena, BANDS, sizeof(*blocks));
    for (int b = 0; b < BANDS; b++)
        blocks[b] = tw_arena_alloc(arena, count * tw_dtype_size((enum tw_dtype)scenes->dtypes[b]));
    return (struct tw_series_walk){.arrays = scenes->list,
                                   .valid = scenes->valid,
                                   .num_scenes = scenes->count,
                                   .num_bands = BANDS,
                                   .room_px = ROOM,
                                   .dtypes = scenes->dtypes,
                                   .blocks = blocks,
                                   .places = tw_arena_alloc(arena, count * sizeof(int32_t)),
                                   .series = tw_arena_calloc(arena, ROOM, sizeof(struct tw_series))};
}

/* Value of band b of an observation, as the loop reads it. */
static double value_at(const struct tw_series_walk *walk, int b, int32_t place)
{
    struct tw_array block = {walk->blocks[b], NULL, walk->num_scenes * ROOM, 1, walk->dtypes[b]};
    return tw_array_get(&block, (size_t)place);
}

/* The sum over a pixel's observations of first + second / (number of the observation). */
static double plain_sum(const struct scenes *scenes, size_t i)
{
    double sum = 0;
    int n = 0;
    for (int s = 0; s < scenes->count; s++)
        if (scenes->valid[s] == NULL || scenes->valid[s][i] != 0)
            sum +=
                tw_array_get(scenes->list[s * BANDS], i) + tw_array_get(scenes->list[s * BANDS + 1], i) / ++n;
    return n > 0 ? sum : (double)NAN;
}

static double series_sum(const struct tw_series_walk *walk, const struct tw_series *series)
{
    double sum = 0;
    for (int32_t k = 0; k < series->count; k++) {
        int32_t place = series->places[k] + series->place;
        sum += value_at(walk, 0, place) + value_at(walk, 1, place) / (k + 1);
    }
    return sum;
}

static void series_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    (void)nodata;
    struct scenes scenes = {.count = 1 + (int)random_below(bench, MAX_SCENES)};
    struct tw_array outputs[2];
    make_scenes(bench, &scenes, dtype, width);
    struct tw_series_walk walk = new_walk(bench, &scenes);
    walk.results = new_results(bench, outputs, width, TW_FLOAT64);
    int32_t calls, last = -1;
    while ((calls = tw_pixel_functions.next_series(bench->host, &walk)) > 0)
        for (int32_t k = 0; k < calls; k++) {
            const struct tw_series *series = &walk.series[k];
            assert_in_range(series->count, 1, scenes.count);
            assert_true(series->number > last);
            last = series->number;
            write_results(outputs, (size_t)series->number, series_sum(&walk, series));
        }
    for (size_t i = 0; i < (size_t)width; i++)
        assert_results(outputs, i, plain_sum(&scenes, i));
}

static void a_series_holds_the_valid_observations_in_order(void **state)
{
    for_all_arrays(*state, series_visit);
}

static void a_cancelled_run_ends_the_walk(void **state)
{
    struct bench *bench = *state;
    const volatile int cancel = 1;
    struct tw_array outputs[2];
    struct tw_pixel_walk walk = {.results = new_results(bench, outputs, 5000, TW_FLOAT32)};
    assert_int_equal(tw_pixel_functions.next_pixels(bench->host, &walk), TW_WALK_BLOCK);
    bench->job.cancel = &cancel;
    assert_int_equal(tw_pixel_functions.next_pixels(bench->host, &walk), 0);
    bench->job.cancel = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_walk_calls_for_every_valid_pixel_once),
        TEST(a_series_holds_the_valid_observations_in_order),
        TEST(a_cancelled_run_ends_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
