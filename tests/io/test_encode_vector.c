/* Features as GeoJSON and FlatGeobuf, and folders of them.
 *
 * Most tests use tile 1/0/1 of the mercator grid: x 0 .. E, y 0 .. E, where E is half of the grid's width, in
 * coordinates of a hundredth of it (a shape of 50 x 50 fills a quarter of the tile).
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "file.h"
#include "shape.h"
#include "sink_fixture.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EDGE (20037508.3427892 / 100)

static struct tw_window tile_window(void)
{
    return (struct tw_window){tw_grid_named("mercator"), 1, 256, 256, 0, 256, 256};
}

/* `{properties: {name: str, size: float, rank: int}, geometry: KIND}` */
static const struct tw_value *schema_of(struct fixture *fixture, const char *kind)
{
    const struct tw_value *fields =
        make_options(fixture, "name", "str", "size", "float", "rank", "int", NULL);
    const struct tw_value *schema = make_options(fixture, "geometry", kind, NULL);
    return tw_value_with(fixture->arena, schema, "properties", fields);
}

static const struct tw_value *options_of(struct fixture *fixture, const char *kind)
{
    return tw_value_with(fixture->arena, NULL, "schema", schema_of(fixture, kind));
}

static struct tw_encoder *open_encoder(struct fixture *fixture, const char *format, const char *kind)
{
    struct tw_output_spec spec = {.options = options_of(fixture, kind), .grid = tw_grid_named("mercator")};
    struct tw_encoder *encoder = tw_encoder_open(format, &spec, &fixture->problems);
    if (encoder == NULL)
        fail_msg("%s", tw_text_get(&fixture->problems.text));
    return encoder;
}

static bool scale(void *context, double *x, double *y)
{
    *x *= *(const double *)context;
    *y *= *(const double *)context;
    return true;
}

static bool round_vertex(void *context, double *x, double *y)
{
    *x = round(*x / EDGE * 1000) / 1000;
    *y = round(*y / EDGE * 1000) / 1000;
    return context == NULL;
}

static const struct tw_value *properties_of(struct fixture *fixture)
{
    return make_options(fixture, "name", "a", "size", "0.1", "rank", "7", NULL);
}

/* Features of WKT in hundredths, all with the properties `a`, 0.1 and 7. */
static struct tw_features features_of(struct fixture *fixture, const char *const *wkts)
{
    double factor = EDGE;
    struct tw_features features = {.items = tw_arena_calloc(fixture->arena, 8, sizeof(struct tw_feature))};
    for (; wkts[features.count] != NULL; features.count++) {
        OGRGeometryH shape = NULL;
        char *wkt = (char *)wkts[features.count];
        assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &shape), OGRERR_NONE);
        tw_shape_map(shape, scale, &factor);
        struct tw_feature *feature = &features.items[features.count];
        feature->properties = properties_of(fixture);
        assert_int_equal(tw_shape_to_feature(shape, fixture->arena, feature, &fixture->err), TW_OK);
        OGR_G_DestroyGeometry(shape);
    }
    return features;
}

/* What of shapes is stored in the tile, as WKT in hundredths, with bars between features. */
static const char *stored_text(struct fixture *fixture, const char *kind, const char *const *wkts)
{
    static char shown[2048];
    struct tw_encoder *encoder = open_encoder(fixture, "FlatGeobuf", kind);
    struct tw_features features = features_of(fixture, wkts), stored = {0};
    struct tw_window window = tile_window();
    if (tw_encoder_store_features(encoder, &features, &window, fixture->arena, &stored, &fixture->err) !=
        TW_OK)
        fail_msg("%s", fixture->err.message);
    shown[0] = '\0';
    for (size_t i = 0; i < stored.count; i++) {
        OGRGeometryH shape = NULL;
        char *wkt = NULL;
        assert_int_equal(tw_shape_from_feature(&stored.items[i], &shape, &fixture->err), TW_OK);
        tw_shape_map(shape, round_vertex, NULL);
        OGR_G_ExportToWkt(shape, &wkt);
        snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), "%s%s", i > 0 ? " | " : "", wkt);
        CPLFree(wkt);
        OGR_G_DestroyGeometry(shape);
    }
    tw_encoder_close(encoder);
    return shown;
}

