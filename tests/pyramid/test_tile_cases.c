/* Tile arithmetic after the lines under tests/cases/pyramid; the language is told in the README there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "area.h"
#include "text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a line gives. */
struct given {
    struct tw_grid grid;
    struct tw_pyramid pyramid;
    struct tw_tile tile;
    struct tw_box box;
    double x, y;
    uint64_t place;
    int buffer_px;
    char wkt[512];
};

static bool read_word(const char **line, char word[512])
{
    int length = 0;
    if (sscanf(*line, "%511s%n", word, &length) != 1)
        return false;
    *line += length;
    return true;
}

static double read_number(const char **line)
{
    char word[512] = "";
    double number = 0;
    if (!read_word(line, word) || !tw_parse_number(word, &number))
        fail_msg("'%s' is not a number", word);
    return number;
}

static uint64_t read_integer(const char **line)
{
    char word[512] = "";
    read_word(line, word);
    return strtoull(word, NULL, 10);
}

static struct tw_box read_box(const char **line)
{
    struct tw_box box;
    box.left = read_number(line);
    box.bottom = read_number(line);
    box.right = read_number(line);
    box.top = read_number(line);
    return box;
}

static void read_grid(const char **line, struct given *given)
{
    char word[512] = "";
    read_word(line, word);
    if (strcmp(word, "custom") != 0) {
        assert_non_null(tw_grid_named(word));
        given->grid = *tw_grid_named(word);
        return;
    }
    read_word(line, word);
    long long cols = 0, rows = 0;
    assert_int_equal(sscanf(word, "%lldx%lld", &cols, &rows), 2);
    given->grid = (struct tw_grid){
        .name = "custom", .crs = "EPSG:3857", .extent = read_box(line), .cols = cols, .rows = rows};
}

static void read_setting(const char *word, const char **line, struct given *given)
{
    if (strcmp(word, "tile_size") == 0)
        given->pyramid.tile_size_px = (int)read_integer(line);
    else if (strcmp(word, "first") == 0)
        given->grid.first_zoom = (int)read_integer(line);
    else if (strcmp(word, "zooms") == 0)
        given->grid.num_zooms = (int)read_integer(line);
    else if (strcmp(word, "metatiling") == 0)
        given->pyramid.metatiling = (int)read_integer(line);
    else if (strcmp(word, "zoom") == 0)
        given->tile.zoom = (int)read_integer(line);
    else if (strcmp(word, "row") == 0)
        given->tile.row = (int64_t)read_integer(line);
    else if (strcmp(word, "col") == 0)
        given->tile.col = (int64_t)read_integer(line);
    else if (strcmp(word, "buffer") == 0)
        given->buffer_px = (int)read_integer(line);
    else if (strcmp(word, "place") == 0)
        given->place = read_integer(line);
    else if (strcmp(word, "box") == 0)
        given->box = read_box(line);
    else
        fail_msg("unknown word '%s'", word);
}

static void read_given(const char *line, struct given *given)
{
    char word[512];
    read_grid(&line, given);
    given->pyramid = (struct tw_pyramid){&given->grid, 256, 1, 0};
    while (read_word(&line, word)) {
        if (strcmp(word, "wkt") == 0) {
            snprintf(given->wkt, sizeof(given->wkt), "%s", line);
            return;
        }
        if (strcmp(word, "point") == 0) {
            given->x = read_number(&line);
            given->y = read_number(&line);
        } else {
            read_setting(word, &line, given);
        }
    }
}

static void add_tile(struct tw_text *answer, const struct tw_tile *tile)
{
    char text[TW_TILE_TEXT_SIZE];
    tw_text_printf(answer, "%s%s", answer->length > 0 ? " " : "", tw_tile_text(tile, text));
}

static void add_box(struct tw_text *answer, const struct tw_box *box)
{
    tw_text_printf(answer, "%.15g %.15g %.15g %.15g", box->left, box->bottom, box->right, box->top);
}

static void add_range(struct tw_text *answer, const struct tw_tile_range *range)
{
    if (range->last_row < range->first_row || range->last_col < range->first_col)
        tw_text_add(answer, "none");
    else
        tw_text_printf(answer, "rows %lld..%lld cols %lld..%lld", (long long)range->first_row,
                       (long long)range->last_row, (long long)range->first_col, (long long)range->last_col);
}

static void answer_matrix(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    tw_text_printf(answer, "%lldx%lld", (long long)tw_pyramid_cols(&given->pyramid, given->tile.zoom),
                   (long long)tw_pyramid_rows(&given->pyramid, given->tile.zoom));
}

static void answer_max_zoom(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    tw_text_printf(answer, "%d", tw_grid_max_zoom(&given->grid));
}

static void answer_pixel(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    int size = given->pyramid.tile_size_px;
    tw_text_printf(answer, "%.15g %.15g", tw_grid_pixel_width(&given->grid, given->tile.zoom, size),
                   tw_grid_pixel_height(&given->grid, given->tile.zoom, size));
}

static void answer_size(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_window window = tw_tile_window(&given->pyramid, &given->tile);
    tw_text_printf(answer, "%dx%d", window.width_px, window.height_px);
}

static void answer_bounds(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_box bounds = tw_tile_bounds(&given->pyramid, &given->tile);
    add_box(answer, &bounds);
}

static void answer_buffered(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_window window = tw_tile_window_buffered(&given->pyramid, &given->tile, given->buffer_px);
    tw_text_printf(answer, "%lld %lld %dx%d", (long long)window.col_px, (long long)window.row_px,
                   window.width_px, window.height_px);
}

