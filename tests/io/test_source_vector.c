/* Reading features. Most tests use this layer in degrees, on the geodetic grid at zoom 0 (a pixel of 0.703125
 * degrees), where tile 0/0/1 covers x 0..180, y -90..90:
 *
 *      a   polygon 10..20, 10..20        c   point 40, 40
 *      b   line -10 0 .. 10 0            d   no geometry
 *
 * SPDX-License-Identifier: MIT
 */
#include "read_fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char four[] =
    "{\"type\": \"FeatureCollection\", \"features\": ["
    "{\"type\": \"Feature\", \"properties\": {\"name\": \"a\", \"count\": 9007199254740991, \"share\": 0.1,"
    " \"is\": true, \"day\": \"2020-01-31\", \"at\": \"2020-01-31T13:05:00.250+02:00\"}, \"geometry\":"
    " {\"type\": \"Polygon\", \"coordinates\": [[[10,10],[20,10],[20,20],[10,20],[10,10]]]}},"
    "{\"type\": \"Feature\", \"properties\": {\"name\": \"b\", \"count\": null}, \"geometry\":"
    " {\"type\": \"LineString\", \"coordinates\": [[-10,0,5],[10,0,7]]}},"
    "{\"type\": \"Feature\", \"properties\": {\"name\": \"c\"}, \"geometry\":"
    " {\"type\": \"Point\", \"coordinates\": [40,40]}},"
    "{\"type\": \"Feature\", \"properties\": {\"name\": \"d\"}, \"geometry\": null}]}";

static const char *write_text(const char *name, const char *content)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    return path;
}

/* A feature collection of geometries, with their numbers from 1 as `name`. */
static const char *write_shapes(const char *name, const char *const *shapes)
{
    char content[4096] = "{\"type\": \"FeatureCollection\", \"features\": [";
    for (int i = 0; shapes[i] != NULL; i++)
        snprintf(content + strlen(content), sizeof(content) - strlen(content),
                 "%s{\"type\": \"Feature\", \"properties\": {\"name\": \"%d\"}, \"geometry\": {%s}}",
                 i > 0 ? "," : "", i + 1, shapes[i]);
    strcat(content, "]}");
    return write_text(name, content);
}

/* Pixels of the geodetic grid at zoom 0; column 0 is at -180, row 0 at 90. */
static struct tw_window window_at(int64_t col, int64_t row, int32_t width, int32_t height)
{
    return (struct tw_window){tw_grid_named("geodetic"), 0, 256, col, row, width, height};
}

static struct tw_features read_features(struct read_fixture *fixture, const struct tw_window *window)
{
    struct tw_features features = {0};
    struct tw_error err = {0};
    if (tw_reader_features(fixture->reader, window, NULL, fixture->tile, &features, &err) != TW_OK)
        fail_msg("%s", err.message);
    return features;
}

/* `a b c`: the names of features. */
static const char *names_of(const struct tw_features *features)
{
    static char names[256];
    names[0] = '\0';
    for (size_t i = 0; i < features->count; i++)
        snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", i > 0 ? " " : "",
                 tw_value_get(features->items[i].properties, "name")->text);
    return names;
}

/* The geometry as WKT with whole numbers. */
static const char *shape_of(const struct tw_feature *feature)
{
    static char buffer[1024];
    OGRGeometryH shape = NULL;
    char *wkt = NULL;
    assert_int_equal(OGR_G_CreateFromWkbEx(feature->wkb, NULL, &shape, feature->wkb_size), OGRERR_NONE);
    assert_false(OGR_G_Is3D(shape));
    assert_int_equal(OGR_G_ExportToWkt(shape, &wkt), OGRERR_NONE);
    snprintf(buffer, sizeof(buffer), "%s", wkt);
    CPLFree(wkt);
    OGR_G_DestroyGeometry(shape);
    return buffer;
}

static void check_names(struct read_fixture *fixture, const struct tw_window *window, const char *expected)
{
    struct tw_features features = read_features(fixture, window);
    assert_string_equal(names_of(&features), expected);
}

