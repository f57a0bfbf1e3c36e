/* Grids from TileMatrixSets after the lines under tests/cases/grids; the language is told in the README
 * there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "grid_read.h"

#include "file.h"
#include "json_value.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_SIZE = 1024 };

static const char *const folder = "tests/data/tms";

/* The grid of a value as the lines tell it, or the problems. */
static const char *shown(const struct tw_value *value, struct tw_arena *arena)
{
    static char text[SHOWN_SIZE];
    struct tw_problems problems = {0};
    const struct tw_grid *grid = tw_grid_read(value, folder, arena, &problems);
    assert_int_equal(grid == NULL, problems.count > 0);
    if (grid == NULL) {
        snprintf(text, sizeof(text), "%s", tw_text_get(&problems.text));
        tw_problems_free(&problems);
        return text;
    }
    char size[16] = "any";
    if (grid->tile_size_px > 0)
        snprintf(size, sizeof(size), "%d", grid->tile_size_px);
    snprintf(text, sizeof(text), "%s %s %lldx%lld zooms %d to %d tiles %s%s %.12g %.12g %.12g %.12g",
             grid->name, grid->crs, (long long)grid->cols, (long long)grid->rows, grid->first_zoom,
             tw_grid_max_zoom(grid), size, grid->is_global ? " global" : "", grid->extent.left,
             grid->extent.bottom, grid->extent.right, grid->extent.top);
    return text;
}

static json_t *base_definition(void)
{
    json_t *base =
        json_pack("{s:s, s:s, s:[s,s], s:[]}", "id", "Test", "crs",
                  "http://www.opengis.net/def/crs/EPSG/0/32633", "orderedAxes", "E", "N", "tileMatrices");
    for (int i = 0; i < 3; i++) {
        char id[8];
        snprintf(id, sizeof(id), "%d", i);
        json_t *matrix = json_pack("{s:s, s:i, s:[i,i], s:i, s:i, s:i, s:i}", "id", id, "cellSize", 1024 >> i,
                                   "pointOfOrigin", 0, 1048576, "tileWidth", 256, "tileHeight", 256,
                                   "matrixWidth", 2 << i, "matrixHeight", 1 << i);
        json_array_append_new(json_object_get(base, "tileMatrices"), matrix);
    }
    return base;
}

/* `key=JSON` or `N.key=JSON`; without JSON the key is taken away. */
static void change(json_t *base, char *word)
{
    char *value = strchr(word, '=');
    assert_non_null(value);
    *value++ = '\0';
    json_t *holder = base;
    if (word[0] >= '0' && word[0] <= '9' && word[1] == '.') {
        holder = json_array_get(json_object_get(base, "tileMatrices"), (size_t)(word[0] - '0'));
        word += 2;
    }
    if (*value == '\0') {
        json_object_del(holder, word);
        return;
    }
    json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
    if (json == NULL)
        fail_msg("'%s' is not JSON", value);
    json_object_set_new(holder, word, json);
}

