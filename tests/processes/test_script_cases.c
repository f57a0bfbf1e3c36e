/* Runs the scripts under tests/cases/script on the inputs of fixture.h. Each begins with lines that say what
 * is expected of it; all of them must hold:
 *
 *     --! expect error: FILE:LINE: message      the exact text of the error, while loading or running
 *     --! expect red: 100 - 102 ...             the 12 pixels of a band of the result, `-` is nodata (%g)
 *     --! expect dtype red: uint16              the type of a band
 *     --! expect names: red nir                 the names of all bands
 *     --! expect empty                          the result has no valid pixel, or no feature
 *     --! expect features: 2                    the number of features
 *     --! expect feature 1: Point 0 1 0 1 a=2   a feature, counted from 1: its type, its bounds (left, top,
 *                                               right, bottom in pixels from the north-west), its properties
 *     --! expect about: text                    the description
 *     --! param name = value                    a parameter, a number where it looks like one
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "file.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const char folder[] = "tests/cases/script";

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static void describe_band(const struct fixture *fixture, size_t band, struct tw_text *text)
{
    const struct tw_array *array = &fixture->result.raster.bands[band];
    for (size_t i = 0; i < tw_array_num_pixels(array); i++) {
        double value = fixture_pixel(fixture, band, i);
        const char *space = i > 0 ? " " : "";
        if (isnan(value))
            tw_text_printf(text, "%s-", space);
        else
            tw_text_printf(text, "%s%g", space, value);
    }
}

static void describe_feature(const struct fixture *fixture, size_t i, struct tw_text *text)
{
    const struct tw_feature *feature = &fixture->result.features.items[i];
    struct tw_box window = tw_window_bounds(&fixture->job.window), box;
    double size = (window.right - window.left) / fixture->job.window.width_px;
    struct tw_figure *figure;
    assert_int_equal(tw_figure_from_wkb(fixture->figures, feature->wkb, feature->wkb_size, &figure, NULL),
                     TW_OK);
    assert_true(tw_figure_bounds(figure, &box));
    tw_text_printf(text, "%s %.5g %.5g %.5g %.5g", tw_figure_type(figure), (box.left - window.left) / size,
                   (window.top - box.top) / size, (box.right - window.left) / size,
                   (window.top - box.bottom) / size);
    for (size_t m = 0; m < feature->properties->count; m++)
        tw_text_printf(text, " %s=%s", feature->properties->members[m].key,
                       feature->properties->members[m].value.text);
}

static void describe_features(const struct fixture *fixture, const char *expectation, struct tw_text *text)
{
    size_t number;
    if (sscanf(expectation, "feature %zu:", &number) != 1 || number < 1 ||
        number > fixture->result.features.count) {
        tw_text_printf(text, "features: %zu", fixture->result.features.count);
        return;
    }
    tw_text_printf(text, "feature %zu: ", number);
    describe_feature(fixture, number - 1, text);
}

/* What happened, in the words of an expectation: `red: 100 - ...` for the expectation `red: ...`. */
static void describe(const struct fixture *fixture, enum tw_status status, const char *expectation,
                     struct tw_text *text)
{
    const struct tw_raster *raster = &fixture->result.raster;
    char name[64];
    if (status != TW_OK) {
        tw_text_printf(text, "error: %s", fixture->err.message);
    } else if (starts_with(expectation, "about: ")) {
        tw_text_printf(text, "about: %s", tw_program_declaration(fixture->program)->about);
    } else if (fixture->result.empty) {
        tw_text_add(text, "empty");
    } else if (fixture->result.is_vector) {
        describe_features(fixture, expectation, text);
    } else if (starts_with(expectation, "names: ")) {
        tw_text_add(text, "names:");
        for (size_t i = 0; i < raster->num_bands; i++)
            tw_text_printf(text, " %s", raster->names[i]);
    } else if (sscanf(expectation, "dtype %63[^:]", name) == 1 && tw_raster_find(raster, name) >= 0) {
        const struct tw_array *array = &raster->bands[tw_raster_find(raster, name)];
        tw_text_printf(text, "dtype %s: %s", name, tw_dtype_name((enum tw_dtype)array->dtype));
    } else if (sscanf(expectation, "%63[^:]", name) == 1 && tw_raster_find(raster, name) >= 0) {
        tw_text_printf(text, "%s: ", name);
        describe_band(fixture, (size_t)tw_raster_find(raster, name), text);
    }
}

static const struct tw_value *with_param(struct tw_arena *arena, const struct tw_value *params,
                                         const char *line)
{
    char name[64], value[64];
    double number;
    assert_int_equal(sscanf(line, "%63s = %63[^\n]", name, value), 2);
    const struct tw_value *made =
        tw_parse_number(value, &number) ? tw_value_number(arena, number) : tw_value_string(arena, value);
    return tw_value_with(arena, params, tw_arena_strdup(arena, name), made);
}

/* Returns the number of expectations that do not hold. */
static int check_case(const char *path, char *text, struct tw_arena *arena)
{
    struct fixture fixture;
    const struct tw_value *params = NULL;
    const char *expectations[16];
    int count = 0, wrong = 0;
    for (char *line = strtok(text, "\n"); line != NULL && count < 16; line = strtok(NULL, "\n")) {
        if (starts_with(line, "--! expect "))
            expectations[count++] = line + strlen("--! expect ");
        else if (starts_with(line, "--! param "))
            params = with_param(arena, params, line + strlen("--! param "));
    }
    assert_true(count > 0);
    fixture_init(&fixture, FIXTURE_WIDTH, FIXTURE_HEIGHT);
    fixture.job.params = params;
    enum tw_status status = fixture_load_file(&fixture, path);
    if (status == TW_OK)
        status = fixture_run(&fixture);
    for (int i = 0; i < count; i++) {
        struct tw_text actual = {0};
        describe(&fixture, status, expectations[i], &actual);
        if (strcmp(tw_text_get(&actual), expectations[i]) != 0) {
            print_error("%s:\n  expected %s\n  actually %s\n", path, expectations[i], tw_text_get(&actual));
            wrong++;
        }
        tw_text_free(&actual);
    }
    fixture_free(&fixture);
    return wrong;
}

static void every_case_does_what_it_says(void **state)
{
    (void)state;
    struct dirent **entries;
    int num_entries = scandir(folder, &entries, NULL, alphasort), wrong = 0, num_cases = 0;
    assert_true(num_entries > 0);
    for (int i = 0; i < num_entries; i++) {
        struct tw_arena *arena = tw_arena_new(0);
        struct tw_error err;
        char *path = tw_path_join(arena, folder, entries[i]->d_name), *text;
        size_t size;
        if (tw_path_has_suffix(path, ".lua")) {
            assert_int_equal(tw_file_read(arena, path, 0, &text, &size, &err), TW_OK);
            wrong += check_case(path, text, arena);
            num_cases++;
        }
        tw_arena_free(arena);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(wrong, 0);
    assert_true(num_cases >= 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_does_what_it_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
