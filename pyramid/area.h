/* area.h - the part of a grid that is to be processed.
 *
 * Boxes are tested by arithmetic; polygons through GEOS. An area is in units of the grid's CRS and lies
 * within the grid's extent: what reaches across the antimeridian of a global grid is wrapped to the other
 * side. One thread at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_AREA_H
#define TW_AREA_H

#include "tile.h"

struct tw_area;

/* The whole grid. NULL when out of memory. */
struct tw_area *tw_area_of_grid(const struct tw_grid *grid);
/* A box, cut at the grid; bounds such as [170, -90, 190, -70] wrap on a global grid. TW_EUSAGE when left >=
 * right or bottom >= top (`bounds [10, 0, 5, 5]: left must be less than right`), or nothing of it is inside
 * the grid
 * (`bounds [...] lie outside the grid [-180, -90, 180, 90]`). */
enum tw_status tw_area_from_box(const struct tw_grid *grid, const struct tw_box *box, struct tw_area **area,
                                struct tw_error *err);
/* A polygon; takes the geometry over (also on failure). */
enum tw_status tw_area_from_geometry(const struct tw_grid *grid, struct tw_geometry *geometry,
                                     struct tw_area **area, struct tw_error *err);
/* Accepts NULL. */
void tw_area_free(struct tw_area *area);

/* New areas, owned by the caller. */
enum tw_status tw_area_union(const struct tw_area *a, const struct tw_area *b, struct tw_area **area,
                             struct tw_error *err);
enum tw_status tw_area_intersection(const struct tw_area *a, const struct tw_area *b, struct tw_area **area,
                                    struct tw_error *err);

/* Replaces *area by what it shares with other, which is given up also after a failure; *area stays then. */
enum tw_status tw_area_cut(struct tw_area **area, struct tw_area *other, struct tw_error *err);

/* A geometry of the area, which must not be empty, owned by the caller; on a global grid also of its copies
 * one turn to each side. */
enum tw_status tw_area_geometry(const struct tw_area *area, struct tw_geometry **geometry,
                                struct tw_error *err);

bool tw_area_is_empty(const struct tw_area *area);
/* The bounds of all of it, inside the grid. */
struct tw_box tw_area_bounds(const struct tw_area *area);
/* The same for an area on both sides of the antimeridian of a global grid: [170, -10, 190, 10], when half a
 * degree or more in between is free. */
struct tw_box tw_area_wrapped_bounds(const struct tw_area *area, const struct tw_grid *grid);
enum tw_relation tw_area_relation(const struct tw_area *area, const struct tw_box *box);
/* Whether the relation is not TW_OUTSIDE, for half the time where areas are polygons. */
bool tw_area_overlaps(const struct tw_area *area, const struct tw_box *box);

/* How many metatiles of a zoom share area with it. Boxes by arithmetic, polygons by descending the quadtree.
 */
uint64_t tw_area_count(const struct tw_area *area, const struct tw_pyramid *pyramid, int zoom);

#endif
