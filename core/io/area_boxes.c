/* SPDX-License-Identifier: MIT */
#include "area_boxes.h"

#include "box_index.h"

#include <stdlib.h>

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

enum tw_status tw_area_of_boxes(const struct tw_grid *grid, struct tw_box *boxes, size_t count,
                                struct tw_area **area, struct tw_error *err)
{
    bool *covered = calloc(count + 1, sizeof(*covered));
    *area = NULL;
    if (covered == NULL)
        return tw_error_nomem(err);
    enum tw_status status = unite(grid, boxes, drop_covered(boxes, count, covered), area, err);
    free(covered);
    return status;
}
