/* SPDX-License-Identifier: MIT */
#include "verify.h"

#include "bucket.h"
#include "clock.h"
#include "file.h"
#include "lock.h"
#include "path.h"
#include "presence.h"
#include "tile_check.h"
#include "tile_files.h"
#include "tile_prototypes.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct work {
    const struct tw_verify *spec;
    const struct tw_tile_output *output;
    struct tw_verified *verified;
    struct tw_area *area; /* NULL: everywhere */
    int min_zoom, max_zoom;
    struct tw_presence presence;
    int zoom; /* that is being listed */
    struct tw_tile_files *files;
    struct tw_arena *arena; /* of the thread that lists */
    pthread_mutex_t lock;   /* of the faults */
    atomic_ullong bytes;
};

static struct tw_tile metatile_of(const struct work *work, const struct tw_tile *tile)
{
    int side = work->presence.process.metatiling / work->output->pyramid.metatiling;
    return (struct tw_tile){tile->zoom, tile->row / side, tile->col / side};
}

static enum tw_status add(struct work *work, const struct tw_fault *fault, struct tw_error *err)
{
    pthread_mutex_lock(&work->lock);
    enum tw_status status = tw_faults_add(&work->verified->faults, fault, err);
    pthread_mutex_unlock(&work->lock);
    return status;
}

/* Where a path leads below the folder; links count as what they point at unless they are skipped. */
static bool is_there(const struct work *work, const char *path, uint64_t *bytes)
{
    return tw_tile_files_size(work->files, path, bytes);
}

static enum tw_status add_tile(struct work *work, enum tw_fault_kind kind, const struct tw_stored_tile *tile,
                               const char *reason, struct tw_error *err)
{
    struct tw_fault fault = {.kind = kind,
                             .path = tile->path,
                             .tile = tile->tile,
                             .metatile = metatile_of(work, &tile->tile),
                             .reason = reason,
                             .count = 1};
    is_there(work, tile->path, &fault.bytes);
    return add(work, &fault, err);
}

static bool is_asked_for(const struct work *work, const struct tw_pyramid *pyramid,
                         const struct tw_tile *tile)
{
    struct tw_box box = tw_tile_bounds(pyramid, tile);
    return work->area == NULL || tw_area_overlaps(work->area, &box);
}

/* What the place's tiles are looked through for. */
struct look {
    const struct tw_place *place;
    bool wants_missing; /* or those that are there */
    const char *reason;
    uint32_t present; /* found */
};

static enum tw_status look_at_tile(struct work *work, struct look *look, const struct tw_tile *tile,
                                   struct tw_error *err)
{
    const struct tw_path_schema schema = {work->output->schema, work->output->extension,
                                          &work->output->pyramid};
    const char *path = tw_tile_path(work->arena, &schema, tile);
    uint64_t bytes = 0;
    if (path == NULL)
        return tw_error_nomem(err);
    bool there = is_there(work, path, &bytes) &&
                 !tw_prototypes_holds(tw_prototypes_list(work->output->folder, work->arena),
                                      work->output->folder, path);
    look->present += there;
    if (look->reason == NULL || there == look->wants_missing ||
        !is_asked_for(work, &work->output->pyramid, tile))
        return TW_OK;
    const struct tw_fault fault = {.kind = look->wants_missing ? TW_FAULT_MISSING : TW_FAULT_ORPHAN,
                                   .path = path,
                                   .tile = *tile,
                                   .metatile = look->place->metatile,
                                   .reason = look->reason,
                                   .count = 1,
                                   .bytes = bytes};
    return add(work, &fault, err);
}

static enum tw_status look_at_tiles(struct work *work, struct look *look, struct tw_error *err)
{
    struct tw_tile_range range = tw_presence_tiles(&work->presence, &look->place->metatile);
    struct tw_arena_mark mark = tw_arena_mark(work->arena);
    enum tw_status status = TW_OK;
    look->present = 0;
    for (int64_t row = range.first_row; status == TW_OK && row <= range.last_row; row++)
        for (int64_t col = range.first_col; status == TW_OK && col <= range.last_col; col++) {
            const struct tw_tile tile = {range.zoom, row, col};
            status = look_at_tile(work, look, &tile, err);
            tw_arena_release(work->arena, mark);
        }
    return status;
}

