/* Storing files whole, in batches; every system call is made to fail once.
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
#include "storage_ops.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The tokens that were reported, in order. */
struct tokens {
    uint64_t values[4096];
    size_t count;
};

static enum tw_status note(void *context, const uint64_t *values, size_t count, struct tw_error *err)
{
    (void)err;
    struct tokens *tokens = context;
    memcpy(tokens->values + tokens->count, values, count * sizeof(*values));
    tokens->count += count;
    return TW_OK;
}

/* The call with this number (from 1) fails; 0: none. */
static atomic_int writes, syncs, renames, closes;
static int failing_write, failing_sync, failing_rename, failing_close;

static ssize_t fail_write(int fd, const void *bytes, size_t size)
{
    if (atomic_fetch_add(&writes, 1) + 1 == failing_write) {
        errno = ENOSPC;
        return -1;
    }
    /* A few bytes at a time: writes may be short. */
    return write(fd, bytes, size > 3 ? 3 : size);
}

static int fail_sync(int fd)
{
    if (atomic_fetch_add(&syncs, 1) + 1 == failing_sync) {
        errno = EIO;
        return -1;
    }
    return syncfs(fd);
}

static int fail_rename(const char *from, const char *to)
{
    if (atomic_fetch_add(&renames, 1) + 1 == failing_rename) {
        errno = EACCES;
        return -1;
    }
    return rename(from, to);
}

static int fail_close(int fd)
{
    int result = close(fd);
    if (atomic_fetch_add(&closes, 1) + 1 == failing_close) {
        errno = EDQUOT;
        return -1;
    }
    return result;
}

static const struct tw_storage_ops failing_calls = {fail_write, fail_close, fail_sync, fail_rename, unlink};

static int setup(void **state)
{
    writes = syncs = renames = closes = 0;
    failing_write = failing_sync = failing_rename = failing_close = 0;
    return fixture_setup(state);
}

static struct tw_store *open_store(struct fixture *fixture, struct tokens *tokens, size_t batch_files)
{
    struct tw_storage_limits limits = {batch_files, (size_t)1 << 30, 1e9};
    struct tw_store_spec spec = {.root = fixture_path(fixture, "out"),
                                 .work = fixture_path(fixture, "out/.work"),
                                 .committed = tokens != NULL ? note : NULL,
                                 .context = tokens,
                                 .ops = &failing_calls,
                                 .limits = &limits};
    struct tw_store *store;
    if (tw_store_open_with(&spec, &store, &fixture->err) != TW_OK)
        fail_msg("%s", fixture->err.message);
    return store;
}

static void put(struct fixture *fixture, struct tw_store *store, const char *path, const char *text)
{
    assert_int_equal(tw_store_put(store, path, text, strlen(text), &fixture->err), TW_OK);
}

/* What a file holds by the store, or NULL. */
static const char *get(struct fixture *fixture, struct tw_store *store, const char *path)
{
    struct tw_blob blob;
    assert_int_equal(tw_store_get(store, path, fixture->arena, &blob, &fixture->err), TW_OK);
    assert_int_equal(blob.found, tw_store_exists(store, path));
    return blob.found ? tw_arena_strndup(fixture->arena, blob.bytes, blob.size) : NULL;
}

static void a_file_can_be_read_before_it_is_committed(void **state)
{
    struct fixture *fixture = *state;
    struct tw_store *store = open_store(fixture, NULL, 100);
    put(fixture, store, "3/1/2.png", "hello, tile");
    assert_string_equal(get(fixture, store, "3/1/2.png"), "hello, tile");
    assert_false(is_there(fixture_path(fixture, "out/3/1/2.png")));
    assert_null(get(fixture, store, "3/1/3.png"));
    assert_int_equal(tw_store_flush(store, &fixture->err), TW_OK);
    assert_true(is_there(fixture_path(fixture, "out/3/1/2.png")));
    assert_string_equal(get(fixture, store, "3/1/2.png"), "hello, tile");
    assert_int_equal(tw_store_files(store), 1);
    assert_int_equal(tw_store_bytes(store), 11);
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
    assert_false(is_there(fixture_path(fixture, "out/.work")));
}

static void a_full_batch_is_committed_and_its_tokens_are_reported_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct tokens tokens = {0};
    struct tw_store *store = open_store(fixture, &tokens, 4);
    put(fixture, store, "a", "1");
    assert_int_equal(tw_store_mark(store, 70, &fixture->err), TW_OK);
    put(fixture, store, "b", "2");
    assert_int_equal(tokens.count, 0);
    assert_int_equal(tw_store_mark(store, 60, &fixture->err), TW_OK);
    for (int i = 0; i < 10000 && !is_there(fixture_path(fixture, "out/b")); i++)
        usleep(1000);
    assert_true(is_there(fixture_path(fixture, "out/b")));
    assert_int_equal(tw_store_flush(store, &fixture->err), TW_OK); /* waits for the end of the batch */
    assert_int_equal(tokens.count, 2);
    assert_int_equal(tokens.values[0], 70);
    assert_int_equal(tokens.values[1], 60);
    assert_int_equal(syncs, 1);
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
}

