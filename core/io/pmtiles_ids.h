/* pmtiles_ids.h - the tiles of a folder by their PMTiles ids.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PMTILES_IDS_H
#define TW_PMTILES_IDS_H

#include "error.h"
#include "tile.h"

/* In the order of the ids; zero-initialise it. */
struct tw_pmtiles_ids {
    uint64_t *items; /* free() it */
    size_t count, capacity;
    int min_zoom;
    struct tw_tile_range deepest; /* of the tiles of the last zoom */
};

/* The id of a tile of a mercator pyramid without metatiling, and back. */
uint64_t tw_pmtiles_id(const struct tw_pyramid *pyramid, const struct tw_tile *tile);
struct tw_tile tw_pmtiles_tile(const struct tw_pyramid *pyramid, uint64_t id);

/* Lists files named zoom/row/col.extension. TW_ESTORAGE. */
enum tw_status tw_pmtiles_ids_list(const char *folder, const struct tw_pyramid *pyramid,
                                   const char *extension, struct tw_pmtiles_ids *ids, struct tw_error *err);

#endif