static void features_that_meet_the_window_are_read_whole(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, write_text("four.geojson", four)));
    assert_int_equal(tw_source_kind(fixture.source), TW_SOURCE_VECTOR);
    struct tw_window east = window_at(256, 0, 256, 256), west = window_at(0, 0, 256, 256);
    check_names(&fixture, &east, "a b c");
    struct tw_features features = read_features(&fixture, &west);
    assert_string_equal(names_of(&features), "b");
    assert_string_equal(shape_of(&features.items[0]), "LINESTRING (-10 0,10 0)");
    struct tw_window nowhere = window_at(400, 200, 10, 10);
    check_names(&fixture, &nowhere, "");
    read_close(&fixture);
}

/* The bounds of b are 0 high; a window that touches it has it, one that touches the bounds of a alone has not
 * more than that. */
static void a_window_that_touches_a_feature_has_it(void **state)
{
    (void)state;
    struct read_fixture fixture;
    static const char *const shapes[] = {
        "\"type\": \"Polygon\", \"coordinates\": [[[0,0],[22.5,0],[0,22.5],[0,0]]]", NULL};
    assert_true(read_open(&fixture, write_shapes("triangle.geojson", shapes)));
    struct tw_window corner = window_at(288, 96, 2, 2);       /* the corner is at 22.5, 22.5 */
    struct tw_window on_the_edge = window_at(272, 96, 2, 16); /* from 11.25, 11.25 downwards */
    check_names(&fixture, &corner, "");
    check_names(&fixture, &on_the_edge, "1");
    read_close(&fixture);
}

static void properties_keep_their_types(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, write_text("four.geojson", four)));
    struct tw_window window = window_at(256, 0, 256, 256);
    struct tw_features features = read_features(&fixture, &window);
    const struct tw_value *a = features.items[0].properties, *b = features.items[1].properties;
    assert_int_equal(tw_value_get(a, "count")->kind, TW_NUMBER);
    assert_true(tw_value_get(a, "count")->number == 9007199254740991.0);
    assert_string_equal(tw_value_get(a, "share")->text, "0.10000000000000001");
    assert_int_equal(tw_value_get(a, "is")->kind, TW_BOOL);
    assert_true(tw_value_get(a, "is")->boolean);
    assert_string_equal(tw_value_get(a, "day")->text, "2020-01-31");
    assert_string_equal(tw_value_get(a, "at")->text, "2020-01-31T13:05:00.250+02:00");
    assert_int_equal(tw_value_get(b, "count")->kind, TW_NULL);
    assert_int_equal(tw_value_get(b, "day")->kind, TW_NULL);
    assert_int_equal(b->count, 6);
    read_close(&fixture);
}

static void features_are_brought_to_the_crs_of_the_grid(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, write_text("four.geojson", four)));
    struct tw_window window = {tw_grid_named("mercator"), 2, 256, 512, 256, 256, 256}; /* 2/1/2 */
    struct tw_features features = read_features(&fixture, &window);
    assert_string_equal(names_of(&features), "a b c");
    double x = 0, y = 0;
    OGRGeometryH point = NULL;
    OGR_G_CreateFromWkbEx(features.items[2].wkb, NULL, &point, features.items[2].wkb_size);
    x = OGR_G_GetX(point, 0);
    y = OGR_G_GetY(point, 0);
    OGR_G_DestroyGeometry(point);
    assert_true(fabs(x - 4452779.6317) < 0.001 && fabs(y - 4865942.2795) < 0.001);
    read_close(&fixture);
}

/* 170..190 shows at the western edge, too, and so does the eastern edge beyond it. */
static void what_reaches_over_the_antimeridian_shows_on_both_sides(void **state)
{
    (void)state;
    struct read_fixture fixture;
    static const char *const shapes[] = {
        "\"type\": \"Polygon\", \"coordinates\": [[[170,0],[190,0],[190,10],[170,10],[170,0]]]",
        "\"type\": \"Point\", \"coordinates\": [179.5, 5]", NULL};
    assert_true(read_open(&fixture, write_shapes("over.geojson", shapes)));
    struct tw_window west = window_at(0, 0, 10, 256), buffered = window_at(-10, 0, 20, 256);
    struct tw_features features = read_features(&fixture, &west);
    assert_string_equal(names_of(&features), "1");
    assert_string_equal(shape_of(&features.items[0]), "POLYGON ((-190 0,-170 0,-170 10,-190 10,-190 0))");
    features = read_features(&fixture, &buffered);
    assert_string_equal(names_of(&features), "1 2");
    assert_string_equal(shape_of(&features.items[1]), "POINT (-180.5 5.0)");
    struct tw_window mercator = {tw_grid_named("mercator"), 0, 256, -4, 0, 8, 256};
    check_names(&fixture, &mercator, "1 2");
    read_close(&fixture);
}

