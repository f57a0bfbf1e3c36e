/* Kernels of neighbourhoods where numpy does not look: memory that runs out, a run that is cancelled, and the
 * size of pixels on the ground. What they compute is checked in tests/numpy.
 *
 * SPDX-License-Identifier: MIT
 */
#include "functions_focal.h"
#include "random_arrays.h"

#include <math.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { WIDTH = 40, HEIGHT = 30 };

typedef int32_t kernel(struct bench *bench, const struct tw_array *array, struct tw_array *out);

static int32_t gaussian(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    static const double weights[] = {0.5, 0.25};
    const struct tw_weights line = {.weights = weights, .radius = 1, .normalize = 1};
    return tw_kernel_convolve(bench->host, array, &line, out);
}

static int32_t convolve(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    static const double weights[] = {1, -1, 1};
    const struct tw_weights table = {.weights = weights, .width = 3, .height = 1, .radius = 1};
    return tw_kernel_convolve(bench->host, array, &table, out);
}

static int32_t extreme(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    return tw_kernel_extreme(bench->host, array, 3, 1, out);
}

static int32_t median(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    return tw_kernel_focal_median(bench->host, array, 2, out);
}

static int32_t wide_median(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    return tw_kernel_focal_median(bench->host, array, 9, out);
}

static int32_t dilate(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    return tw_kernel_dilate(bench->host, array, &(struct tw_footprint){4, 1, 0}, out);
}

static int32_t sieve(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    return tw_kernel_sieve(bench->host, array, 5, 8, out);
}

static int32_t slope(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    const struct tw_terrain terrain = {
        .relief = TW_SLOPE_PERCENT, .pixel_width = 1, .pixel_height = 1, .height_scale = 1};
    return tw_kernel_terrain(bench->host, array, &terrain, out);
}

static int32_t distance(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    return tw_kernel_distance(bench->host, array, &(struct tw_distance){5, 1, 1, 5}, out);
}

static int32_t blocks(struct bench *bench, const struct tw_array *array, struct tw_array *out)
{
    return tw_kernel_blocks(bench->host, array, 4, TW_BLOCK_MODE, out);
}

static kernel *const kernels[] = {gaussian, convolve, extreme, median,   wide_median,
                                  dilate,   sieve,    slope,   distance, blocks};
enum { NUM_KERNELS = sizeof(kernels) / sizeof(kernels[0]) };

static struct tw_array new_array(struct bench *bench, enum tw_dtype dtype)
{
    struct tw_array array = random_array(bench, dtype, WIDTH * HEIGHT, SOME_NODATA);
    array.width_px = WIDTH;
    array.height_px = HEIGHT;
    return array;
}

/* With a little more memory from time to time: every allocation is the one that fails. */
static void check_budgets(struct bench *bench, kernel *run)
{
    int32_t status = TW_EBUDGET;
    int failures = 0;
    for (size_t budget = 2560; status != TW_OK; budget += 128, failures++) {
        struct tw_array array, out;
        tw_arena_free(bench->job.arena);
        bench->job.arena = tw_arena_new(budget);
        next_round(bench);
        array = new_array(bench, TW_UINT8);
        status = run(bench, &array, &out);
        assert_true(status == TW_OK || status == TW_EBUDGET);
    }
    assert_true(failures > 1);
}

static void a_used_up_budget_fails_every_kernel(void **state)
{
    for (int i = 0; i < NUM_KERNELS; i++)
        check_budgets(*state, kernels[i]);
}

static void a_cancelled_run_ends_every_kernel(void **state)
{
    struct bench *bench = *state;
    static const volatile int cancel = 1;
    bench->job.cancel = &cancel;
    for (int i = 0; i < NUM_KERNELS; i++) {
        struct tw_array array = new_array(bench, TW_FLOAT32), out;
        assert_int_equal(kernels[i](bench, &array, &out), TW_ECANCELLED);
    }
}