static void shapes_are_cut_at_the_tile(void **state)
{
    static const char *const wkts[] = {"POLYGON ((50 50,150 50,150 150,50 150,50 50))",
                                       "POLYGON ((-20 10,-10 10,-10 20,-20 10))",
                                       "POLYGON ((1 1,2 1,2 2,1 1))", NULL};
    assert_string_equal(stored_text(*state, "Polygon", wkts),
                        "POLYGON ((50 50,50 100,100 100,100 50,50 50)) | POLYGON ((1 1,2 1,2 2,1 1))");
}

static void what_only_touches_the_tile_is_left_out(void **state)
{
    static const char *const wkts[] = {"POLYGON ((-50 10,0 10,0 20,-50 10))", "LINESTRING (-10 0,0 10)",
                                       NULL};
    assert_string_equal(stored_text(*state, "Geometry", wkts), "");
    static const char *const corner[] = {"POINT (0 0)", NULL};
    assert_string_equal(stored_text(*state, "Point", corner), "POINT (0 0)");
}

static void parts_become_features_of_their_own(void **state)
{
    static const char *const lines[] = {"LINESTRING (10 90,10 110,20 110,20 90)", NULL};
    assert_string_equal(stored_text(*state, "LineString", lines),
                        "LINESTRING (10 90,10 100) | LINESTRING (20 100,20 90)");
    assert_string_equal(stored_text(*state, "Line", lines),
                        "LINESTRING (10 90,10 100) | LINESTRING (20 100,20 90)");
    assert_string_equal(stored_text(*state, "Unknown", lines),
                        "LINESTRING (10 90,10 100) | LINESTRING (20 100,20 90)");
    assert_string_equal(stored_text(*state, "MultiLine", lines),
                        "MULTILINESTRING ((10 90,10 100),(20 100,20 90))");
    static const char *const points[] = {"MULTIPOINT (1 1,2 2,200 200)", NULL};
    assert_string_equal(stored_text(*state, "Point", points), "POINT (1 1) | POINT (2 2)");
}

static void single_shapes_become_multiple_ones(void **state)
{
    static const char *const wkts[] = {"POINT (3 4)", NULL};
    assert_string_equal(stored_text(*state, "MultiPoint", wkts), "MULTIPOINT (3 4)");
}

static void every_kind_is_taken_when_the_geometry_is_unknown(void **state)
{
    static const char *const wkts[] = {"POINT (3 4)", "LINESTRING (1 1,2 2)", "POLYGON ((1 1,2 1,2 2,1 1))",
                                       "GEOMETRYCOLLECTION (POINT (1 1),LINESTRING (1 1,2 2))", NULL};
    assert_string_equal(stored_text(*state, "Unknown", wkts),
                        "POINT (3 4) | LINESTRING (1 1,2 2) | POLYGON ((1 1,2 1,2 2,1 1)) | "
                        "POINT (1 1) | LINESTRING (1 1,2 2)");
}

/* The error for one point with these properties. */
static void check_refused(struct fixture *fixture, const struct tw_value *properties, const char *expected)
{
    static const char *const wkts[] = {"POINT (3 4)", "POINT (5 5)", NULL};
    struct tw_encoder *encoder = open_encoder(fixture, "GeoJSON", "Point");
    struct tw_features features = features_of(fixture, wkts), stored = {0};
    features.items[1].properties = properties;
    struct tw_window window = tile_window();
    assert_int_equal(
        tw_encoder_store_features(encoder, &features, &window, fixture->arena, &stored, &fixture->err),
        TW_ESCRIPT);
    assert_string_equal(fixture->err.message, expected);
    tw_encoder_close(encoder);
}

