/* tile_matrix_set.h - grids from OGC TileMatrixSets (17-083r4 and its predecessor 17-083r2).
 *
 * A definition lists matrices, one for each zoom. A pyramid needs them to nest: one origin, one tile size,
 * cells that are halved and numbers of tiles that double from one to the next. Rounded numbers are snapped to
 * that; anything else is refused by name. When the ids are whole numbers that count up they are the zooms;
 * otherwise zooms count from 0.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_MATRIX_SET_H
#define TW_TILE_MATRIX_SET_H

#include "grid.h"

/* What a definition leaves to its CRS. */
struct tw_crs_axes {
    const char *crs;        /* for tw_grid.crs */
    bool y_first;           /* points are [y, x]: northing or latitude comes first */
    double metres_per_unit; /* of the CRS; degrees along the equator */
    double turn;            /* the width of one turn around the earth, or 0 */
};

/* A definition and where it stands. */
struct tw_definition {
    const struct tw_value *value; /* the map; problems are told at the places of what is in it */
    const char *where;            /* begins the messages: `'utm.json': `, or "" */
    struct tw_arena *arena;
    struct tw_problems *problems;
};

/* Whether a map is a definition: it has `tileMatrices` (version 2) or `tileMatrix` (version 1). */
bool tw_is_tile_matrix_set(const struct tw_value *map);

/* The definition's `crs` (version 2) or `supportedCRS`: a string, or a map with `uri`, `wkt` (PROJJSON) or
 * `referenceSystem`. NULL and a problem when there is none. */
const struct tw_value *tw_definition_crs(const struct tw_definition *definition);

/* What tw_grid.crs says for the URI, URN or CURIE of a CRS: `EPSG:3035`. (CRS84 is EPSG:4326 with the axes in
 * the order that all grids have.) Other text stays. NULL when out of memory. */
const char *tw_crs_short_name(const char *text, struct tw_arena *arena);

/* The grid of a definition; NULL when problems were added or out of memory. */
const struct tw_grid *tw_definition_grid(const struct tw_definition *definition,
                                         const struct tw_crs_axes *axes);

/* The registered TileMatrixSet that a string names by its id (`WebMercatorQuad`, `UTM33WGS84Quad`) or by its
 * URI. NULL and a problem when none has that name, or it is no pyramid. */
const struct tw_grid *tw_tile_matrix_set_named(const struct tw_value *name, struct tw_arena *arena,
                                               struct tw_problems *problems);

/* The ids that need no zone: `WebMercatorQuad` ... Those of UTM are UTM01WGS84Quad to UTM60WGS84Quad. Returns
 * their number. */
enum { TW_MOST_REGISTERED = 16 };
size_t tw_registered_grid_ids(const char *ids[TW_MOST_REGISTERED]);

/* For tile_matrix_set.c: the registered one of that id, or NULL. */
const struct tw_grid *tw_registered_grid(const char *id, struct tw_arena *arena);

#endif
