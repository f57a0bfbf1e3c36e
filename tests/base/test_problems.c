/* SPDX-License-Identifier: MIT */
#include "problems.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const char *const known[] = {"input", "output", "process"};

static void problems_come_one_in_a_line_with_their_places(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    const struct tw_value value = {.kind = TW_STRING, .line = 3, .col = 9, .file = "a.yaml", .text = "x"};
    const struct tw_member member = {"outptu", 7, 1, value};
    const struct tw_error err = {TW_EUSAGE, "b.yaml:1:1: wrong"};
    assert_int_equal(problems.count, 0);
    tw_problems_add(&problems, &value, "cannot read '%s'", "x");
    tw_problems_add(&problems, NULL, "no place");
    tw_problems_add_key(&problems, &member, "given twice");
    tw_problems_add_error(&problems, &err);
    assert_int_equal(problems.count, 4);
    assert_string_equal(tw_text_get(&problems.text), "a.yaml:3:9: cannot read 'x'\n"
                                                     "no place\n"
                                                     "a.yaml:7:1: given twice\n"
                                                     "b.yaml:1:1: wrong");
    tw_problems_free(&problems);
    assert_int_equal(problems.count, 0);
}

static void unknown_names_are_answered_with_the_known_ones(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    const struct tw_value value = {.kind = TW_MAP, .line = 3, .col = 9, .file = "a.yaml"};
    const struct tw_member member = {"outptu", 7, 1, value};
    tw_problems_add_unknown(&problems, &value, "format", "BMP", known, 2);
    tw_problems_add_unknown_key(&problems, &member, "key", known, 3);
    assert_string_equal(
        tw_text_get(&problems.text),
        "a.yaml:3:9: unknown format 'BMP'; known: input, output\n"
        "a.yaml:7:1: unknown key 'outptu'; did you mean 'output'? (known: input, output, process)");
    assert_int_equal(problems.count, 2);
    tw_problems_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_come_one_in_a_line_with_their_places),
        cmocka_unit_test(unknown_names_are_answered_with_the_known_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
