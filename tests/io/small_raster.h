/* small_raster.h - the raster of 4 x 3 pixels that many tests read.
 *
 * Its pixels are those of the geodetic grid at zoom 2 (0.17578125 degrees), its north-west corner is at
 * column 100 and row 50 of the grid:
 *
 *       0   1   2   3        band b: 100 * (b - 1) is added
 *       4   5   6   7
 *       8   9  10  11
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SMALL_RASTER_H
#define TW_SMALL_RASTER_H

#include "make_raster.h"
#include "window.h"

enum { ZOOM = 2, COL = 100, ROW = 50 };
#define PX 0.17578125

/* Yet to be made, in the test's folder. */
struct made_raster small(const char *name, int num_bands, GDALDataType type);

/* Pixels of the same grid and zoom. */
struct tw_window window_of(int64_t col, int64_t row, int32_t width, int32_t height);

#endif
