/* tile_layout.h - how a folder of tiles is laid out, and which tiles lie in it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_LAYOUT_H
#define TW_TILE_LAYOUT_H

#include "tile.h"

struct tw_archive;

struct tw_tile_layout {
    const char *folder;
    struct tw_archive *archive; /* borrowed; NULL: tiles are files; otherwise folder is its path */
    struct tw_pyramid pyramid;  /* of the tiles */
    const char *extension;      /* without the dot */
    const char *schema;         /* of their paths below the folder */
    int min_zoom, max_zoom;     /* others are left out */
    bool use_finer;             /* see tw_tile_set_lacks */
};

/* From the deepest zoom up: the rows and columns that the tiles of each zoom lie in. */
struct tw_tile_zooms {
    int count; /* at least 1 */
    struct tw_tile_range ranges[TW_MAX_ZOOM + 1];
    struct tw_tile first; /* the first tile of the deepest zoom, in row-major order */
};

/* Lists the folder. TW_EUSAGE: `'x' holds no tiles of zoom 0 to 31: no file 'ZOOM/ROW/COL.tif'`, and files
 * that are no tile of the pyramid. */
enum tw_status tw_tile_zooms_list(const struct tw_tile_layout *layout, struct tw_tile_zooms *zooms,
                                  struct tw_error *err);

/* Where the tile's file is, or its bundle, if there is one; new in the arena, NULL when out of memory. */
const char *tw_tile_layout_path(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                                struct tw_arena *arena);

/* The tile as a file that GDAL opens, in the arena; *path is NULL when there is none. */
enum tw_status tw_tile_layout_find(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                                   struct tw_arena *arena, const char **path, struct tw_error *err);

/* The bytes of a tile, with lengths, end marks and checksums looked at. As tw_reader_tile of source.h. */
struct tw_bytes;
enum tw_status tw_tile_layout_read(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                                   struct tw_arena *arena, struct tw_bytes *bytes, bool *found,
                                   struct tw_error *err);

/* In the grid's CRS. */
struct tw_box tw_tile_range_bounds(const struct tw_pyramid *pyramid, const struct tw_tile_range *range);

/* Whether tiles with that extension can be read; whether they hold features; and all of those that can, for
 * messages. */
bool tw_tile_extension_is_known(const char *extension);
bool tw_tile_extension_is_vector(const char *extension);
size_t tw_tile_extensions(const char *const **extensions);

#endif
