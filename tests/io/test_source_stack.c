/* SPDX-License-Identifier: MIT */
#include "make_raster.h"
#include "read_fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ITEMS "examples/cloudless/sentinel2/items.json"

static const char *write_file(const char *name, const char *content)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    return path;
}

/* The window of the geodetic grid at zoom 9 around the two granules. */
static const struct tw_window *both_granules(void)
{
    static struct tw_window window;
    window = (struct tw_window){tw_grid_named("geodetic"), 9, 256, 142150, 31650, 700, 800};
    return &window;
}

static size_t list_scenes(struct read_fixture *fixture, const struct tw_window *window,
                          struct tw_scene **scenes)
{
    size_t count = 0;
    struct tw_error err = {0};
    if (tw_reader_scenes(fixture->reader, window, fixture->tile, scenes, &count, &err) != TW_OK)
        fail_msg("%s", err.message);
    return count;
}

static void an_item_collection_is_a_stack_newest_first(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, ITEMS));
    assert_int_equal(tw_source_kind(fixture.source), TW_SOURCE_STACK);
    assert_int_equal(tw_source_num_scenes(fixture.source), 10);
    assert_int_equal(tw_source_num_bands(fixture.source), 5);
    assert_int_equal(tw_source_dtype(fixture.source), TW_UINT16);
    struct tw_scene *scenes;
    assert_int_equal(list_scenes(&fixture, both_granules(), &scenes), 10);
    assert_string_equal(scenes[0].id, "S2B_33TWL_20230820_0_L2A");
    assert_string_equal(scenes[0].datetime, "2023-08-20T09:58:11.072000Z");
    assert_float_equal(scenes[4].cloud_cover, 0.20399, 1e-9);
    assert_non_null(strstr(scenes[4].properties, "\"platform\":\"sentinel-2a\""));
    for (size_t i = 1; i < 10; i++)
        assert_true(strcmp(scenes[i - 1].datetime, scenes[i].datetime) > 0);
    read_close(&fixture);
}

static void folders_and_single_items_give_the_same_scenes(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, "examples/cloudless/sentinel2"));
    assert_int_equal(tw_source_num_scenes(fixture.source), 10);
    read_close(&fixture);
    const char *item = "examples/cloudless/sentinel2/S2A_33TWL_20230815_0_L2A/S2A_33TWL_20230815_0_L2A.json";
    assert_true(read_open(&fixture, item));
    assert_int_equal(tw_source_num_scenes(fixture.source), 1);
    struct tw_raster raster = read_window(&fixture, both_granules(), TW_NEAREST, "red");
    assert_false(tw_raster_is_empty(&raster));
    read_close(&fixture);
}

static void scenes_are_filtered_and_ordered(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        size_t count;
        const char *first;
    } cases[] = {
        {"order=oldest", 10, "S2B_33TWM_20230810_0_L2A"},
        {"order=least_cloudy", 10, NULL},
        {"max_cloud_cover=10", 6, NULL},
        {"start=2023-08-13;end=2023-08-15;order=oldest", 4, "S2B_33TWM_20230813_0_L2A"},
        {"start=2023-08-20", 2, NULL},
        {"end=2023-08-10", 2, NULL},
        {"merge=date", 5, NULL},
        {"merge=date;max_cloud_cover=1;order=oldest", 1, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct read_fixture fixture;
        assert_true(read_open(&fixture, text("path=%s;%s", ITEMS, cases[i].options)));
        struct tw_scene *scenes;
        assert_int_equal(list_scenes(&fixture, both_granules(), &scenes), cases[i].count);
        if (cases[i].first != NULL)
            assert_string_equal(scenes[0].id, cases[i].first);
        for (size_t k = 1; k < cases[i].count && strstr(cases[i].options, "least") != NULL; k++)
            assert_true(scenes[k - 1].cloud_cover <= scenes[k].cloud_cover);
        read_close(&fixture);
    }
}

