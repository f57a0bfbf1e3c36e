/* Kernels of stacks against plain loops over random layers: all types, sizes around the block's, and no, some
 * and only nodata, with and without masks, in one call and in several. The plain loops work on doubles, one
 * pixel at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "functions_stacks.h"
#include "random_arrays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { MAX_LAYERS = 9, NUM_BANDS = 2 };

/* Random layers; the bands of a layer share their validity, but for one layer that has a mask. */
struct sample {
    struct bench *bench;
    struct tw_array arrays[MAX_LAYERS * NUM_BANDS], masks[MAX_LAYERS], out[MAX_LAYERS * NUM_BANDS * 3];
    const struct tw_array *pointers[MAX_LAYERS * NUM_BANDS], *mask_pointers[MAX_LAYERS];
    struct tw_layers layers;
};

static void make_sample(struct sample *sample, struct bench *bench, enum tw_dtype dtype, int32_t width,
                        enum nodata nodata)
{
    memset(sample, 0, sizeof(*sample));
    sample->bench = bench;
    int32_t count = 1 + (int32_t)random_below(bench, MAX_LAYERS);
    for (int32_t i = 0; i < count * NUM_BANDS; i++) {
        enum nodata own = i / NUM_BANDS % 3 == 2 ? NO_NODATA : nodata;
        sample->arrays[i] = random_array(bench, dtype, width, own);
        if (i % NUM_BANDS > 0 && i / NUM_BANDS != 1)
            sample->arrays[i].valid = sample->arrays[i - 1].valid;
        sample->pointers[i] = &sample->arrays[i];
    }
    for (int32_t i = 0; i < count; i += 2) {
        enum tw_dtype mask_dtype = i % 4 == 0 ? TW_UINT8 : TW_FLOAT32;
        sample->masks[i] = random_array(bench, mask_dtype, width, SOME_NODATA);
        for (size_t k = 0; k < (size_t)width; k += 3)
            tw_array_set(&sample->masks[i], k, 0);
        sample->mask_pointers[i] = &sample->masks[i];
    }
    sample->layers = (struct tw_layers){sample->pointers, sample->mask_pointers, count, NUM_BANDS};
}

/* NaN where it is no observation. */
static double observation(const struct sample *sample, int32_t layer, int32_t band, size_t i)
{
    const struct tw_array *mask = sample->mask_pointers[layer];
    bool is_masked = mask != NULL && (isnan(pixel(mask, i)) || pixel(mask, i) == 0);
    return is_masked ? (double)NAN : pixel(sample->pointers[layer * NUM_BANDS + band], i);
}

/* The observations of a pixel and their layers. */
struct series {
    int count;
    double values[MAX_LAYERS];
    int32_t layers[MAX_LAYERS];
};

