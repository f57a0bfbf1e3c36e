/* geometry.h - areas: polygons through GEOS (re-entrant API only).
 *
 * A geometry context belongs to one thread; geometries belong to the context that made them. Coordinates are
 * plain x, y in whatever CRS the caller keeps with them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GEOMETRY_H
#define TW_GEOMETRY_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* A box with left <= right, bottom <= top. */
struct tw_box {
    double left, bottom, right, top;
};

/* Whether the boxes share area (touching is not enough); their common part (meaningless when they do not). */
bool tw_box_overlaps(const struct tw_box *a, const struct tw_box *b);
bool tw_box_contains(const struct tw_box *outer, const struct tw_box *inner);
struct tw_box tw_box_intersection(const struct tw_box *a, const struct tw_box *b);
struct tw_box tw_box_union(const struct tw_box *a, const struct tw_box *b);

struct tw_geometry; /* a polygon or multipolygon, prepared for many tests against boxes */

enum tw_relation { TW_OUTSIDE = 0, TW_PARTLY, TW_INSIDE };

/* From WKT, or from WKB bytes. Only Polygon and MultiPolygon; an invalid polygon is repaired (GEOS
 * MakeValid). On success *geometry is owned by the caller. TW_EUSAGE: `cannot read the area: ...`, `an area
 * must be a Polygon or a MultiPolygon, not a Point`. */
enum tw_status tw_geometry_from_wkt(const char *wkt, struct tw_geometry **geometry, struct tw_error *err);
enum tw_status tw_geometry_from_wkb(const void *wkb, size_t size, struct tw_geometry **geometry,
                                    struct tw_error *err);
enum tw_status tw_geometry_from_box(const struct tw_box *box, struct tw_geometry **geometry,
                                    struct tw_error *err);

/* Accepts NULL. */
void tw_geometry_free(struct tw_geometry *geometry);

/* New geometries, owned by the caller; the arguments stay as they are. The result may be empty. */
enum tw_status tw_geometry_union(const struct tw_geometry *a, const struct tw_geometry *b,
                                 struct tw_geometry **result, struct tw_error *err);
enum tw_status tw_geometry_intersection(const struct tw_geometry *a, const struct tw_geometry *b,
                                        struct tw_geometry **result, struct tw_error *err);
/* Moved by dx along x. */
enum tw_status tw_geometry_shift(const struct tw_geometry *geometry, double dx, struct tw_geometry **result,
                                 struct tw_error *err);

bool tw_geometry_is_empty(const struct tw_geometry *geometry);
struct tw_box tw_geometry_bounds(const struct tw_geometry *geometry);

/* How a box lies to the geometry: TW_INSIDE wholly within it, TW_PARTLY they share some area, TW_OUTSIDE they
 * share none (touching edges or corners are outside). One thread at a time per geometry. */
enum tw_relation tw_geometry_relation(const struct tw_geometry *geometry, const struct tw_box *box);

/* Whether they share area: the relation is not TW_OUTSIDE. Takes half the time of the relation. */
bool tw_geometry_overlaps(const struct tw_geometry *geometry, const struct tw_box *box);

/* WKT of the geometry, owned by the caller (free). NULL when out of memory. */
char *tw_geometry_to_wkt(const struct tw_geometry *geometry);

#endif
