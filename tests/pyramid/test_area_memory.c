/* What happens when the n-th allocation of our own code fails; the linker sends calloc through here.
 *
 * SPDX-License-Identifier: MIT
 */
#include "walk.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static int allocations_left = -1; /* -1: never fail */

void *__wrap_calloc(size_t count, size_t size)
{
    if (allocations_left == 0)
        return NULL;
    if (allocations_left > 0)
        allocations_left--;
    return __real_calloc(count, size);
}

/* A box, a polygon across the antimeridian, what both share and what they make together, and a walk. */
static enum tw_status build(struct tw_area **areas, struct tw_walk **walk, struct tw_error *err)
{
    const struct tw_grid *grid = tw_grid_named("geodetic");
    static const struct tw_pyramid pyramid = {NULL, 256, 1, 0};
    static struct tw_pyramid ready;
    ready = pyramid;
    ready.grid = grid;
    struct tw_geometry *geometry = NULL;
    enum tw_status status = tw_area_from_box(grid, &(struct tw_box){170, 0, 190, 15}, &areas[0], err);
    if (status == TW_OK)
        status = tw_geometry_from_wkt("POLYGON((175 5,185 5,180 25,175 5))", &geometry, err);
    if (status == TW_OK)
        status = tw_area_from_geometry(grid, geometry, &areas[1], err);
    if (status == TW_OK)
        status = tw_area_intersection(areas[0], areas[1], &areas[2], err);
    if (status == TW_OK)
        status = tw_area_union(areas[0], areas[1], &areas[3], err);
    if (status != TW_OK)
        return status;
    const struct tw_area *const by_zoom[] = {areas[2], areas[3]};
    *walk = tw_walk_new(&ready, 1, 2, by_zoom);
    return *walk != NULL ? TW_OK : tw_error_nomem(err);
}

static void every_failing_allocation_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    int failures = 0;
    for (enum tw_status status = TW_ENOMEM; status != TW_OK; failures++) {
        struct tw_area *areas[4] = {NULL, NULL, NULL, NULL};
        struct tw_walk *walk = NULL;
        struct tw_error err = {0};
        allocations_left = failures;
        status = build(areas, &walk, &err);
        allocations_left = -1;
        if (status != TW_OK) {
            assert_int_equal(status, TW_ENOMEM);
            assert_string_equal(err.message, "out of memory");
        }
        tw_walk_free(walk);
        for (int i = 0; i < 4; i++)
            tw_area_free(areas[i]);
        assert_in_range(failures, 0, 200);
    }
    assert_in_range(failures, 20, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
