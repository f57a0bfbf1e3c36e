/* SPDX-License-Identifier: MIT */
#include "path.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void assert_path(const char *schema, const char *expected)
{
    struct tw_arena *arena = tw_arena_new(0);
    const struct tw_pyramid pyramid = {tw_grid_named("geodetic"), 256, 1, 0};
    const struct tw_tile tile = {30, 1073741823, 2147483647};
    const struct tw_path_schema known = {schema, "png", &pyramid};
    assert_string_equal(tw_tile_path(arena, &known, &tile), expected);
    tw_arena_free(arena);
}

static void paths_follow_the_schema(void **state)
{
    (void)state;
    assert_path("{zoom}/{row}/{col}.{extension}", "30/1073741823/2147483647.png");
    assert_path("{zoom}/{col}/{row}.{extension}", "30/2147483647/1073741823.png");
    assert_path("a-{zoom}/x{col}y{row}z{zoom}", "a-30/x2147483647y1073741823z30");
    assert_path("{z}/{x}/{y}.png", "30/2147483647/1073741823.png");
    assert_path("{z}/{x}/{-y}", "30/2147483647/0");
    assert_path("L{zoom:02}/R{row:08x}/C{col:09x}", "L30/R3fffffff/C07fffffff");
}

/* expected: NULL: it cannot be said in other words. */
static void assert_template(const char *schema, const char *expected)
{
    static const char *const words[4] = {"<z>", "<r>", "<c>", "png"};
    struct tw_arena *arena = tw_arena_new(0);
    char *got = tw_path_template(arena, schema, words);
    if (expected != NULL)
        assert_string_equal(got, expected);
    else
        assert_null(got);
    tw_arena_free(arena);
}

static void schemas_are_told_in_other_words(void **state)
{
    (void)state;
    assert_template("{zoom}/{row}/{col}.{extension}", "<z>/<r>/<c>.png");
    assert_template("a/{z}-{x}_{y}.tif", "a/<z>-<c>_<r>.tif");
    assert_template("{z}/{x}/{-y}", NULL);
    assert_template("{quadkey}", NULL);
    assert_template("L{zoom:02}/{row}/{col}", NULL);
    assert_template("{zoom}/{row:1x}/{col}", NULL);
}

/* expected: what is known of the tile afterwards, as text; NULL: no match. */
static void assert_match(const char *schema, const char *name, const char *expected)
{
    struct tw_tile tile = {-1, -1, -1};
    char text[TW_TILE_TEXT_SIZE];
    const struct tw_pyramid pyramid = {tw_grid_named("mercator"), 256, 2, 0};
    const struct tw_path_schema known = {schema, "png", &pyramid};
    assert_int_equal(tw_path_match(&known, name, &tile), expected != NULL);
    assert_string_equal(tw_tile_text(&tile, text), expected != NULL ? expected : "-1/-1/-1");
}

static void paths_are_read_back(void **state)
{
    (void)state;
    assert_match("{zoom}/{row}/{col}.{extension}", "30/1073741823/2147483647.png",
                 "30/1073741823/2147483647");
    assert_match("a-{zoom}/x{col}y{row}z{zoom}", "a-3/x1y0z3", "3/0/1");
    assert_match("{row}", "12", "-1/12/-1");
    assert_match("{zoom}/{row}1/{col}", "3/51/0", "3/5/0");
    assert_match("{zoom}/{row}1/{col}", "3/511/0", "3/51/0");
    assert_match("t{zoom}.{row}.{col}.{extension}", "t3.4.5.png", "3/4/5");
}

static void paths_of_other_conventions_are_read_back(void **state)
{
    (void)state;
    assert_match("{z}/{x}/{-y}.{extension}", "4/5/0.png", "4/7/5"); /* 8 rows of metatiles */
    assert_match("{z}/{x}/{-y}.{extension}", "4/5/7.png", "4/0/5");
    assert_match("{z}/{x}/{-y}.{extension}", "4/5/8.png", NULL);
    assert_match("{-y}", "1", NULL);
    assert_match("{quadkey}.{extension}", "0213.png", "4/5/3");
    assert_match("{quadkey}.{extension}", "0.png", "1/0/0");
    assert_match("{quadkey}.{extension}", "0214.png", NULL);
    assert_match("{quadkey}.{extension}", ".png", NULL);
    assert_match("{zoom}/{quadkey}", "3/021", "3/2/1");
    assert_match("{zoom}/{quadkey}", "3/0213", NULL);
    assert_match("{quadkey}", "0123012301230123012301230123012", NULL);
    assert_match("{quadkey}", "3333333333333333333333333333333333333333333333333333333333333333333333333333",
                 NULL);
    assert_match("L{zoom:02}/R{row:08x}/C{col:08x}", "L04/R0000000a/C0000001f", "4/10/31");
    assert_match("L{zoom:02}/R{row:08x}/C{col:08x}", "L4/R0000000a/C0000001f", NULL);
    assert_match("L{zoom:02}/R{row:08x}/C{col:08x}", "L04/R000000a/C0000001f", NULL);
    assert_match("L{zoom:02}/R{row:08x}/C{col:08x}", "L04/R0000000A/C0000001f", NULL);
    assert_match("L{zoom:02}/R{row:08x}/C{col:08x}", "L04/R10000000a/C0000001f", "4/4294967306/31");
}

