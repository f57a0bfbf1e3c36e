/* The tiles of an archive in the making: what is told to be committed is there again, whatever happened.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file.h"
#include "sink_fixture.h"
#include "spool_ops.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TOKENS = 4096 };

struct told {
    uint64_t tokens[MOST_TOKENS];
    size_t count;
};

static enum tw_status note(void *context, const uint64_t *tokens, size_t count, struct tw_error *err)
{
    struct told *told = context;
    (void)err;
    for (size_t i = 0; i < count; i++)
        told->tokens[told->count++] = tokens[i];
    return TW_OK;
}

static int calls_left;

static bool is_last_call(void)
{
    if (calls_left > 0)
        calls_left--;
    if (calls_left == 0)
        errno = ENOSPC;
    return calls_left == 0;
}

/* Half of the bytes are written by the call that fails. */
static ssize_t failing_write(int fd, const void *bytes, size_t size, off_t offset)
{
    if (!is_last_call())
        return pwrite(fd, bytes, size, offset);
    if (pwrite(fd, bytes, size / 2, offset) < 0)
        return -1;
    errno = ENOSPC;
    return -1;
}

static int failing_sync(int fd)
{
    (void)fd;
    return is_last_call() ? -1 : 0;
}

static const struct tw_spool_ops failing = {failing_write, failing_sync};
static const struct tw_spool_limits small = {8, 1 << 20, 1e9};

static struct tw_spool *open_spool(struct fixture *fixture, bool forget, struct told *told)
{
    const struct tw_spool_spec spec = {fixture->folder, forget, note, told};
    struct tw_spool *spool = NULL;
    enum tw_status status = tw_spool_open_with(&spec, &tw_spool_system, &small, &spool, &fixture->err);
    assert_int_equal(status, TW_OK);
    return spool;
}

static enum tw_status put(struct tw_spool *spool, uint64_t place, const char *text, struct tw_error *err)
{
    const struct tw_blob tile = {(void *)text, strlen(text), true};
    return tw_spool_put(spool, 3, place, &tile, err);
}

static void must_put(struct tw_spool *spool, uint64_t place, const char *text)
{
    assert_int_equal(put(spool, place, text, NULL), TW_OK);
}

static void assert_holds(struct fixture *fixture, struct tw_spool *spool, uint64_t place, const char *text)
{
    struct tw_blob tile;
    assert_int_equal(tw_spool_get(spool, 3, place, fixture->arena, &tile, &fixture->err), TW_OK);
    assert_int_equal(tile.found, text != NULL);
    if (text != NULL) {
        assert_int_equal(tile.size, strlen(text));
        assert_memory_equal(tile.bytes, text, tile.size);
    }
}

