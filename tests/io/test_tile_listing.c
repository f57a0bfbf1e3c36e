/* SPDX-License-Identifier: MIT */
#include "file.h"
#include "read_fixture.h"
#include "tile_output.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char plain_metadata[] = "{\"driver\": {\"format\": \"PNG\", \"bands\": 3, \"dtype\": \"uint8\", "
                                     "\"nodata\": 0, \"delimiters\": {\"zoom\": [3, 1, 2]}}, "
                                     "\"pyramid\": {\"grid\": {\"grid\": \"geodetic\"}, \"metatiling\": 2, "
                                     "\"pixelbuffer\": 1, \"tile_size\": 512}}";

/* Makes files, separated by blanks, below a folder of the test. */
static const char *make_files(const char *name_of_folder, const char *names)
{
    static char list[1024], folder[64];
    struct tw_error err;
    snprintf(folder, sizeof(folder), "%s", name_of_folder);
    snprintf(list, sizeof(list), "%s", names);
    for (char *rest = list, *name; (name = strsep(&rest, " ")) != NULL;) {
        const char *path = scratch_path(text("%s/%s", folder, name));
        const char *parent = text("%.*s", (int)(strrchr(path, '/') - path), path);
        assert_int_equal(tw_make_folders(parent, &err), TW_OK);
        if (strrchr(path, '/')[1] != '\0')
            assert_int_equal(tw_file_write(path, "", 0, &err), TW_OK);
    }
    return scratch_path(folder);
}

static enum tw_status note_tile(void *context, const struct tw_stored_tile *stored, struct tw_error *err)
{
    (void)err;
    char tile[TW_TILE_TEXT_SIZE];
    struct tw_text *notes = context;
    tw_text_printf(notes, "%s=%s%s ", tw_tile_text(&stored->tile, tile), stored->path,
                   stored->has_sidecar ? "+" : "");
    return TW_OK;
}

static enum tw_status note_stranger(void *context, const char *path, enum tw_stranger why,
                                    struct tw_error *err)
{
    (void)err;
    tw_text_printf(context, "%d:%s ", (int)why, path);
    return TW_OK;
}

static const struct tw_tile_output plain = {.schema = tw_tile_default_schema, .extension = "png"};

/* Lists what lies in the folder, on the geodetic grid; the rest is as in the listing. */
static void assert_listing(const char *folder, const struct tw_tile_output *layout,
                           struct tw_tile_listing listing, const char *expected)
{
    struct tw_error err = {0};
    struct tw_text notes = {0};
    struct tw_tile_output output = *layout;
    output.folder = folder;
    output.pyramid = (struct tw_pyramid){tw_grid_named("geodetic"), 256, 1, 0};
    listing.output = &output;
    listing.tile = note_tile;
    listing.context = &notes;
    if (tw_tile_output_list(&listing, &err) != TW_OK)
        fail_msg("%s", err.message);
    assert_string_equal(tw_text_get(&notes), expected);
    tw_text_free(&notes);
}

static void tiles_come_by_zoom_row_and_column(void **state)
{
    (void)state;
    const char *folder = make_files("order", "10/2/3.png 2/10.png 2/1/10.png 2/1/9.png 2/0/7.png 9/1/1.png");
    struct tw_tile_listing all = {.max_zoom = TW_MAX_ZOOM}, some = {.min_zoom = 3, .max_zoom = 9};
    assert_listing(folder, &plain, all, "2/0/7=2/0/7.png 9/1/1=9/1/1.png 10/2/3=10/2/3.png ");
    assert_listing(folder, &plain, some, "9/1/1=9/1/1.png ");
}

static void sidecars_belong_to_their_tiles_and_strangers_are_told(void **state)
{
    (void)state;
    const char *folder = make_files(
        "strangers", "1/0/0.png 1/0/0.png.aux.xml 1/0/1.png.aux.xml 1/0/02.png 1/0/3.tif 1/0/4.png "
                     "1/5.png/ 1/0/x/0.png .tilewright/journal metadata.json notes.txt 2");
    struct tw_tile_listing listing = {.max_zoom = 2, .stranger = note_stranger};
    struct tw_error err = {0};
    struct tw_text notes = {0};
    struct tw_tile_output output = plain;
    output.folder = folder;
    output.pyramid = (struct tw_pyramid){tw_grid_named("geodetic"), 256, 1, 0};
    listing.output = &output;
    listing.tile = note_tile;
    listing.context = &notes;
    assert_int_equal(tw_tile_output_list(&listing, &err), TW_OK);
    static const char *const told[] = {"1/0/0=1/0/0.png+ ", "3:1/0/1.png.aux.xml ", "0:1/0/02.png ",
                                       "0:1/0/3.tif ",      "1:1/0/4.png ",         "0:1/5.png ",
                                       "0:1/0/x ",          "0:notes.txt ",         "2:2 "};
    size_t length = 0;
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        assert_non_null(strstr(tw_text_get(&notes), told[i]));
        length += strlen(told[i]);
    }
    assert_int_equal(notes.length, length);
    tw_text_free(&notes);
}

static void only_tiles_of_the_area_are_listed(void **state)
{
    (void)state;
    const char *folder = make_files("area", "1/0/0.png 1/0/1.png 1/1/1.png 1/0/2.png 1/0/3.png 2/1/4.png");
    const struct tw_box box = {0, 0, 90, 90};
    struct tw_area *area = NULL;
    assert_int_equal(tw_area_from_box(tw_grid_named("geodetic"), &box, &area, NULL), TW_OK);
    struct tw_tile_listing listing = {.max_zoom = TW_MAX_ZOOM, .area = area};
    assert_listing(folder, &plain, listing, "1/0/2=1/0/2.png 2/1/4=2/1/4.png ");
    tw_area_free(area);
}