static void only_scenes_that_touch_the_window_are_listed(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, ITEMS));
    struct tw_scene *scenes;
    struct tw_window south = {tw_grid_named("geodetic"), 11, 256, 569000, 129000, 64, 64};
    assert_int_equal(list_scenes(&fixture, &south, &scenes), 5);
    for (size_t i = 0; i < 5; i++)
        assert_non_null(strstr(scenes[i].id, "33TWL"));
    struct tw_window elsewhere = {tw_grid_named("geodetic"), 11, 256, 0, 0, 64, 64};
    assert_int_equal(list_scenes(&fixture, &elsewhere, &scenes), 0);
    read_close(&fixture);
}

/* What the merged scene holds, each granule holds alone. */
static void merged_items_fill_each_other(void **state)
{
    (void)state;
    struct read_fixture merged, alone;
    assert_true(
        read_open(&merged, text("path=%s;merge=date;bands=red,scl;start=2023-08-15;end=2023-08-15", ITEMS)));
    assert_true(
        read_open(&alone, text("path=%s;bands=red,scl;start=2023-08-15;end=2023-08-15;order=oldest", ITEMS)));
    assert_int_equal(tw_source_num_scenes(merged.source), 1);
    struct tw_raster whole = read_window(&merged, both_granules(), TW_BILINEAR, NULL);
    size_t valid = 0, valid_parts[2] = {0}, wrong = 0;
    struct tw_raster parts[2];
    for (size_t i = 0; i < 2; i++) {
        struct tw_read read = {
            .window = *both_granules(), .scene = i, .resampling = TW_BILINEAR, .resampling_given = true};
        assert_int_equal(tw_reader_read(alone.reader, &read, alone.tile, &parts[i], NULL), TW_OK);
    }
    for (size_t i = 0; i < tw_array_num_pixels(&whole.bands[0]); i++) {
        valid += whole.bands[0].valid[i] != 0;
        bool equals_one = whole.bands[0].valid[i] == 0;
        for (size_t k = 0; k < 2; k++) {
            valid_parts[k] += parts[k].bands[0].valid[i] != 0;
            equals_one =
                equals_one || (parts[k].bands[0].valid[i] != 0 &&
                               tw_array_get(&parts[k].bands[0], i) == tw_array_get(&whole.bands[0], i));
        }
        wrong += !equals_one;
    }
    assert_int_equal(wrong, 0);
    assert_true(valid > valid_parts[0] && valid > valid_parts[1]);
    assert_true(valid < valid_parts[0] + valid_parts[1]);
    read_close(&merged);
    read_close(&alone);
}

/* Classes between 4 and 6 do not become 5 at the edges of a forest. */
static void a_classification_is_never_interpolated(void **state)
{
    (void)state;
    struct read_fixture fixture;
    struct tw_window window = {tw_grid_named("geodetic"), 11, 256, 569000, 129000, 256, 256};
    assert_true(read_open(&fixture, text("path=%s;bands=scl,red;resampling=bilinear", ITEMS)));
    struct tw_raster both = read_window(&fixture, &window, TW_BILINEAR, "red,scl");
    struct tw_raster scl = read_window(&fixture, &window, TW_NEAREST, "scl");
    struct tw_raster red = read_window(&fixture, &window, TW_NEAREST, "red");
    struct tw_raster both_scl = {1, &both.bands[1], &both.names[1], NULL},
                     both_red = {1, &both.bands[0], both.names, NULL};
    assert_true(rasters_equal(&both_scl, &scl));
    assert_false(rasters_equal(&both_red, &red));
    read_close(&fixture);
}

/* One item over x 10..14, y 17..20, with whatever assets. */
static const char *item(const char *id, const char *datetime, const char *properties, const char *assets)
{
    return text("{\"type\":\"Feature\",\"stac_version\":\"1.0.0\",\"id\":\"%s\",\"geometry\":null,"
                "\"bbox\":[10,17,14,20],\"properties\":{\"datetime\":\"%s\"%s},\"links\":[],\"assets\":{%s}}",
                id, datetime, properties, assets);
}

