/* yaml_anchor.h - anchors and aliases, with a budget: what aliases expand to is counted, so that a small file
 * cannot stand for a billion values.
 *
 * An alias shares the memory of its anchor; the budget protects whoever walks the tree.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_YAML_ANCHOR_H
#define TW_YAML_ANCHOR_H

#include "problems.h"

enum { TW_MAX_ANCHORS = 1000, TW_MAX_EXPANDED = 100000 };

struct tw_yaml_node {
    struct tw_value value;
    size_t size; /* values in the tree, aliases expanded */
    int height;  /* 0 for scalars; one more than the highest child for lists and maps */
};

struct tw_anchor {
    struct tw_anchor *next;
    const char *name;
    bool is_closed; /* otherwise it is still being read: an alias to it would be endless */
    struct tw_yaml_node node;
};

/* Zero-initialise it. Its memory is the arena's. */
struct tw_anchors {
    struct tw_anchor *latest;
    size_t count;
    size_t expanded;
    bool nomem;
};

/* Begins an anchor; a name that was used before is hidden. Returns NULL after adding a problem or setting
 * nomem. */
struct tw_anchor *tw_anchors_open(struct tw_anchors *anchors, struct tw_arena *arena, const char *name,
                                  const struct tw_value *place, struct tw_problems *problems);
void tw_anchor_close(struct tw_anchor *anchor, const struct tw_yaml_node *node);

/* Finds what an alias stands for. Returns false after adding a problem. */
bool tw_anchors_expand(struct tw_anchors *anchors, const char *name, const struct tw_value *place,
                       const struct tw_yaml_node **node, struct tw_problems *problems);

#endif