static void properties_are_checked_against_the_schema(void **state)
{
    struct fixture *f = *state;
    check_refused(f, make_options(f, "name", "a", "size", "1", "rank", "1", "ranks", "1", NULL),
                  "feature 2: property 'ranks' is not in output.schema; did you mean 'rank'? (known: name, "
                  "size, rank)");
    check_refused(f, make_options(f, "name", "a", "size", "big", "rank", "1", NULL),
                  "feature 2: property 'size' must be a number (float), not 'big'");
    check_refused(f, make_options(f, "name", "5", "size", "1", "rank", "1", NULL),
                  "feature 2: property 'name' must be a string (str), not 5");
    check_refused(f, make_options(f, "name", "a", "size", "1", "rank", "1.5", NULL),
                  "feature 2: property 'rank' must be a whole number (int), not 1.5");
    check_refused(f, make_options(f, "name", "a", "size", "true", "rank", "1", NULL),
                  "feature 2: property 'size' must be a number (float), not true");
}

static void a_geometry_of_another_kind_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    static const char *const wkts[] = {"POINT (3 4)", NULL};
    struct tw_encoder *encoder = open_encoder(fixture, "GeoJSON", "MultiPolygon");
    struct tw_features features = features_of(fixture, wkts), stored = {0};
    struct tw_window window = tile_window();
    assert_int_equal(
        tw_encoder_store_features(encoder, &features, &window, fixture->arena, &stored, &fixture->err),
        TW_ESCRIPT);
    assert_string_equal(fixture->err.message, "feature 1: a Point; output.schema.geometry is MultiPolygon");
    tw_encoder_close(encoder);
}

/* Encodes shapes of a kind; the bytes are the caller's. */
static struct tw_bytes encode(struct fixture *fixture, const char *format, const char *kind,
                              const char *const *wkts)
{
    struct tw_encoder *encoder = open_encoder(fixture, format, kind);
    struct tw_features features = features_of(fixture, wkts), stored = {0};
    struct tw_window window = tile_window();
    struct tw_bytes bytes = {0};
    enum tw_status status =
        tw_encoder_store_features(encoder, &features, &window, fixture->arena, &stored, &fixture->err);
    if (status == TW_OK)
        status = tw_encoder_encode_features(encoder, &stored, &window, &bytes, &fixture->err);
    if (status != TW_OK)
        fail_msg("%s", fixture->err.message);
    tw_encoder_close(encoder);
    return bytes;
}

static const char *const triangle[] = {"POLYGON ((1 1,2 1,2 2,1 1))", "POLYGON ((1 1,2 1,2 2,1 1))", NULL};

static void check_read_back(struct fixture *fixture, const char *format, const char *extension)
{
    struct tw_bytes bytes = encode(fixture, format, "Polygon", triangle);
    char path[64];
    snprintf(path, sizeof(path), "/vsimem/back.%s", extension);
    VSIFCloseL(VSIFileFromMemBuffer(path, bytes.data, bytes.size, FALSE));
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetGetLayer(dataset, 0);
    assert_int_equal(OGR_L_GetFeatureCount(layer, TRUE), 2);
    assert_string_equal(OSRGetAuthorityCode(OGR_L_GetSpatialRef(layer), NULL), "3857");
    OGRFeatureH feature = OGR_L_GetNextFeature(layer);
    assert_string_equal(OGR_F_GetFieldAsString(feature, OGR_F_GetFieldIndex(feature, "name")), "a");
    assert_true(OGR_F_GetFieldAsDouble(feature, OGR_F_GetFieldIndex(feature, "size")) == 0.1);
    assert_int_equal(OGR_F_GetFieldAsInteger64(feature, OGR_F_GetFieldIndex(feature, "rank")), 7);
    OGREnvelope envelope;
    OGR_G_GetEnvelope(OGR_F_GetGeometryRef(feature), &envelope);
    assert_true(fabs(envelope.MaxX - 2 * EDGE) < 1e-6 && fabs(envelope.MinY - EDGE) < 1e-6);
    OGR_F_Destroy(feature);
    GDALClose(dataset);
    VSIUnlink(path);
    tw_bytes_free(&bytes);
}