static void make_asset(const char *name, int num_bands, double first)
{
    struct made_raster made = {
        scratch_path(name),      4, 3, num_bands, GDT_Byte, {10, 1, 0, 20, 0, -1}, "EPSG:4326",
        "PHOTOMETRIC=MINISBLACK"};
    raster_make_plain(&made, first);
}

static double first_value(struct read_fixture *fixture, size_t scene, const char *band)
{
    struct tw_window window = {tw_grid_named("geodetic"), 2, 256, 1085, 400, 3, 3};
    const char *const bands[] = {band};
    struct tw_read read = {.window = window, .scene = scene, .bands = bands, .num_bands = 1};
    struct tw_raster raster;
    struct tw_error err = {0};
    if (tw_reader_read(fixture->reader, &read, fixture->tile, &raster, &err) != TW_OK)
        fail_msg("%s", err.message);
    assert_true(raster.bands[0].valid[4] != 0);
    return tw_array_get(&raster.bands[0], 4);
}

static void bands_are_found_by_key_common_name_and_name(void **state)
{
    (void)state;
    make_asset("single.tif", 1, 10);
    make_asset("multi.tif", 3, 20);
    const char *assets =
        "\"B08\":{\"href\":\"single.tif\",\"roles\":[\"data\"],\"eo:bands\":[{\"name\":\"b8\","
        "\"common_name\":\"nir\"}]},"
        "\"visual\":{\"href\":\"./multi.tif\",\"roles\":[\"data\"],\"bands\":[{\"name\":\"r\","
        "\"eo:common_name\":\"red\"},{\"name\":\"g\"},{\"name\":\"nir\"}]},"
        "\"preview\":{\"href\":\"no.png\",\"roles\":[\"thumbnail\"],\"eo:bands\":[{\"name\":"
        "\"g\"}]}";
    const char *path = write_file("names.json", item("a", "2020-01-01", "", assets));
    static const struct {
        const char *band;
        double first;
    } cases[] = {{"B08", 10}, {"nir", 10},         {"b8", 10},       {"red", 20},
                 {"g", 120},  {"visual.nir", 220}, {"visual.2", 120}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct read_fixture fixture;
        assert_true(read_open(&fixture, text("path=%s;bands=%s", path, cases[i].band)));
        assert_float_equal(first_value(&fixture, 0, cases[i].band), cases[i].first, 4);
        read_close(&fixture);
    }
    assert_problem(
        text("path=%s;bands=nri", path),
        text("%s: no asset or band 'nri'; did you mean 'nir'? (known: B08, nir, b8, red, r, g)", path));
}

static void relative_and_absolute_hrefs_lead_to_the_files(void **state)
{
    (void)state;
    make_asset("href.tif", 1, 30);
    mkdir(scratch_path("deep"), 0700);
    const char *assets = text("\"a\":{\"href\":\"../href.tif\"},\"b\":{\"href\":\"%s\"},"
                              "\"c\":{\"href\":\"file://%s\"}",
                              scratch_path("href.tif"), scratch_path("href.tif"));
    const char *path = write_file("deep/item.json", item("a", "2020-01-01", "", assets));
    struct read_fixture fixture;
    assert_true(read_open(&fixture, text("path=%s;bands=a,b,c", path)));
    assert_float_equal(first_value(&fixture, 0, "a"), 30, 4);
    assert_float_equal(first_value(&fixture, 0, "b"), 30, 4);
    assert_float_equal(first_value(&fixture, 0, "c"), 30, 4);
    read_close(&fixture);
}

