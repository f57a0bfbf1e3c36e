/* Loading a configuration while the n-th allocation fails: it says that there is no memory, and loses none.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static int allocations_left = -1; /* -1: none fails */

static int fails(void)
{
    if (allocations_left < 0)
        return 0;
    return allocations_left == 0 || allocations_left-- == 0;
}

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

static const char good[] = "process: a.lua\ninput: {a: x, b: [1, 2, 3, 4, 5]}\npyramid: {grid: mercator}\n"
                           "zoom_levels: 5\noutput: &o {path: '${TW_TEST_UNSET:-out}', format: PNG}\n"
                           "process_parameters: {o: *o}\nbounds_crs: 4326\n";
static const char bad[] =
    "process: a.py\ninput: 5\npyramid: {grid: nowhere}\nzoom_levels: x\nfoo: ${TW_NO}\n";

/* Returns how many allocations were made to fail before it went through. */
static int load_with_failures(const char *text, enum tw_status wanted)
{
    int n = 0;
    for (enum tw_status status = TW_ENOMEM; status == TW_ENOMEM; n++) {
        struct tw_config *config = NULL;
        struct tw_problems problems = {0};
        assert_in_range(n, 0, 1000);
        allocations_left = n;
        status = tw_config_parse("m.yaml", text, strlen(text), NULL, &config, &problems);
        allocations_left = -1;
        assert_int_equal(status, status == TW_ENOMEM ? TW_ENOMEM : wanted);
        assert_int_equal(config != NULL, status == TW_OK);
        tw_config_free(config);
        tw_problems_free(&problems);
    }
    return n - 1;
}

static void every_allocation_for_a_right_file_may_fail(void **state)
{
    (void)state;
    assert_in_range(load_with_failures(good, TW_OK), 4, 1000);
}

static void every_allocation_for_a_wrong_file_may_fail(void **state)
{
    (void)state;
    assert_in_range(load_with_failures(bad, TW_EUSAGE), 4, 1000);
}

/* The arena takes memory in large blocks; a budget that grows step by step makes each use of it fail. */
static void every_use_of_the_arena_may_fail(void **state)
{
    (void)state;
    size_t budget = 0;
    for (enum tw_status status = TW_ENOMEM; status == TW_ENOMEM;) {
        struct tw_problems problems = {0};
        const struct tw_value *root = NULL;
        struct tw_arena *arena = tw_arena_new(budget += TW_ARENA_ALIGNMENT);
        status = tw_yaml_read(arena, "m.yaml", good, strlen(good), &root, &problems);
        assert_int_equal(root != NULL, status == TW_OK);
        tw_problems_free(&problems);
        tw_arena_free(arena);
        assert_in_range(budget, 0, 1 << 20);
    }
    assert_in_range(budget, 2000, 1 << 20);
}

static void every_use_of_the_arena_at_a_zoom_may_fail(void **state)
{
    (void)state;
    static const char text[] = "{a: [{zoom<5: 1, zoom>=5: 2}], b: {c: {zoom<5: 3}}}";
    struct tw_problems problems = {0};
    const struct tw_value *root = NULL, *held = NULL;
    struct tw_arena *arena = tw_arena_new(0);
    assert_int_equal(tw_yaml_read(arena, "m.yaml", text, strlen(text), &root, &problems), TW_OK);
    int failures = 0;
    for (size_t budget = TW_ARENA_ALIGNMENT; held == NULL; budget += TW_ARENA_ALIGNMENT) {
        bool nomem = false;
        struct tw_arena *small = tw_arena_new(budget);
        held = tw_config_at_zoom(root, 3, small, &nomem);
        assert_int_equal(nomem, held == NULL);
        failures += nomem;
        tw_arena_free(small);
    }
    assert_in_range(failures, 3, 100);
    tw_problems_free(&problems);
    tw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_for_a_right_file_may_fail),
        cmocka_unit_test(every_allocation_for_a_wrong_file_may_fail),
        cmocka_unit_test(every_use_of_the_arena_may_fail),
        cmocka_unit_test(every_use_of_the_arena_at_a_zoom_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
