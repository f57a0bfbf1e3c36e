/* Grids as a configuration names them. Values stand in no file here, so that problems come without a place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "grid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct fixture {
    struct tw_arena *arena;
    struct tw_problems problems;
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.arena = tw_arena_new(0)};
    *state = &fixture;
    return fixture.arena == NULL;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tw_problems_free(&f->problems);
    tw_arena_free(f->arena);
    return 0;
}

static const struct tw_value *list(struct fixture *f, size_t count, const double *numbers)
{
    struct tw_value *value = tw_arena_calloc(f->arena, 1, sizeof(*value));
    value->kind = TW_LIST;
    value->text = "";
    value->count = count;
    value->items = tw_arena_calloc(f->arena, count, sizeof(*value->items));
    for (size_t i = 0; i < count; i++)
        value->items[i] = *tw_value_number(f->arena, numbers[i]);
    return value;
}

static const struct tw_value *with(struct fixture *f, const struct tw_value *map, const char *key,
                                   const struct tw_value *value)
{
    return tw_value_with(f->arena, map, key, value);
}

/* shape [rows, cols] and bounds of a grid, EPSG:3035. */
static const struct tw_value *custom(struct fixture *f, double rows, double cols, const double bounds[4])
{
    const struct tw_value *srs = with(f, NULL, "epsg", tw_value_number(f->arena, 3035));
    const struct tw_value *map = with(f, NULL, "shape", list(f, 2, (double[]){rows, cols}));
    return with(f, with(f, map, "bounds", list(f, 4, bounds)), "srs", srs);
}

static void assert_refused(struct fixture *f, const struct tw_value *value, const char *message)
{
    assert_null(tw_grid_from_value(value, f->arena, &f->problems));
    assert_string_equal(tw_text_get(&f->problems.text), message);
}

static void mercator_and_geodetic_are_known(void **state)
{
    struct fixture *f = *state;
    const struct tw_grid *grid =
        tw_grid_from_value(tw_value_string(f->arena, "geodetic"), f->arena, &f->problems);
    assert_ptr_equal(grid, tw_grid_named("geodetic"));
    assert_string_equal(grid->crs, "EPSG:4326");
    assert_int_equal(grid->cols, 2);
    assert_true(grid->is_global);
    assert_string_equal(tw_grid_named("mercator")->crs, "EPSG:3857");
    assert_null(tw_grid_named("utm"));
    assert_int_equal(f->problems.count, 0);
}

static void unknown_grid_is_refused_with_the_known_ones(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, tw_value_string(f->arena, "utm"),
                   "unknown grid 'utm'; known: mercator, geodetic, TileMatrixSets such as WebMercatorQuad "
                   "and UTM33WGS84Quad");
}

static void misspelt_grid_is_answered_with_the_right_one(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, tw_value_string(f->arena, "merkator"),
                   "unknown grid 'merkator'; did you mean 'mercator'? (known: mercator, geodetic, "
                   "TileMatrixSets such as WebMercatorQuad and UTM33WGS84Quad)");
}

static void a_number_is_no_grid(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, tw_value_number(f->arena, 3857),
                   "a grid must be a name (mercator, geodetic) or a map, not a number");
}

static void custom_grid_has_rows_before_columns(void **state)
{
    struct fixture *f = *state;
    const struct tw_value *value = custom(f, 2, 3, (double[]){0, 0, 300, 200});
    const struct tw_grid *grid = tw_grid_from_value(value, f->arena, &f->problems);
    assert_non_null(grid);
    assert_string_equal(grid->name, "custom");
    assert_string_equal(grid->crs, "EPSG:3035");
    assert_int_equal(grid->rows, 2);
    assert_int_equal(grid->cols, 3);
    assert_false(grid->is_global);
    assert_true(grid->extent.right == 300 && grid->extent.top == 200);
}