static void a_collection_links_to_its_items(void **state)
{
    (void)state;
    make_asset("linked.tif", 1, 40);
    const char *assets = "\"a\":{\"href\":\"linked.tif\",\"roles\":[\"data\"]}";
    write_file("linked1.json", item("one", "2020-01-01", "", assets));
    write_file("linked2.json", item("two", "2020-01-02", "", assets));
    write_file("child.json",
               "{\"type\":\"Collection\",\"links\":[{\"rel\":\"item\",\"href\":\"./linked1.json\"},"
               "{\"rel\":\"self\",\"href\":\"child.json\"},{\"rel\":\"item\",\"href\":"
               "\"linked2.json\"}]}");
    const char *catalogue =
        write_file("catalogue.json", "{\"type\":\"Catalog\",\"links\":[{\"rel\":\"child\","
                                     "\"href\":\"child.json\"}]}");
    struct read_fixture fixture;
    assert_true(read_open(&fixture, catalogue));
    assert_int_equal(tw_source_num_scenes(fixture.source), 2);
    assert_float_equal(first_value(&fixture, 0, "a"), 40, 4);
    read_close(&fixture);
    const char *round =
        write_file("round.json", "{\"type\":\"Catalog\",\"links\":[{\"rel\":\"child\",\"href\":"
                                 "\"round.json\"}]}");
    assert_problem(text("path=%s;format=stack", round),
                   text("cannot open '%s': STAC links go round, or too deep", round));
}

static void an_array_of_items_is_a_stack(void **state)
{
    (void)state;
    const char *assets = "\"a\":{\"href\":\"x.tif\",\"roles\":[\"data\"],\"raster:bands\":[{\"data_type\":"
                         "\"int16\",\"nodata\":-1}]}";
    const char *path = write_file("array.json", text("[%s,%s]", item("one", "2020-01-01", "", assets),
                                                     item("two", "2020-01-02", "", assets)));
    struct read_fixture fixture;
    assert_true(read_open(&fixture, path));
    assert_int_equal(tw_source_num_scenes(fixture.source), 2);
    assert_int_equal(tw_source_dtype(fixture.source), TW_INT16);
    struct tw_area *area = NULL;
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("geodetic"), &area, NULL), TW_OK);
    struct tw_box bounds = tw_area_bounds(area);
    assert_float_equal(bounds.left, 10, 1e-9);
    assert_float_equal(bounds.top, 20, 1e-9);
    tw_area_free(area);
    read_close(&fixture);
}

static void nodata_and_scale_come_from_the_item_when_the_file_has_none(void **state)
{
    (void)state;
    make_asset("plain.tif", 1, 0);
    const char *assets =
        "\"a\":{\"href\":\"plain.tif\",\"roles\":[\"data\"],\"raster:bands\":[{\"data_type\":"
        "\"uint8\",\"nodata\":5,\"scale\":0.5,\"offset\":1}]}";
    const char *path = write_file("details.json", item("one", "2020-01-01", "", assets));
    struct read_fixture fixture;
    assert_true(read_open(&fixture, text("path=%s;scale=true", path)));
    assert_int_equal(tw_source_dtype(fixture.source), TW_FLOAT32);
    assert_float_equal(first_value(&fixture, 0, "a"), 1, 0);
    struct tw_window window = {tw_grid_named("geodetic"), 2, 256, 1087, 406, 3, 3};
    struct tw_raster raster = read_window(&fixture, &window, TW_NEAREST, NULL);
    assert_int_equal(raster.bands[0].valid[8], 0);
    read_close(&fixture);
}

static void missing_files_fail_when_they_are_read(void **state)
{
    (void)state;
    const char *assets = "\"a\":{\"href\":\"gone.tif\",\"roles\":[\"data\"]}";
    const char *path = write_file("gone.json", item("one", "2020-01-01", "", assets));
    struct read_fixture fixture;
    assert_true(read_open(&fixture, path));
    struct tw_read read = {.window = {tw_grid_named("geodetic"), 2, 256, 1085, 400, 3, 3}};
    struct tw_raster raster;
    struct tw_error err = {0};
    assert_int_equal(tw_reader_read(fixture.reader, &read, fixture.tile, &raster, &err), TW_EINPUT);
    assert_string_equal(err.message,
                        text("cannot open '%s': No such file or directory", scratch_path("gone.tif")));
    read.scene = 1;
    assert_int_equal(tw_reader_read(fixture.reader, &read, fixture.tile, &raster, &err), TW_EINPUT);
    assert_string_equal(err.message, "no scene 1; there are 1");
    read_close(&fixture);
}

