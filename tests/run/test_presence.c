/* Tiles that lie in a folder against what its journal says: zoom 3, metatiles of 2 x 2 tiles.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file.h"
#include "presence.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/tilewright-presence-XXXXXX";
static char work[64], journal[80];

static int set_up(void **state)
{
    (void)state;
    struct tw_error err;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(work, sizeof(work), "%s/.tilewright", folder);
    snprintf(journal, sizeof(journal), "%s/journal", work);
    return tw_make_folders(work, &err) == TW_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(journal);
    rmdir(work);
    return rmdir(folder);
}

static struct tw_presence open_presence(const char *text)
{
    const struct tw_tile_output output = {
        .folder = folder, .pyramid = {tw_grid_named("mercator"), 256, 1, 0}, .process_metatiling = 2};
    struct tw_presence presence;
    struct tw_error err;
    unlink(journal);
    if (text != NULL)
        assert_int_equal(tw_file_write(journal, text, strlen(text), &err), TW_OK);
    assert_int_equal(tw_presence_open(&presence, &output, 0, &err), TW_OK);
    return presence;
}

static void add(struct tw_presence *presence, int64_t row, int64_t col)
{
    const struct tw_tile tile = {3, row, col};
    struct tw_error err;
    assert_int_equal(tw_presence_add(presence, &tile, &err), TW_OK);
}

/* `row/col written present` of each place, with ? for unknown and - for outdated ones. */
static enum tw_status put_down(void *context, const struct tw_place *place, struct tw_error *err)
{
    (void)err;
    char *text = context, one[64];
    snprintf(one, sizeof(one), "%lld/%lld%s%s %u %u; ", (long long)place->metatile.row,
             (long long)place->metatile.col, place->is_known ? "" : "?", place->is_outdated ? "-" : "",
             place->written, place->present);
    strcat(text, one);
    return TW_OK;
}

static void check(struct tw_presence *presence, const char *expected)
{
    char text[1024] = "";
    struct tw_error err;
    assert_int_equal(tw_presence_compare(presence, 3, put_down, text, &err), TW_OK);
    assert_string_equal(text, expected);
}

/* Three places are known: one with three tiles, one that is gone, and one that is outdated. */
static void places_are_visited_in_order_whether_known_or_present(void **state)
{
    (void)state;
    struct tw_presence presence = open_presence("tilewright journal 1\n3 0 0 3\n3 5 5 x\n3 15 15 -\n");
    struct tw_tile first = tw_tile_from_hilbert(&presence.process, 3, 0);
    struct tw_tile last = tw_tile_from_hilbert(&presence.process, 3, 15);
    struct tw_tile other = tw_tile_from_hilbert(&presence.process, 3, 7);
    add(&presence, 2 * other.row, 2 * other.col + 1);
    add(&presence, 2 * first.row + 1, 2 * first.col + 1);
    add(&presence, 2 * first.row, 2 * first.col);
    char expected[128];
    snprintf(expected, sizeof(expected), "%d/%d 3 2; %d/%d? 0 1; %d/%d- 0 0; ", (int)first.row,
             (int)first.col, (int)other.row, (int)other.col, (int)last.row, (int)last.col);
    check(&presence, expected);
    snprintf(expected, sizeof(expected), "%d/%d 3 0; %d/%d- 0 0; ", (int)first.row, (int)first.col,
             (int)last.row, (int)last.col);
    check(&presence, expected); /* the tiles of the zoom before are forgotten */
    tw_presence_close(&presence);
}

static void empty_metatiles_are_visited_where_tiles_are(void **state)
{
    (void)state;
    struct tw_presence presence =
        open_presence("tilewright journal 1\n3 2 18446744073709551615 0\n3 0 1 1\n");
    struct tw_tile at[4];
    char expected[128];
    const int places[] = {0, 1, 5, 9};
    for (int i = 0; i < 4; i++)
        at[i] = tw_tile_from_hilbert(&presence.process, 3, (uint64_t)places[i]);
    add(&presence, 2 * at[3].row, 2 * at[3].col);
    add(&presence, 2 * at[2].row, 2 * at[2].col);
    snprintf(expected, sizeof(expected), "%d/%d 1 0; %d/%d 1 0; %d/%d 0 1; %d/%d 0 1; ", (int)at[0].row,
             (int)at[0].col, (int)at[1].row, (int)at[1].col, (int)at[2].row, (int)at[2].col, (int)at[3].row,
             (int)at[3].col);
    check(&presence, expected);
    snprintf(expected, sizeof(expected), "%d/%d 1 0; %d/%d 1 0; ", (int)at[0].row, (int)at[0].col,
             (int)at[1].row, (int)at[1].col);
    check(&presence, expected);
    presence.visits_empty = true;
    char text[1024] = "";
    struct tw_error err;
    assert_int_equal(tw_presence_compare(&presence, 3, put_down, text, &err), TW_OK);
    int count = 0;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == ';';
    assert_int_equal(count, 16); /* all of the zoom, and nothing beyond it */
    tw_presence_close(&presence);
}

static void without_a_journal_there_are_only_tiles(void **state)
{
    (void)state;
    struct tw_presence presence = open_presence(NULL);
    assert_null(presence.journal);
    add(&presence, 0, 0);
    add(&presence, 1, 1);
    check(&presence, "0/0? 0 2; ");
    tw_presence_close(&presence);
}

static void metatiles_have_the_tiles_that_the_grid_has(void **state)
{
    (void)state;
    struct tw_presence presence = open_presence(NULL);
    const struct tw_tile deep = {3, 1, 2}, top = {0, 0, 0};
    assert_int_equal(tw_presence_num_tiles(&presence, &deep), 4);
    assert_int_equal(tw_presence_num_tiles(&presence, &top), 1);
    struct tw_tile_range range = tw_presence_tiles(&presence, &deep);
    assert_int_equal(range.first_row, 2);
    assert_int_equal(range.last_col, 5);
    tw_presence_close(&presence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_visited_in_order_whether_known_or_present),
        cmocka_unit_test(empty_metatiles_are_visited_where_tiles_are),
        cmocka_unit_test(without_a_journal_there_are_only_tiles),
        cmocka_unit_test(metatiles_have_the_tiles_that_the_grid_has),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
