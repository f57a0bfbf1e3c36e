/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "box_index.h"

#include <stdlib.h>
#include <string.h>

struct cover {
    const struct tw_box *boxes;
    size_t number;
    bool is_covered;
};

/* Of equal boxes the first one stays. */
static void compare(void *context, size_t number)
{
    struct cover *cover = context;
    const struct tw_box *own = &cover->boxes[cover->number], *other = &cover->boxes[number];
    if (number == cover->number || !tw_box_contains(other, own))
        return;
    if (number < cover->number || !tw_box_contains(own, other))
        cover->is_covered = true;
}

/* A thousand scenes of one granule have one box: only boxes that no other one covers are united. Returns how
 * many are left, moved to the front. */
static size_t drop_covered(struct tw_box *boxes, size_t count, bool *covered)
{
    struct tw_box_index *index = tw_box_index_new(boxes, count);
    if (index == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct cover cover = {boxes, i, false};
        tw_box_index_find(index, &boxes[i], compare, &cover);
        covered[i] = cover.is_covered || !(boxes[i].left < boxes[i].right);
    }
    tw_box_index_free(index);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!covered[i])
            boxes[kept++] = boxes[i];
    return kept;
}

/* The union of boxes first..first+count. Boxes that lie outside the grid add nothing; *area stays NULL when
 * none is inside. */
static enum tw_status unite(const struct tw_grid *grid, const struct tw_box *boxes, size_t count,
                            struct tw_area **area, struct tw_error *err)
{
    *area = NULL;
    if (count == 0)
        return TW_OK;
    if (count == 1) {
        enum tw_status made = tw_area_from_box(grid, boxes, area, NULL);
        return made == TW_ENOMEM ? tw_error_nomem(err) : TW_OK;
    }
    struct tw_area *left = NULL, *right = NULL;
    enum tw_status status = unite(grid, boxes, count / 2, &left, err);
    if (status == TW_OK)
        status = unite(grid, boxes + count / 2, count - count / 2, &right, err);
    if (status == TW_OK && left != NULL && right != NULL) {
        status = tw_area_union(left, right, area, err);
    } else if (status == TW_OK) {
        *area = left != NULL ? left : right;
        left = right = NULL;
    }
    tw_area_free(left);
    tw_area_free(right);
    return status;
}

enum tw_status tw_stack_area(const struct tw_source *source, const struct tw_grid *grid,
                             struct tw_area **area, struct tw_error *err)
{
    struct tw_stack *stack = source->state;
    *area = NULL;
    struct tw_box *boxes = calloc(stack->num_items, sizeof(*boxes));
    bool *covered = calloc(stack->num_items, sizeof(*covered));
    enum tw_status status = boxes == NULL || covered == NULL ? tw_error_nomem(err) : TW_OK;
    if (status == TW_OK && stack->places.grid != grid)
        status = tw_stack_places_make(stack, grid, &stack->places, err);
    if (status == TW_OK) {
        memcpy(boxes, stack->places.boxes, stack->num_items * sizeof(*boxes));
        status = unite(grid, boxes, drop_covered(boxes, stack->num_items, covered), area, err);
    }
    if (status == TW_OK && *area == NULL)
        status = tw_error_set(err, TW_EUSAGE, "no scene of input '%s' lies inside the grid", source->name);
    free(boxes);
    free(covered);
    return status;
}
