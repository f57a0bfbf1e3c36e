/* lonlat.h - longitude and latitude of places in a grid.
 *
 * Owned by one thread.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LONLAT_H
#define TW_LONLAT_H

#include "error.h"
#include "grid.h"

struct tw_lonlat;

/* From the grid's CRS to WGS 84. NULL sets err. Owned by the caller. */
struct tw_lonlat *tw_lonlat_new(const struct tw_grid *grid, struct tw_error *err);
/* Accepts NULL. */
void tw_lonlat_free(struct tw_lonlat *lonlat);

/* Degrees, the longitude from -180 to 180; NaN for both beyond the CRS's domain. */
void tw_lonlat_of(const struct tw_lonlat *lonlat, double x, double y, double degrees[2]);

#endif
