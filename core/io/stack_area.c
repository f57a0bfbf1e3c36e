/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "area_boxes.h"

#include <stdlib.h>
#include <string.h>

enum tw_status tw_stack_area(const struct tw_source *source, const struct tw_grid *grid,
                             struct tw_area **area, struct tw_error *err)
{
    struct tw_stack *stack = source->state;
    *area = NULL;
    struct tw_box *boxes = calloc(stack->num_items, sizeof(*boxes));
    enum tw_status status = boxes == NULL ? tw_error_nomem(err) : TW_OK;
    if (status == TW_OK && stack->places.grid != grid)
        status = tw_stack_places_make(stack, grid, &stack->places, err);
    if (status == TW_OK) {
        memcpy(boxes, stack->places.boxes, stack->num_items * sizeof(*boxes));
        status = tw_area_of_boxes(grid, boxes, stack->num_items, area, err);
    }
    if (status == TW_OK && *area == NULL)
        status = tw_error_set(err, TW_EUSAGE, "no scene of input '%s' lies inside the grid", source->name);
    free(boxes);
    return status;
}
