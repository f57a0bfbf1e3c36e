/* vector_place.h - where a layer lies in the grid that it is read for, for the vector source's own files
 * only.
 *
 * A reader keeps one, made anew when the grid is another one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VECTOR_PLACE_H
#define TW_VECTOR_PLACE_H

#include "crs_pairs.h"
#include "source_vector.h"

enum { TW_VECTOR_TURNS = 2 }; /* from how far around the earth a layer shows in a window */

struct tw_vector_place {
    struct tw_crs_pairs pairs;
    const struct tw_crs_pair *pair;
    double turn, grid_turn;  /* of the layer's CRS and of the grid's; 0: none */
    bool is_somewhere;       /* whether any of the layer can be projected: then, its bounds in the grid */
    struct tw_box footprint; /* maybe beyond the antimeridian */
    bool has_domain;         /* whether the layer reaches beyond the grid */
    struct tw_box domain;    /* then, the grid's bounds in the layer's CRS */
};

/* The reader's place in the grid, made when the grid is a new one. */
enum tw_status tw_vector_use_grid(struct tw_reader *reader, const struct tw_grid *grid, struct tw_error *err);

/* Bounds in another CRS, a little larger than need be; false when they cannot be told. */
bool tw_vector_move_bounds(OGRCoordinateTransformationH transformation, const struct tw_box *from,
                           struct tw_box *to);

/* The feature's geometry in the grid's CRS, owned by the caller; NULL when there is none. Takes flat over. */
OGRGeometryH tw_vector_project(const struct tw_vector_place *vector, OGRGeometryH flat);

#endif
