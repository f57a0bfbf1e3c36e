/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "zoom.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

struct fixture {
    struct tw_arena *arena;
    const struct tw_value *root;
};

/* resampling has a value at every zoom; only_low at 0 to 4; null_high is null from 5 on; deep changes at 3
 * inside of what changes at 5. */
static const char text[] = "plain: 7\n"
                           "resampling: {'zoom<=2': average, 'zoom=3': bilinear, 'zoom>=4': nearest}\n"
                           "only_low: {zoom<5: 1}\n"
                           "null_high: {zoom<5: 1, zoom>=5: null}\n"
                           "deep: {zoom<5: {zoom<3: a, zoom>=3: {name: b}}, zoom>=5: c}\n"
                           "list: [1, {zoom<5: 2}, {x: {zoom>4: 3}}]\n"
                           "group: {one: {zoom<5: 1}, two: null, zoom: 4}\n"
                           "empty: {}\n";

static int setup(void **state)
{
    static struct fixture fixture;
    struct tw_problems problems = {0};
    fixture.arena = tw_arena_new(0);
    enum tw_status status =
        tw_yaml_read(fixture.arena, "z.yaml", text, strlen(text), &fixture.root, &problems);
    tw_problems_free(&problems);
    *state = &fixture;
    return status == TW_OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    tw_arena_free(fixture->arena);
    return 0;
}

static const struct tw_value *at(void **state, const char *key, int zoom)
{
    struct fixture *fixture = *state;
    bool nomem = true;
    const struct tw_value *held =
        tw_config_at_zoom(tw_value_get(fixture->root, key), zoom, fixture->arena, &nomem);
    assert_false(nomem);
    return held;
}

static void the_condition_that_holds_is_chosen(void **state)
{
    assert_string_equal(at(state, "resampling", 0)->text, "average");
    assert_string_equal(at(state, "resampling", 2)->text, "average");
    assert_string_equal(at(state, "resampling", 3)->text, "bilinear");
    assert_string_equal(at(state, "resampling", 4)->text, "nearest");
    assert_string_equal(at(state, "resampling", 30)->text, "nearest");
}

static void the_chosen_value_keeps_its_place(void **state)
{
    const struct tw_value *held = at(state, "resampling", 3);
    assert_string_equal(held->file, "z.yaml");
    assert_int_equal(held->line, 2);
    assert_int_equal(held->col, 44);
}

static void no_condition_means_no_value(void **state)
{
    assert_int_equal((int)at(state, "only_low", 4)->number, 1);
    assert_null(at(state, "only_low", 5));
}

static void null_means_no_value(void **state)
{
    assert_non_null(at(state, "null_high", 4));
    assert_null(at(state, "null_high", 5));
}

static void conditions_nest(void **state)
{
    assert_string_equal(at(state, "deep", 2)->text, "a");
    assert_string_equal(tw_value_get(at(state, "deep", 3), "name")->text, "b");
    assert_string_equal(at(state, "deep", 5)->text, "c");
}

static void items_without_a_value_are_left_out(void **state)
{
    const struct tw_value *low = at(state, "list", 4), *high = at(state, "list", 5);
    assert_int_equal(low->count, 3);
    assert_int_equal((int)low->items[1].number, 2);
    assert_int_equal(low->items[2].count, 0);
    assert_int_equal(high->count, 2);
    assert_int_equal((int)tw_value_get(&high->items[1], "x")->number, 3);
}

static void members_without_a_value_are_left_out(void **state)
{
    const struct tw_value *low = at(state, "group", 4), *high = at(state, "group", 5);
    assert_int_equal(low->count, 3);
    assert_int_equal(high->count, 2);
    assert_null(tw_value_get(high, "one"));
    assert_int_equal(tw_value_get(high, "two")->kind, TW_NULL);
    assert_int_equal((int)tw_value_get(high, "zoom")->number, 4);
}

static void a_value_without_conditions_is_not_copied(void **state)
{
    struct fixture *fixture = *state;
    assert_ptr_equal(at(state, "plain", 5), tw_value_get(fixture->root, "plain"));
    assert_ptr_equal(at(state, "empty", 5), tw_value_get(fixture->root, "empty"));
}

