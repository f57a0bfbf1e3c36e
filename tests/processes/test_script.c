/* Programs and scripts beyond what the text cases say: their life over several tiles, failures that are not
 * the script's, and the checks before the run. Inputs are those of fixture.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void a_script_runs_for_one_tile_after_the_other(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "local count = 0\n"
                                  "return process { run = function(tile, input)\n"
                                  "  count = count + 1\n"
                                  "  return input.image.red * 0 + count + tile.col\n"
                                  "end }"),
                     TW_OK);
    for (int i = 1; i <= 20; i++) {
        fixture->job.tile.col = 100 * i;
        assert_int_equal(fixture_run(fixture), TW_OK);
        assert_true(fixture_pixel(fixture, 0, 0) == 101 * i);
    }
}

static void an_array_kept_from_an_earlier_tile_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "keep.lua",
                                  "local kept\n"
                                  "return process { run = function(tile, input)\n"
                                  "  kept = kept or input.image.red\n"
                                  "  return kept + 1\n"
                                  "end }"),
                     TW_OK);
    assert_int_equal(fixture_run(fixture), TW_OK);
    assert_int_equal(fixture_run(fixture), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "keep.lua:4: this array belongs to another tile: keep numbers "
                                              "between tiles, not arrays");
}

static void an_input_kept_from_an_earlier_tile_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "keep.lua",
                                  "local kept\n"
                                  "return process { run = function(tile, input)\n"
                                  "  kept = kept or input.scenes:filter(function() return true end)\n"
                                  "  return kept:median { 'red' }\n"
                                  "end }"),
                     TW_OK);
    assert_int_equal(fixture_run(fixture), TW_OK);
    assert_int_equal(fixture_run(fixture), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "keep.lua:4: input 'scenes' belongs to another tile: use the "
                                              "input that run is given");
}

static void a_failed_tile_does_not_spoil_the_next(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  if tile.col == 1 then error('not here') end\n"
                                  "  return input.image.red\n"
                                  "end }"),
                     TW_OK);
    fixture->job.tile.col = 1;
    assert_int_equal(fixture_run(fixture), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "x.lua:2: not here");
    fixture->job.tile.col = 2;
    assert_int_equal(fixture_run(fixture), TW_OK);
    assert_float_equal(fixture_pixel(fixture, 0, 11), 111, 0);
}

static void an_input_that_fails_keeps_its_status_and_gets_the_line(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  return input.image:read()\n"
                                  "end }"),
                     TW_OK);
    fixture->failing_reads = 1;
    assert_int_equal(fixture_run(fixture), TW_EINPUT);
    assert_string_equal(fixture->err.message, "x.lua:2: cannot read 'image.tif': the file ends too early");
    assert_int_equal(fixture_run(fixture), TW_OK);
}

static void a_failing_input_can_be_caught(void **state)
{
    struct fixture *fixture = *state;
    fixture->failing_reads = 1;
    assert_string_equal(fixture_try(fixture, "return process { run = function(tile, input)\n"
                                             "  local ok, message = pcall(input.image.read, input.image)\n"
                                             "  assert(not ok and type(message) == 'string')\n"
                                             "  return input.image:read()\n"
                                             "end }"),
                        "");
    assert_int_equal(fixture->reads, 2);
}

static void one_band_is_read_once_a_tile(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(fixture_try(fixture, "return process { run = function(tile, input)\n"
                                             "  return input.image.red + input.image.red * input.image.red\n"
                                             "end }"),
                        "");
    assert_int_equal(fixture->reads, 1);
}

static void a_budget_that_is_used_up_says_what_to_change(void **state)
{
    struct fixture *fixture = *state;
    tw_arena_free(fixture->arena);
    fixture->arena = fixture->job.arena = tw_arena_new(100 * 1024);
    assert_string_equal(fixture_try(fixture, "return process { run = function(tile, input)\n"
                                             "  local a = input.image.red\n"
                                             "  while true do\n"
                                             "    pcall(function() a = a + 1 end)\n"
                                             "  end\n"
                                             "end }"),
                        "test.lua:4: the tile needs more than its 100 kB of memory: lower pyramid.metatiling "
                        "or raise --memory");
    assert_int_equal(fixture->err.status, TW_EBUDGET);
}

static void reading_beyond_the_budget_is_the_same_error(void **state)
{
    struct fixture *fixture = *state;
    tw_arena_free(fixture->arena);
    fixture->arena = fixture->job.arena = tw_arena_new(2 * 1024 * 1024);
    assert_string_equal(fixture_try(fixture, "return process { run = function(tile, input)\n"
                                             "  while true do input.image:read() end\n"
                                             "end }"),
                        "test.lua:2: the tile needs more than its 2 MB of memory: lower pyramid.metatiling "
                        "or raise --memory");
}

static void a_cancelled_run_stops_and_cannot_be_caught(void **state)
{
    struct fixture *fixture = *state;
    fixture->cancel = 1;
    fixture_try(fixture, "return process { run = function(tile, input)\n"
                         "  pcall(function() return input.image:read() end)\n"
                         "  return nil\n"
                         "end }");
    assert_int_equal(fixture->err.status, TW_ECANCELLED);
}

static void a_cancelled_pixel_loop_stops(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  local r = input.image:read { 'red' }\n"
                                  "  return r:map({ 'red' }, { 'a' }, function(red) return red end)\n"
                                  "end }"),
                     TW_OK);
    assert_int_equal(fixture_run(fixture), TW_OK);
    fixture->cancel = 1;
    assert_int_equal(fixture_run(fixture), TW_ECANCELLED);
}

static void a_result_of_the_wrong_size_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  return input.image.red\n"
                                  "end }"),
                     TW_OK);
    struct tw_script_input inputs[3];
    memcpy(inputs, fixture->inputs, sizeof(inputs));
    struct fixture other;
    fixture_init(&other, 5, 2);
    fixture->inputs[0].context = &other;
    assert_int_equal(fixture_run(fixture), TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "x.lua: run returned 5 x 2 pixels; the tile has 4 x 3");
    fixture_free(&other);
}

static void pixel_functions_agree_over_many_tiles_and_a_large_window(void **state)
{
    struct fixture *fixture = *state;
    fixture->job.window.width_px = 101;
    fixture->job.window.height_px = 67;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  local r = input.image:read { 'red', 'cloud' }\n"
                                  "  local limit = tile.col\n"
                                  "  local a = r:map({ 'red', 'cloud' }, { 'a' }, function(red, cloud)\n"
                                  "    if cloud > limit then return nil end\n"
                                  "    return red * 2\n"
                                  "  end)\n"
                                  "  local b = r.red:where(r.cloud:le(limit)) * 2\n"
                                  "  assert(a.a:count() == b:count() and (a.a - b):max() == 0)\n"
                                  "  return a\n"
                                  "end }"),
                     TW_OK);
    for (int i = 0; i < 12; i++) {
        fixture->job.tile.col = 10 * (i % 10);
        assert_int_equal(fixture_run(fixture), TW_OK);
    }
}

static void series_functions_agree_over_many_tiles_and_a_large_window(void **state)
{
    struct fixture *fixture = *state;
    fixture->job.window.width_px = 101;
    fixture->job.window.height_px = 67;
    assert_int_equal(
        fixture_load(fixture, "x.lua",
                     "return process { run = function(tile, input)\n"
                     "  local greatest, base = input.scenes:max { 'red' }.red, tile.col\n"
                     "  local r = input.scenes:map({ 'red', 'nir' }, { 'a' }, function(at, n)\n"
                     "    local best = 0\n"
                     "    for i = 1, n do\n"
                     "      if at.red[i] > best then best = at.red[i] end\n"
                     "    end\n"
                     "    return best + base\n"
                     "  end)\n"
                     "  local off = r.a - greatest - base\n"
                     "  assert(r.a:count() == greatest:count() and off:max() == 0 and off:min() == 0)\n"
                     "  return r\n"
                     "end }"),
        TW_OK);
    for (int i = 0; i < 12; i++) {
        fixture->job.tile.col = 7 * i;
        assert_int_equal(fixture_run(fixture), TW_OK);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_script_runs_for_one_tile_after_the_other),
        TEST(an_array_kept_from_an_earlier_tile_is_refused),
        TEST(an_input_kept_from_an_earlier_tile_is_refused),
        TEST(a_failed_tile_does_not_spoil_the_next),
        TEST(an_input_that_fails_keeps_its_status_and_gets_the_line),
        TEST(a_failing_input_can_be_caught),
        TEST(one_band_is_read_once_a_tile),
        TEST(a_budget_that_is_used_up_says_what_to_change),
        TEST(reading_beyond_the_budget_is_the_same_error),
        TEST(a_cancelled_run_stops_and_cannot_be_caught),
        TEST(a_cancelled_pixel_loop_stops),
        TEST(a_result_of_the_wrong_size_is_refused),
        TEST(pixel_functions_agree_over_many_tiles_and_a_large_window),
        TEST(series_functions_agree_over_many_tiles_and_a_large_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
