/* The journal of what is done.
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
#include "journal.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static struct tw_journal *open_journal(struct fixture *fixture, bool forget, bool adopt)
{
    struct tw_journal_spec spec = {
        .path = fixture_path(fixture, "journal"), .forget = forget, .adopt = adopt};
    struct tw_journal *journal;
    if (tw_journal_open(&spec, &journal, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    return journal;
}

static void commit(struct fixture *fixture, struct tw_journal *journal, int zoom, uint64_t place,
                   uint32_t files)
{
    uint64_t token;
    assert_true(tw_journal_hold(journal, zoom, place, files, &token));
    assert_int_equal(tw_journal_commit(journal, &token, 1, &fixture->err), TW_OK);
}

static const char *text_of(struct fixture *fixture)
{
    char *text;
    size_t size;
    assert_int_equal(
        tw_file_read(fixture->arena, fixture_path(fixture, "journal"), 0, &text, &size, &fixture->err),
        TW_OK);
    return text;
}

static void write_text(struct fixture *fixture, const char *text)
{
    assert_int_equal(tw_file_write(fixture_path(fixture, "journal"), text, strlen(text), &fixture->err),
                     TW_OK);
}

static void what_was_committed_is_found_again(void **state)
{
    struct fixture *fixture = *state;
    struct tw_journal *journal = open_journal(fixture, false, false);
    uint64_t held;
    uint32_t files = 99;
    assert_true(tw_journal_hold(journal, 3, 8, 1, &held));
    commit(fixture, journal, 3, 7, 4);
    commit(fixture, journal, 30, (uint64_t)1 << 61, 0);
    assert_false(tw_journal_find(journal, 3, 8, &files));
    tw_journal_close(journal);
    journal = open_journal(fixture, false, false);
    assert_true(tw_journal_find(journal, 3, 7, &files));
    assert_int_equal(files, 4);
    assert_true(tw_journal_find(journal, 30, (uint64_t)1 << 61, &files));
    assert_int_equal(files, 0);
    assert_false(tw_journal_find(journal, 4, 7, &files));
    assert_false(tw_journal_find(journal, 3, 8, &files));
    tw_journal_close(journal);
}

static void a_line_that_was_cut_off_is_ignored_and_taken_away(void **state)
{
    struct fixture *fixture = *state;
    write_text(fixture, "tilewright journal 1\n3 7 7 1\n3 12 1");
    struct tw_journal *journal = open_journal(fixture, false, false);
    uint32_t files;
    assert_true(tw_journal_find(journal, 3, 7, &files));
    assert_false(tw_journal_find(journal, 3, 12, &files));
    commit(fixture, journal, 3, 9, 2);
    tw_journal_close(journal);
    assert_string_equal(text_of(fixture), "tilewright journal 1\n3 7 7 1\n3 9 9 2\n");
}

static void the_finished_file_does_not_depend_on_the_order(void **state)
{
    struct fixture *fixture = *state;
    static const int orders[2][5] = {{5, 4, 9, 6, 7}, {7, 6, 5, 9, 4}};
    for (int order = 0; order < 2; order++) {
        struct tw_journal *journal = open_journal(fixture, true, false);
        for (int i = 0; i < 5; i++)
            commit(fixture, journal, 2, (uint64_t)orders[order][i], orders[order][i] == 6 ? 3 : 1);
        assert_int_equal(tw_journal_finish(journal, &fixture->err), TW_OK);
        tw_journal_close(journal);
        assert_string_equal(text_of(fixture), "tilewright journal 1\n2 4 5 1\n2 6 6 3\n2 7 7 1\n2 9 9 1\n");
    }
}

static void an_overwriting_run_begins_with_an_empty_one(void **state)
{
    struct fixture *fixture = *state;
    write_text(fixture, "tilewright journal 1\n3 7 7 1\n");
    struct tw_journal *journal = open_journal(fixture, true, true);
    uint32_t files;
    assert_false(tw_journal_find(journal, 3, 7, &files));
    tw_journal_close(journal);
    journal = open_journal(fixture, false, false);
    assert_false(tw_journal_find(journal, 3, 7, &files));
    tw_journal_close(journal);
}

static void a_journal_remembers_that_it_came_after_the_tiles(void **state)
{
    struct fixture *fixture = *state;
    struct tw_journal *journal = open_journal(fixture, false, true);
    assert_true(tw_journal_adopts(journal));
    commit(fixture, journal, 1, 0, 1);
    assert_int_equal(tw_journal_finish(journal, &fixture->err), TW_OK);
    tw_journal_close(journal);
    journal = open_journal(fixture, false, false);
    assert_true(tw_journal_adopts(journal));
    tw_journal_close(journal);
}

static void an_outdated_place_is_not_done_until_it_is_made_again(void **state)
{
    struct fixture *fixture = *state;
    struct tw_journal *journal = open_journal(fixture, false, false);
    uint32_t files;
    commit(fixture, journal, 3, 7, 4);
    assert_int_equal(tw_journal_outdate(journal, 3, 7, &fixture->err), TW_OK);
    assert_int_equal(tw_journal_outdate(journal, 3, 7, &fixture->err), TW_OK);
    assert_int_equal(tw_journal_outdate(journal, 3, 8, &fixture->err), TW_OK);
    tw_journal_close(journal);
    assert_string_equal(text_of(fixture), "tilewright journal 1\n3 7 7 4\n3 7 7 -\n");
    journal = open_journal(fixture, false, false);
    assert_true(tw_journal_find(journal, 3, 7, &files));
    assert_true(files == TW_JOURNAL_OUTDATED);
    assert_int_equal(tw_journal_finish(journal, &fixture->err), TW_OK);
    assert_string_equal(text_of(fixture), "tilewright journal 1\n3 7 7 -\n");
    commit(fixture, journal, 3, 7, 4);
    assert_int_equal(tw_journal_finish(journal, &fixture->err), TW_OK);
    assert_string_equal(text_of(fixture), "tilewright journal 1\n3 7 7 4\n");
    tw_journal_close(journal);
}

static void places_outside_of_a_journal_that_came_after_the_tiles_can_be_outdated(void **state)
{
    struct fixture *fixture = *state;
    struct tw_journal *journal = open_journal(fixture, false, true);
    uint32_t files;
    assert_int_equal(tw_journal_outdate(journal, 3, 8, &fixture->err), TW_OK);
    assert_true(tw_journal_find(journal, 3, 8, &files));
    assert_true(files == TW_JOURNAL_OUTDATED);
    tw_journal_close(journal);
}

/* As on a full disk: the last line does not fit, and there is room again for the next one. */
static void a_line_that_does_not_fit_is_taken_away_before_the_next_one(void **state)
{
    struct fixture *fixture = *state;
    struct tw_journal *journal = open_journal(fixture, false, false);
    commit(fixture, journal, 3, 7, 4);
    struct rlimit before, narrow;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    narrow = (struct rlimit){strlen(text_of(fixture)) + 3, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &narrow), 0);
    enum tw_status status = tw_journal_outdate(journal, 3, 7, &fixture->err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, TW_ESTORAGE);
    commit(fixture, journal, 4, 9, 1);
    assert_string_equal(text_of(fixture), "tilewright journal 1\n3 7 7 4\n4 9 9 1\n");
    tw_journal_close(journal);
}