static void broken_stac_is_explained(void **state)
{
    (void)state;
    const char *path = write_file("malformed.json", "{\n  \"type\": \"Feature\",\n  \"assets\": {,}\n}");
    assert_problem(path, text("%s:3:14: malformed JSON: string or '}' expected near ','", path));
    path = write_file("other.json", "{\"type\":\"Feature\"}");
    assert_problem(
        path, text("'%s' is neither a STAC item nor an item collection, a list of items, a collection or "
                   "a catalogue",
                   path));
    path = write_file("mixed.json", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\"}]}");
    assert_problem(
        path, text("'%s': entry 1 is not a STAC item; if these are features, write format: vector", path));
    path = write_file("nobox.json",
                      "{\"type\":\"Feature\",\"id\":\"x\",\"properties\":{},\"assets\":{\"a\":{\"href\":"
                      "\"a.tif\",\"roles\":[\"data\"]}}}");
    assert_problem(path,
                   text("%s: item 'x' has no place: neither proj:transform and proj:shape, nor bbox, nor "
                        "geometry",
                        path));
    path = write_file("empty.json", "{\"type\":\"FeatureCollection\",\"features\":[]}");
    assert_problem(path, "no scenes were found for input 'test'");
    path = write_file("nohref.json", item("x", "2020-01-01", "", "\"a\":{\"roles\":[\"data\"]}"));
    assert_problem(path, text("%s: asset 'a' of item 'x' has no href", path));
    assert_problem("no/such.json", "cannot open 'no/such.json': No such file or directory");
}

static void wrong_options_are_explained(void **state)
{
    (void)state;
    assert_problem("path=" ITEMS ";order=newst",
                   "unknown order 'newst'; did you mean 'newest'? (known: newest, oldest, least_cloudy)");
    assert_problem("path=" ITEMS ";start=soon", "start must be a date, such as 2023-08-15, not 'soon'");
    assert_problem("path=" ITEMS ";start=2023-09;end=2023-08", "end must not be before start");
    assert_problem("path=" ITEMS ";max_cloud_cover=200", "max_cloud_cover must be a number from 0 to 100");
    assert_problem(
        "path=" ITEMS ";start=2023-08-15;max_cloud_cover=0",
        "no scenes are left for input 'test': of 10, start and end leave out 4, max_cloud_cover 6");
    assert_problem("path=" ITEMS ";bands=red,nir,red", "the band name 'red' stands twice");
    assert_problem("format=stack;order=oldest",
                   "input 'test' needs a path (of STAC items or of rasters) or a list of files");
}

/* Built by hand: the fixture's options have no lists of maps. */
static const struct tw_value *files_value(struct tw_arena *arena, const char *const (*files)[2], size_t count)
{
    struct tw_value *list = tw_arena_calloc(arena, 1, sizeof(*list));
    *list = (struct tw_value){.kind = TW_LIST, .text = "", .count = count};
    list->items = tw_arena_calloc(arena, count, sizeof(*list->items));
    for (size_t i = 0; i < count; i++)
        list->items[i] =
            *read_options(arena, files[i][1] != NULL ? text("path=%s;date=%s", files[i][0], files[i][1])
                                                     : text("path=%s", files[i][0]));
    return tw_value_with(arena, read_options(arena, "format=stack"), "files", list);
}

