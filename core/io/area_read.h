/* area_read.h - areas, bounds and points in any CRS, brought to a grid's.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_AREA_READ_H
#define TW_AREA_READ_H

#include "area.h"

/* Whether text is an area itself: WKT (a word of letters, then an opening bracket or EMPTY) or GeoJSON. */
bool tw_area_is_text(const char *text);

/* The area that text describes: WKT, GeoJSON (a geometry, a feature or a collection), or the path of a vector
 * file (all features, united). crs: of the coordinates; NULL: the file's own, WGS 84 for GeoJSON that says
 * nothing, or the grid's for WKT. Edges are densified before they are transformed. TW_EUSAGE with a sentence;
 * the caller adds the place. */
enum tw_status tw_area_read(const char *text, const char *crs, const struct tw_grid *grid,
                            struct tw_area **area, struct tw_error *err);

/* One layer of a file. */
struct tw_area_file {
    const char *path;
    const char *layer; /* NULL: the only one */
    const char *crs;   /* NULL: the file's */
};
enum tw_status tw_area_read_file(const struct tw_area_file *file, const struct tw_grid *grid,
                                 struct tw_area **area, struct tw_error *err);

/* Bounds in crs (NULL: the grid's) as an area. `unknown CRS 'EPSG:99999999'` */
enum tw_status tw_area_from_bounds(const struct tw_box *bounds, const char *crs, const struct tw_grid *grid,
                                   struct tw_area **area, struct tw_error *err);

/* A point in crs (NULL: the grid's), moved to the grid's CRS. */
enum tw_status tw_point_to_grid(double *x, double *y, const char *crs, const struct tw_grid *grid,
                                struct tw_error *err);

#endif