/* The journal keeps how many tiles a metatile has, not which. */
static enum tw_status add_uncertain(struct work *work, const struct tw_place *place, uint32_t present,
                                    struct tw_error *err)
{
    char reason[128];
    bool is_less = present < place->written;
    snprintf(reason, sizeof(reason), "%u tile%s written, %u %s there", place->written,
             place->written == 1 ? " was" : "s were", present, present == 1 ? "is" : "are");
    const struct tw_fault fault = {.kind = is_less ? TW_FAULT_MISSING : TW_FAULT_ORPHAN,
                                   .tile = {-1, -1, -1},
                                   .metatile = place->metatile,
                                   .reason = reason,
                                   .count = is_less ? place->written - present : present - place->written};
    return add(work, &fault, err);
}

static enum tw_status check_written(struct work *work, const struct tw_place *place, struct tw_error *err)
{
    uint32_t all = tw_presence_num_tiles(&work->presence, &place->metatile);
    bool knows_which = place->written == all;
    struct look look = {place, true, knows_which ? "it was written, and is not there" : NULL, 0};
    enum tw_status status = look_at_tiles(work, &look, err);
    if (status == TW_OK && !knows_which && look.present != place->written)
        return add_uncertain(work, place, look.present, err);
    return status;
}

static enum tw_status take_place(void *context, const struct tw_place *place, struct tw_error *err)
{
    struct work *work = context;
    const struct tw_journal *journal = work->presence.journal;
    if (journal == NULL || place->is_outdated || place->present == place->written ||
        !is_asked_for(work, &work->presence.process, &place->metatile))
        return TW_OK;
    if (place->is_known && place->written > 0)
        return check_written(work, place, err);
    if (!place->is_known && tw_journal_adopts(journal))
        return TW_OK;
    struct look look = {place, false, place->is_known ? "nothing is to be here" : "no run has recorded it",
                        0};
    return look_at_tiles(work, &look, err);
}

static enum tw_status go_to_zoom(struct work *work, int zoom, struct tw_error *err)
{
    const struct tw_grid *grid = work->output->pyramid.grid;
    enum tw_status status = TW_OK;
    for (; status == TW_OK && work->zoom < zoom; work->zoom++)
        if (work->zoom >= grid->first_zoom && work->zoom <= tw_grid_max_zoom(grid))
            status = tw_presence_compare(&work->presence, work->zoom, take_place, work, err);
    return status;
}

static enum tw_status take_batch(void *context, const struct tw_stored_tile *tiles, size_t count,
                                 struct tw_error *err)
{
    struct work *work = context;
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < count; i++) {
        status = go_to_zoom(work, tiles[i].tile.zoom, err);
        if (status == TW_OK)
            status = tw_presence_add(&work->presence, &tiles[i].tile, err);
    }
    return status;
}

/* Tiles of a folder without records are told by their zoom. */
static bool is_beyond_zooms(const struct work *work, const struct tw_tile *tile)
{
    const struct tw_tile_output *output = work->output;
    return work->presence.journal == NULL && output->has_zooms &&
           (tile->zoom < output->min_zoom || tile->zoom > output->max_zoom);
}

/* Reads a file below the folder. False with the reason; a file that vanishes meanwhile is none of the folder.
 */
static bool read_file(const struct work *work, const char *path, struct tw_arena *arena,
                      struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    struct tw_error err = {0};
    char *data = NULL;
    *bytes = (struct tw_tile_bytes){NULL, 0};
    enum tw_status status = tw_tile_files_read(work->files, path, arena, &data, &bytes->size, &err);
    bytes->data = (const unsigned char *)data;
    if (status == TW_ENOMEM)
        return tw_reason_set(reason, "not enough memory to decode it");
    return status == TW_OK ? data != NULL : tw_reason_set(reason, "%s", err.message);
}

/* A tile in a bundle. */
static bool read_part(const struct work *work, const struct tw_stored_tile *tile, struct tw_arena *arena,
                      struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    unsigned char *data = tw_arena_alloc(arena, tile->size);
    char *path = tw_path_join(arena, work->output->folder, tile->path);
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool read =
        data != NULL && fd >= 0 && pread(fd, data, tile->size, (off_t)tile->offset) == (ssize_t)tile->size;
    if (fd >= 0)
        close(fd);
    *bytes = (struct tw_tile_bytes){data, tile->size};
    return read ? true : tw_reason_set(reason, "the bundle is cut off");
}

static bool read_tile(const struct work *work, const struct tw_stored_tile *tile, struct tw_arena *arena,
                      struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    return tile->size > 0 ? read_part(work, tile, arena, bytes, reason)
                          : read_file(work, tile->path, arena, bytes, reason);
}