static void plain_files_with_dates_are_a_stack(void **state)
{
    (void)state;
    make_asset("march.tif", 2, 1);
    make_asset("april.tif", 2, 2);
    const char *files[2][2] = {{scratch_path("march.tif"), "2020-03-01"},
                               {scratch_path("april.tif"), "2020-04-01"}};
    struct read_fixture fixture;
    assert_true(read_open(&fixture, files[0][0]));
    read_close(&fixture);
    fixture = (struct read_fixture){.values = tw_arena_new(0), .tile = tw_arena_new(0)};
    fixture.pool = tw_dataset_pool_new(2);
    const struct tw_value *value = files_value(fixture.values, (const char *const(*)[2])files, 2);
    if (tw_source_open("test", value, ".", NULL, &fixture.source, &fixture.problems) != TW_OK)
        fail_msg("%s", tw_text_get(&fixture.problems.text));
    fixture.reader = tw_reader_new(fixture.source, fixture.pool);
    assert_int_equal(tw_source_num_scenes(fixture.source), 2);
    assert_int_equal(tw_source_num_bands(fixture.source), 2);
    assert_float_equal(first_value(&fixture, 0, "band1"), 2, 0);
    assert_float_equal(first_value(&fixture, 1, "band2"), 101, 0);
    struct tw_scene *scenes;
    struct tw_window window = {tw_grid_named("geodetic"), 2, 256, 1085, 400, 3, 3};
    assert_int_equal(list_scenes(&fixture, &window, &scenes), 2);
    assert_string_equal(scenes[0].id, "april.tif");
    assert_string_equal(scenes[0].datetime, "2020-04-01");
    assert_true(isnan(scenes[0].cloud_cover));
    read_close(&fixture);
}

/* The dates and places of a large archive: planning is quick, and opens no file. */
static void ten_thousand_items_are_planned_quickly(void **state)
{
    (void)state;
    const char *path = scratch_path("many.json");
    FILE *file = fopen(path, "w");
    fputs("{\"type\":\"FeatureCollection\",\"features\":[", file);
    for (int i = 0; i < 10000; i++) {
        double x = i % 100 * 3.4 - 170, y = i / 100 % 50 * 3.0 - 75;
        fprintf(
            file,
            "%s{\"type\":\"Feature\",\"id\":\"item%d\",\"bbox\":[%g,%g,%g,%g],\"properties\":{\"datetime\":"
            "\"2023-08-%02dT00:00:00Z\"},\"assets\":{\"a\":{\"href\":\"%d.tif\",\"roles\":[\"data\"],"
            "\"raster:bands\":[{\"data_type\":\"uint8\"}]}}}",
            i > 0 ? "," : "", i, x, y, x + 1, y + 1, i % 28 + 1, i);
    }
    fputs("]}", file);
    fclose(file);
    struct read_fixture fixture;
    assert_true(read_open(&fixture, path));
    assert_int_equal(tw_source_num_scenes(fixture.source), 10000);
    struct tw_scene *scenes;
    struct tw_window window = {tw_grid_named("geodetic"), 8, 256, 65536 + 100, 32768 - 400, 256, 256};
    assert_int_equal(list_scenes(&fixture, &window, &scenes), 2);
    read_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_collection_is_a_stack_newest_first),
        cmocka_unit_test(folders_and_single_items_give_the_same_scenes),
        cmocka_unit_test(scenes_are_filtered_and_ordered),
        cmocka_unit_test(only_scenes_that_touch_the_window_are_listed),
        cmocka_unit_test(merged_items_fill_each_other),
        cmocka_unit_test(a_classification_is_never_interpolated),
        cmocka_unit_test(bands_are_found_by_key_common_name_and_name),
        cmocka_unit_test(relative_and_absolute_hrefs_lead_to_the_files),
        cmocka_unit_test(a_collection_links_to_its_items),
        cmocka_unit_test(an_array_of_items_is_a_stack),
        cmocka_unit_test(nodata_and_scale_come_from_the_item_when_the_file_has_none),
        cmocka_unit_test(missing_files_fail_when_they_are_read),
        cmocka_unit_test(broken_stac_is_explained),
        cmocka_unit_test(wrong_options_are_explained),
        cmocka_unit_test(plain_files_with_dates_are_a_stack),
        cmocka_unit_test(ten_thousand_items_are_planned_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
