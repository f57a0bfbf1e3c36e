/* Programs and scripts beyond what the text cases say: their life over several tiles, failures that are not
 * the script's, and the checks before the run. Inputs are those of fixture.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static struct tw_program *load(const char *name, struct tw_problems *problems)
{
    static const struct tw_value place = {
        .kind = TW_STRING, .line = 3, .col = 10, .file = "a.yaml", .text = ""};
    struct tw_program *program;
    tw_program_load(name, &place, NULL, &program, problems);
    return program;
}

static void assert_load_fails(const char *name, const char *message)
{
    struct tw_problems problems = {0};
    assert_null(load(name, &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(tw_text_get(&problems.text), message);
    tw_problems_free(&problems);
}

static void a_script_that_is_not_there_is_named(void **state)
{
    (void)state;
    assert_load_fails("/nowhere/x.lua",
                      "a.yaml:3:10: cannot open '/nowhere/x.lua': No such file or directory");
}

static void an_unknown_process_is_answered_with_the_known_ones(void **state)
{
    (void)state;
    assert_load_fails("convrt", "a.yaml:3:10: unknown process 'convrt'; did you mean 'convert'? (known: "
                                "clip, cloudless, contours, convert, hillshade, mosaic, ndvi, polygonize, "
                                "rasterize, slope, statistics); a script's name ends in .lua");
}

static void compiled_scripts_are_refused(void **state)
{
    assert_string_equal(fixture_try(*state, "\033LJ\002"),
                        "test.lua: this is compiled Lua; a script is a text");
}

static void a_declaration_is_read_whole(void **state)
{
    struct fixture *fixture = *state;
    const char *text = "return process {\n"
                       "  about = 'Something.',\n"
                       "  inputs = { scenes = 'stack', dem = 'raster?', other = 'any',\n"
                       "             years = 'rasters?', more = 'group' },\n"
                       "  params = { n = 3, s = 'x', b = true, l = { 1, { k = 2 } }, a = param.any,\n"
                       "             t = param.string },\n"
                       "  output = { bands = { 'red', 'nir' }, dtype = 'int16', nodata = -1 },\n"
                       "  run = function() end,\n"
                       "}";
    assert_int_equal(fixture_load(fixture, "x.lua", text), TW_OK);
    const struct tw_declaration *d = tw_program_declaration(fixture->program);
    assert_string_equal(d->about, "Something.");
    assert_int_equal(d->num_inputs, 5);
    assert_string_equal(d->inputs[0].name, "dem");
    assert_true(d->inputs[0].optional && d->inputs[0].kind == TW_INPUT_RASTER);
    assert_true(d->inputs[1].kind == TW_INPUT_ANY && d->inputs[1].is_group);
    assert_true(!d->inputs[2].optional && d->inputs[2].kind == TW_INPUT_ANY && !d->inputs[2].is_group);
    assert_true(d->inputs[3].kind == TW_INPUT_STACK && !d->any_single_input);
    assert_true(d->inputs[4].optional && d->inputs[4].kind == TW_INPUT_RASTER && d->inputs[4].is_group);
    assert_int_equal(d->num_bands, 2);
    assert_string_equal(d->band_names[1], "nir");
    assert_true(d->has_dtype && d->dtype == TW_INT16 && d->has_nodata && d->nodata == -1);
    assert_int_equal(d->params->count, 6);
    assert_int_equal(tw_value_get(d->params, "a")->kind, TW_NULL);
    assert_true(tw_value_get(d->params, "b")->boolean);
    const struct tw_value *list = tw_value_get(d->params, "l");
    assert_int_equal(list->count, 2);
    assert_float_equal(tw_value_get(&list->items[1], "k")->number, 2, 0);
    assert_string_equal(tw_value_get(d->params, "s")->text, "x");
    assert_string_equal(tw_value_get(d->params, "n")->text, "3");
}

static char *fingerprint_with_module(struct fixture *fixture, const char *module)
{
    char folder[] = "/tmp/tilewright-test-XXXXXX", script_path[128], module_path[128];
    const char *script = "local m = require 'm'\nreturn process { run = function() return nil end }";
    assert_non_null(mkdtemp(folder));
    snprintf(script_path, sizeof(script_path), "%s/x.lua", folder);
    snprintf(module_path, sizeof(module_path), "%s/m.lua", folder);
    assert_int_equal(tw_file_write(script_path, script, strlen(script), NULL), TW_OK);
    assert_int_equal(tw_file_write(module_path, module, strlen(module), NULL), TW_OK);
    assert_int_equal(fixture_load_file(fixture, script_path), TW_OK);
    unlink(script_path);
    unlink(module_path);
    rmdir(folder);
    return strdup(tw_program_declaration(fixture->program)->fingerprint);
}

static void the_fingerprint_covers_modules(void **state)
{
    char *a = fingerprint_with_module(*state, "return 1");
    char *b = fingerprint_with_module(*state, "return 2");
    char *c = fingerprint_with_module(*state, "return 1");
    assert_string_not_equal(a, b);
    assert_string_equal(a, c);
    free(a);
    free(b);
    free(c);
}

/* Checks of a configuration */

