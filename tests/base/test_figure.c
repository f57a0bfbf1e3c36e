/* SPDX-License-Identifier: MIT */
#include "figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static struct tw_figures *figures;
static struct tw_error err;

static int open_set(void **state)
{
    (void)state;
    figures = tw_figures_new(false);
    return figures != NULL ? 0 : -1;
}

static int close_set(void **state)
{
    (void)state;
    tw_figures_free(figures);
    return 0;
}

static struct tw_figure *figure_of(const char *wkt)
{
    struct tw_figure *figure = NULL;
    if (tw_figure_from_wkt(figures, wkt, &figure, &err) != TW_OK)
        fail_msg("%s", err.message);
    return figure;
}

static void assert_wkt(const struct tw_figure *figure, const char *expected)
{
    char *wkt = tw_figure_to_wkt(figure);
    assert_string_equal(wkt, expected);
    free(wkt);
}

static void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not %.17g", actual, expected);
}

static void figures_of_all_types_survive_wkb(void **state)
{
    static const char *const cases[][2] = {
        {"POINT (1 2)", "Point"},
        {"LINESTRING (0.1 0, 1 1e-300)", "LineString"},
        {"POLYGON ((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1))", "Polygon"},
        {"MULTIPOINT (1 2, 3 4)", "MultiPoint"},
        {"MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))", "MultiLineString"},
        {"MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))", "MultiPolygon"},
        {"GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))", "GeometryCollection"},
    };
    struct tw_arena *arena = tw_arena_new(0);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tw_figure *figure = figure_of(cases[i][0]), *again = NULL;
        const void *wkb;
        size_t size;
        bool equal;
        assert_string_equal(tw_figure_type(figure), cases[i][1]);
        assert_int_equal(tw_figure_to_wkb(figure, arena, &wkb, &size, &err), TW_OK);
        assert_int_equal(tw_figure_from_wkb(figures, wkb, size, &again, &err), TW_OK);
        char *before = tw_figure_to_wkt(figure), *after = tw_figure_to_wkt(again);
        assert_string_equal(before, after);
        free(before);
        free(after);
        if (strcmp(cases[i][1], "GeometryCollection") != 0) {
            assert_int_equal(tw_figure_relate(figure, TW_EQUALS, again, &equal, &err), TW_OK);
            assert_true(equal);
        }
    }
    tw_arena_free(arena);
}

static void a_set_knows_its_bytes_and_forgets_them(void **state)
{
    (void)state;
    assert_int_equal(tw_figures_bytes(figures), 0);
    struct tw_figure *a = figure_of("POINT (1 2)"), *b = figure_of("LINESTRING (0 0, 1 1)"),
                     *c = figure_of("POINT (3 4)");
    assert_int_equal(tw_figures_bytes(figures), tw_figure_bytes(a) + tw_figure_bytes(b) + tw_figure_bytes(c));
    assert_true(tw_figure_bytes(b) > tw_figure_bytes(a));
    tw_figure_free(b);
    assert_int_equal(tw_figures_bytes(figures), tw_figure_bytes(a) + tw_figure_bytes(c));
    tw_figure_free(c);
    tw_figures_clear(figures);
    assert_int_equal(tw_figures_bytes(figures), 0);
}

/* Squares a = 0..4, b = 2..6, c = 4..8 (beside a), d = 1..2 (in a), along both axes. Each relation is asked
 * often enough that the figures become prepared, which must not change an answer. */