/* Caches may mix their formats. */
static bool check_bytes(const struct work *work, const struct tw_stored_tile *tile,
                        const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    struct tw_tile_output output = *work->output;
    char text[TW_TILE_TEXT_SIZE];
    struct tw_reason why = {""};
    if (tile->size == 0)
        return tw_tile_check(work->output, &tile->tile, bytes, reason);
    output.extension = bytes->size > 2 && bytes->data[0] == 0xff && bytes->data[1] == 0xd8 ? "jpg" : "png";
    if (tw_tile_check(&output, &tile->tile, bytes, &why))
        return true;
    return tw_reason_set(reason, "tile %s: %s", tw_tile_text(&tile->tile, text), why.text);
}

/* GDAL's, that says where the tile lies. */
static void check_sidecar(const struct work *work, const struct tw_stored_tile *tile, struct tw_arena *arena,
                          struct tw_reason *reason)
{
    static const char end[] = "</PAMDataset>";
    const char *path = tw_arena_printf(arena, "%s.aux.xml", tile->path);
    struct tw_tile_bytes bytes;
    if (path != NULL && read_file(work, path, arena, &bytes, reason) &&
        memmem(bytes.data, bytes.size, end, sizeof(end) - 1) == NULL)
        tw_reason_set(reason, "its sidecar (.aux.xml) is cut off");
}

static enum tw_status check_tile(void *context, const struct tw_stored_tile *tile, bool *is_made,
                                 struct tw_error *err)
{
    struct work *work = context;
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_tile_bytes bytes;
    struct tw_reason reason = {""};
    enum tw_status status = TW_OK;
    if (arena == NULL)
        return tw_error_nomem(err);
    if (read_tile(work, tile, arena, &bytes, &reason)) {
        check_bytes(work, tile, &bytes, &reason);
        atomic_fetch_add(&work->bytes, bytes.size);
    }
    if (tile->has_sidecar)
        check_sidecar(work, tile, arena, &reason);
    if (reason.text[0] != '\0')
        status = add_tile(work, TW_FAULT_BROKEN, tile, reason.text, err);
    else if (is_beyond_zooms(work, &tile->tile))
        status = add_tile(work, TW_FAULT_ORPHAN, tile, "its zoom is none of the output", err);
    tw_arena_free(arena);
    *is_made = true;
    return status;
}

/* What a run that was killed has left: `6/3/4.png.123.tmp`. */
static const char *why_orphan(const char *path, enum tw_stranger why)
{
    if (why == TW_STRANGER_OUTSIDE)
        return "the grid has no such tile";
    if (why == TW_STRANGER_SIDECAR)
        return "its tile is not there";
    return why == TW_STRANGER_NAME && tw_path_has_suffix(path, ".tmp") ? "a run was writing it" : NULL;
}

/* Whether a sidecar without a tile is of one that is missed. */
static bool is_of_missing(struct work *work, const char *path)
{
    const struct tw_path_schema schema = {work->output->schema, work->output->extension,
                                          &work->output->pyramid};
    struct tw_tile tile = {-1, -1, -1};
    struct tw_arena_mark mark = tw_arena_mark(work->arena);
    const char *beside = tw_arena_strndup(work->arena, path, strlen(path) - strlen(".aux.xml"));
    bool is_tile = beside != NULL && tw_path_match(&schema, beside, &tile) &&
                   tw_tile_is_inside(&work->output->pyramid, &tile);
    tw_arena_release(work->arena, mark);
    if (!is_tile || work->presence.journal == NULL)
        return false;
    uint32_t files;
    struct tw_tile metatile = metatile_of(work, &tile);
    uint64_t place = tw_tile_hilbert(&work->presence.process, &metatile);
    return tw_journal_find(work->presence.journal, tile.zoom, place, &files) && files > 0;
}

static enum tw_status take_stranger(void *context, const char *path, enum tw_stranger why,
                                    struct tw_error *err)
{
    struct work *work = context;
    struct tw_fault fault = {.kind = TW_FAULT_ORPHAN,
                             .path = path,
                             .tile = {-1, -1, -1},
                             .metatile = {-1, -1, -1},
                             .reason = why_orphan(path, why),
                             .count = 1};
    if (fault.reason == NULL || !is_there(work, path, &fault.bytes) ||
        (why == TW_STRANGER_SIDECAR && is_of_missing(work, path)))
        return TW_OK;
    return add(work, &fault, err);
}

