/* What is on its way to object storage, and what is known of a bucket.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "storage_line.h"
#include "storage_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tw_line_entry *add(struct tw_line *line, enum tw_line_kind kind, const char *path,
                                 uint64_t token)
{
    struct tw_line_entry *entry = calloc(1, sizeof(*entry));
    entry->kind = kind;
    entry->path = path != NULL ? strdup(path) : NULL;
    entry->size = path != NULL ? 10 : 0;
    entry->token = token;
    tw_line_add(line, entry);
    return entry;
}

/* put a, mark 1, put b, mark 2: b is done first, and nothing may leave before a is done. */
static void marks_leave_when_all_before_them_are_done(void **state)
{
    (void)state;
    struct tw_line line = {0};
    struct tw_line_entry *a = add(&line, TW_LINE_PUT, "a", 0), *one = add(&line, TW_LINE_MARK, NULL, 1),
                         *b = add(&line, TW_LINE_PUT, "b", 0), *two = add(&line, TW_LINE_MARK, NULL, 2);
    assert_ptr_equal(tw_line_take(&line), a);
    assert_ptr_equal(tw_line_take(&line), b);
    assert_null(tw_line_take(&line));
    tw_line_finish(&line, b);
    assert_null(tw_line_leave(&line));
    assert_int_equal(line.count, 1);
    assert_int_equal(line.bytes, 10);
    tw_line_finish(&line, a);
    struct tw_line_entry *const order[] = {a, one, b, two};
    for (int i = 0; i < 4; i++) {
        assert_ptr_equal(tw_line_leave(&line), order[i]);
        tw_line_entry_free(order[i]);
    }
    assert_null(tw_line_leave(&line));
    tw_line_free(&line);
}

static void entries_of_a_path_wait_for_older_ones(void **state)
{
    (void)state;
    struct tw_line line = {0};
    struct tw_line_entry *put = add(&line, TW_LINE_PUT, "a", 0),
                         *removal = add(&line, TW_LINE_REMOVE, "a", 0);
    add(&line, TW_LINE_PUT, "b", 0);
    assert_ptr_equal(tw_line_find(&line, "a"), removal);
    assert_false(tw_line_must_wait(put));
    assert_true(tw_line_must_wait(removal));
    assert_ptr_equal(tw_line_take(&line), put);
    assert_ptr_equal(tw_line_take(&line), removal);
    tw_line_finish(&line, put);
    assert_false(tw_line_must_wait(removal));
    tw_line_finish(&line, removal);
    assert_null(tw_line_find(&line, "a"));
    tw_line_free(&line);
}

static void names_come_and_go(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct tw_names names = {0};
    bool has[COUNT] = {false};
    char name[32];
    srand(1);
    assert_false(tw_names_has(&names, "1"));
    tw_names_remove(&names, "1");
    for (int i = 0; i < 100000; i++) {
        int which = rand() % COUNT;
        snprintf(name, sizeof(name), "%d", which);
        assert_int_equal(tw_names_has(&names, name), has[which]);
        has[which] = rand() % 2 == 0;
        if (has[which])
            assert_true(tw_names_add(&names, name));
        else
            tw_names_remove(&names, name);
    }
    size_t count = 0;
    for (int i = 0; i < COUNT; i++)
        count += has[i];
    assert_int_equal(names.count, count);
    tw_names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_leave_when_all_before_them_are_done),
        cmocka_unit_test(entries_of_a_path_wait_for_older_ones),
        cmocka_unit_test(names_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
