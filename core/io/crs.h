/* crs.h - coordinate reference systems: what they are called, whether they are the same, points between them.
 *
 * All axes are in the traditional order (x = easting or longitude). Handles belong to one thread.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CRS_H
#define TW_CRS_H

#include "error.h"
#include "geometry.h"

#include <ogr_srs_api.h>

/* Anything that GDAL understands: `EPSG:3857`, WKT, PROJ strings; a bare number is an EPSG code. Owned by the
 * caller (OSRRelease). TW_EUSAGE: `unknown CRS 'EPSG:99999999'`. */
enum tw_status tw_crs_parse(const char *text, OGRSpatialReferenceH *crs, struct tw_error *err);

/* The same; when it is an EPSG CRS by another name, that one. *has_code: whether it has a code. */
enum tw_status tw_crs_find_code(const char *text, OGRSpatialReferenceH *crs, bool *has_code,
                                struct tw_error *err);

bool tw_crs_is_same(OGRSpatialReferenceH a, OGRSpatialReferenceH b);

/* The width of one turn around the earth in units of the CRS, when x is proportional to longitude; else 0. */
double tw_crs_turn(OGRSpatialReferenceH crs);

/* Whether the CRS's own order of axes has y (northing, latitude) first, which GDAL turns round. */
bool tw_crs_is_y_first(OGRSpatialReferenceH crs);

/* Of degrees: along the equator. */
double tw_crs_metres_per_unit(OGRSpatialReferenceH crs);

/* Owned by the caller (OCTDestroyCoordinateTransformation). NULL on failure. */
OGRCoordinateTransformationH tw_crs_transformation(OGRSpatialReferenceH from, OGRSpatialReferenceH to);

/* One point at a time: for many points at once PROJ chooses the operation by their average, so that the
 * result would depend on the company. transformation NULL: the point stays. False when there is no result. */
bool tw_crs_move_point(OGRCoordinateTransformationH transformation, double *x, double *y);

/* The bounds of many points, on an earth that is round: each x is brought within half a turn of the first. */
struct tw_bounds {
    struct tw_box box;
    double turn; /* of the CRS, or 0 */
    double first_x;
    bool any;
};
void tw_bounds_add(struct tw_bounds *bounds, double x, double y);

#endif
