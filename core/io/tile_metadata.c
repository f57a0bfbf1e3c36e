/* SPDX-License-Identifier: MIT */
#include "tile_metadata.h"
#include "arcgis_read.h"
#include "encoder.h"
#include "bucket.h"
#include "file.h"
#include "json_value.h"
#include "path.h"

#include <string.h>

enum { MAX_METADATA_BYTES = 64 * 1024 * 1024, MAX_SIZE = 65536 };

const char tw_tile_default_schema[] = "{zoom}/{row}/{col}.{extension}";

struct metadata {
    const char *path;
    struct tw_arena *arena;
    struct tw_tile_output *output;
    struct tw_error *err;
};

static struct tw_value *with(struct tw_arena *arena, const struct tw_value *map, const char *key,
                             const struct tw_value *value)
{
    return value != NULL ? tw_value_with(arena, map, key, value) : NULL;
}

/* Where mapchete's versions put the CRS: srs.wkt, srs.epsg, crs.wkt; ours: srs.epsg, srs.wkt. */
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
                return with(arena, NULL, keys[k], tw_value_from_json(text, NULL, arena));
        }
    }
    return NULL;
}

static const struct tw_value *grid_value(const json_t *grid, struct tw_arena *arena)
{
    static const char *const keys[] = {"shape", "bounds", "is_global"};
    const json_t *matrices = json_object_get(grid, "tile_matrix_set");
    struct tw_value *map = tw_arena_calloc(arena, 1, sizeof(*map));
    if (json_is_string(grid) || map == NULL)
        return map != NULL ? tw_value_from_json(grid, NULL, arena) : NULL;
    map->kind = TW_MAP;
    map->text = "";
    for (int i = 0; map != NULL && i < 3; i++) {
        const json_t *json = json_object_get(matrices, keys[i]);
        if (json == NULL)
            json = json_object_get(grid, keys[i]);
        if (json != NULL)
            map = with(arena, map, keys[i], tw_value_from_json(json, NULL, arena));
    }
    struct tw_value *srs = srs_of(grid, arena);
    return map != NULL && srs != NULL ? tw_value_with(arena, map, "srs", srs) : map;
}

/* What our own files say of a grid that is from a TileMatrixSet: its zooms need not begin at 0. */
static const struct tw_grid *with_zooms(const struct metadata *metadata, const struct tw_grid *grid,
                                        const json_t *matrices)
{
    json_int_t first = json_integer_value(json_object_get(matrices, "first_zoom"));
    json_int_t last = json_integer_value(json_object_get(matrices, "last_zoom"));
    const char *id = json_string_value(json_object_get(matrices, "id"));
    if (grid == NULL || first < 0 || last < first || last > TW_MAX_ZOOM || !json_is_object(matrices))
        return grid;
    struct tw_grid *whole = tw_arena_calloc(metadata->arena, 1, sizeof(*whole));
    if (whole == NULL)
        return NULL;
    *whole = *grid;
    whole->first_zoom = (int)first;
    whole->num_zooms = (int)(last - first) + 1;
    if (id != NULL && (whole->name = tw_arena_strdup(metadata->arena, id)) == NULL)
        return NULL;
    return whole;
}

static enum tw_status read_grid(const struct metadata *metadata, const json_t *grid)
{
    static const char *const names[] = {"grid", "type"};
    for (int i = 0; i < 2; i++) {
        const char *name = json_string_value(json_object_get(grid, names[i]));
        if (name != NULL && (metadata->output->pyramid.grid = tw_grid_named(name)) != NULL)
            return TW_OK;
    }
    const struct tw_value *value = grid_value(grid, metadata->arena);
    if (value == NULL)
        return tw_error_nomem(metadata->err);
    struct tw_problems problems = {0};
    const struct tw_grid *read = tw_grid_from_value(value, metadata->arena, &problems);
    metadata->output->pyramid.grid = with_zooms(metadata, read, json_object_get(grid, "tile_matrix_set"));
    enum tw_status status = TW_OK;
    if (problems.count == 0 && metadata->output->pyramid.grid == NULL)
        status = tw_error_nomem(metadata->err);
    else if (problems.count > 0)
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
    struct tw_pyramid *result = &metadata->output->pyramid;
    enum tw_status status = read_grid(metadata, json_object_get(pyramid, "grid"));
    if (status == TW_OK)
        status = read_int(metadata, pyramid, "metatiling", 1, &result->metatiling);
    if (status == TW_OK)
        status = read_int(metadata, pyramid, "tile_size", 1, &result->tile_size_px);
    if (status == TW_OK)
        status = read_int(metadata, pyramid, "pixelbuffer", 0, &result->pixelbuffer_px);
    return status;
}

