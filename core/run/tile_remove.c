/* SPDX-License-Identifier: MIT */
#include "tile_remove.h"

#include "clock.h"
#include "tile_records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tw_tile_removal {
    struct tw_tile_removal_spec spec;
    int min_zoom, max_zoom;
    struct tw_area *area; /* NULL: everywhere */
    struct tw_tile_records *records;
    int folder; /* the output's, open */
    uint64_t total;
    atomic_ullong bytes;
};

enum tw_status tw_tile_removal_open(const struct tw_tile_removal_spec *spec, struct tw_tile_removal **removal,
                                    struct tw_error *err)
{
    const struct tw_tile_output *output = spec->output;
    struct tw_tile_removal *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    opened->spec = *spec;
    opened->max_zoom = TW_MAX_ZOOM;
    opened->folder = open(output->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    tw_selection_zooms(spec->selection, &opened->min_zoom, &opened->max_zoom);
    enum tw_status status =
        opened->folder >= 0
            ? tw_selection_area(spec->selection, &output->pyramid, tw_grid_max_zoom(output->pyramid.grid),
                                &opened->area, err)
            : tw_error_set(err, TW_ESTORAGE, "cannot open '%s': %s", output->folder, strerror(errno));
    if (status == TW_OK)
        status = tw_tile_records_open(output, &opened->records, err);
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

static uint64_t size_of(const struct tw_tile_removal *removal, const char *path)
{
    struct stat info;
    bool known = path != NULL && fstatat(removal->folder, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
    return known ? (uint64_t)info.st_size : 0;
}

static uint64_t size_of_tile(const struct tw_tile_removal *removal, const struct tw_stored_tile *tile)
{
    char *sidecar = tile->has_sidecar ? beside(tile->path) : NULL;
    uint64_t size = size_of(removal, tile->path) + size_of(removal, sidecar);
    free(sidecar);
    return size;
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
    count->bytes += size_of_tile(counting->removal, tile);
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
    uint64_t bytes = size_of_tile(removal, tile);
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
    if (unlinkat(removal->folder, path, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY || errno == EEXIST ||
        errno == ENOENT || errno == ENOTDIR)
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
    removed->bytes = atomic_load(&removal->bytes);
    removed->seconds = tw_clock_s() - begun_s;
    return status;
}
