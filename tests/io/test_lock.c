/* Locking an output: one holder at a time, whoever is gone does not count.
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
#include "lock.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void the_second_is_refused_by_name(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture_path(fixture, "lock");
    struct tw_lock *first, *second;
    assert_int_equal(tw_lock_take(path, "out", &first, &fixture->err), TW_OK);
    assert_int_equal(tw_lock_take(path, "out", &second, &fixture->err), TW_EUSAGE);
    char host[256], expected[512];
    gethostname(host, sizeof(host));
    int length = snprintf(expected, sizeof(expected),
                          "'out' is being written by process %ld on host '%s' since 2", (long)getpid(), host);
    assert_memory_equal(fixture->err.message, expected, (size_t)length);
    const char *end = "Z; wait for it, or stop it";
    size_t size = strlen(fixture->err.message);
    assert_string_equal(fixture->err.message + size - strlen(end), end);
    tw_lock_release(first);
    assert_false(is_there(path));
    assert_int_equal(tw_lock_take(path, "out", &second, &fixture->err), TW_OK);
    tw_lock_release(second);
}

static void the_lock_of_a_process_that_was_killed_is_taken_over(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture_path(fixture, "lock");
    pid_t child = fork();
    if (child == 0) {
        struct tw_lock *lock;
        _exit(tw_lock_take(path, "out", &lock, &fixture->err) == TW_OK ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(is_there(path));
    struct tw_lock *lock;
    assert_int_equal(tw_lock_take(path, "out", &lock, &fixture->err), TW_OK);
    tw_lock_release(lock);
}

static void what_a_stale_file_says_does_not_matter(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture_path(fixture, "lock"), *text = "elsewhere 1 2026-01-01T12:00:00Z\n";
    assert_int_equal(tw_file_write(path, text, strlen(text), &fixture->err), TW_OK);
    struct tw_lock *lock;
    assert_int_equal(tw_lock_take(path, "out", &lock, &fixture->err), TW_OK);
    tw_lock_release(lock);
}

static void a_lock_that_cannot_be_written_is_reported(void **state)
{
    struct fixture *fixture = *state;
    struct tw_lock *lock;
    const char *path = fixture_path(fixture, "missing/lock");
    assert_int_equal(tw_lock_take(path, "out", &lock, &fixture->err), TW_ESTORAGE);
    const char *expected =
        tw_arena_printf(fixture->arena, "cannot write '%s': No such file or directory", path);
    assert_string_equal(fixture->err.message, expected);
}

static void one_can_see_who_holds_it(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture_path(fixture, "lock"), *text = "elsewhere 1 2026-01-01T12:00:00Z\n";
    struct tw_lock *lock;
    struct tw_lock_holder holder;
    assert_false(tw_lock_is_held(path, &holder));
    assert_int_equal(tw_file_write(path, text, strlen(text), &fixture->err), TW_OK);
    assert_false(tw_lock_is_held(path, &holder));
    assert_int_equal(tw_lock_look(path, "out", &fixture->err), TW_OK);
    assert_int_equal(tw_lock_take(path, "out", &lock, &fixture->err), TW_OK);
    assert_true(tw_lock_is_held(path, &holder));
    assert_int_equal(holder.pid, getpid());
    assert_int_equal(strlen(holder.since), strlen("2026-01-01T12:00:00Z"));
    assert_int_equal(tw_lock_look(path, "out", &fixture->err), TW_EUSAGE);
    tw_lock_release(lock);
    assert_false(tw_lock_is_held(path, &holder));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_second_is_refused_by_name),
        TEST(the_lock_of_a_process_that_was_killed_is_taken_over),
        TEST(what_a_stale_file_says_does_not_matter),
        TEST(a_lock_that_cannot_be_written_is_reported),
        TEST(one_can_see_who_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
