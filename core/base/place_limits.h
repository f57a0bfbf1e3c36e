/* place_limits.h - what a run or an input is limited to: `bounds`, `area` and their CRSs, as configurations
 * say it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PLACE_LIMITS_H
#define TW_PLACE_LIMITS_H

#include "geometry.h"
#include "problems.h"

struct tw_limits {
    const struct tw_value *bounds_value; /* NULL: no bounds */
    struct tw_box bounds;
    const char *bounds_crs; /* NULL: the grid's */
    const struct tw_value
        *area;            /* a text: WKT, GeoJSON or a path; a map: GeoJSON, or path and layer; or NULL */
    const char *area_crs; /* NULL: the area's own, or the grid's */
};

/* Reads `bounds`, `bounds_crs`, `area` and `area_crs` of a map (or NULL). TW_EUSAGE when problems were added;
 * TW_ENOMEM. Borrows the map. */
enum tw_status tw_limits_read(const struct tw_value *map, struct tw_arena *arena, struct tw_limits *limits,
                              struct tw_problems *problems);

/* Each of them by itself; false when a problem was added. */
bool tw_limits_bounds(const struct tw_value *value, struct tw_box *bounds, struct tw_problems *problems);
bool tw_limits_area(const struct tw_value *value, struct tw_problems *problems);
/* A CRS as text, or the number of an EPSG code; key: for messages. *crs is NULL when out of memory. */
bool tw_limits_crs(const struct tw_value *value, const char *key, struct tw_arena *arena, const char **crs,
                   struct tw_problems *problems);

/* `left`, `bottom`, `right`, `top`. */
size_t tw_limits_sides(const char *const **names);

#endif
