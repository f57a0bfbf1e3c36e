/* crs_text.h - what a CRS is called by others.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CRS_TEXT_H
#define TW_CRS_TEXT_H

#include "arena.h"
#include "error.h"
#include "geometry.h"

#include <stdbool.h>

struct tw_crs_names {
    const char *proj4; /* for proj4js; "" when it has none */
    const char *code;  /* `EPSG:3857`; NULL: none */
    bool is_geographic;
    bool y_first;           /* points of the CRS are [y, x] by its definition */
    double metres_per_unit; /* of a degree: along the equator */
};

/* crs: anything that GDAL understands. Everything lives in the arena. TW_EUSAGE: `unknown CRS 'x'`. */
enum tw_status tw_crs_names(const char *crs, struct tw_arena *arena, struct tw_crs_names *names,
                            struct tw_error *err);

/* A box in that CRS as bounds in degrees of longitude and latitude (its edges densified). False when no part
 * of it can be brought there. */
bool tw_box_to_lonlat(const struct tw_box *box, const char *crs, struct tw_box *lonlat);

#endif
