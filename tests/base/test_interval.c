/* SPDX-License-Identifier: MIT */
#include "interval.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* The runs as text: first-last:tag. */
static void assert_runs(const struct tw_intervals *set, const char *expected)
{
    char text[512] = "";
    for (size_t i = 0; i < set->count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%llu-%llu:%u", i > 0 ? " " : "",
                 (unsigned long long)set->runs[i].first, (unsigned long long)set->runs[i].last,
                 set->runs[i].tag);
    assert_string_equal(text, expected);
}

static void neighbours_form_one_run(void **state)
{
    (void)state;
    struct tw_intervals set = {0};
    assert_true(tw_intervals_add(&set, 5, 1));
    assert_true(tw_intervals_add(&set, 7, 1));
    assert_runs(&set, "5-5:1 7-7:1");
    assert_true(tw_intervals_add(&set, 6, 1));
    assert_runs(&set, "5-7:1");
    assert_true(tw_intervals_add(&set, 8, 2));
    assert_runs(&set, "5-7:1 8-8:2");
    assert_true(tw_intervals_add(&set, 6, 1));
    assert_runs(&set, "5-7:1 8-8:2");
    tw_intervals_free(&set);
    assert_runs(&set, "");
}

static void new_tag_replaces_the_old_one(void **state)
{
    (void)state;
    struct tw_intervals set = {0};
    assert_true(tw_intervals_add_run(&set, 0, 9, 1));
    assert_true(tw_intervals_add(&set, 4, 2));
    assert_runs(&set, "0-3:1 4-4:2 5-9:1");
    assert_true(tw_intervals_add(&set, 4, 1));
    assert_runs(&set, "0-9:1");
    assert_true(tw_intervals_add_run(&set, 8, 20, 3));
    assert_runs(&set, "0-7:1 8-20:3");
    assert_true(tw_intervals_add_run(&set, 2, 30, 1));
    assert_runs(&set, "0-30:1");
    tw_intervals_free(&set);
}

static void numbers_are_taken_out(void **state)
{
    (void)state;
    struct tw_intervals set = {0};
    assert_true(tw_intervals_add_run(&set, 10, 12, 1));
    assert_true(tw_intervals_remove(&set, 11));
    assert_runs(&set, "10-10:1 12-12:1");
    assert_true(tw_intervals_remove(&set, 11));
    assert_true(tw_intervals_remove(&set, 10));
    assert_true(tw_intervals_remove(&set, 12));
    assert_runs(&set, "");
    tw_intervals_free(&set);
}

static void the_ends_of_64_bits_are_numbers_like_others(void **state)
{
    (void)state;
    struct tw_intervals set = {0};
    uint32_t tag = 0;
    assert_true(tw_intervals_add(&set, UINT64_MAX, 1));
    assert_true(tw_intervals_add(&set, 0, 1));
    assert_runs(&set, "0-0:1 18446744073709551615-18446744073709551615:1");
    assert_true(tw_intervals_find(&set, UINT64_MAX, &tag));
    assert_true(tw_intervals_add_run(&set, 0, UINT64_MAX, 7));
    assert_runs(&set, "0-18446744073709551615:7");
    assert_true(tw_intervals_remove(&set, UINT64_MAX));
    assert_true(tw_intervals_remove(&set, 0));
    assert_runs(&set, "1-18446744073709551614:7");
    tw_intervals_free(&set);
}

enum { UNIVERSE = 64 };

static void assert_like_table(const struct tw_intervals *set, const uint32_t table[UNIVERSE])
{
    for (uint64_t i = 0; i < UNIVERSE; i++) {
        uint32_t tag = 0;
        bool found = tw_intervals_find(set, i, &tag);
        assert_int_equal(found ? tag : 0, table[i]);
        assert_int_equal(tw_intervals_find(set, i, NULL), found);
    }
    for (size_t i = 1; i < set->count; i++) {
        const struct tw_interval *before = &set->runs[i - 1], *run = &set->runs[i];
        assert_true(before->last < run->first && run->first <= run->last);
        assert_false(before->last + 1 == run->first && before->tag == run->tag);
    }
}

/* Twenty thousand random steps against a plain table; runs stay sorted, apart, and joined where they can be.
 */
static void random_steps_give_what_a_table_gives(void **state)
{
    (void)state;
    struct tw_intervals set = {0};
    uint32_t table[UNIVERSE] = {0};
    uint64_t random = 88172645463325252U;
    for (int step = 0; step < 20000; step++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint64_t first = random % UNIVERSE, last = first + (random >> 8) % (UNIVERSE - first);
        uint32_t tag = 1 + (uint32_t)(random >> 20) % 3;
        if ((random >> 30) % 3 == 0) {
            assert_true(tw_intervals_remove(&set, first));
            table[first] = 0;
        } else {
            last = (random >> 32) % 4 == 0 ? last : first;
            assert_true(tw_intervals_add_run(&set, first, last, tag));
            for (uint64_t i = first; i <= last; i++)
                table[i] = tag;
        }
        assert_like_table(&set, table);
    }
    tw_intervals_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_form_one_run),
        cmocka_unit_test(new_tag_replaces_the_old_one),
        cmocka_unit_test(numbers_are_taken_out),
        cmocka_unit_test(the_ends_of_64_bits_are_numbers_like_others),
        cmocka_unit_test(random_steps_give_what_a_table_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
