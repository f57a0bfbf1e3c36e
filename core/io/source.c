/* SPDX-License-Identifier: MIT */
#include "catalogue.h"

#include "dataset.h"
#include "file.h"
#include "source_limits.h"
#include "archive.h"
#include "tile_directory_options.h"
#include "tile_output.h"

#include <stdlib.h>
#include <string.h>

/* A new driver is one more line in each of these. */
static const struct tw_source_driver *const drivers[] = {
    &tw_source_catalogue, &tw_source_config,         &tw_source_raster,
    &tw_source_stack,     &tw_source_tile_directory, &tw_source_vector,
};
static const char *const driver_names[] = {
    "catalogue", "config", "raster", "stack", "tile_directory", "vector",
};
static const char *const driver_about[] = {
    ("many rasters as one: a folder, a pattern, a list, a tile index (GTI, gdaltindex, mapchete) or a "
     "MosaicJSON"),
    "what another configuration has made: its tiles or its file",
    "one raster file, anything that GDAL opens",
    "a series of rasters of the same place: STAC items, or files with dates",
    "a folder of tiles that an earlier run has made, or an archive of them (.pmtiles, .mbtiles)",
    "one layer of a vector file, anything that GDAL opens (GeoPackage, GeoJSON, FlatGeobuf, Shapefile ...)",
};
enum { NUM_DRIVERS = sizeof(drivers) / sizeof(drivers[0]) };

size_t tw_source_drivers(const char *const **names, const char *const **about)
{
    *names = driver_names;
    *about = driver_about;
    return NUM_DRIVERS;
}

/* What every driver knows; source.c sees to it. */
static const char *const common_options[] = {"area",         "area_crs",        "bounds", "bounds_crs",
                                             "gdal_options", "storage_options", NULL};
enum { MOST_KEYS = 48 };

const char *const *tw_source_common_keys(void)
{
    return common_options;
}

const char *const *tw_source_keys(size_t driver, const char **alias)
{
    *alias = drivers[driver]->alias;
    return drivers[driver]->options;
}

/* A folder of tiles says so; an archive by its name. */
static bool is_tile_directory(const struct tw_source *source, const char *folder)
{
    return (tw_path_is_archive(folder) && !tw_archive_holds_features(folder)) ||
           tw_is_tile_folder(folder, source->arena);
}

/* A GeoPackage may hold rasters, vectors or both; what is on a server is told by its name alone. */
static bool is_vector_file(const char *path)
{
    static const char *const suffixes[] = {".geojson", ".shp", ".fgb"};
    if (tw_path_is_database(path))
        return true;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (tw_path_has_suffix(path, suffixes[i]))
            return true;
    if (tw_path_has_suffix(path, ".gpkg"))
        return tw_path_is_remote(path) || tw_dataset_opens(path, true) || !tw_dataset_opens(path, false);
    return !tw_path_is_remote(path) && !tw_dataset_opens(path, false) && tw_dataset_opens(path, true);
}

/* Many rasters are one raster, unless the script wants a stack. Features are an index where it wants rasters,
 * and the features say where those are. */
static bool is_catalogue(const struct tw_source *source, const enum tw_source_kind *wanted)
{
    const char *path = tw_source_path(source);
    enum tw_catalogue_kind kind = tw_catalogue_kind(source);
    if (kind == TW_CATALOGUE_TEXT)
        return tw_catalogue_is_list(source, path);
    if (kind != TW_CATALOGUE_INDEX || (path != NULL && tw_path_has_suffix(path, ".gti")))
        return kind != TW_NO_CATALOGUE;
    return wanted != NULL && *wanted != TW_SOURCE_VECTOR && tw_catalogue_is_index(path);
}

/* Without a format: a folder with metadata.json is one of tiles; a STAC file, a list of them, a list of files
 * with dates or a folder of items is a stack; other lists and folders are catalogues; a file with layers and
 * without pixels is a vector, everything else a raster. */
static const struct tw_source_driver *guess_driver(const struct tw_source *source,
                                                   const enum tw_source_kind *wanted)
{
    const struct tw_value *listed = tw_value_get(source->value, "path");
    const char *path = tw_source_path(source);
    if (path != NULL && is_tile_directory(source, path))
        return &tw_source_tile_directory;
    bool is_stack = wanted != NULL && *wanted == TW_SOURCE_STACK;
    if (tw_value_get(source->value, "files") == NULL && is_catalogue(source, wanted))
        return is_stack ? &tw_source_stack : &tw_source_catalogue;
    if (tw_value_get(source->value, "files") != NULL || (listed != NULL && listed->kind == TW_LIST) ||
        (path != NULL && (tw_path_has_suffix(path, ".json") || tw_is_folder(path))))
        return &tw_source_stack;
    return path != NULL && is_vector_file(path) ? &tw_source_vector : &tw_source_raster;
}