static void a_journal_that_was_being_emptied_adopts_nothing(void **state)
{
    struct fixture *fixture = *state;
    write_text(fixture, "tilewright jou");
    struct tw_journal *journal = open_journal(fixture, false, true);
    assert_false(tw_journal_adopts(journal));
    assert_true(tw_journal_is_empty(journal));
    tw_journal_close(journal);
}

static void files_belong_to_the_output_once_they_are_put(void **state)
{
    struct fixture *fixture = *state;
    struct tw_journal *journal = open_journal(fixture, false, false);
    uint64_t held;
    commit(fixture, journal, 3, 7, 4);
    assert_int_equal(tw_journal_outdate(journal, 3, 7, &fixture->err), TW_OK);
    assert_true(tw_journal_hold(journal, 3, 8, 1, &held));
    assert_true(tw_journal_covers(journal, 3, 7));
    assert_true(tw_journal_covers(journal, 3, 8));
    assert_false(tw_journal_covers(journal, 3, 9));
    tw_journal_close(journal);
    journal = open_journal(fixture, false, false);
    assert_true(tw_journal_covers(journal, 3, 7));
    assert_false(tw_journal_covers(journal, 3, 8)); /* was never committed */
    tw_journal_close(journal);
}

static void what_is_no_journal_is_refused(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture_path(fixture, "journal");
    struct tw_journal_spec spec = {.path = path};
    struct tw_journal *journal;
    write_text(fixture, "tilewright journal 1\n3 7 7 1\n3 nine 9 1\n");
    assert_int_equal(tw_journal_open(&spec, &journal, &fixture->err), TW_ESTORAGE);
    assert_string_equal(
        fixture->err.message,
        tw_arena_printf(fixture->arena,
                        "cannot read '%s': line 3 is not understood; use --overwrite to begin anew", path));
    write_text(fixture, "tilewright journal 1\n3 7 7 1-\n");
    assert_int_equal(tw_journal_open(&spec, &journal, &fixture->err), TW_ESTORAGE);
    write_text(fixture, "tilewright journal 1\n3 7 73 8 8 1\n");
    assert_int_equal(tw_journal_open(&spec, &journal, &fixture->err), TW_ESTORAGE);
    write_text(fixture, "something else\n");
    assert_int_equal(tw_journal_open(&spec, &journal, &fixture->err), TW_ESTORAGE);
    assert_string_equal(fixture->err.message,
                        tw_arena_printf(fixture->arena,
                                        "cannot read '%s': it is no journal; use --overwrite to begin anew",
                                        path));
}