static void the_last_of_several_orders_for_a_path_counts(void **state)
{
    struct fixture *fixture = *state;
    struct tw_store *store = open_store(fixture, NULL, 100);
    put(fixture, store, "a", "old");
    put(fixture, store, "a", "new");
    put(fixture, store, "b", "gone");
    assert_int_equal(tw_store_remove(store, "b", &fixture->err), TW_OK);
    assert_int_equal(tw_store_remove(store, "never/there", &fixture->err), TW_OK);
    assert_string_equal(get(fixture, store, "a"), "new");
    assert_null(get(fixture, store, "b"));
    assert_int_equal(tw_store_flush(store, &fixture->err), TW_OK);
    assert_string_equal(get(fixture, store, "a"), "new");
    assert_null(get(fixture, store, "b"));
    put(fixture, store, "b", "back");
    assert_int_equal(tw_store_remove(store, "a", &fixture->err), TW_OK);
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
    assert_false(is_there(fixture_path(fixture, "out/a")));
    assert_true(is_there(fixture_path(fixture, "out/b")));
}

static void an_abandoned_store_leaves_what_was_committed_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    struct tw_store *store = open_store(fixture, NULL, 100);
    put(fixture, store, "a", "1");
    assert_int_equal(tw_store_flush(store, &fixture->err), TW_OK);
    put(fixture, store, "b", "2");
    assert_int_equal(tw_store_close(store, true, &fixture->err), TW_OK);
    assert_int_equal(count_files(fixture->folder, ""), 1);
    assert_true(is_there(fixture_path(fixture, "out/a")));
}

static void leftovers_of_a_killed_run_are_removed(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(tw_make_folders(fixture_path(fixture, "out/.work"), &fixture->err), TW_OK);
    assert_int_equal(tw_file_write(fixture_path(fixture, "out/.work/17.tmp"), "x", 1, &fixture->err), TW_OK);
    struct tw_store *store = open_store(fixture, NULL, 100);
    assert_int_equal(count_files(fixture->folder, ""), 0);
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
}

static void a_full_disk_is_reported_with_the_name_of_the_file(void **state)
{
    struct fixture *fixture = *state;
    struct tw_store *store = open_store(fixture, NULL, 100);
    failing_write = 2;
    assert_int_equal(tw_store_put(store, "8/40/60.png", "0123456789", 10, &fixture->err), TW_ESTORAGE);
    const char *expected =
        tw_arena_printf(fixture->arena, "cannot write '%s/8/40/60.png': No space left on device",
                        fixture_path(fixture, "out"));
    assert_string_equal(fixture->err.message, expected);
    assert_int_equal(count_files(fixture->folder, ""), 0);
    assert_false(tw_store_exists(store, "8/40/60.png"));
    failing_write = 0;
    put(fixture, store, "8/40/60.png", "0123456789");
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
    assert_true(is_there(fixture_path(fixture, "out/8/40/60.png")));
}

static void a_close_that_fails_is_no_success(void **state)
{
    struct fixture *fixture = *state;
    struct tw_store *store = open_store(fixture, NULL, 100);
    failing_close = 1;
    assert_int_equal(tw_store_put(store, "a", "0123456789", 10, &fixture->err), TW_ESTORAGE);
    assert_non_null(strstr(fixture->err.message, "out/a': Disk quota exceeded"));
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
    assert_int_equal(count_files(fixture->folder, ""), 0);
}

static void a_failed_sync_fails_everything_after_it_and_reports_no_token(void **state)
{
    struct fixture *fixture = *state;
    struct tokens tokens = {0};
    struct tw_store *store = open_store(fixture, &tokens, 2);
    failing_sync = 1;
    put(fixture, store, "a", "1");
    tw_store_mark(store, 5, &fixture->err); /* the batch is full: it fails in the store's thread */
    assert_int_equal(tw_store_flush(store, &fixture->err), TW_ESTORAGE);
    const char *expected = tw_arena_printf(fixture->arena, "cannot write to '%s': Input/output error",
                                           fixture_path(fixture, "out"));
    assert_string_equal(fixture->err.message, expected);
    fixture->err.message[0] = '\0';
    assert_int_equal(tw_store_put(store, "b", "2", 1, &fixture->err), TW_ESTORAGE);
    assert_string_equal(fixture->err.message, expected);
    assert_int_equal(tw_store_flush(store, &fixture->err), TW_ESTORAGE);
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_ESTORAGE);
    assert_int_equal(tokens.count, 0);
    assert_int_equal(count_files(fixture->folder, ""), 0);
}