/* Of the work folder, which a run clears away when it begins. */
static enum tw_status take_leftovers(struct work *work, const char *folder, struct tw_error *err)
{
    const char *path = tw_path_join(work->arena, work->output->folder, folder);
    DIR *stream = path != NULL && !tw_path_is_bucket(path) ? opendir(path) : NULL;
    enum tw_status status = TW_OK;
    if (stream == NULL)
        return TW_OK;
    for (struct dirent *entry; status == TW_OK && (entry = readdir(stream)) != NULL;) {
        if (!tw_path_has_suffix(entry->d_name, ".tmp"))
            continue;
        const char *name = tw_path_join(work->arena, folder, entry->d_name);
        status = name != NULL ? take_stranger(work, name, TW_STRANGER_NAME, err) : tw_error_nomem(err);
    }
    closedir(stream);
    return status;
}

/* For the progress; 0: not known. */
static uint64_t count_written(const struct work *work)
{
    uint64_t total = 0;
    for (int zoom = work->min_zoom; work->presence.journal != NULL && zoom <= work->max_zoom; zoom++) {
        const struct tw_intervals *runs = tw_journal_runs(work->presence.journal, zoom);
        for (size_t i = 0; work->area == NULL && i < runs->count; i++)
            if (runs->runs[i].tag < TW_JOURNAL_GONE)
                total += (runs->runs[i].last - runs->runs[i].first + 1) * runs->runs[i].tag;
    }
    return total;
}

static enum tw_status read_tiles(struct work *work, struct tw_error *err)
{
    const struct tw_tile_batches batches = {.output = work->output,
                                            .min_zoom = work->min_zoom,
                                            .max_zoom = work->max_zoom,
                                            .area = work->area,
                                            .skip_links = work->spec->skip_links,
                                            .workers = work->spec->workers,
                                            .progress = work->spec->progress,
                                            .total = count_written(work),
                                            .before = take_batch,
                                            .tile = check_tile,
                                            .stranger = take_stranger,
                                            .context = work};
    work->zoom = work->min_zoom;
    enum tw_status status = tw_tile_batches_run(&batches, &work->verified->done, err);
    if (status == TW_OK)
        status = go_to_zoom(work, work->max_zoom + 1, err);
    if (status == TW_OK)
        status = take_leftovers(work, ".tilewright", err);
    return status == TW_OK ? take_leftovers(work, ".tilewright/tmp", err) : status;
}

static enum tw_status open_work(struct work *work, struct tw_error *err)
{
    const struct tw_tile_output *output = work->output;
    const char *lock = tw_arena_printf(work->arena, "%s/.tilewright/lock", output->folder);
    enum tw_status status = lock != NULL ? TW_OK : tw_error_nomem(err);
    if (status == TW_OK && !work->spec->is_locked)
        status = tw_lock_look(lock, output->folder, err);
    if (status == TW_OK)
        status = tw_selection_area(work->spec->selection, &output->pyramid,
                                   tw_grid_max_zoom(output->pyramid.grid), &work->area, err);
    if (status == TW_OK)
        status = tw_presence_open(&work->presence, output, 0, err);
    if (status == TW_OK)
        status = tw_tile_files_open(output->folder, work->spec->skip_links, &work->files, err);
    return status;
}

enum tw_status tw_verify_tiles(const struct tw_verify *verify, const struct tw_tile_output *output,
                               struct tw_verified *verified, struct tw_error *err)
{
    struct work work = {.spec = verify,
                        .output = output,
                        .verified = verified,
                        .max_zoom = TW_MAX_ZOOM,
                        .arena = tw_arena_new(0)};
    double begun_s = tw_clock_s();
    *verified = (struct tw_verified){.bytes = 0};
    if (work.arena == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&work.lock, NULL);
    tw_selection_zooms(verify->selection, &work.min_zoom, &work.max_zoom);
    enum tw_status status = open_work(&work, err);
    if (status == TW_OK)
        status = read_tiles(&work, err);
    tw_faults_sort(&verified->faults);
    verified->bytes = atomic_load(&work.bytes);
    verified->seconds = tw_clock_s() - begun_s;
    tw_presence_close(&work.presence);
    tw_area_free(work.area);
    tw_arena_free(work.arena);
    pthread_mutex_destroy(&work.lock);
    tw_tile_files_close(work.files);
    return status;
}
