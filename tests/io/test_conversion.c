/* From features to pixels and back, on a window of 4 x 3 pixels of a grid whose pixels are 10 units; its
 * north-west corner is at 100, 200:
 *
 *      y 200 +---+---+---+---+
 *            |   |   |   |   |
 *        190 +---+---+---+---+
 *            |   |   |   |   |
 *        180 +---+---+---+---+
 *            |   |   |   |   |
 *        170 +---+---+---+---+
 *           x 100             140
 *
 * SPDX-License-Identifier: MIT
 */
#include "conversion.h"
#include "dataset_pool.h"
#include "read_fixture.h"
#include "shape.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <cpl_conv.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 4, HEIGHT = 3, COUNT = WIDTH * HEIGHT };
#define NODATA (-9999)

static const struct tw_grid grid = {
    .name = "custom", .crs = "EPSG:32633", .extent = {0, 0, 2560, 2560}, .cols = 1, .rows = 1};
static const struct tw_window window = {&grid, 0, 256, 10, 236, WIDTH, HEIGHT};

struct test {
    struct tw_arena *arena;
    struct tw_conversion conversion;
    struct tw_features features;
    struct tw_error err;
};

static int setup(void **state)
{
    static struct test test;
    tw_gdal_init(1 << 20);
    test = (struct test){.arena = tw_arena_new((size_t)64 << 20)};
    test.conversion = (struct tw_conversion){.window = &window, .arena = test.arena};
    *state = &test;
    return 0;
}

static int teardown(void **state)
{
    tw_arena_free(((struct test *)*state)->arena);
    return 0;
}

/* An array of a type; NODATA is nodata. */
static struct tw_array array_of(struct test *test, enum tw_dtype dtype, const double values[COUNT])
{
    struct tw_array array = {.width_px = WIDTH, .height_px = HEIGHT, .dtype = (int32_t)dtype};
    assert_true(tw_array_alloc(test->arena, &array, true));
    for (size_t i = 0; i < COUNT; i++) {
        array.valid[i] = values[i] != NODATA ? TW_VALID : 0;
        tw_array_set(&array, i, array.valid[i] ? values[i] : 0);
    }
    return array;
}

static struct tw_features features_of(struct test *test, const char *const *wkts)
{
    struct tw_features features = {.items = tw_arena_calloc(test->arena, 8, sizeof(struct tw_feature))};
    for (; wkts[features.count] != NULL; features.count++) {
        OGRGeometryH shape = NULL;
        char *wkt = (char *)wkts[features.count];
        assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &shape), OGRERR_NONE);
        size_t size = (size_t)OGR_G_WkbSize(shape);
        void *wkb = tw_arena_alloc(test->arena, size);
        OGR_G_ExportToWkb(shape, wkbXDR, wkb);
        features.items[features.count] = (struct tw_feature){.wkb = wkb, .wkb_size = size};
        OGR_G_DestroyGeometry(shape);
    }
    return features;
}

/* GDAL's contours are right to a millionth of a pixel. */
static bool round_vertex(void *context, double *x, double *y)
{
    (void)context;
    *x = round(*x * 1000) / 1000;
    *y = round(*y * 1000) / 1000;
    return true;
}

/* `5 POLYGON (...)`: value and geometry. */
static const char *shown(const struct tw_feature *feature)
{
    OGRGeometryH shape = NULL;
    char *wkt = NULL;
    assert_int_equal(OGR_G_CreateFromWkbEx(feature->wkb, NULL, &shape, feature->wkb_size), OGRERR_NONE);
    tw_shape_map(shape, round_vertex, NULL);
    OGR_G_ExportToWkt(shape, &wkt);
    const char *result = text("%.17g %s", tw_value_get(feature->properties, "value")->number, wkt);
    CPLFree(wkt);
    OGR_G_DestroyGeometry(shape);
    return result;
}

static void check_rasterized(struct test *test, const char *const *wkts, bool all_touched,
                             const char *expected)
{
    static const double values[] = {1, 2.5, 3, 4};
    static const double nothing[COUNT] = {NODATA, NODATA, NODATA, NODATA, NODATA, NODATA,
                                          NODATA, NODATA, NODATA, NODATA, NODATA, NODATA};
    struct tw_array array = array_of(test, TW_FLOAT64, nothing);
    struct tw_features features = features_of(test, wkts);
    assert_int_equal(tw_rasterize(&test->conversion, &features, values, all_touched, &array, &test->err),
                     TW_OK);
    assert_string_equal(pixels_text(&array), expected);
}

static void a_polygon_takes_the_pixels_whose_centres_it_holds(void **state)
{
    static const char *const wkts[] = {"POLYGON ((104 199,126 199,126 184,104 184,104 199))", NULL};
    check_rasterized(*state, wkts, false, "1 1 1 - / 1 1 1 - / - - - -");
}

