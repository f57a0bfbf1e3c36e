/* Scripts that take too much memory, or never end. Each limit is small here: 32 MB, a quarter of a second.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const size_t LIMIT_BYTES = (size_t)32 * 1024 * 1024;

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_init(fixture, FIXTURE_WIDTH, FIXTURE_HEIGHT);
    fixture->limits = (struct tw_script_limits){.load_s = 0.25, .memory_bytes = LIMIT_BYTES};
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    free(*state);
    return 0;
}

#define BEYOND                                                                                               \
    "the script's own tables and texts need more than 32 MB: keep less of them at a time, or raise --memory"

/* The script fails at the tile in column 1, and works in column 2. */
static void check_only_tile_fails(struct fixture *fixture, enum tw_status wanted, const char *message)
{
    fixture->job.tile.col = 1;
    assert_int_equal(fixture_run(fixture), wanted);
    assert_string_equal(fixture->err.message, message);
    fixture->job.tile.col = 2;
    assert_int_equal(fixture_run(fixture), TW_OK);
    assert_float_equal(fixture_pixel(fixture, 0, 11), 111, 0);
}

static void tables_without_end_fail_their_tile(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "hoard.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  local t = {}\n"
                                  "  while tile.col == 1 do t[#t + 1] = {} end\n"
                                  "  return input.image.red\n"
                                  "end }"),
                     TW_OK);
    for (int i = 0; i < 3; i++)
        check_only_tile_fails(fixture, TW_EBUDGET, "hoard.lua:3: " BEYOND);
}

static void a_text_without_end_fails_its_tile(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "text.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  local s = 'x'\n"
                                  "  while tile.col == 1 do\n"
                                  "    s = s .. s\n"
                                  "  end\n"
                                  "  return input.image.red\n"
                                  "end }"),
                     TW_OK);
    check_only_tile_fails(fixture, TW_EBUDGET, "text.lua:4: " BEYOND);
}

static void what_is_kept_between_tiles_is_let_go_with_the_failure(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "cache.lua",
                                  "local cache = {}\n"
                                  "return process { run = function(tile, input)\n"
                                  "  for i = 1, 200000 do cache[#cache + 1] = { i } end\n"
                                  "  return input.image.red\n"
                                  "end }"),
                     TW_OK);
    assert_int_equal(fixture_run(fixture), TW_OK);
    enum tw_status status = TW_OK;
    for (int i = 0; i < 10 && status == TW_OK; i++)
        status = fixture_run(fixture);
    assert_int_equal(status, TW_EBUDGET);
    assert_string_equal(fixture->err.message, "cache.lua:3: " BEYOND);
    assert_int_equal(fixture_run(fixture), TW_OK);
}

static void the_limit_cannot_be_caught(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "caught.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  while tile.col == 1 do\n"
                                  "    pcall(function() local t = {} while true do t[#t + 1] = {} end end)\n"
                                  "  end\n"
                                  "  return input.image.red\n"
                                  "end }"),
                     TW_OK);
    check_only_tile_fails(fixture, TW_EBUDGET, "caught.lua:3: " BEYOND);
}

static void garbage_does_not_count(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(fixture_try(fixture, "return process { run = function(tile, input)\n"
                                             "  for i = 1, 3000000 do local t = { i, tostring(i) } end\n"
                                             "  return input.image.red\n"
                                             "end }"),
                        "");
}

static void three_quarters_of_the_limit_can_be_used(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "large.lua",
                                  "return process { run = function(tile, input)\n"
                                  "  local t = {}\n"
                                  "  for i = 1, 24 do t[i] = ('x'):rep(1000000 + i) end\n"
                                  "  for i = 1, 400 do local gone = ('y'):rep(100000 + i) end\n"
                                  "  return input.image.red\n"
                                  "end }"),
                     TW_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(fixture_run(fixture), TW_OK);
}

static void a_script_that_hoards_while_it_is_loaded_is_refused(void **state)
{
    struct fixture *fixture = *state;
    fixture->limits.load_s = 60;
    assert_string_equal(fixture_try(fixture, "local t = {}\n"
                                             "while true do t[#t + 1] = {} end\n"
                                             "return process { run = function() end }"),
                        "test.lua:2: " BEYOND);
}

