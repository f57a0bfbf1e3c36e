/* SPDX-License-Identifier: MIT */
#include "negotiate.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void gzip_is_sent_to_those_who_take_it(void **state)
{
    static const char *const taking[] = {"gzip",
                                         "gzip, deflate, br",
                                         "deflate,gzip;q=1.0,*;q=0.5",
                                         "br;q=1.0, gzip;q=0.8, *;q=0.1",
                                         "*",
                                         "X-GZIP",
                                         "identity;q=0.5, gzip",
                                         "identity, gzip",
                                         "  gzip ; q=0.001",
                                         "gzip;Q=0.7;x=y"};
    static const char *const refusing[] = {
        "",           "deflate, br", "gzip;q=0",       "gzip;q=0.000, br",
        "*;q=0",      "identity",    "gzip;q=-1",      "gzip;q=0.2, identity",
        "gzip;q=nan", "gzip;q=",     "gzipped, ugzip", "*, gzip;q=0",
        ",,;;,",      "gzip;q=2"};
    (void)state;
    for (size_t i = 0; i < sizeof(taking) / sizeof(taking[0]); i++)
        assert_true(tw_accepts_gzip(taking[i]));
    for (size_t i = 0; i < sizeof(refusing) / sizeof(refusing[0]); i++)
        assert_false(tw_accepts_gzip(refusing[i]));
    assert_false(tw_accepts_gzip(NULL));
}

static void check_part(const char *range, size_t wanted_first, size_t wanted_length)
{
    size_t first, length;
    assert_int_equal(tw_range_of(range, 1000, &first, &length), TW_RANGE_PART);
    assert_int_equal(first, wanted_first);
    assert_int_equal(length, wanted_length);
}

static void ranges_lie_inside_the_bytes(void **state)
{
    (void)state;
    check_part("bytes=0-99", 0, 100);
    check_part("bytes=999-", 999, 1);
    check_part("bytes=500-99999999999999999999999", 500, 500);
    check_part("bytes=-100", 900, 100);
    check_part("bytes=-5000", 0, 1000);
    check_part("Bytes=7-7 ", 7, 1);
}

static void ranges_outside_are_refused(void **state)
{
    static const char *const outside[] = {"bytes=1000-", "bytes=1000-1001", "bytes=-0",
                                          "bytes=99999999999999999999999-"};
    size_t first, length;
    (void)state;
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        assert_int_equal(tw_range_of(outside[i], 1000, &first, &length), TW_RANGE_NONE);
    assert_int_equal(tw_range_of("bytes=0-", 0, &first, &length), TW_RANGE_NONE);
    assert_int_equal(tw_range_of("bytes=-1", 0, &first, &length), TW_RANGE_NONE);
}

static void what_is_no_single_range_is_ignored(void **state)
{
    static const char *const odd[] = {"",           "bytes",      "bytes=",        "bytes=-",
                                      "bytes=5-4",  "bytes=a-b",  "bytes=1-2,5-6", "items=0-1",
                                      "bytes=1-2x", "bytes= 1-2", "bytes=+1-2",    "bytes=0x1-2"};
    size_t first, length;
    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        assert_int_equal(tw_range_of(odd[i], 1000, &first, &length), TW_RANGE_ALL);
    assert_int_equal(tw_range_of(NULL, 1000, &first, &length), TW_RANGE_ALL);
}

static void tags_are_compared_as_a_whole(void **state)
{
    (void)state;
    assert_true(tw_etag_is_among("\"abc\"", "\"abc\""));
    assert_true(tw_etag_is_among("\"x\", W/\"abc\" ,\"y\"", "\"abc\""));
    assert_true(tw_etag_is_among("*", "\"abc\""));
    assert_false(tw_etag_is_among("\"abcd\"", "\"abc\""));
    assert_false(tw_etag_is_among("abc", "\"abc\""));
    assert_false(tw_etag_is_among("\"zabc\"", "\"abc\""));
    assert_false(tw_etag_is_among("", "\"abc\""));
    assert_false(tw_etag_is_among(NULL, "\"abc\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_sent_to_those_who_take_it),
        cmocka_unit_test(ranges_lie_inside_the_bytes),
        cmocka_unit_test(ranges_outside_are_refused),
        cmocka_unit_test(what_is_no_single_range_is_ignored),
        cmocka_unit_test(tags_are_compared_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
