/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "file.h"
#include "vrt_sources.h"

#include <cpl_conv.h>

#include <math.h>
#include <string.h>

struct reading {
    struct tw_source *source;
    struct tw_stack *stack;
    struct tw_dataset_pool *pool;
    struct tw_problems *problems;
};

/* The file's bounds in its own CRS; and, from the first file, the bands. */
static enum tw_status look_into(const struct reading *reading, const char *path, struct tw_stack_item *item,
                                struct tw_error *err)
{
    struct tw_arena *arena = reading->source->arena;
    GDALDatasetH dataset = NULL;
    struct tw_raster_info info;
    struct tw_georeference georeference = {0};
    const struct tw_raster_view view = {.scale = reading->stack->scale, .keep_palette = true};
    enum tw_status status = tw_dataset_open(reading->pool, path, &dataset, err);
    if (status == TW_OK)
        status = tw_vrt_check_sources(dataset, path, err);
    if (status == TW_OK)
        status = tw_raster_info_read(&info, dataset, path, &view, arena, err);
    if (status == TW_OK)
        status = tw_georeference_read(&georeference, dataset, path, err);
    if (status == TW_OK) {
        char *wkt = NULL;
        struct tw_bounds bounds = {0};
        for (int i = 0; i < 4; i++) {
            double x = i % 2 * info.width_px, y = i / 2 * info.height_px;
            if (tw_georeference_to_crs(&georeference, &x, &y))
                tw_bounds_add(&bounds, x, y);
        }
        OSRExportToWkt(georeference.crs, &wkt);
        item->box = bounds.box;
        item->crs = tw_arena_strdup(arena, wkt);
        CPLFree(wkt);
        if (item->crs == NULL)
            status = tw_error_nomem(err);
    }
    if (status == TW_OK && reading->stack->num_wanted == 0) {
        reading->stack->wanted = info.names;
        reading->stack->num_wanted = info.num_bands;
    }
    for (size_t i = 0; status == TW_OK && i < reading->stack->num_wanted; i++)
        if (tw_band_find(info.names, info.num_bands, reading->stack->wanted[i]) < 0)
            status = tw_band_missing(info.names, info.num_bands, reading->stack->wanted[i], err);
    tw_georeference_free(&georeference);
    return status;
}

static enum tw_status set_bands(const struct reading *reading, const char *path, struct tw_stack_item *item)
{
    struct tw_stack *stack = reading->stack;
    item->bands = tw_arena_calloc(reading->source->arena, stack->num_wanted, sizeof(*item->bands));
    if (item->bands == NULL)
        return TW_ENOMEM;
    for (size_t i = 0; i < stack->num_wanted; i++)
        item->bands[i] =
            (struct tw_stack_band){.path = path, .view = {.scale = stack->scale, .keep_palette = true}};
    return TW_OK;
}

/* A file with its date (NULL: it has none). value: the place for complaints. */
static enum tw_status add_file(const struct reading *reading, const char *name, const char *date,
                               const struct tw_value *value)
{
    struct tw_arena *arena = reading->source->arena;
    struct tw_stack_item *item = tw_stack_next(reading->stack, arena);
    char *path = tw_source_resolve(arena, reading->source->folder, name);
    if (item == NULL || path == NULL)
        return TW_ENOMEM;
    double last_s;
    item->id = tw_path_name(path);
    item->origin = path;
    item->collection = "";
    item->properties = "{}";
    item->datetime = date != NULL ? date : "";
    item->time_s = item->cloud_cover = NAN;
    item->merge_key = tw_arena_printf(arena, "%.10s", item->datetime);
    if (item->merge_key == NULL)
        return TW_ENOMEM;
    if (date != NULL && !tw_time_parse(date, &item->time_s, &last_s)) {
        tw_problems_add(reading->problems, value, "'%s' is not a date, such as 2023-08-15", date);
        return TW_EUSAGE;
    }
    struct tw_error err = {0};
    if (look_into(reading, path, item, &err) != TW_OK) {
        tw_problems_add(reading->problems, value, "%s", err.message);
        return TW_EUSAGE;
    }
    reading->stack->num_items++;
    return set_bands(reading, path, item);
}

static enum tw_status add_entry(const struct reading *reading, const struct tw_value *entry)
{
    static const char *const known[] = {"path", "date"};
    const struct tw_value *path = entry, *date = NULL;
    if (entry->kind == TW_MAP) {
        path = tw_value_get(entry, "path");
        date = tw_value_get(entry, "date");
        for (size_t i = 0; i < entry->count; i++)
            if (strcmp(entry->members[i].key, "path") != 0 && strcmp(entry->members[i].key, "date") != 0)
                tw_problems_add_unknown_key(reading->problems, &entry->members[i], "key", known, 2);
    }
    if (path == NULL || path->kind != TW_STRING) {
        tw_problems_add(reading->problems, entry,
                        "each of the files must be a path, or a map with a path and a "
                        "date");
        return TW_EUSAGE;
    }
    return add_file(reading, path->text, date != NULL && date->kind != TW_NULL ? date->text : NULL, path);
}

/* Every file is looked at now: where it lies is written nowhere else. */
enum tw_status tw_stack_files_read(struct tw_source *source, const struct tw_value *files,
                                   struct tw_problems *problems)
{
    struct reading reading = {source, source->state, tw_dataset_pool_new(1), problems};
    if (reading.pool == NULL)
        return TW_ENOMEM;
    enum tw_status status = TW_OK;
    if ((files->kind != TW_LIST && files->kind != TW_MAP) || files->count == 0) {
        tw_problems_add(problems, files, "files must be a list of paths with dates");
        status = TW_EUSAGE;
    }
    for (size_t i = 0; files->kind == TW_LIST && i < files->count && status != TW_ENOMEM; i++) {
        enum tw_status added = add_entry(&reading, &files->items[i]);
        status = added != TW_OK ? added : status;
    }
    for (size_t i = 0; files->kind == TW_MAP && i < files->count && status != TW_ENOMEM; i++) {
        const struct tw_member *member = &files->members[i];
        enum tw_status added = add_file(&reading, member->value.text, member->key, &member->value);
        status = added != TW_OK ? added : status;
    }
    tw_dataset_pool_free(reading.pool);
    return status;
}
