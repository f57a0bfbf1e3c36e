/* Sorting networks of 1 to 70 rows, 33 columns each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "network.h"

#include <stdlib.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void networks_sort_any_number_of_rows(void **state)
{
    (void)state;
    enum { COUNT = 33, MAX_ROWS = 70 };
    static uint16_t rows[MAX_ROWS][COUNT];
    for (size_t num_rows = 1; num_rows <= MAX_ROWS; num_rows++) {
        unsigned before = 0, after = 0;
        for (size_t r = 0; r < num_rows; r++)
            for (size_t i = 0; i < COUNT; i++)
                before += rows[r][i] = (uint16_t)(rand() % 1000);
        tw_network_sort(rows, num_rows, sizeof(rows[0]), TW_UINT16, COUNT);
        for (size_t r = 0; r < num_rows; r++)
            for (size_t i = 0; i < COUNT; i++) {
                after += rows[r][i];
                assert_true(r == 0 || rows[r - 1][i] <= rows[r][i]);
            }
        assert_int_equal(before, after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(networks_sort_any_number_of_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
