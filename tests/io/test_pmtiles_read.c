/* SPDX-License-Identifier: MIT */
#include "pmtiles_read.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* A directory as its numbers, each below 128: a byte each. */
#define DIRECTORY(...) ((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})

static enum tw_status read_directory(const uint8_t *bytes, size_t size, struct tw_pmtiles_entries *entries,
                                     struct tw_error *err)
{
    const struct tw_pmtiles_packed packed = {bytes, size, TW_PMTILES_NONE};
    *entries = (struct tw_pmtiles_entries){NULL, 0, 0};
    return tw_pmtiles_read_directory(&packed, entries, err);
}

static void assert_wrong(const char *expected, const uint8_t *bytes, size_t size)
{
    struct tw_pmtiles_entries entries;
    struct tw_error err = {0};
    assert_int_equal(read_directory(bytes, size, &entries, &err), TW_EINPUT);
    assert_string_equal(err.message, expected);
    free(entries.items);
}

/* Ids 5, 42, 69 (runs 1, 3, 1; 10, 20 and 30 bytes), the second where the first one ends, the third where the
 * first one is: the specification's example, chapter 4.2. */
static void entries_are_columns_of_numbers(void **state)
{
    (void)state;
    struct tw_pmtiles_entries entries;
    struct tw_error err = {0};
    assert_int_equal(read_directory(DIRECTORY(3, 5, 37, 27, 1, 3, 1, 10, 20, 30, 8, 0, 8), &entries, &err),
                     TW_OK);
    assert_int_equal(entries.count, 3);
    const struct tw_pmtiles_entry expected[] = {{5, 7, 10, 1}, {42, 17, 20, 3}, {69, 7, 30, 1}};
    assert_memory_equal(entries.items, expected, sizeof(expected));
    free(entries.items);
}

static void numbers_may_have_many_bytes(void **state)
{
    (void)state;
    struct tw_pmtiles_entries entries;
    struct tw_error err = {0};
    assert_int_equal(
        read_directory(DIRECTORY(1, 0xfb, 0xba, 0x8c, 0x09, 1, 0x80, 0x01, 0xac, 0x02), &entries, &err),
        TW_OK);
    assert_true(entries.items[0].id == 19078523);
    assert_int_equal(entries.items[0].length, 128);
    assert_int_equal(entries.items[0].offset, 299);
    free(entries.items);
}

static void the_entry_of_an_id_is_the_last_that_does_not_follow_it(void **state)
{
    (void)state;
    struct tw_pmtiles_entry items[] = {{5, 0, 1, 1}, {42, 0, 1, 3}, {69, 0, 1, 1}};
    const struct tw_pmtiles_entries entries = {items, 3, 3};
    assert_null(tw_pmtiles_find(&entries, 4));
    assert_ptr_equal(tw_pmtiles_find(&entries, 5), &items[0]);
    assert_ptr_equal(tw_pmtiles_find(&entries, 41), &items[0]);
    assert_ptr_equal(tw_pmtiles_find(&entries, 44), &items[1]);
    assert_ptr_equal(tw_pmtiles_find(&entries, UINT64_MAX), &items[2]);
}

static void wrong_directories_are_told(void **state)
{
    (void)state;
    assert_wrong("it is cut off", NULL, 0);
    assert_wrong("it has no entries", DIRECTORY(0));
    assert_wrong("it is cut off", DIRECTORY(2, 5, 1, 1, 1, 10, 10, 8));
    assert_wrong("it is cut off", DIRECTORY(0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0));
    assert_wrong("it is cut off", DIRECTORY(1, 5, 1, 10, 0x80));
    assert_wrong("it is cut off",
                 DIRECTORY(1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 1, 1, 1));
    assert_wrong("its ids do not ascend", DIRECTORY(2, 5, 0, 1, 1, 10, 10, 1, 0));
    assert_wrong("runs of equal tiles overlap", DIRECTORY(2, 5, 2, 3, 1, 10, 10, 1, 0));
    assert_wrong("an entry has no bytes", DIRECTORY(1, 5, 1, 0, 1));
    assert_wrong("its first entry has no offset", DIRECTORY(1, 5, 1, 10, 0));
    assert_wrong("an id is beyond those of zoom 30",
                 DIRECTORY(1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 1, 1));
    assert_wrong("an entry is larger than 4 GB", DIRECTORY(1, 5, 1, 0xff, 0xff, 0xff, 0xff, 0x7f, 1));
    assert_wrong("an offset is too large",
                 DIRECTORY(1, 5, 1, 10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f));
}

