/* SPDX-License-Identifier: MIT */
#include "tile_batch.h"
#include "bucket.h"

#include <omp.h>

/* Who reads from object storage waits most of the time. */
enum { REMOTE_WORKERS = 32 };
enum { BATCH_TILES = 1024, BATCH_FOLDERS = 1024 };

struct batch {
    const struct tw_tile_batches *spec;
    struct tw_counts counts;
    atomic_bool stops;
    struct tw_arena *arena; /* of the paths of this batch */
    struct tw_stored_tile tiles[BATCH_TILES];
    const char *folders[BATCH_FOLDERS]; /* that were left */
    size_t count, num_folders;
    struct tw_error failure; /* of the first tile that failed */
};

static void stop(void *context)
{
    atomic_store(&((struct batch *)context)->stops, true);
}

static void do_tile(struct batch *batch, size_t index)
{
    bool is_made = false;
    struct tw_error err = {0};
    if (atomic_load(&batch->stops))
        return;
    enum tw_status status = batch->spec->tile(batch->spec->context, &batch->tiles[index], &is_made, &err);
    if (status == TW_OK) {
        atomic_fetch_add(is_made ? &batch->counts.made : &batch->counts.skipped, 1);
        return;
    }
    atomic_store(&batch->stops, true);
#pragma omp critical(tw_tile_batch_failure)
    if (batch->failure.status == TW_OK)
        batch->failure = err;
}

static void do_tiles(struct batch *batch)
{
    bool is_remote = tw_path_is_bucket(batch->spec->output->folder);
    int most = is_remote ? REMOTE_WORKERS : omp_get_num_procs();
    int workers = batch->spec->workers > 0 ? batch->spec->workers : most;
#pragma omp parallel for num_threads(workers) schedule(dynamic, 1)
    for (size_t i = 0; i < batch->count; i++)
        do_tile(batch, i);
}

static enum tw_status leave_folders(struct batch *batch, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < batch->num_folders; i++)
        status = batch->spec->left(batch->spec->context, batch->folders[i], err);
    return status;
}

static enum tw_status flush(struct batch *batch, struct tw_error *err)
{
    const struct tw_tile_batches *spec = batch->spec;
    enum tw_status status = TW_OK;
    if (spec->before != NULL && batch->count > 0)
        status = spec->before(spec->context, batch->tiles, batch->count, err);
    if (status == TW_OK)
        do_tiles(batch);
    if (status == TW_OK && batch->failure.status != TW_OK) {
        *err = batch->failure;
        status = err->status;
    }
    if (status == TW_OK && atomic_load(&batch->stops))
        status = tw_error_set(err, TW_ECANCELLED, "interrupted");
    if (status == TW_OK)
        status = leave_folders(batch, err);
    batch->count = batch->num_folders = 0;
    tw_arena_reset(batch->arena);
    return status;
}

static enum tw_status add_tile(void *context, const struct tw_stored_tile *tile, struct tw_error *err)
{
    struct batch *batch = context;
    struct tw_stored_tile kept = *tile;
    if ((kept.path = tw_arena_strdup(batch->arena, tile->path)) == NULL)
        return tw_error_nomem(err);
    batch->tiles[batch->count++] = kept;
    return batch->count == BATCH_TILES ? flush(batch, err) : TW_OK;
}

static enum tw_status add_folder(void *context, const char *path, struct tw_error *err)
{
    struct batch *batch = context;
    const char *kept = tw_arena_strdup(batch->arena, path);
    if (kept == NULL)
        return tw_error_nomem(err);
    batch->folders[batch->num_folders++] = kept;
    return batch->num_folders == BATCH_FOLDERS ? flush(batch, err) : TW_OK;
}

static enum tw_status pass_stranger(void *context, const char *path, enum tw_stranger why,
                                    struct tw_error *err)
{
    const struct batch *batch = context;
    return batch->spec->stranger(batch->spec->context, path, why, err);
}

static enum tw_status list(struct batch *batch, struct tw_error *err)
{
    const struct tw_tile_batches *spec = batch->spec;
    const struct tw_tile_listing listing = {.output = spec->output,
                                            .min_zoom = spec->min_zoom,
                                            .max_zoom = spec->max_zoom,
                                            .area = spec->area,
                                            .is_check = spec->is_check,
                                            .skip_links = spec->skip_links,
                                            .with_prototypes = spec->with_prototypes,
                                            .tile = add_tile,
                                            .stranger = spec->stranger != NULL ? pass_stranger : NULL,
                                            .left = spec->left != NULL ? add_folder : NULL,
                                            .context = batch};
    enum tw_status status = tw_tile_output_list(&listing, err);
    return status == TW_OK ? flush(batch, err) : status;
}

enum tw_status tw_tile_batches_run(const struct tw_tile_batches *batches,
                                   struct tw_tile_batches_result *result, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct batch *batch = arena != NULL ? tw_arena_calloc(arena, 1, sizeof(*batch)) : NULL;
    if (batch == NULL || (batch->arena = tw_arena_new(0)) == NULL) {
        tw_arena_free(arena);
        return tw_error_nomem(err);
    }
    batch->spec = batches;
    batch->counts.total = batches->total;
    const struct tw_monitored monitored = {&batch->counts, batches->progress, "tiles", stop, batch, NULL};
    struct tw_monitor *monitor = tw_monitor_start(&monitored);
    enum tw_status status = list(batch, err);
    int signal_number = tw_monitor_stop(monitor);
    *result =
        (struct tw_tile_batches_result){atomic_load(&batch->counts.made), atomic_load(&batch->counts.skipped),
                                        status == TW_ECANCELLED ? signal_number : 0};
    tw_arena_free(batch->arena);
    tw_arena_free(arena);
    return status;
}
