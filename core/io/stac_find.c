/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "file.h"
#include "whole_file.h"

#include <cpl_string.h>
#include <cpl_vsi.h>

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 8, MAX_FOLDER_DEPTH = 2 };

struct finding {
    const struct tw_value *value;
    tw_stac_found found;
    void *context;
    struct tw_problems *problems;
    struct tw_arena *arena; /* for paths */
};

static enum tw_status complain(const struct finding *finding, const char *path, const char *what)
{
    tw_problems_add(finding->problems, finding->value, "cannot open '%s': %s", path, what);
    return TW_EUSAGE;
}

/* *json is owned by the caller. */
static enum tw_status load(const struct finding *finding, const char *path, json_t **json)
{
    struct tw_error err = {0};
    enum tw_status status = tw_json_file_read(path, json, &err);
    if (status == TW_OK || status == TW_ENOMEM)
        return status;
    tw_problems_add(finding->problems, finding->value, "%s", err.message);
    return TW_EUSAGE;
}

static const char *type_of(const json_t *json)
{
    const char *type = json_string_value(json_object_get(json, "type"));
    return type != NULL ? type : "";
}

static bool is_item(const json_t *json)
{
    return strcmp(type_of(json), "Feature") == 0 && json_object_get(json, "assets") != NULL;
}

static enum tw_status find_in_file(const struct finding *finding, const char *path, int depth);

static enum tw_status find_in_array(const struct finding *finding, const json_t *array, const char *path)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < json_array_size(array); i++) {
        json_t *item = json_array_get(array, i);
        if (is_item(item)) {
            status = finding->found(finding->context, item, path);
            continue;
        }
        tw_problems_add(finding->problems, finding->value,
                        "'%s': entry %zu is not a STAC item; if these are features, write format: vector",
                        path, i + 1);
        return TW_EUSAGE; /* the others are likely the same */
    }
    return status;
}

/* A link is relative to the file that it stands in. */
static enum tw_status follow_links(const struct finding *finding, const json_t *json, const char *path,
                                   int depth)
{
    enum tw_status status = TW_OK;
    const json_t *links = json_object_get(json, "links");
    char *folder = tw_path_folder(finding->arena, path);
    for (size_t i = 0; status == TW_OK && i < json_array_size(links); i++) {
        const json_t *link = json_array_get(links, i);
        const char *rel = json_string_value(json_object_get(link, "rel"));
        const char *href = json_string_value(json_object_get(link, "href"));
        if (rel == NULL || href == NULL || (strcmp(rel, "item") != 0 && strcmp(rel, "child") != 0))
            continue;
        char *target = folder != NULL ? tw_source_resolve(finding->arena, folder, href) : NULL;
        status = target != NULL ? find_in_file(finding, target, depth + 1) : TW_ENOMEM;
    }
    return status;
}

static enum tw_status find_in_json(const struct finding *finding, json_t *json, const char *path, int depth)
{
    const char *type = type_of(json);
    if (json_is_array(json))
        return find_in_array(finding, json, path);
    if (is_item(json))
        return finding->found(finding->context, json, path);
    if (strcmp(type, "FeatureCollection") == 0)
        return find_in_array(finding, json_object_get(json, "features"), path);
    if (strcmp(type, "Collection") == 0 || strcmp(type, "Catalog") == 0)
        return follow_links(finding, json, path, depth);
    tw_problems_add(finding->problems, finding->value,
                    "'%s' is neither a STAC item nor an item collection, a list of items, a collection or a "
                    "catalogue",
                    path);
    return TW_EUSAGE;
}

static enum tw_status find_in_file(const struct finding *finding, const char *path, int depth)
{
    if (depth > MAX_DEPTH)
        return complain(finding, path, "STAC links go round, or too deep");
    json_t *json = NULL;
    enum tw_status status = load(finding, path, &json);
    if (status == TW_OK)
        status = find_in_json(finding, json, path, depth);
    json_decref(json);
    return status;
}

/* Only item files count: a folder may hold collections of the same items, and anything else. */
static enum tw_status find_in_folder_file(const struct finding *finding, const char *path)
{
    json_t *json = NULL;
    enum tw_status status = load(finding, path, &json);
    if (status == TW_OK && is_item(json))
        status = finding->found(finding->context, json, path);
    json_decref(json);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum tw_status find_in_folder(const struct finding *finding, const char *folder, int depth)
{
    char **names = VSIReadDir(folder);
    enum tw_status status = TW_OK;
    if (names != NULL)
        qsort(names, (size_t)CSLCount(names), sizeof(*names), by_name);
    for (char **name = names; status == TW_OK && name != NULL && *name != NULL; name++) {
        if ((*name)[0] == '.')
            continue;
        char *path = tw_path_join(finding->arena, folder, *name);
        if (path == NULL)
            status = TW_ENOMEM;
        else if (tw_is_folder(path))
            status = depth < MAX_FOLDER_DEPTH ? find_in_folder(finding, path, depth + 1) : TW_OK;
        else if (tw_path_has_suffix(path, ".json") || tw_path_has_suffix(path, ".geojson"))
            status = find_in_folder_file(finding, path);
    }
    CSLDestroy(names);
    return status;
}

/* Ends the search with the first item. */
static enum tw_status stop(void *context, json_t *item, const char *origin)
{
    (void)item, (void)origin;
    *(bool *)context = true;
    return TW_ECANCELLED;
}

bool tw_stac_is_in_folder(const char *folder)
{
    bool found = false;
    struct tw_problems problems = {0};
    tw_stac_find(folder, NULL, stop, &found, &problems);
    bool has_broken = problems.count > 0;
    tw_problems_free(&problems);
    return found || has_broken;
}

enum tw_status tw_stac_find(const char *path, const struct tw_value *value, tw_stac_found found,
                            void *context, struct tw_problems *problems)
{
    struct finding finding = {value, found, context, problems, tw_arena_new(0)};
    if (finding.arena == NULL)
        return TW_ENOMEM;
    enum tw_status status = !tw_path_is_remote(path) && tw_is_folder(path) ? find_in_folder(&finding, path, 0)
                                                                           : find_in_file(&finding, path, 0);
    tw_arena_free(finding.arena);
    return status;
}