static void gdal_reads_back_what_was_written(void **state)
{
    check_read_back(*state, "GeoJSON", "geojson");
    check_read_back(*state, "FlatGeobuf", "fgb");
    check_read_back(*state, "GPKG", "gpkg");
    check_read_back(*state, "GeoPackage", "gpkg");
}

static void a_property_that_is_missing_is_null(void **state)
{
    struct fixture *fixture = *state;
    static const char *const wkts[] = {"POINT (3 4)", NULL};
    struct tw_encoder *encoder = open_encoder(fixture, "GeoJSON", "Point");
    struct tw_features features = features_of(fixture, wkts);
    features.items[0].properties = make_options(fixture, "rank", "2", NULL);
    struct tw_window window = tile_window();
    struct tw_bytes bytes = {0};
    assert_int_equal(tw_encoder_encode_features(encoder, &features, &window, &bytes, &fixture->err), TW_OK);
    bytes.data[bytes.size - 1] = 0;
    assert_non_null(strstr((char *)bytes.data, "{ \"name\": null, \"size\": null, \"rank\": 2 }"));
    tw_bytes_free(&bytes);
    tw_encoder_close(encoder);
}

static void the_same_features_make_the_same_bytes(void **state)
{
    static const char *const formats[] = {"GeoJSON", "FlatGeobuf", "GPKG"};
    for (int i = 0; i < 3; i++) {
        struct tw_bytes first = encode(*state, formats[i], "Geometry", triangle);
        struct tw_bytes again = encode(*state, formats[i], "Geometry", triangle);
        assert_int_equal(first.size, again.size);
        assert_memory_equal(first.data, again.data, first.size);
        tw_bytes_free(&first);
        tw_bytes_free(&again);
    }
}

/* All types of properties in one file: those that a format lacks are written as text. */
static void every_type_of_property_is_written(void **state)
{
    static const char *const formats[] = {"GeoJSON", "FlatGeobuf", "GPKG"};
    static const char *const wkts[] = {"POINT (3 4)", NULL};
    struct fixture *f = *state;
    const struct tw_value *types = make_options(f, "a", "str", "b", "int32", "c", "bool", "d", "date", "e",
                                                "time", "f", "datetime", NULL);
    const struct tw_value *schema =
        tw_value_with(f->arena, make_options(f, "geometry", "Point", NULL), "properties", types);
    struct tw_window window = tile_window();
    for (int i = 0; i < 3; i++) {
        struct tw_output_spec spec = {.options = tw_value_with(f->arena, NULL, "schema", schema),
                                      .grid = tw_grid_named("mercator")};
        struct tw_encoder *encoder = tw_encoder_open(formats[i], &spec, &f->problems);
        assert_non_null(encoder);
        struct tw_features features = features_of(f, wkts);
        features.items[0].properties = make_options(f, "a", "x", "b", "7", "c", "true", "d", "2020-01-31",
                                                    "e", "13:05:00", "f", "2020-01-31T13:05:00Z", NULL);
        struct tw_bytes bytes = {0};
        if (tw_encoder_encode_features(encoder, &features, &window, &bytes, &f->err) != TW_OK)
            fail_msg("%s: %s", formats[i], f->err.message);
        assert_true(bytes.size > 100);
        tw_bytes_free(&bytes);
        tw_encoder_close(encoder);
    }
}

static void check_problem(struct fixture *fixture, const char *format, const struct tw_value *options,
                          const char *expected)
{
    struct tw_output_spec spec = {.options = options, .grid = tw_grid_named("mercator")};
    tw_problems_free(&fixture->problems);
    fixture->problems = (struct tw_problems){0};
    assert_null(tw_encoder_open(format, &spec, &fixture->problems));
    assert_string_equal(tw_text_get(&fixture->problems.text), expected);
}

