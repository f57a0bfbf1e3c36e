/* SPDX-License-Identifier: MIT */
#include "old_keys.h"

#include "log.h"

#include <string.h>

struct old_key {
    const char *key;
    const char *instead; /* the root key that holds it now */
    const char *below;   /* the key below that, or NULL: the value is that of `instead` itself */
    const char *now;
};

static const struct old_key old_keys[] = {
    {"process_file", "process", NULL, "'process_file' is called 'process' now"},
    {"process_zoom", "zoom_levels", NULL, "'process_zoom' is called 'zoom_levels' now"},
    {"process_minzoom", "zoom_levels", "min", "'process_minzoom' is 'min' under 'zoom_levels' now"},
    {"process_maxzoom", "zoom_levels", "max", "'process_maxzoom' is 'max' under 'zoom_levels' now"},
    {"process_bounds", "bounds", NULL, "'process_bounds' is called 'bounds' now"},
    {"input_files", "input", NULL, "'input_files' is called 'input' now"},
    {"metatiling", "pyramid", "metatiling", "'metatiling' belongs under 'pyramid'"},
    {"pixelbuffer", "pyramid", "pixelbuffer", "'pixelbuffer' belongs under 'pyramid'"},
};

static const struct old_key old_output_keys[] = {
    {"type", "pyramid", "grid", "'output.type' is called 'pyramid.grid' now"},
    {"grid", "pyramid", "grid", "'output.grid' is called 'pyramid.grid' now"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool tw_config_old_key(bool of_output, size_t index, const char **key, const char **now)
{
    const struct old_key *keys = of_output ? old_output_keys : old_keys;
    if (index >= (of_output ? COUNT(old_output_keys) : COUNT(old_keys)))
        return false;
    *key = keys[index].key;
    *now = keys[index].now;
    return true;
}

static void warn(const struct tw_check *check, const struct tw_member *member, const char *now)
{
    tw_log_warn("%s:%d:%d: %s", check->config->path, member->line, member->col, now);
}

/* The map without a key, new in the arena. */
static struct tw_value *without(struct tw_arena *arena, const struct tw_value *map, const char *key)
{
    struct tw_value *less = tw_arena_calloc(arena, 1, sizeof(*less));
    struct tw_member *members = tw_arena_calloc(arena, map->count, sizeof(*members));
    if (less == NULL || members == NULL)
        return NULL;
    *less = *map;
    less->members = members;
    less->count = 0;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->members[i].key, key) != 0)
            members[less->count++] = map->members[i];
    return less;
}

/* root with the value where it belongs now. NULL when out of memory. */
static const struct tw_value *move(struct tw_arena *arena, const struct tw_value *root,
                                   const struct old_key *old, const struct tw_value *value)
{
    if (old->below == NULL)
        return tw_value_with(arena, root, old->instead, value);
    const struct tw_value *parent = tw_check_given(root, old->instead);
    struct tw_value *more = tw_value_with(arena, parent, old->below, value);
    if (more != NULL && parent == NULL) { /* messages about the new map name the old key's place */
        more->line = value->line;
        more->col = value->col;
        more->file = value->file;
    }
    return more != NULL ? tw_value_with(arena, root, old->instead, more) : NULL;
}

/* Whether the old key says what another key says already; then that is a problem. */
static bool is_said_twice(struct tw_check *check, const struct old_key *old, const struct tw_member *member)
{
    const struct tw_value *said = tw_check_given(check->config->root, old->instead);
    if (said != NULL && old->below != NULL && said->kind == TW_MAP)
        said = tw_check_given(said, old->below);
    if (said != NULL)
        tw_problems_add_key(check->problems, member, "%s, and that is given too: remove '%s'", old->now,
                            old->key);
    return said != NULL;
}

static void translate(struct tw_check *check, const struct old_key *old, const struct tw_member *member)
{
    struct tw_config *config = check->config;
    if (is_said_twice(check, old, member))
        return;
    warn(check, member, old->now);
    const struct tw_value *moved = move(config->arena, config->root, old, &member->value);
    check->nomem = check->nomem || moved == NULL;
    if (moved != NULL)
        config->root = moved;
}

static const struct tw_member *find(const struct tw_value *map, const char *key)
{
    for (size_t i = 0; map != NULL && map->kind == TW_MAP && i < map->count; i++)
        if (strcmp(map->members[i].key, key) == 0)
            return &map->members[i];
    return NULL;
}

static void drop(struct tw_check *check, const char *key)
{
    struct tw_value *less = without(check->config->arena, check->config->root, key);
    check->nomem = check->nomem || less == NULL;
    if (less != NULL)
        check->config->root = less;
}

static void drop_from_output(struct tw_check *check, const char *key)
{
    struct tw_config *config = check->config;
    struct tw_value *less = without(config->arena, tw_value_get(config->root, "output"), key);
    const struct tw_value *root =
        less != NULL ? tw_value_with(config->arena, config->root, "output", less) : NULL;
    check->nomem = check->nomem || root == NULL;
    if (root != NULL)
        config->root = root;
}

void tw_old_keys_translate(struct tw_check *check)
{
    for (size_t i = 0; i < COUNT(old_keys) && !check->nomem; i++) {
        const struct tw_member *member = find(check->config->root, old_keys[i].key);
        if (member == NULL)
            continue;
        translate(check, &old_keys[i], member);
        drop(check, old_keys[i].key);
    }
    for (size_t i = 0; i < COUNT(old_output_keys) && !check->nomem; i++) {
        const struct tw_value *output = tw_value_get(check->config->root, "output");
        const struct tw_member *member = find(output, old_output_keys[i].key);
        if (member == NULL)
            continue;
        translate(check, &old_output_keys[i], member);
        drop_from_output(check, old_output_keys[i].key);
    }
}