static OGREnvelope envelope_of(const struct tw_feature *feature)
{
    OGREnvelope envelope;
    OGRGeometryH shape = NULL;
    OGR_G_CreateFromWkbEx(feature->wkb, NULL, &shape, feature->wkb_size);
    OGR_G_GetEnvelope(shape, &envelope);
    OGR_G_DestroyGeometry(shape);
    return envelope;
}

static const char *const south[] = {
    "\"type\": \"Polygon\", \"coordinates\": [[[-180,-90],[180,-90],[180,0],[-180,0],[-180,-90]]]", NULL};

static void what_the_grid_cannot_hold_is_cut_off(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, write_shapes("south.geojson", south)));
    struct tw_window window = {tw_grid_named("mercator"), 1, 256, 0, 256, 256, 256};
    struct tw_features features = read_features(&fixture, &window);
    assert_string_equal(names_of(&features), "1");
    OGREnvelope envelope = envelope_of(&features.items[0]);
    assert_true(envelope.MinX < -20037508.3 && envelope.MinX > -20037508.4);
    assert_true(envelope.MaxX > 20037508.3 && envelope.MaxX < 20037508.4);
    assert_true(envelope.MinY < -20037508.3 && envelope.MinY > -30000000);
    read_close(&fixture);
}

/* Zone 33 of UTM knows nothing of the far side of the earth. */
static void half_the_world_is_cut_for_a_small_grid(void **state)
{
    (void)state;
    struct read_fixture fixture;
    static const struct tw_grid utm = {.name = "custom",
                                       .crs = "EPSG:32733",
                                       .extent = {300000, 5000000, 700000, 9000000},
                                       .cols = 1,
                                       .rows = 10};
    assert_true(read_open(&fixture, write_shapes("south.geojson", south)));
    struct tw_window window = {&utm, 0, 256, 0, 256, 256, 256};
    struct tw_features features = read_features(&fixture, &window);
    assert_string_equal(names_of(&features), "1");
    OGREnvelope envelope = envelope_of(&features.items[0]);
    assert_true(envelope.MinX < 300000 && envelope.MinX > 0);
    assert_true(envelope.MaxX > 700000 && envelope.MaxX < 1000000);
    assert_true(envelope.MinY < 5000000 && envelope.MaxY > 9000000);
    read_close(&fixture);
}

static void shapes_that_cross_themselves_are_repaired(void **state)
{
    (void)state;
    struct read_fixture fixture;
    static const char *const shapes[] = {
        "\"type\": \"Polygon\", \"coordinates\": [[[0,0],[10,10],[10,0],[0,10],[0,0]]]",
        "\"type\": \"Polygon\", \"coordinates\": [[[1,1],[2,2],[1,1],[2,2],[1,1]]]", /* encloses nothing */
        "\"type\": \"Point\", \"coordinates\": [5, 5]", NULL};
    assert_true(read_open(&fixture, write_shapes("bow.geojson", shapes)));
    struct tw_window window = window_at(256, 0, 256, 256);
    struct tw_features features = read_features(&fixture, &window);
    assert_string_equal(names_of(&features), "1 3");
    assert_memory_equal(shape_of(&features.items[0]), "MULTIPOLYGON", 12);
    read_close(&fixture);
}

