/* What stacks read, and what they keep of it. The window is 64 x 64 pixels, a band of a scene 8 kB and its
 * validity 4 kB; the pixels are those of fixture.h, repeated.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <math.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { SIDE = 128 };

/* Runs `return` + expression with a budget (0: none); the fixture is the caller's to free. */
static void run(struct fixture *fixture, const char *expression, size_t budget_bytes)
{
    struct tw_text text = {0};
    fixture_init(fixture, SIDE, SIDE);
    tw_arena_free(fixture->arena);
    fixture->arena = tw_arena_new(budget_bytes);
    fixture->job.arena = fixture->arena;
    tw_text_printf(&text, "return process { run = function(tile, input, p) return %s end }", expression);
    assert_string_equal(fixture_try(fixture, tw_text_get(&text)), "");
    tw_text_free(&text);
}

static const char *const reducers[] = {
    "input.scenes:first { 'red', 'nir' }",
    "input.scenes:last { 'red', 'nir' }",
    "input.scenes:min { 'red', 'nir' }",
    "input.scenes:max { 'red', 'nir' }",
    "input.scenes:sum { 'red', 'nir' }",
    "input.scenes:mean { 'red', 'nir' }",
    "input.scenes:std { 'red', 'nir' }",
    "input.scenes:count { 'red', 'nir' }",
    "input.scenes:where(function(s) return s.cloud:gt(0) end):mean { 'red', 'nir' }",
    "input.scenes:mean({ 'red', 'nir' }, { weights = function(s) return s.cloud end })",
};

static void assert_same(const struct fixture *a, const struct fixture *b)
{
    const struct tw_raster *raster = &a->result.raster;
    assert_int_equal(raster->num_bands, b->result.raster.num_bands);
    for (size_t band = 0; band < raster->num_bands; band++)
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            double x = fixture_pixel(a, band, i), y = fixture_pixel(b, band, i);
            assert_true(x == y || (isnan(x) && isnan(y)));
        }
}

static void results_do_not_depend_on_how_many_scenes_fit_into_memory(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(reducers) / sizeof(reducers[0]); k++) {
        struct fixture roomy, tight;
        run(&roomy, reducers[k], 0);
        run(&tight, reducers[k], 1750 * 1024);
        assert_same(&roomy, &tight);
        fixture_free(&roomy);
        fixture_free(&tight);
    }
}

static void scenes_are_forgotten_once_they_are_added_up(void **state)
{
    (void)state;
    struct fixture fixture;
    run(&fixture, "input.scenes:max { 'red', 'green', 'blue', 'nir' }", 0);
    size_t all = tw_arena_peak(fixture.arena);
    fixture_free(&fixture);
    run(&fixture, "input.scenes:max { 'red', 'green', 'blue', 'nir' }", 700 * 1024);
    assert_true(tw_arena_peak(fixture.arena) < all - 200 * 1024);
    fixture_free(&fixture);
}

static void first_reads_no_more_scenes_than_it_needs(void **state)
{
    (void)state;
    struct fixture fixture;
    run(&fixture, "input.scenes:first { 'red', 'nir' }", 0);
    assert_int_equal(fixture.reads, 2); /* the second scene has the pixels that the first has not */
    fixture_free(&fixture);
    run(&fixture, "input.scenes:last { 'red' }", 0);
    assert_int_equal(fixture.reads, 3); /* one is empty */
    fixture_free(&fixture);
}

static void filters_read_no_pixels(void **state)
{
    (void)state;
    struct fixture fixture;
    run(&fixture,
        "input.scenes:between('2023-08-01', '2023-08-11'):filter(function(s) return s.id end):median { 'red' "
        "}",
        0);
    assert_int_equal(fixture.reads, 1);
    fixture_free(&fixture);
}

static void functions_of_scenes_read_only_the_bands_that_they_name(void **state)
{
    (void)state;
    struct fixture fixture;
    run(&fixture,
        "input.scenes:where(function(s) return s.id == 'S2A_one' and s.cloud:lt(9) or s.red:lt(0) end)"
        ":max { 'red', 'cloud' }",
        0);
    /* one for each mask; then the other of the two bands */
    assert_int_equal(fixture.reads, 8);
    fixture_free(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_how_many_scenes_fit_into_memory),
        cmocka_unit_test(scenes_are_forgotten_once_they_are_added_up),
        cmocka_unit_test(first_reads_no_more_scenes_than_it_needs),
        cmocka_unit_test(filters_read_no_pixels),
        cmocka_unit_test(functions_of_scenes_read_only_the_bands_that_they_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
