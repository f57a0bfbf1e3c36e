/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "quadtree.h"

#include <stdlib.h>

/* One node on the way from the root to the tile in hand. relations[i] is how it lies to the i-th different
 * area: found once per node, and inherited as soon as it is TW_INSIDE or TW_OUTSIDE. */
struct frame {
    struct tw_tile node;
    struct tw_curve curve;
    int next_digit;
    bool is_entered;
    uint8_t relations[TW_MAX_ZOOM + 1];
};

struct tw_walk {
    const struct tw_pyramid *pyramid;
    int min_zoom, max_zoom;
    int num_areas;
    const struct tw_area *areas[TW_MAX_ZOOM + 1]; /* each area once */
    int last_zooms[TW_MAX_ZOOM + 1];              /* the highest zoom that an area is for */
    int area_of_zoom[TW_MAX_ZOOM + 1];            /* -1: nothing at that zoom */
    int depth;                                    /* frames in use; 0: at the end */
    struct frame frames[];
};

static int find_area(struct tw_walk *walk, const struct tw_area *area)
{
    if (area == NULL)
        return -1;
    for (int i = 0; i < walk->num_areas; i++)
        if (walk->areas[i] == area)
            return i;
    walk->areas[walk->num_areas] = area;
    return walk->num_areas++;
}

static enum tw_relation relation_of(const struct tw_walk *walk, const struct tw_tile *node, int area)
{
    struct tw_box box = tw_quadtree_bounds(walk->pyramid, node);
    if (walk->last_zooms[area] > node->zoom)
        return tw_area_relation(walk->areas[area], &box);
    return tw_area_overlaps(walk->areas[area], &box) ? TW_PARTLY : TW_OUTSIDE;
}

/* Fills in how the node lies to each area that it or a zoom below it needs. Returns whether there is any that
 * it shares area with. */
static bool relate(const struct tw_walk *walk, struct frame *frame, const struct frame *parent)
{
    bool any = false;
    for (int i = 0; i < walk->num_areas; i++) {
        enum tw_relation relation = parent != NULL ? (enum tw_relation)parent->relations[i] : TW_PARTLY;
        if (walk->last_zooms[i] < frame->node.zoom)
            relation = TW_OUTSIDE;
        else if (relation == TW_PARTLY)
            relation = relation_of(walk, &frame->node, i);
        frame->relations[i] = (uint8_t)relation;
        any = any || relation != TW_OUTSIDE;
    }
    return any;
}

struct tw_walk *tw_walk_new(const struct tw_pyramid *pyramid, int min_zoom, int max_zoom,
                            const struct tw_area *const *areas)
{
    struct tw_tile root = tw_quadtree_root(pyramid);
    size_t levels = (size_t)(max_zoom - root.zoom) + 1;
    struct tw_walk *walk = calloc(1, sizeof(*walk) + levels * sizeof(struct frame));
    if (walk == NULL)
        return NULL;
    walk->pyramid = pyramid;
    walk->min_zoom = min_zoom;
    walk->max_zoom = max_zoom;
    for (int zoom = min_zoom; zoom <= max_zoom; zoom++) {
        int area = find_area(walk, areas[zoom - min_zoom]);
        walk->area_of_zoom[zoom] = area;
        if (area >= 0)
            walk->last_zooms[area] = zoom;
    }
    walk->frames[0].node = root;
    walk->depth = relate(walk, &walk->frames[0], NULL) ? 1 : 0;
    return walk;
}

void tw_walk_free(struct tw_walk *walk)
{
    free(walk);
}

/* Puts the next child that is not wholly outside on the stack. false when there is none left. */
static bool descend(struct tw_walk *walk)
{
    struct frame *top = &walk->frames[walk->depth - 1];
    if (top->node.zoom == walk->max_zoom)
        return false;
    while (top->next_digit < 4) {
        struct frame *below = top + 1;
        *below = (struct frame){.next_digit = 0};
        if (tw_quadtree_child(walk->pyramid, &top->node, top->curve, top->next_digit++, &below->node,
                              &below->curve) &&
            relate(walk, below, top)) {
            walk->depth++;
            return true;
        }
    }
    return false;
}

static bool is_covered(const struct tw_walk *walk, const struct frame *frame)
{
    int area = walk->area_of_zoom[frame->node.zoom];
    return area >= 0 && frame->relations[area] != TW_OUTSIDE;
}

enum tw_walk_event tw_walk_next(struct tw_walk *walk, struct tw_tile *tile, bool *covered)
{
    while (walk->depth > 0) {
        struct frame *top = &walk->frames[walk->depth - 1];
        bool is_visited = top->node.zoom >= walk->min_zoom;
        bool is_new = !top->is_entered;
        top->is_entered = true;
        if (!is_new || !is_visited) {
            if (descend(walk))
                continue;
            walk->depth--;
        }
        if (!is_visited)
            continue;
        *tile = top->node;
        *covered = is_covered(walk, top);
        return is_new ? TW_WALK_ENTER : TW_WALK_LEAVE;
    }
    return TW_WALK_END;
}

void tw_walk_skip_children(struct tw_walk *walk)
{
    if (walk->depth > 0)
        walk->frames[walk->depth - 1].next_digit = 4;
}
