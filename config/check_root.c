/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "old_keys.h"
#include "zoom.h"

#include <string.h>

static const char *const known_keys[] = {
    "process",    "input", "output",   "pyramid",    "zoom_levels",        "bounds",
    "bounds_crs", "area",  "area_crs", "baselevels", "process_parameters", "notify",
    "dask_specs",
};

enum { NUM_KNOWN_KEYS = sizeof(known_keys) / sizeof(*known_keys) };

/* Keys of files that put them into the wrong place. */
struct renamed_key {
    const char *key;
    const char *instead; /* the root key that holds it */
    const char *now;
};

static const struct renamed_key renamed_keys[] = {
    {"tile_size", "pyramid", "'tile_size' belongs under 'pyramid'"},
    {"grid", "pyramid", "'grid' belongs under 'pyramid'"},
};

enum { NUM_RENAMED_KEYS = sizeof(renamed_keys) / sizeof(*renamed_keys) };

size_t tw_check_root_keys(const char *const **names)
{
    *names = known_keys;
    return NUM_KNOWN_KEYS;
}

bool tw_check_is_misnamed(const struct tw_value *root, const char *key)
{
    for (size_t i = 0; i < NUM_RENAMED_KEYS; i++)
        if (strcmp(renamed_keys[i].instead, key) == 0 && tw_value_get(root, renamed_keys[i].key) != NULL)
            return true;
    return false;
}

static bool is_known(const char *key)
{
    for (size_t i = 0; i < NUM_KNOWN_KEYS; i++)
        if (strcmp(known_keys[i], key) == 0)
            return true;
    return false;
}

static const char *renamed(const char *key)
{
    for (size_t i = 0; i < NUM_RENAMED_KEYS; i++)
        if (strcmp(renamed_keys[i].key, key) == 0)
            return renamed_keys[i].now;
    return NULL;
}

static void refuse_unknown(struct tw_check *check, const struct tw_member *member)
{
    tw_problems_add_unknown_key(check->problems, member, "key", known_keys, NUM_KNOWN_KEYS);
    if (tw_suggest(member->key, known_keys, NUM_KNOWN_KEYS) == NULL)
        tw_text_add(&check->problems->text, "; parameters of the script belong under process_parameters");
}

static void check_key(struct tw_check *check, const struct tw_member *member)
{
    uint32_t zooms = 0;
    const char *now = renamed(member->key);
    if (tw_condition_parse(member->key, &zooms) != TW_NO_CONDITION)
        tw_problems_add_key(check->problems, member,
                            "the condition '%s' has no effect here; conditions belong under input and "
                            "process_parameters",
                            member->key);
    else if (now != NULL)
        tw_problems_add_key(check->problems, member, "%s", now);
    else if (!is_known(member->key))
        refuse_unknown(check, member);
}

static bool may_depend_on_zoom(const char *key)
{
    return strcmp(key, "input") == 0 || strcmp(key, "process_parameters") == 0 ||
           strcmp(key, "dask_specs") == 0;
}

void tw_check_root(struct tw_check *check)
{
    const struct tw_value *root = check->config->root;
    if (root->kind != TW_MAP) {
        tw_problems_add(check->problems, root, "a configuration is a map of keys such as 'process', not %s",
                        tw_value_kind_name(root->kind));
        return;
    }
    tw_old_keys_translate(check);
    root = check->config->root;
    for (size_t i = 0; i < root->count; i++) {
        check_key(check, &root->members[i]);
        if (is_known(root->members[i].key) && !may_depend_on_zoom(root->members[i].key))
            tw_check_no_conditions(check, &root->members[i].value, root->members[i].key);
    }
    tw_check_process(check);
    tw_check_pyramid(check);
    tw_check_zoom_levels(check);
    tw_check_zooms_of_grid(check);
    tw_check_metatile_size(check);
    tw_check_baselevels(check);
    tw_check_input(check);
    tw_check_params(check);
    tw_check_output(check);
    tw_check_area(check);
    tw_check_notify(check);
}