static void paths_may_follow_any_schema(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *files, *expected;
    } cases[] = {
        {"{zoom}/{col}/{row}.{extension}", "2/7/0.png 2/6/3.png", "2/3/6=2/6/3.png 2/0/7=2/7/0.png "},
        {"{zoom}_{row}_{col}.{extension}", "2_0_7.png 2_0_7.png.aux.xml 1_1_1.png 2_0_10.png",
         "1/1/1=1_1_1.png 2/0/7=2_0_7.png+ "},
        {"t/{row}/{zoom}/c{col}", "t/0/2/c7 t/0/1/c1 t/1/1/c0 t/3/2/c0",
         "1/0/1=t/0/1/c1 1/1/0=t/1/1/c0 2/0/7=t/0/2/c7 2/3/0=t/3/2/c0 "},
        {"./{zoom}//{row}/{zoom}-{col}.{extension}", "2/1/2-0.png 2/1/1-0.png", "2/1/0=2/1/2-0.png "},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *folder = make_files(text("schema%zu", i), cases[i].files);
        struct tw_tile_output layout = plain;
        layout.schema = cases[i].schema;
        assert_listing(folder, &layout, (struct tw_tile_listing){.max_zoom = 3}, cases[i].expected);
    }
}

static void folders_above_the_zooms_are_told_of_once(void **state)
{
    (void)state;
    const char *folder = make_files("once", "0/2/c7 0/2/d7 0/x/c1 y/1/c0");
    struct tw_error err = {0};
    struct tw_text notes = {0};
    struct tw_tile_output output = plain;
    output.schema = "{row}/{zoom}/c{col}";
    output.folder = folder;
    output.pyramid = (struct tw_pyramid){tw_grid_named("geodetic"), 256, 1, 0};
    struct tw_tile_listing listing = {
        .output = &output, .max_zoom = 3, .tile = note_tile, .stranger = note_stranger, .context = &notes};
    assert_int_equal(tw_tile_output_list(&listing, &err), TW_OK);
    assert_string_equal(tw_text_get(&notes), "0:y 0:0/x 0:0/2/d7 2/0/7=0/2/c7 ");
    tw_text_free(&notes);
}

static void links_are_followed_or_skipped(void **state)
{
    (void)state;
    const char *folder = make_files("links", "1/0/0.png elsewhere/1.png");
    struct tw_tile_listing follow = {.max_zoom = 3}, skip = {.max_zoom = 3, .skip_links = true};
    assert_int_equal(symlink("../elsewhere", text("%s/1/1", folder)), 0);
    assert_int_equal(symlink("0.png", text("%s/1/0/3.png", folder)), 0);
    assert_listing(folder, &plain, follow, "1/0/0=1/0/0.png 1/0/3=1/0/3.png 1/1/1=1/1/1.png ");
    assert_listing(folder, &plain, skip, "1/0/0=1/0/0.png ");
}

static void an_output_says_what_it_is(void **state)
{
    (void)state;
    struct tw_error err = {0};
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_tile_output output;
    const char *folder = make_files("output", "1/0/0.png");
    assert_int_equal(
        tw_file_write(text("%s/metadata.json", folder), plain_metadata, strlen(plain_metadata), &err), TW_OK);
    assert_int_equal(tw_tile_output_open(folder, arena, &output, &err), TW_OK);
    assert_string_equal(output.folder, folder);
    assert_string_equal(output.schema, tw_tile_default_schema);
    assert_string_equal(output.format, "PNG");
    assert_string_equal(output.extension, "png");
    assert_ptr_equal(output.pyramid.grid, tw_grid_named("geodetic"));
    assert_int_equal(output.pyramid.metatiling, 2);
    assert_int_equal(output.pyramid.pixelbuffer_px, 1);
    assert_int_equal(output.pyramid.tile_size_px, 512);
    assert_true(output.has_zooms && output.min_zoom == 1 && output.max_zoom == 3);
    assert_true(output.has_dtype && output.dtype == TW_UINT8 && output.num_bands == 3);
    assert_true(output.has_nodata && output.nodata == 0);
    tw_arena_free(arena);
}

static void what_is_no_output_is_refused(void **state)
{
    (void)state;
    struct tw_error err = {0};
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_tile_output output;
    const char *folder = make_files("none", "1/0/0.png odd/metadata.json");
    const char *odd = text("%s/odd", folder), *json = "{\"driver\": {\"format\": \"JPEG2001\"}, \"pyramid\": "
                                                      "{\"grid\": {\"grid\": \"geodetic\"}}}";
    assert_int_equal(tw_file_write(text("%s/metadata.json", odd), json, strlen(json), &err), TW_OK);
    const char *const cases[][2] = {
        {folder, text("'%s' is no tile directory: it has no metadata.json", folder)},
        {"no/such", "no folder 'no/such'"},
        {"abfs://bucket/x",
         "'abfs://bucket/x' is not on this machine; tile directories are local folders, or "
         "lie in s3://, gs:// or az://"},
        {odd, text("'%s/metadata.json': tiles of format 'JPEG2001' are not known", odd)},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(tw_tile_output_open(cases[i][0], arena, &output, &err), TW_EUSAGE);
        assert_string_equal(err.message, cases[i][1]);
    }
    tw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_come_by_zoom_row_and_column),
        cmocka_unit_test(sidecars_belong_to_their_tiles_and_strangers_are_told),
        cmocka_unit_test(only_tiles_of_the_area_are_listed),
        cmocka_unit_test(paths_may_follow_any_schema),
        cmocka_unit_test(folders_above_the_zooms_are_told_of_once),
        cmocka_unit_test(links_are_followed_or_skipped),
        cmocka_unit_test(an_output_says_what_it_is),
        cmocka_unit_test(what_is_no_output_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
