/* Nearest and bilinear values are compared with those of GDAL's kernels: of a file of 60 x 50 random pixels,
 * with and without nodata, to windows that reach over its edges, from the same CRS (upright and rotated) and
 * from another one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "warp.h"
#include "warp_direct.h"

#include "file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { WIDTH = 60, HEIGHT = 50, BANDS = 2 };

struct fixture {
    struct tw_arena *arena;
    struct tw_georeference georeference;
    struct tw_mapping mapping;
    struct tw_array bands[BANDS];
    struct tw_source_pixels source;
    uint32_t seed;
};

static uint32_t next_random(struct fixture *fixture)
{
    fixture->seed = fixture->seed * 1664525u + 1013904223u;
    return fixture->seed >> 8;
}

static int set_up(void **state)
{
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    tw_gdal_init(0);
    fixture->arena = tw_arena_new(0);
    fixture->seed = 1;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->mapping.to_file != NULL) {
        OCTDestroyCoordinateTransformation(fixture->mapping.to_file);
        OCTDestroyCoordinateTransformation(fixture->mapping.to_grid);
    }
    tw_georeference_free(&fixture->georeference);
    tw_arena_free(fixture->arena);
    test_free(fixture);
    return 0;
}

/* The file lies somewhere in Europe; numbers: GDAL's six. */
static void place(struct fixture *fixture, const char *crs, const double numbers[6])
{
    OGRSpatialReferenceH grid = NULL;
    assert_int_equal(tw_georeference_make(&fixture->georeference, crs, numbers, NULL), TW_OK);
    fixture->mapping =
        (struct tw_mapping){.georeference = &fixture->georeference, .level_x = 1, .level_y = 1};
    if (strcmp(crs, "EPSG:3857") == 0)
        return;
    assert_int_equal(tw_crs_parse("EPSG:3857", &grid, NULL), TW_OK);
    fixture->mapping.to_file = tw_crs_transformation(grid, fixture->georeference.crs);
    fixture->mapping.to_grid = tw_crs_transformation(fixture->georeference.crs, grid);
    OSRRelease(grid);
}

/* Random pixels; with nodata: one in four, in blocks and alone. */
static void fill(struct fixture *fixture, enum tw_dtype dtype, bool with_nodata)
{
    uint8_t *valid = with_nodata ? tw_arena_alloc(fixture->arena, WIDTH * HEIGHT) : NULL;
    for (size_t i = 0; with_nodata && i < WIDTH * HEIGHT; i++)
        valid[i] = (i / 7 + i / WIDTH / 9) % 5 == 0 || next_random(fixture) % 16 == 0 ? 0 : TW_VALID;
    for (int band = 0; band < BANDS; band++) {
        struct tw_array *array = &fixture->bands[band];
        *array = (struct tw_array){.width_px = WIDTH, .height_px = HEIGHT, .dtype = (int32_t)dtype};
        assert_true(tw_array_alloc(fixture->arena, array, false));
        array->valid = valid;
        for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
            double value = next_random(fixture) % 65536;
            value = dtype == TW_UINT8 || dtype == TW_INT8 ? fmod(value, 128) * (dtype == TW_UINT8 ? 2 : 1)
                                                          : value;
            tw_array_set(array, i, dtype == TW_INT16 || dtype == TW_FLOAT32 ? value - 32768 : value);
        }
    }
    fixture->source = (struct tw_source_pixels){{-1, 0, 0, WIDTH, HEIGHT}, BANDS, fixture->bands};
}

/* A window of the zoom level around the middle of the file. */
static struct tw_window window_at(const struct fixture *fixture, int zoom, int32_t size_px)
{
    struct tw_window window = {tw_grid_named("mercator"), zoom, 256, 0, 0, size_px, size_px - 3};
    double x = WIDTH / 2.0, y = HEIGHT / 2.0;
    assert_true(tw_mapping_back(&fixture->mapping, &window, &x, &y));
    window.col_px = (int64_t)x - size_px / 2;
    window.row_px = (int64_t)y - size_px / 2;
    return window;
}

static void assert_same(const struct tw_array *a, const struct tw_array *b, bool is_exact)
{
    size_t count = tw_array_num_pixels(a), valid = 0;
    assert_memory_equal(a->valid, b->valid, count);
    for (size_t i = 0; i < count; i++) {
        double first = tw_array_get(a, i), second = tw_array_get(b, i);
        valid += a->valid[i] != 0;
        if (a->valid[i] != 0 && (is_exact ? first != second : fabs(first - second) > 1e-6 * fabs(second)))
            fail_msg("pixel %zu: %.9g instead of %.9g", i, first, second);
    }
    assert_true(valid > count / 20);
    assert_true(valid < count);
}

