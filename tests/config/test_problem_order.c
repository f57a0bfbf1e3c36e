/* SPDX-License-Identifier: MIT */
#include "problem_order.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void add(struct tw_problems *problems, int line, int col, const char *message)
{
    struct tw_value place = {.file = "o.yaml", .line = line, .col = col};
    tw_problems_add(problems, &place, "%s", message);
}

/* Sorts problems that the checks found, and compares. */
static void sorts_to(struct tw_problems *problems, const char *sorted, size_t count)
{
    struct tw_problem_mark none = {0};
    tw_problems_sort(problems, none, none, "o.yaml");
    assert_string_equal(tw_text_get(&problems->text), sorted);
    assert_int_equal(problems->count, count);
    tw_problems_free(problems);
}

static void lines_and_columns_are_compared_as_numbers(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    add(&problems, 10, 1, "d");
    add(&problems, 9, 12, "c");
    add(&problems, 9, 2, "b");
    add(&problems, 1, 99, "a");
    sorts_to(&problems, "o.yaml:1:99: a\no.yaml:9:2: b\no.yaml:9:12: c\no.yaml:10:1: d", 4);
}

static void equal_places_keep_their_order(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    add(&problems, 2, 2, "z");
    add(&problems, 1, 1, "y");
    add(&problems, 1, 1, "x");
    sorts_to(&problems, "o.yaml:1:1: y\no.yaml:1:1: x\no.yaml:2:2: z", 3);
}

static void a_message_of_several_lines_stays_together(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    add(&problems, 2, 1, "two\nlines");
    add(&problems, 1, 1, "one");
    sorts_to(&problems, "o.yaml:1:1: one\no.yaml:2:1: two\nlines", 2);
}

static void a_message_that_quotes_a_place_is_no_trap(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    add(&problems, 5, 1, "x\no.yaml:1:1: a\no.yaml:1:2: b\no.yaml:1:3: c\no.yaml:1:4: d");
    add(&problems, 4, 1, "y");
    sorts_to(&problems,
             "o.yaml:1:1: a\no.yaml:1:2: b\no.yaml:1:3: c\no.yaml:1:4: d\no.yaml:4:1: y\no.yaml:5:1: x", 6);
}

static void what_follows_from_a_problem_at_its_place_goes(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    struct tw_problem_mark start = tw_problem_mark(&problems);
    add(&problems, 4, 1, "not set");
    struct tw_problem_mark checks = tw_problem_mark(&problems);
    add(&problems, 4, 1, "must be a number");
    add(&problems, 4, 2, "another");
    tw_problems_sort(&problems, start, checks, "o.yaml");
    assert_string_equal(tw_text_get(&problems.text), "o.yaml:4:1: not set\no.yaml:4:2: another");
    assert_int_equal(problems.count, 2);
    tw_problems_free(&problems);
}

static void what_was_there_before_is_not_touched(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    add(&problems, 9, 9, "before");
    struct tw_problem_mark start = tw_problem_mark(&problems);
    add(&problems, 2, 1, "b");
    add(&problems, 1, 1, "a");
    tw_problems_sort(&problems, start, start, "o.yaml");
    assert_string_equal(tw_text_get(&problems.text), "o.yaml:9:9: before\no.yaml:1:1: a\no.yaml:2:1: b");
    tw_problems_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_columns_are_compared_as_numbers),
        cmocka_unit_test(equal_places_keep_their_order),
        cmocka_unit_test(a_message_of_several_lines_stays_together),
        cmocka_unit_test(a_message_that_quotes_a_place_is_no_trap),
        cmocka_unit_test(what_follows_from_a_problem_at_its_place_goes),
        cmocka_unit_test(what_was_there_before_is_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
