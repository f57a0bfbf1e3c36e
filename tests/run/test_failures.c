/* The list of failed tiles, in memory and in failed.json.
 *
 * SPDX-License-Identifier: MIT
 */
#include "failures.h"
#include "file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/tilewright-failures-XXXXXX";
static char path[64];

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/failed.json", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void add(struct tw_failures *failures, int zoom, int64_t row, int64_t col)
{
    struct tw_tile tile = {zoom, row, col};
    assert_true(tw_failures_add(failures, &tile, "tile: \"quoted\" and broken"));
}

static void list_is_sorted_by_zoom_row_and_col(void **state)
{
    (void)state;
    struct tw_failures failures = {0};
    add(&failures, 8, 2, 1);
    add(&failures, 8, 1, 9);
    add(&failures, 7, 5, 5);
    tw_failures_sort(&failures);
    assert_int_equal(failures.items[0].tile.zoom, 7);
    assert_int_equal(failures.items[1].tile.row, 1);
    assert_int_equal(failures.items[2].tile.row, 2);
    tw_failures_free(&failures);
}

static void file_holds_what_was_written(void **state)
{
    (void)state;
    struct tw_failures written = {0}, read = {0};
    struct tw_error err;
    add(&written, 30, 1073741823, 2147483647);
    assert_int_equal(tw_failures_write(&written, path, &err), TW_OK);
    assert_int_equal(tw_failures_read(&read, path, &err), TW_OK);
    assert_int_equal(read.count, 1);
    assert_int_equal(read.items[0].tile.zoom, 30);
    assert_true(read.items[0].tile.col == 2147483647);
    tw_failures_free(&written);
    tw_failures_free(&read);
}

static void file_goes_when_nothing_failed(void **state)
{
    (void)state;
    struct tw_failures failures = {0};
    struct tw_error err;
    add(&failures, 1, 0, 0);
    assert_int_equal(tw_failures_write(&failures, path, &err), TW_OK);
    tw_failures_free(&failures);
    assert_int_equal(tw_failures_write(&failures, path, &err), TW_OK);
    assert_false(tw_file_exists(path));
    assert_int_equal(tw_failures_read(&failures, path, &err), TW_EUSAGE);
    char wanted[256];
    snprintf(wanted, sizeof(wanted), "there is no '%s': no tile failed in the last run", path);
    assert_string_equal(err.message, wanted);
}

static void malformed_file_is_refused_with_its_place(void **state)
{
    (void)state;
    struct tw_failures failures = {0};
    struct tw_error err;
    assert_int_equal(tw_file_write(path, "{\"failed\": [\n{]}", 16, &err), TW_OK);
    assert_int_equal(tw_failures_read(&failures, path, &err), TW_EUSAGE);
    assert_non_null(strstr(err.message, "failed.json': line 2: "));
    assert_int_equal(tw_file_write(path, "{\"failed\": [{\"zoom\": 1}]}", 25, &err), TW_OK);
    assert_int_equal(tw_failures_read(&failures, path, &err), TW_EUSAGE);
    assert_non_null(strstr(err.message, "row"));
    tw_failures_free(&failures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_is_sorted_by_zoom_row_and_col),
        cmocka_unit_test(file_holds_what_was_written),
        cmocka_unit_test(file_goes_when_nothing_failed),
        cmocka_unit_test(malformed_file_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
