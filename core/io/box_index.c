/* SPDX-License-Identifier: MIT */
#include "box_index.h"

#include <math.h>
#include <stdlib.h>

enum { FANOUT = 16 };

/* A leaf is one of the boxes; the node's children are neighbours in the level below. */
struct node {
    struct tw_box box;
    size_t number; /* of the box, or of the first child */
    size_t count;  /* of children; 0: a leaf */
};

/* All levels in one array, leaves first; the last node is the root. */
struct tw_box_index {
    struct node *nodes;
    size_t count;
};

static int by_x(const void *a, const void *b)
{
    const struct node *m = a, *n = b;
    double x = m->box.left + m->box.right, y = n->box.left + n->box.right;
    return x != y ? (x > y) - (x < y) : (m->number > n->number) - (m->number < n->number);
}

static int by_y(const void *a, const void *b)
{
    const struct node *m = a, *n = b;
    double x = m->box.bottom + m->box.top, y = n->box.bottom + n->box.top;
    return x != y ? (x > y) - (x < y) : (m->number > n->number) - (m->number < n->number);
}

/* Vertical slices, each in order of y. */
static void sort_tiles(struct node *nodes, size_t count)
{
    size_t leaves = (count + FANOUT - 1) / FANOUT;
    size_t slice = (size_t)ceil(sqrt((double)leaves)) * FANOUT;
    qsort(nodes, count, sizeof(*nodes), by_x);
    for (size_t i = 0; i < count; i += slice)
        qsort(nodes + i, count - i < slice ? count - i : slice, sizeof(*nodes), by_y);
}

/* Groups the level first..first+count into parents behind it. Returns their number. */
static size_t add_parents(struct tw_box_index *index, size_t first, size_t count)
{
    size_t parents = 0;
    for (size_t i = 0; i < count; i += FANOUT) {
        size_t members = count - i < FANOUT ? count - i : FANOUT;
        struct node parent = {index->nodes[first + i].box, first + i, members};
        for (size_t k = 1; k < members; k++)
            parent.box = tw_box_union(&parent.box, &index->nodes[first + i + k].box);
        index->nodes[index->count++] = parent;
        parents++;
    }
    return parents;
}

struct tw_box_index *tw_box_index_new(const struct tw_box *boxes, size_t count)
{
    struct tw_box_index *index = calloc(1, sizeof(*index));
    if (index == NULL)
        return NULL;
    index->nodes = calloc(count + count / (FANOUT - 1) + 64, sizeof(*index->nodes));
    if (index->nodes == NULL) {
        free(index);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        index->nodes[i] = (struct node){boxes[i], i, 0};
    index->count = count;
    sort_tiles(index->nodes, count);
    for (size_t first = 0, level = count; level > 1;) {
        size_t parents = add_parents(index, first, level);
        first += level;
        level = parents;
    }
    return index;
}

void tw_box_index_free(struct tw_box_index *index)
{
    if (index == NULL)
        return;
    free(index->nodes);
    free(index);
}

struct search {
    const struct tw_box_index *index;
    const struct tw_box *box;
    void (*found)(void *context, size_t number);
    void *context;
};

static void search_node(const struct search *search, const struct node *node)
{
    if (!tw_box_overlaps(&node->box, search->box))
        return;
    if (node->count == 0) {
        search->found(search->context, node->number);
        return;
    }
    for (size_t i = 0; i < node->count; i++)
        search_node(search, &search->index->nodes[node->number + i]);
}

void tw_box_index_find(const struct tw_box_index *index, const struct tw_box *box,
                       void (*found)(void *context, size_t number), void *context)
{
    struct search search = {index, box, found, context};
    if (index->count > 0)
        search_node(&search, &index->nodes[index->count - 1]);
}