static void assert_param(struct fixture *fixture, const char *key, struct tw_value value, const char *message)
{
    struct tw_problems problems = {0};
    value.file = "a.yaml";
    value.line = 7;
    value.col = 14;
    struct tw_member member = {key, 7, 3, value};
    struct tw_value params = {.kind = TW_MAP, .text = "", .count = 1, .members = &member};
    tw_program_check_params(fixture->program, &params, &problems);
    assert_string_equal(tw_text_get(&problems.text), message);
    tw_problems_free(&problems);
}

static struct tw_value number(double value, const char *text)
{
    return (struct tw_value){.kind = TW_NUMBER, .text = text, .number = value};
}

static struct tw_value string(const char *text)
{
    return (struct tw_value){.kind = TW_STRING, .text = text};
}

static void parameters_are_checked_against_their_defaults(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "x.lua",
                                  "return process {\n"
                                  "  params = { cloud_max = 40, mode = 'fast', only = param.list,\n"
                                  "             any = param.any, items = {}, type = param.dtype },\n"
                                  "  run = function() end }"),
                     TW_OK);
    assert_param(fixture, "cloud_max", number(3, "3"), "");
    assert_param(fixture, "cloud_max", (struct tw_value){.kind = TW_NULL, .text = ""}, "");
    assert_param(fixture, "any", string("x"), "");
    assert_param(fixture, "items", (struct tw_value){.kind = TW_MAP, .text = ""}, "");
    assert_param(fixture, "cloud_max", string("lots"),
                 "a.yaml:7:14: parameter 'cloud_max' must be a number (the default is 40), not a string: "
                 "'lots'");
    assert_param(fixture, "mode", number(3, "3"),
                 "a.yaml:7:14: parameter 'mode' must be a string (the default is 'fast'), not a number: '3'");
    assert_param(fixture, "only", number(3, "3"),
                 "a.yaml:7:14: parameter 'only' must be a list, not a number: "
                 "'3'");
    assert_param(fixture, "cloud_mx", number(3, "3"),
                 "a.yaml:7:3: unknown process parameter 'cloud_mx'; did you mean 'cloud_max'? (known: any, "
                 "cloud_max, items, mode, only, type)");
    assert_param(fixture, "type", string("uint8"), "");
    assert_param(
        fixture, "type", string("uint61"),
        "a.yaml:7:14: unknown dtype 'uint61'; did you mean 'uint16'? (known: uint8, int8, uint16, int16, "
        "uint32, int32, float32, float64)");
}

/* convert */

static void run_convert(struct fixture *fixture, const struct tw_value *params)
{
    assert_int_equal(fixture_load_file(fixture, "mapchete.processes.convert"), TW_OK);
    fixture->job.num_inputs = 1;
    fixture->job.params = params;
    enum tw_status status = fixture_run(fixture);
    if (status != TW_OK)
        fail_msg("%s", fixture->err.message);
}

static void convert_takes_its_only_input_whatever_its_name(void **state)
{
    struct fixture *fixture = *state;
    run_convert(fixture, NULL);
    assert_true(tw_program_declaration(fixture->program)->any_single_input);
    assert_int_equal(fixture->result.raster.num_bands, 5);
    assert_int_equal(fixture->result.raster.bands[0].dtype, TW_UINT16);
    assert_float_equal(fixture_pixel(fixture, 0, 11), 111, 0);
    assert_true(isnan(fixture_pixel(fixture, 0, 1)));
}

static void convert_adds_the_offset_and_then_multiplies(void **state)
{
    struct fixture *fixture = *state;
    struct tw_arena *arena = tw_arena_new(0);
    const struct tw_value *params = tw_value_with(arena, NULL, "scale_offset", tw_value_number(arena, 10));
    params = tw_value_with(arena, params, "scale_ratio", tw_value_number(arena, 2.5));
    params = tw_value_with(arena, params, "clip_to_output_dtype", tw_value_string(arena, "uint8"));
    struct tw_value indexes[2] = {number(5, "5"), number(1, "1")};
    struct tw_value list = {.kind = TW_LIST, .text = "", .count = 2, .items = indexes};
    params = tw_value_with(arena, params, "band_indexes", &list);
    run_convert(fixture, params);
    assert_int_equal(fixture->result.raster.num_bands, 2);
    assert_string_equal(fixture->result.raster.names[0], "cloud");
    assert_int_equal(fixture->result.raster.bands[0].dtype, TW_UINT8);
    assert_float_equal(fixture_pixel(fixture, 0, 3), 100, 0);
    assert_float_equal(fixture_pixel(fixture, 1, 3), 255, 0);
    tw_arena_free(arena);
}

static void built_in_processes_can_be_listed_and_copied(void **state)
{
    (void)state;
    const char *const *names;
    size_t count = tw_builtin_processes(&names);
    assert_true(count >= 1);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(tw_builtin_text(names[i]));
        assert_memory_equal(tw_builtin_text(names[i]), "--- ", 4);
    }
    assert_null(tw_builtin_text("nothing"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_script_that_is_not_there_is_named),
        TEST(an_unknown_process_is_answered_with_the_known_ones),
        TEST(compiled_scripts_are_refused),
        TEST(a_declaration_is_read_whole),
        TEST(the_fingerprint_covers_modules),
        TEST(parameters_are_checked_against_their_defaults),
        TEST(convert_takes_its_only_input_whatever_its_name),
        TEST(convert_adds_the_offset_and_then_multiplies),
        TEST(built_in_processes_can_be_listed_and_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