static void compare(struct fixture *fixture, enum tw_resampling resampling, int zoom, int32_t size_px)
{
    const struct tw_kernel kernel = {resampling, 1.5, 1.25};
    struct tw_window window = window_at(fixture, zoom, size_px);
    struct tw_transform transform;
    struct tw_array direct[BANDS], by_gdal[BANDS];
    enum tw_dtype dtype = (enum tw_dtype)fixture->bands[0].dtype;
    assert_int_equal(tw_transform_init(&transform, &fixture->mapping, &window, fixture->arena, NULL), TW_OK);
    const struct tw_warp warp = {&fixture->source, &kernel, &transform};
    assert_true(tw_warp_direct_suits(&kernel, dtype));
    assert_int_equal(tw_warp(&warp, fixture->arena, direct, NULL), TW_OK);
    assert_int_equal(tw_warp_by_gdal(&warp, fixture->arena, by_gdal, NULL), TW_OK);
    for (int band = 0; band < BANDS; band++)
        assert_same(&direct[band], &by_gdal[band], resampling == TW_NEAREST || dtype != TW_FLOAT32);
}

static void compare_all(struct fixture *fixture, int zoom, int32_t size_px)
{
    static const enum tw_dtype blended[] = {TW_UINT8, TW_UINT16, TW_INT16, TW_FLOAT32};
    static const enum tw_dtype copied[] = {TW_UINT8, TW_INT16,   TW_UINT16, TW_UINT32,
                                           TW_INT32, TW_FLOAT32, TW_FLOAT64};
    for (int with_nodata = 0; with_nodata < 2; with_nodata++) {
        for (size_t i = 0; i < sizeof(blended) / sizeof(blended[0]); i++) {
            fill(fixture, blended[i], with_nodata);
            compare(fixture, TW_BILINEAR, zoom, size_px);
        }
        for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
            fill(fixture, copied[i], with_nodata);
            compare(fixture, TW_NEAREST, zoom, size_px);
        }
    }
}

static void values_from_another_crs_are_those_of_gdal(void **state)
{
    struct fixture *fixture = *state;
    place(fixture, "EPSG:32633", (double[]){500000, 120, 0, 5100000, 0, -120});
    compare_all(fixture, 10, 75);
    compare_all(fixture, 12, 350);
}

static void values_of_the_same_crs_are_those_of_gdal(void **state)
{
    struct fixture *fixture = *state;
    place(fixture, "EPSG:3857", (double[]){1600000, 150, 0, 5800000, 0, -140});
    compare_all(fixture, 10, 75);
    compare_all(fixture, 12, 350);
}

static void values_of_a_rotated_file_are_those_of_gdal(void **state)
{
    struct fixture *fixture = *state;
    place(fixture, "EPSG:3857", (double[]){1600000, 100, 40, 5800000, 30, -110});
    compare_all(fixture, 10, 75);
    compare_all(fixture, 12, 350);
}

/* At low zooms a cell of 32 pixels is not smooth: every pixel of it is transformed. */
static void positions_that_are_computed_one_by_one_agree(void **state)
{
    struct fixture *fixture = *state;
    place(fixture, "EPSG:32633", (double[]){-400000, 30000, 0, 7000000, 0, -30000});
    struct tw_window window = window_at(fixture, 2, 120);
    struct tw_transform transform;
    assert_int_equal(tw_transform_init(&transform, &fixture->mapping, &window, fixture->arena, NULL), TW_OK);
    assert_true(transform.any_direct);
    compare_all(fixture, 2, 120);
}

static void a_row_has_the_positions_of_its_points(void **state)
{
    struct fixture *fixture = *state;
    place(fixture, "EPSG:32633", (double[]){500000, 120, 0, 5100000, 0, -120});
    struct tw_window window = window_at(fixture, 12, 200);
    struct tw_transform transform;
    assert_int_equal(tw_transform_init(&transform, &fixture->mapping, &window, fixture->arena, NULL), TW_OK);
    transform.origin_x = 11;
    transform.origin_y = -7;
    for (int32_t row = 0; row < window.height_px; row += 13) {
        int64_t x[200], y[200];
        tw_transform_row(&transform, row, 200, x, y);
        for (int32_t col = 0; col < 200; col++) {
            double point_x = col + 0.5, point_y = row + 0.5, z = 0;
            int success = 0;
            tw_transform_points(&transform, 1, 1, &point_x, &point_y, &z, &success);
            assert_true(success);
            assert_true((double)x[col] / (1 << TW_STEPS_LOG2) == point_x);
            assert_true((double)y[col] / (1 << TW_STEPS_LOG2) == point_y);
        }
    }
}

static void wide_kernels_are_left_to_gdal(void **state)
{
    (void)state;
    static const struct tw_kernel wide = {TW_BILINEAR, 0.5, 1}, cubic = {TW_CUBIC, 1, 1},
                                  bilinear = {TW_BILINEAR, 1, 1};
    static const struct tw_kernel nearest = {TW_NEAREST, 0.01, 0.01};
    assert_false(tw_warp_direct_suits(&wide, TW_UINT8));
    assert_false(tw_warp_direct_suits(&cubic, TW_UINT8));
    assert_false(tw_warp_direct_suits(&bilinear, TW_FLOAT64));
    assert_true(tw_warp_direct_suits(&nearest, TW_FLOAT64));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(values_from_another_crs_are_those_of_gdal),  TEST(values_of_the_same_crs_are_those_of_gdal),
        TEST(values_of_a_rotated_file_are_those_of_gdal), TEST(positions_that_are_computed_one_by_one_agree),
        TEST(a_row_has_the_positions_of_its_points),      TEST(wide_kernels_are_left_to_gdal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