static void names_of_layouts_are_schemas(void **state)
{
    (void)state;
    struct tw_value value = {.kind = TW_STRING, .line = 3, .col = 7, .file = "a.yaml", .text = "xyz"};
    struct tw_problems problems = {0};
    assert_string_equal(tw_path_layout_read(&value, &problems), "{zoom}/{col}/{row}.{extension}");
    value.text = "a{quadkey}";
    assert_string_equal(tw_path_layout_read(&value, &problems), "a{quadkey}");
    value.text = "xzy";
    assert_null(tw_path_layout_read(&value, &problems));
    assert_string_equal(tw_text_get(&problems.text),
                        "a.yaml:3:7: unknown layout 'xzy'; did you mean 'xyz'? "
                        "(known: wmts, xyz, tms, quadkey, arcgis, compact, mapserver)");
    tw_problems_free(&problems);
}

static void assert_fits(const char *grid, int min_zoom, const char *message)
{
    struct tw_problems problems = {0};
    const struct tw_value value = {
        .kind = TW_STRING, .line = 3, .col = 7, .file = "a.yaml", .text = "{quadkey}.{extension}"};
    const struct tw_pyramid pyramid = {tw_grid_named(grid), 256, 1, 0};
    assert_int_equal(tw_path_schema_fits(&value, &pyramid, min_zoom, &problems), message == NULL);
    assert_string_equal(tw_text_get(&problems.text), message != NULL ? message : "");
    tw_problems_free(&problems);
}

static void quadkeys_are_for_some_grids_and_zooms(void **state)
{
    (void)state;
    assert_fits("mercator", 1, NULL);
    assert_fits("mercator", 0,
                "a.yaml:3:7: a quadkey has a digit for each zoom, so that there is none for zoom 0: "
                "begin at zoom 1");
    assert_fits("geodetic", 1,
                "a.yaml:3:7: a quadkey needs a grid that is one tile at zoom 0, such as mercator; "
                "grid 'geodetic' is 2 x 1");
}

static void other_names_are_no_paths_of_tiles(void **state)
{
    (void)state;
    assert_match("{col}.{extension}", "1.png.aux.xml", NULL);
    assert_match("{col}.{extension}", "1.pn", NULL);
    assert_match("{col}.{extension}", "01.png", NULL);
    assert_match("{col}.{extension}", "-1.png", NULL);
    assert_match("{col}.{extension}", ".png", NULL);
    assert_match("{col}.{extension}", "1234567890123.png", NULL);
    assert_match("{zoom}", "31", NULL);
    assert_match("{zoom}/{row}/{zoom}-{col}", "3/1/4-1", NULL);
    assert_match("", "x", NULL);
}

static void what_is_known_must_be_so(void **state)
{
    (void)state;
    struct tw_tile tile = {3, -1, -1};
    const struct tw_path_schema schema = {"{zoom}-{row}", "png", NULL};
    assert_false(tw_path_match(&schema, "4-1", &tile));
    assert_int_equal(tile.row, -1);
    assert_true(tw_path_match(&schema, "3-1", &tile));
    assert_int_equal(tile.row, 1);
}

static void assert_schema(const char *text, const char *message)
{
    struct tw_problems problems = {0};
    struct tw_value value = {.kind = TW_STRING, .line = 3, .col = 7, .file = "a.yaml", .text = text};
    assert_int_equal(tw_path_schema_check(&value, &problems), message == NULL);
    assert_string_equal(tw_text_get(&problems.text), message != NULL ? message : "");
    tw_problems_free(&problems);
}

static void schema_whose_numbers_run_together_is_refused(void **state)
{
    (void)state;
    assert_schema("{zoom}/{row}{col}",
                  "a.yaml:3:7: the path of tiles '{zoom}/{row}{col}' needs something that is no digit "
                  "between its numbers, as in '{zoom}/{row}/{col}.{extension}'");
    assert_schema("{zoom}/{row}00{col}.png",
                  "a.yaml:3:7: the path of tiles '{zoom}/{row}00{col}.png' needs something that is no digit "
                  "between its numbers, as in '{zoom}/{row}/{col}.{extension}'");
    assert_schema("{zoom}/0{row}0-0{col}0", NULL);
    assert_schema("{zoom}/{row:08x}a{col}",
                  "a.yaml:3:7: the path of tiles '{zoom}/{row:08x}a{col}' needs something that is no digit "
                  "between its numbers, as in '{zoom}/{row}/{col}.{extension}'");
    assert_schema("{zoom}/{quadkey}3{zoom}",
                  "a.yaml:3:7: the path of tiles '{zoom}/{quadkey}3{zoom}' needs something that is no digit "
                  "between its numbers, as in '{zoom}/{row}/{col}.{extension}'");
    assert_schema("_alllayers/L{zoom:02}/R{row:08x}/C{col:08x}.{extension}", NULL);
}

