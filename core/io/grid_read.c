/* SPDX-License-Identifier: MIT */
#include "grid_read.h"

#include "crs.h"
#include "file.h"
#include "json_value.h"
#include "tile_matrix_set.h"

#include <cpl_conv.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_DEFINITION_BYTES = 16 * 1024 * 1024 };

/* The axes of a CRS as PROJJSON describes them. Owned by the caller; NULL when there are none. */
static json_t *axes_of(OGRSpatialReferenceH crs)
{
    char *text = NULL;
    if (OSRExportToPROJJSON(crs, &text, NULL) != OGRERR_NONE || text == NULL)
        return NULL;
    json_t *root = json_loads(text, 0, NULL);
    CPLFree(text);
    json_t *axes = json_object_get(json_object_get(root, "coordinate_system"), "axis");
    json_incref(axes);
    json_decref(root);
    return axes;
}

static bool is_axis(const char *name, const json_t *axis)
{
    const char *full = json_string_value(json_object_get(axis, "name"));
    const char *abbreviation = json_string_value(json_object_get(axis, "abbreviation"));
    return (full != NULL && strcasecmp(full, name) == 0) ||
           (abbreviation != NULL && strcasecmp(abbreviation, name) == 0);
}

/* The names are those of the CRS's axes, or else what is commonly meant by them. (In Germany X is the
 * northing.) */
static bool name_is_y_first(OGRSpatialReferenceH crs, const char *name, bool *y_first)
{
    json_t *axes = axes_of(crs);
    bool is_first = is_axis(name, json_array_get(axes, 0)),
         is_second = is_axis(name, json_array_get(axes, 1));
    json_decref(axes);
    if (is_first || is_second) {
        *y_first = tw_crs_is_y_first(crs) == is_first;
        return true;
    }
    *y_first =
        strncasecmp(name, "n", 1) == 0 || strncasecmp(name, "lat", 3) == 0 || strcasecmp(name, "y") == 0;
    return *y_first || strncasecmp(name, "e", 1) == 0 || strncasecmp(name, "lon", 3) == 0 ||
           strcasecmp(name, "x") == 0;
}

static bool read_order(const struct tw_definition *definition, OGRSpatialReferenceH crs, bool *y_first)
{
    const struct tw_value *order = tw_value_get(definition->value, "orderedAxes");
    *y_first = tw_crs_is_y_first(crs);
    if (order == NULL || order->kind == TW_NULL)
        return true;
    bool is_pair = order->kind == TW_LIST && order->count == 2 && order->items[0].kind == TW_STRING &&
                   order->items[1].kind == TW_STRING;
    if (is_pair && name_is_y_first(crs, order->items[0].text, y_first))
        return true;
    tw_problems_add(
        definition->problems, order,
        "%s'orderedAxes' must be the names of the two axes of the CRS, such as [E, N] or [Lat, Lon]",
        definition->where);
    return false;
}

/* A string as it is (a safe CURIE without its brackets), a map as PROJJSON. */
static const char *crs_text(const struct tw_value *value, struct tw_arena *arena)
{
    size_t length = value->kind == TW_STRING ? strlen(value->text) : 0;
    if (length > 2 && value->text[0] == '[' && value->text[length - 1] == ']')
        return tw_arena_strndup(arena, value->text + 1, length - 2);
    if (value->kind == TW_STRING)
        return value->text;
    json_t *json = tw_value_to_json(value);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
    const char *kept = text != NULL ? tw_arena_strdup(arena, text) : NULL;
    free(text);
    json_decref(json);
    return kept;
}

/* `EPSG:3035` for PROJJSON that says so; else the text. */
static const char *crs_name(OGRSpatialReferenceH crs, const char *text, struct tw_arena *arena)
{
    const char *authority = OSRGetAuthorityName(crs, NULL), *code = OSRGetAuthorityCode(crs, NULL);
    if (*text == '{' && authority != NULL && code != NULL && strcmp(authority, "EPSG") == 0)
        return tw_arena_printf(arena, "EPSG:%s", code);
    return tw_crs_short_name(text, arena);
}

