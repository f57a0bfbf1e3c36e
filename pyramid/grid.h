/* grid.h - the frame of a tile pyramid: a CRS, an extent, and the shape of zoom 0.
 *
 * A grid is const once made and shared by all threads. At zoom z it has cols << z by rows << z cells ("grid
 * tiles") of tile_size_px pixels each. Pixel sizes are rounded to 20 decimals as in mapchete's tilematrix.
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

/* The grid that a configuration names. value is a string (`mercator`, `geodetic`) or a map (a custom grid;
 * for now refused by name). Returns NULL and adds to problems when it is wrong; the arena keeps the grid. */
const struct tw_grid *tw_grid_from_value(const struct tw_value *value, struct tw_arena *arena,
                                         struct tw_problems *problems);

/* The grid of that name, or NULL. */
const struct tw_grid *tw_grid_named(const char *name);

/* Width and height of a pixel at zoom, in units of the CRS (zoom 0..TW_MAX_ZOOM). */
double tw_grid_pixel_width(const struct tw_grid *grid, int zoom, int tile_size_px);
double tw_grid_pixel_height(const struct tw_grid *grid, int zoom, int tile_size_px);

/* Pixels of the whole grid at zoom. */
int64_t tw_grid_width_px(const struct tw_grid *grid, int zoom, int tile_size_px);
int64_t tw_grid_height_px(const struct tw_grid *grid, int zoom, int tile_size_px);

#endif
