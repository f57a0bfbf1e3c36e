/* shapes.h - areas for the tests of this layer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEST_SHAPES_H
#define TW_TEST_SHAPES_H

#include "area.h"

#include <stddef.h>

/* A star around (10, 10) with 2 * points corners, radius from 20 to 40, in degrees. */
struct tw_area *star(const struct tw_grid *grid, int points);
struct tw_area *area_of_wkt(const struct tw_grid *grid, const char *wkt);
struct tw_area *area_of_box(const struct tw_grid *grid, double left, double bottom, double right, double top);

/* How many metatiles of a zoom overlap the area, each of them asked. */
uint64_t brute_count(const struct tw_area *area, const struct tw_pyramid *pyramid, int zoom);

#endif
