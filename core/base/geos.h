/* geos.h - what geometry.c and figure.c share of GEOS (re-entrant API only): a context that keeps its last
 * message, reading, writing and mending. Nothing outside this folder includes it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GEOS_H
#define TW_GEOS_H

#define GEOS_USE_ONLY_R_API
#include "geometry.h"

#include <geos_c.h>

enum { TW_GEOS_REASON_SIZE = 512 };

/* Belongs to one thread, and may not be moved once it is open. */
struct tw_geos {
    GEOSContextHandle_t handle;
    char reason[TW_GEOS_REASON_SIZE]; /* the last message of GEOS, or "" */
};

/* Returns false when out of memory. */
bool tw_geos_open(struct tw_geos *geos);
void tw_geos_close(struct tw_geos *geos);

/* Sets `what: ` and the first line of GEOS's last message, which is forgotten then. Returns TW_EUSAGE. */
enum tw_status tw_geos_fail(struct tw_geos *geos, const char *what, struct tw_error *err);

/* Each returns a new geometry, or NULL when it cannot be made. */
GEOSGeometry *tw_geos_read_wkt(GEOSContextHandle_t geos, const char *wkt);
GEOSGeometry *tw_geos_read_wkb(GEOSContextHandle_t geos, const void *wkb, size_t size);
/* Rings that cross themselves are made into ones that do not; what collapses is left out. */
GEOSGeometry *tw_geos_make_valid(GEOSContextHandle_t geos, const GEOSGeometry *geometry);
/* The points (0), lines (1) or polygons (2) of a collection. */
GEOSGeometry *tw_geos_parts_of(GEOSContextHandle_t geos, const GEOSGeometry *collection, int dimension);

/* WKT without trailing zeros, exact to the last bit; owned by the caller (free). NULL when out of memory. */
char *tw_geos_write_wkt(GEOSContextHandle_t geos, const GEOSGeometry *geometry);

/* Of a geometry that is not empty. Returns false when out of memory. */
bool tw_geos_bounds(GEOSContextHandle_t geos, const GEOSGeometry *geometry, struct tw_box *box);

#endif