static struct series series_of(const struct sample *sample, int32_t band, size_t i)
{
    struct series series = {0};
    for (int32_t layer = 0; layer < sample->layers.num_layers; layer++) {
        double value = observation(sample, layer, band, i);
        series.values[series.count] = value;
        series.layers[series.count] = layer;
        series.count += isnan(value) ? 0 : 1;
    }
    return series;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double percentile(struct series series, double q)
{
    if (series.count == 0)
        return (double)NAN;
    qsort(series.values, (size_t)series.count, sizeof(double), compare_doubles);
    double place = (series.count - 1) * q / 100;
    double low = series.values[(int)place], high = series.values[(int)ceil(place)];
    return low + (high - low) * (place - floor(place));
}

static double folded(int reduction, const struct series *series)
{
    double sum = 0, squares = 0, count = series->count;
    for (int i = 0; i < series->count; i++)
        sum += series->values[i];
    for (int i = 0; i < series->count; i++)
        squares += (series->values[i] - sum / count) * (series->values[i] - sum / count);
    const double results[] = {series->values[0],
                              percentile(*series, 0),
                              percentile(*series, 100),
                              sum,
                              sum / count,
                              sqrt(squares / count),
                              count};
    return series->count == 0 && reduction != TW_FOLD_COUNT ? (double)NAN : results[reduction];
}

static void assert_near(const struct tw_array *array, size_t i, double expected)
{
    double actual = pixel(array, i);
    if (isnan(expected) || isnan(actual))
        assert_true(isnan(expected) && isnan(actual));
    else
        assert_true(fabs(actual - expected) <= 1e-6 * fmax(1, fabs(expected)));
}

/* In one call (step 0), or `step` layers at a time. */
static void check_fold(struct sample *sample, int reduction, int32_t step)
{
    struct tw_fold fold = {.reduction = reduction, .out = sample->out};
    int32_t count = sample->layers.num_layers;
    for (int32_t first = 0; first < count; first += step) {
        struct tw_layers layers = sample->layers;
        layers.arrays += first * NUM_BANDS;
        layers.masks += first;
        layers.num_layers = count - first < step ? count - first : step;
        fold.is_last = first + step >= count;
        assert_int_equal(tw_stack_fold(sample->bench->host, &fold, &layers), TW_OK);
        if (fold.is_full)
            break;
    }
    bool is_full = reduction == TW_FOLD_FIRST;
    for (int32_t band = 0; band < NUM_BANDS; band++)
        for (size_t i = 0; i < tw_array_num_pixels(&sample->arrays[0]); i++) {
            struct series series = series_of(sample, band, i);
            is_full = is_full && series.count > 0;
            assert_near(&sample->out[band], i, folded(reduction, &series));
        }
    assert_int_equal(fold.is_full, is_full);
}

static void fold_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct sample sample;
    make_sample(&sample, bench, dtype, width, nodata);
    for (int reduction = 0; reduction < TW_NUM_FOLDS; reduction++) {
        check_fold(&sample, reduction, MAX_LAYERS);
        check_fold(&sample, reduction, 2);
    }
}

static void folds_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, fold_visit);
}

static void percentile_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    static const double percents[] = {0, 10, 33.3, 50, 90, 100};
    struct sample sample;
    make_sample(&sample, bench, dtype, width, nodata);
    for (size_t k = 0; k < sizeof(percents) / sizeof(percents[0]); k++) {
        assert_int_equal(tw_stack_percentile(bench->host, &sample.layers, percents[k], sample.out), TW_OK);
        for (int32_t band = 0; band < NUM_BANDS; band++)
            for (size_t i = 0; i < (size_t)width; i++)
                assert_near(&sample.out[band], i, percentile(series_of(&sample, band, i), percents[k]));
    }
}

static void percentiles_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, percentile_visit);
}

/* The layers that are valid in all bands. */
static struct series whole_series(const struct sample *sample, size_t i)
{
    struct series series = {0};
    for (int32_t layer = 0; layer < sample->layers.num_layers; layer++) {
        series.layers[series.count] = layer;
        series.count += !isnan(observation(sample, layer, 0, i)) && !isnan(observation(sample, layer, 1, i));
    }
    return series;
}

static void assert_layer(const struct sample *sample, size_t i, int32_t layer)
{
    for (int32_t band = 0; band < NUM_BANDS; band++)
        assert_near(&sample->out[band], i,
                    layer < 0 ? (double)NAN : pixel(sample->pointers[layer * NUM_BANDS + band], i));
}

static void best_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct sample sample;
    struct tw_array criteria[MAX_LAYERS];
    const struct tw_array *pointers[MAX_LAYERS];
    make_sample(&sample, bench, dtype, width, nodata);
    for (int k = 0; k < MAX_LAYERS; k++) {
        criteria[k] = random_array(bench, k % 2 == 0 ? TW_FLOAT32 : TW_INT16, width, SOME_NODATA);
        pointers[k] = &criteria[k];
    }
    for (int sign = -1; sign <= 1; sign += 2) {
        tw_stack_best(bench->host, &sample.layers, pointers, sign > 0, sample.out);
        assert_int_equal(sample.out[0].dtype, dtype);
        for (size_t i = 0; i < (size_t)width; i++) {
            struct series series = whole_series(&sample, i);
            int32_t best = -1;
            for (int k = 0; k < series.count; k++) {
                double value = sign * pixel(pointers[series.layers[k]], i);
                if (!isnan(value) && (best < 0 || value > sign * pixel(pointers[best], i)))
                    best = series.layers[k];
            }
            assert_layer(&sample, i, best);
        }
    }
}

