/* SPDX-License-Identifier: MIT */
#include "tile_metadata.h"

#include "file.h"

#include <jansson.h>

#include <string.h>

enum { MAX_METADATA_BYTES = 64 * 1024 * 1024, MAX_SIZE = 65536 };

struct metadata {
    const char *path;
    struct tw_arena *arena;
    struct tw_tile_layout *layout;
    struct tw_error *err;
};

static const char *const extensions[] = {"tif", "tiff", "png", "jpg", "jpeg", "jp2", "webp"};
enum { NUM_EXTENSIONS = sizeof(extensions) / sizeof(extensions[0]) };

size_t tw_tile_extensions(const char *const **list)
{
    *list = extensions;
    return NUM_EXTENSIONS;
}

bool tw_tile_extension_is_known(const char *extension)
{
    for (size_t i = 0; i < NUM_EXTENSIONS; i++)
        if (strcmp(extensions[i], extension) == 0)
            return true;
    return false;
}

/* Numbers, text, truth and lists of numbers: what describes a grid. Other values become null. */
static struct tw_value *to_value(const json_t *json, struct tw_arena *arena)
{
    struct tw_value *value = NULL;
    if (json_is_number(json))
        return tw_value_number(arena, json_number_value(json));
    if (json_is_string(json))
        return tw_value_string(arena, json_string_value(json));
    if ((value = tw_arena_calloc(arena, 1, sizeof(*value))) == NULL)
        return NULL;
    value->text = "";
    if (json_is_boolean(json)) {
        value->kind = TW_BOOL;
        value->boolean = json_is_true(json);
    } else if (json_is_array(json)) {
        value->kind = TW_LIST;
        value->items = tw_arena_calloc(arena, json_array_size(json), sizeof(*value->items));
        for (; value->items != NULL && value->count < json_array_size(json); value->count++) {
            struct tw_value *item = to_value(json_array_get(json, value->count), arena);
            if (item == NULL)
                return NULL;
            value->items[value->count] = *item;
        }
    }
    return value;
}

static struct tw_value *with(struct tw_arena *arena, const struct tw_value *map, const char *key,
                             const struct tw_value *value)
{
    return value != NULL ? tw_value_with(arena, map, key, value) : NULL;
}

/* Where mapchete's versions put the CRS: srs.wkt, srs.epsg, crs.wkt; ours: srs.epsg, crs. */
static struct tw_value *srs_of(const json_t *grid, struct tw_arena *arena)
{
    static const char *const holders[] = {"srs", "crs"}, *const keys[] = {"epsg", "wkt", "proj"};
    for (int i = 0; i < 2; i++) {
        const json_t *holder = json_object_get(grid, holders[i]);
        if (json_is_string(holder))
            return with(arena, NULL, "proj", tw_value_string(arena, json_string_value(holder)));
        for (int k = 0; k < 3; k++) {
            const json_t *text = json_object_get(holder, keys[k]);
            if (text != NULL && !json_is_null(text))
                return with(arena, NULL, keys[k], to_value(text, arena));
        }
    }
    return NULL;
}

static const struct tw_value *grid_value(const json_t *grid, struct tw_arena *arena)
{
    static const char *const keys[] = {"shape", "bounds", "is_global"};
    struct tw_value *map = tw_arena_calloc(arena, 1, sizeof(*map));
    if (json_is_string(grid) || map == NULL)
        return map != NULL ? to_value(grid, arena) : NULL;
    map->kind = TW_MAP;
    map->text = "";
    for (int i = 0; map != NULL && i < 3; i++) {
        const json_t *json = json_object_get(grid, keys[i]);
        if (json != NULL)
            map = with(arena, map, keys[i], to_value(json, arena));
    }
    struct tw_value *srs = srs_of(grid, arena);
    return map != NULL && srs != NULL ? tw_value_with(arena, map, "srs", srs) : map;
}

static enum tw_status read_grid(const struct metadata *metadata, const json_t *grid)
{
    static const char *const names[] = {"grid", "type"};
    for (int i = 0; i < 2; i++) {
        const char *name = json_string_value(json_object_get(grid, names[i]));
        if (name != NULL && (metadata->layout->pyramid.grid = tw_grid_named(name)) != NULL)
            return TW_OK;
    }
    const struct tw_value *value = grid_value(grid, metadata->arena);
    if (value == NULL)
        return tw_error_nomem(metadata->err);
    struct tw_problems problems = {0};
    metadata->layout->pyramid.grid = tw_grid_from_value(value, metadata->arena, &problems);
    enum tw_status status = TW_OK;
    if (metadata->layout->pyramid.grid == NULL)
        status = tw_error_set(metadata->err, TW_EUSAGE, "'%s': pyramid.grid: %s", metadata->path,
                              tw_text_get(&problems.text));
    tw_problems_free(&problems);
    return status;
}

