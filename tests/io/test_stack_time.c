/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void dates_are_read_with_their_first_and_last_moment(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double first_s, last_s;
    } cases[] = {
        {"1970-01-01", 0, 86400 - 1e-3},
        {"2023", 1672531200, 1704067200 - 1e-3},
        {"2023-12", 1701388800, 1704067200 - 1e-3},
        {"2024-02-29", 1709164800, 1709251200 - 1e-3},
        {"2023-08-15T09:58:11.662000Z", 1692093491.662, 1692093491.662},
        {"2023-08-15T09:58", 1692093480, 1692093540 - 1e-3},
        {"2023-08-15T11:58:11+02:00", 1692093491, 1692093491},
        {"2023-08-15 09:58:11", 1692093491, 1692093491},
        {"1969-12-31T23:59:59Z", -1, -1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double first_s, last_s;
        if (!tw_time_parse(cases[i].text, &first_s, &last_s))
            fail_msg("%s is not read", cases[i].text);
        assert_float_equal(first_s, cases[i].first_s, 1e-6);
        assert_float_equal(last_s, cases[i].last_s, 1e-6);
    }
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "yesterday",     "23-08-15",          "2023-13",
        "2023-08-32", "2023-08-15x",   "2023-08-15T",       "2023-08-15T25:00",
        "2023-8x",    "2023-08-15T1x", "2023-08-15T10:00+2"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double first_s, last_s;
        if (tw_time_parse(texts[i], &first_s, &last_s))
            fail_msg("'%s' is read as a date", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_with_their_first_and_last_moment),
        cmocka_unit_test(what_is_no_date_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