static void schema_may_hold_the_placeholders_in_any_order(void **state)
{
    (void)state;
    assert_schema("{zoom}/{row}/{col}.{extension}", NULL);
    assert_schema("tiles/{zoom}/{col}/..{row}", NULL);
}

static void schema_needs_zoom_row_and_col(void **state)
{
    (void)state;
    assert_schema("{row}/{col}", "a.yaml:3:7: the path of tiles '{row}/{col}' needs {zoom}");
    assert_schema("{zoom}/{col}", "a.yaml:3:7: the path of tiles '{zoom}/{col}' needs {row}");
    assert_schema("{zoom}/{row}", "a.yaml:3:7: the path of tiles '{zoom}/{row}' needs {col}");
    assert_schema("{quadkey}", NULL);
    assert_schema("{z}/{x}/{-y}", NULL);
    assert_schema("{x}/{-y}/{z}",
                  "a.yaml:3:7: the path of tiles '{x}/{-y}/{z}' needs {zoom} in front of {-y}");
}

static void schema_with_unknown_placeholder_is_refused(void **state)
{
    (void)state;
    assert_schema("{zoom}/{rwo}/{col}",
                  "a.yaml:3:7: unknown placeholder '{rwo}'; did you mean '{row}'? "
                  "(known: {zoom}, {row}, {col}, {extension}, {z}, {y}, {x}, {-y}, {quadkey})");
    assert_schema("{zoom}/{row}/{col",
                  "a.yaml:3:7: unknown placeholder '{col'; did you mean '{col}'? "
                  "(known: {zoom}, {row}, {col}, {extension}, {z}, {y}, {x}, {-y}, {quadkey})");
    assert_schema(
        "{zoom}/{row:x}/{col}",
        "a.yaml:3:7: unknown placeholder '{row:x}'; did you mean '{row}'? (known: {zoom}, {row}, {col}, "
        "{extension}, {z}, {y}, {x}, {-y}, {quadkey})");
    assert_schema(
        "{zoom}/{row:99}/{col}",
        "a.yaml:3:7: unknown placeholder '{row:99}'; did you mean '{row}'? (known: {zoom}, {row}, {col}, "
        "{extension}, {z}, {y}, {x}, {-y}, {quadkey})");
    assert_schema(
        "{zoom}/{row}/{col}.{extension:3}",
        "a.yaml:3:7: unknown placeholder '{extension:3}'; did you mean '{extension}'? (known: {zoom}, "
        "{row}, {col}, {extension}, {z}, {y}, {x}, {-y}, {quadkey})");
    assert_schema("{zoom}}/{row}/{col}", "a.yaml:3:7: unknown placeholder '}'; known: {zoom}, {row}, {col}, "
                                         "{extension}, {z}, {y}, {x}, {-y}, {quadkey}");
}

/* A name longer than any buffer is cut in the message. */
static void long_placeholder_is_cut(void **state)
{
    (void)state;
    assert_schema("{aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg}",
                  "a.yaml:3:7: unknown placeholder '{aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffff"
                  "ffffgg'; known: {zoom}, {row}, {col}, {extension}, {z}, {y}, {x}, {-y}, {quadkey}");
}

static void schema_stays_below_the_output(void **state)
{
    (void)state;
    assert_schema("/{zoom}/{row}/{col}",
                  "a.yaml:3:7: the path of tiles '/{zoom}/{row}/{col}' must stay below "
                  "the output's path: no leading '/', no '..'");
    assert_schema("{zoom}/../{row}/{col}", "a.yaml:3:7: the path of tiles '{zoom}/../{row}/{col}' must stay "
                                           "below the output's path: no leading '/', no '..'");
    assert_schema("../{zoom}{row}{col}",
                  "a.yaml:3:7: the path of tiles '../{zoom}{row}{col}' must stay below "
                  "the output's path: no leading '/', no '..'");
}

static void schema_is_a_string(void **state)
{
    (void)state;
    struct tw_problems problems = {0};
    struct tw_value value = {.kind = TW_LIST};
    assert_false(tw_path_schema_check(&value, &problems));
    assert_string_equal(tw_text_get(&problems.text), "the path of tiles must be a string, not a list");
    tw_problems_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_follow_the_schema),
        cmocka_unit_test(schemas_are_told_in_other_words),
        cmocka_unit_test(paths_are_read_back),
        cmocka_unit_test(paths_of_other_conventions_are_read_back),
        cmocka_unit_test(names_of_layouts_are_schemas),
        cmocka_unit_test(quadkeys_are_for_some_grids_and_zooms),
        cmocka_unit_test(other_names_are_no_paths_of_tiles),
        cmocka_unit_test(what_is_known_must_be_so),
        cmocka_unit_test(schema_whose_numbers_run_together_is_refused),
        cmocka_unit_test(schema_may_hold_the_placeholders_in_any_order),
        cmocka_unit_test(schema_needs_zoom_row_and_col),
        cmocka_unit_test(schema_with_unknown_placeholder_is_refused),
        cmocka_unit_test(long_placeholder_is_cut),
        cmocka_unit_test(schema_stays_below_the_output),
        cmocka_unit_test(schema_is_a_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
