/* SPDX-License-Identifier: MIT */
#include "dtype.h"
#include "resampling.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>

static void names_are_parsed_back(void **state)
{
    (void)state;
    for (int i = 0; i < TW_NUM_DTYPES; i++) {
        enum tw_dtype dtype = TW_NUM_DTYPES;
        assert_true(tw_dtype_parse(tw_dtype_name((enum tw_dtype)i), &dtype));
        assert_int_equal(dtype, i);
        assert_string_equal(tw_dtype_list()[i], tw_dtype_name((enum tw_dtype)i));
    }
    enum tw_dtype dtype;
    assert_false(tw_dtype_parse("uint64", &dtype));
    assert_false(tw_dtype_parse("", &dtype));
    assert_string_equal(tw_dtype_names(), "uint8, int8, uint16, int16, uint32, int32, float32, float64");
}

static void only_values_of_the_type_are_held(void **state)
{
    (void)state;
    assert_true(tw_dtype_holds(TW_UINT8, 0) && tw_dtype_holds(TW_UINT8, 255));
    assert_false(tw_dtype_holds(TW_UINT8, -1) || tw_dtype_holds(TW_UINT8, 256));
    assert_false(tw_dtype_holds(TW_UINT8, 1.5) || tw_dtype_holds(TW_INT16, NAN));
    assert_true(tw_dtype_holds(TW_INT16, -32768) && tw_dtype_holds(TW_UINT32, 4294967295.0));
    assert_false(tw_dtype_holds(TW_INT32, 2147483648.0));
    assert_false(tw_dtype_holds(TW_INT32, (double)INFINITY));
    assert_true(tw_dtype_holds(TW_FLOAT32, NAN) && tw_dtype_holds(TW_FLOAT32, (double)INFINITY));
    assert_true(tw_dtype_holds(TW_FLOAT32, FLT_MAX) && !tw_dtype_holds(TW_FLOAT32, 1e300));
    assert_true(tw_dtype_holds(TW_FLOAT64, 1e300));
}

static void arithmetic_is_float32_unless_32_bits_need_more(void **state)
{
    (void)state;
    assert_int_equal(tw_dtype_arithmetic(TW_UINT8, TW_UINT16), TW_FLOAT32);
    assert_int_equal(tw_dtype_arithmetic(TW_FLOAT32, TW_INT16), TW_FLOAT32);
    assert_int_equal(tw_dtype_arithmetic(TW_UINT8, TW_UINT32), TW_FLOAT64);
    assert_int_equal(tw_dtype_arithmetic(TW_INT32, TW_FLOAT32), TW_FLOAT64);
    assert_int_equal(tw_dtype_arithmetic(TW_FLOAT64, TW_UINT8), TW_FLOAT64);
}

/* The common type holds the limits of both, is the same either way round, and no smaller type would do. */
static void common_type_holds_both(void **state)
{
    (void)state;
    for (int a = 0; a < TW_NUM_DTYPES; a++) {
        for (int b = 0; b < TW_NUM_DTYPES; b++) {
            enum tw_dtype common = tw_dtype_common((enum tw_dtype)a, (enum tw_dtype)b);
            assert_int_equal(common, tw_dtype_common((enum tw_dtype)b, (enum tw_dtype)a));
            assert_true(tw_dtype_min(common) <= tw_dtype_min((enum tw_dtype)a));
            assert_true(tw_dtype_max(common) >= tw_dtype_max((enum tw_dtype)a));
        }
        assert_int_equal(tw_dtype_common((enum tw_dtype)a, (enum tw_dtype)a), a);
    }
    assert_int_equal(tw_dtype_common(TW_UINT8, TW_INT8), TW_INT16);
    assert_int_equal(tw_dtype_common(TW_UINT16, TW_INT16), TW_INT32);
    assert_int_equal(tw_dtype_common(TW_UINT8, TW_INT16), TW_INT16);
    assert_int_equal(tw_dtype_common(TW_UINT16, TW_FLOAT32), TW_FLOAT32);
    assert_int_equal(tw_dtype_common(TW_INT32, TW_FLOAT32), TW_FLOAT64);
    assert_int_equal(tw_dtype_common(TW_UINT32, TW_INT32), TW_FLOAT64);
}

static void sizes_and_limits_are_those_of_c(void **state)
{
    (void)state;
    const size_t sizes[TW_NUM_DTYPES] = {1, 1, 2, 2, 4, 4, 4, 8};
    for (int i = 0; i < TW_NUM_DTYPES; i++)
        assert_int_equal(tw_dtype_size((enum tw_dtype)i), sizes[i]);
    assert_true(tw_dtype_min(TW_INT32) == INT32_MIN && tw_dtype_max(TW_UINT32) == UINT32_MAX);
    assert_true(tw_dtype_is_float(TW_FLOAT32) && !tw_dtype_is_float(TW_INT32));
}

static void resamplings_are_parsed_back(void **state)
{
    (void)state;
    for (int i = 0; i < TW_NUM_RESAMPLINGS; i++) {
        enum tw_resampling resampling = TW_NUM_RESAMPLINGS;
        assert_true(tw_resampling_parse(tw_resampling_name((enum tw_resampling)i), &resampling));
        assert_int_equal(resampling, i);
        assert_string_equal(tw_resampling_list()[i], tw_resampling_name((enum tw_resampling)i));
    }
    enum tw_resampling resampling;
    assert_false(tw_resampling_parse("gauss", &resampling));
    assert_string_equal(tw_resampling_names(),
                        "nearest, bilinear, cubic, cubic_spline, lanczos, average, mode, "
                        "min, max, med, q1, q3, sum, rms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_parsed_back),
        cmocka_unit_test(only_values_of_the_type_are_held),
        cmocka_unit_test(arithmetic_is_float32_unless_32_bits_need_more),
        cmocka_unit_test(common_type_holds_both),
        cmocka_unit_test(sizes_and_limits_are_those_of_c),
        cmocka_unit_test(resamplings_are_parsed_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