static const struct tw_value *changed_definition(char *changes, struct tw_arena *arena)
{
    json_t *base = base_definition();
    char *rest = NULL;
    if (strcmp(changes, "as it is") != 0)
        for (char *word = strtok_r(changes, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
            change(base, word);
    const struct tw_value *value = tw_value_from_json(base, NULL, arena);
    json_decref(base);
    return value;
}

static const struct tw_value *name(char *text, struct tw_arena *arena)
{
    return tw_value_string(arena, text);
}

/* Calls check for every line of the file. */
static void each_line(const char *path,
                      const struct tw_value *(*value_of)(char *left, struct tw_arena *arena))
{
    struct tw_arena *arena = tw_arena_new(0);
    char *text = NULL, *rest = NULL;
    size_t size = 0;
    int failed = 0;
    assert_int_equal(tw_file_read(arena, path, 0, &text, &size, NULL), TW_OK);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *arrow = strstr(line, " -> ");
        if (line[0] == '#' || arrow == NULL)
            continue;
        *arrow = '\0';
        const char *left = tw_arena_strdup(arena, line), *got = shown(value_of(line, arena), arena);
        if (strcmp(got, arrow + 4) == 0)
            continue;
        print_error("%s -> %s\n   expected: %s\n", left, got, arrow + 4);
        failed++;
    }
    tw_arena_free(arena);
    assert_int_equal(failed, 0);
}

static void every_registered_definition_loads_or_says_why_not(void **state)
{
    (void)state;
    each_line("tests/cases/grids/registry.txt", name);
}

static void definitions_may_be_written_in_many_ways(void **state)
{
    (void)state;
    each_line("tests/cases/grids/definitions.txt", changed_definition);
}

/* To the last bit, so that tiles of both have the same places. */
static void a_registered_id_is_its_definition(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "WebMercatorQuad",       "WorldCRS84Quad",     "WorldMercatorWGS84Quad",
        "UPSAntarcticWGS84Quad", "UPSArcticWGS84Quad", "EuropeanETRS89_LAEAQuad",
        "UTM01WGS84Quad",        "UTM33WGS84Quad",     "UTM60WGS84Quad"};
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_problems problems = {0};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const char *file = tw_arena_printf(arena, "%s.json", ids[i]);
        const struct tw_grid *named = tw_grid_read(tw_value_string(arena, ids[i]), folder, arena, &problems);
        const struct tw_grid *read = tw_grid_read(tw_value_string(arena, file), folder, arena, &problems);
        assert_true(tw_grid_equals(named, read));
        assert_int_equal(named->num_zooms, read->num_zooms);
        assert_int_equal(named->is_global, read->is_global);
    }
    assert_int_equal(problems.count, 0);
    const struct tw_grid *web =
        tw_grid_read(tw_value_string(arena, "WebMercatorQuad"), folder, arena, &problems);
    assert_true(tw_grid_equals(web, tw_grid_named("mercator")));
    const struct tw_grid *v1 =
        tw_grid_read(tw_value_string(arena, "v1/UPSAntarcticWGS84Quad.json"), folder, arena, &problems);
    assert_true(tw_grid_equals(
        v1, tw_grid_read(tw_value_string(arena, "UPSAntarcticWGS84Quad"), folder, arena, &problems)));
    tw_arena_free(arena);
}

static void assert_file_refused(const char *content, const char *message)
{
    char path[] = "/tmp/tilewright-grid-XXXXXX.json";
    int file = mkstemps(path, 5);
    assert_true(file >= 0);
    FILE *out = fdopen(file, "w");
    fputs(content, out);
    fclose(out);
    struct tw_arena *arena = tw_arena_new(0);
    const char *got = shown(tw_value_string(arena, path), arena);
    const char *expected = strncmp(message, "...", 3) == 0 ? tw_arena_printf(arena, "%s%s", path, message + 3)
                                                           : tw_arena_printf(arena, "'%s'%s", path, message);
    assert_string_equal(got, expected);
    remove(path);
    tw_arena_free(arena);
}

static void files_that_are_no_definition_are_refused(void **state)
{
    (void)state;
    assert_file_refused("", " is empty");
    assert_file_refused("{}", " is no TileMatrixSet: it has no 'tileMatrices' (version 1: 'tileMatrix')");
    assert_file_refused("[1]", " is no TileMatrixSet: it has no 'tileMatrices' (version 1: 'tileMatrix')");
    assert_file_refused("{\"tileMatrices\": [\n {\"id\": ",
                        "...:2:8: malformed JSON: unexpected token near end of file");
    assert_file_refused("{\"tileMatrices\": [], \"tileMatrices\": []}",
                        "...:1:35: malformed JSON: duplicate object key near '\"tileMatrices\"'");
}

/* mapchete's maps and names are tw_grid_from_value's. */
static void other_values_are_as_before(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    assert_string_equal(shown(tw_value_number(arena, 5), arena),
                        "a grid must be a name (mercator, geodetic) or a map, not a number");
    tw_arena_free(arena);
}

static void the_wkt_of_a_grid_names_its_crs(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    assert_memory_equal(tw_grid_wkt(tw_grid_named("mercator"), arena), "PROJCS[\"WGS 84 / Pseudo-Mercator\"",
                        33);
    const struct tw_grid none = {.name = "custom", .crs = "EPSG:99999999"};
    assert_null(tw_grid_wkt(&none, arena));
    tw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_registered_definition_loads_or_says_why_not),
        cmocka_unit_test(definitions_may_be_written_in_many_ways),
        cmocka_unit_test(a_registered_id_is_its_definition),
        cmocka_unit_test(files_that_are_no_definition_are_refused),
        cmocka_unit_test(other_values_are_as_before),
        cmocka_unit_test(the_wkt_of_a_grid_names_its_crs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