static const char *keep_text(const struct metadata *metadata, const json_t *driver, const char *key)
{
    return tw_arena_strdup(metadata->arena, json_string_value(json_object_get(driver, key)));
}

static enum tw_status read_schema(const struct metadata *metadata, const json_t *driver)
{
    const char *text = keep_text(metadata, driver, "tile_path_schema");
    if (text == NULL)
        return TW_OK;
    struct tw_value value = {.kind = TW_STRING, .text = text};
    struct tw_problems problems = {0};
    enum tw_status status = TW_OK;
    if (tw_path_schema_check(&value, &problems))
        metadata->output->schema = text;
    else
        status = tw_error_set(metadata->err, TW_EUSAGE, "'%s': driver.tile_path_schema: %s", metadata->path,
                              tw_text_get(&problems.text));
    tw_problems_free(&problems);
    return status;
}

/* The list of zooms under `delimiters`; others write none. */
static void read_zooms(struct tw_tile_output *output, const json_t *driver)
{
    const json_t *zooms = json_object_get(json_object_get(driver, "delimiters"), "zoom");
    for (size_t i = 0; i < json_array_size(zooms); i++) {
        json_int_t zoom = json_integer_value(json_array_get(zooms, i));
        if (!json_is_integer(json_array_get(zooms, i)) || zoom < 0 || zoom > TW_MAX_ZOOM)
            continue;
        if (!output->has_zooms || zoom < output->min_zoom)
            output->min_zoom = (int)zoom;
        if (!output->has_zooms || zoom > output->max_zoom)
            output->max_zoom = (int)zoom;
        output->has_zooms = true;
    }
}

/* What is no box is left out. */
static void read_bounds(struct tw_tile_output *output, const json_t *json)
{
    double edges[4] = {0};
    bool known = json_array_size(json) == 4;
    for (size_t i = 0; i < 4 && known; i++) {
        known = json_is_number(json_array_get(json, i));
        edges[i] = json_number_value(json_array_get(json, i));
    }
    if (!known || edges[0] >= edges[2] || edges[1] >= edges[3])
        return;
    output->has_bounds = true;
    output->bounds = (struct tw_box){edges[0], edges[1], edges[2], edges[3]};
}

/* What cannot be understood is left out: nothing depends on it that the tiles themselves do not say. */
static void read_pixels(struct tw_tile_output *output, const json_t *driver)
{
    const json_t *bands = json_object_get(driver, "bands"), *nodata = json_object_get(driver, "nodata");
    const char *dtype = json_string_value(json_object_get(driver, "dtype"));
    json_int_t count = json_is_array(bands) ? (json_int_t)json_array_size(bands) : json_integer_value(bands);
    json_int_t quality = json_integer_value(json_object_get(driver, "quality"));
    output->quality = quality > 0 && quality <= 100 ? (int)quality : 0;
    output->num_bands = count > 0 && count <= MAX_SIZE ? (int)count : 0;
    output->has_dtype = dtype != NULL && tw_dtype_parse(dtype, &output->dtype);
    output->has_nodata = json_is_number(nodata);
    output->nodata = json_number_value(nodata);
    if (json_is_string(nodata)) /* `nan`, `inf`: no numbers in JSON */
        output->has_nodata = tw_parse_number(json_string_value(nodata), &output->nodata);
}

static enum tw_status read_driver(const struct metadata *metadata, const json_t *driver)
{
    struct tw_tile_output *output = metadata->output;
    output->format = keep_text(metadata, driver, "format");
    output->extension = keep_text(metadata, driver, "extension");
    if (output->extension == NULL && output->format != NULL)
        output->extension = tw_format_extension(output->format);
    read_zooms(output, driver);
    read_bounds(output, json_object_get(json_object_get(driver, "delimiters"), "effective_bounds"));
    read_pixels(output, driver);
    return read_schema(metadata, driver);
}

static void read_band_names(const struct metadata *metadata, const json_t *names)
{
    size_t count = json_array_size(names);
    if (count == 0 || count != (size_t)metadata->output->num_bands)
        return;
    const char **kept = tw_arena_calloc(metadata->arena, count, sizeof(*kept));
    for (size_t i = 0; kept != NULL && i < count; i++)
        if ((kept[i] = tw_arena_strdup(metadata->arena, json_string_value(json_array_get(names, i)))) == NULL)
            return;
    metadata->output->band_names = kept;
}

