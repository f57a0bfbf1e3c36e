/* grid_read.h - the grid that a configuration or an input means.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GRID_READ_H
#define TW_GRID_READ_H

#include "grid.h"

/* What tw_grid_from_value takes and, besides, TileMatrixSet definitions: a map, or the path of a `.json` file
 * that holds one, relative to folder. A tw_grid_reader. */
const struct tw_grid *tw_grid_read(const struct tw_value *value, const char *folder, struct tw_arena *arena,
                                   struct tw_problems *problems);

/* The WKT of the grid's CRS, in the arena; NULL when it has none, or out of memory. */
char *tw_grid_wkt(const struct tw_grid *grid, struct tw_arena *arena);

#endif
