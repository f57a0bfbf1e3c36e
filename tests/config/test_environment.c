/* With TW_TEST_A=apple, TW_TEST_EMPTY= and no TW_TEST_UNSET.
 *
 * SPDX-License-Identifier: MIT
 */
#include "environment.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

static const struct tw_value place = {.file = "e.yaml", .line = 3, .col = 7};

static int setup(void **state)
{
    (void)state;
    setenv("TW_TEST_A", "apple", 1);
    setenv("TW_TEST_EMPTY", "", 1);
    setenv("TW_TEST_NESTED", "${TW_TEST_A}", 1);
    return unsetenv("TW_TEST_UNSET");
}

/* text becomes expanded, with the problem. */
static void becomes(const char *text, const char *expanded, const char *problem)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_problems problems = {0};
    assert_string_equal(tw_environment_expand(arena, &place, text, &problems), expanded);
    assert_string_equal(tw_text_get(&problems.text), problem);
    tw_problems_free(&problems);
    tw_arena_free(arena);
}

static void variables_are_replaced_wherever_they_stand(void **state)
{
    (void)state;
    becomes("${TW_TEST_A}", "apple", "");
    becomes("a/${TW_TEST_A}/b", "a/apple/b", "");
    becomes("${TW_TEST_A}${TW_TEST_A}", "appleapple", "");
    becomes("[${TW_TEST_EMPTY}]", "[]", "");
}

static void the_default_holds_when_unset_or_empty(void **state)
{
    (void)state;
    becomes("${TW_TEST_UNSET:-x y}", "x y", "");
    becomes("${TW_TEST_UNSET:-}", "", "");
    becomes("${TW_TEST_EMPTY:-x}", "x", "");
    becomes("${TW_TEST_A:-x}", "apple", "");
    becomes("${TW_TEST_UNSET:-a:-b}", "a:-b", "");
}

static void what_was_put_in_is_not_read_again(void **state)
{
    (void)state;
    becomes("${TW_TEST_NESTED}", "${TW_TEST_A}", "");
}

static void text_without_references_stays(void **state)
{
    (void)state;
    becomes("", "", "");
    becomes("$TW_TEST_A {zoom} $", "$TW_TEST_A {zoom} $", "");
    assert_false(tw_environment_is_in("$A {B} $ {C}"));
    assert_true(tw_environment_is_in("a${"));
}

static void an_unset_variable_is_a_problem(void **state)
{
    (void)state;
    becomes("${TW_TEST_UNSET}/${TW_TEST_A}", "${TW_TEST_UNSET}/apple",
            "e.yaml:3:7: the environment variable 'TW_TEST_UNSET' is not set; set it, or give a default: "
            "${TW_TEST_UNSET:-default}");
}

static void malformed_references_are_problems(void **state)
{
    (void)state;
    becomes("${", "${", "e.yaml:3:7: cannot read '${'; write ${NAME} or ${NAME:-default}");
    becomes("a${}b", "a${}b", "e.yaml:3:7: cannot read '${}'; write ${NAME} or ${NAME:-default}");
    becomes("${A", "${A", "e.yaml:3:7: cannot read '${A'; write ${NAME} or ${NAME:-default}");
    becomes("${A B}", "${A B}", "e.yaml:3:7: cannot read '${A B}'; write ${NAME} or ${NAME:-default}");
    becomes("${1A}", "${1A}", "e.yaml:3:7: cannot read '${1A}'; write ${NAME} or ${NAME:-default}");
    becomes("${A:x}", "${A:x}", "e.yaml:3:7: cannot read '${A:x}'; write ${NAME} or ${NAME:-default}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_replaced_wherever_they_stand),
        cmocka_unit_test(the_default_holds_when_unset_or_empty),
        cmocka_unit_test(what_was_put_in_is_not_read_again),
        cmocka_unit_test(text_without_references_stays),
        cmocka_unit_test(an_unset_variable_is_a_problem),
        cmocka_unit_test(malformed_references_are_problems),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