static void relations_hold_prepared_or_not(void **state)
{
    struct tw_figure *a = figure_of("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
                     *b = figure_of("POLYGON ((2 2, 6 2, 6 6, 2 6, 2 2))"),
                     *c = figure_of("POLYGON ((4 4, 8 4, 8 8, 4 8, 4 4))"),
                     *d = figure_of("POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))"),
                     *line = figure_of("LINESTRING (-1 1, 5 1)");
    const struct {
        struct tw_figure *a, *b;
        bool
            holds[TW_NUM_RELATIONS]; /* intersects disjoint contains within touches overlaps crosses equals */
    } cases[] = {
        {a, b, {1, 0, 0, 0, 0, 1, 0, 0}}, {a, c, {1, 0, 0, 0, 1, 0, 0, 0}},
        {a, d, {1, 0, 1, 0, 0, 0, 0, 0}}, {d, a, {1, 0, 0, 1, 0, 0, 0, 0}},
        {c, d, {0, 1, 0, 0, 0, 0, 0, 0}}, {a, line, {1, 0, 0, 0, 0, 0, 1, 0}},
        {a, a, {1, 0, 1, 1, 0, 0, 0, 1}},
    };
    (void)state;
    for (int round = 0; round < 8; round++)
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
            for (int relation = 0; relation < TW_NUM_RELATIONS; relation++) {
                bool holds;
                assert_int_equal(
                    tw_figure_relate(cases[i].a, (enum tw_figure_relation)relation, cases[i].b, &holds, &err),
                    TW_OK);
                if (holds != cases[i].holds[relation])
                    fail_msg("case %zu, relation %d, round %d", i, relation, round);
            }
}

static void distances_stay_the_same_once_prepared(void **state)
{
    struct tw_figure *a = figure_of("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"), *b = figure_of("POINT (7 8)"),
                     *inside = figure_of("POINT (1 1)"), *nothing = figure_of("POINT EMPTY");
    double distance;
    (void)state;
    for (int round = 0; round < 8; round++) {
        assert_int_equal(tw_figure_distance(a, b, &distance, &err), TW_OK);
        assert_near(distance, 5, 0);
        assert_int_equal(tw_figure_distance(inside, a, &distance, &err), TW_OK);
        assert_near(distance, 0, 0);
        assert_int_equal(tw_figure_distance(a, nothing, &distance, &err), TW_OK);
        assert_true(isnan(distance));
    }
}

static double measure(const struct tw_figure *figure, enum tw_figure_measure what)
{
    double number = -1;
    assert_int_equal(tw_figure_measure(figure, what, &number, &err), TW_OK);
    return number;
}

static void areas_and_lengths(void **state)
{
    struct tw_figure *polygon = figure_of("POLYGON ((0 0, 4 0, 4 3, 0 3, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))"),
                     *line = figure_of("LINESTRING (0 0, 3 4)");
    (void)state;
    assert_near(measure(polygon, TW_AREA), 11, 0);
    assert_near(measure(polygon, TW_LENGTH), 18, 0);
    assert_near(measure(line, TW_AREA), 0, 0);
    assert_near(measure(line, TW_LENGTH), 5, 0);
}

static double overlay_area(const struct tw_figure *a, enum tw_figure_overlay overlay,
                           const struct tw_figure *b)
{
    struct tw_figure *made;
    assert_int_equal(tw_figure_overlay(figures, overlay, (const struct tw_figure *[2]){a, b}, &made, &err),
                     TW_OK);
    return measure(made, TW_AREA);
}

/* Squares 0..4 and 2..6: 16 each, 4 in common. */
static void overlays(void **state)
{
    struct tw_figure *a = figure_of("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
                     *b = figure_of("POLYGON ((2 2, 6 2, 6 6, 2 6, 2 2))"), *made;
    (void)state;
    assert_near(overlay_area(a, TW_UNION, b), 28, 0);
    assert_near(overlay_area(a, TW_INTERSECTION, b), 4, 0);
    assert_near(overlay_area(a, TW_DIFFERENCE, b), 12, 0);
    assert_near(overlay_area(a, TW_SYMMETRIC_DIFFERENCE, b), 24, 0);
    assert_int_equal(tw_figure_union(figures, (const struct tw_figure *[3]){a, b, a}, 3, &made, &err), TW_OK);
    assert_near(measure(made, TW_AREA), 28, 0);
    assert_int_equal(tw_figure_union(figures, NULL, 0, &made, &err), TW_OK);
    assert_true(tw_figure_is_empty(made));
}

/* A circle of radius 1 made of 4 * n segments has the area 2 n sin(pi / 2n). */
static void buffers(void **state)
{
    struct tw_figure *point = figure_of("POINT (0 0)"), *line = figure_of("LINESTRING (0 0, 10 0)"), *made;
    (void)state;
    for (int n = 1; n <= 16; n *= 2) {
        const struct tw_figure_buffer round = {1, n, TW_CAP_ROUND};
        assert_int_equal(tw_figure_buffer(figures, point, &round, &made, &err), TW_OK);
        assert_near(measure(made, TW_AREA), 2 * n * sin(acos(-1) / (2 * n)), 1e-12);
    }
    const struct tw_figure_buffer flat = {1, 8, TW_CAP_FLAT}, square = {1, 8, TW_CAP_SQUARE};
    assert_int_equal(tw_figure_buffer(figures, line, &flat, &made, &err), TW_OK);
    assert_near(measure(made, TW_AREA), 20, 1e-12);
    assert_int_equal(tw_figure_buffer(figures, line, &square, &made, &err), TW_OK);
    assert_near(measure(made, TW_AREA), 24, 1e-12);
}

static void changes(void **state)
{
    struct tw_figure *bow = figure_of("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"), *made;
    (void)state;
    assert_false(tw_figure_is_valid(bow));
    assert_int_equal(tw_figure_change(figures, TW_MAKE_VALID, bow, &made, &err), TW_OK);
    assert_true(tw_figure_is_valid(made));
    assert_near(measure(made, TW_AREA), 2, 0);
    assert_int_equal(tw_figure_change(figures, TW_CENTROID, figure_of("LINESTRING (0 0, 4 2)"), &made, &err),
                     TW_OK);
    assert_wkt(made, "POINT (2 1)");
    assert_int_equal(tw_figure_change(figures, TW_CONVEX_HULL, bow, &made, &err), TW_OK);
    assert_near(measure(made, TW_AREA), 4, 0);
    assert_int_equal(tw_figure_change(figures, TW_BOUNDARY, figure_of("LINESTRING (0 0, 4 2)"), &made, &err),
                     TW_OK);
    assert_wkt(made, "MULTIPOINT (0 0, 4 2)");
    assert_int_equal(tw_figure_simplify(figures, figure_of("LINESTRING (0 0, 1 0.1, 2 0)"), 0.2, &made, &err),
                     TW_OK);
    assert_wkt(made, "LINESTRING (0 0, 2 0)");
}

static void clipping_keeps_the_dimension(void **state)
{
    static const char *const cases[][2] = {
        {"POLYGON ((1 1, 2 1, 2 2, 1 1))", "POLYGON ((1 1, 2 1, 2 2, 1 1))"},
        {"LINESTRING (-5 1, 15 1)", "LINESTRING (0 1, 10 1)"},
        {"POLYGON ((10 0, 12 0, 12 5, 10 5, 10 0))", "MULTIPOLYGON EMPTY"},
        {"LINESTRING (10 10, 12 12)", "MULTILINESTRING EMPTY"},
        {"POINT (11 11)", "POINT EMPTY"},
        {"POINT (10 10)", "POINT (10 10)"},
        /* two prongs that end in the box, and one that only touches it from above */
        {"POLYGON ((2 12, 2 5, 3 5, 3 10, 5 10, 5 12, 2 12))", "POLYGON ((3 5, 2 5, 2 10, 3 10, 3 5))"},
    };
    const struct tw_box box = {0, 0, 10, 10};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tw_figure *made, *expected = figure_of(cases[i][1]);
        bool equal;
        assert_int_equal(tw_figure_clip(figures, figure_of(cases[i][0]), &box, &made, &err), TW_OK);
        assert_int_equal(tw_figure_is_empty(made), tw_figure_is_empty(expected));
        assert_int_equal(tw_figure_relate(made, TW_EQUALS, expected, &equal, &err), TW_OK);
        if (!equal && !tw_figure_is_empty(expected))
            fail_msg("case %zu: %s", i, tw_figure_to_wkt(made));
    }
}

static void bounds_of_nothing_are_not_there(void **state)
{
    struct tw_box box;
    (void)state;
    assert_false(tw_figure_bounds(figure_of("POLYGON EMPTY"), &box));
    assert_true(tw_figure_bounds(figure_of("LINESTRING (3 1, 0 2)"), &box));
    assert_memory_equal(&box, (&(struct tw_box){0, 1, 3, 2}), sizeof(box));
}

static void errors_name_what_was_done(void **state)
{
    struct tw_figure *figure = NULL, *bow = figure_of("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"),
                     *square = figure_of("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
                     *mixed = figure_of("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))");
    const struct tw_figure *pair[2] = {bow, square};
    (void)state;
    assert_int_equal(tw_figure_from_wkt(figures, "POLYGONE (0 0)", &figure, &err), TW_EUSAGE);
    assert_string_equal(err.message, "cannot read the geometry: ParseException: Unknown type: 'POLYGONE'");
    assert_int_equal(tw_figure_from_wkb(figures, "\1\2", 2, &figure, &err), TW_EUSAGE);
    assert_string_equal(err.message, "cannot read the geometry: ParseException: Unexpected EOF parsing WKB");
    assert_int_equal(tw_figure_overlay(figures, TW_INTERSECTION, pair, &figure, &err), TW_EUSAGE);
    assert_string_equal(err.message,
                        "intersection: TopologyException: Input geom 0 is invalid: Self-intersection at 1 1");
    assert_int_equal(tw_figure_change(figures, TW_BOUNDARY, mixed, &figure, &err), TW_EUSAGE);
    assert_string_equal(err.message,
                        "boundary: IllegalArgumentException: Operation not supported by GeometryCollection");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_of_all_types_survive_wkb, open_set, close_set),
        cmocka_unit_test_setup_teardown(a_set_knows_its_bytes_and_forgets_them, open_set, close_set),
        cmocka_unit_test_setup_teardown(relations_hold_prepared_or_not, open_set, close_set),
        cmocka_unit_test_setup_teardown(distances_stay_the_same_once_prepared, open_set, close_set),
        cmocka_unit_test_setup_teardown(areas_and_lengths, open_set, close_set),
        cmocka_unit_test_setup_teardown(overlays, open_set, close_set),
        cmocka_unit_test_setup_teardown(buffers, open_set, close_set),
        cmocka_unit_test_setup_teardown(changes, open_set, close_set),
        cmocka_unit_test_setup_teardown(clipping_keeps_the_dimension, open_set, close_set),
        cmocka_unit_test_setup_teardown(bounds_of_nothing_are_not_there, open_set, close_set),
        cmocka_unit_test_setup_teardown(errors_name_what_was_done, open_set, close_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