static void the_best_agrees_with_plain_loops(void **state)
{
    for_all_arrays(*state, best_visit);
}

static double distance(const struct sample *sample, int32_t a, int32_t b, size_t i)
{
    double x = observation(sample, a, 0, i) - observation(sample, b, 0, i);
    double y = observation(sample, a, 1, i) - observation(sample, b, 1, i);
    return sqrt(x * x + y * y);
}

static void medoid_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct sample sample;
    make_sample(&sample, bench, dtype, width, nodata);
    assert_int_equal(tw_stack_medoid(bench->host, &sample.layers, sample.out), TW_OK);
    for (size_t i = 0; i < (size_t)width; i++) {
        struct series series = whole_series(&sample, i);
        double sums[MAX_LAYERS] = {0}, best = INFINITY;
        int32_t medoid = -1;
        for (int a = 0; a < series.count; a++)
            for (int b = a + 1; b < series.count; b++) {
                double between = distance(&sample, series.layers[a], series.layers[b], i);
                sums[a] += between;
                sums[b] += between;
            }
        for (int a = 0; a < series.count; a++)
            if (sums[a] < best) {
                best = sums[a];
                medoid = series.layers[a];
            }
        assert_layer(&sample, i, medoid);
    }
}

static void the_medoid_agrees_with_plain_loops(void **state)
{
    for_all_arrays(*state, medoid_visit);
}

static const double times[MAX_LAYERS] = {-1, 0, 0, 0.5, 2, 3.25, 4, 7, 7.5};

static void trend_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct sample sample;
    make_sample(&sample, bench, dtype, width, nodata);
    assert_int_equal(tw_stack_trend(bench->host, &sample.layers, times, sample.out), TW_OK);
    for (size_t i = 0; i < (size_t)width; i++) {
        struct series series = series_of(&sample, 1, i);
        double n = series.count, t = 0, v = 0, tt = 0, tv = 0, vv = 0;
        for (int k = 0; k < series.count; k++) {
            double time = times[series.layers[k]], value = series.values[k];
            t += time;
            v += value;
            tt += time * time;
            tv += time * value;
            vv += value * value;
        }
        double spread = n * tt - t * t, slope = (n * tv - t * v) / spread, variance = n * vv - v * v;
        bool is_line = n > 1 && spread > 1e-9;
        assert_near(&sample.out[3], i, is_line ? slope : (double)NAN);
        assert_near(&sample.out[4], i, is_line ? (v - slope * t) / n : (double)NAN);
        assert_near(&sample.out[5], i,
                    is_line && variance > 1e-9 ? slope * slope * spread / variance : (double)NAN);
    }
}

static void trends_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, trend_visit);
}

/* The value at times[layer]; the nearest observation at the ends, or NaN. */
static double interpolated(const struct series *series, int32_t layer, bool extend)
{
    int before = -1, after = -1;
    for (int k = 0; k < series->count; k++) {
        if (series->layers[k] <= layer)
            before = k;
        if (series->layers[k] >= layer && after < 0)
            after = k;
    }
    if (before < 0 || after < 0) {
        int nearest = before < 0 ? after : before;
        return nearest < 0 || !extend ? (double)NAN : series->values[nearest];
    }
    double span = times[series->layers[after]] - times[series->layers[before]];
    double share = span > 0 ? (times[layer] - times[series->layers[before]]) / span : 0;
    return series->values[before] + (series->values[after] - series->values[before]) * share;
}

static void gaps_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct sample sample;
    make_sample(&sample, bench, dtype, width, nodata);
    for (int extend = 0; extend < 2; extend++) {
        tw_stack_fill_gaps(bench->host, &sample.layers, times, extend != 0, sample.out);
        for (int32_t layer = 0; layer < sample.layers.num_layers; layer++)
            for (size_t i = 0; i < (size_t)width; i++) {
                struct series series = series_of(&sample, 1, i);
                assert_near(&sample.out[layer * NUM_BANDS + 1], i, interpolated(&series, layer, extend != 0));
            }
    }
}

static void filled_gaps_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, gaps_visit);
}

