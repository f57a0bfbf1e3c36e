/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

static void text_grows_as_it_is_added_to(void **state)
{
    (void)state;
    struct tw_text text = {0};
    assert_string_equal(tw_text_get(&text), "");
    for (int i = 0; i < 1000; i++)
        tw_text_printf(&text, "%03d,", i);
    tw_text_add(&text, "end");
    tw_text_add_bytes(&text, "ing", 3);
    assert_int_equal(text.length, 4006);
    assert_string_equal(tw_text_get(&text) + 3996, "999,ending");
    tw_text_clear(&text);
    assert_string_equal(tw_text_get(&text), "");
    tw_text_add(&text, "again");
    assert_string_equal(tw_text_get(&text), "again");
    assert_false(text.failed);
    tw_text_free(&text);
    assert_null(text.chars);
}

static void bytes_may_hold_zeros(void **state)
{
    (void)state;
    struct tw_text text = {0};
    tw_text_add_bytes(&text, "a\0b", 3);
    tw_text_add_bytes(&text, NULL, 0);
    assert_int_equal(text.length, 3);
    assert_memory_equal(text.chars, "a\0b", 4);
    tw_text_free(&text);
}

static const char *const keys[] = {"path", "format", "dtype", "bands", "nodata", "pixelbuffer", "metatiling"};
enum { NUM_KEYS = sizeof(keys) / sizeof(keys[0]) };

static void slips_of_the_finger_are_recognised(void **state)
{
    (void)state;
    const char *const slips[][2] = {
        {"pth", "path"},
        {"paht", "path"},
        {"formt", "format"},
        {"dtpye", "dtype"},
        {"no_data", "nodata"},
        {"metatilling", "metatiling"},
        {"pixel_buffer", "pixelbuffer"},
        {"Format", "format"},
        {"band", "bands"},
    };
    for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
        const char *found = tw_suggest(slips[i][0], keys, NUM_KEYS);
        assert_non_null(found);
        assert_string_equal(found, slips[i][1]);
    }
}

static void what_is_far_from_everything_is_not_suggested(void **state)
{
    (void)state;
    char endless[5000];
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    assert_null(tw_suggest("resolution", keys, NUM_KEYS));
    assert_null(tw_suggest("x", keys, NUM_KEYS));
    assert_null(tw_suggest("", keys, NUM_KEYS));
    assert_null(tw_suggest(endless, keys, NUM_KEYS));
    assert_null(tw_suggest("path", NULL, 0));
}

static void nearest_of_several_is_suggested(void **state)
{
    (void)state;
    const char *const names[] = {"min", "max", "mean", "median", "mode"};
    assert_string_equal(tw_suggest("mediam", names, 5), "median");
    assert_string_equal(tw_suggest("maen", names, 5), "mean");
    assert_string_equal(tw_suggest("mox", names, 5), "max");
}

static void assert_known(const char *name, size_t count, const char *expected)
{
    struct tw_text text = {0};
    tw_text_add_known(&text, name, keys, count);
    assert_string_equal(tw_text_get(&text), expected);
    tw_text_free(&text);
}

static void known_names_follow_the_suggestion(void **state)
{
    (void)state;
    assert_known("paht", 3, "; did you mean 'path'? (known: path, format, dtype)");
    assert_known("zoom", 3, "; known: path, format, dtype");
    assert_known("zoom", 0, "; known: none");
}

static void numbers_are_parsed_whole(void **state)
{
    (void)state;
    double number = 0;
    assert_true(tw_parse_number("-12.5e2", &number) && number == -1250);
    assert_true(tw_parse_number("0", &number) && number == 0);
    assert_true(tw_parse_number("nan", &number) && isnan(number));
    const char *const wrong[] = {"", " 1", "1 ", "1x", "x", "1,5", "--1"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(tw_parse_number(wrong[i], &number));
}

static void what_is_no_utf8_becomes_question_marks(void **state)
{
    (void)state;
    static const struct {
        const char *text, *made;
    } cases[] = {{"a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", NULL},
                 {"", NULL},
                 {"\xe9t\xe9", "?t?"},
                 {"\xc3", "?"},
                 {"\xe2\x82", "??"},
                 {"\xc0\xaf\xe0\x80\xaf", "?????"},                /* longer than need be */
                 {"\xed\xa0\x80\xf4\x90\x80\x80\xff", "????????"}, /* half of a pair, beyond the last */
                 {"\x80x", "?x"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[32];
        strcpy(text, cases[i].text);
        assert_int_equal(tw_is_utf8(text), cases[i].made == NULL);
        tw_make_utf8(text);
        assert_string_equal(text, cases[i].made != NULL ? cases[i].made : cases[i].text);
        assert_true(tw_is_utf8(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_utf8_becomes_question_marks),
        cmocka_unit_test(text_grows_as_it_is_added_to),
        cmocka_unit_test(bytes_may_hold_zeros),
        cmocka_unit_test(slips_of_the_finger_are_recognised),
        cmocka_unit_test(what_is_far_from_everything_is_not_suggested),
        cmocka_unit_test(nearest_of_several_is_suggested),
        cmocka_unit_test(known_names_follow_the_suggestion),
        cmocka_unit_test(numbers_are_parsed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
