/* area_project.h - polygons brought from their CRS to a grid's.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_AREA_PROJECT_H
#define TW_AREA_PROJECT_H

#include "crs.h"
#include "grid.h"

#include <ogr_api.h>

struct tw_projection {
    OGRCoordinateTransformationH to_grid; /* NULL: the same CRS */
    double turn;                          /* of the CRS that is left, or 0 */
    double grid_turn;
    double bottom, top; /* of the grid's extent, in the CRS that is left (with a turn) */
};

/* From crs; or, when it is NULL, from own; or, when that is NULL too, from the grid's own CRS.
 * `unknown CRS 'x'`. */
enum tw_status tw_projection_init(struct tw_projection *projection, const char *crs, OGRSpatialReferenceH own,
                                  const struct tw_grid *grid, struct tw_error *err);
void tw_projection_free(struct tw_projection *projection);

/* A new geometry, owned by the caller; NULL when nothing of it can be projected. Edges are densified. What
 * reaches beyond one turn of its CRS does so in the grid's, too. */
OGRGeometryH tw_projection_apply(const struct tw_projection *projection, OGRGeometryH polygon);

#endif
