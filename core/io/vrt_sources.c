/* SPDX-License-Identifier: MIT */
#include "vrt_sources.h"

#include "arena.h"
#include "file.h"

#include <cpl_minixml.h>

#include <string.h>

struct missing {
    struct tw_arena *arena;
    const char *folder; /* of the VRT */
    const char *first;
    int count;
    bool nomem;
};

/* Sources may also be parts of files, `NETCDF:x.nc:y`, or databases: whatever is no plain path is left to
 * GDAL. */
static bool is_plain(const char *path)
{
    return path[0] != '\0' && path[0] != '<' && !tw_path_is_remote(path) && strchr(path, ':') == NULL;
}

static void look_at(struct missing *missing, const CPLXMLNode *element)
{
    const char *named = CPLGetXMLValue(element, NULL, "");
    const char *path = strcmp(CPLGetXMLValue(element, "relativeToVRT", "0"), "1") == 0
                           ? tw_path_join(missing->arena, missing->folder, named)
                           : named;
    missing->nomem = missing->nomem || path == NULL;
    if (path == NULL || !is_plain(path) || tw_file_exists(path))
        return;
    bool is_same = missing->first != NULL && strcmp(missing->first, path) == 0;
    if (missing->first == NULL)
        missing->first = tw_arena_strdup(missing->arena, path);
    missing->nomem = missing->nomem || missing->first == NULL;
    missing->count += !is_same;
}

static void look_below(struct missing *missing, const CPLXMLNode *node)
{
    for (; node != NULL; node = node->psNext) {
        if (node->eType != CXT_Element)
            continue;
        if (strcmp(node->pszValue, "SourceFilename") == 0 || strcmp(node->pszValue, "SourceDataset") == 0)
            look_at(missing, node);
        else
            look_below(missing, node->psChild);
    }
}

static enum tw_status complain(const struct missing *missing, const char *path, struct tw_error *err)
{
    if (missing->nomem)
        return tw_error_nomem(err);
    if (missing->count == 0)
        return TW_OK;
    tw_error_set(err, TW_EINPUT, "'%s' refers to '%s', which is not there", path, missing->first);
    if (missing->count > 1 && err != NULL) {
        const struct tw_error first = *err;
        tw_error_set(err, TW_EINPUT, "%s; nor %s %d more", first.message, missing->count == 2 ? "is" : "are",
                     missing->count - 1);
    }
    return TW_EINPUT;
}

enum tw_status tw_vrt_check_sources(GDALDatasetH dataset, const char *path, struct tw_error *err)
{
    GDALDriverH driver = GDALGetDatasetDriver(dataset);
    if (driver == NULL || strcmp(GDALGetDriverShortName(driver), "VRT") != 0)
        return TW_OK;
    CSLConstList xml = GDALGetMetadata(dataset, "xml:VRT");
    CPLXMLNode *tree = xml != NULL && xml[0] != NULL ? CPLParseXMLString(xml[0]) : NULL;
    if (tree == NULL)
        return TW_OK;
    struct missing missing = {.arena = tw_arena_new(0)};
    missing.folder = missing.arena != NULL ? tw_path_folder(missing.arena, path) : NULL;
    missing.nomem = missing.folder == NULL;
    if (!missing.nomem)
        look_below(&missing, tree);
    CPLDestroyXMLNode(tree);
    enum tw_status status = complain(&missing, path, err);
    tw_arena_free(missing.arena);
    return status;
}
