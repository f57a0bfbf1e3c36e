/* area_limits.h - the area that limits come to on a grid.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_AREA_LIMITS_H
#define TW_AREA_LIMITS_H

#include "area.h"
#include "place_limits.h"

/* Cuts *area with the bounds, and with the area, of limits that have them. folder: what paths are relative
 * to. TW_EUSAGE without a place. */
enum tw_status tw_area_cut_bounds(struct tw_area **area, const struct tw_limits *limits,
                                  const struct tw_grid *grid, struct tw_error *err);
enum tw_status tw_area_cut_area(struct tw_area **area, const struct tw_limits *limits, const char *folder,
                                const struct tw_grid *grid, struct tw_error *err);

/* Cuts *area with both; errors have their place. */
enum tw_status tw_area_cut_limits(struct tw_area **area, const struct tw_limits *limits, const char *folder,
                                  const struct tw_grid *grid, struct tw_error *err);

/* The file that the area of limits is read from, in the arena; NULL when there is none, or out of memory. */
const char *tw_limits_file(const struct tw_limits *limits, const char *folder, struct tw_arena *arena);

#endif
