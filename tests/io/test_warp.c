/* SPDX-License-Identifier: MIT */
#include "make_raster.h"
#include "read_fixture.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal_utils.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What we read is compared with GDALWarp (exact transformation, kernel scale fixed in the same way) of the
 * same file to the same window. */
#define SCENE "examples/cloudless/sentinel2/S2A_33TWL_20230815_0_L2A/B04.tif"
#define PATCH "tests/data/io/cleantopo_br.tif"

struct comparison {
    const char *path;
    struct tw_window window;
    double scale_x, scale_y;    /* target pixels per source pixel */
    const char *overview_level; /* GDALWarp's -ovr */
};

static GDALDatasetH reference(const struct comparison *comparison, enum tw_resampling resampling)
{
    const struct tw_window *window = &comparison->window;
    struct tw_box box = tw_window_bounds(window);
    char text[1024];
    static const char *const names[TW_NUM_RESAMPLINGS] = {
        "near", "bilinear", "cubic", "cubicspline", "lanczos", "average", "mode",
        "min",  "max",      "med",   "q1",          "q3",      "sum",     "rms"};
    snprintf(
        text, sizeof(text),
        "-of MEM -r %s -et 0 -ovr %s -t_srs %s -te %.17g %.17g %.17g %.17g -ts %d %d -wo XSCALE=%.17g -wo "
        "YSCALE=%.17g -wo SAMPLE_GRID=YES -dstalpha",
        names[resampling], comparison->overview_level, window->grid->crs, box.left, box.bottom, box.right,
        box.top, window->width_px, window->height_px, comparison->scale_x, comparison->scale_y);
    char **arguments = CSLTokenizeString(text);
    GDALDatasetH source = GDALOpen(comparison->path, GA_ReadOnly);
    assert_non_null(source);
    GDALWarpAppOptions *options = GDALWarpAppOptionsNew(arguments, NULL);
    GDALDatasetH result = GDALWarp("", NULL, 1, &source, options, NULL);
    GDALWarpAppOptionsFree(options);
    CSLDestroy(arguments);
    GDALClose(source);
    assert_non_null(result);
    return result;
}

static void read_band(GDALDatasetH dataset, int band, double *pixels)
{
    int width = GDALGetRasterXSize(dataset), height = GDALGetRasterYSize(dataset);
    assert_int_equal(GDALRasterIO(GDALGetRasterBand(dataset, band), GF_Read, 0, 0, width, height, pixels,
                                  width, height, GDT_Float64, 0, 0),
                     CE_None);
}

struct difference {
    size_t valid, validity, values;
};

static struct difference compare(const struct tw_array *array, GDALDatasetH expected, double tolerance)
{
    struct difference difference = {0};
    size_t count = tw_array_num_pixels(array);
    double *values = calloc(count, sizeof(double)), *alpha = calloc(count, sizeof(double));
    read_band(expected, 1, values);
    read_band(expected, 2, alpha);
    for (size_t i = 0; i < count; i++) {
        bool is_valid = array->valid[i] != 0;
        difference.valid += is_valid;
        difference.validity += is_valid != (alpha[i] > 0);
        difference.values += is_valid && alpha[i] > 0 && fabs(values[i] - tw_array_get(array, i)) > tolerance;
    }
    free(values);
    free(alpha);
    return difference;
}

static void check(const struct comparison *comparison, enum tw_resampling resampling)
{
    struct read_fixture fixture;
    assert_true(read_open(&fixture, comparison->path));
    struct tw_raster raster = read_window(&fixture, &comparison->window, resampling, NULL);
    GDALDatasetH expected = reference(comparison, resampling);
    struct difference difference = compare(&raster.bands[0], expected, 1);
    GDALClose(expected);
    read_close(&fixture);
    if (difference.valid < 1000 ||
        difference.validity * (resampling == TW_SUM ? 50 : 2000) > difference.valid ||
        difference.values * 500 > difference.valid)
        fail_msg("%s zoom %d %s: of %zu valid pixels, %zu differ in validity and %zu in value",
                 comparison->path, comparison->window.zoom, tw_resampling_name(resampling), difference.valid,
                 difference.validity, difference.values);
}

/* The patch has 0.0332 degrees per pixel: zoom 5 enlarges it, zoom 2 shrinks it by 5.3. */
static void compare_patch(int zoom, int64_t col_px, int64_t row_px)
{
    struct comparison comparison = {
        PATCH, {tw_grid_named("geodetic"), zoom, 256, col_px, row_px, 400, 300}, 0, 0, "NONE"};
    double pixel = tw_grid_pixel_width(comparison.window.grid, zoom, 256);
    comparison.scale_x = 0.033253797156923 / pixel;
    comparison.scale_y = 0.033268379574576 / pixel;
    for (int i = 0; i < TW_NUM_RESAMPLINGS; i++)
        check(&comparison, (enum tw_resampling)i);
}

static void enlarging_equals_gdalwarp(void **state)
{
    (void)state;
    compare_patch(5, 15880, 7750);
}

static void shrinking_equals_gdalwarp(void **state)
{
    (void)state;
    compare_patch(2, 1700, 800);
}

static void reading_from_utm_equals_gdalwarp(void **state)
{
    (void)state;
    struct comparison comparison = {
        SCENE, {tw_grid_named("mercator"), 11, 256, 284500, 186450, 400, 400}, 1, 1, "NONE"};
    for (int i = 0; i < TW_NUM_RESAMPLINGS; i++)
        check(&comparison, (enum tw_resampling)i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enlarging_equals_gdalwarp),
        cmocka_unit_test(shrinking_equals_gdalwarp),
        cmocka_unit_test(reading_from_utm_equals_gdalwarp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