static const struct tw_value *with_schema(struct fixture *fixture, const struct tw_value *schema)
{
    return tw_value_with(fixture->arena, NULL, "schema", schema);
}

static void wrong_schemas_are_refused(void **state)
{
    struct fixture *f = *state;
    check_problem(f, "GeoJSON", make_options(f, "path", "out", NULL),
                  "output.schema is missing: features need one, such as {properties: {name: str}, geometry: "
                  "Polygon}");
    check_problem(f, "GeoJSON", make_options(f, "schema", "Polygon", NULL),
                  "output.schema must be a map with properties and geometry, not 'Polygon'");
    check_problem(
        f, "GeoJSON", with_schema(f, make_options(f, "geometry", "Polygone", NULL)),
        "unknown geometry 'Polygone'; did you mean 'Polygon'? (known: Point, MultiPoint, LineString, "
        "MultiLineString, Polygon, MultiPolygon, Geometry, Unknown, Line, MultiLine)");
    check_problem(f, "FlatGeobuf", with_schema(f, make_options(f, "geometry", "5", NULL)),
                  "output.schema.geometry must be a name such as Polygon, not 5");
    check_problem(
        f, "FlatGeobuf", with_schema(f, make_options(f, "geometry", "Point", "property", "x", NULL)),
        "unknown key of output.schema 'property'; did you mean 'properties'? (known: properties, geometry)");
    check_problem(f, "FlatGeobuf", with_schema(f, make_options(f, "properties", "str", NULL)),
                  "output.schema.geometry is missing: name one, such as Polygon\n"
                  "output.schema.properties must be a map of names and types, not 'str'");
    const struct tw_value *fields = make_options(f, "a", "string", "b", "3", "c", "str:80", NULL);
    check_problem(
        f, "GeoJSON",
        with_schema(
            f, tw_value_with(f->arena, make_options(f, "geometry", "Point", NULL), "properties", fields)),
        "unknown type of a property 'string'; known: str, int, int32, int64, float, bool, date, time, "
        "datetime\n"
        "the type of a property must be a name such as str, int or float, not 3");
    check_problem(
        f, "GeoJSON",
        tw_value_with(f->arena, options_of(f, "Point"), "dtype", tw_value_string(f->arena, "uint8")),
        "unknown output option 'dtype'; known: schema, path, format, metatiling, pixelbuffer, "
        "tile_size, tile_path_schema, layout, stac, acl, cache_control");
}

static void geojson_needs_an_epsg_code(void **state)
{
    struct fixture *fixture = *state;
    static const struct tw_grid utm = {.name = "custom",
                                       .crs = "+proj=utm +zone=32 +datum=WGS84 +units=m",
                                       .extent = {0, 0, 1000, 1000},
                                       .cols = 1,
                                       .rows = 1};
    static const struct tw_grid odd = {.name = "custom",
                                       .crs = "+proj=laea +lat_0=12.3 +lon_0=4.5 +datum=WGS84",
                                       .extent = {0, 0, 1000, 1000},
                                       .cols = 1,
                                       .rows = 1};
    struct tw_output_spec spec = {.options = options_of(fixture, "Point"), .grid = &utm};
    struct tw_encoder *encoder = tw_encoder_open("GeoJSON", &spec, &fixture->problems);
    assert_non_null(encoder);
    tw_encoder_close(encoder);
    spec.grid = &odd;
    encoder = tw_encoder_open("FlatGeobuf", &spec, &fixture->problems);
    assert_non_null(encoder);
    tw_encoder_close(encoder);
    assert_null(tw_encoder_open("GeoJSON", &spec, &fixture->problems));
    assert_string_equal(tw_text_get(&fixture->problems.text),
                        "GeoJSON names its CRS by an EPSG code, and the grid's CRS has none: use FlatGeobuf");
}

