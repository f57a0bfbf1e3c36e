/* SPDX-License-Identifier: MIT */
#include "stac_metadata.h"

#include "stack.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_INDENT = 31 };

/* What a key takes. */
struct key {
    const char *name;
    enum tw_value_kind kind;
    const char *wanted;
    bool is_output; /* known under `output.stac` only */
};

static const struct key keys[] = {
    {"id", TW_STRING, "a name", false},
    {"datetime", TW_STRING, "a time such as 2023-08-15, or START/END", false},
    {"properties", TW_MAP, "a map", false},
    {"eo:bands", TW_LIST, "a list with a map for each band, such as {name: red}", false},
    {"links", TW_LIST, "a list of maps with rel and href", false},
    {"collection", TW_STRING, "the id of a collection", false},
    {"stac_extensions", TW_LIST, "a list of URIs", false},
    {"assets", TW_MAP, "a map of assets with href", false},
    {"item_metadata", TW_STRING, "the path of a YAML file", true},
    {"item_path", TW_STRING, "the path of the item", true},
    {"asset_basepath", TW_STRING, "a folder or a URL", true},
    {"relative_paths", TW_BOOL, "true or false", true},
    {"indent", TW_NUMBER, "a whole number from 0 to 31", true},
};
enum { NUM_KEYS = sizeof(keys) / sizeof(keys[0]) };

void tw_stac_time_text(double seconds, char text[TW_STAC_TIME_SIZE])
{
    time_t whole = (time_t)floor(seconds);
    struct tm parts;
    gmtime_r(&whole, &parts);
    strftime(text, TW_STAC_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static bool read_moment(const char *text, bool is_last, char result[TW_STAC_TIME_SIZE])
{
    double first_s, last_s;
    if (!tw_time_parse(text, &first_s, &last_s) || fabs(first_s) > 1e11)
        return false;
    tw_stac_time_text(is_last ? last_s : first_s, result);
    return true;
}

bool tw_stac_times_read(const char *text, struct tw_stac_times *times)
{
    char begin[64];
    const char *slash = strchr(text, '/');
    *times = (struct tw_stac_times){.at = ""};
    if (slash == NULL)
        return read_moment(text, false, times->at);
    int length = (int)(slash - text);
    if (length >= (int)sizeof(begin))
        return false;
    snprintf(begin, sizeof(begin), "%.*s", length, text);
    return read_moment(begin, false, times->start) && read_moment(slash + 1, true, times->end) &&
           strcmp(times->start, times->end) <= 0;
}

/* `output.stac.id`, or `id`. */
static const char *full_name(const char *name, const char *key, char text[96])
{
    snprintf(text, 96, "%s%s%s", name, *name != '\0' ? "." : "", key);
    return text;
}

static void check_time(const struct tw_value *value, const char *name, bool takes_period,
                       struct tw_problems *problems)
{
    struct tw_stac_times times;
    bool is_text = value->kind == TW_STRING || value->kind == TW_NUMBER;
    if (is_text && tw_stac_times_read(value->text, &times) && (takes_period || times.at[0] != '\0'))
        return;
    tw_problems_add(problems, value,
                    "%s must be a time such as 2023-08-15 or 2023-08-15T10:00:00Z%s, not %s%s%s", name,
                    takes_period ? ", or START/END" : "", is_text ? "'" : "",
                    is_text ? value->text : tw_value_kind_name(value->kind), is_text ? "'" : "");
}

static void check_properties(const struct tw_value *map, const char *name, struct tw_problems *problems)
{
    static const char *const times[] = {"datetime", "start_datetime", "end_datetime"};
    const struct tw_value *given[3];
    char text[96], key[64];
    for (int i = 0; i < 3; i++) {
        given[i] = tw_value_get(map, times[i]);
        if (given[i] != NULL && given[i]->kind == TW_NULL)
            given[i] = NULL;
        snprintf(key, sizeof(key), "properties.%s", times[i]);
        if (given[i] != NULL)
            check_time(given[i], full_name(name, key, text), false, problems);
    }
    if ((given[1] == NULL) != (given[2] == NULL))
        tw_problems_add(problems, given[1] != NULL ? given[1] : given[2],
                        "%s takes start_datetime and end_datetime together",
                        full_name(name, "properties", text));
}

static bool has_text(const struct tw_value *map, const char *key)
{
    const struct tw_value *value = tw_value_get(map, key);
    return value != NULL && value->kind == TW_STRING && *value->text != '\0';
}

/* A list of maps, or one of texts (no keys). */
static void check_list(const struct tw_value *list, const char *name, const char *wanted,
                       const char *const required[2], struct tw_problems *problems)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct tw_value *item = &list->items[i];
        bool right = required == NULL ? item->kind == TW_STRING : item->kind == TW_MAP && item->count > 0;
        for (int k = 0; k < 2 && required != NULL && required[k] != NULL; k++)
            right = right && has_text(item, required[k]);
        if (!right)
            tw_problems_add(problems, item, "%s must be %s", name, wanted);
    }
}

static void check_assets(const struct tw_value *assets, const char *name, struct tw_problems *problems)
{
    for (size_t i = 0; i < assets->count; i++)
        if (!has_text(&assets->members[i].value, "href"))
            tw_problems_add_key(problems, &assets->members[i], "%s.%s needs 'href'", name,
                                assets->members[i].key);
}