static void answer_parts(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_window window = tw_tile_window_buffered(&given->pyramid, &given->tile, given->buffer_px);
    struct tw_window_part parts[3];
    int count = tw_window_parts(&window, parts);
    for (int i = 0; i < count; i++)
        tw_text_printf(answer, "%s%lld+%d@%d", i > 0 ? " " : "", (long long)parts[i].window.col_px,
                       parts[i].window.width_px, parts[i].offset_px);
}

static void answer_parent(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_tile parent = tw_tile_parent(&given->tile);
    add_tile(answer, &parent);
}

static void answer_children(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_tile children[4];
    int count = tw_tile_children(&given->pyramid, &given->tile, children);
    for (int i = 0; i < count; i++)
        add_tile(answer, &children[i]);
}

static void answer_at(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_tile tile;
    if (tw_tile_from_point(&given->pyramid, given->tile.zoom, given->x, given->y, &tile))
        add_tile(answer, &tile);
    else
        tw_text_add(answer, "outside");
}

static void answer_meets(const struct given *given, const char *argument, struct tw_text *answer)
{
    struct tw_pyramid other = given->pyramid;
    other.metatiling = (int)read_integer(&argument);
    tw_text_printf(answer, "%d ", other.metatiling);
    struct tw_tile_range range = tw_tile_intersecting(&given->pyramid, &given->tile, &other);
    add_range(answer, &range);
}

static void answer_tiles(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_tile_range range = tw_tile_range_of_box(&given->pyramid, given->tile.zoom, &given->box);
    add_range(answer, &range);
}

static enum tw_status make_area(const struct given *given, struct tw_area **area, struct tw_error *err)
{
    struct tw_geometry *geometry = NULL;
    if (*given->wkt == '\0')
        return tw_area_from_box(&given->grid, &given->box, area, err);
    enum tw_status status = tw_geometry_from_wkt(given->wkt, &geometry, err);
    return status == TW_OK ? tw_area_from_geometry(&given->grid, geometry, area, err) : status;
}

static void answer_count(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    if (make_area(given, &area, &err) == TW_OK)
        tw_text_printf(answer, "%llu",
                       (unsigned long long)tw_area_count(area, &given->pyramid, given->tile.zoom));
    else
        tw_text_add(answer, err.message);
    tw_area_free(area);
}

static void answer_area(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    if (make_area(given, &area, &err) == TW_OK) {
        struct tw_box bounds = tw_area_bounds(area);
        add_box(answer, &bounds);
    } else {
        assert_int_equal(err.status, TW_EUSAGE);
        tw_text_add(answer, err.message);
    }
    tw_area_free(area);
}

static void answer_place(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    tw_text_printf(answer, "%llu", (unsigned long long)tw_tile_hilbert(&given->pyramid, &given->tile));
}

static void answer_tile(const struct given *given, const char *argument, struct tw_text *answer)
{
    (void)argument;
    struct tw_tile tile = tw_tile_from_hilbert(&given->pyramid, given->tile.zoom, given->place);
    add_tile(answer, &tile);
}

static const struct {
    const char *name;
    void (*answer)(const struct given *given, const char *argument, struct tw_text *answer);
} questions[] = {
    {"matrix", answer_matrix}, {"max_zoom", answer_max_zoom}, {"pixel", answer_pixel},
    {"size", answer_size},     {"bounds", answer_bounds},     {"buffered", answer_buffered},
    {"parts", answer_parts},   {"parent", answer_parent},     {"children", answer_children},
    {"at", answer_at},         {"meets", answer_meets},       {"tiles", answer_tiles},
    {"count", answer_count},   {"area", answer_area},         {"place", answer_place},
    {"tile", answer_tile},
};

/* Whether the case holds; prints file:line when it does not. */
static bool check_case(const char *path, int number, char *line)
{
    struct given given = {.buffer_px = 0};
    char *arrow = strstr(line, " -> ");
    if (arrow == NULL)
        fail_msg("%s:%d: no ' -> '", path, number);
    *arrow = '\0';
    read_given(line, &given);
    const char *expected = arrow + 4;
    char question[512] = "";
    read_word(&expected, question);
    expected += *expected == ' ';
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        if (strcmp(questions[i].name, question) != 0)
            continue;
        struct tw_text answer = {0};
        questions[i].answer(&given, expected, &answer);
        bool right = strcmp(tw_text_get(&answer), expected) == 0;
        if (!right)
            print_error("%s:%d: %s -> %s\n    is %s\n", path, number, line, arrow + 4, tw_text_get(&answer));
        tw_text_free(&answer);
        return right;
    }
    fail_msg("%s:%d: unknown question '%s'", path, number, question);
    return false;
}

static void every_case_holds(void **state)
{
    const char *path = *state;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[2048];
    int cases = 0, failed = 0;
    for (int number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
        line[strcspn(line, "\n")] = '\0';
        if (*line == '\0' || *line == '#')
            continue;
        cases++;
        failed += check_case(path, number, line) ? 0 : 1;
    }
    fclose(file);
    assert_true(cases > 10);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_case_holds, (void *)(uintptr_t) "tests/cases/pyramid/tiles.txt"),
        cmocka_unit_test_prestate(every_case_holds, (void *)(uintptr_t) "tests/cases/pyramid/buffers.txt"),
        cmocka_unit_test_prestate(every_case_holds, (void *)(uintptr_t) "tests/cases/pyramid/hilbert.txt"),
        cmocka_unit_test_prestate(every_case_holds, (void *)(uintptr_t) "tests/cases/pyramid/areas.txt"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