static struct tw_sink *open_sink(struct fixture *fixture, const char *path)
{
    static const struct tw_pyramid process = {.tile_size_px = 256, .metatiling = 2};
    struct tw_pyramid pyramid = process, output = process;
    pyramid.grid = output.grid = tw_grid_named("mercator");
    output.metatiling = 1;
    const struct tw_value *format = tw_value_string(fixture->arena, "GeoJSON");
    struct tw_sink_spec spec = {
        .output.options = tw_value_with(fixture->arena, options_of(fixture, "Polygon"), "format", format),
        .process = &pyramid,
        .pyramid = output,
        .path = path,
        .max_zoom = 2};
    return tw_sink_open(&spec, &fixture->problems);
}

/* Metatile 1/0/0 is the whole grid at zoom 1: four tiles. */
static void tiles_without_features_are_not_written_and_removed(void **state)
{
    struct fixture *fixture = *state;
    static const struct tw_tile metatile = {1, 0, 0};
    static const char *const right[] = {"POLYGON ((10 10,20 10,20 -10,10 10))", NULL};
    static const char *const top[] = {"POLYGON ((10 10,20 10,-20 20,10 10))", NULL};
    struct tw_sink *sink = open_sink(fixture, fixture_path(fixture, "out"));
    assert_non_null(sink);
    struct tw_sink_begin how = {.fingerprint = "f00d", .metadata = "{}\n"};
    assert_int_equal(tw_sink_begin(sink, &how, &fixture->err), TW_OK);
    struct tw_writer *writer = tw_writer_new(sink);
    struct tw_features features = features_of(fixture, right);
    assert_int_equal(tw_writer_put_features(writer, &metatile, &features, fixture->arena, &fixture->err),
                     TW_OK);
    assert_int_equal(tw_sink_files(sink), 2);
    features = features_of(fixture, top);
    assert_int_equal(tw_writer_put_features(writer, &metatile, &features, fixture->arena, &fixture->err),
                     TW_OK);
    tw_writer_free(writer);
    assert_int_equal(tw_sink_end(sink, true, &fixture->err), TW_OK);
    tw_sink_close(sink);
    assert_true(is_there(fixture_path(fixture, "out/1/0/0.geojson")));
    assert_true(is_there(fixture_path(fixture, "out/1/0/1.geojson")));
    assert_int_equal(count_files(fixture_path(fixture, "out"), ".geojson"), 2);
}

static void a_path_that_looks_like_a_file_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_null(open_sink(fixture, "lines.gpkg"));
    assert_string_equal(tw_text_get(&fixture->problems.text),
                        "'lines.gpkg' looks like one file, and GeoJSON is written as a folder of tiles: name "
                        "a folder; ogrmerge.py makes one file of it afterwards");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static void columns_of_a_geopackage_are_not_taken_twice(void **state)
{
    struct fixture *f = *state;
    const struct tw_value *schema =
        tw_value_with(f->arena, make_options(f, "geometry", "Point", NULL), "properties",
                      make_options(f, "FID", "int", "name", "str", "Name", "str", NULL));
    check_problem(f, "GPKG", tw_value_with(f->arena, NULL, "schema", schema),
                  "property 'FID': GeoPackage has a column 'fid' of its own; give another name\n"
                  "properties 'name' and 'Name' are the same column of a GeoPackage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shapes_are_cut_at_the_tile),
        TEST(what_only_touches_the_tile_is_left_out),
        TEST(parts_become_features_of_their_own),
        TEST(single_shapes_become_multiple_ones),
        TEST(every_kind_is_taken_when_the_geometry_is_unknown),
        TEST(properties_are_checked_against_the_schema),
        TEST(a_geometry_of_another_kind_is_an_error),
        TEST(gdal_reads_back_what_was_written),
        TEST(a_property_that_is_missing_is_null),
        TEST(the_same_features_make_the_same_bytes),
        TEST(every_type_of_property_is_written),
        TEST(columns_of_a_geopackage_are_not_taken_twice),
        TEST(wrong_schemas_are_refused),
        TEST(geojson_needs_an_epsg_code),
        TEST(tiles_without_features_are_not_written_and_removed),
        TEST(a_path_that_looks_like_a_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
