/* tile_parts.h - the tiles of a folder as parts of a source (see part.h).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_PARTS_H
#define TW_TILE_PARTS_H

#include "part.h"
#include "tile_layout.h"

struct tw_tile_parts {
    const struct tw_tile_layout *layout;
    const char *about;      /* of each part, lives as long as the parts' arena */
    double reach_source_px; /* how far a tile shows beyond its place: in its own pixels */
    int reach_px;           /* and in those of what is made */
};

/* Lists the folder and adds each tile, or some of them together where there are many. */
enum tw_status tw_tile_parts_add(const struct tw_tile_parts *spec, const struct tw_grid *grid,
                                 struct tw_input_parts *parts, struct tw_error *err);

#endif
