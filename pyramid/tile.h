/* tile.h - tiles and metatiles, and the arithmetic between them.
 *
 * A tile is addressed zoom/row/col, row 0 in the north. In a pyramid with metatiling n all addresses are in
 * units of metatiles: n x n grid tiles, cut off at the grid's edge at low zooms (mapchete's rule). Everything
 * here is 64-bit arithmetic without loss up to zoom TW_MAX_ZOOM.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_H
#define TW_TILE_H

#include "grid.h"
#include "window.h"

struct tw_tile {
    int zoom;
    int64_t row, col;
};

/* A grid with its tile size and metatiling. */
struct tw_pyramid {
    const struct tw_grid *grid;
    int tile_size_px;
    int metatiling;
    int pixelbuffer_px;
};

/* Columns and rows of metatiles at zoom (at least 1). */
int64_t tw_pyramid_cols(const struct tw_pyramid *pyramid, int zoom);
int64_t tw_pyramid_rows(const struct tw_pyramid *pyramid, int zoom);

bool tw_tile_is_inside(const struct tw_pyramid *pyramid, const struct tw_tile *tile);
bool tw_tile_equals(const struct tw_tile *a, const struct tw_tile *b);

/* The metatile's pixels at its zoom, without the pixelbuffer. */
struct tw_window tw_tile_window(const struct tw_pyramid *pyramid, const struct tw_tile *tile);

/* The same grown by buffer_px on all four sides; cut at the poles on global grids (top and bottom), not cut
 * left and right: there it reaches beyond the grid, and reads from the other side of the antimeridian. */
struct tw_window tw_tile_window_buffered(const struct tw_pyramid *pyramid, const struct tw_tile *tile,
                                         int buffer_px);

/* Bounds without the pixelbuffer, in units of the grid's CRS. */
struct tw_box tw_tile_bounds(const struct tw_pyramid *pyramid, const struct tw_tile *tile);

/* The parent (zoom must be over the grid's first); the children inside the matrix, at most 4, in row-major
 * order. Returns their number. */
struct tw_tile tw_tile_parent(const struct tw_tile *tile);
int tw_tile_children(const struct tw_pyramid *pyramid, const struct tw_tile *tile,
                     struct tw_tile children[4]);

/* The metatile that holds the point; points on an edge belong to the tile right of it and below it (on the
 * grid's bottom edge, and on the right one of a grid that is not global, to the last tile); false when
 * outside the grid. */
bool tw_tile_from_point(const struct tw_pyramid *pyramid, int zoom, double x, double y, struct tw_tile *tile);

/* The tiles of pyramid `to` (same grid, other metatiling) that share area with tile of pyramid `from`: rows
 * first..last and columns first..last, inside the matrix. */
struct tw_tile_range {
    int zoom;
    int64_t first_row, last_row, first_col, last_col;
};
struct tw_tile_range tw_tile_intersecting(const struct tw_pyramid *from, const struct tw_tile *tile,
                                          const struct tw_pyramid *to);

/* The metatiles of a zoom that share area with a box; tiles that only touch it are left out. The box may
 * reach beyond the grid. Empty (last_row < first_row or last_col < first_col) when there are none. */
struct tw_tile_range tw_tile_range_of_box(const struct tw_pyramid *pyramid, int zoom,
                                          const struct tw_box *box);

/* `8/40/60`, for messages; returns text. */
enum { TW_TILE_TEXT_SIZE = 64 };
const char *tw_tile_text(const struct tw_tile *tile, char text[TW_TILE_TEXT_SIZE]);

/* The place on the Hilbert curve over the square of the smallest power of two that holds the matrix of zoom
 * at this metatiling. Siblings are consecutive: the four children of the tile at place h have places
 * 4h..4h+3. The curve is that of PMTiles (version 3, "tile ids"), so that a subtree is one range of ids
 * there. */
uint64_t tw_tile_hilbert(const struct tw_pyramid *pyramid, const struct tw_tile *tile);
struct tw_tile tw_tile_from_hilbert(const struct tw_pyramid *pyramid, int zoom, uint64_t place);

#endif
