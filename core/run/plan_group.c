/* SPDX-License-Identifier: MIT */
#include "plan_group.h"

#include <string.h>

/* Only a source has these. */
static const char *const of_sources[] = {"path", "format", "files"};
enum { NUM_OF_SOURCES = sizeof(of_sources) / sizeof(of_sources[0]) };

/* What sources have, too, and nobody calls an input. */
static const char *const options[] = {"resampling", "nodata", "bands", "band_names"};

/* What scripts call on a group. */
static const char *const methods[] = {"each", "names"};

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool tw_value_is_group(const struct tw_value *value)
{
    for (size_t i = 0; value->kind == TW_MAP && i < value->count; i++)
        if (is_among(value->members[i].key, of_sources, NUM_OF_SOURCES))
            return false;
    return value->kind == TW_MAP || value->kind == TW_LIST;
}

const struct tw_value *tw_group_item(const struct tw_value *group, size_t i)
{
    return group->kind == TW_MAP ? &group->members[i].value : &group->items[i];
}

const char *tw_group_item_name(const struct tw_value *group, size_t i, struct tw_arena *arena)
{
    return group->kind == TW_MAP ? group->members[i].key : tw_arena_printf(arena, "%zu", i + 1);
}

size_t tw_group_size(const struct tw_value *value)
{
    size_t size = 1;
    for (size_t i = 0; tw_value_is_group(value) && i < value->count; i++)
        size += tw_group_size(tw_group_item(value, i));
    return size;
}

void tw_group_check_names(const struct tw_value *group, const char *path, struct tw_problems *problems)
{
    for (size_t i = 0; group->kind == TW_MAP && i < group->count; i++) {
        const struct tw_member *member = &group->members[i];
        if (is_among(member->key, options, sizeof(options) / sizeof(options[0])))
            tw_problems_add_key(problems, member,
                                "input '%s' has '%s' but no path; a group of inputs has names and inputs",
                                path, member->key);
        else if (is_among(member->key, methods, sizeof(methods) / sizeof(methods[0])))
            tw_problems_add_key(problems, member,
                                "an input of the group '%s' cannot be called '%s': scripts write "
                                "input.%s:%s() for something else",
                                path, member->key, path, member->key);
    }
}

/* `rasters`, for what the script wants in a group. */
static const char *contents(enum tw_input_kind kind)
{
    static const char *const names[] = {[TW_INPUT_RASTER] = "rasters",
                                        [TW_INPUT_STACK] = "stacks",
                                        [TW_INPUT_VECTOR] = "vectors",
                                        [TW_INPUT_ANY] = "inputs"};
    return names[kind];
}

static const char *wanted(enum tw_input_kind kind)
{
    static const char *const names[] = {[TW_INPUT_RASTER] = "a raster",
                                        [TW_INPUT_STACK] = "a stack",
                                        [TW_INPUT_VECTOR] = "a vector",
                                        [TW_INPUT_ANY] = "a raster or features"};
    return names[kind];
}

/* A misspelt key is not a name. */
static bool seems_a_source(const struct tw_value *map)
{
    for (size_t i = 0; map->kind == TW_MAP && i < map->count; i++)
        if (is_among(map->members[i].key, options, sizeof(options) / sizeof(options[0])) ||
            tw_suggest(map->members[i].key, of_sources, NUM_OF_SOURCES) != NULL)
            return true;
    return map->kind == TW_MAP && map->count == 0;
}

bool tw_group_fits(const struct tw_value *value, const struct tw_declared_input *input)
{
    bool is_group = tw_value_is_group(value);
    return is_group == input->is_group || (is_group && seems_a_source(value));
}

void tw_group_refuse(const struct tw_value *value, const char *path, const struct tw_declared_input *input,
                     const char *script, struct tw_problems *problems)
{
    if (!input->is_group)
        tw_problems_add(problems, value, "input '%s' is a %s of inputs; the script %s wants %s", path,
                        value->kind == TW_LIST ? "list" : "group", script, wanted(input->kind));
    else
        tw_problems_add(problems, value,
                        "input '%s' is a single input; the script %s wants a group of %s: a map of names and "
                        "inputs, or a list",
                        path, script, contents(input->kind));
}
