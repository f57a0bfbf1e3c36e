/* Files that GDAL writes for us: failures that GDAL hides are seen.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sink_fixture.h"
#include "vsi_checked.h"

#include <gdal.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int writes, failing_write, failing_close;

static ssize_t fail_write(int fd, const void *bytes, size_t size)
{
    if (++writes == failing_write) {
        errno = ENOSPC;
        return -1;
    }
    return write(fd, bytes, size);
}

static int fail_close(int fd)
{
    int result = close(fd);
    if (failing_close == 0)
        return result;
    errno = EIO;
    return -1;
}

static const struct tw_checked_ops failing_calls = {fail_write, fail_close};

static void write_tiff(const char *path)
{
    GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), path, 300, 300, 1, GDT_Byte, NULL);
    if (dataset == NULL)
        return;
    unsigned char *pixels = calloc(300, 300);
    (void)!GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Write, 0, 0, 300, 300, pixels, 300, 300, GDT_Byte,
                        0, 0);
    free(pixels);
    GDALClose(dataset);
}

static void what_gdal_writes_is_in_the_local_folder(void **state)
{
    struct fixture *fixture = *state;
    struct tw_checked_folder *folder = tw_checked_folder_new(fixture->folder, NULL);
    assert_non_null(folder);
    char path[TW_CHECKED_PATH_SIZE];
    write_tiff(tw_checked_path(folder, "a.tif", path));
    assert_int_equal(tw_checked_status(folder, &fixture->err), TW_OK);
    assert_true(is_there(fixture_path(fixture, "a.tif")));
    GDALDatasetH dataset = GDALOpen(path, GA_ReadOnly);
    assert_non_null(dataset);
    assert_int_equal(GDALGetRasterXSize(dataset), 300);
    GDALClose(dataset);
    tw_checked_folder_free(folder);
}

/* Whichever write it is, the failure is known at the end. */
static void every_write_that_fails_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    writes = failing_write = failing_close = 0;
    struct tw_checked_folder *folder = tw_checked_folder_new(fixture->folder, &failing_calls);
    char path[TW_CHECKED_PATH_SIZE];
    write_tiff(tw_checked_path(folder, "a.tif", path));
    tw_checked_folder_free(folder);
    int total = writes;
    assert_true(total > 0);
    const char *expected =
        tw_arena_printf(fixture->arena, "cannot write '%s/a.tif': No space left on device", fixture->folder);
    for (failing_write = 1; failing_write <= total; failing_write++) {
        writes = 0;
        folder = tw_checked_folder_new(fixture->folder, &failing_calls);
        write_tiff(tw_checked_path(folder, "a.tif", path));
        assert_int_equal(tw_checked_status(folder, &fixture->err), TW_ESTORAGE);
        assert_string_equal(fixture->err.message, expected);
        tw_checked_folder_free(folder);
    }
}

static void a_close_that_fails_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    failing_write = 0;
    failing_close = 1;
    struct tw_checked_folder *folder = tw_checked_folder_new(fixture->folder, &failing_calls);
    char path[TW_CHECKED_PATH_SIZE];
    write_tiff(tw_checked_path(folder, "a.tif", path));
    assert_int_equal(tw_checked_status(folder, &fixture->err), TW_ESTORAGE);
    tw_checked_folder_free(folder);
}

static void a_folder_that_is_missing_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    struct tw_checked_folder *folder = tw_checked_folder_new(fixture_path(fixture, "missing"), NULL);
    char path[TW_CHECKED_PATH_SIZE];
    write_tiff(tw_checked_path(folder, "a.tif", path));
    assert_int_equal(tw_checked_status(folder, &fixture->err), TW_ESTORAGE);
    tw_checked_folder_free(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_gdal_writes_is_in_the_local_folder),
        TEST(every_write_that_fails_is_noticed),
        TEST(a_close_that_fails_is_noticed),
        TEST(a_folder_that_is_missing_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