/* A place on the ellipsoid of WGS 84, in metres from the centre of the earth. */
static void place_of(double longitude, double latitude, double place[3])
{
    double lambda = longitude * M_PI / 180, phi = latitude * M_PI / 180, f = 1 / 298.257223563;
    double squared = f * (2 - f), n = 6378137 / sqrt(1 - squared * sin(phi) * sin(phi));
    place[0] = n * cos(phi) * cos(lambda);
    place[1] = n * cos(phi) * sin(lambda);
    place[2] = n * (1 - squared) * sin(phi);
}

static double metres_between(const double a[2], const double b[2])
{
    double p[3], q[3];
    place_of(a[0], a[1], p);
    place_of(b[0], b[1], q);
    return hypot(hypot(p[0] - q[0], p[1] - q[1]), p[2] - q[2]);
}

/* Longitude and latitude of a position in the window. */
static void lonlat_of(const struct tw_window *window, double col, double row, double lonlat[2])
{
    lonlat[0] = tw_window_x(window, (double)window->col_px + col);
    lonlat[1] = tw_window_y(window, (double)window->row_px + row);
    if (window->grid == tw_grid_named("geodetic"))
        return;
    lonlat[0] *= 180 / M_PI / 6378137;
    lonlat[1] = (2 * atan(exp(lonlat[1] / 6378137)) - M_PI / 2) * 180 / M_PI;
}

/* A plane that rises by one metre from column to column, or from row to row: its slope is the inverse of a
 * pixel's side on the ground. */
static void check_ground(struct bench *bench, bool along_rows)
{
    const struct tw_window *window = &bench->job.window;
    struct tw_focal_tile tile;
    struct tw_array plane = {.width_px = 3, .height_px = 3, .dtype = TW_FLOAT64}, out;
    double from[2], to[2];
    assert_true(tw_array_alloc(bench->job.arena, &plane, false));
    for (size_t i = 0; i < 9; i++)
        tw_array_set(&plane, i, (double)(along_rows ? i % 3 : i / 3));
    tw_focal_functions.tile(bench->host, &tile);
    const struct tw_terrain terrain = {.relief = TW_SLOPE_PERCENT,
                                       .ground = tile.ground,
                                       .pixel_width = tile.pixel_width,
                                       .pixel_height = tile.pixel_height,
                                       .height_scale = 1};
    assert_int_equal(tw_kernel_terrain(bench->host, &plane, &terrain, &out), TW_OK);
    lonlat_of(window, 1.5 - 0.5 * along_rows, 1.5 - 0.5 * !along_rows, from);
    lonlat_of(window, 1.5 + 0.5 * along_rows, 1.5 + 0.5 * !along_rows, to);
    double side = 100 / tw_array_get(&out, 4);
    assert_true(fabs(side - metres_between(from, to)) < 1e-6 * side);
}

static void slopes_are_those_on_the_ground(void **state)
{
    struct bench *bench = *state;
    static const char *const names[] = {"geodetic", "mercator"};
    for (int i = 0; i < 2; i++)
        for (int64_t row = 300; row < 32768; row += 8117) {
            next_round(bench);
            bench->job.window = (struct tw_window){.grid = tw_grid_named(names[i]),
                                                   .zoom = i == 0 ? 7 : 8,
                                                   .tile_size_px = 256,
                                                   .col_px = 1000,
                                                   .row_px = row,
                                                   .width_px = 3,
                                                   .height_px = 3};
            check_ground(bench, true);
            check_ground(bench, false);
        }
}

static void a_grid_in_another_projection_keeps_its_units(void **state)
{
    struct bench *bench = *state;
    const struct tw_grid grid = {
        .name = "custom", .crs = "EPSG:32633", .extent = {166000, 0, 834000, 9330000}, .cols = 1, .rows = 1};
    struct tw_focal_tile tile;
    bench->job.window = (struct tw_window){.grid = &grid, .tile_size_px = 256};
    tw_focal_functions.tile(bench->host, &tile);
    assert_int_equal(tile.ground, TW_GROUND_UNITS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_used_up_budget_fails_every_kernel),
        TEST(a_cancelled_run_ends_every_kernel),
        TEST(slopes_are_those_on_the_ground),
        TEST(a_grid_in_another_projection_keeps_its_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
