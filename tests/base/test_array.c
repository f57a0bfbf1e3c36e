/* SPDX-License-Identifier: MIT */
#include "array.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

/* What conversion must give, from the definition: round to nearest even, clamp, NaN is 0 in integers. */
static double expected_in(enum tw_dtype dtype, double value)
{
    if (dtype == TW_FLOAT64)
        return value;
    if (dtype == TW_FLOAT32) {
        if (isnan(value) || isinf(value))
            return value;
        return value > FLT_MAX ? FLT_MAX : value < -FLT_MAX ? -FLT_MAX : (double)(float)value;
    }
    if (isnan(value))
        return 0;
    double rounded = nearbyint(value);
    double min = tw_dtype_min(dtype), max = tw_dtype_max(dtype);
    return rounded < min ? min : rounded > max ? max : rounded;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Limits of all types, their neighbours, halves that tie, and what no integer holds. */
static const double probes[] = {
    0,
    0.5,
    1.5,
    2.5,
    -0.5,
    -1.5,
    -2.5,
    0.49999999,
    0.50000001,
    126.5,
    127.5,
    128,
    254.5,
    255.5,
    256,
    -127.5,
    -128.5,
    -129,
    32766.5,
    32767.5,
    32768,
    -32768.5,
    -32769,
    65534.5,
    65535.5,
    65536,
    1e6 + 0.5,
    8388607.5,
    16777217,
    2147483646,
    2147483647,
    2147483648,
    -2147483648,
    -2147483649,
    4294967294,
    4294967295,
    4294967296,
    1e10,
    -1e10,
    1e38,
    -1e38,
    1e39,
    -1e39,
    DBL_MAX,
    -DBL_MAX,
    FLT_MIN,
    DBL_MIN,
    2147483646.5,
    4294967294.5,
    4294967295.4,
    NAN,
    (double)INFINITY,
    -(double)INFINITY,
    12345.678,
    -3.25,
    77,
};
enum { NUM_PROBES = sizeof(probes) / sizeof(probes[0]) };

/* Every pair of types, at lengths that leave a rest behind the vectors. */
static void every_pair_of_types_rounds_and_clamps(void **state)
{
    (void)state;
    for (int from = 0; from < TW_NUM_DTYPES; from++) {
        double source[NUM_PROBES], result[NUM_PROBES], held[NUM_PROBES];
        tw_pixels_convert(probes, TW_FLOAT64, source, (enum tw_dtype)from, NUM_PROBES);
        tw_pixels_convert(source, (enum tw_dtype)from, held, TW_FLOAT64, NUM_PROBES);
        for (int i = 0; i < NUM_PROBES; i++)
            assert_true(same(held[i], expected_in((enum tw_dtype)from, probes[i])));
        for (int to = 0; to < TW_NUM_DTYPES; to++) {
            double bytes[NUM_PROBES];
            tw_pixels_convert(source, (enum tw_dtype)from, bytes, (enum tw_dtype)to, NUM_PROBES);
            tw_pixels_convert(bytes, (enum tw_dtype)to, result, TW_FLOAT64, NUM_PROBES);
            for (int i = 0; i < NUM_PROBES; i++)
                if (!same(result[i], expected_in((enum tw_dtype)to, held[i])))
                    fail_msg("%s to %s: %.17g became %.17g", tw_dtype_name((enum tw_dtype)from),
                             tw_dtype_name((enum tw_dtype)to), held[i], result[i]);
        }
    }
}

static void converting_nothing_touches_nothing(void **state)
{
    (void)state;
    tw_pixels_convert(NULL, TW_UINT8, NULL, TW_UINT8, 0);
    tw_pixels_convert(NULL, TW_FLOAT32, NULL, TW_INT16, 0);
}

static void fill_and_burn_write_the_value_in_every_type(void **state)
{
    (void)state;
    const uint8_t valid[5] = {TW_VALID, 0, TW_VALID, 0, 0};
    const double expected[5] = {7, 99, 7, 99, 99};
    for (int dtype = 0; dtype < TW_NUM_DTYPES; dtype++) {
        double pixels[5], values[5];
        tw_pixels_fill(pixels, (enum tw_dtype)dtype, 5, 7);
        tw_pixels_burn_nodata(pixels, (enum tw_dtype)dtype, valid, 5, 99);
        tw_pixels_burn_nodata(pixels, (enum tw_dtype)dtype, NULL, 5, 11);
        tw_pixels_convert(pixels, (enum tw_dtype)dtype, values, TW_FLOAT64, 5);
        for (int i = 0; i < 5; i++)
            assert_true(values[i] == expected[i]);
    }
}

static void assert_masked(enum tw_dtype dtype, const double values[4], double nodata,
                          const uint8_t expected[4])
{
    double pixels[4];
    uint8_t valid[4] = {TW_VALID, TW_VALID, TW_VALID, 0};
    tw_pixels_convert(values, TW_FLOAT64, pixels, dtype, 4);
    tw_pixels_mask_nodata(pixels, dtype, 4, nodata, valid);
    assert_memory_equal(valid, expected, 4);
}

/* The fourth pixel was nodata before, and stays. */
static void nodata_values_are_masked_in_every_type(void **state)
{
    (void)state;
    const uint8_t expected[4] = {TW_VALID, 0, TW_VALID, 0};
    for (int dtype = 0; dtype < TW_NUM_DTYPES; dtype++)
        assert_masked((enum tw_dtype)dtype, (const double[4]){1, 99, 100, 5}, 99, expected);
    assert_masked(TW_INT16, (const double[4]){1, -9999, 9999, 5}, -9999, expected);
    assert_masked(TW_FLOAT32, (const double[4]){0, NAN, 1, 5}, NAN, expected);
    assert_masked(TW_FLOAT64, (const double[4]){0, NAN, 1, 5}, NAN, expected);
    assert_masked(TW_FLOAT32, (const double[4]){0, (double)INFINITY, 1, 5}, (double)INFINITY, expected);
}

static void nodata_that_the_type_cannot_hold_masks_nothing(void **state)
{
    (void)state;
    const uint8_t expected[4] = {TW_VALID, TW_VALID, TW_VALID, 0};
    assert_masked(TW_UINT8, (const double[4]){0, 255, 241, 5}, -9999, expected);
    assert_masked(TW_UINT8, (const double[4]){0, 255, 241, 5}, 256, expected);
    assert_masked(TW_UINT8, (const double[4]){0, 1, 2, 5}, 1.5, expected);
    assert_masked(TW_INT32, (const double[4]){0, 1, 2, 5}, NAN, expected);
    assert_masked(TW_FLOAT32, (const double[4]){0, FLT_MAX, (double)INFINITY, 5}, 1e300, expected);
}

/* -3.4028235e+38 is the usual text of -FLT_MAX, and a little beyond it; 0.1 is no float32. */
static void float32_nodata_is_compared_as_float32(void **state)
{
    (void)state;
    const uint8_t expected[4] = {TW_VALID, 0, TW_VALID, 0};
    assert_masked(TW_FLOAT32, (const double[4]){0, -FLT_MAX, 1, 5}, -3.4028235e+38, expected);
    assert_masked(TW_FLOAT32, (const double[4]){0, 0.1, 1, 5}, 0.1, expected);
}

static void pixels_are_read_and_set_by_number(void **state)
{
    (void)state;
    int16_t pixels[6] = {1, 2, 3, 4, 5, -6};
    struct tw_array array = {pixels, NULL, 3, 2, TW_INT16};
    assert_true(tw_array_get(&array, 5) == -6);
    tw_array_set(&array, 0, 40000);
    tw_array_set(&array, 1, 2.5);
    assert_int_equal(pixels[0], 32767);
    assert_int_equal(pixels[1], 2);
    assert_int_equal(tw_array_num_pixels(&array), 6);
}

static void array_is_empty_full_or_neither(void **state)
{
    (void)state;
    uint8_t pixels[4] = {0}, none[4] = {0}, some[4] = {0, 0, TW_VALID, 0};
    uint8_t all[4] = {TW_VALID, TW_VALID, TW_VALID, TW_VALID};
    struct tw_array array = {pixels, none, 2, 2, TW_UINT8};
    assert_true(tw_array_is_empty(&array) && !tw_array_is_full(&array));
    array.valid = some;
    assert_true(!tw_array_is_empty(&array) && !tw_array_is_full(&array));
    array.valid = all;
    assert_true(!tw_array_is_empty(&array) && tw_array_is_full(&array));
    array.valid = NULL;
    assert_true(!tw_array_is_empty(&array) && tw_array_is_full(&array));
    array.width_px = 0;
    assert_true(tw_array_is_empty(&array) && tw_array_is_full(&array));
}

/*   1 2 3 4
 *   5 6 - 8      - is nodata
 *   9 a b c      cropped: the 2 x 2 pixels from column 1, row 1: 6 - a b
 */
static void crop_copies_a_rectangle_with_its_validity(void **state)
{
    (void)state;
    float pixels[12];
    uint8_t valid[12];
    for (int i = 0; i < 12; i++) {
        pixels[i] = (float)(i + 1);
        valid[i] = i == 6 ? 0 : TW_VALID;
    }
    struct tw_array array = {pixels, valid, 4, 3, TW_FLOAT32}, cropped;
    struct tw_arena *arena = tw_arena_new(0);
    assert_true(tw_array_crop(arena, &array, (const int32_t[4]){1, 1, 2, 2}, &cropped));
    assert_memory_equal(cropped.pixels, ((const float[4]){6, 7, 10, 11}), 16);
    assert_memory_equal(cropped.valid, ((const uint8_t[4]){TW_VALID, 0, TW_VALID, TW_VALID}), 4);
    array.valid = NULL;
    assert_true(tw_array_crop(arena, &array, (const int32_t[4]){3, 2, 1, 1}, &cropped));
    assert_null(cropped.valid);
    assert_true(tw_array_get(&cropped, 0) == 12);
    tw_arena_free(arena);
}

static void arrays_beyond_the_budget_are_refused(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(1 << 20);
    struct tw_array array = {.width_px = 1024, .height_px = 1024, .dtype = TW_UINT8}, huge, cropped;
    assert_true(tw_array_alloc(arena, &array, false));
    tw_arena_reset(arena);
    assert_false(tw_array_alloc(arena, &array, true));
    huge = (struct tw_array){.width_px = INT32_MAX, .height_px = INT32_MAX, .dtype = TW_FLOAT64};
    assert_false(tw_array_alloc(arena, &huge, false));
    huge.dtype = TW_UINT8;
    assert_false(tw_array_crop(arena, &huge, (const int32_t[4]){0, 0, 2000, 2000}, &cropped));
    tw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_types_rounds_and_clamps),
        cmocka_unit_test(converting_nothing_touches_nothing),
        cmocka_unit_test(fill_and_burn_write_the_value_in_every_type),
        cmocka_unit_test(nodata_values_are_masked_in_every_type),
        cmocka_unit_test(nodata_that_the_type_cannot_hold_masks_nothing),
        cmocka_unit_test(float32_nodata_is_compared_as_float32),
        cmocka_unit_test(pixels_are_read_and_set_by_number),
        cmocka_unit_test(array_is_empty_full_or_neither),
        cmocka_unit_test(crop_copies_a_rectangle_with_its_validity),
        cmocka_unit_test(arrays_beyond_the_budget_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
