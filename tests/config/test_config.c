/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A configuration with most of what there is:
 *
 *   grid geodetic, 512 px tiles, process metatiles of 4 x 4 with 16 px around, output metatiles of 2 x 2
 *   zooms 3 to 9, computed at 6 to 9
 */
static const char whole[] = "process: scripts/mosaic.lua\n"
                            "input: {dem: {'zoom<=7': low.tif, 'zoom>7': high.tif}}\n"
                            "pyramid: {grid: geodetic, tile_size: 512, metatiling: 4, pixelbuffer: 16}\n"
                            "zoom_levels: {min: 3, max: 9}\n"
                            "output: &out\n"
                            "  path: out/tiles\n"
                            "  format: GTiff\n"
                            "  dtype: float32\n"
                            "  bands: [red, 'green']\n"
                            "  nodata: nan\n"
                            "  metatiling: 2\n"
                            "  pixelbuffer: 8\n"
                            "  compress: ${TW_TEST_UNSET:-lzw}\n"
                            "bounds: [170, -10.5, 190, 1e1]\n"
                            "bounds_crs: 4326\n"
                            "area: aoi.geojson\n"
                            "area_crs: \"EPSG:3857\"\n"
                            "baselevels: {min: 6, lower: average, higher: cubic_spline}\n"
                            "process_parameters:\n"
                            "  factor: 2.5\n"
                            "  # the end\n";

static const char small[] = "process: convert\ninput:\npyramid: {grid: mercator}\nzoom_levels: 5\n"
                            "output: {path: out, format: PNG}\n";

static struct tw_config *parse(const char *path, const char *text)
{
    struct tw_config *config = NULL;
    struct tw_problems problems = {0};
    enum tw_status status = tw_config_parse(path, text, strlen(text), NULL, &config, &problems);
    assert_string_equal(tw_text_get(&problems.text), "");
    assert_int_equal(status, TW_OK);
    tw_problems_free(&problems);
    return config;
}

static void every_key_reaches_its_field(void **state)
{
    (void)state;
    struct tw_config *c = parse("a/b/c.yaml", whole);
    assert_string_equal(c->path, "a/b/c.yaml");
    assert_string_equal(c->folder, "a/b");
    assert_string_equal(c->process->text, "scripts/mosaic.lua");
    assert_string_equal(c->process_text, "a/b/scripts/mosaic.lua");
    assert_string_equal(c->output_format, "GTiff");
    assert_string_equal(c->output_path, "a/b/out/tiles");
    assert_int_equal(c->process_pyramid.tile_size_px, 512);
    assert_int_equal(c->process_pyramid.metatiling, 4);
    assert_int_equal(c->process_pyramid.pixelbuffer_px, 16);
    assert_string_equal(c->process_pyramid.grid->name, "geodetic");
    assert_ptr_equal(c->output_pyramid.grid, c->process_pyramid.grid);
    assert_int_equal(c->output_pyramid.tile_size_px, 512);
    assert_int_equal(c->output_pyramid.metatiling, 2);
    assert_int_equal(c->output_pyramid.pixelbuffer_px, 8);
    assert_true(c->zooms_given);
    assert_int_equal(c->min_zoom, 3);
    assert_int_equal(c->max_zoom, 9);
    assert_true(c->has_baselevels);
    assert_int_equal(c->base_min_zoom, 6);
    assert_int_equal(c->base_max_zoom, 9);
    assert_int_equal(c->lower, TW_AVERAGE);
    assert_int_equal(c->higher, TW_CUBIC_SPLINE);
    tw_config_free(c);
}

static void bands_and_nodata_reach_their_fields(void **state)
{
    (void)state;
    struct tw_config *c = parse("c.yaml", whole);
    assert_true(c->has_output_bands);
    assert_int_equal(c->output_bands, 2);
    assert_string_equal(c->output_band_names[0], "red");
    assert_string_equal(c->output_band_names[1], "green");
    assert_true(c->has_output_dtype);
    assert_int_equal(c->output_dtype, TW_FLOAT32);
    assert_true(c->has_output_nodata);
    assert_true(isnan(c->output_nodata));
    assert_string_equal(tw_value_get(c->output, "compress")->text, "lzw");
    tw_config_free(c);
}

