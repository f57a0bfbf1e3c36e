/* SPDX-License-Identifier: MIT */
#include "read_fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
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
    {SCENE, "geodetic", 10, 284000, 64000, 700, 500},    {SCENE, "mercator", 10, 142200, 93200, 300, 400},
    {SCENE, "mercator", 8, 35540, 23290, 170, 170},      {SCENE, "mercator", 5, 4440, 2900, 40, 40},
    {SCENE, "geodetic", 14, 4560000, 1030000, 300, 300},
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
    struct tw_raster expected = {large->num_bands, bands, large->names};
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

static void mosaic_of_tiles_equals_one_large_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mosaics) / sizeof(mosaics[0]); i++) {
        struct read_fixture fixture;
        assert_true(read_open(&fixture, mosaics[i].options));
        for (int r = 0; r < TW_NUM_RESAMPLINGS; r++) {
            const int32_t whole[4] = {0, 0, mosaics[i].width_px, mosaics[i].height_px};
            struct tw_window window = window_at(&mosaics[i], whole);
            tw_arena_reset(fixture.tile);
            struct tw_raster large = read_window(&fixture, &window, (enum tw_resampling)r, NULL);
            printf("%s %d: %zu valid\n", tw_resampling_name((enum tw_resampling)r), mosaics[i].zoom,
                   count_valid(&large));
            assert_true(count_valid(&large) > 100);
            const int32_t steps[][2] = {{256, 256}, {97, 61}};
            for (size_t k = 0; k < 2; k++)
                check_tiling(&fixture, &mosaics[i], (enum tw_resampling)r, &large, steps[k]);
        }
        read_close(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mosaic_of_tiles_equals_one_large_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