/* The older form: `proj` beside `shape`, and `is_global`. */
static void custom_grid_takes_proj_beside_shape(void **state)
{
    struct fixture *f = *state;
    struct tw_value yes = {.kind = TW_BOOL, .text = "true", .boolean = true};
    const struct tw_value *map = with(f, NULL, "shape", list(f, 2, (double[]){1, 1}));
    map = with(f, map, "bounds", list(f, 4, (double[]){-10, -10, 10, 10}));
    map = with(f, map, "proj", tw_value_string(f->arena, "+proj=ortho +lat_0=-90"));
    map = with(f, map, "is_global", &yes);
    const struct tw_grid *grid = tw_grid_from_value(map, f->arena, &f->problems);
    assert_non_null(grid);
    assert_string_equal(grid->crs, "+proj=ortho +lat_0=-90");
    assert_true(grid->is_global);
}

static void custom_grid_must_have_square_tiles(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, custom(f, 1, 1, (double[]){0, 0, 100, 200}),
                   "shape ratio (1) must equal bounds ratio (0.5); try bounds [0, 0, 200, 200]");
}

static void custom_grid_needs_a_shape(void **state)
{
    struct fixture *f = *state;
    const struct tw_value *map = with(f, NULL, "bounds", list(f, 4, (double[]){0, 0, 1, 1}));
    assert_refused(f, map, "a custom grid needs 'shape'");
}

static void custom_grid_needs_a_crs(void **state)
{
    struct fixture *f = *state;
    const struct tw_value *map = with(f, NULL, "shape", list(f, 2, (double[]){1, 1}));
    map = with(f, map, "bounds", list(f, 4, (double[]){0, 0, 1, 1}));
    assert_refused(f, map, "a custom grid needs 'srs' with one of epsg, wkt, proj");
}

static void shape_counts_whole_tiles(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, custom(f, 1.5, 1, (double[]){0, 0, 1, 1}),
                   "'shape' must be [rows, cols], whole numbers from 1 to 65536");
}

static void bounds_of_a_grid_are_in_order(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, custom(f, 1, 1, (double[]){1, 0, 0, 1}),
                   "'bounds' of a grid must be [left, bottom, right, top] with left less than right and "
                   "bottom less than top");
}

static void every_problem_of_a_custom_grid_is_told(void **state)
{
    struct fixture *f = *state;
    const struct tw_value *map = custom(f, 0, 1, (double[]){0, 0, 1, 1});
    map = with(f, map, "is_globl", tw_value_number(f->arena, 1));
    map = with(f, map, "srs", tw_value_string(f->arena, "EPSG:3035"));
    assert_refused(f, map,
                   "unknown key of a grid 'is_globl'; did you mean 'is_global'? (known: shape, bounds, srs, "
                   "is_global, proj, epsg)\n"
                   "'shape' must be [rows, cols], whole numbers from 1 to 65536\n"
                   "'srs' must be a map with one of epsg, wkt, proj, not a string");
}

static void unknown_kind_of_srs_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct tw_value *map = custom(f, 1, 1, (double[]){0, 0, 1, 1});
    map = with(f, map, "srs", with(f, NULL, "epgs", tw_value_number(f->arena, 3035)));
    assert_refused(f, map,
                   "unknown key of srs 'epgs'; did you mean 'epsg'? (known: epsg, wkt, proj)\n"
                   "a custom grid needs 'srs' with one of epsg, wkt, proj");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(mercator_and_geodetic_are_known),
        TEST(unknown_grid_is_refused_with_the_known_ones),
        TEST(misspelt_grid_is_answered_with_the_right_one),
        TEST(a_number_is_no_grid),
        TEST(custom_grid_has_rows_before_columns),
        TEST(custom_grid_takes_proj_beside_shape),
        TEST(custom_grid_must_have_square_tiles),
        TEST(custom_grid_needs_a_shape),
        TEST(custom_grid_needs_a_crs),
        TEST(shape_counts_whole_tiles),
        TEST(bounds_of_a_grid_are_in_order),
        TEST(every_problem_of_a_custom_grid_is_told),
        TEST(unknown_kind_of_srs_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
