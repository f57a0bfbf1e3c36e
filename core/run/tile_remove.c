/* SPDX-License-Identifier: MIT */
#include "tile_remove.h"

#include "clock.h"
#include "tile_files.h"
#include "tile_records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tw_tile_removal {
    struct tw_tile_removal_spec spec;
    int min_zoom, max_zoom;
    struct tw_area *area; /* NULL: everywhere */
    struct tw_tile_records *records;
    int folder;             /* the output's, open; -1 in object storage */
    struct tw_store *store; /* there; NULL on a disk */
    struct tw_tile_files *files;
    uint64_t total;
    atomic_ullong bytes;
};

static enum tw_status open_place(struct tw_tile_removal *removal, struct tw_error *err)
{
    const char *folder = removal->spec.output->folder;
    if (tw_path_is_bucket(folder))
        return tw_tile_records_store(removal->records, NULL, &removal->store, err);
    removal->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (removal->folder < 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot open '%s': %s", folder, strerror(errno));
    return TW_OK;
}

enum tw_status tw_tile_removal_open(const struct tw_tile_removal_spec *spec, struct tw_tile_removal **removal,
                                    struct tw_error *err)
{
    const struct tw_tile_output *output = spec->output;
    struct tw_tile_removal *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    opened->spec = *spec;
    opened->max_zoom = TW_MAX_ZOOM;
    opened->folder = -1;
    tw_selection_zooms(spec->selection, &opened->min_zoom, &opened->max_zoom);
    enum tw_status status = tw_tile_files_open(output->folder, true, &opened->files, err);
    if (status == TW_OK)
        status = tw_selection_area(spec->selection, &output->pyramid, tw_grid_max_zoom(output->pyramid.grid),
                                   &opened->area, err);
    if (status == TW_OK)
        status = tw_tile_records_open(output, &opened->records, err);
    if (status == TW_OK)
        status = open_place(opened, err);
    if (status != TW_OK) {
        tw_tile_removal_close(opened);
        return status;
    }
    *removal = opened;
    return TW_OK;
}

void tw_tile_removal_close(struct tw_tile_removal *removal)
{
    if (removal == NULL)
        return;
    struct tw_error ignored;
    tw_store_close(removal->store, true, &ignored);
    tw_tile_files_close(removal->files);
    tw_tile_records_close(removal->records);
    tw_area_free(removal->area);
    if (removal->folder >= 0)
        close(removal->folder);
    free(removal);
}

/* `path.aux.xml`; owned by the caller. */
static char *beside(const char *path)
{
    char *name;
    return asprintf(&name, "%s.aux.xml", path) < 0 ? NULL : name;
}

struct counting {
    const struct tw_tile_removal *removal;
    struct tw_tile_removal_count *count;
};

static enum tw_status count_tile(void *context, const struct tw_stored_tile *tile, struct tw_error *err)
{
    (void)err;
    struct counting *counting = context;
    struct tw_tile_removal_count *count = counting->count;
    if (count->tiles++ == 0)
        count->min_zoom = tile->tile.zoom;
    count->max_zoom = tile->tile.zoom;
    count->bytes += tw_tile_files_tile_size(counting->removal->files, tile);
    return TW_OK;
}

enum tw_status tw_tile_removal_count(struct tw_tile_removal *removal, struct tw_tile_removal_count *count,
                                     struct tw_error *err)
{
    struct counting counting = {removal, count};
    const struct tw_tile_listing listing = {.output = removal->spec.output,
                                            .min_zoom = removal->min_zoom,
                                            .max_zoom = removal->max_zoom,
                                            .area = removal->area,
                                            .skip_links = true,
                                            .with_prototypes = true,
                                            .tile = count_tile,
                                            .context = &counting};
    *count = (struct tw_tile_removal_count){0};
    enum tw_status status = tw_tile_output_list(&listing, err);
    removal->total = count->tiles;
    return status;
}

static enum tw_status forget_tiles(void *context, const struct tw_stored_tile *tiles, size_t count,
                                   struct tw_error *err)
{
    struct tw_tile_removal *removal = context;
    for (size_t i = 0; i < count; i++) {
        enum tw_status status = tw_tile_records_forget(removal->records, &tiles[i].tile, err);
        if (status != TW_OK)
            return status;
    }
    return tw_tile_records_sync(removal->records, err);
}

static enum tw_status remove_file(const struct tw_tile_removal *removal, const char *path,
                                  struct tw_error *err)
{
    if (removal->store != NULL)
        return tw_store_remove(removal->store, path, err);
    if (unlinkat(removal->folder, path, 0) == 0 || errno == ENOENT)
        return TW_OK;
    return tw_error_set(err, TW_ESTORAGE, "cannot remove '%s/%s': %s", removal->spec.output->folder, path,
                        strerror(errno));
}

/* The tile goes last: one that is left by a kill in between is found by the next try, with nothing beside it.
 */
static enum tw_status remove_tile(void *context, const struct tw_stored_tile *tile, bool *is_made,
                                  struct tw_error *err)
{
    struct tw_tile_removal *removal = context;
    uint64_t bytes = tw_tile_files_tile_size(removal->files, tile);
    enum tw_status status = TW_OK;
    if (tile->has_sidecar) {
        char *sidecar = beside(tile->path);
        status = sidecar != NULL ? remove_file(removal, sidecar, err) : tw_error_nomem(err);
        free(sidecar);
    }
    if (status == TW_OK)
        status = remove_file(removal, tile->path, err);
    if (status != TW_OK)
        return status;
    atomic_fetch_add(&removal->bytes, bytes);
    *is_made = true;
    return TW_OK;
}

static enum tw_status remove_folder(void *context, const char *path, struct tw_error *err)
{
    const struct tw_tile_removal *removal = context;
    if (removal->store != NULL || unlinkat(removal->folder, path, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY ||
        errno == EEXIST || errno == ENOENT || errno == ENOTDIR)
        return TW_OK;
    return tw_error_set(err, TW_ESTORAGE, "cannot remove the folder '%s/%s': %s",
                        removal->spec.output->folder, path, strerror(errno));
}

enum tw_status tw_tile_removal_run(struct tw_tile_removal *removal, struct tw_tile_removed *removed,
                                   struct tw_error *err)
{
    const struct tw_tile_batches batches = {.output = removal->spec.output,
                                            .min_zoom = removal->min_zoom,
                                            .max_zoom = removal->max_zoom,
                                            .area = removal->area,
                                            .skip_links = true,
                                            .with_prototypes = true,
                                            .workers = removal->spec.workers,
                                            .progress = removal->spec.progress,
                                            .total = removal->total,
                                            .before = forget_tiles,
                                            .tile = remove_tile,
                                            .left = remove_folder,
                                            .context = removal};
    double begun_s = tw_clock_s();
    enum tw_status status = tw_tile_batches_run(&batches, &removed->tiles, err);
    struct tw_error late = {0};
    bool goes_on = status == TW_OK || status == TW_ECANCELLED;
    if (goes_on && removal->store != NULL && tw_store_flush(removal->store, &late) != TW_OK) {
        *err = late;
        status = late.status;
    }
    removed->bytes = atomic_load(&removal->bytes);
    removed->seconds = tw_clock_s() - begun_s;
    return status;
}
