/* grid.h - the frame of a tile pyramid: a CRS, an extent, and the shape of its first zoom (mostly 0).
 *
 * A grid is const once made and shared by all threads. At its first zoom it has cols by rows cells ("grid
 * tiles") of tile_size_px pixels each, and from zoom to zoom twice as many. Pixel sizes are halved from zoom
 * to zoom without loss, so that tiles nest exactly. (mapchete rounds them to 20 decimals. That changes
 * nothing on mercator, the last bit of geodetic ones from zoom 15 on, and adds up to several pixels at the
 * far side of the grid at zoom 30.)
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GRID_H
#define TW_GRID_H

#include "geometry.h"
#include "problems.h"

#include <stdint.h>

enum { TW_MAX_ZOOM = 30 };

/* x grows to the right (east, mostly) and y upwards (north), whatever the order of the CRS's axes. */
struct tw_grid {
    const char *name;     /* `mercator`, `geodetic`, the id of a TileMatrixSet, or `custom` */
    const char *crs;      /* anything that OGRSpatialReference::SetFromUserInput takes: `EPSG:3857` */
    struct tw_box extent; /* in units of the CRS */
    int64_t cols, rows;   /* grid tiles at the first zoom */
    bool is_global;       /* x wraps around; rows are cut at the poles */
    int first_zoom;       /* there is none above it */
    int num_zooms;        /* that a definition lists; 0: no limit but that of the arithmetic */
    int tile_size_px;     /* that a definition prescribes; 0: any */
};

/* The highest zoom of a grid: the last that its definition lists; at most TW_MAX_ZOOM, and less for grids
 * with more than two tiles at their first zoom, so that places on the Hilbert curve and numbers of tiles fit
 * in 64 bits. */
int tw_grid_max_zoom(const struct tw_grid *grid);

/* Grid tiles at a zoom, from the first on. */
int64_t tw_grid_cols(const struct tw_grid *grid, int zoom);
int64_t tw_grid_rows(const struct tw_grid *grid, int zoom);

/* Whether tiles of both have the same places, by numbers and the text of the CRS. */
bool tw_grid_equals(const struct tw_grid *a, const struct tw_grid *b);

/* The grid that a configuration names. value is a string (`mercator`, `geodetic`, or the id or the URI of a
 * TileMatrixSet in tile_matrix_set.h; files and definitions are tw_grid_read's) or a map as in mapchete:
 * `shape: [rows, cols]`, `bounds`, `srs` (a map with one of `epsg`, `wkt`, `proj`; or `epsg` or `proj` beside
 * shape), `is_global`. Returns NULL and adds to problems when it is wrong; the arena keeps the grid. */
const struct tw_grid *tw_grid_from_value(const struct tw_value *value, struct tw_arena *arena,
                                         struct tw_problems *problems);

/* The keys of such a map, and those under its `srs`; the names of grids. Each returns their number. */
size_t tw_grid_keys(const char *const **names);
size_t tw_grid_srs_keys(const char *const **names);
size_t tw_grid_names(const char *const **names);

/* The grid of that name, or NULL. */
const struct tw_grid *tw_grid_named(const char *name);

/* How the configuration makes a grid of a value: it cannot read definitions itself. Relative paths are
 * relative to folder; otherwise as tw_grid_from_value. */
typedef const struct tw_grid *tw_grid_reader(const struct tw_value *value, const char *folder,
                                             struct tw_arena *arena, struct tw_problems *problems);

/* Width and height of a pixel at zoom, in units of the CRS (first_zoom..TW_MAX_ZOOM). */
double tw_grid_pixel_width(const struct tw_grid *grid, int zoom, int tile_size_px);
double tw_grid_pixel_height(const struct tw_grid *grid, int zoom, int tile_size_px);

/* Lengths below this are rounding noise (reprojected bounds, edges of tiles in floating point), not area:
 * 1e-14 of the grid's coordinates, 0.2 micrometres on mercator, on all zooms the same, so that a tile that
 * counts has ancestors that do. */
double tw_grid_tolerance(const struct tw_grid *grid);

/* Pixels of the whole grid at zoom. */
int64_t tw_grid_width_px(const struct tw_grid *grid, int zoom, int tile_size_px);
int64_t tw_grid_height_px(const struct tw_grid *grid, int zoom, int tile_size_px);

#endif