/* A GeoPackage with two layers: `lines` in UTM zone 33 and `curves` in degrees. */
static const char *write_package(void)
{
    const char *path = scratch_path("two.gpkg");
    GDALDriverH driver = GDALGetDriverByName("GPKG");
    GDALDatasetH dataset = GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    static const struct {
        const char *name, *crs, *wkt;
    } layers[] = {{"lines", "EPSG:32633", "LINESTRING (500000 5000000,500000 5100000)"},
                  {"curves", "EPSG:4326", "CIRCULARSTRING (0 0,1 1,2 0)"}};
    for (int i = 0; i < 2; i++) {
        OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
        OSRSetFromUserInput(crs, layers[i].crs);
        OSRSetAxisMappingStrategy(crs, OAMS_TRADITIONAL_GIS_ORDER);
        OGRLayerH layer = GDALDatasetCreateLayer(dataset, layers[i].name, crs, wkbUnknown, NULL);
        OGRFieldDefnH field = OGR_Fld_Create("name", OFTString);
        OGR_L_CreateField(layer, field, TRUE);
        OGR_Fld_Destroy(field);
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        char *wkt = (char *)layers[i].wkt;
        OGRGeometryH shape = NULL;
        OGR_G_CreateFromWkt(&wkt, NULL, &shape);
        OGR_F_SetGeometryDirectly(feature, shape);
        OGR_F_SetFieldString(feature, 0, layers[i].name);
        assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
        OGR_F_Destroy(feature);
        OSRRelease(crs);
    }
    GDALClose(dataset);
    return path;
}

static void a_layer_is_chosen_by_name(void **state)
{
    (void)state;
    struct read_fixture fixture;
    tw_gdal_init(1 << 20);
    const char *path = write_package();
    assert_true(read_open(&fixture, text("path=%s;layer=lines", path)));
    struct tw_window window = window_at(256, 0, 256, 256);
    check_names(&fixture, &window, "lines");
    read_close(&fixture);
    assert_true(read_open(&fixture, text("path=%s;layer=curves", path)));
    struct tw_features features = read_features(&fixture, &window);
    assert_memory_equal(shape_of(&features.items[0]), "LINESTRING (0 0,", 16);
    read_close(&fixture);
    assert_problem(text("path=%s;layer=line", path),
                   "unknown layer 'line'; did you mean 'lines'? (known: lines, curves)");
    assert_problem(text("path=%s", path),
                   text("'%s' has 2 layers; choose one with 'layer:' (known: lines, curves)", path));
    assert_problem(text("path=%s;layer=lines,curves", path), "layer must be a name, not a list");
}

static void the_area_is_that_of_the_layer(void **state)
{
    (void)state;
    struct read_fixture fixture;
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    assert_true(read_open(&fixture, write_text("four.geojson", four)));
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("geodetic"), &area, &err), TW_OK);
    struct tw_box box = tw_area_bounds(area);
    assert_true(box.left == -10 && box.bottom == 0 && box.right == 40 && box.top == 40);
    tw_area_free(area);
    read_close(&fixture);
}

static void the_area_of_a_point_holds_it(void **state)
{
    (void)state;
    struct read_fixture fixture;
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    static const char *const shapes[] = {"\"type\": \"Point\", \"coordinates\": [5, 5]", NULL};
    assert_true(read_open(&fixture, write_shapes("point.geojson", shapes)));
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("mercator"), &area, &err), TW_OK);
    struct tw_pyramid pyramid = {tw_grid_named("mercator"), 256, 1, 0};
    assert_int_equal(tw_area_count(area, &pyramid, 9), 1);
    tw_area_free(area);
    read_close(&fixture);
}

static void a_layer_without_features_covers_nothing(void **state)
{
    (void)state;
    struct read_fixture fixture;
    struct tw_area *area = NULL;
    struct tw_error err = {0};
    assert_true(read_open(
        &fixture, write_text("empty.geojson", "{\"type\": \"FeatureCollection\", \"features\": []}")));
    assert_int_equal(tw_source_area(fixture.source, tw_grid_named("mercator"), &area, &err), TW_OK);
    assert_true(tw_area_is_empty(area));
    struct tw_window window = window_at(256, 0, 256, 256);
    check_names(&fixture, &window, "");
    tw_area_free(area);
    read_close(&fixture);
}

