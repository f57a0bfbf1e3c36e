/* SPDX-License-Identifier: MIT */
#include "read_fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

/* A mosaic of tiles must equal one large read, to the last bit:
 *
 *      +---+---+---+
 *      | t | t | t |     each tile is read alone, with its pixelbuffer,
 *      +---+---+---+     and compared with its place in the large window
 *      | t | t | t |
 *      +---+---+---+
 */
struct mosaic {
    const char *options, *grid;
    int zoom;
    int64_t col_px, row_px; /* north-west of the area, in pixels of the zoom */
    int32_t width_px, height_px;
};

#define SCENE "examples/cloudless/sentinel2/S2A_33TWL_20230815_0_L2A/B04.tif"
static const struct mosaic mosaics[] = {
    {SCENE, "geodetic", 10, 284500, 64050, 300, 300},   /* from UTM, a little larger */
    {SCENE, "mercator", 8, 35540, 23290, 170, 170},     /* from UTM, smaller, through an overview */
    {SCENE, "mercator", 5, 4440, 2900, 40, 40},         /* from UTM, much smaller */
    {SCENE, "geodetic", 13, 2280000, 512500, 150, 150}, /* from UTM, much larger */
    {"tests/data/io/cleantopo_br.tif", "geodetic", 4, 7940, 3870, 260, 230}, /* the same CRS */
    {"tests/data/io/cleantopo_br.tif", "geodetic", 2, 1980, 960, 80, 64},    /* the same CRS, smaller */
    {"tests/data/io/merc_rgba.tif", "mercator", 3, 1020, 500, 280, 270},     /* the same pixels, with alpha */
    {"tests/data/io/gcps.tif", "geodetic", 6, 17800, 11300, 200, 200},       /* by ground control points */
};

static struct tw_window window_at(const struct mosaic *mosaic, const int32_t rectangle[4])
{
    return (struct tw_window){
        tw_grid_named(mosaic->grid),   mosaic->zoom, 256,         mosaic->col_px + rectangle[0],
        mosaic->row_px + rectangle[1], rectangle[2], rectangle[3]};
}

static size_t count_valid(const struct tw_raster *raster)
{
    size_t count = 0;
    for (size_t i = 0; i < tw_array_num_pixels(&raster->bands[0]); i++)
        count += raster->bands[0].valid == NULL || raster->bands[0].valid[i] != 0;
    return count;
}

static void check_tile(struct read_fixture *fixture, const struct mosaic *mosaic,
                       enum tw_resampling resampling, const struct tw_raster *large, const int32_t tile[4])
{
    struct tw_array crop, *bands = tw_arena_calloc(fixture->values, large->num_bands, sizeof(crop));
    for (size_t i = 0; i < large->num_bands; i++)
        assert_true(tw_array_crop(fixture->values, &large->bands[i], tile, &bands[i]));
    struct tw_raster expected = {large->num_bands, bands, large->names, NULL};
    struct tw_window window = window_at(mosaic, tile);
    struct tw_arena_mark mark = tw_arena_mark(fixture->tile);
    struct tw_raster found = read_window(fixture, &window, resampling, NULL);
    if (!rasters_equal(&found, &expected))
        fail_msg("%s zoom %d %s: tile %d,%d %dx%d differs", mosaic->options, mosaic->zoom,
                 tw_resampling_name(resampling), tile[0], tile[1], tile[2], tile[3]);
    tw_arena_release(fixture->tile, mark);
}

static void check_tiling(struct read_fixture *fixture, const struct mosaic *mosaic,
                         enum tw_resampling resampling, const struct tw_raster *large, const int32_t step[2])
{
    for (int32_t row = 0; row < mosaic->height_px; row += step[1]) {
        for (int32_t col = 0; col < mosaic->width_px; col += step[0]) {
            int32_t right = col + step[0] < mosaic->width_px ? col + step[0] : mosaic->width_px;
            int32_t bottom = row + step[1] < mosaic->height_px ? row + step[1] : mosaic->height_px;
            const int32_t tile[4] = {col, row, right - col, bottom - row};
            check_tile(fixture, mosaic, resampling, large, tile);
        }
    }
}

/* Tiles as a pyramid has them, and tiles with a pixelbuffer, at any offset. */
static void check_mosaic(const struct mosaic *mosaic)
{
    static const int32_t steps[][2] = {{128, 128}, {97, 61}};
    struct read_fixture fixture;
    assert_true(read_open(&fixture, mosaic->options));
    for (int r = 0; r < TW_NUM_RESAMPLINGS; r++) {
        /* GDAL's sum decides by block whether the least slivers at the edge of a bent file count. */
        if (r == TW_SUM && strstr(mosaic->options, "gcps") != NULL)
            continue;
        const int32_t whole[4] = {0, 0, mosaic->width_px, mosaic->height_px};
        struct tw_window window = window_at(mosaic, whole);
        tw_arena_reset(fixture.tile);
        struct tw_raster large = read_window(&fixture, &window, (enum tw_resampling)r, NULL);
        if (count_valid(&large) < 100)
            fail_msg("%s zoom %d: nothing was read", mosaic->options, mosaic->zoom);
        for (size_t k = 0; k < 2; k++)
            check_tiling(&fixture, mosaic, (enum tw_resampling)r, &large, steps[k]);
    }
    read_close(&fixture);
}

static void mosaic_of_tiles_equals_one_large_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mosaics) / sizeof(mosaics[0]); i++)
        check_mosaic(&mosaics[i]);
}

/* With hardly any memory the window is read in small pieces: the pixels stay the same. */
static void small_pieces_give_the_same_pixels(void **state)
{
    (void)state;
    const struct mosaic *mosaic = &mosaics[2];
    const int32_t whole[4] = {0, 0, mosaic->width_px, mosaic->height_px};
    struct tw_window window = window_at(mosaic, whole);
    struct read_fixture large, small;
    assert_true(read_open(&large, mosaic->options));
    assert_true(read_open(&small, mosaic->options));
    tw_arena_free(small.tile);
    small.tile = tw_arena_new(600000);
    for (int r = 0; r < TW_NUM_RESAMPLINGS; r++) {
        tw_arena_reset(large.tile);
        tw_arena_reset(small.tile);
        struct tw_raster expected = read_window(&large, &window, (enum tw_resampling)r, NULL);
        struct tw_raster found = read_window(&small, &window, (enum tw_resampling)r, NULL);
        assert_true(rasters_equal(&expected, &found));
    }
    read_close(&small);
    read_close(&large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mosaic_of_tiles_equals_one_large_read),
        cmocka_unit_test(small_pieces_give_the_same_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