static void all_pixels_that_are_touched_are_taken_on_request(void **state)
{
    static const char *const wkts[] = {"POLYGON ((108 199,122 199,122 178,108 178,108 199))", NULL};
    check_rasterized(*state, wkts, false, "- 1 - - / - 1 - - / - - - -");
    check_rasterized(*state, wkts, true, "1 1 1 - / 1 1 1 - / 1 1 1 -");
}

static void later_features_lie_on_top(void **state)
{
    static const char *const wkts[] = {"POLYGON ((90 210,150 210,150 180,90 180,90 210))",
                                       "LINESTRING (115 215,115 165)", "POINT (135 175)",
                                       "MULTIPOINT (105 195,500 500)", NULL};
    check_rasterized(*state, wkts, false, "4 2.5 1 1 / 1 2.5 1 1 / - 2.5 - 3");
}

static void without_features_all_is_nodata(void **state)
{
    static const char *const wkts[] = {NULL};
    check_rasterized(*state, wkts, false, "- - - - / - - - - / - - - -");
}

static void a_geometry_that_cannot_be_read_is_an_error(void **state)
{
    struct test *test = *state;
    static const double nothing[COUNT] = {0}, value = 1;
    struct tw_array array = array_of(test, TW_FLOAT64, nothing);
    struct tw_feature broken = {.wkb = "\1\3\0\0", .wkb_size = 4};
    struct tw_features features = {1, &broken};
    assert_int_equal(tw_rasterize(&test->conversion, &features, &value, false, &array, &test->err),
                     TW_ESCRIPT);
    assert_memory_equal(test->err.message, "a feature has no readable geometry: ", 36);
}

static void equal_neighbours_become_one_polygon(void **state)
{
    struct test *test = *state;
    static const double values[COUNT] = {1, 1, 2, NODATA, 1, 2, 2, NODATA, 3, 3, 3, 3};
    struct tw_array array = array_of(test, TW_UINT8, values);
    assert_int_equal(tw_polygonize(&test->conversion, &array, false, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 3);
    assert_string_equal(shown(&test->features.items[0]),
                        "1 POLYGON ((100 200,100 180,110 180,110 190,120 190,120 200,100 200))");
    assert_string_equal(shown(&test->features.items[1]),
                        "2 POLYGON ((120 200,130 200,130 180,110 180,110 190,120 190,120 200))");
    assert_string_equal(shown(&test->features.items[2]),
                        "3 POLYGON ((100 180,100 170,140 170,140 180,100 180))");
}

static void corners_connect_eight_neighbours(void **state)
{
    struct test *test = *state;
    static const double values[COUNT] = {7,      NODATA, NODATA, NODATA, NODATA, 7,
                                         NODATA, NODATA, NODATA, NODATA, NODATA, NODATA};
    struct tw_array array = array_of(test, TW_INT16, values);
    assert_int_equal(tw_polygonize(&test->conversion, &array, false, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 2);
    assert_int_equal(tw_polygonize(&test->conversion, &array, true, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 1);
    assert_memory_equal(shown(&test->features.items[0]), "7 MULTIPOLYGON (((", 18);
}

/* Neighbours that differ in the last bit are different; what float32 and 32-bit numbers cannot hold stays. */
static void values_of_every_type_stay_exact(void **state)
{
    struct test *test = *state;
    const double one = nextafter(1e300, 0), two = 1e300, nan = NAN;
    const double values[COUNT] = {one, two, 0.1, -0.0, one, two, 0.1, 0.0, nan, nan, nan, nan};
    struct tw_array array = array_of(test, TW_FLOAT64, values);
    assert_int_equal(tw_polygonize(&test->conversion, &array, false, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 4);
    const double expected[] = {one, two, 0.1, 0};
    for (size_t i = 0; i < 4; i++)
        assert_true(tw_value_get(test->features.items[i].properties, "value")->number == expected[i]);
    static const double large[COUNT] = {4294967295, 4294967295, 4294967295, 4294967295, 0, 1,
                                        2,          3,          4,          5,          6, 7};
    array = array_of(test, TW_UINT32, large);
    assert_int_equal(tw_polygonize(&test->conversion, &array, false, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 9);
    assert_memory_equal(shown(&test->features.items[0]), "4294967295 POLYGON", 18);
}

static void an_array_without_a_valid_pixel_makes_nothing(void **state)
{
    struct test *test = *state;
    static const double values[COUNT] = {NODATA, NODATA, NODATA, NODATA, NODATA, NODATA,
                                         NODATA, NODATA, NODATA, NODATA, NODATA, NODATA};
    struct tw_array array = array_of(test, TW_FLOAT32, values);
    const struct tw_levels levels = {.interval = 10};
    assert_int_equal(tw_polygonize(&test->conversion, &array, false, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 0);
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 0);
}

/* A plane that rises by 1 from pixel to pixel to the east: 0 at x 105. */
static const double plane[COUNT] = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};

static void contours_lie_between_the_centres_of_pixels(void **state)
{
    struct test *test = *state;
    struct tw_array array = array_of(test, TW_FLOAT32, plane);
    const struct tw_levels levels = {.interval = 1.25, .base = 0.25};
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 3);
    assert_string_equal(shown(&test->features.items[0]),
                        "0.25 LINESTRING (107.5 170.0,107.5 175.0,107.5 185.0,107.5 195.0,107.5 200.0)");
    assert_memory_equal(shown(&test->features.items[1]), "1.5 LINESTRING (120 170", 23);
    assert_memory_equal(shown(&test->features.items[2]), "2.75 LINESTRING (132.5 170", 26);
}

static void levels_can_be_given_in_any_order(void **state)
{
    struct test *test = *state;
    struct tw_array array = array_of(test, TW_INT16, plane);
    static const double wanted[] = {2.5, 0.1, 2.5, 100};
    const struct tw_levels levels = {.levels = wanted, .count = 4};
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 2);
    assert_memory_equal(shown(&test->features.items[0]), "0.10000000000000001 LINESTRING (106", 35);
    assert_memory_equal(shown(&test->features.items[1]), "2.5 LINESTRING (130", 19);
}

static void contours_end_at_nodata(void **state)
{
    struct test *test = *state;
    static const double values[COUNT] = {0, 1, 2, 3, 0, 1, 2, 3, 0, NODATA, 2, 3};
    struct tw_array array = array_of(test, TW_FLOAT64, values);
    static const double wanted = 0.5;
    const struct tw_levels levels = {.levels = &wanted, .count = 1};
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err), TW_OK);
    assert_int_equal(test->features.count, 1);
    assert_string_equal(shown(&test->features.items[0]),
                        "0.5 LINESTRING (111.25 180.0,110 185,110 185,110 195,110 200)");
}

