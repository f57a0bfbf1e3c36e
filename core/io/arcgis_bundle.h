/* arcgis_bundle.h - bundles of 128 x 128 tiles, as Esri's Compact Cache V2 has them.
 *
 * A bundle is a header of 64 bytes, a table with place and size of each tile, row by row, and the tiles, each
 * with its size before it (Esri, "Compact Cache V2", https://github.com/Esri/raster-tiles-compactcache). A
 * tile that is in none has size 0.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARCGIS_BUNDLE_H
#define TW_ARCGIS_BUNDLE_H

#include "tile_output.h"

enum {
    TW_BUNDLE_SIDE = 128, /* tiles */
    TW_BUNDLE_TILES = TW_BUNDLE_SIDE * TW_BUNDLE_SIDE,
    TW_BUNDLE_HEADER = 64,
    TW_BUNDLE_INDEX = 8 * TW_BUNDLE_TILES
};

struct tw_bundle_place {
    uint64_t offset;
    uint32_t size; /* 0: there is no such tile */
};

/* The bundle that a tile would be in, below the folder of the cache; NULL when out of memory. */
char *tw_bundle_path(const struct tw_tile *tile, struct tw_arena *arena);

/* Looks a tile up. No such bundle is no error. TW_EINPUT: `'x.bundle' is no bundle ...`. */
enum tw_status tw_bundle_find(const char *folder, const struct tw_tile *tile, struct tw_arena *arena,
                              struct tw_bundle_place *place, struct tw_error *err);

/* The tile as a file that GDAL opens; NULL when there is none (and err is not set), or with err. */
char *tw_bundle_gdal_path(const char *folder, const struct tw_tile *tile, struct tw_arena *arena,
                          struct tw_error *err);

/* For arcgis_bundle_list.c: the whole table, and a tile in it, counted row by row. No such bundle is TW_OK
 * when err says nothing, and the table stays as it is. */
enum tw_status tw_bundle_read_index(const char *path, uint8_t index[TW_BUNDLE_INDEX], struct tw_error *err);
struct tw_bundle_place tw_bundle_place_of(const uint8_t index[TW_BUNDLE_INDEX], int number);

/* As tw_tile_output_list, of a folder of bundles: by zoom, bundles by row and column, and tiles in them. */
enum tw_status tw_bundles_list(const struct tw_tile_listing *listing, struct tw_error *err);

#endif
