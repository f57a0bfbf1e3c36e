/* SPDX-License-Identifier: MIT */
#include "box_index.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { MOST = 5000 };

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct tw_box random_box(unsigned *seed, double size)
{
    double x = next_random(seed) % 1000, y = next_random(seed) % 1000;
    return (struct tw_box){x, y, x + 1 + next_random(seed) % 10 * size,
                           y + 1 + next_random(seed) % 10 * size};
}

static void mark(void *context, size_t number)
{
    ((unsigned char *)context)[number]++;
}

static void compare_with_all(size_t count)
{
    static struct tw_box boxes[MOST];
    static unsigned char found[MOST];
    unsigned seed = (unsigned)count;
    for (size_t i = 0; i < count; i++)
        boxes[i] = random_box(&seed, 3);
    struct tw_box_index *index = tw_box_index_new(boxes, count);
    assert_non_null(index);
    for (int query = 0; query < 50; query++) {
        struct tw_box box = random_box(&seed, 10);
        memset(found, 0, sizeof(found));
        tw_box_index_find(index, &box, mark, found);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(found[i], tw_box_overlaps(&boxes[i], &box));
    }
    tw_box_index_free(index);
}

static void every_box_that_shares_area_is_found_once(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 15, 16, 17, 255, 256, 257, 1000, MOST};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        compare_with_all(counts[i]);
}

static void touching_is_not_sharing(void **state)
{
    (void)state;
    const struct tw_box boxes[] = {{0, 0, 1, 1}, {1, 0, 2, 1}};
    unsigned char found[2] = {0};
    struct tw_box_index *index = tw_box_index_new(boxes, 2);
    tw_box_index_find(index, &(struct tw_box){1, 0, 3, 1}, mark, found);
    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 1);
    tw_box_index_free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_box_that_shares_area_is_found_once),
        cmocka_unit_test(touching_is_not_sharing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
