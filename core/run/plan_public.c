/* What of the configuration is for everybody to see: no credentials.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_parts.h"

#include "secret.h"

#include <string.h>

/* Neither does a copy of an input (`cache`) decide what a tile holds. Inputs may have any name. */
static bool is_left_out(const struct tw_value *map, const char *key, bool in_settings)
{
    bool is_source = tw_value_get(map, "path") != NULL || tw_value_get(map, "format") != NULL ||
                     tw_value_get(map, "files") != NULL;
    if (in_settings)
        return tw_is_secret_name(key);
    return is_source && (strcmp(key, "storage_options") == 0 || strcmp(key, "cache") == 0);
}

static bool copy(const struct tw_value *value, bool in_settings, struct tw_arena *arena,
                 struct tw_value *result);

static bool copy_members(const struct tw_value *map, bool in_settings, struct tw_arena *arena,
                         struct tw_value *result)
{
    result->members = tw_arena_calloc(arena, map->count + 1, sizeof(*result->members));
    result->count = 0;
    for (size_t i = 0; result->members != NULL && i < map->count; i++) {
        struct tw_member *member = &result->members[result->count];
        if (is_left_out(map, map->members[i].key, in_settings))
            continue;
        *member = map->members[i];
        if (!copy(&map->members[i].value, strcmp(member->key, "gdal_options") == 0, arena, &member->value))
            return false;
        result->count++;
    }
    return result->members != NULL;
}

static bool copy(const struct tw_value *value, bool in_settings, struct tw_arena *arena,
                 struct tw_value *result)
{
    *result = *value;
    if (value->kind == TW_MAP)
        return copy_members(value, in_settings, arena, result);
    if (value->kind == TW_LIST) {
        result->items = tw_arena_calloc(arena, value->count + 1, sizeof(*result->items));
        for (size_t i = 0; result->items != NULL && i < value->count; i++)
            if (!copy(&value->items[i], false, arena, &result->items[i]))
                return false;
        return result->items != NULL;
    }
    if (value->kind != TW_STRING || !tw_has_secrets(value->text))
        return true;
    char *hidden = tw_arena_strdup(arena, value->text);
    result->text = hidden;
    if (hidden != NULL)
        tw_hide_secrets(hidden);
    return hidden != NULL;
}

const struct tw_value *tw_plan_public(const struct tw_value *value, struct tw_arena *arena)
{
    struct tw_value *result = tw_arena_calloc(arena, 1, sizeof(*result));
    return result != NULL && copy(value, false, arena, result) ? result : NULL;
}
