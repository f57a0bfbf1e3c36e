/* SPDX-License-Identifier: MIT */
#include "yaml_map.h"

#include <stdlib.h>
#include <string.h>

bool tw_pending_map_add(struct tw_arena *arena, struct tw_pending_map *map, const struct tw_member *member,
                        bool is_merged)
{
    if (map->count == map->capacity) {
        size_t capacity = map->capacity < 8 ? 8 : map->capacity * 2;
        struct tw_pending_member *grown = tw_arena_calloc(arena, capacity, sizeof(*grown));
        if (grown == NULL)
            return false;
        if (map->count > 0)
            memcpy(grown, map->members, map->count * sizeof(*grown));
        map->members = grown;
        map->capacity = capacity;
    }
    map->members[map->count++] = (struct tw_pending_member){.member = *member, .is_merged = is_merged};
    return true;
}

/* By key; equal keys: the map's own before merged ones, then in the order of the file. */
static int compare(const void *left, const void *right)
{
    const struct tw_pending_member *a = *(struct tw_pending_member *const *)left;
    const struct tw_pending_member *b = *(struct tw_pending_member *const *)right;
    int order = strcmp(a->member.key, b->member.key);
    if (order != 0)
        return order;
    if (a->is_merged != b->is_merged)
        return a->is_merged ? 1 : -1;
    return a < b ? -1 : a > b;
}

static struct tw_pending_member **sorted(struct tw_arena *arena, struct tw_pending_map *map)
{
    struct tw_pending_member **order = tw_arena_calloc(arena, map->count, sizeof(struct tw_pending_member *));
    if (order == NULL)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        order[i] = &map->members[i];
    if (map->count > 1)
        qsort(order, map->count, sizeof(*order), compare);
    return order;
}

static size_t drop_duplicates(struct tw_pending_member **order, size_t count, struct tw_problems *problems)
{
    size_t dropped = 0, first = 0;
    for (size_t i = 1; i < count; i++) {
        const struct tw_member *kept = &order[first]->member, *member = &order[i]->member;
        if (strcmp(kept->key, member->key) != 0) {
            first = i;
            continue;
        }
        order[i]->is_dropped = true;
        dropped++;
        if (!order[i]->is_merged)
            tw_problems_add_key(problems, member, "duplicate key '%s'; it stands in line %d already",
                                member->key, kept->line);
    }
    return dropped;
}

bool tw_pending_map_finish(struct tw_arena *arena, struct tw_pending_map *map, struct tw_value *value,
                           struct tw_problems *problems)
{
    struct tw_pending_member **order = sorted(arena, map);
    if (order == NULL)
        return false;
    size_t count = map->count - drop_duplicates(order, map->count, problems);
    value->members = tw_arena_calloc(arena, count, sizeof(*value->members));
    if (value->members == NULL)
        return false;
    value->kind = TW_MAP;
    for (size_t i = 0; i < map->count; i++)
        if (!map->members[i].is_dropped)
            value->members[value->count++] = map->members[i].member;
    return true;
}
