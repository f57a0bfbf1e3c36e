/* Whether an archive is whole: how it is put together, and whether every tile can be decoded.
 *
 * SPDX-License-Identifier: MIT
 */
#include "verify.h"

#include "archive.h"
#include "clock.h"
#include "file.h"
#include "tile_check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct work {
    const struct tw_verify *spec;
    const char *path;
    struct tw_archive *archive;
    struct tw_tile_output output;
    struct tw_verified *verified;
    pthread_mutex_t lock; /* of the faults */
    atomic_ullong bytes;
};

/* tile: NULL for what is wrong with the whole. */
static enum tw_status add(struct work *work, const struct tw_tile *tile, const char *reason,
                          struct tw_error *err)
{
    char text[TW_TILE_TEXT_SIZE];
    struct tw_fault fault = {.kind = TW_FAULT_BROKEN,
                             .path = tile != NULL ? tw_tile_text(tile, text) : tw_path_name(work->path),
                             .tile = {-1, -1, -1},
                             .metatile = {-1, -1, -1},
                             .reason = reason,
                             .count = 1};
    if (tile != NULL)
        fault.tile = *tile;
    pthread_mutex_lock(&work->lock);
    enum tw_status status = tw_faults_add(&work->verified->faults, &fault, err);
    pthread_mutex_unlock(&work->lock);
    return status;
}

static enum tw_status add_fault(void *context, const struct tw_tile *tile, const char *reason,
                                struct tw_error *err)
{
    return add(context, tile, reason, err);
}

/* The bytes must be what the archive says. */
static void check_bytes(const struct work *work, const struct tw_tile *tile,
                        const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    const char *found = tw_tile_extension_of_bytes(bytes->data, bytes->size);
    if (found != NULL && strcmp(found, work->output.extension) != 0)
        tw_reason_set(reason, "it is %s, and the archive says %s", found, work->output.extension);
    else
        tw_tile_check(&work->output, tile, bytes, reason);
}

static enum tw_status check_tile(void *context, const struct tw_stored_tile *stored, bool *is_made,
                                 struct tw_error *err)
{
    struct work *work = context;
    struct tw_reason reason = {""};
    struct tw_error read = {0};
    void *data = NULL;
    size_t size = 0;
    enum tw_status status = tw_archive_read(work->archive, &stored->tile, &data, &size, &read);
    if (status == TW_ENOMEM)
        return tw_error_nomem(err);
    const struct tw_tile_bytes bytes = {data, size};
    if (data != NULL)
        check_bytes(work, &stored->tile, &bytes, &reason);
    atomic_fetch_add(&work->bytes, size);
    tw_archive_free_bytes(data);
    *is_made = true;
    return reason.text[0] != '\0' ? add(work, &stored->tile, reason.text, err) : TW_OK;
}

static enum tw_status read_tiles(struct work *work, struct tw_error *err)
{
    struct tw_tile_batches batches = {.output = &work->output,
                                      .is_check = true,
                                      .max_zoom = TW_MAX_ZOOM,
                                      .workers = work->spec->workers,
                                      .progress = work->spec->progress,
                                      .tile = check_tile,
                                      .context = work};
    struct tw_area *area = NULL;
    tw_selection_zooms(work->spec->selection, &batches.min_zoom, &batches.max_zoom);
    enum tw_status status = tw_selection_area(work->spec->selection, &work->output.pyramid,
                                              tw_grid_max_zoom(work->output.pyramid.grid), &area, err);
    batches.area = area;
    if (status == TW_OK)
        status = tw_tile_batches_run(&batches, &work->verified->done, err);
    tw_area_free(area);
    return status;
}

/* What cannot be opened at all is one fault. */
static enum tw_status verify(struct work *work, struct tw_error *err)
{
    struct tw_error wrong = {0};
    const struct tw_archive_report report = {add_fault, work};
    enum tw_status status = tw_archive_open(work->path, &work->archive, &wrong);
    if (status == TW_EINPUT)
        return add(work, NULL, wrong.message, err);
    if (status != TW_OK)
        return (*err = wrong).status;
    tw_archive_output(work->archive, &work->output, &wrong); /* what is wrong with tiles is told below */
    status = tw_archive_check(work->archive, &report, err);
    if (status == TW_OK)
        status = read_tiles(work, &wrong);
    if (status == TW_EINPUT)
        return add(work, NULL, wrong.message, err);
    if (wrong.status != TW_OK && status != TW_OK)
        *err = wrong;
    return status;
}

enum tw_status tw_verify_archive(const struct tw_verify *spec, const char *path, struct tw_verified *verified,
                                 struct tw_error *err)
{
    struct work work = {.spec = spec, .path = path, .verified = verified};
    double begun_s = tw_clock_s();
    *verified = (struct tw_verified){.bytes = 0};
    pthread_mutex_init(&work.lock, NULL);
    enum tw_status status = verify(&work, err);
    tw_faults_sort(&verified->faults);
    verified->bytes = atomic_load(&work.bytes);
    verified->seconds = tw_clock_s() - begun_s;
    tw_archive_close(work.archive);
    pthread_mutex_destroy(&work.lock);
    return status;
}
