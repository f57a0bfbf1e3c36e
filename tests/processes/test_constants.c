/* What scripts make before their tiles: prepare, setup, and the margin. Inputs are those of fixture.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* A script with this body of prepare and of run. Returns the message of prepare, or of run, or "". */
static const char *try_prepare(struct fixture *fixture, const char *prepare, const char *run)
{
    char text[2048];
    snprintf(text, sizeof(text),
             "return process { params = { gain = 2 },\n"
             "  prepare = function(area, input, p)\n"
             "    %s\n"
             "  end,\n"
             "  run = function(tile, input, p, ready)\n"
             "    %s\n"
             "  end }",
             prepare, run);
    fixture->job.prepared = NULL;
    if (fixture_load(fixture, "x.lua", text) != TW_OK ||
        tw_script_prepare(fixture->script, &fixture->job, fixture->arena, &fixture->job.prepared,
                          &fixture->err) != TW_OK ||
        tw_script_run(fixture->script, &fixture->job, &fixture->result, &fixture->err) != TW_OK)
        return fixture->err.message;
    return "";
}

static void constants_reach_the_tiles(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(
        try_prepare(
            fixture,
            "return { mean = (input.dem.elevation:fill(0) * 0 + 4):mean(), list = { 1, 2, { deep = true } "
            "},\n"
            "  text = 'a', no = false, size = area.width * area.height * p.gain, inf = math.huge }",
            "assert(ready.mean == 4 and ready.list[3].deep and ready.text == 'a' and ready.no == false)\n"
            "assert(#ready.list == 3 and ready.size == 24 and ready.inf == math.huge)\n"
            "return input.image.red:fill(0) * 0 + ready.mean"),
        "");
    assert_float_equal(fixture_pixel(fixture, 0, 0), 4, 0);
}

static void a_number_alone_will_do(void **state)
{
    assert_string_equal(try_prepare(*state, "return 7", "assert(ready == 7)"), "");
}

static void nothing_is_nothing(void **state)
{
    assert_string_equal(try_prepare(*state, "", "assert(ready == nil)"), "");
}

static void the_area_has_no_address(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(try_prepare(fixture, "return area.bounds.left < area.bounds.right and area.crs", ""),
                        "");
    assert_string_equal(
        try_prepare(fixture, "return area.zoom", ""),
        "x.lua:3: area has no field 'zoom'; known: bounds, crs, height, lonlat, pixel_height, "
        "pixel_size, pixel_width, width, xy");
    assert_string_equal(
        try_prepare(fixture, "area.width = 5", ""),
        "x.lua:3: cannot set 'width': the area cannot be changed; use a variable of your own");
}