static void bounds_and_area_reach_their_fields(void **state)
{
    (void)state;
    struct tw_config *c = parse("c.yaml", whole);
    assert_true(c->has_bounds);
    assert_float_equal(c->bounds.left, 170, 0);
    assert_float_equal(c->bounds.bottom, -10.5, 0);
    assert_float_equal(c->bounds.right, 190, 0);
    assert_float_equal(c->bounds.top, 10, 0);
    assert_int_equal(c->bounds_value->line, 14);
    assert_string_equal(c->bounds_crs, "EPSG:4326");
    assert_string_equal(c->area->text, "aoi.geojson");
    assert_string_equal(c->area_crs, "EPSG:3857");
    tw_config_free(c);
}

static void what_is_not_given_has_its_default(void **state)
{
    (void)state;
    struct tw_config *c = parse("small.yaml", small);
    assert_string_equal(c->folder, ".");
    assert_string_equal(c->process_text, "convert");
    assert_string_equal(c->output_path, "out");
    assert_int_equal(c->process_pyramid.tile_size_px, 256);
    assert_int_equal(c->process_pyramid.metatiling, 1);
    assert_int_equal(c->process_pyramid.pixelbuffer_px, 0);
    assert_int_equal(c->output_pyramid.metatiling, 1);
    assert_int_equal(c->min_zoom, 5);
    assert_int_equal(c->max_zoom, 5);
    assert_int_equal(c->base_min_zoom, 5);
    assert_int_equal(c->base_max_zoom, 5);
    assert_false(c->has_baselevels);
    assert_int_equal(c->lower, TW_NEAREST);
    assert_int_equal(c->input->kind, TW_MAP);
    assert_int_equal(c->input->count, 0);
    assert_int_equal(c->params->kind, TW_MAP);
    assert_false(c->has_bounds || c->has_output_bands || c->has_output_dtype || c->has_output_nodata);
    assert_null(c->output_band_names);
    assert_null(c->bounds_crs);
    assert_null(c->area);
    tw_config_free(c);
}

static void output_has_the_metatiling_of_the_process_and_no_pixelbuffer(void **state)
{
    (void)state;
    struct tw_config *c = parse("c.yaml", "process: convert\ninput: {}\nzoom_levels: 5\n"
                                          "pyramid: {grid: mercator, metatiling: 8, pixelbuffer: 20}\n"
                                          "output: {path: out, format: PNG, count: 4}\n");
    assert_int_equal(c->output_pyramid.metatiling, 8);
    assert_int_equal(c->output_pyramid.pixelbuffer_px, 0);
    assert_true(c->has_output_bands);
    assert_int_equal(c->output_bands, 4);
    tw_config_free(c);
}

static void absolute_and_remote_paths_stay(void **state)
{
    (void)state;
    struct tw_config *c = parse("a/c.yaml", "process: /opt/x.lua\ninput: {}\npyramid: {grid: mercator}\n"
                                            "zoom_levels: 5\noutput: {path: 's3://b/out', format: PNG}\n");
    assert_string_equal(c->process_text, "/opt/x.lua");
    assert_string_equal(c->output_path, "s3://b/out");
    tw_config_free(c);
}

static void names_of_built_in_processes_stay(void **state)
{
    (void)state;
    struct tw_config *c = parse("a/c.yaml", small);
    assert_string_equal(c->process_text, "convert");
    assert_string_equal(c->output_path, "a/out");
    tw_config_free(c);
}

static void baselevels_are_cut_at_the_zoom_levels(void **state)
{
    (void)state;
    char text[400];
    snprintf(text, sizeof(text), "%s%s", small, "baselevels: {min: 0, max: 12}\n");
    struct tw_config *c = parse("c.yaml", text);
    assert_int_equal(c->base_min_zoom, 5);
    assert_int_equal(c->base_max_zoom, 5);
    tw_config_free(c);
}

static void a_missing_file_is_a_problem(void **state)
{
    (void)state;
    struct tw_config *config = NULL;
    struct tw_problems problems = {0};
    assert_int_equal(tw_config_load("no/such.yaml", NULL, &config, &problems), TW_EUSAGE);
    assert_null(config);
    assert_string_equal(tw_text_get(&problems.text), "cannot open 'no/such.yaml': No such file or directory");
    tw_problems_free(&problems);
}

static void a_folder_is_a_problem(void **state)
{
    (void)state;
    struct tw_config *config = NULL;
    struct tw_problems problems = {0};
    assert_int_equal(tw_config_load("tests", NULL, &config, &problems), TW_EUSAGE);
    assert_string_equal(tw_text_get(&problems.text), "cannot read 'tests': not a file");
    tw_problems_free(&problems);
}

