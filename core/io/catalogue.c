/* What kind of a catalogue a path is; folders, patterns and lists of files.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue.h"

#include "file.h"
#include "whole_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum tw_status tw_catalogue_complain(const struct tw_catalogue *catalogue, const char *format, ...)
{
    char message[TW_ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    tw_problems_add(catalogue->problems, catalogue->place, "%s", message);
    return TW_EUSAGE;
}

static enum tw_status complain_of(const struct tw_catalogue *catalogue, const struct tw_error *err)
{
    return err->status == TW_ENOMEM ? TW_ENOMEM : tw_catalogue_complain(catalogue, "%s", err->message);
}

static enum tw_catalogue_kind kind_of_json(const char *path)
{
    json_t *json = NULL;
    struct tw_error err;
    if (tw_json_file_read(path, &json, &err) != TW_OK)
        return TW_NO_CATALOGUE;
    enum tw_catalogue_kind kind = TW_NO_CATALOGUE;
    const char *type = json_string_value(json_object_get(json, "type"));
    const json_t *features = json_object_get(json, "features");
    const json_t *first = json_array_get(features, 0);
    if (json_object_get(json, "mosaicjson") != NULL)
        kind = TW_CATALOGUE_MOSAICJSON;
    else if (type != NULL && strcmp(type, "FeatureCollection") == 0 &&
             json_object_get(first, "assets") == NULL && json_object_get(first, "properties") != NULL)
        kind = TW_CATALOGUE_INDEX;
    json_decref(json);
    return kind;
}

static enum tw_catalogue_kind kind_of_file(const char *path)
{
    static const char *const indexes[] = {".gti", ".gpkg", ".fgb", ".shp", ".parquet"};
    static const char *const json[] = {".json", ".geojson", ".json.gz"};
    for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++)
        if (tw_path_has_suffix(path, indexes[i]))
            return TW_CATALOGUE_INDEX;
    for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++)
        if (tw_path_has_suffix(path, json[i]))
            return kind_of_json(path);
    return tw_path_has_suffix(path, ".txt") ? TW_CATALOGUE_TEXT : TW_NO_CATALOGUE;
}

enum tw_catalogue_kind tw_catalogue_kind_of(const struct tw_source *source, const struct tw_value *path)
{
    if (path->kind == TW_LIST)
        return path->count > 0 && path->items[0].kind == TW_STRING &&
                       tw_path_has_suffix(path->items[0].text, "json")
                   ? TW_NO_CATALOGUE
                   : TW_CATALOGUE_PATHS;
    char *resolved =
        path->kind == TW_STRING ? tw_source_resolve(source->arena, source->folder, path->text) : NULL;
    if (resolved == NULL || resolved[0] == '\0')
        return TW_NO_CATALOGUE;
    bool is_local = !tw_path_is_remote(resolved);
    if (is_local && tw_is_folder(resolved))
        return tw_stac_is_in_folder(resolved) ? TW_NO_CATALOGUE : TW_CATALOGUE_FOLDER;
    if (is_local && tw_glob_is_pattern(path->text) && !tw_file_exists(resolved))
        return TW_CATALOGUE_GLOB;
    return kind_of_file(resolved);
}

enum tw_catalogue_kind tw_catalogue_kind(const struct tw_source *source)
{
    const struct tw_value *value = source->value;
    const struct tw_value *path = value->kind == TW_MAP ? tw_value_get(value, "path") : value;
    return path != NULL ? tw_catalogue_kind_of(source, path) : TW_NO_CATALOGUE;
}

enum tw_status tw_catalogue_add(struct tw_catalogue *catalogue, const char *path,
                                const struct tw_value *place, struct tw_stack_item **item)
{
    struct tw_arena *arena = catalogue->source->arena;
    struct tw_stack_item *added = tw_stack_next(catalogue->stack, arena);
    char date[32];
    if (added == NULL)
        return TW_ENOMEM;
    added->id = tw_path_name(path);
    added->origin = path;
    added->place = place;
    added->collection = added->datetime = "";
    added->properties = "{}";
    added->time_s = added->cloud_cover = added->resolution_m = added->rank = NAN;
    added->reach = TW_REACH_BOX;
    tw_catalogue_date_in_name(added->id, date);
    if (date[0] != '\0' && !tw_catalogue_date(added, date, arena))
        return TW_ENOMEM;
    catalogue->stack->num_items++;
    if (item != NULL)
        *item = added;
    return TW_OK;
}

static enum tw_status add_all(struct tw_catalogue *catalogue, const struct tw_paths *paths,
                              const struct tw_value *place)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < paths->count; i++)
        status = tw_catalogue_add(catalogue, paths->paths[i], place, NULL);
    return status;
}

static enum tw_status add_folder(struct tw_catalogue *catalogue, const char *folder,
                                 const struct tw_value *place)
{
    struct tw_paths paths = {0};
    struct tw_error err = {0};
    if (tw_glob_find_rasters(catalogue->source->arena, folder, &paths, &err) != TW_OK)
        return complain_of(catalogue, &err);
    if (paths.count == 0)
        return tw_catalogue_complain(catalogue, "the folder '%s' holds no rasters", folder);
    return add_all(catalogue, &paths, place);
}

static enum tw_status add_pattern(struct tw_catalogue *catalogue, const struct tw_value *pattern)
{
    struct tw_paths paths = {0};
    struct tw_error err = {0};
    const struct tw_source *source = catalogue->source;
    if (tw_glob_find(source->arena, source->folder, pattern->text, &paths, &err) != TW_OK)
        return complain_of(catalogue, &err);
    if (paths.count == 0)
        return tw_catalogue_complain(catalogue, "no files match '%s'", pattern->text);
    return add_all(catalogue, &paths, pattern);
}

enum tw_status tw_catalogue_read_folder(struct tw_catalogue *catalogue)
{
    return add_folder(catalogue, catalogue->path, catalogue->place);
}

enum tw_status tw_catalogue_read_glob(struct tw_catalogue *catalogue)
{
    return add_pattern(catalogue, catalogue->place);
}

/* Folders and patterns may stand beside files; what is a catalogue of its own may not. */
static enum tw_status add_entry(struct tw_catalogue *catalogue, const struct tw_value *entry)
{
    catalogue->place = entry;
    if (entry->kind != TW_STRING || entry->text[0] == '\0')
        return tw_catalogue_complain(catalogue, "each of the paths must be a string, not %s",
                                     tw_value_kind_name(entry->kind));
    const char *path = tw_source_resolve(catalogue->source->arena, catalogue->source->folder, entry->text);
    if (path == NULL)
        return TW_ENOMEM;
    bool is_json = tw_path_has_suffix(path, "json");
    switch (is_json ? TW_CATALOGUE_INDEX : tw_catalogue_kind_of(catalogue->source, entry)) {
    case TW_CATALOGUE_FOLDER:
        return add_folder(catalogue, path, entry);
    case TW_CATALOGUE_GLOB:
        return add_pattern(catalogue, entry);
    case TW_NO_CATALOGUE:
        if (tw_path_is_remote(path) || !tw_is_folder(path))
            return tw_catalogue_add(catalogue, path, entry, NULL);
        break;
    default:
        break;
    }
    return tw_catalogue_complain(catalogue,
                                 "'%s' is no raster; a list holds rasters, folders of them and patterns, and "
                                 "anything else stands alone",
                                 path);
}