static void weighted_visit(struct bench *bench, enum tw_dtype dtype, int32_t width, enum nodata nodata)
{
    struct sample sample;
    struct tw_array weights = random_array(bench, TW_FLOAT32, width, SOME_NODATA);
    const struct tw_array *pointers[MAX_LAYERS] = {NULL};
    double numbers[MAX_LAYERS];
    make_sample(&sample, bench, dtype, width, nodata);
    for (int k = 0; k < MAX_LAYERS; k++) {
        pointers[k] = k % 2 == 1 ? &weights : NULL;
        numbers[k] = k;
    }
    struct tw_fold fold = {.reduction = TW_FOLD_MEAN,
                           .is_last = true,
                           .weights = pointers,
                           .weight_numbers = numbers,
                           .out = sample.out};
    assert_int_equal(tw_stack_fold(bench->host, &fold, &sample.layers), TW_OK);
    for (size_t i = 0; i < (size_t)width; i++) {
        struct series series = series_of(&sample, 0, i);
        double sum = 0, total = 0;
        for (int k = 0; k < series.count; k++) {
            int32_t layer = series.layers[k];
            double weight = pointers[layer] != NULL ? pixel(&weights, i) : numbers[layer];
            sum += isnan(weight) ? 0 : weight * series.values[k];
            total += isnan(weight) ? 0 : weight;
        }
        assert_near(&sample.out[0], i, total > 0 ? sum / total : (double)NAN);
    }
}

static void weighted_means_agree_with_plain_loops(void **state)
{
    for_all_arrays(*state, weighted_visit);
}

/* Types that meet */

static void fold_two(struct bench *bench, int reduction, const struct tw_array *a, const struct tw_array *b,
                     bool at_once, struct tw_array *out)
{
    const struct tw_array *list[] = {a, b};
    struct tw_layers layers = {.arrays = list, .num_layers = at_once ? 2 : 1, .num_bands = 1};
    struct tw_fold fold = {.reduction = reduction, .is_last = at_once, .out = out};
    assert_int_equal(tw_stack_fold(bench->host, &fold, &layers), TW_OK);
    if (at_once)
        return;
    layers.arrays = &list[1];
    fold.is_last = true;
    assert_int_equal(tw_stack_fold(bench->host, &fold, &layers), TW_OK);
    assert_true(fold.is_grown);
}

static void folding_several_types_holds_all_values(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_INT8, 5, NO_NODATA),
                    b = random_array(bench, TW_UINT16, 5, NO_NODATA), out;
    tw_array_set(&a, 0, -100);
    tw_array_set(&b, 0, 60000);
    for (int at_once = 0; at_once < 2; at_once++) {
        fold_two(bench, TW_FOLD_MAX, &a, &b, at_once != 0, &out);
        assert_int_equal(out.dtype, TW_INT32);
        assert_float_equal(tw_array_get(&out, 0), 60000, 0);
    }
    fold_two(bench, TW_FOLD_FIRST, &a, &b, true, &out);
    assert_float_equal(tw_array_get(&out, 0), -100, 0);
    struct tw_array wide = random_array(bench, TW_FLOAT64, 5, NO_NODATA);
    tw_array_set(&wide, 0, 0.125);
    fold_two(bench, TW_FOLD_STD, &a, &wide, false, &out);
    assert_int_equal(out.dtype, TW_FLOAT64);
    assert_float_equal(tw_array_get(&out, 0), 50.0625, 0);
}

static void extreme_values_are_not_taken_for_nodata_by_the_median(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_UINT16, 4, NO_NODATA), out;
    const struct tw_array *list[] = {&a, &a, &a};
    const struct tw_layers layers = {.arrays = list, .num_layers = 3, .num_bands = 1};
    tw_array_set(&a, 0, 65535);
    assert_int_equal(tw_stack_percentile(bench->host, &layers, 50, &out), TW_OK);
    assert_float_equal(pixel(&out, 0), 65535, 0);
}

static void the_deviation_of_large_values_is_not_cancelled_away(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_FLOAT64, 2, NO_NODATA),
                    b = random_array(bench, TW_FLOAT64, 2, NO_NODATA), out;
    tw_array_set(&a, 0, 1e9);
    tw_array_set(&b, 0, 1e9 + 1);
    fold_two(bench, TW_FOLD_STD, &a, &b, true, &out);
    assert_float_equal(tw_array_get(&out, 0), 0.5, 0);
}