static void what_is_no_plain_data_is_refused(void **state)
{
    static const struct {
        const char *value, *message;
    } cases[] = {
        {"input.dem.elevation",
         "the result of prepare is an array; it must be made of numbers, texts, booleans, "
         "lists and maps"},
        {"{ a = { input.dem:read() } }",
         "the result of prepare.a[1] is a raster; it must be made of numbers, "
         "texts, booleans, lists and maps"},
        {"{ f = print }", "the result of prepare.f is a function; it must be made of numbers, texts, "
                          "booleans, lists and maps"},
        {"{ 1, 2, x = 3 }", "the result of prepare is a list that has also the key 'x'"},
        {"{ [5] = 3 }",
         "the result of prepare has the key 5, which is no text; a list counts from 1, without gaps"},
        {"{ t = setmetatable({}, {}) }", "the result of prepare.t is a table with a metatable"},
        {"{ t = 'a\\0b' }", "the result of prepare.t is a text with a zero in it"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char body[256], message[512];
        snprintf(body, sizeof(body), "return %s", cases[i].value);
        snprintf(message, sizeof(message), "x.lua:2: %s", cases[i].message);
        assert_string_equal(try_prepare(*state, body, ""), message);
    }
    const char *circle = try_prepare(*state, "local t = {} t.t = t return t", "");
    assert_non_null(strstr(circle, "is nested too deep: 16 levels at most"));
}

static void constants_cannot_be_changed(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(
        try_prepare(fixture, "return { a = 1 }", "ready.a = 2"),
        "x.lua:6: cannot set 'a': what prepare returned cannot be changed; use a variable of your own");
    assert_string_equal(try_prepare(fixture, "return { mean = 1 }", "return ready.maen"),
                        "x.lua:6: prepare returned no 'maen'; did you mean 'mean'? (known: mean)");
    /* lists are each tile's own */
    assert_string_equal(try_prepare(fixture, "return { 1, 2 }", "assert(#ready == 2) ready[3] = 3"), "");
    assert_int_equal(tw_script_run(fixture->script, &fixture->job, &fixture->result, &fixture->err), TW_OK);
}

static void errors_of_prepare_have_their_line(void **state)
{
    assert_string_equal(try_prepare(*state, "return input.dem.height", ""),
                        "x.lua:3: no band 'height'; input 'dem' has: elevation");
}

static void setup_runs_once_for_each_variant(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_load(fixture, "x.lua",
                     "local calls = 0\n"
                     "return process {\n"
                     "  setup = function(p, prepared) calls = calls + 1 return { n = calls } end,\n"
                     "  run = function(tile, input, p, ready)\n"
                     "    return input.image.red:fill(0) * 0 + ready.n\n"
                     "  end }"),
        TW_OK);
    static const int variants[] = {0, 1, 0, 1, 1}, wanted[] = {1, 2, 1, 2, 2};
    for (int i = 0; i < 2; i++) {
        fixture->job.variant = i;
        assert_int_equal(tw_script_setup(fixture->script, &fixture->job, &fixture->err), TW_OK);
    }
    for (int i = 0; i < 5; i++) {
        fixture->job.variant = variants[i];
        assert_int_equal(fixture_run(fixture), TW_OK);
        assert_float_equal(fixture_pixel(fixture, 0, 0), wanted[i], 0);
    }
    /* a state in place of one that was stopped sets itself up */
    tw_script_stop(fixture->script);
    assert_int_equal(fixture_run(fixture), TW_OK);
    assert_float_equal(fixture_pixel(fixture, 0, 0), 1, 0);
}

static void setup_gets_what_prepare_returned(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_load(fixture, "x.lua",
                     "return process {\n"
                     "  prepare = function(area, input, p) return { lut = { 3, 4 } } end,\n"
                     "  setup = function(p, prepared) return function() return prepared.lut[2] end end,\n"
                     "  run = function(tile, input, p, ready)\n"
                     "    return input.image.red:fill(0) * 0 + ready()\n"
                     "  end }"),
        TW_OK);
    assert_int_equal(tw_script_prepare(fixture->script, &fixture->job, fixture->arena, &fixture->job.prepared,
                                       &fixture->err),
                     TW_OK);
    assert_int_equal(tw_script_run(fixture->script, &fixture->job, &fixture->result, &fixture->err), TW_OK);
    assert_float_equal(fixture_pixel(fixture, 0, 0), 4, 0);
}

static int margin_of(struct fixture *fixture, const char *margin, const struct tw_value *params)
{
    char text[512];
    int margin_px = -1;
    snprintf(text, sizeof(text), "return process { params = { radius = 2 }, %s run = function() end }",
             margin);
    assert_int_equal(fixture_load(fixture, "x.lua", text), TW_OK);
    assert_int_equal(tw_script_margin(fixture->script, params, &margin_px, &fixture->err), TW_OK);
    return margin_px;
}

static void the_margin_is_a_number_or_a_function(void **state)
{
    struct tw_member radius = {.key = "radius", .value = {.kind = TW_NUMBER, .text = "5", .number = 5}};
    const struct tw_value params = {.kind = TW_MAP, .text = "", .count = 1, .members = &radius};
    assert_int_equal(margin_of(*state, "", NULL), 0);
    assert_int_equal(margin_of(*state, "margin = 3,", NULL), 3);
    assert_int_equal(margin_of(*state, "margin = function(p) return p.radius * 2 end,", NULL), 4);
    assert_int_equal(margin_of(*state, "margin = function(p) return p.radius * 2 end,", &params), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        TEST(constants_reach_the_tiles),
        TEST(a_number_alone_will_do),
        TEST(nothing_is_nothing),
        TEST(the_area_has_no_address),
        TEST(what_is_no_plain_data_is_refused),
        TEST(constants_cannot_be_changed),
        TEST(errors_of_prepare_have_their_line),
        TEST(setup_runs_once_for_each_variant),
        TEST(setup_gets_what_prepare_returned),
        TEST(the_margin_is_a_number_or_a_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
