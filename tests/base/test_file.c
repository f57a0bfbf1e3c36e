/* Each test has an empty folder of its own; it is removed afterwards.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

struct fixture {
    struct tw_arena *arena;
    char folder[64];
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture.arena = tw_arena_new(0);
    snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/tw_file_XXXXXX");
    *state = &fixture;
    return mkdtemp(fixture.folder) == NULL || fixture.arena == NULL;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tw_arena_free(f->arena);
    return nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_folder(const struct fixture *f, const char *name)
{
    return tw_path_join(f->arena, f->folder, name);
}

static int num_entries(const char *folder)
{
    DIR *opened = opendir(folder);
    int count = -2;
    while (readdir(opened) != NULL)
        count++;
    closedir(opened);
    return count;
}

static void files_are_read_as_they_were_written(void **state)
{
    struct fixture *f = *state;
    const char *path = in_folder(f, "a.bin");
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(tw_file_write(path, "a\0b", 3, NULL), TW_OK);
    assert_int_equal(tw_file_write(path, "x\0yz", 4, NULL), TW_OK);
    assert_int_equal(tw_file_read(f->arena, path, 4, &bytes, &size, NULL), TW_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(bytes, "x\0yz", 5);
    assert_int_equal(num_entries(f->folder), 1);
}

static void empty_files_are_read_as_nothing(void **state)
{
    struct fixture *f = *state;
    const char *path = in_folder(f, "empty");
    char *bytes = NULL;
    size_t size = 1;
    assert_int_equal(tw_file_write(path, "", 0, NULL), TW_OK);
    assert_int_equal(tw_file_read(f->arena, path, 0, &bytes, &size, NULL), TW_OK);
    assert_int_equal(size, 0);
    assert_string_equal(bytes, "");
}

static void assert_unreadable(struct fixture *f, const char *path, size_t limit, const char *format)
{
    struct tw_error err = {0};
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(tw_file_read(f->arena, path, limit, &bytes, &size, &err), TW_EINPUT);
    const char *const end = strchr(format, '%') + 2;
    const char *expected = tw_arena_printf(f->arena, "%.*s%s%s", (int)(end - format - 2), format, path, end);
    assert_string_equal(err.message, expected);
}

static void what_cannot_be_read_is_told_by_name(void **state)
{
    struct fixture *f = *state;
    const char *path = in_folder(f, "large");
    assert_int_equal(tw_file_write(path, "12345", 5, NULL), TW_OK);
    assert_unreadable(f, in_folder(f, "missing"), 0, "cannot open '%s': No such file or directory");
    assert_unreadable(f, f->folder, 0, "cannot read '%s': not a file");
    assert_unreadable(f, path, 4, "cannot read '%s': 5 bytes are more than the 4 allowed");
}

static void assert_unwritable(const char *path, const char *expected)
{
    struct tw_error err = {0};
    assert_int_equal(tw_file_write(path, "new", 3, &err), TW_ESTORAGE);
    assert_string_equal(err.message, expected);
}

static void what_cannot_be_written_is_told_by_name(void **state)
{
    struct fixture *f = *state;
    const char *path = in_folder(f, "no/where");
    assert_unwritable(path, tw_arena_printf(f->arena, "cannot write '%s': No such file or directory", path));
    path = in_folder(f, "folder");
    assert_int_equal(tw_make_folders(path, NULL), TW_OK);
    assert_unwritable(path, tw_arena_printf(f->arena, "cannot write '%s': Is a directory", path));
    assert_int_equal(num_entries(f->folder), 1);
}

/* Writing fails after 4 of 1000 bytes, as on a full disk: the old file stays, and no temporary one. */
static void failed_write_leaves_the_old_file(void **state)
{
    struct fixture *f = *state;
    const char *path = in_folder(f, "a.txt");
    char large[1000] = "", *bytes = NULL;
    size_t size = 0;
    struct tw_error err = {0};
    struct rlimit before, small;
    assert_int_equal(tw_file_write(path, "old", 3, NULL), TW_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 4;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum tw_status status = tw_file_write(path, large, sizeof(large), &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, TW_ESTORAGE);
    assert_string_equal(err.message, tw_arena_printf(f->arena, "cannot write '%s': File too large", path));
    assert_int_equal(tw_file_read(f->arena, path, 0, &bytes, &size, NULL), TW_OK);
    assert_string_equal(bytes, "old");
    assert_int_equal(num_entries(f->folder), 1);
}

static void leftovers_of_killed_writers_are_swept_away_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"inputs", "inputs.123.tmp", "inputs.tmp", "inputs.12a.tmp",
                                        "other.7.tmp"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(tw_file_write(in_folder(f, names[i]), "x", 1, NULL), TW_OK);
    tw_file_sweep(in_folder(f, "inputs"));
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(tw_file_exists(in_folder(f, names[i])), i != 1);
    tw_folder_sweep(f->folder);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(tw_file_exists(in_folder(f, names[i])), i != 1 && i != 4);
}

