/* area_boxes.h - the area that many boxes cover.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_AREA_BOXES_H
#define TW_AREA_BOXES_H

#include "area.h"

/* The union of the boxes, which are moved about. Boxes that are upside down or lie outside the grid add
 * nothing; *area is NULL when none is inside. */
enum tw_status tw_area_of_boxes(const struct tw_grid *grid, struct tw_box *boxes, size_t count,
                                struct tw_area **area, struct tw_error *err);

#endif