static void a_failed_rename_names_the_file(void **state)
{
    struct fixture *fixture = *state;
    struct tokens tokens = {0};
    struct tw_store *store = open_store(fixture, &tokens, 100);
    put(fixture, store, "a", "1");
    put(fixture, store, "b", "2");
    put(fixture, store, "c", "3");
    assert_int_equal(tw_store_mark(store, 5, &fixture->err), TW_OK);
    failing_rename = 2;
    assert_int_equal(tw_store_flush(store, &fixture->err), TW_ESTORAGE);
    assert_non_null(strstr(fixture->err.message, "out/b': Permission denied"));
    assert_int_equal(tw_store_close(store, true, &fixture->err), TW_OK);
    assert_int_equal(tokens.count, 0);
    assert_true(is_there(fixture_path(fixture, "out/a")));
    assert_int_equal(count_files(fixture->folder, ""), 1);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(tw_file_write(fixture_path(fixture, "out"), "x", 1, &fixture->err), TW_OK);
    struct tw_store *store;
    const char *root = fixture_path(fixture, "out"), *work = fixture_path(fixture, "out/.work");
    const struct tw_store_place place = {root, work, NULL};
    assert_int_equal(tw_store_open(&place, NULL, NULL, &store, &fixture->err), TW_ESTORAGE);
    const char *expected =
        tw_arena_printf(fixture->arena, "cannot make the folder '%s': Not a directory", work);
    assert_string_equal(fixture->err.message, expected);
}

enum { NUM_THREADS = 4, FILES_EACH = 300 };

static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

/* Takes as long as somebody holds the disk. */
static int wait_for_disk(int fd)
{
    (void)fd;
    pthread_mutex_lock(&disk);
    pthread_mutex_unlock(&disk);
    return 0;
}

/* Batches of two files; the disk answers when three more of them have been put. */
static void a_slow_disk_holds_nobody_up(void **state)
{
    struct fixture *fixture = *state;
    static const struct tw_storage_ops slow = {write, close, wait_for_disk, rename, unlink};
    struct tw_storage_limits limits = {2, (size_t)1 << 30, 1e9};
    struct tw_store_spec spec = {.root = fixture_path(fixture, "out"),
                                 .work = fixture_path(fixture, "out/.work"),
                                 .ops = &slow,
                                 .limits = &limits};
    struct tw_store *store;
    assert_int_equal(tw_store_open_with(&spec, &store, &fixture->err), TW_OK);
    pthread_mutex_lock(&disk);
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        put(fixture, store, names[i], "x");
    assert_false(is_there(fixture_path(fixture, "out/a")));
    assert_string_equal(get(fixture, store, "a"), "x");
    pthread_mutex_unlock(&disk);
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
    assert_int_equal(count_files(fixture_path(fixture, "out"), ""), 8);
}

struct job {
    struct tw_store *store;
    int number;
};

static void *put_many(void *data)
{
    struct job *job = data;
    struct tw_error err;
    for (int i = 0; i < FILES_EACH; i++) {
        char path[64], text[64];
        snprintf(path, sizeof(path), "%d/%d.txt", job->number, i);
        snprintf(text, sizeof(text), "file %d of %d", i, job->number);
        if (tw_store_put(job->store, path, text, strlen(text), &err) != TW_OK ||
            tw_store_mark(job->store, (uint64_t)(job->number * FILES_EACH + i), &err) != TW_OK ||
            !tw_store_exists(job->store, path))
            return job;
    }
    return NULL;
}

static void many_threads_put_and_every_token_comes_once_in_the_order_of_its_thread(void **state)
{
    struct fixture *fixture = *state;
    struct tokens tokens = {0};
    struct tw_store *store = open_store(fixture, &tokens, 16);
    pthread_t threads[NUM_THREADS];
    struct job jobs[NUM_THREADS];
    for (int i = 0; i < NUM_THREADS; i++) {
        jobs[i] = (struct job){store, i};
        assert_int_equal(pthread_create(&threads[i], NULL, put_many, &jobs[i]), 0);
    }
    for (int i = 0; i < NUM_THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(tw_store_close(store, false, &fixture->err), TW_OK);
    assert_int_equal(tokens.count, NUM_THREADS * FILES_EACH);
    assert_int_equal(count_files(fixture_path(fixture, "out"), ".txt"), NUM_THREADS * FILES_EACH);
    uint64_t next[NUM_THREADS] = {0};
    for (size_t i = 0; i < tokens.count; i++) {
        uint64_t thread = tokens.values[i] / FILES_EACH;
        assert_int_equal(tokens.values[i] % FILES_EACH, next[thread]);
        next[thread]++;
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_file_can_be_read_before_it_is_committed),
        TEST(a_full_batch_is_committed_and_its_tokens_are_reported_in_order),
        TEST(the_last_of_several_orders_for_a_path_counts),
        TEST(an_abandoned_store_leaves_what_was_committed_and_nothing_else),
        TEST(leftovers_of_a_killed_run_are_removed),
        TEST(a_full_disk_is_reported_with_the_name_of_the_file),
        TEST(a_close_that_fails_is_no_success),
        TEST(a_failed_sync_fails_everything_after_it_and_reports_no_token),
        TEST(a_failed_rename_names_the_file),
        TEST(a_folder_that_cannot_be_made_is_named),
        TEST(a_slow_disk_holds_nobody_up),
        TEST(many_threads_put_and_every_token_comes_once_in_the_order_of_its_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
