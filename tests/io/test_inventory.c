/* What differs between two records of inputs.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sink_fixture.h"
#include "file.h"
#include "inventory.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* A record of zooms 5 and 6 (60), or as the text says: `id tag [zooms]; ...`, all of input `a`. */
static struct tw_inventory record(struct fixture *fixture, const char *text)
{
    struct tw_inventory made = {.arena = fixture->arena, .zooms = 0x60, .common = "c"};
    for (const char *rest = text; *rest != '\0';) {
        char *id = tw_arena_calloc(fixture->arena, 1, 32);
        struct tw_inventory_line line = {.input = "a", .zooms = 0x60, .box = {1, 2, 3, 4}, .id = id};
        unsigned zooms = 0x60;
        assert_true(sscanf(rest, " %31[^ ;] %32[^ ;] %x", id, line.tag, &zooms) >= 2);
        line.zooms = zooms;
        assert_true(tw_inventory_add(&made, &line));
        rest += strcspn(rest, ";");
        rest += *rest == ';';
    }
    return made;
}

/* `+added -removed *replaced`, with the zooms where they are not both. */
static const char *difference(struct fixture *fixture, const struct tw_inventory *old,
                              const struct tw_inventory *now)
{
    struct tw_changes changes;
    char *text = tw_arena_calloc(fixture->arena, 1, 256);
    assert_int_equal(tw_inventory_compare(old, now, false, &changes, &fixture->err), TW_OK);
    for (size_t i = 0; i < changes.count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, 256 - length, "%s%c%s", i > 0 ? " " : "", "+-*"[changes.items[i].kind],
                 changes.items[i].id);
        length = strlen(text);
        if (changes.items[i].zooms != 0x60)
            snprintf(text + length, 256 - length, "@%x", (unsigned)changes.items[i].zooms);
    }
    return text;
}

static void check(struct fixture *fixture, const char *old, const char *now, const char *expected)
{
    struct tw_inventory a = record(fixture, old), b = record(fixture, now);
    assert_string_equal(difference(fixture, &a, &b), expected);
}

static void parts_come_go_and_are_replaced(void **state)
{
    check(*state, "x 1; y 2", "x 1; y 2", "");
    check(*state, "x 1; y 2", "x 1; y 2; z 3", "+z");
    check(*state, "x 1; y 2", "y 2", "-x");
    check(*state, "x 1; y 2", "x 1; y 3", "*y");
    check(*state, "", "x 1", "+x");
    check(*state, "x 1", "", "-x");
}

static void of_parts_that_changed_places_one_counts_as_changed(void **state)
{
    check(*state, "x 1; y 2; z 3", "y 2; x 1; z 3", "*x");
    check(*state, "x 1; y 2; z 3", "z 3; x 1; y 2", "*x *y");
    check(*state, "x 1; y 2; z 3", "x 1; n 9; y 2; z 3", "+n");
}

static void zooms_are_told_apart(void **state)
{
    check(*state, "x 1 20; y 2 40", "x 1 20; y 3 40", "*y@40");
    check(*state, "x 1 60", "x 1 20", "-x@40");
    check(*state, "x 1 20; x 2 40", "x 1 20; x 3 40", "*x@40");
}

static void zooms_that_only_one_record_speaks_of_do_not_count(void **state)
{
    struct fixture *fixture = *state;
    struct tw_inventory old = record(fixture, "x 1 60"), now = record(fixture, "x 1 40; y 2 80");
    now.zooms = 0xc0;
    assert_string_equal(difference(fixture, &old, &now), "");
}

static void a_part_that_stands_twice_counts_twice(void **state)
{
    check(*state, "x 1; x 1", "x 1; x 1", "");
    check(*state, "x 1; y 2; x 1", "x 1; y 2; x 1", "");
    check(*state, "x 1; y 2; x 1", "x 1; x 1; y 2", "*y");
    check(*state, "x 1; x 1", "x 1", "*x");
}

static void what_may_not_fit_is_remembered_until_it_is_updated(void **state)
{
    struct fixture *fixture = *state;
    struct tw_inventory old = record(fixture, "x 1; y 2"), now = record(fixture, "x 5; y 2; z 3");
    struct tw_inventory kept = {.arena = fixture->arena}, again = kept, updated = kept;
    struct tw_changes changes;
    assert_int_equal(tw_inventory_compare(&old, &now, false, &changes, &fixture->err), TW_OK);
    assert_int_equal(tw_inventory_merge(&old, &now, &changes, false, &kept, &fixture->err), TW_OK);
    assert_string_equal(difference(fixture, &kept, &old), "*x -z"); /* it changed back */
    assert_string_equal(difference(fixture, &kept, &now), "*x *z");
    assert_int_equal(tw_inventory_compare(&kept, &now, false, &changes, &fixture->err), TW_OK);
    assert_int_equal(tw_inventory_merge(&kept, &now, &changes, false, &again, &fixture->err), TW_OK);
    assert_int_equal(again.count, kept.count);
    assert_int_equal(tw_inventory_merge(&kept, &now, &changes, true, &updated, &fixture->err), TW_OK);
    assert_string_equal(difference(fixture, &updated, &now), "");
    assert_int_equal(updated.count, now.count);
}

static void names_of_any_kind_are_read_as_they_were_written(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture_path(fixture, "inputs");
    struct tw_inventory made = {.arena = fixture->arena, .zooms = 0x40, .common = "c"}, read = {0};
    const struct tw_inventory_line line = {
        "in\tput", 0x40, "tag", {-0.1, 1e-300, 1e300, 20037508.342789244}, 3, "a\nb\\n c\t\xc3\xa4"};
    assert_true(tw_inventory_add(&made, &line));
    assert_int_equal(tw_inventory_write(&made, path, &fixture->err), TW_OK);
    read.arena = fixture->arena;
    assert_int_equal(tw_inventory_read(&read, path, &fixture->err), TW_OK);
    assert_int_equal(read.count, 1);
    assert_string_equal(read.lines[0].input, line.input);
    assert_string_equal(read.lines[0].id, line.id);
    assert_memory_equal(&read.lines[0].box, &line.box, sizeof(line.box));
    assert_int_equal(read.lines[0].reach_px, 3);
    assert_string_equal(difference(fixture, &made, &read), "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parts_come_go_and_are_replaced),
        TEST(of_parts_that_changed_places_one_counts_as_changed),
        TEST(zooms_are_told_apart),
        TEST(zooms_that_only_one_record_speaks_of_do_not_count),
        TEST(a_part_that_stands_twice_counts_twice),
        TEST(what_may_not_fit_is_remembered_until_it_is_updated),
        TEST(names_of_any_kind_are_read_as_they_were_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
