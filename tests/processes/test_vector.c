/* The life of geometries, their memory, and failures that are not the script's. What scripts can do with them
 * is in the text cases. Inputs are those of fixture.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"
#include "vector.h"

#include <stdio.h>
#include <stdlib.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void figures_end_with_their_tile(void **state)
{
    struct fixture *fixture = *state;
    struct tw_host host;
    struct tw_script_geometry lasting, kept, freed;
    tw_host_init(&host);
    assert_true(tw_vector_init(&host));
    assert_int_equal(host.vectors->from_wkt(&host, "POINT (1 2)", &lasting), TW_OK);
    size_t lasting_bytes = tw_figures_bytes(host.lasting_figures);
    assert_true(lasting_bytes > 0);
    for (int tile = 0; tile < 3; tile++) {
        tw_host_begin(&host, &fixture->job);
        assert_int_equal(host.vectors->from_wkt(&host, "POINT (3 4)", &kept), TW_OK);
        assert_int_equal(host.vectors->from_wkt(&host, "POINT (5 6)", &freed), TW_OK);
        host.vectors->release(&host, &freed);
        assert_int_equal(tw_figures_bytes(host.figures), tw_figure_bytes(kept.figure));
        tw_vector_end(&host);
        assert_int_equal(tw_figures_bytes(host.figures), 0);
        host.vectors->release(&host, &kept); /* the garbage collector finds it later */
        host.job = NULL;
    }
    assert_int_equal(tw_figures_bytes(host.lasting_figures), lasting_bytes);
    host.vectors->release(&host, &lasting);
    assert_int_equal(tw_figures_bytes(host.lasting_figures), 0);
    tw_vector_free(&host);
}

static void a_geometry_kept_from_an_earlier_tile_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "keep.lua",
                                  "local kept\n"
                                  "return process { run = function(tile, input)\n"
                                  "  kept = kept or input.fields:features()\n"
                                  "  return kept[1].geometry:area() > 0 and kept\n"
                                  "end }"),
                     TW_OK);
    assert_int_equal(fixture_run(fixture), TW_OK);
    assert_int_equal(fixture_run(fixture), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "keep.lua:4: this geometry belongs to another tile: keep its "
                                              "g:wkt(), or make it in setup");
}

static void a_geometry_made_while_loading_serves_all_tiles(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "local world = vector.box(-3e7, -3e7, 3e7, 3e7)\n"
                                  "return process { run = function(tile, input)\n"
                                  "  assert(world:contains(vector.box(tile.bounds)))\n"
                                  "  return { vector.feature(world:buffer(tile.col)) }\n"
                                  "end }"),
                     TW_OK);
    for (int i = 0; i < 20; i++) {
        fixture->job.tile.col = i;
        assert_int_equal(fixture_run(fixture), TW_OK);
        assert_int_equal(fixture->result.features.count, 1);
    }
}

static void a_geometry_made_in_setup_serves_all_tiles(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_load(fixture, "x.lua",
                     "return process {\n"
                     "  setup = function(p) return vector.box(-3e7, -3e7, 3e7, 3e7):buffer(1) end,\n"
                     "  run = function(tile, input, p, world)\n"
                     "    assert(world:contains(vector.box(tile.bounds)))\n"
                     "    return { vector.feature(world:buffer(tile.col)) }\n"
                     "  end }"),
        TW_OK);
    assert_int_equal(tw_script_setup(fixture->script, &fixture->job, &fixture->err), TW_OK);
    for (int i = 0; i < 3; i++) {
        fixture->job.tile.col = i;
        if (fixture_run(fixture) != TW_OK)
            fail_msg("%s", fixture->err.message);
        assert_int_equal(fixture->result.features.count, 1);
    }
}

/* Each buffer takes about 1 MB, as the estimates go. */
static const char circles[] = "return process { run = function(tile, input)\n"
                              "  local kept = {}\n"
                              "  for i = 1, 120 do\n"
                              "    kept[%s] = vector.point(i, 0):buffer(1, { segments = 10000 })\n"
                              "  end\n"
                              "end }";

static void limit_memory(struct fixture *fixture, size_t budget_bytes)
{
    tw_arena_free(fixture->arena);
    fixture->arena = tw_arena_new(budget_bytes);
    fixture->job.arena = fixture->arena;
}