static void the_same_is_read_in_any_order_of_windows(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, write_text("four.geojson", four)));
    struct tw_window whole = window_at(256, 0, 256, 256), part = window_at(256, 100, 40, 28);
    struct tw_features first = read_features(&fixture, &whole);
    struct tw_features other = read_features(&fixture, &part);
    struct tw_features again = read_features(&fixture, &whole);
    assert_int_equal(other.count, 2);
    assert_int_equal(first.count, again.count);
    for (size_t i = 0; i < first.count; i++) {
        assert_int_equal(first.items[i].wkb_size, again.items[i].wkb_size);
        assert_memory_equal(first.items[i].wkb, again.items[i].wkb, first.items[i].wkb_size);
    }
    read_close(&fixture);
}

static void files_that_are_no_vectors_are_refused(void **state)
{
    (void)state;
    assert_problem("no.gpkg", "cannot open 'no.gpkg': No such file or directory");
    assert_problem("path=no.such;format=vector", "cannot open 'no.such': No such file or directory");
    const char *broken = write_text("broken.geojson", "{\"type\": \"FeatureCollection\", \"feat");
    struct read_fixture fixture;
    assert_false(read_open(&fixture, broken));
    assert_non_null(strstr(tw_text_get(&fixture.problems.text), text("cannot open '%s': ", broken)));
    read_close(&fixture);
    const char *plain = write_text("plain.txt", "hello");
    assert_problem(text("path=%s;format=vector", plain), text("'%s' is not a vector file", plain));
    const char *table = write_text("table.csv", "a,b\n1,2\n");
    assert_problem(text("path=%s;format=vector", table),
                   text("layer 'table' of '%s' has no geometries", table));
    const char *bare = write_text("bare.csv", "WKT,b\n\"POINT (1 2)\",2\n");
    assert_problem(bare, text("'%s' does not say what its coordinates mean: it has no CRS; write one into it "
                              "with ogr2ogr -a_srs",
                              bare));
    const char *path = write_text("four.geojson", four);
    assert_problem(text("path=%s;layers=x", path),
                   "unknown key 'layers'; did you mean 'layer'? (known: format, path, layer, where, cache, "
                   "area, area_crs, bounds, bounds_crs, gdal_options, storage_options)");
    assert_problem("format=vector", "input 'test' needs a path");
}

static void a_budget_that_is_used_up_is_an_error(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, write_text("four.geojson", four)));
    struct tw_arena *small = tw_arena_new(512);
    struct tw_window window = window_at(256, 0, 256, 256);
    struct tw_features features;
    struct tw_error err = {0};
    assert_int_equal(tw_reader_features(fixture.reader, &window, NULL, small, &features, &err), TW_EBUDGET);
    assert_string_equal(err.message, "no memory left for features; raise --memory");
    tw_arena_free(small);
    read_close(&fixture);
}

static void reading_stops_when_it_is_cancelled(void **state)
{
    (void)state;
    struct read_fixture fixture;
    assert_true(read_open(&fixture, write_text("four.geojson", four)));
    const volatile int cancel = 1;
    struct tw_window window = window_at(256, 0, 256, 256);
    struct tw_features features;
    struct tw_error err = {0};
    assert_int_equal(tw_reader_features(fixture.reader, &window, &cancel, fixture.tile, &features, &err),
                     TW_ECANCELLED);
    read_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_that_meet_the_window_are_read_whole),
        cmocka_unit_test(a_window_that_touches_a_feature_has_it),
        cmocka_unit_test(properties_keep_their_types),
        cmocka_unit_test(features_are_brought_to_the_crs_of_the_grid),
        cmocka_unit_test(what_reaches_over_the_antimeridian_shows_on_both_sides),
        cmocka_unit_test(what_the_grid_cannot_hold_is_cut_off),
        cmocka_unit_test(half_the_world_is_cut_for_a_small_grid),
        cmocka_unit_test(shapes_that_cross_themselves_are_repaired),
        cmocka_unit_test(a_layer_is_chosen_by_name),
        cmocka_unit_test(the_area_is_that_of_the_layer),
        cmocka_unit_test(the_area_of_a_point_holds_it),
        cmocka_unit_test(a_layer_without_features_covers_nothing),
        cmocka_unit_test(the_same_is_read_in_any_order_of_windows),
        cmocka_unit_test(files_that_are_no_vectors_are_refused),
        cmocka_unit_test(a_budget_that_is_used_up_is_an_error),
        cmocka_unit_test(reading_stops_when_it_is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
