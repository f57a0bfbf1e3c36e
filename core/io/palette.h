/* palette.h - the colours that stand for all colours of one picture.
 *
 * Pictures of few colours keep them all. Of others, colours are counted in cells of 32 x 32 x 32 x 8 (red,
 * green, blue, opacity), the cells are cut into boxes where squares of differences add up most (after
 * P. Heckbert, 1982, and X. Wu, 1991), and the means of the boxes are moved to the middle of what lies
 * nearest to them. Nothing is random: the same picture has the same palette.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PALETTE_H
#define TW_PALETTE_H

#include "raster.h"

enum { TW_PALETTE_MOST = 256, TW_PALETTE_CLEAR = 2 };

struct tw_palette {
    int count;
    /* Red, green, blue, opacity. The first TW_PALETTE_CLEAR are transparent where the raster has alpha: one
     * alone would be taken for a nodata value by GDAL, and tiles without transparency for others than those
     * with it. */
    uint8_t colors[TW_PALETTE_MOST][4];
    int num_clear;
    bool is_exact; /* it holds every colour of the picture */
};

/* raster: 3 bands of uint8, or 4 with alpha. most: colours with the clear ones, 4 to TW_PALETTE_MOST. False
 * when out of memory. */
bool tw_palette_make(const struct tw_raster *raster, int most, struct tw_palette *palette);

/* The number of each pixel's colour, row by row, with a byte left free before each row. Pixels of no opacity
 * get 0, all others a colour that is not clear. dither: what a pixel's colour is off by is made good for by
 * its neighbours (R. Floyd and L. Steinberg, 1976), every other row from right to left. False when out of
 * memory. */
bool tw_palette_map(const struct tw_raster *raster, const struct tw_palette *palette, bool dither,
                    uint8_t *rows);

#endif
