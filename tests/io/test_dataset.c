/* SPDX-License-Identifier: MIT */
#include "dataset.h"
#include "make_raster.h"
#include "read_fixture.h"

#include <cpl_error.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *make(const char *name)
{
    struct made_raster made = {scratch_path(name),    4,           3,   1, GDT_Byte,
                               {10, 1, 0, 20, 0, -1}, "EPSG:4326", NULL};
    raster_make_plain(&made, 0);
    return made.path;
}

static int open_files(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void a_dataset_is_opened_once(void **state)
{
    (void)state;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(4);
    const char *path = make("once.tif");
    GDALDatasetH first = NULL, second = NULL;
    assert_int_equal(tw_dataset_open(pool, path, &first, NULL), TW_OK);
    assert_int_equal(tw_dataset_open(pool, path, &second, NULL), TW_OK);
    assert_ptr_equal(first, second);
    tw_dataset_pool_free(pool);
}

static void the_least_recently_used_is_closed_when_the_pool_is_full(void **state)
{
    (void)state;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(2);
    const char *paths[] = {make("a.tif"), make("b.tif"), make("c.tif")};
    int before = open_files();
    GDALDatasetH a = NULL, b = NULL, again = NULL;
    assert_int_equal(tw_dataset_open(pool, paths[0], &a, NULL), TW_OK);
    assert_int_equal(tw_dataset_open(pool, paths[1], &b, NULL), TW_OK);
    assert_int_equal(tw_dataset_open(pool, paths[0], &again, NULL), TW_OK);
    assert_ptr_equal(a, again);
    assert_int_equal(tw_dataset_open(pool, paths[2], &again, NULL), TW_OK);
    assert_int_equal(open_files(), before + 2);
    unlink(paths[0]); /* still open */
    assert_int_equal(tw_dataset_open(pool, paths[0], &again, NULL), TW_OK);
    assert_ptr_equal(a, again);
    unlink(paths[1]); /* was closed */
    assert_int_equal(tw_dataset_open(pool, paths[1], &again, NULL), TW_EINPUT);
    tw_dataset_pool_free(pool);
    assert_int_equal(open_files(), before);
}

static void what_cannot_be_opened_is_named(void **state)
{
    (void)state;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    struct tw_error err;
    assert_int_equal(tw_dataset_open(pool, "no/such.tif", &dataset, &err), TW_EINPUT);
    assert_string_equal(err.message, "cannot open 'no/such.tif': No such file or directory");
    assert_int_equal(tw_dataset_open(pool, "README.md", &dataset, &err), TW_EINPUT);
    assert_string_equal(err.message, "'README.md' is not a raster");
    assert_int_equal(tw_dataset_open(pool, "tests", &dataset, &err), TW_EINPUT);
    assert_string_equal(err.message, "'tests' is not a raster");
    tw_dataset_pool_free(pool);
}

static void a_damaged_header_is_a_sentence(void **state)
{
    (void)state;
    const char *path = make("damaged.tif");
    assert_int_equal(truncate(path, 12), 0);
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    struct tw_error err;
    char begin[600];
    snprintf(begin, sizeof(begin), "cannot open '%s': ", path);
    assert_int_equal(tw_dataset_open(pool, path, &dataset, &err), TW_EINPUT);
    assert_memory_equal(err.message, begin, strlen(begin));
    assert_true(strlen(err.message) > strlen(begin));
    tw_dataset_pool_free(pool);
}

static void reasons_are_one_line_without_a_full_stop(void **state)
{
    (void)state;
    CPLErrorReset();
    assert_string_equal(tw_gdal_reason(), "unknown reason");
    CPLError(CE_Failure, CPLE_AppDefined, "x.tif: broken\nin two.\n");
    assert_string_equal(tw_gdal_reason(), "x.tif: broken in two");
    assert_string_equal(tw_gdal_reason_for("x.tif"), "broken in two");
    assert_string_equal(tw_gdal_reason_for("y.tif"), "x.tif: broken in two");
}

static int quiet(void **state)
{
    (void)state;
    tw_gdal_init(16 * 1024 * 1024);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dataset_is_opened_once),
        cmocka_unit_test(the_least_recently_used_is_closed_when_the_pool_is_full),
        cmocka_unit_test(what_cannot_be_opened_is_named),
        cmocka_unit_test(a_damaged_header_is_a_sentence),
        cmocka_unit_test(reasons_are_one_line_without_a_full_stop),
    };
    return cmocka_run_group_tests(tests, quiet, NULL);
}
