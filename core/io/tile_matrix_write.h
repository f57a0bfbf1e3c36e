/* tile_matrix_write.h - the OGC TileMatrixSet (17-083r2, "version 1") of the tiles of a pyramid.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_MATRIX_WRITE_H
#define TW_TILE_MATRIX_WRITE_H

#include "json_value.h"
#include "tile.h"

/* `WebMercatorQuad`, `WorldCRS84Quad`, or the grid's name. */
const char *tw_tile_matrix_set_id(const struct tw_grid *grid);

/* The matrices of those zooms, whose tiles are the pyramid's metatiles, without a pixelbuffer. Owned by the
 * caller; NULL sets err. */
json_t *tw_tile_matrix_set_json(const struct tw_pyramid *pyramid, int min_zoom, int max_zoom,
                                struct tw_error *err);

/* Whether the tiles of that zoom are all of one size: those at the edges of some grids are cut. */
bool tw_tile_matrix_is_even(const struct tw_pyramid *pyramid, int zoom);

#endif