enum tw_status tw_catalogue_read_paths(struct tw_catalogue *catalogue)
{
    const struct tw_value *list = catalogue->place;
    if (list->count == 0)
        return tw_catalogue_complain(catalogue, "the list of paths is empty");
    enum tw_status status = TW_OK;
    for (size_t i = 0; status != TW_ENOMEM && i < list->count; i++) {
        enum tw_status added = add_entry(catalogue, &list->items[i]);
        status = added != TW_OK ? added : status;
    }
    catalogue->place = list;
    return status;
}

/* A line without the spaces around it, and without quotes. */
static char *trimmed(char *line)
{
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
        length--;
    if (length >= 2 && line[0] == '"' && line[length - 1] == '"') {
        line++;
        length -= 2;
    }
    line[length] = '\0';
    return line;
}

/* The next path of a list; NULL at its end. */
static char *next_path(char *text, char **rest)
{
    for (char *line = strtok_r(text, "\n", rest); line != NULL; line = strtok_r(NULL, "\n", rest)) {
        line = trimmed(line);
        if (line[0] != '\0' && line[0] != '#')
            return line;
    }
    return NULL;
}

bool tw_catalogue_is_list(const struct tw_source *source, const char *path)
{
    char *bytes = NULL, *rest = NULL;
    size_t size = 0;
    struct tw_error err;
    if (tw_whole_file_read(path, source->arena, &bytes, &size, &err) != TW_OK)
        return false;
    const char *first = next_path(bytes, &rest), *folder = tw_path_folder(source->arena, path);
    const char *file =
        first != NULL && folder != NULL ? tw_source_resolve(source->arena, folder, first) : NULL;
    return file != NULL && (tw_glob_is_raster_name(file) || tw_file_exists(file));
}

