/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void bar_shows_share_rate_and_time_left(void **state)
{
    (void)state;
    char text[256];
    struct tw_progress progress = {.done = 250, .total = 1000, .seconds = 10, .columns = 100};
    tw_progress_bar(&progress, text);
    assert_string_equal(
        text, "[##########..............................]  25%  250 of 1000 metatiles, 25/s, 30 s left");
}

static void bar_fits_a_narrow_terminal(void **state)
{
    (void)state;
    char text[256];
    for (int columns = 20; columns < 140; columns++) {
        struct tw_progress progress = {
            .done = 123456, .total = 99999999, .failed = 12, .seconds = 5000, .columns = columns};
        tw_progress_bar(&progress, text);
        assert_true((int)strlen(text) < columns);
    }
}

static void failures_are_counted(void **state)
{
    (void)state;
    char text[256];
    struct tw_progress progress = {.done = 2, .total = 2, .failed = 1, .seconds = 1, .columns = 100};
    tw_progress_line(&progress, text);
    assert_string_equal(text, "2 of 2 metatiles, 2.0/s, 1 failed");
}

static void unknown_total_gives_no_share(void **state)
{
    (void)state;
    char text[256];
    struct tw_progress progress = {.done = 30, .seconds = 2, .columns = 100};
    tw_progress_bar(&progress, text);
    assert_string_equal(text, "30 metatiles, 15/s");
}

static void long_times_are_written_as_hours(void **state)
{
    (void)state;
    char text[256];
    struct tw_progress progress = {.done = 1, .total = 3, .seconds = 3661, .columns = 100};
    tw_progress_line(&progress, text);
    assert_string_equal(text, "1 of 3 metatiles, 0.0/s, 2:02:02 h left");
}

static void json_is_one_object(void **state)
{
    (void)state;
    char text[256];
    struct tw_progress progress = {.done = 5, .total = 10, .failed = 1, .seconds = 2.5};
    tw_progress_json(&progress, text);
    assert_string_equal(
        text, "{\"event\": \"progress\", \"done\": 5, \"total\": 10, \"failed\": 1, \"seconds\": 2.5, "
              "\"per_second\": 2.0, \"seconds_left\": 2}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bar_shows_share_rate_and_time_left),
        cmocka_unit_test(bar_fits_a_narrow_terminal),
        cmocka_unit_test(failures_are_counted),
        cmocka_unit_test(unknown_total_gives_no_share),
        cmocka_unit_test(long_times_are_written_as_hours),
        cmocka_unit_test(json_is_one_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
