/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

static struct tw_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = tw_arena_new(0);
    return arena == NULL;
}

static int teardown(void **state)
{
    (void)state;
    tw_arena_free(arena);
    return 0;
}

static void members_are_found_by_key(void **state)
{
    (void)state;
    const struct tw_value *map = tw_value_with(arena, NULL, "zoom", tw_value_number(arena, 8));
    map = tw_value_with(arena, map, "path", tw_value_string(arena, "out"));
    assert_true(tw_value_get(map, "zoom")->number == 8);
    assert_string_equal(tw_value_get(map, "path")->text, "out");
    assert_null(tw_value_get(map, "format"));
    assert_null(tw_value_get(NULL, "path"));
    assert_null(tw_value_get(tw_value_string(arena, "x"), "path"));
}

static void with_replaces_a_member_and_leaves_the_map_alone(void **state)
{
    (void)state;
    const struct tw_value *map = tw_value_with(arena, NULL, "a", tw_value_number(arena, 1));
    map = tw_value_with(arena, map, "b", tw_value_number(arena, 2));
    const struct tw_value *changed = tw_value_with(arena, map, "a", tw_value_number(arena, 3));
    assert_int_equal(changed->count, 2);
    assert_true(tw_value_get(changed, "a")->number == 3);
    assert_true(tw_value_get(changed, "b")->number == 2);
    assert_true(tw_value_get(map, "a")->number == 1);
    assert_string_equal(changed->members[0].key, "a");
}

static void whole_numbers_are_told_from_others(void **state)
{
    (void)state;
    long long number = 0;
    assert_true(tw_value_is_int(tw_value_number(arena, -7), &number));
    assert_int_equal(number, -7);
    assert_true(tw_value_is_int(tw_value_number(arena, 9007199254740992.0), &number));
    assert_false(tw_value_is_int(tw_value_number(arena, 1.5), &number));
    assert_false(tw_value_is_int(tw_value_number(arena, 1e300), &number));
    assert_false(tw_value_is_int(tw_value_number(arena, NAN), &number));
    assert_false(tw_value_is_int(tw_value_number(arena, (double)INFINITY), &number));
    assert_false(tw_value_is_int(tw_value_string(arena, "7"), &number));
    assert_false(tw_value_is_int(NULL, &number));
}

static void numbers_keep_their_text(void **state)
{
    (void)state;
    assert_string_equal(tw_value_number(arena, 8)->text, "8");
    assert_string_equal(tw_value_number(arena, 0.5)->text, "0.5");
}

static void errors_begin_with_the_place(void **state)
{
    (void)state;
    struct tw_error err;
    struct tw_value value = {.kind = TW_STRING, .line = 12, .col = 5, .file = "a.yaml", .text = "x"};
    assert_int_equal(tw_error_at(&err, TW_EUSAGE, &value, "unknown %s", "x"), TW_EUSAGE);
    assert_string_equal(err.message, "a.yaml:12:5: unknown x");
    value.file = NULL;
    tw_error_at(&err, TW_EUSAGE, &value, "unknown %s", "x");
    assert_string_equal(err.message, "unknown x");
    tw_error_at(&err, TW_EINPUT, NULL, "no value");
    assert_string_equal(err.message, "no value");
    assert_int_equal(err.status, TW_EINPUT);
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(tw_value_kind_name(TW_NULL), "nothing");
    assert_string_equal(tw_value_kind_name(TW_BOOL), "true or false");
    assert_string_equal(tw_value_kind_name(TW_NUMBER), "a number");
    assert_string_equal(tw_value_kind_name(TW_STRING), "a string");
    assert_string_equal(tw_value_kind_name(TW_LIST), "a list");
    assert_string_equal(tw_value_kind_name(TW_MAP), "a map");
}

static void values_beyond_the_budget_are_null(void **state)
{
    (void)state;
    struct tw_arena *tight = tw_arena_new(256);
    const struct tw_value *map = tw_value_with(arena, NULL, "a", tw_value_number(arena, 1));
    assert_non_null(tw_arena_alloc(tight, 128));
    assert_null(tw_value_with(tight, map, "b", tw_value_get(map, "a")));
    assert_null(tw_value_string(tight, "text"));
    assert_null(tw_value_number(tight, 1));
    tw_arena_free(tight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_by_key),
        cmocka_unit_test(with_replaces_a_member_and_leaves_the_map_alone),
        cmocka_unit_test(whole_numbers_are_told_from_others),
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(errors_begin_with_the_place),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(values_beyond_the_budget_are_null),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