static void a_script_whose_head_never_ends_is_refused(void **state)
{
    struct fixture *fixture = *state;
    double began_s = tw_clock_s();
    assert_string_equal(fixture_try(fixture, "local i = 0\n"
                                             "while true do i = i + 1 end\n"
                                             "return process { run = function() end }"),
                        "test.lua:2: not done after 0.25 s (--tile-timeout): what a script does outside of "
                        "run, prepare and setup must come to an end");
    assert_true(tw_clock_s() - began_s < 5);
}

static void a_head_that_never_ends_cannot_catch_it(void **state)
{
    assert_string_equal(fixture_try(*state, "while true do\n"
                                            "  pcall(function() while true do end end)\n"
                                            "end\n"),
                        "test.lua:2: not done after 0.25 s (--tile-timeout): what a script does outside of "
                        "run, prepare and setup must come to an end");
}

/* Stops the script from outside, until its tile has ended. */
struct stopper {
    struct fixture *fixture;
    atomic_bool ended;
};

static void *stop_again_and_again(void *context)
{
    struct stopper *stopper = context;
    const struct timespec wait = {.tv_nsec = 50 * 1000 * 1000};
    do {
        nanosleep(&wait, NULL);
        tw_script_stop(stopper->fixture->script);
    } while (!atomic_load(&stopper->ended));
    return NULL;
}

static void check_can_be_stopped(struct fixture *fixture, const char *body, const char *message)
{
    static const char form[] = "return process { run = function(tile, input)\n"
                               "  local t = { 1 }\n"
                               "  while tile.col == 1 do\n"
                               "    %s\n"
                               "  end\n"
                               "  return input.image.red\n"
                               "end }";
    char text[1024];
    snprintf(text, sizeof(text), form, body);
    assert_int_equal(fixture_load(fixture, "x.lua", text), TW_OK);
    struct stopper stopper = {.fixture = fixture};
    pthread_t thread;
    fixture->job.tile.col = 1;
    pthread_create(&thread, NULL, stop_again_and_again, &stopper);
    enum tw_status status = fixture_run(fixture);
    atomic_store(&stopper.ended, true);
    pthread_join(thread, NULL);
    assert_int_equal(status, TW_ECANCELLED);
    assert_string_equal(fixture->err.message, message);
    fixture->job.tile.col = 2;
    assert_int_equal(fixture_run(fixture), TW_OK);
    assert_float_equal(fixture_pixel(fixture, 0, 11), 111, 0);
}

static void interpreted_loops_can_be_stopped(void **state)
{
    check_can_be_stopped(*state, "for _ in pairs(t) do pcall(error, 'x') end", "x.lua:4: cancelled");
}

static void loops_that_catch_everything_can_be_stopped(void **state)
{
    check_can_be_stopped(*state,
                         "pcall(function() while true do for _ in pairs(t) do pcall(error, 'x') end end end)",
                         "x.lua:4: cancelled");
}

static void recursion_can_be_stopped(void **state)
{
    check_can_be_stopped(
        *state, "local function deep(n) if n > 0 then pcall(error, 'x') deep(n - 1) end end deep(20)",
        "x.lua:4: cancelled");
}

/* The line is that where the compiled loop was entered. */
static void compiled_loops_that_allocate_can_be_stopped(void **state)
{
    struct fixture *fixture = *state;
    check_can_be_stopped(fixture, "t[1] = { 1 }", "x.lua:3: cancelled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(tables_without_end_fail_their_tile),
        TEST(a_text_without_end_fails_its_tile),
        TEST(what_is_kept_between_tiles_is_let_go_with_the_failure),
        TEST(the_limit_cannot_be_caught),
        TEST(garbage_does_not_count),
        TEST(three_quarters_of_the_limit_can_be_used),
        TEST(a_script_that_hoards_while_it_is_loaded_is_refused),
        TEST(a_script_whose_head_never_ends_is_refused),
        TEST(a_head_that_never_ends_cannot_catch_it),
        TEST(interpreted_loops_can_be_stopped),
        TEST(loops_that_catch_everything_can_be_stopped),
        TEST(recursion_can_be_stopped),
        TEST(compiled_loops_that_allocate_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