static void a_file_is_loaded_as_from_memory(void **state)
{
    (void)state;
    char folder[] = "/tmp/tw_config_XXXXXX", path[64];
    struct tw_error err = {0};
    struct tw_config *c = NULL;
    struct tw_problems problems = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/x.mapchete", folder);
    assert_int_equal(tw_file_write(path, small, strlen(small), &err), TW_OK);
    assert_int_equal(tw_config_load(path, NULL, &c, &problems), TW_OK);
    assert_string_equal(c->folder, folder);
    assert_int_equal(c->min_zoom, 5);
    tw_config_free(c);
    tw_problems_free(&problems);
    unlink(path);
    rmdir(folder);
}

static void problems_of_other_files_stay_in_front(void **state)
{
    (void)state;
    struct tw_config *c = NULL;
    struct tw_problems problems = {0};
    tw_problems_add(&problems, NULL, "z.yaml:9:9: from before");
    tw_config_parse("a.yaml", "{pyramid: 1, process: 5}", 24, NULL, &c, &problems);
    assert_int_equal(problems.count, 6);
    assert_memory_equal(tw_text_get(&problems.text), "z.yaml:9:9: from before\na.yaml:1:1: ", 36);
    tw_problems_free(&problems);
}

/* Cut anywhere, the text is refused with a place or is still right; nothing else happens. */
static void a_text_cut_at_any_byte_is_read_or_refused(void **state)
{
    (void)state;
    size_t refused = 0, length = strlen(whole);
    for (size_t size = 0; size <= length; size++) {
        char *cut = malloc(size + 1); /* its own block, so that reading beyond it is noticed */
        struct tw_config *c = NULL;
        struct tw_problems problems = {0};
        assert_non_null(cut);
        memcpy(cut, whole, size);
        enum tw_status status = tw_config_parse("cut.yaml", cut, size, NULL, &c, &problems);
        assert_int_equal(status, problems.count > 0 ? TW_EUSAGE : TW_OK);
        assert_int_equal(c != NULL, status == TW_OK);
        if (problems.count > 0)
            assert_memory_equal(tw_text_get(&problems.text), "cut.yaml:", 9);
        refused += status == TW_EUSAGE;
        tw_config_free(c);
        tw_problems_free(&problems);
        free(cut);
    }
    assert_in_range(refused, length / 2, length);
}

/* Every byte in turn becomes another one that means something in YAML. */
static void a_text_with_any_byte_changed_is_read_or_refused(void **state)
{
    (void)state;
    static const char bytes[] = "\0\t\n:-[{]}&*#!|>'\"%@,?~\x80\xff";
    char text[sizeof(whole)];
    for (size_t i = 0; i < sizeof(whole) - 1; i++) {
        for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
            struct tw_config *c = NULL;
            struct tw_problems problems = {0};
            memcpy(text, whole, sizeof(whole));
            text[i] = bytes[b];
            enum tw_status status = tw_config_parse("x.yaml", text, sizeof(whole) - 1, NULL, &c, &problems);
            assert_int_equal(status, problems.count > 0 ? TW_EUSAGE : TW_OK);
            tw_config_free(c);
            tw_problems_free(&problems);
        }
    }
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    tw_config_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_reaches_its_field),
        cmocka_unit_test(bands_and_nodata_reach_their_fields),
        cmocka_unit_test(bounds_and_area_reach_their_fields),
        cmocka_unit_test(what_is_not_given_has_its_default),
        cmocka_unit_test(output_has_the_metatiling_of_the_process_and_no_pixelbuffer),
        cmocka_unit_test(absolute_and_remote_paths_stay),
        cmocka_unit_test(names_of_built_in_processes_stay),
        cmocka_unit_test(baselevels_are_cut_at_the_zoom_levels),
        cmocka_unit_test(a_missing_file_is_a_problem),
        cmocka_unit_test(a_folder_is_a_problem),
        cmocka_unit_test(a_file_is_loaded_as_from_memory),
        cmocka_unit_test(problems_of_other_files_stay_in_front),
        cmocka_unit_test(a_text_cut_at_any_byte_is_read_or_refused),
        cmocka_unit_test(a_text_with_any_byte_changed_is_read_or_refused),
        cmocka_unit_test(freeing_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
