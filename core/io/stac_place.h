/* stac_place.h - where something lies, as STAC says it: GeoJSON in WGS 84.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STAC_PLACE_H
#define TW_STAC_PLACE_H

#include "grid.h"
#include "json_value.h"

/* Both are owned by the caller. */
struct tw_stac_place {
    json_t *bbox;     /* west, south, east, north; west > east: over the antimeridian */
    json_t *geometry; /* a Polygon, or a MultiPolygon that is cut at the antimeridian */
};

/* Of a box in the grid's CRS, which may reach over the antimeridian. TW_EUSAGE: no part of it is on the earth
 * as the CRS sees it. */
enum tw_status tw_stac_place_of(const struct tw_grid *grid, const struct tw_box *box,
                                struct tw_stac_place *place, struct tw_error *err);

#endif