static bool find_axes(const struct tw_definition *definition, struct tw_crs_axes *axes)
{
    const struct tw_value *value = tw_definition_crs(definition);
    const char *text = value != NULL ? crs_text(value, definition->arena) : NULL;
    OGRSpatialReferenceH crs = NULL;
    struct tw_error err = {0};
    if (text == NULL)
        return false;
    if (tw_crs_parse(text, &crs, &err) != TW_OK) {
        tw_problems_add(definition->problems, value, "%s%s", definition->where, err.message);
        return false;
    }
    *axes = (struct tw_crs_axes){.crs = crs_name(crs, text, definition->arena),
                                 .metres_per_unit = tw_crs_metres_per_unit(crs),
                                 .turn = tw_crs_turn(crs)};
    bool right = read_order(definition, crs, &axes->y_first) && axes->crs != NULL;
    OSRRelease(crs);
    return right;
}

static const struct tw_grid *read_definition(const struct tw_definition *definition)
{
    struct tw_crs_axes axes;
    return find_axes(definition, &axes) ? tw_definition_grid(definition, &axes) : NULL;
}

/* NULL when a problem was added, or out of memory. */
static struct tw_value *read_json(const struct tw_value *value, const char *path, struct tw_arena *arena,
                                  struct tw_problems *problems)
{
    char *bytes = NULL;
    size_t size = 0;
    struct tw_error err = {0};
    json_error_t error;
    if (tw_file_read(arena, path, MAX_DEFINITION_BYTES, &bytes, &size, &err) != TW_OK) {
        tw_problems_add(problems, value, "%s", err.message);
        return NULL;
    }
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    struct tw_value *tree = root != NULL ? tw_value_from_json(root, value, arena) : NULL;
    json_decref(root);
    if (size == 0)
        tw_problems_add(problems, value, "'%s' is empty", path);
    else if (root == NULL)
        tw_problems_add(problems, value, "%s:%d:%d: malformed JSON: %s", path, error.line, error.column,
                        error.text);
    else if (tree != NULL && !tw_is_tile_matrix_set(tree)) {
        tw_problems_add(problems, value,
                        "'%s' is no TileMatrixSet: it has no 'tileMatrices' (version 1: 'tileMatrix')", path);
        return NULL;
    }
    return tree;
}

static const struct tw_grid *read_file(const struct tw_value *value, const char *folder,
                                       struct tw_arena *arena, struct tw_problems *problems)
{
    const char *path = tw_path_join(arena, folder, value->text);
    struct tw_value *tree = path != NULL ? read_json(value, path, arena, problems) : NULL;
    const char *where = tree != NULL ? tw_arena_printf(arena, "'%s': ", path) : NULL;
    const struct tw_definition definition = {tree, where, arena, problems};
    return where != NULL ? read_definition(&definition) : NULL;
}

const struct tw_grid *tw_grid_read(const struct tw_value *value, const char *folder, struct tw_arena *arena,
                                   struct tw_problems *problems)
{
    if (value->kind == TW_STRING && tw_path_has_suffix(value->text, ".json") &&
        !tw_path_is_remote(value->text))
        return read_file(value, folder, arena, problems);
    if (value->kind != TW_MAP || !tw_is_tile_matrix_set(value))
        return tw_grid_from_value(value, arena, problems);
    const struct tw_definition definition = {value, "", arena, problems};
    return read_definition(&definition);
}

char *tw_grid_wkt(const struct tw_grid *grid, struct tw_arena *arena)
{
    OGRSpatialReferenceH crs = NULL;
    char *wkt = NULL;
    if (tw_crs_parse(grid->crs, &crs, NULL) != TW_OK)
        return NULL;
    char *kept = OSRExportToWkt(crs, &wkt) == OGRERR_NONE ? tw_arena_strdup(arena, wkt) : NULL;
    CPLFree(wkt);
    OSRRelease(crs);
    return kept;
}