/* What this program adds. */
static void read_own(const struct metadata *metadata, const json_t *own)
{
    const json_t *stac = json_object_get(own, "stac");
    read_bounds(metadata->output, json_object_get(own, "bounds")); /* also over the antimeridian */
    read_band_names(metadata, json_object_get(own, "band_names"));
    if (json_is_object(stac))
        metadata->output->stac = tw_value_from_json(stac, NULL, metadata->arena);
    json_int_t metatiling = json_integer_value(json_object_get(own, "process_metatiling"));
    metadata->output->process_metatiling =
        metatiling >= metadata->output->pyramid.metatiling && metatiling <= MAX_SIZE ? (int)metatiling : 0;
    metadata->output->version = keep_text(metadata, own, "version");
    metadata->output->process = keep_text(metadata, own, "process");
    metadata->output->fingerprint = keep_text(metadata, own, "fingerprint");
    metadata->output->settings = keep_text(metadata, own, "settings");
}

static enum tw_status read_root(const struct metadata *metadata, const json_t *root)
{
    const json_t *pyramid = json_object_get(root, "pyramid"), *driver = json_object_get(root, "driver");
    if (!json_is_object(pyramid) || !json_is_object(driver))
        return tw_error_set(metadata->err, TW_EUSAGE,
                            "'%s' does not describe a tile directory: it has no '%s'", metadata->path,
                            json_is_object(pyramid) ? "driver" : "pyramid");
    enum tw_status status = read_pyramid(metadata, pyramid);
    if (status == TW_OK)
        status = read_driver(metadata, driver);
    read_own(metadata, json_object_get(root, "tilewright"));
    return status;
}

enum tw_status tw_tile_metadata_read(struct tw_tile_output *output, struct tw_arena *arena, bool *found,
                                     struct tw_error *err)
{
    char *path = tw_arena_printf(arena, "%s/metadata.json", output->folder), *bytes = NULL;
    size_t size = 0;
    *output = (struct tw_tile_output){
        .folder = output->folder, .pyramid = {NULL, 256, 1, 0}, .schema = tw_tile_default_schema};
    *found = false;
    if (path == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_read_found(arena, path, MAX_METADATA_BYTES, &bytes, &size, err);
    if (status == TW_ESTORAGE && !tw_path_is_bucket(path))
        err->status = status = TW_EINPUT;
    if (status == TW_OK && bytes == NULL && !tw_path_is_bucket(path))
        return tw_arcgis_cache_read(output, arena, found, err);
    if (status != TW_OK || bytes == NULL)
        return status;
    *found = true;
    json_error_t error;
    if (size == 0) /* an empty file has no place to point at */
        return tw_error_set(err, TW_EUSAGE, "'%s' is empty", path);
    json_t *root = json_loadb(bytes, size, 0, &error);
    if (root == NULL)
        return tw_error_set(err, TW_EUSAGE, "%s:%d:%d: malformed JSON: %s", path, error.line, error.column,
                            error.text);
    const struct metadata metadata = {path, arena, output, err};
    status = read_root(&metadata, root);
    json_decref(root);
    return status;
}

bool tw_is_tile_folder(const char *folder, struct tw_arena *arena)
{
    static const char *const names[] = {"metadata.json", "conf.xml"};
    bool is_bucket = tw_path_is_bucket(folder);
    if (!is_bucket && (tw_path_is_remote(folder) || !tw_is_folder(folder)))
        return false;
    for (int i = 0; i < (is_bucket ? 1 : 2); i++) {
        const char *path = tw_arena_printf(arena, "%s/%s", folder, names[i]);
        if (path != NULL && tw_file_exists(path))
            return true;
    }
    return false;
}

static enum tw_status check_local(const char *folder, struct tw_error *err)
{
    if (tw_path_is_remote(folder))
        return tw_error_set(err, TW_EUSAGE,
                            "'%s' is not on this machine; tile directories are local folders, or lie in "
                            "s3://, gs:// or az://",
                            folder);
    if (!tw_file_exists(folder))
        return tw_error_set(err, TW_EUSAGE, "no folder '%s'", folder);
    if (!tw_is_folder(folder))
        return tw_error_set(err, TW_EUSAGE, "'%s' is not a folder of tiles", folder);
    return TW_OK;
}

enum tw_status tw_tile_output_open(const char *folder, struct tw_arena *arena, struct tw_tile_output *output,
                                   struct tw_error *err)
{
    bool found;
    enum tw_status status = tw_path_is_bucket(folder) ? TW_OK : check_local(folder, err);
    if (status != TW_OK)
        return status;
    if ((output->folder = tw_arena_strdup(arena, folder)) == NULL)
        return tw_error_nomem(err);
    status = tw_tile_metadata_read(output, arena, &found, err);
    if (status == TW_OK && !found)
        return tw_error_set(err, TW_EUSAGE, "'%s' is no tile directory: it has no metadata.json", folder);
    if (status == TW_OK && output->extension == NULL)
        return tw_error_set(err, TW_EUSAGE, "'%s/metadata.json': tiles of format '%s' are not known", folder,
                            output->format != NULL ? output->format : "");
    return status;
}
