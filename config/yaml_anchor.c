/* SPDX-License-Identifier: MIT */
#include "yaml_anchor.h"

#include <string.h>

struct tw_anchor *tw_anchors_open(struct tw_anchors *anchors, struct tw_arena *arena, const char *name,
                                  const struct tw_value *place, struct tw_problems *problems)
{
    if (anchors->count == TW_MAX_ANCHORS) {
        tw_problems_add(problems, place, "more than %d anchors; write the values out", TW_MAX_ANCHORS);
        return NULL;
    }
    struct tw_anchor *anchor = tw_arena_calloc(arena, 1, sizeof(*anchor));
    if (anchor == NULL || (anchor->name = tw_arena_strdup(arena, name)) == NULL) {
        anchors->nomem = true;
        return NULL;
    }
    anchor->next = anchors->latest;
    anchors->latest = anchor;
    anchors->count++;
    return anchor;
}

void tw_anchor_close(struct tw_anchor *anchor, const struct tw_yaml_node *node)
{
    anchor->node = *node;
    anchor->is_closed = true;
}

bool tw_anchors_expand(struct tw_anchors *anchors, const char *name, const struct tw_value *place,
                       const struct tw_yaml_node **node, struct tw_problems *problems)
{
    const struct tw_anchor *anchor = anchors->latest;
    while (anchor != NULL && strcmp(anchor->name, name) != 0)
        anchor = anchor->next;
    if (anchor == NULL) {
        tw_problems_add(problems, place, "there is no anchor '&%s' before the alias '*%s'", name, name);
        return false;
    }
    if (!anchor->is_closed) {
        tw_problems_add(problems, place, "the alias '*%s' stands inside of its own anchor", name);
        return false;
    }
    anchors->expanded += anchor->node.size;
    if (anchors->expanded > TW_MAX_EXPANDED) {
        tw_problems_add(problems, place, "the aliases up to '*%s' expand to more than %d values", name,
                        TW_MAX_EXPANDED);
        return false;
    }
    *node = &anchor->node;
    return true;
}