static void folders_are_made_with_their_parents(void **state)
{
    struct fixture *f = *state;
    const char *path = in_folder(f, "a/b//c/");
    assert_int_equal(tw_make_folders(path, NULL), TW_OK);
    assert_int_equal(tw_make_folders(path, NULL), TW_OK);
    assert_true(tw_is_folder(in_folder(f, "a/b/c")));
    assert_true(tw_file_exists(in_folder(f, "a")));
    assert_false(tw_file_exists(in_folder(f, "b")));
}

static void file_in_the_way_of_a_folder_is_told(void **state)
{
    struct fixture *f = *state;
    struct tw_error err = {0};
    assert_int_equal(tw_file_write(in_folder(f, "a"), "", 0, NULL), TW_OK);
    assert_false(tw_is_folder(in_folder(f, "a")));
    const char *path = in_folder(f, "a/b");
    assert_int_equal(tw_make_folders(path, &err), TW_ESTORAGE);
    assert_string_equal(err.message,
                        tw_arena_printf(f->arena, "cannot make the folder '%s': Not a directory", path));
    assert_int_equal(tw_make_folders("", &err), TW_ESTORAGE);
    assert_string_equal(err.message, "cannot make the folder '': No such file or directory");
}

static void paths_are_joined_and_taken_apart(void **state)
{
    struct fixture *f = *state;
    struct tw_arena *a = f->arena;
    assert_string_equal(tw_path_join(a, "x", "y.tif"), "x/y.tif");
    assert_string_equal(tw_path_join(a, "x/", "y.tif"), "x/y.tif");
    assert_string_equal(tw_path_join(a, "", "y.tif"), "y.tif");
    assert_string_equal(tw_path_join(a, ".", "y.tif"), "y.tif");
    assert_string_equal(tw_path_join(a, "x", "/y.tif"), "/y.tif");
    assert_string_equal(tw_path_join(a, "x", "https://host/y.tif"), "https://host/y.tif");
    assert_string_equal(tw_path_join(a, "/vsis3/b", "y.tif"), "/vsis3/b/y.tif");
    assert_string_equal(tw_path_folder(a, "a/b/c.tif"), "a/b");
    assert_string_equal(tw_path_folder(a, "c.tif"), ".");
    assert_string_equal(tw_path_folder(a, "/c.tif"), "/");
    assert_string_equal(tw_path_name("a/b/c.tif"), "c.tif");
    assert_string_equal(tw_path_name("c.tif"), "c.tif");
}

static void suffixes_and_remote_paths_are_recognised(void **state)
{
    (void)state;
    assert_true(tw_path_has_suffix("a/b.TIF", ".tif"));
    assert_false(tw_path_has_suffix("tif", ".tif"));
    assert_false(tw_path_has_suffix("a.tiff", ".tif"));
    assert_true(tw_path_is_remote("/vsicurl/https://host/a.tif"));
    assert_true(tw_path_is_remote("s3://bucket/a.tif"));
    assert_false(tw_path_is_remote("a/b.tif"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_read_as_they_were_written),
        TEST(empty_files_are_read_as_nothing),
        TEST(what_cannot_be_read_is_told_by_name),
        TEST(what_cannot_be_written_is_told_by_name),
        TEST(failed_write_leaves_the_old_file),
        TEST(folders_are_made_with_their_parents),
        TEST(file_in_the_way_of_a_folder_is_told),
        TEST(paths_are_joined_and_taken_apart),
        TEST(suffixes_and_remote_paths_are_recognised),
        TEST(leftovers_of_killed_writers_are_swept_away_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