static void what_is_no_gzip_is_told(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t size;
    struct tw_error err = {0};
    static const char text[] = "not compressed at all, and longer than a header";
    struct tw_pmtiles_packed packed = {text, sizeof(text), TW_PMTILES_GZIP};
    assert_int_equal(tw_pmtiles_unpack(&packed, 1 << 20, &bytes, &size, &err), TW_EINPUT);
    assert_string_equal(err.message, "it is not gzip");
    packed = (struct tw_pmtiles_packed){text, 3, TW_PMTILES_GZIP};
    assert_int_equal(tw_pmtiles_unpack(&packed, 1 << 20, &bytes, &size, &err), TW_EINPUT);
    packed = (struct tw_pmtiles_packed){text, sizeof(text), TW_PMTILES_NONE};
    assert_int_equal(tw_pmtiles_unpack(&packed, 10, &bytes, &size, &err), TW_EINPUT);
    assert_string_equal(err.message, "it is too large");
}

/* What is packed by this program is read again, with leaves, too. */
static void what_was_packed_is_unpacked(void **state)
{
    (void)state;
    struct tw_pmtiles_entries entries = {NULL, 0, 0}, read = {NULL, 0, 0};
    struct tw_text root = {0}, leaves = {0};
    struct tw_error err = {0};
    for (uint64_t i = 0; i < 3000; i++) {
        const struct tw_pmtiles_entry entry = {i * 3, i % 7 * 1000, (uint32_t)(i % 13 + 1),
                                               (uint32_t)(i % 3 + 1)};
        assert_true(tw_pmtiles_add(&entries, &entry));
    }
    assert_true(tw_pmtiles_pack(&entries, &root, &leaves));
    const struct tw_pmtiles_packed packed = {tw_text_get(&root), root.length, TW_PMTILES_GZIP};
    assert_int_equal(tw_pmtiles_read_directory(&packed, &read, &err), TW_OK);
    assert_int_equal(read.count, entries.count);
    assert_memory_equal(read.items, entries.items, read.count * sizeof(*read.items));
    free(read.items);
    free(entries.items);
    tw_text_free(&root);
    tw_text_free(&leaves);
}

static void a_header_is_read_as_it_was_written(void **state)
{
    (void)state;
    const struct tw_pmtiles_header header = {
        127, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 3, 2, 14, 5, {-180, -85.0511287, 12.5, 85}, {-1.5, 47}};
    uint8_t bytes[TW_PMTILES_HEADER_SIZE];
    struct tw_pmtiles_head head;
    struct tw_error err = {0};
    tw_pmtiles_write_header(&header, bytes);
    assert_int_equal(tw_pmtiles_read_head("x", bytes, sizeof(bytes), &head, &err), TW_OK);
    assert_int_equal(head.header.root_offset, 127);
    assert_int_equal(head.header.num_contents, 11);
    assert_int_equal(head.header.tile_type, 3);
    assert_int_equal(head.header.max_zoom, 14);
    assert_int_equal(head.header.center_zoom, 5);
    for (int i = 0; i < 4; i++)
        assert_float_equal(head.header.bounds[i], header.bounds[i], 1e-9);
    assert_float_equal(head.header.center[0], -1.5, 1e-9);
    assert_true(head.is_clustered);
    assert_int_equal(head.internal_compression, TW_PMTILES_GZIP);
    assert_int_equal(head.tile_compression, TW_PMTILES_NONE);
}

/* Random bytes after a few that are right; the sanitizers watch. */
static void random_directories_are_read_or_refused(void **state)
{
    (void)state;
    uint8_t bytes[64];
    uint32_t chance = 7;
    int num_read = 0;
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            chance = chance * 1664525 + 1013904223;
            bytes[i] = (uint8_t)(chance >> 24);
        }
        bytes[0] = (uint8_t)(round % 12);
        struct tw_pmtiles_entries entries;
        struct tw_error err = {0};
        enum tw_status status = read_directory(bytes, sizeof(bytes), &entries, &err);
        assert_true(status == TW_OK || (status == TW_EINPUT && err.message[0] != '\0'));
        for (size_t i = 1; status == TW_OK && i < entries.count; i++)
            assert_true(entries.items[i].id >= entries.items[i - 1].id + entries.items[i - 1].run);
        num_read += status == TW_OK;
        free(entries.items);
    }
    assert_true(num_read > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_columns_of_numbers),
        cmocka_unit_test(numbers_may_have_many_bytes),
        cmocka_unit_test(the_entry_of_an_id_is_the_last_that_does_not_follow_it),
        cmocka_unit_test(wrong_directories_are_told),
        cmocka_unit_test(what_is_no_gzip_is_told),
        cmocka_unit_test(what_was_packed_is_unpacked),
        cmocka_unit_test(a_header_is_read_as_it_was_written),
        cmocka_unit_test(random_directories_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
