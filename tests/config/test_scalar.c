/* SPDX-License-Identifier: MIT */
#include "scalar.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

static struct tw_value resolved(const char *text)
{
    struct tw_value value = {.text = text};
    tw_scalar_resolve(&value);
    return value;
}

static void null_has_five_spellings(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(resolved(texts[i]).kind, TW_NULL);
}

static void true_and_false_are_booleans(void **state)
{
    (void)state;
    static const char *const texts[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(resolved(texts[i]).kind, TW_BOOL);
        assert_int_equal(resolved(texts[i]).boolean, i < 3);
    }
}

static void decimal_numbers_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double number;
    } numbers[] = {{"0", 0},    {"-5", -5}, {"+7", 7},    {"007", 7},         {"2.5", 2.5},
                   {".5", 0.5}, {"3.", 3},  {"1e3", 1e3}, {"-1.5E-2", -0.015}};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        assert_int_equal(resolved(numbers[i].text).kind, TW_NUMBER);
        assert_float_equal(resolved(numbers[i].text).number, numbers[i].number, 1e-15);
    }
}

static void infinities_and_nan_begin_with_a_dot(void **state)
{
    (void)state;
    assert_true(isnan(resolved(".nan").number) && resolved(".nan").kind == TW_NUMBER);
    assert_true(isnan(resolved(".NaN").number));
    assert_true(isinf(resolved(".inf").number) && resolved(".inf").number > 0);
    assert_true(isinf(resolved("-.Inf").number) && resolved("-.Inf").number < 0);
    assert_int_equal(resolved("+.INF").kind, TW_NUMBER);
}

static void everything_else_is_a_string(void **state)
{
    (void)state;
    static const char *const texts[] = {"yes",   "no",         "on",    "nan",   "inf", "0x1f",  "0o17",
                                        "1_000", "1,5",        ".",     "-",     "+",   "e5",    "1e",
                                        "1e+",   "2024-05-01", "12:30", "1.2.3", "5 m", "-.nan", "tRUE",
                                        "..",    "- 5",        "none",  "0x",    "+-1"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        assert_int_equal(resolved(texts[i]).kind, TW_STRING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_has_five_spellings),     cmocka_unit_test(true_and_false_are_booleans),
        cmocka_unit_test(decimal_numbers_are_numbers), cmocka_unit_test(infinities_and_nan_begin_with_a_dot),
        cmocka_unit_test(everything_else_is_a_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
