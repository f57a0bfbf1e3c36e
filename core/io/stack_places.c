/* Where the items of a stack lie in a grid.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stack.h"

#include "box_index.h"
#include "crs_pairs.h"
#include "footprint.h"

#include <math.h>
#include <stdlib.h>

void tw_stack_places_free(struct tw_stack_places *places)
{
    free(places->boxes);
    free(places->scene_of_item);
    tw_box_index_free(places->index);
    *places = (struct tw_stack_places){0};
}

static enum tw_status find_boxes(const struct tw_stack *stack, const struct tw_grid *grid,
                                 struct tw_box *boxes, struct tw_error *err)
{
    struct tw_crs_pairs pairs = {0};
    enum tw_status status = tw_crs_pairs_use(&pairs, grid, err);
    for (size_t i = 0; status == TW_OK && i < stack->num_items; i++) {
        const struct tw_stack_item *item = &stack->items[i];
        const struct tw_crs_pair *pair = NULL;
        status = tw_crs_pairs_find(&pairs, item->crs, &pair, err);
        if (status != TW_OK)
            tw_error_prefix(err, "%s: item '%s': ", item->origin, item->id);
        else if (!tw_footprint_of_box(&item->box, pair, grid, &boxes[i]))
            boxes[i] = (struct tw_box){HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    }
    tw_crs_pairs_free(&pairs);
    return status == TW_EUSAGE ? TW_EINPUT : status;
}

enum tw_status tw_stack_places_make(const struct tw_stack *stack, const struct tw_grid *grid,
                                    struct tw_stack_places *places, struct tw_error *err)
{
    struct tw_stack_places made = {.grid = grid};
    made.boxes = calloc(stack->num_items, sizeof(*made.boxes));
    made.scene_of_item = calloc(stack->num_items, sizeof(*made.scene_of_item));
    enum tw_status status = made.boxes == NULL || made.scene_of_item == NULL
                                ? tw_error_nomem(err)
                                : find_boxes(stack, grid, made.boxes, err);
    if (status == TW_OK) {
        made.index = tw_box_index_new(made.boxes, stack->num_items);
        status = made.index != NULL ? TW_OK : tw_error_nomem(err);
    }
    if (status != TW_OK) {
        tw_stack_places_free(&made);
        return status;
    }
    for (size_t i = 0; i < stack->num_scenes; i++)
        for (size_t k = 0; k < stack->scenes[i].num_items; k++)
            made.scene_of_item[stack->scenes[i].first_item + k] = i;
    tw_stack_places_free(places);
    *places = made;
    return TW_OK;
}