/* Relative paths are relative to the list's own folder. */
enum tw_status tw_catalogue_read_text(struct tw_catalogue *catalogue)
{
    struct tw_arena *arena = catalogue->source->arena;
    char *bytes = NULL, *rest = NULL;
    size_t size = 0;
    struct tw_error err = {0};
    if (tw_whole_file_read(catalogue->path, arena, &bytes, &size, &err) != TW_OK)
        return complain_of(catalogue, &err);
    if (memchr(bytes, '\0', size) != NULL)
        return tw_catalogue_complain(catalogue, "'%s' is no list of paths: it is not a text",
                                     catalogue->path);
    const char *folder = tw_path_folder(arena, catalogue->path);
    enum tw_status status = folder != NULL ? TW_OK : TW_ENOMEM;
    for (char *line = next_path(bytes, &rest); status == TW_OK && line != NULL;
         line = next_path(NULL, &rest)) {
        const char *path = tw_source_resolve(arena, folder, line);
        status = path != NULL ? tw_catalogue_add(catalogue, path, catalogue->place, NULL) : TW_ENOMEM;
    }
    if (status == TW_OK && catalogue->stack->num_items == 0)
        return tw_catalogue_complain(catalogue, "'%s' lists no files", catalogue->path);
    return status;
}

static enum tw_status refuse(const struct tw_catalogue *catalogue)
{
    const char *path = catalogue->path;
    if (path == NULL)
        return tw_catalogue_complain(catalogue, "input '%s' needs a path", catalogue->source->name);
    if (!tw_path_is_remote(path) && !tw_file_exists(path))
        return tw_catalogue_complain(catalogue, "cannot open '%s': No such file or directory", path);
    if (tw_path_has_suffix(path, "json") || tw_is_folder(path))
        return tw_catalogue_complain(
            catalogue,
            "'%s' is neither a MosaicJSON nor a tile index; STAC items are read with format: stack", path);
    return tw_catalogue_complain(
        catalogue,
        "'%s' is no catalogue; it must be a folder, a pattern such as 'x/*.tif', a list "
        "of paths, a text file of paths, a tile index or a MosaicJSON",
        path);
}

enum tw_status tw_catalogue_read(struct tw_catalogue *catalogue, enum tw_catalogue_kind kind)
{
    static enum tw_status (*const read[TW_NUM_CATALOGUE_KINDS])(struct tw_catalogue *) = {
        [TW_CATALOGUE_FOLDER] = tw_catalogue_read_folder,
        [TW_CATALOGUE_GLOB] = tw_catalogue_read_glob,
        [TW_CATALOGUE_PATHS] = tw_catalogue_read_paths,
        [TW_CATALOGUE_TEXT] = tw_catalogue_read_text,
        [TW_CATALOGUE_INDEX] = tw_catalogue_read_index,
        [TW_CATALOGUE_MOSAICJSON] = tw_catalogue_read_mosaicjson};
    const struct tw_value *value = catalogue->source->value;
    const struct tw_value *path = value->kind == TW_MAP ? tw_value_get(value, "path") : value;
    catalogue->stack = catalogue->source->state;
    catalogue->place = path != NULL ? path : value;
    catalogue->path = tw_source_path(catalogue->source);
    if (kind == TW_NO_CATALOGUE && catalogue->path != NULL && !tw_path_is_remote(catalogue->path) &&
        tw_file_exists(catalogue->path) && tw_catalogue_is_index(catalogue->path))
        kind = TW_CATALOGUE_INDEX;
    enum tw_status status = read[kind] != NULL ? read[kind](catalogue) : refuse(catalogue);
    return status == TW_OK ? tw_catalogue_describe(catalogue) : status;
}
