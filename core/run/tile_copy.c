/* SPDX-License-Identifier: MIT */
#include "tile_copy.h"

#include "clock.h"
#include "bucket.h"
#include "file.h"
#include "path.h"
#include "tile_prototypes.h"
#include "tile_files.h"
#include "tile_records.h"

#include <string.h>

struct job {
    const struct tw_tile_copy *copy;
    struct tw_tile_output to;
    struct tw_arena *arena;
    struct tw_tile_records *records;
    struct tw_store *store;
    struct tw_tile_files *files; /* of the source */
    atomic_ullong bytes;
};

/* Whether path is folder, or lies below it; both are absolute. */
static bool is_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/' || length == 1);
}

/* Of buckets only the names can be compared. */
static enum tw_status check_remote_places(const struct job *job, struct tw_error *err)
{
    const char *from = job->copy->source->folder, *to = job->copy->destination;
    bool is_local = !tw_path_is_bucket(to);
    if (is_local && tw_file_exists(to) && !tw_is_folder(to))
        return tw_error_set(err, TW_EUSAGE, "'%s' is a file, and tiles are copied into a folder", to);
    const char *one = tw_bucket_clean_url(job->arena, from), *other = tw_bucket_clean_url(job->arena, to);
    if (one == NULL || other == NULL)
        return tw_error_nomem(err);
    if (strcmp(one, other) == 0)
        return tw_error_set(err, TW_EUSAGE, "'%s' and '%s' are the same folder", from, to);
    if (is_within(other, one))
        return tw_error_set(err, TW_EUSAGE, "'%s' lies inside '%s', which cannot be copied into itself", to,
                            from);
    return TW_OK;
}

static enum tw_status check_places(const struct job *job, struct tw_error *err)
{
    const char *from = job->copy->source->folder, *to = job->copy->destination;
    bool is_remote = tw_path_is_bucket(to) || tw_path_is_bucket(from);
    if (tw_path_is_remote(to) && !tw_path_is_bucket(to))
        return tw_error_set(
            err, TW_EUSAGE,
            "'%s' is not on this machine; tiles are copied into local folders, s3://, gs:// and az://", to);
    if (is_remote)
        return check_remote_places(job, err);
    if (tw_file_exists(to) && !tw_is_folder(to))
        return tw_error_set(err, TW_EUSAGE, "'%s' is a file, and tiles are copied into a folder", to);
    const char *real_from = tw_path_resolve(job->arena, from), *real_to = tw_path_resolve(job->arena, to);
    if (real_from == NULL || real_to == NULL)
        return tw_error_set(err, TW_EUSAGE, "cannot tell where '%s' and '%s' lie", from, to);
    if (strcmp(real_from, real_to) == 0)
        return tw_error_set(err, TW_EUSAGE, "'%s' and '%s' are the same folder", from, to);
    if (is_within(real_to, real_from))
        return tw_error_set(err, TW_EUSAGE, "'%s' lies inside '%s', which cannot be copied into itself", to,
                            from);
    return TW_OK;
}

