/* Sorting networks of 1 to 70 rows, 33 columns each, against qsort.
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

enum { COUNT = 33, MAX_ROWS = 70 };

struct bench {
    uint16_t rows[MAX_ROWS][COUNT], sorted[MAX_ROWS][COUNT];
    struct tw_network network;
};

static int compare(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void fill(struct bench *bench, size_t num_rows)
{
    for (size_t i = 0; i < COUNT; i++) {
        uint16_t column[MAX_ROWS];
        for (size_t r = 0; r < num_rows; r++)
            column[r] = bench->rows[r][i] = (uint16_t)(rand() % 1000);
        qsort(column, num_rows, sizeof(column[0]), compare);
        for (size_t r = 0; r < num_rows; r++)
            bench->sorted[r][i] = column[r];
    }
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    bench->network.steps = calloc(tw_network_max_steps(MAX_ROWS), sizeof(*bench->network.steps));
    bench->network.is_needed = calloc(MAX_ROWS, sizeof(*bench->network.is_needed));
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    free(bench->network.steps);
    free(bench->network.is_needed);
    free(bench);
    return 0;
}

static void check(struct bench *bench, size_t num_rows, size_t first, size_t last)
{
    fill(bench, num_rows);
    tw_network_prepare(&bench->network, num_rows, first, last);
    tw_network_run(&bench->network, bench->rows, sizeof(bench->rows[0]), TW_UINT16, COUNT);
    for (size_t r = first; r <= last; r++)
        assert_memory_equal(bench->rows[r], bench->sorted[r], sizeof(bench->rows[r]));
}

static void networks_sort_any_number_of_rows(void **state)
{
    struct bench *bench = *state;
    for (size_t num_rows = 1; num_rows <= MAX_ROWS; num_rows++) {
        check(bench, num_rows, 0, num_rows - 1);
        fill(bench, num_rows);
        tw_network_sort(bench->rows, num_rows, sizeof(bench->rows[0]), TW_UINT16, COUNT);
        assert_memory_equal(bench->rows, bench->sorted, num_rows * sizeof(bench->rows[0]));
    }
}

static void rows_that_are_asked_for_are_right_without_the_others(void **state)
{
    struct bench *bench = *state;
    for (size_t num_rows = 1; num_rows <= MAX_ROWS; num_rows++)
        for (size_t first = 0; first < num_rows; first += 3)
            check(bench, num_rows, first, first + (num_rows - first) / 2);
    tw_network_prepare(&bench->network, 12, 0, 11);
    size_t all = bench->network.num_steps;
    tw_network_prepare(&bench->network, 12, 0, 0);
    assert_true(all > 38 && all < 43);
    assert_int_equal(bench->network.num_steps, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(networks_sort_any_number_of_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_that_are_asked_for_are_right_without_the_others, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