static void geometries_count_in_the_budget(void **state)
{
    struct fixture *fixture = *state;
    char script[512];
    limit_memory(fixture, 100 * 1024 * 1024);
    snprintf(script, sizeof(script), circles, "i");
    assert_string_equal(fixture_try(fixture, script),
                        "test.lua:4: the tile needs more than its 100 MB of memory: lower pyramid.metatiling "
                        "or raise --memory");
}

static void geometries_that_are_not_needed_any_more_are_collected(void **state)
{
    struct fixture *fixture = *state;
    char script[512];
    snprintf(script, sizeof(script), circles, "1");
    limit_memory(fixture, 100 * 1024 * 1024);
    assert_string_equal(fixture_try(fixture, script), "");
    limit_memory(fixture, 8 * 1024 * 1024);
    assert_string_equal(fixture_try(fixture, script), "");
}

/* The collector runs all the time while geometries are made of others that nothing else holds. */
static void collecting_takes_nothing_that_is_in_use(void **state)
{
    assert_string_equal(
        fixture_try(*state,
                    "return process { run = function(tile, input)\n"
                    "  local sum = 0\n"
                    "  for i = 1, 1000 do\n"
                    "    local waste = {}\n"
                    "    for j = 1, 50 do waste[j] = { j } end\n"
                    "    sum = sum + vector.point(i, 0):buffer(2):union(vector.box(i, 0, i + 1, 1))\n"
                    "      :intersection(vector.point(i, 0):buffer(1, { cap = 'round' }):simplify(0.1))\n"
                    "      :centroid():buffer(1):area()\n"
                    "  end\n"
                    "  assert(sum > 3000 and sum < 3200, sum)\n"
                    "end }"),
        "");
}

static void a_vector_input_that_cannot_be_read(void **state)
{
    struct fixture *fixture = *state;
    fixture->failing_reads = 1;
    assert_string_equal(fixture_try(fixture, "return process { run = function(tile, input)\n"
                                             "  return input.fields:features()\n"
                                             "end }"),
                        "test.lua:2: cannot read 'fields.geojson': the file ends too early");
    assert_int_equal(fixture->err.status, TW_EINPUT);
}

static void features_are_read_once_a_tile(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(fixture_try(fixture,
                                    "return process { run = function(tile, input)\n"
                                    "  input.fields:features()[1].properties.name = 'changed'\n"
                                    "  assert(input.fields:features()[1].properties.name == 'west')\n"
                                    "end }"),
                        "");
    assert_int_equal(fixture->reads, 1);
}

static void a_cancelled_run_reads_no_features(void **state)
{
    struct fixture *fixture = *state;
    fixture->cancel = 1;
    fixture_try(fixture, "return process { run = function(tile, input)\n"
                         "  return input.fields:features()\n"
                         "end }");
    assert_int_equal(fixture->err.status, TW_ECANCELLED);
    assert_int_equal(fixture->reads, 0);
}

static void services_that_are_not_there_are_refused(void **state)
{
    static const char *const cases[][2] = {{"vector.mask {}", "rasterize"},
                                           {"input.image.red:polygonize()", "polygonize"},
                                           {"input.image.red:contours { interval = 5 }", "contours"}};
    struct fixture *fixture = *state;
    char script[512], expected[128];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fixture->job.services = NULL;
        snprintf(script, sizeof(script), "return process { run = function(tile, input)\n  return %s\nend }",
                 cases[i][0]);
        snprintf(expected, sizeof(expected), "test.lua:2: %s is not available here", cases[i][1]);
        assert_string_equal(fixture_try(fixture, script), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_end_with_their_tile, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_geometry_kept_from_an_earlier_tile_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_geometry_made_while_loading_serves_all_tiles, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_geometry_made_in_setup_serves_all_tiles, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(geometries_count_in_the_budget, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(geometries_that_are_not_needed_any_more_are_collected, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(collecting_takes_nothing_that_is_in_use, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_vector_input_that_cannot_be_read, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(features_are_read_once_a_tile, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_cancelled_run_reads_no_features, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(services_that_are_not_there_are_refused, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
