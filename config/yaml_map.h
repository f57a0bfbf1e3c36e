/* yaml_map.h - the members of a YAML map while it is being read: duplicates are refused, `<<` is merged in.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_YAML_MAP_H
#define TW_YAML_MAP_H

#include "problems.h"

struct tw_pending_member {
    struct tw_member member;
    bool is_merged; /* came through `<<`: gives way to the map's own keys and to earlier merges */
    bool is_dropped;
};

/* Zero-initialise it. Its memory is the arena's. */
struct tw_pending_map {
    struct tw_pending_member *members;
    size_t count, capacity;
};

/* Both return false when out of memory. */
bool tw_pending_map_add(struct tw_arena *arena, struct tw_pending_map *map, const struct tw_member *member,
                        bool is_merged);
/* Writes the members that stay into value; adds a problem for each duplicate key. */
bool tw_pending_map_finish(struct tw_arena *arena, struct tw_pending_map *map, struct tw_value *value,
                           struct tw_problems *problems);

#endif
