/* SPDX-License-Identifier: MIT */
#include "catalogue_index.h"

#include "file.h"
#include "whole_file.h"

#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_string.h>

#include <string.h>

/* A text of the XML; NULL when it is not there. */
static const char *text_of(CPLXMLNode *root, const char *element, struct tw_arena *arena, bool *failed)
{
    const char *text = CPLGetXMLValue(root, element, NULL);
    if (text == NULL || text[0] == '\0')
        return NULL;
    const char *copy = tw_arena_strdup(arena, text);
    *failed = *failed || copy == NULL;
    return copy;
}

static enum tw_status read_gti(CPLXMLNode *root, const char *path, struct tw_arena *arena,
                               struct tw_index_layout *layout, struct tw_error *err)
{
    bool failed = false;
    const char *data = text_of(root, "IndexDataset", arena, &failed);
    layout->layer = text_of(root, "IndexLayer", arena, &failed);
    layout->location_field = text_of(root, "LocationField", arena, &failed);
    layout->sort_field = text_of(root, "SortField", arena, &failed);
    layout->sort_descends = !CPLTestBool(CPLGetXMLValue(root, "SortFieldAsc", "true"));
    layout->filter = text_of(root, "Filter", arena, &failed);
    const char *folder = tw_path_folder(arena, path);
    if (failed || folder == NULL)
        return tw_error_nomem(err);
    if (data == NULL)
        return tw_error_set(err, TW_EINPUT, "'%s' names no index: it has no element IndexDataset", path);
    layout->path = tw_source_resolve(arena, folder, data);
    return layout->path != NULL ? TW_OK : tw_error_nomem(err);
}

enum tw_status tw_index_layout_from_gti(const char *path, struct tw_arena *arena,
                                        struct tw_index_layout *layout, struct tw_error *err)
{
    char *bytes = NULL;
    size_t size = 0;
    enum tw_status status = tw_whole_file_read(path, arena, &bytes, &size, err);
    if (status != TW_OK)
        return status;
    CPLErrorReset();
    CPLXMLNode *tree = CPLParseXMLString(bytes);
    CPLXMLNode *root = tree != NULL ? CPLGetXMLNode(tree, "=GDALTileIndexDataset") : NULL;
    if (tree == NULL)
        status = tw_error_set(err, TW_EINPUT, "'%s' is malformed: %s", path, tw_gdal_reason());
    else if (root == NULL)
        status = tw_error_set(err, TW_EINPUT, "'%s' is no tile index: it has no element GDALTileIndexDataset",
                              path);
    else
        status = read_gti(root, path, arena, layout, err);
    CPLDestroyXMLNode(tree);
    return status;
}

static bool take(OGRLayerH layer, const char *key, struct tw_arena *arena, const char **text)
{
    const char *said = GDALGetMetadataItem(layer, key, NULL);
    if (*text != NULL || said == NULL || said[0] == '\0')
        return true;
    *text = tw_arena_strdup(arena, said);
    return *text != NULL;
}

enum tw_status tw_index_layout_from_layer(OGRLayerH layer, struct tw_arena *arena,
                                          struct tw_index_layout *layout)
{
    const char *ascends = GDALGetMetadataItem(layer, "SORT_FIELD_ASC", NULL);
    if (layout->sort_field == NULL && ascends != NULL)
        layout->sort_descends = !CPLTestBool(ascends);
    bool ok = take(layer, "LOCATION_FIELD", arena, &layout->location_field) &&
              take(layer, "SORT_FIELD", arena, &layout->sort_field) &&
              take(layer, "FILTER", arena, &layout->filter);
    return ok ? TW_OK : TW_ENOMEM;
}

int tw_index_field(OGRLayerH layer, const char *name)
{
    return OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(layer), name);
}

int tw_index_location_field(OGRLayerH layer)
{
    static const char *const names[] = {"location",  "filename", "path", "filepath",
                                        "file_path", "file",     "href"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int field = tw_index_field(layer, names[i]);
        if (field >= 0 && OGR_Fld_GetType(OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(layer), field)) == OFTString)
            return field;
    }
    return -1;
}

bool tw_catalogue_is_index(const char *path)
{
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    bool is_index = false;
    if (pool != NULL && tw_dataset_open_vector(pool, path, &dataset, NULL) == TW_OK)
        for (int i = 0; i < GDALDatasetGetLayerCount(dataset); i++)
            is_index = is_index || tw_index_location_field(GDALDatasetGetLayer(dataset, i)) >= 0;
    tw_dataset_pool_free(pool);
    return is_index;
}