static void wrong_intervals_are_refused(void **state)
{
    struct test *test = *state;
    struct tw_array array = array_of(test, TW_FLOAT64, plane);
    struct tw_levels levels = {.interval = 0};
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err),
                     TW_ESCRIPT);
    assert_string_equal(test->err.message, "the interval of contours must be more than 0, not 0");
    levels.interval = 1e-5;
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err),
                     TW_ESCRIPT);
    assert_string_equal(test->err.message, "an interval of 1e-05 makes 300000 levels between 0 and 3; at "
                                           "most 10000 are drawn, so make it larger");
}

static void work_stops_when_it_is_cancelled(void **state)
{
    struct test *test = *state;
    struct tw_array array = array_of(test, TW_FLOAT64, plane);
    const struct tw_levels levels = {.interval = 1};
    const volatile int cancel = 1;
    test->conversion.cancel = &cancel;
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err),
                     TW_ECANCELLED);
    assert_int_equal(tw_polygonize(&test->conversion, &array, false, &test->features, &test->err),
                     TW_ECANCELLED);
}

static void a_budget_that_is_used_up_is_an_error(void **state)
{
    struct test *test = *state;
    struct tw_array array = array_of(test, TW_FLOAT64, plane);
    struct tw_arena *small = tw_arena_new(256);
    const struct tw_levels levels = {.interval = 1};
    test->conversion.arena = small;
    assert_int_equal(tw_polygonize(&test->conversion, &array, false, &test->features, &test->err),
                     TW_EBUDGET);
    assert_int_equal(tw_contours(&test->conversion, &array, &levels, &test->features, &test->err),
                     TW_EBUDGET);
    assert_string_equal(test->err.message, "no memory left for features; raise --memory");
    tw_arena_free(small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_polygon_takes_the_pixels_whose_centres_it_holds),
        TEST(all_pixels_that_are_touched_are_taken_on_request),
        TEST(later_features_lie_on_top),
        TEST(without_features_all_is_nodata),
        TEST(a_geometry_that_cannot_be_read_is_an_error),
        TEST(equal_neighbours_become_one_polygon),
        TEST(corners_connect_eight_neighbours),
        TEST(values_of_every_type_stay_exact),
        TEST(an_array_without_a_valid_pixel_makes_nothing),
        TEST(contours_lie_between_the_centres_of_pixels),
        TEST(levels_can_be_given_in_any_order),
        TEST(contours_end_at_nodata),
        TEST(wrong_intervals_are_refused),
        TEST(work_stops_when_it_is_cancelled),
        TEST(a_budget_that_is_used_up_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
