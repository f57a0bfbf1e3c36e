/* shape.h - OGR geometries, as this layer passes them on: two-dimensional, without curves, valid.
 *
 * Functions that take a shape "over" destroy it or hand it back as their result. Shapes belong to one thread.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SHAPE_H
#define TW_SHAPE_H

#include "arena.h"
#include "feature.h"
#include "geometry.h"

#include <ogr_api.h>

/* Owned by the caller (OGR_G_DestroyGeometry). */
OGRGeometryH tw_shape_from_box(const struct tw_box *box);
/* TW_ESCRIPT when the feature's WKB is none. */
enum tw_status tw_shape_from_feature(const struct tw_feature *feature, OGRGeometryH *shape,
                                     struct tw_error *err);

/* Sets the feature's geometry to the shape's WKB, in the arena. TW_EBUDGET. */
enum tw_status tw_shape_to_feature(OGRGeometryH shape, struct tw_arena *arena, struct tw_feature *feature,
                                   struct tw_error *err);

/* Takes the shape over: curves become lines, heights and measures are dropped, surfaces become polygons. NULL
 * when that is not possible. */
OGRGeometryH tw_shape_flatten(OGRGeometryH shape);

/* Takes the shape over: one that crosses itself becomes one that does not (GEOS MakeValid); NULL when nothing
 * of its dimension is left. */
OGRGeometryH tw_shape_repair(OGRGeometryH shape);

/* Takes the shape over: of collections, the parts of the dimension (0 points, 1 lines, 2 polygons) as one
 * multi-geometry; NULL when there is none. */
OGRGeometryH tw_shape_keep_dimension(OGRGeometryH shape, int dimension);

/* Whether the shape's bounds meet the box; whether the shape itself does, if only in a point. */
bool tw_shape_is_near(OGRGeometryH shape, const struct tw_box *box);
bool tw_shape_meets(OGRGeometryH shape, const struct tw_box *box);

/* What of the shape lies in the box, without what merely touches it: parts of the shape's own dimension (all
 * parts when the shape is a collection). Takes the shape over, repairs it when it has to be cut; NULL when
 * there is nothing. */
OGRGeometryH tw_shape_clip(OGRGeometryH shape, const struct tw_box *box);

/* Moves every vertex; false when one cannot be moved. */
typedef bool tw_shape_move(void *context, double *x, double *y);
bool tw_shape_map(OGRGeometryH shape, tw_shape_move *move, void *context);

#endif