static void bands_that_share_their_validity_share_that_of_the_result(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_UINT8, 40, SOME_NODATA), b = a, out[2];
    const struct tw_array *list[] = {&a, &b};
    const struct tw_layers layers = {.arrays = list, .num_layers = 1, .num_bands = 2};
    struct tw_fold fold = {.reduction = TW_FOLD_FIRST, .is_last = true, .out = out};
    assert_int_equal(tw_stack_fold(bench->host, &fold, &layers), TW_OK);
    assert_ptr_equal(out[0].valid, out[1].valid);
    assert_int_equal(tw_stack_percentile(bench->host, &layers, 50, out), TW_OK);
    assert_ptr_equal(out[0].valid, out[1].valid);
}

/* Thirds of the pixels, layer by layer: the second, the first, and all (as floats). */
static void first_leaves_blocks_that_are_full(void **state)
{
    enum { WIDTH = 3072, THIRD = 1024 };
    struct tw_array out = {0};
    struct tw_fold fold = {.reduction = TW_FOLD_FIRST, .out = &out};
    for (size_t k = 0; k < 3; k++) {
        struct tw_array array = random_array(*state, k < 2 ? TW_UINT8 : TW_FLOAT32, WIDTH, ALL_NODATA);
        for (size_t i = 0; i < WIDTH; i++)
            array.valid[i] = k == 2 || i / THIRD == 1 - k ? TW_VALID : 0;
        tw_pixels_fill(array.pixels, (enum tw_dtype)array.dtype, WIDTH, (double)k + 1);
        const struct tw_array *list[] = {&array};
        tw_stack_fold(((struct bench *)*state)->host, &fold, &(struct tw_layers){list, NULL, 1, 1});
    }
    for (size_t i = 0; i < WIDTH; i++)
        assert_pixel(&out, i, i / THIRD == 0 ? 2 : i / THIRD == 1 ? 1 : 3);
}

static void a_used_up_budget_fails_every_kernel(void **state)
{
    struct bench *bench = *state;
    struct tw_array a = random_array(bench, TW_FLOAT32, 4096, SOME_NODATA), out[6];
    const struct tw_array *list[] = {&a, &a};
    const struct tw_layers layers = {.arrays = list, .num_layers = 2, .num_bands = 1};
    struct tw_fold fold = {.reduction = TW_FOLD_MEAN, .is_last = true, .out = out};
    struct tw_arena *roomy = bench->job.arena;
    bench->job.arena = tw_arena_new(1024);
    assert_int_equal(tw_stack_fold(bench->host, &fold, &layers), TW_EBUDGET);
    assert_int_equal(tw_stack_percentile(bench->host, &layers, 50, out), TW_EBUDGET);
    assert_int_equal(tw_stack_best(bench->host, &layers, list, true, out), TW_EBUDGET);
    assert_int_equal(tw_stack_medoid(bench->host, &layers, out), TW_EBUDGET);
    assert_int_equal(tw_stack_trend(bench->host, &layers, times, out), TW_EBUDGET);
    assert_int_equal(tw_stack_fill_gaps(bench->host, &layers, times, true, out), TW_EBUDGET);
    tw_arena_free(bench->job.arena);
    bench->job.arena = roomy;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folds_agree_with_plain_loops),
        TEST(percentiles_agree_with_plain_loops),
        TEST(the_best_agrees_with_plain_loops),
        TEST(the_medoid_agrees_with_plain_loops),
        TEST(trends_agree_with_plain_loops),
        TEST(filled_gaps_agree_with_plain_loops),
        TEST(weighted_means_agree_with_plain_loops),
        TEST(folding_several_types_holds_all_values),
        TEST(extreme_values_are_not_taken_for_nodata_by_the_median),
        TEST(the_deviation_of_large_values_is_not_cancelled_away),
        TEST(bands_that_share_their_validity_share_that_of_the_result),
        TEST(first_leaves_blocks_that_are_full),
        TEST(a_used_up_budget_fails_every_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