static enum tw_status copy_metadata(const struct job *job, struct tw_error *err)
{
    char *from = tw_arena_printf(job->arena, "%s/metadata.json", job->copy->source->folder);
    char *to = tw_arena_printf(job->arena, "%s/metadata.json", job->copy->destination), *bytes;
    size_t size;
    if (from == NULL || to == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_read_found(job->arena, to, 0, &bytes, &size, err);
    if (status != TW_OK || bytes != NULL)
        return status;
    status = tw_make_folders(job->copy->destination, err);
    if (status == TW_OK)
        status = tw_file_read(job->arena, from, 0, &bytes, &size, err);
    return status == TW_OK ? tw_file_write(to, bytes, size, err) : status;
}

/* Once more, with the labels of the tiles. */
static enum tw_status label_metadata(struct job *job, struct tw_error *err)
{
    const struct tw_bucket_labels *labels = &job->copy->labels;
    char *path = tw_arena_printf(job->arena, "%s/metadata.json", job->copy->destination), *bytes;
    size_t size;
    if (!tw_path_is_bucket(job->copy->destination) || (labels->acl == NULL && labels->cache_control == NULL))
        return TW_OK;
    enum tw_status status =
        path != NULL ? tw_file_read(job->arena, path, 0, &bytes, &size, err) : tw_error_nomem(err);
    return status == TW_OK ? tw_store_put(job->store, "metadata.json", bytes, size, err) : status;
}

/* They would stand where tiles are to go. */
static enum tw_status remove_prototypes(struct job *job, struct tw_error *err)
{
    char *work = tw_arena_printf(job->arena, "%s/.tilewright", job->to.folder);
    return work != NULL ? tw_prototypes_remove(job->to.folder, work, err) : tw_error_nomem(err);
}

/* Opens the destination, which is like the source or is refused. */
static enum tw_status open_destination(struct job *job, struct tw_error *err)
{
    enum tw_status status = check_places(job, err);
    if (status == TW_OK)
        status = copy_metadata(job, err);
    if (status == TW_OK)
        status = tw_tile_output_open(job->copy->destination, job->arena, &job->to, err);
    if (status == TW_OK)
        status = tw_tile_output_compare(job->copy->source, &job->to, err);
    if (status == TW_OK)
        status = tw_tile_records_open(&job->to, &job->records, err);
    if (status == TW_OK)
        status = remove_prototypes(job, err);
    if (status == TW_OK)
        status = tw_tile_records_store(job->records, &job->copy->labels, &job->store, err);
    return status == TW_OK ? label_metadata(job, err) : status;
}

static enum tw_status put_file(struct job *job, struct tw_arena *arena, const char *from, const char *to,
                               struct tw_error *err)
{
    char *bytes;
    size_t size;
    enum tw_status status = tw_tile_files_read(job->files, from, arena, &bytes, &size, err);
    if (status == TW_OK && bytes == NULL)
        status = tw_error_set(err, TW_ESTORAGE, "cannot read '%s/%s': it is not there any more",
                              job->copy->source->folder, from);
    if (status == TW_OK)
        status = tw_store_put(job->store, to, bytes, size, err);
    if (status == TW_OK)
        atomic_fetch_add(&job->bytes, size);
    return status;
}

/* One that a tile had which is replaced must not stay. */
static enum tw_status put_sidecar(struct job *job, struct tw_arena *arena, const struct tw_stored_tile *tile,
                                  const char *to, struct tw_error *err)
{
    char *from_beside = tw_arena_printf(arena, "%s.aux.xml", tile->path);
    char *to_beside = tw_arena_printf(arena, "%s.aux.xml", to);
    if (from_beside == NULL || to_beside == NULL)
        return tw_error_nomem(err);
    return tile->has_sidecar ? put_file(job, arena, from_beside, to_beside, err)
                             : tw_store_remove(job->store, to_beside, err);
}

/* The sidecar first, so that a tile that is there is complete. */
static enum tw_status put_tile(struct job *job, struct tw_arena *arena, const struct tw_stored_tile *tile,
                               const char *to, struct tw_error *err)
{
    enum tw_status status = tw_tile_records_forget(job->records, &tile->tile, err);
    if (status == TW_OK)
        status = put_sidecar(job, arena, tile, to, err);
    return status == TW_OK ? put_file(job, arena, tile->path, to, err) : status;
}

static enum tw_status copy_tile(void *context, const struct tw_stored_tile *tile, bool *is_made,
                                struct tw_error *err)
{
    struct job *job = context;
    struct tw_arena *arena = tw_arena_new(0);
    const struct tw_path_schema schema = {job->to.schema, job->to.extension, &job->to.pyramid};
    char *to = arena != NULL ? tw_tile_path(arena, &schema, &tile->tile) : NULL;
    enum tw_status status = to != NULL ? TW_OK : tw_error_nomem(err);
    if (status == TW_OK && (job->copy->overwrite || !tw_store_exists(job->store, to))) {
        status = put_tile(job, arena, tile, to, err);
        *is_made = true;
    }
    tw_arena_free(arena);
    return status;
}

static enum tw_status copy_tiles(struct job *job, const struct tw_area *area, struct tw_tile_copied *copied,
                                 struct tw_error *err)
{
    struct tw_tile_batches batches = {.output = job->copy->source,
                                      .max_zoom = TW_MAX_ZOOM,
                                      .area = area,
                                      .workers = job->copy->workers,
                                      .progress = job->copy->progress,
                                      .tile = copy_tile,
                                      .context = job};
    tw_selection_zooms(job->copy->selection, &batches.min_zoom, &batches.max_zoom);
    enum tw_status status = tw_tile_batches_run(&batches, &copied->tiles, err);
    struct tw_error late = {0};
    enum tw_status closed = tw_store_close(job->store, status != TW_OK && status != TW_ECANCELLED, &late);
    job->store = NULL;
    if (closed != TW_OK && (status == TW_OK || status == TW_ECANCELLED)) {
        *err = late;
        return closed;
    }
    return status;
}

enum tw_status tw_tile_copy(const struct tw_tile_copy *copy, struct tw_tile_copied *copied,
                            struct tw_error *err)
{
    struct job job = {.copy = copy, .arena = tw_arena_new(0)};
    struct tw_area *area = NULL;
    struct tw_error ignored;
    double begun_s = tw_clock_s();
    *copied = (struct tw_tile_copied){0};
    if (job.arena == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_selection_area(copy->selection, &copy->source->pyramid,
                                              tw_grid_max_zoom(copy->source->pyramid.grid), &area, err);
    if (status == TW_OK)
        status = tw_tile_files_open(copy->source->folder, false, &job.files, err);
    if (status == TW_OK)
        status = open_destination(&job, err);
    if (status == TW_OK)
        status = copy_tiles(&job, area, copied, err);
    copied->bytes = atomic_load(&job.bytes);
    copied->seconds = tw_clock_s() - begun_s;
    tw_store_close(job.store, true, &ignored);
    tw_tile_records_close(job.records);
    tw_tile_files_close(job.files);
    tw_area_free(area);
    tw_arena_free(job.arena);
    return status;
}