/* STAC asks for one or none of them. */
static void check_collection(const struct tw_value *map, const char *name, struct tw_problems *problems)
{
    const struct tw_value *links = tw_value_get(map, "links"), *id = tw_value_get(map, "collection");
    char text[96];
    bool has_link = false;
    for (size_t i = 0; links != NULL && links->kind == TW_LIST && i < links->count; i++) {
        const struct tw_value *rel = tw_value_get(&links->items[i], "rel");
        has_link =
            has_link || (rel != NULL && rel->kind == TW_STRING && strcmp(rel->text, "collection") == 0);
    }
    bool is_given = id != NULL && id->kind != TW_NULL;
    if (is_given && !has_link)
        tw_problems_add(problems, id, "%s needs a link to it: links: [{rel: collection, href: ...}]",
                        full_name(name, "collection", text));
    if (has_link && !is_given)
        tw_problems_add(problems, links, "%s holds a link to a collection; say its id: collection: ID",
                        full_name(name, "links", text));
}

/* The id names the item's file, too, which must be none of a run's own. */
static void check_id(const struct tw_value *id, const char *name, struct tw_problems *problems)
{
    bool is_kept = strcmp(id->text, "metadata") == 0 || strcmp(id->text, "failed") == 0;
    if (*id->text == '\0' || strchr(id->text, '/') != NULL || is_kept)
        tw_problems_add(problems, id,
                        "%s must be a name without '/', and not 'metadata' or 'failed', not '%s'", name,
                        id->text);
}

static void check_indent(const struct tw_value *value, const char *name, const char *wanted,
                         struct tw_problems *problems)
{
    long long indent;
    if (!tw_value_is_int(value, &indent) || indent < 0 || indent > MAX_INDENT)
        tw_problems_add(problems, value, "%s must be %s, not %s", name, wanted, value->text);
}

static void check_content(const struct key *key, const struct tw_value *value, const char *prefix,
                          struct tw_problems *problems)
{
    static const char *const link[2] = {"rel", "href"}, *const none[2] = {NULL, NULL};
    char name[96];
    full_name(prefix, key->name, name);
    if (strcmp(key->name, "id") == 0)
        check_id(value, name, problems);
    else if (strcmp(key->name, "properties") == 0)
        check_properties(value, prefix, problems);
    else if (strcmp(key->name, "eo:bands") == 0)
        check_list(value, name, key->wanted, none, problems);
    else if (strcmp(key->name, "links") == 0)
        check_list(value, name, key->wanted, link, problems);
    else if (strcmp(key->name, "stac_extensions") == 0)
        check_list(value, name, key->wanted, NULL, problems);
    else if (strcmp(key->name, "assets") == 0)
        check_assets(value, name, problems);
    else if (strcmp(key->name, "indent") == 0)
        check_indent(value, name, key->wanted, problems);
}

static void check_member(const struct tw_member *member, const char *prefix, bool is_output,
                         struct tw_problems *problems)
{
    const char *names[NUM_KEYS];
    const struct key *key = NULL;
    size_t count = 0;
    char name[96];
    for (size_t i = 0; i < NUM_KEYS; i++) {
        if (keys[i].is_output && !is_output)
            continue;
        names[count++] = keys[i].name;
        if (strcmp(keys[i].name, member->key) == 0)
            key = &keys[i];
    }
    const struct tw_value *value = &member->value;
    if (key == NULL)
        tw_problems_add_unknown_key(
            problems, member, *prefix != '\0' ? "output.stac key" : "key of item metadata", names, count);
    else if (strcmp(key->name, "datetime") == 0 && value->kind != TW_NULL)
        check_time(value, full_name(prefix, key->name, name), true, problems);
    else if (value->kind != key->kind && value->kind != TW_NULL)
        tw_problems_add(problems, value, "%s must be %s, not %s", full_name(prefix, key->name, name),
                        key->wanted, tw_value_kind_name(value->kind));
    else if (value->kind != TW_NULL)
        check_content(key, value, prefix, problems);
}

void tw_stac_metadata_check(const struct tw_value *map, const char *name, bool is_output,
                            struct tw_problems *problems)
{
    if (map == NULL || map->kind == TW_NULL)
        return;
    if (map->kind != TW_MAP) {
        tw_problems_add(problems, map, "%s must be a map with id, properties ..., not %s",
                        *name != '\0' ? name : "item metadata", tw_value_kind_name(map->kind));
        return;
    }
    for (size_t i = 0; i < map->count; i++)
        check_member(&map->members[i], name, is_output, problems);
    check_collection(map, name, problems);
}

static const struct tw_value *overlay(const struct tw_value *under, const struct tw_value *over,
                                      struct tw_arena *arena, bool *nomem)
{
    const struct tw_value *result = under;
    for (size_t i = 0; over != NULL && i < over->count && result != NULL; i++)
        if (over->members[i].value.kind != TW_NULL)
            result = tw_value_with(arena, result, over->members[i].key, &over->members[i].value);
    *nomem = *nomem || result == NULL;
    return result;
}

const struct tw_value *tw_stac_metadata_merge(const struct tw_value *under, const struct tw_value *over,
                                              struct tw_arena *arena, bool *nomem)
{
    if (under == NULL || under->kind != TW_MAP)
        return over;
    if (over == NULL || over->kind != TW_MAP)
        return under;
    const struct tw_value *below = tw_value_get(under, "properties"),
                          *above = tw_value_get(over, "properties");
    const struct tw_value *merged = overlay(under, over, arena, nomem);
    bool both = below != NULL && below->kind == TW_MAP && above != NULL && above->kind == TW_MAP;
    if (*nomem || !both)
        return merged;
    const struct tw_value *properties = overlay(below, above, arena, nomem);
    merged = properties != NULL ? tw_value_with(arena, merged, "properties", properties) : NULL;
    *nomem = merged == NULL;
    return merged;
}