static enum tw_status read_int(const struct metadata *metadata, const json_t *pyramid, const char *key,
                               int least, int *number)
{
    const json_t *json = json_object_get(pyramid, key);
    if (json == NULL || json_is_null(json))
        return TW_OK;
    json_int_t value = json_integer_value(json);
    if (!json_is_integer(json) || value < least || value > MAX_SIZE)
        return tw_error_set(metadata->err, TW_EUSAGE, "'%s': pyramid.%s must be a whole number from %d to %d",
                            metadata->path, key, least, MAX_SIZE);
    *number = (int)value;
    return TW_OK;
}

static enum tw_status read_pyramid(const struct metadata *metadata, const json_t *pyramid)
{
    struct tw_pyramid *result = &metadata->layout->pyramid;
    enum tw_status status = read_grid(metadata, json_object_get(pyramid, "grid"));
    if (status == TW_OK)
        status = read_int(metadata, pyramid, "metatiling", 1, &result->metatiling);
    if (status == TW_OK)
        status = read_int(metadata, pyramid, "tile_size", 1, &result->tile_size_px);
    if (status == TW_OK)
        status = read_int(metadata, pyramid, "pixelbuffer", 0, &result->pixelbuffer_px);
    return status;
}

static const char *extension_of(const json_t *driver)
{
    static const char *const formats[][2] = {{"GTiff", "tif"}, {"PNG", "png"}, {"PNG_hillshade", "png"}};
    const char *extension = json_string_value(json_object_get(driver, "extension"));
    const char *format = json_string_value(json_object_get(driver, "format"));
    for (size_t i = 0; extension == NULL && format != NULL && i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i][0], format) == 0)
            extension = formats[i][1];
    return extension;
}

static enum tw_status read_schema(const struct metadata *metadata, const json_t *driver)
{
    const char *schema = json_string_value(json_object_get(driver, "tile_path_schema"));
    if (schema == NULL)
        return TW_OK;
    bool cols_first = strcmp(schema, "{zoom}/{col}/{row}.{extension}") == 0;
    if (!cols_first && strcmp(schema, "{zoom}/{row}/{col}.{extension}") != 0)
        return tw_error_set(
            metadata->err, TW_EUSAGE,
            "'%s': tiles that lie at '%s' cannot be read, only at '{zoom}/{row}/{col}.{extension}' "
            "or '{zoom}/{col}/{row}.{extension}'",
            metadata->path, schema);
    metadata->layout->cols_first = cols_first;
    return TW_OK;
}

static enum tw_status read_driver(const struct metadata *metadata, const json_t *driver)
{
    const char *extension = extension_of(driver);
    const char *format = json_string_value(json_object_get(driver, "format"));
    if (extension == NULL && format != NULL)
        return tw_error_set(metadata->err, TW_EUSAGE, "'%s': tiles of format '%s' cannot be read as a raster",
                            metadata->path, format);
    if (extension != NULL && !tw_tile_extension_is_known(extension))
        return tw_error_set(metadata->err, TW_EUSAGE, "'%s': tiles '.%s' cannot be read as a raster",
                            metadata->path, extension);
    if (extension != NULL)
        metadata->layout->extension = tw_arena_strdup(metadata->arena, extension);
    return read_schema(metadata, driver);
}

static enum tw_status read_root(const struct metadata *metadata, const json_t *root)
{
    const json_t *pyramid = json_object_get(root, "pyramid"), *driver = json_object_get(root, "driver");
    if (!json_is_object(pyramid) || !json_is_object(driver))
        return tw_error_set(metadata->err, TW_EUSAGE,
                            "'%s' does not describe a tile directory: it has no '%s'", metadata->path,
                            json_is_object(pyramid) ? "driver" : "pyramid");
    enum tw_status status = read_pyramid(metadata, pyramid);
    return status == TW_OK ? read_driver(metadata, driver) : status;
}

enum tw_status tw_tile_metadata_read(const char *folder, struct tw_arena *arena,
                                     struct tw_tile_layout *layout, struct tw_error *err)
{
    char *path = tw_arena_printf(arena, "%s/metadata.json", folder), *bytes = NULL;
    size_t size = 0;
    if (path == NULL)
        return tw_error_nomem(err);
    if (!tw_file_exists(path))
        return TW_OK;
    enum tw_status status = tw_file_read(arena, path, MAX_METADATA_BYTES, &bytes, &size, err);
    if (status != TW_OK)
        return status;
    json_error_t error;
    if (size == 0) /* an empty file has no place to point at */
        return tw_error_set(err, TW_EUSAGE, "'%s' is empty", path);
    json_t *root = json_loadb(bytes, size, 0, &error);
    if (root == NULL)
        return tw_error_set(err, TW_EUSAGE, "%s:%d:%d: malformed JSON: %s", path, error.line, error.column,
                            error.text);
    const struct metadata metadata = {path, arena, layout, err};
    status = read_root(&metadata, root);
    json_decref(root);
    return status;
}
