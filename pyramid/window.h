/* window.h - a rectangle of pixels on one zoom level of a grid.
 *
 * Pixels are numbered from the grid's north-west corner; on a global grid a window may reach beyond the left
 * and right edge (columns below 0 or beyond the width: the other side of the antimeridian). Coordinates are
 * always computed from the pixel number, never added up, so that every window gives the same pixel the same
 * coordinates to the last bit: tiles without seams rest on this.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_WINDOW_H
#define TW_WINDOW_H

#include "grid.h"

struct tw_window {
    const struct tw_grid *grid;
    int zoom;
    int tile_size_px;
    int64_t col_px, row_px; /* of the north-west pixel */
    int32_t width_px, height_px;
};

/* The coordinate of a pixel position of the zoom level (col_px + 0.5 is a pixel's centre). */
double tw_window_x(const struct tw_window *window, double col_px);
double tw_window_y(const struct tw_window *window, double row_px);

struct tw_box tw_window_bounds(const struct tw_window *window);

/* GDAL's six numbers. */
void tw_window_geotransform(const struct tw_window *window, double geotransform[6]);

/* Cuts a window to the pixels that the box, moved by turns of the grid, covers, and slack_px more at each
 * side. With TW_CUT_AT_CENTRES to those whose centres lie in the box: boxes that share an edge then share no
 * pixel. Which pixels these are does not depend on the window. Returns false when none is left. */
enum { TW_CUT_AT_CENTRES = -1 };
bool tw_window_cut(const struct tw_window *window, const struct tw_box *box, int turns, int slack_px,
                   struct tw_window *part);

/* The parts of a window on a global grid that lie within one turn of it: the window itself; or, where it
 * reaches beyond the left or right edge, its pieces moved back by whole turns, from west to east. Returns
 * their number; at most 3: what lies more than a turn beyond an edge is left out. */
struct tw_window_part {
    struct tw_window window; /* inside the grid */
    int32_t offset_px;       /* its first column in the whole window */
};
int tw_window_parts(const struct tw_window *window, struct tw_window_part parts[3]);

#endif