static const struct tw_source_driver *find_driver(const struct tw_value *format, struct tw_problems *problems)
{
    if (format->kind != TW_STRING) {
        tw_problems_add(problems, format, "format must be a string, not %s",
                        tw_value_kind_name(format->kind));
        return NULL;
    }
    for (size_t i = 0; i < NUM_DRIVERS; i++) {
        const char *alias = drivers[i]->alias;
        if (strcmp(driver_names[i], format->text) == 0 || (alias != NULL && strcmp(alias, format->text) == 0))
            return drivers[i];
    }
    tw_problems_add_unknown(problems, format, "input format", format->text, driver_names, NUM_DRIVERS);
    return NULL;
}

static void check_keys(const struct tw_source *source, struct tw_problems *problems)
{
    const char *known[MOST_KEYS] = {"format"};
    size_t count = 1;
    for (const char *const *key = source->driver->options; *key != NULL; key++)
        known[count++] = *key;
    for (const char *const *key = common_options; *key != NULL; key++)
        known[count++] = *key;
    for (size_t i = 0; source->value->kind == TW_MAP && i < source->value->count; i++) {
        const struct tw_member *member = &source->value->members[i];
        bool is_known = false;
        for (size_t k = 0; k < count; k++)
            is_known = is_known || strcmp(known[k], member->key) == 0;
        if (!is_known)
            tw_problems_add_unknown_key(problems, member, "key", known, count);
    }
}

static enum tw_status choose_driver(struct tw_source *source, const enum tw_source_kind *wanted,
                                    struct tw_problems *problems)
{
    size_t before = problems->count;
    const struct tw_value *value = source->value, *format = tw_value_get(value, "format");
    if (value->kind != TW_STRING && value->kind != TW_MAP) {
        tw_problems_add(problems, value, "input '%s' must be a path or a map, not %s", source->name,
                        tw_value_kind_name(value->kind));
        return TW_EUSAGE;
    }
    bool is_given = format != NULL && format->kind != TW_NULL;
    source->driver = is_given ? find_driver(format, problems) : guess_driver(source, wanted);
    if (source->driver == NULL)
        return TW_EUSAGE;
    if (source->driver == &tw_source_tile_directory && tw_tile_directory_is_vector(source))
        source->driver = &tw_source_vector_tiles;
    check_keys(source, problems);
    bool is_file = source->driver == &tw_source_raster || source->driver == &tw_source_vector;
    enum tw_status status = tw_limits_read(value, source->arena, &source->limits, problems);
    if (is_file && status != TW_ENOMEM)
        status = tw_source_cache_read(value, source->folder, source->arena, &source->cache, problems);
    if (status != TW_ENOMEM)
        status = source->driver->open(source, problems);
    return status == TW_OK && problems->count > before ? TW_EUSAGE : status;
}

static enum tw_status open_with_settings(struct tw_source *source, const enum tw_source_kind *wanted,
                                         struct tw_problems *problems)
{
    enum tw_status status = tw_settings_read(source->value, source->arena, &source->settings, problems);
    if (status != TW_OK)
        return status;
    tw_settings_use(&source->settings);
    status = choose_driver(source, wanted, problems);
    tw_settings_leave(&source->settings);
    return status;
}

enum tw_status tw_source_open(const char *name, const struct tw_value *value, const char *folder,
                              const enum tw_source_kind *wanted, struct tw_source **source,
                              struct tw_problems *problems)
{
    *source = NULL;
    struct tw_source *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return TW_ENOMEM;
    enum tw_status status = TW_ENOMEM;
    opened->value = value;
    opened->arena = tw_arena_new(0);
    if (opened->arena != NULL) {
        opened->name = tw_arena_strdup(opened->arena, name);
        opened->folder = tw_arena_strdup(opened->arena, folder);
        if (opened->name != NULL && opened->folder != NULL)
            status = open_with_settings(opened, wanted, problems);
    }
    if (status != TW_OK) {
        tw_source_close(opened);
        return status;
    }
    *source = opened;
    return TW_OK;
}

void tw_source_close(struct tw_source *source)
{
    if (source == NULL)
        return;
    if (source->driver != NULL && source->driver->close != NULL && source->state != NULL)
        source->driver->close(source);
    tw_arena_free(source->arena);
    free(source);
}

const char *tw_source_name(const struct tw_source *source)
{
    return source->name;
}

const char *tw_source_format(const struct tw_source *source)
{
    for (size_t i = 0; i < NUM_DRIVERS; i++)
        if (drivers[i] == source->driver)
            return driver_names[i];
    return "tile_directory"; /* of features */
}

const struct tw_value *tw_source_value(const struct tw_source *source)
{
    return source->value;
}