static void places_that_are_gone_are_not_known_any_more(void **state)
{
    struct fixture *fixture = *state;
    struct tw_journal *journal = open_journal(fixture, false, false);
    uint32_t files;
    commit(fixture, journal, 5, 7, 1);
    commit(fixture, journal, 5, 8, 1);
    commit(fixture, journal, 5, 8, TW_JOURNAL_GONE);
    tw_journal_close(journal);
    assert_string_equal(text_of(fixture), "tilewright journal 1\n5 7 7 1\n5 8 8 1\n5 8 8 x\n");
    journal = open_journal(fixture, false, false);
    assert_true(tw_journal_find(journal, 5, 7, &files));
    assert_false(tw_journal_find(journal, 5, 8, &files));
    assert_false(tw_journal_covers(journal, 5, 8));
    commit(fixture, journal, 5, 7, TW_JOURNAL_GONE);
    assert_true(tw_journal_is_empty(journal));
    assert_int_equal(tw_journal_finish(journal, &fixture->err), TW_OK);
    tw_journal_close(journal);
    assert_string_equal(text_of(fixture), "tilewright journal 1\n");
}

static void runs_of_places_can_be_looked_at(void **state)
{
    struct fixture *fixture = *state;
    write_text(fixture, "tilewright journal 1\n5 7 9 1\n5 20 20 -\n5 3 3 0\n5 8 8 x\n6 1 1 2\n");
    const struct tw_journal_spec spec = {.path = fixture_path(fixture, "journal"), .look = true};
    struct tw_journal *journal;
    assert_int_equal(tw_journal_open(&spec, &journal, &fixture->err), TW_OK);
    const struct tw_interval expected[] = {
        {3, 3, 0}, {7, 7, 1}, {8, 8, TW_JOURNAL_GONE}, {9, 9, 1}, {20, 20, TW_JOURNAL_OUTDATED}};
    const struct tw_intervals *runs = tw_journal_runs(journal, 5);
    assert_int_equal(runs->count, 5);
    for (size_t i = 0; i < runs->count; i++) {
        assert_int_equal(runs->runs[i].first, expected[i].first);
        assert_int_equal(runs->runs[i].last, expected[i].last);
        assert_int_equal(runs->runs[i].tag, expected[i].tag);
    }
    assert_int_equal(tw_journal_runs(journal, 6)->count, 1);
    assert_int_equal(tw_journal_runs(journal, 7)->count, 0);
    tw_journal_close(journal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_was_committed_is_found_again),
        TEST(a_line_that_was_cut_off_is_ignored_and_taken_away),
        TEST(the_finished_file_does_not_depend_on_the_order),
        TEST(an_overwriting_run_begins_with_an_empty_one),
        TEST(a_journal_remembers_that_it_came_after_the_tiles),
        TEST(an_outdated_place_is_not_done_until_it_is_made_again),
        TEST(places_outside_of_a_journal_that_came_after_the_tiles_can_be_outdated),
        TEST(a_line_that_does_not_fit_is_taken_away_before_the_next_one),
        TEST(a_journal_that_was_being_emptied_adopts_nothing),
        TEST(files_belong_to_the_output_once_they_are_put),
        TEST(places_that_are_gone_are_not_known_any_more),
        TEST(what_is_no_journal_is_refused),
        TEST(runs_of_places_can_be_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
