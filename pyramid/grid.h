/* grid.h - the frame of a tile pyramid: a CRS, an extent, and the shape of zoom 0.
 *
 * A grid is const once made and shared by all threads. At zoom z it has cols << z by rows << z cells ("grid
 * tiles") of tile_size_px pixels each. Pixel sizes are halved from zoom to zoom without loss, so that tiles
 * nest exactly. (mapchete rounds them to 20 decimals. That changes nothing on mercator, the last bit of
 * geodetic ones from zoom 15 on, and adds up to several pixels at the far side of the grid at zoom 30.)
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GRID_H
#define TW_GRID_H

#include "geometry.h"
#include "problems.h"

#include <stdint.h>

enum { TW_MAX_ZOOM = 30 };

struct tw_grid {
    const char *name;     /* `mercator`, `geodetic`, or `custom` */
    const char *crs;      /* anything that OGRSpatialReference::SetFromUserInput takes: `EPSG:3857` */
    struct tw_box extent; /* in units of the CRS */
    int64_t cols, rows;   /* grid tiles at zoom 0 */
    bool is_global;       /* x wraps around; rows are cut at the poles */
};

/* The highest zoom of a grid: TW_MAX_ZOOM, or less for grids with more than two tiles at zoom 0, so that
 * places on the Hilbert curve and numbers of tiles fit in 64 bits. */
int tw_grid_max_zoom(const struct tw_grid *grid);

/* The grid that a configuration names. value is a string (`mercator`, `geodetic`) or a map as in mapchete:
 * `shape: [rows, cols]`, `bounds`, `srs` (a map with one of `epsg`, `wkt`, `proj`; or `epsg` or `proj` beside
 * shape), `is_global`. Returns NULL and adds to problems when it is wrong; the arena keeps the grid. */
const struct tw_grid *tw_grid_from_value(const struct tw_value *value, struct tw_arena *arena,
                                         struct tw_problems *problems);

/* The grid of that name, or NULL. */
const struct tw_grid *tw_grid_named(const char *name);

/* Width and height of a pixel at zoom, in units of the CRS (zoom 0..TW_MAX_ZOOM). */
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
