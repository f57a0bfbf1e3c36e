/* tile_set.h - the tiles in a folder, seen as one raster.
 *
 * The tiles of a zoom lie edge to edge on the pixels of a grid: together they are one raster, and the zooms
 * are its overview levels. Level -1 is the deepest zoom. Tiles that are not there are nodata; the
 * pixelbuffers of tiles are not used. The raster is described once, when the source is opened, from the names
 * of the files and from one of them; it is const from then on and shared by all threads. Every tile is read
 * by its own nodata value, mask or alpha.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_SET_H
#define TW_TILE_SET_H

#include "source_pixels.h"
#include "tile_layout.h"

struct tw_tile_set {
    struct tw_tile_layout layout;
    struct tw_raster_view view;
    struct tw_tile_zooms zooms;
    int64_t first_col_px, first_row_px; /* of the raster, at the deepest zoom */
    struct tw_raster_info info;         /* of the raster */
    double to_crs[6];
    struct tw_box deepest_px; /* where the tiles of the deepest zoom lie in the raster, y downwards */
};

/* Lists the folder and opens one tile. layout and view are copied; what they point to, and the set, live in
 * the arena. TW_EUSAGE: `'x' holds no tiles (zoom/row/col.tif)`, and what is wrong with the tiles. */
enum tw_status tw_tile_set_open(const struct tw_tile_layout *layout, const struct tw_raster_view *view,
                                struct tw_arena *arena, struct tw_tile_set **set, struct tw_error *err);

/* The bounds of the tiles of the deepest zoom, in the grid's CRS. */
struct tw_box tw_tile_set_bounds(const struct tw_tile_set *set);

/* Whether the window is on the grid of the tiles, at a zoom that has none while finer ones have: then it is
 * nodata, as in mapchete, unless use_finer is set. (Below the deepest zoom its pixels are enlarged.) */
bool tw_tile_set_lacks(const struct tw_tile_set *set, const struct tw_window *window);

/* Whether the tiles are tiles of that grid. */
bool tw_tile_set_is_on(const struct tw_tile_set *set, const struct tw_grid *grid);

/* The tiles as parts (see part.h), some of them together where there are many. */
struct tw_input_parts;
enum tw_status tw_tile_set_parts(const struct tw_tile_set *set, const struct tw_grid *grid,
                                 struct tw_input_parts *parts, struct tw_error *err);

/* As tw_source_pixels_read; the request's dataset is not used. Tiles are opened in the pool. */
enum tw_status tw_tile_set_read(const struct tw_tile_set *set, struct tw_dataset_pool *pool,
                                const struct tw_pixels_request *request, struct tw_arena *arena,
                                struct tw_source_pixels *pixels, struct tw_error *err);

/* For tile_set.c: opens a tile, and describes it; a path of NULL says that there is none. TW_EINPUT when its
 * size is not what the layout says. */
struct tw_tile_file {
    GDALDatasetH dataset;
    const char *path; /* in the arena */
    struct tw_raster_info info;
    struct tw_window window; /* that its pixels cover */
};
enum tw_status tw_tile_file_open(const struct tw_tile_set *set, const struct tw_tile *tile,
                                 struct tw_dataset_pool *pool, struct tw_arena *arena,
                                 struct tw_tile_file *file, struct tw_error *err);

#endif