static void add_bytes(struct fixture *fixture, const char *name, const char *bytes)
{
    FILE *file = fopen(fixture_path(fixture, name), "a");
    assert_non_null(file);
    assert_int_equal(fputs(bytes, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void cut_file(struct fixture *fixture, const char *name, long bytes)
{
    const char *path = fixture_path(fixture, name);
    assert_int_equal(truncate(path, (off_t)tw_file_size(path) - bytes), 0);
}

static void what_was_put_is_there_before_and_after_it_is_committed(void **state)
{
    struct fixture *fixture = *state;
    struct told told = {0};
    struct tw_spool *spool = open_spool(fixture, true, &told);
    must_put(spool, 7, "one");
    must_put(spool, 8, "two");
    assert_holds(fixture, spool, 7, "one");
    assert_holds(fixture, spool, 9, NULL);
    must_put(spool, 7, "three");
    assert_int_equal(tw_spool_remove(spool, 3, 8, NULL), TW_OK);
    assert_int_equal(tw_spool_remove(spool, 3, 10, NULL), TW_OK);
    assert_int_equal(tw_spool_mark(spool, 5, NULL), TW_OK);
    assert_int_equal(told.count, 0);
    assert_int_equal(tw_spool_flush(spool, NULL), TW_OK);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.tokens[0], 5);
    tw_spool_free(spool);
    spool = open_spool(fixture, false, &told);
    assert_holds(fixture, spool, 7, "three");
    assert_holds(fixture, spool, 8, NULL);
    tw_spool_free(spool);
    spool = open_spool(fixture, true, &told);
    assert_holds(fixture, spool, 7, NULL);
    tw_spool_free(spool);
}

static void equal_tiles_are_there_once_and_cost_one_run(void **state)
{
    struct fixture *fixture = *state;
    struct told told = {0};
    struct tw_spool *spool = open_spool(fixture, true, &told);
    for (uint64_t place = 0; place < 1000; place++)
        must_put(spool, place, "sea");
    assert_int_equal(tw_spool_flush(spool, NULL), TW_OK);
    assert_int_equal(tw_spool_runs(spool, 3)->count, 1);
    tw_spool_free(spool);
    spool = open_spool(fixture, false, &told);
    must_put(spool, 2000, "sea");
    assert_int_equal(tw_spool_runs(spool, 3)->count, 2);
    assert_int_equal(tw_spool_flush(spool, NULL), TW_OK);
    tw_spool_free(spool);
    assert_int_equal(tw_file_size(fixture_path(fixture, "tiles")), 3);
    assert_int_equal(tw_file_size(fixture_path(fixture, "contents")), sizeof(struct tw_spool_content));
}

static void make_two_batches(struct fixture *fixture)
{
    struct told told = {0};
    struct tw_spool *spool = open_spool(fixture, true, &told);
    must_put(spool, 1, "first");
    assert_int_equal(tw_spool_flush(spool, NULL), TW_OK);
    must_put(spool, 2, "second");
    assert_int_equal(tw_spool_flush(spool, NULL), TW_OK);
    tw_spool_free(spool);
}

static void a_torn_tail_is_dropped(void **state)
{
    struct fixture *fixture = *state;
    struct told told = {0};
    make_two_batches(fixture);
    add_bytes(fixture, "tiles", "never told of");
    add_bytes(fixture, "contents", "nor that");
    add_bytes(fixture, "index", "0123456789012345678901234567890123456789");
    struct tw_spool *spool = open_spool(fixture, false, &told);
    assert_holds(fixture, spool, 1, "first");
    assert_holds(fixture, spool, 2, "second");
    assert_int_equal(tw_file_size(fixture_path(fixture, "tiles")), strlen("firstsecond"));
    must_put(spool, 3, "third");
    assert_int_equal(tw_spool_flush(spool, NULL), TW_OK);
    tw_spool_free(spool);
    spool = open_spool(fixture, false, &told);
    assert_holds(fixture, spool, 3, "third");
    tw_spool_free(spool);
}

static void a_batch_that_is_not_whole_is_dropped(void **state)
{
    struct fixture *fixture = *state;
    struct told told = {0};
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        make_two_batches(fixture);
        const char *index = fixture_path(fixture, "index");
        if (is_cut) {
            cut_file(fixture, "index", 1);
        } else {
            int fd = open(index, O_WRONLY);
            assert_int_equal(pwrite(fd, "x", 1, (off_t)tw_file_size(index) - 20), 1);
            assert_int_equal(close(fd), 0);
        }
        struct tw_spool *spool = open_spool(fixture, false, &told);
        assert_holds(fixture, spool, 1, "first");
        assert_holds(fixture, spool, 2, NULL);
        tw_spool_free(spool);
        assert_int_equal(tw_file_size(fixture_path(fixture, "tiles")), strlen("first"));
    }
}

static void files_that_were_cut_off_are_told(void **state)
{
    struct fixture *fixture = *state;
    const struct tw_spool_spec spec = {fixture->folder, false, NULL, NULL};
    struct tw_spool *spool;
    char wanted[300];
    make_two_batches(fixture);
    cut_file(fixture, "tiles", 1);
    assert_int_equal(tw_spool_open(&spec, &spool, &fixture->err), TW_ESTORAGE);
    snprintf(
        wanted, sizeof(wanted),
        "cannot go on with what lies in '%s': the file 'tiles' was cut off; use --overwrite to begin anew",
        fixture->folder);
    assert_string_equal(fixture->err.message, wanted);
    assert_int_equal(unlink(fixture_path(fixture, "index")), 0);
    assert_int_equal(tw_spool_look(fixture->folder, fixture->arena, &fixture->err), TW_EUSAGE);
    snprintf(wanted, sizeof(wanted),
             "cannot go on with what lies in '%s': an earlier version of tilewright has begun it; use "
             "--overwrite to begin anew",
             fixture->folder);
    assert_string_equal(fixture->err.message, wanted);
}

/* Puts until something fails; the token of each tile is its place. Returns whether nothing did. */
static bool put_until_it_fails(struct tw_spool *spool, struct tw_error *err)
{
    char text[32];
    for (uint64_t place = 1; place <= 40; place++) {
        snprintf(text, sizeof(text), "tile %d", (int)place % 30);
        if (put(spool, place, text, err) != TW_OK || tw_spool_mark(spool, place, err) != TW_OK)
            return false;
    }
    return tw_spool_flush(spool, err) == TW_OK;
}

static void nothing_is_told_that_is_not_there_whatever_call_fails(void **state)
{
    struct fixture *fixture = *state;
    const struct tw_spool_spec spec = {fixture->folder, true, note, NULL};
    bool failed = true;
    int n = 1;
    for (; failed; n++) {
        struct told told = {0};
        struct tw_spool_spec full = spec;
        struct tw_spool *spool;
        full.context = &told;
        calls_left = n;
        assert_int_equal(tw_spool_open_with(&full, &failing, &small, &spool, &fixture->err), TW_OK);
        failed = !put_until_it_fails(spool, &fixture->err);
        if (failed) {
            assert_int_equal(fixture->err.status, TW_ESTORAGE);
            assert_non_null(strstr(fixture->err.message, "cannot write '"));
            assert_non_null(strstr(fixture->err.message, "No space left on device"));
        }
        tw_spool_free(spool);
        struct told again = {0};
        spool = open_spool(fixture, false, &again);
        for (size_t i = 0; i < told.count; i++) {
            char text[32];
            snprintf(text, sizeof(text), "tile %d", (int)told.tokens[i] % 30);
            assert_holds(fixture, spool, told.tokens[i], text);
        }
        assert_int_equal(failed || told.count == 40, 1);
        tw_spool_free(spool);
    }
    assert_true(n > 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_put_is_there_before_and_after_it_is_committed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(equal_tiles_are_there_once_and_cost_one_run, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_torn_tail_is_dropped, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_batch_that_is_not_whole_is_dropped, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(files_that_were_cut_off_are_told, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(nothing_is_told_that_is_not_there_whatever_call_fails, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