enum tw_source_kind tw_source_kind(const struct tw_source *source)
{
    return source->driver->kind;
}

size_t tw_source_num_bands(const struct tw_source *source)
{
    return source->num_bands;
}

const char *const *tw_source_band_names(const struct tw_source *source)
{
    return source->band_names;
}

enum tw_dtype tw_source_dtype(const struct tw_source *source)
{
    return source->dtype;
}

size_t tw_source_num_scenes(const struct tw_source *source)
{
    return source->num_scenes;
}

const struct tw_source_facts *tw_source_facts(const struct tw_source *source)
{
    return &source->facts;
}

bool tw_source_begin(const struct tw_source *source)
{
    return tw_settings_use(&source->settings);
}

void tw_source_end(const struct tw_source *source, bool begun)
{
    if (begun)
        tw_settings_leave(&source->settings);
}

static bool is_limited(const struct tw_source *source)
{
    return source->limits.bounds_value != NULL || source->limits.area != NULL;
}

enum tw_status tw_source_area(const struct tw_source *source, const struct tw_grid *grid,
                              struct tw_area **area, struct tw_error *err)
{
    bool begun = tw_source_begin(source);
    enum tw_status status = source->driver->area(source, grid, area, err);
    tw_source_end(source, begun);
    return status == TW_OK && is_limited(source) ? tw_source_cut_area(source, grid, area, err) : status;
}

double tw_source_copy_percent(const struct tw_source *source)
{
    const char *path = source->facts.path;
    bool is_copied =
        source->cache.folder != NULL && path != NULL && tw_path_is_remote(path) && !tw_path_is_database(path);
    return is_copied ? source->cache.intersection_percent : -1;
}

enum tw_status tw_source_make_copy(struct tw_source *source, const char **copy, bool *is_new,
                                   struct tw_error *err)
{
    bool begun = tw_source_begin(source);
    enum tw_status status =
        tw_source_cache_fill(&source->cache, source->facts.path, source->arena, is_new, err);
    tw_source_end(source, begun);
    *copy = source->cache.copy;
    return status;
}

struct tw_reader *tw_reader_new(const struct tw_source *source, struct tw_dataset_pool *pool)
{
    struct tw_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return NULL;
    reader->source = source;
    reader->pool = pool;
    reader->files = tw_files_new(pool);
    bool has_copy = source->cache.copy != NULL;
    if (reader->files == NULL ||
        (has_copy && !tw_dataset_pool_replace(pool, source->facts.path, source->cache.copy))) {
        tw_files_free(reader->files);
        free(reader);
        return NULL;
    }
    return reader;
}

void tw_reader_free(struct tw_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->source->driver->reader_free != NULL && reader->state != NULL)
        reader->source->driver->reader_free(reader);
    tw_files_free(reader->files);
    tw_reader_limits_free(reader->limits);
    free(reader);
}

enum tw_status tw_reader_scenes(struct tw_reader *reader, const struct tw_window *window,
                                struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                                struct tw_error *err)
{
    bool begun = tw_source_begin(reader->source);
    enum tw_status status =
        is_limited(reader->source)
            ? tw_limited_scenes(reader, window, arena, scenes, num_scenes, err)
            : reader->source->driver->scenes(reader, window, arena, scenes, num_scenes, err);
    tw_source_end(reader->source, begun);
    return status;
}

enum tw_status tw_reader_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                              struct tw_raster *raster, struct tw_error *err)
{
    if (read->scene >= reader->source->num_scenes)
        return tw_error_set(err, TW_EINPUT, "no scene %zu; there are %zu", read->scene,
                            reader->source->num_scenes);
    bool begun = tw_source_begin(reader->source);
    enum tw_status status = is_limited(reader->source)
                                ? tw_limited_read(reader, read, arena, raster, err)
                                : reader->source->driver->read(reader, read, arena, raster, err);
    tw_source_end(reader->source, begun);
    return status;
}

enum tw_status tw_reader_tile(struct tw_reader *reader, const struct tw_tile *tile, struct tw_arena *arena,
                              struct tw_bytes *bytes, bool *found, struct tw_error *err)
{
    bool begun = tw_source_begin(reader->source);
    enum tw_status status = reader->source->driver->tile(reader, tile, arena, bytes, found, err);
    tw_source_end(reader->source, begun);
    return status;
}

enum tw_status tw_reader_features(struct tw_reader *reader, const struct tw_window *window,
                                  const volatile int *cancel, struct tw_arena *arena,
                                  struct tw_features *features, struct tw_error *err)
{
    bool begun = tw_source_begin(reader->source);
    enum tw_status status =
        is_limited(reader->source)
            ? tw_limited_features(reader, window, cancel, arena, features, err)
            : reader->source->driver->features(reader, window, cancel, arena, features, err);
    tw_source_end(reader->source, begun);
    return status;
}
