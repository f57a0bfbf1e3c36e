/* SPDX-License-Identifier: MIT */
#include "source_driver.h"

#include "dataset.h"
#include "file.h"
#include "source_limits.h"

#include <cpl_string.h>

#include <string.h>

/* Everything under the keys that name files. */
static bool add_named(const struct tw_source *source, const struct tw_value *value, struct tw_arena *arena,
                      struct tw_input_part *part)
{
    if (value == NULL)
        return true;
    for (size_t i = 0; (value->kind == TW_LIST || value->kind == TW_MAP) && i < value->count; i++) {
        bool is_list = value->kind == TW_LIST;
        const struct tw_value *inside = is_list ? &value->items[i] : &value->members[i].value;
        if (!add_named(source, inside, arena, part))
            return false;
    }
    if (value->kind != TW_STRING)
        return true;
    const char **more = tw_arena_calloc(arena, part->num_files + 1, sizeof(*more));
    char *path = tw_source_resolve(arena, source->folder, value->text);
    if (more == NULL || path == NULL)
        return false;
    if (part->num_files > 0)
        memcpy(more, part->files, part->num_files * sizeof(*more));
    more[part->num_files++] = path;
    part->files = more;
    return true;
}

static enum tw_status add_whole(const struct tw_source *source, const struct tw_grid *grid,
                                struct tw_input_parts *parts, struct tw_error *err)
{
    struct tw_area *area = NULL;
    struct tw_input_part part = {.id = source->name};
    const struct tw_value *value = source->value;
    enum tw_status status = tw_source_area(source, grid, &area, err);
    if (status != TW_OK)
        return status;
    part.box = tw_area_is_empty(area) ? (struct tw_box){1, 1, 0, 0} : tw_area_bounds(area);
    tw_area_free(area);
    bool added = value->kind == TW_STRING
                     ? add_named(source, value, parts->arena, &part)
                     : add_named(source, tw_value_get(value, "path"), parts->arena, &part) &&
                           add_named(source, tw_value_get(value, "files"), parts->arena, &part);
    if (part.num_files == 1)
        part.id = tw_parts_name(parts, part.files[0]);
    return added && tw_parts_add(parts, &part) ? TW_OK : tw_error_nomem(err);
}

enum tw_status tw_source_parts(const struct tw_source *source, const struct tw_grid *grid,
                               struct tw_input_parts *parts, struct tw_error *err)
{
    parts->folder = source->folder;
    enum tw_status status = tw_source_limits_part(source, grid, parts, err);
    if (status != TW_OK)
        return status;
    if (source->driver->parts == NULL)
        return add_whole(source, grid, parts, err);
    bool begun = tw_source_begin(source);
    status = source->driver->parts(source, grid, parts, err);
    tw_source_end(source, begun);
    return status;
}

static enum tw_status list_files(struct tw_input_parts *parts, struct tw_input_part *part,
                                 GDALDatasetH dataset, const char *path, struct tw_error *err)
{
    char **list = GDALGetFileList(dataset);
    size_t count = list != NULL ? (size_t)CSLCount(list) : 0;
    const char **files = tw_arena_calloc(parts->arena, count + 1, sizeof(*files));
    bool ok = files != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = (files[part->num_files++] = tw_arena_strdup(parts->arena, list[i])) != NULL;
    if (ok && count == 0)
        files[part->num_files++] = path;
    CSLDestroy(list);
    part->files = files;
    return ok ? TW_OK : tw_error_nomem(err);
}

enum tw_status tw_parts_add_dataset(struct tw_input_parts *parts, const char *path, bool is_vector,
                                    const struct tw_box *box, struct tw_error *err)
{
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    struct tw_input_part part = {.id = tw_parts_name(parts, path), .box = *box};
    GDALDatasetH dataset = NULL;
    enum tw_status status = pool == NULL ? tw_error_nomem(err)
                            : is_vector  ? tw_dataset_open_vector(pool, path, &dataset, err)
                                         : tw_dataset_open(pool, path, &dataset, err);
    if (status == TW_OK)
        status = list_files(parts, &part, dataset, path, err);
    tw_dataset_pool_free(pool);
    if (status == TW_OK && !tw_parts_add(parts, &part))
        status = tw_error_nomem(err);
    return status;
}