static void the_original_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    const struct tw_value *all = tw_config_at_zoom(fixture->root, 9, fixture->arena, NULL);
    assert_int_equal(all->count, 6);
    assert_int_equal(fixture->root->count, 8);
    assert_int_equal(tw_value_get(fixture->root, "resampling")->count, 3);
}

static void nothing_and_zooms_that_are_none_have_no_value(void **state)
{
    struct fixture *fixture = *state;
    assert_null(at(state, "no such key", 5));
    assert_null(tw_config_at_zoom(fixture->root, -1, fixture->arena, NULL));
    assert_null(tw_config_at_zoom(fixture->root, TW_MAX_ZOOM + 1, fixture->arena, NULL));
}

static uint32_t parsed(const char *key)
{
    uint32_t zooms = 0;
    assert_int_equal(tw_condition_parse(key, &zooms), TW_CONDITION);
    return zooms;
}

static void operators_mean_what_they_say(void **state)
{
    (void)state;
    assert_int_equal(parsed("zoom<3"), 0x7);
    assert_int_equal(parsed("zoom<=3"), 0xF);
    assert_int_equal(parsed("zoom=3"), 0x8);
    assert_int_equal(parsed("zoom==3"), 0x8);
    assert_int_equal(parsed("zoom>28"), 0x60000000);
    assert_int_equal(parsed("zoom>=28"), 0x70000000);
    assert_int_equal(parsed("zoom < 3 "), 0x7);
    assert_int_equal(parsed("zoom\t>=\t30"), 0x40000000);
}

static void zooms_outside_the_pyramid_hold_nowhere_or_everywhere(void **state)
{
    (void)state;
    assert_int_equal(parsed("zoom<0"), 0);
    assert_int_equal(parsed("zoom>30"), 0);
    assert_int_equal(parsed("zoom=31"), 0);
    assert_int_equal(parsed("zoom<99999999999999999999"), 0x7FFFFFFF);
    assert_int_equal(parsed("zoom>=99999999999999999999"), 0);
}

static void other_keys_are_no_conditions(void **state)
{
    (void)state;
    static const char *const keys[] = {"zoom", "zoom ", "zooms", "zoom_levels", "zoom8", "Zoom<8", "a<8", ""};
    uint32_t zooms = 0;
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        assert_int_equal(tw_condition_parse(keys[i], &zooms), TW_NO_CONDITION);
}

static void bad_conditions_are_told_from_other_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"zoom<",   "zoom<=",  "zoom<a",   "zoom<8a",  "zoom!=8",
                                       "zoom=<8", "zoom>-1", "zoom<=>8", "zoom=8 9", "zoom<8.5"};
    uint32_t zooms = 0;
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        assert_int_equal(tw_condition_parse(keys[i], &zooms), TW_BAD_CONDITION);
}

static void sets_of_zooms_have_a_first_one(void **state)
{
    (void)state;
    assert_int_equal(tw_zooms_first(0), -1);
    assert_int_equal(tw_zooms_first(tw_zooms_between(7, 9)), 7);
    assert_int_equal(tw_zooms_first(tw_zooms_between(30, 99)), 30);
    assert_int_equal(tw_zooms_between(0, TW_MAX_ZOOM), 0x7FFFFFFF);
    assert_int_equal(tw_zooms_between(5, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_condition_that_holds_is_chosen),
        cmocka_unit_test(the_chosen_value_keeps_its_place),
        cmocka_unit_test(no_condition_means_no_value),
        cmocka_unit_test(null_means_no_value),
        cmocka_unit_test(conditions_nest),
        cmocka_unit_test(items_without_a_value_are_left_out),
        cmocka_unit_test(members_without_a_value_are_left_out),
        cmocka_unit_test(a_value_without_conditions_is_not_copied),
        cmocka_unit_test(the_original_is_left_alone),
        cmocka_unit_test(nothing_and_zooms_that_are_none_have_no_value),
        cmocka_unit_test(operators_mean_what_they_say),
        cmocka_unit_test(zooms_outside_the_pyramid_hold_nowhere_or_everywhere),
        cmocka_unit_test(other_keys_are_no_conditions),
        cmocka_unit_test(bad_conditions_are_told_from_other_keys),
        cmocka_unit_test(sets_of_zooms_have_a_first_one),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
