/* SPDX-License-Identifier: MIT */
#include "tile_directory.h"
#include "file.h"
#include "log.h"
#include "journal.h"
#include "lock.h"
#include "path.h"
#include "spool.h"
#include "storage.h"
#include "tile_metadata.h"
#include "tile_prototypes.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tw_directory {
    struct tw_directory_spec spec;
    struct tw_arena *arena; /* for paths */
    struct tw_lock *lock;
    struct tw_journal *journal;
    struct tw_store *store; /* of files, one for each tile; or else */
    struct tw_spool *spool;
    bool is_new;
    bool reads_only; /* files are read as they are: there is neither a journal nor a store */
};

struct tw_directory *tw_directory_new(const struct tw_directory_spec *spec)
{
    struct tw_directory *directory = calloc(1, sizeof(*directory));
    if (directory == NULL || (directory->arena = tw_arena_new(0)) == NULL) {
        free(directory);
        return NULL;
    }
    directory->spec = *spec;
    return directory;
}

void tw_directory_unlock(struct tw_directory *directory)
{
    tw_lock_release(directory->lock);
    directory->lock = NULL;
}

/* Whatever begin has taken. */
static void give_up(struct tw_directory *directory)
{
    struct tw_error ignored;
    tw_store_close(directory->store, true, &ignored);
    tw_spool_free(directory->spool);
    tw_journal_close(directory->journal);
    directory->store = NULL;
    directory->spool = NULL;
    directory->journal = NULL;
    tw_directory_unlock(directory);
}

void tw_directory_free(struct tw_directory *directory)
{
    if (directory == NULL)
        return;
    give_up(directory);
    tw_arena_free(directory->arena);
    free(directory);
}

const struct tw_spool *tw_directory_spool(const struct tw_directory *directory)
{
    return directory->spool;
}

const struct tw_directory_spec *tw_directory_spec(const struct tw_directory *directory)
{
    return &directory->spec;
}

static char *work_path(struct tw_directory *directory, const char *name)
{
    return tw_arena_printf(directory->arena, "%s/%s", directory->spec.work, name);
}

static enum tw_status note_visible(void *context, const struct tw_bucket_entry *entry, struct tw_error *err)
{
    bool *found = context;
    *found = *found || entry->path[0] != '.';
    return *found ? tw_error_set(err, TW_ECANCELLED, "one is enough") : TW_OK;
}

static bool holds_remote_files(const char *root)
{
    struct tw_bucket *bucket = NULL;
    struct tw_error ignored;
    bool found = false;
    const struct tw_bucket_listing listing = {
        .folder = "", .is_flat = true, .visit = note_visible, .context = &found};
    if (tw_bucket_open(root, &bucket, &ignored) == TW_OK)
        tw_bucket_list(bucket, &listing, &ignored);
    tw_bucket_close(bucket);
    return found;
}

bool tw_directory_holds_files(const char *root)
{
    if (tw_path_is_bucket(root))
        return holds_remote_files(root);
    DIR *folder = opendir(root);
    if (folder == NULL)
        return false;
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;)
        found = entry->d_name[0] != '.';
    closedir(folder);
    return found;
}

static bool is_in_file(struct tw_directory *directory, const char *path, const char *text)
{
    char *old;
    size_t size;
    struct tw_error ignored;
    return tw_file_read(directory->arena, path, 0, &old, &size, &ignored) == TW_OK && size == strlen(text) &&
           memcmp(old, text, size) == 0;
}

/* Writes a small file unless it is there and the same. */
static enum tw_status write_if_new(struct tw_directory *directory, const char *path, const char *text,
                                   struct tw_error *err)
{
    return is_in_file(directory, path, text) ? TW_OK : tw_file_write(path, text, strlen(text), err);
}

static enum tw_status open_journal(struct tw_directory *directory, bool forget, bool adopt,
                                   struct tw_error *err)
{
    struct tw_journal_spec spec = {
        .path = work_path(directory, "journal"), .forget = forget, .adopt = adopt && !forget};
    if (spec.path == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_journal_open(&spec, &directory->journal, err);
    directory->is_new = status == TW_OK && tw_journal_is_empty(directory->journal);
    return status;
}

/* What an earlier configuration or script has made is not mixed with what this one makes, unless that is
 * asked for. */
static enum tw_status check_change(struct tw_directory *directory, const struct tw_sink_begin *begin,
                                   enum tw_difference difference, struct tw_error *err)
{
    const char *path = directory->spec.sink->path;
    if (difference == TW_DIFFERS_NOT || tw_journal_is_empty(directory->journal))
        return TW_OK;
    if (begin->accept_change) {
        tw_log_warn(
            "configuration or script have changed since '%s' was begun; the tiles that were done before "
            "stay as they are",
            path);
        return TW_OK;
    }
    return tw_directory_changed(path, begin, difference, err);
}

/* The journal is emptied before the fingerprint changes: a run that is killed in between must not leave old
 * tiles that count as done under the new one. */
static enum tw_status open_records(struct tw_directory *directory, const struct tw_sink_begin *begin,
                                   bool adopt, struct tw_error *err)
{
    char *path = work_path(directory, "fingerprint");
    char *text =
        tw_arena_printf(directory->arena, "%s\n%s%s", begin->fingerprint,
                        begin->settings != NULL ? begin->settings : "", begin->settings != NULL ? "\n" : "");
    if (path == NULL || text == NULL)
        return tw_error_nomem(err);
    char *old = NULL;
    enum tw_status status = tw_directory_fingerprint(&directory->spec, directory->arena, &old, err);
    enum tw_difference difference = old != NULL ? tw_directory_compare(old, begin) : TW_DIFFERS_NOT;
    bool forget = begin->overwrite && !(begin->is_partial && difference == TW_DIFFERS_NOT);
    if (status == TW_OK)
        status = open_journal(directory, forget, adopt, err);
    if (status == TW_OK)
        status = check_change(directory, begin, difference, err);
    return status == TW_OK ? write_if_new(directory, path, text, err) : status;
}

static enum tw_status open_store(struct tw_directory *directory, struct tw_error *err)
{
    const struct tw_spool_spec spool = {directory->spec.root, directory->is_new, tw_journal_commit,
                                        directory->journal};
    if (directory->spec.is_spooled) {
        enum tw_status status = spool.forget ? TW_OK : tw_spool_look(spool.folder, directory->arena, err);
        return status == TW_OK ? tw_spool_open(&spool, &directory->spool, err) : status;
    }
    const struct tw_store_place place = {directory->spec.root, work_path(directory, "tmp"),
                                         &directory->spec.labels};
    if (place.work == NULL)
        return tw_error_nomem(err);
    return tw_store_open(&place, tw_journal_commit, directory->journal, &directory->store, err);
}

static enum tw_status write_metadata(struct tw_directory *directory, const char *metadata,
                                     struct tw_error *err)
{
    if (!directory->spec.has_metadata || metadata == NULL)
        return TW_OK;
    char *path = tw_arena_printf(directory->arena, "%s/metadata.json", directory->spec.root);
    if (path == NULL)
        return tw_error_nomem(err);
    if (!tw_path_is_bucket(path))
        return write_if_new(directory, path, metadata, err);
    /* With the labels of the tiles. */
    return is_in_file(directory, path, metadata)
               ? TW_OK
               : tw_store_put(directory->store, "metadata.json", metadata, strlen(metadata), err);
}

/* With the lock comes the right to clear away what a killed run was writing, and placeholders. */
static enum tw_status take_lock(struct tw_directory *directory, struct tw_error *err)
{
    const char *path = directory->spec.lock != NULL ? directory->spec.lock : work_path(directory, "lock");
    char *metadata = tw_arena_printf(directory->arena, "%s/metadata.json", directory->spec.root);
    if (path == NULL || metadata == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_make_folders(directory->spec.work, err);
    if (status == TW_OK)
        status = tw_lock_take(path, directory->spec.sink->path, &directory->lock, err);
    if (status != TW_OK)
        return status;
    tw_folder_sweep(directory->spec.work);
    if (directory->spec.has_metadata)
        tw_file_sweep(metadata);
    return tw_prototypes_remove(directory->spec.root, directory->spec.work, err);
}

/* Grids are told apart by what they cover: a CRS may be written down in many ways. */
static bool is_same_pyramid(const struct tw_pyramid *a, const struct tw_pyramid *b)
{
    const struct tw_box *one = &a->grid->extent, *other = &b->grid->extent;
    double near = 1e-9 * (one->right - one->left);
    return a->grid->cols == b->grid->cols && a->grid->rows == b->grid->rows &&
           fabs(one->left - other->left) < near && fabs(one->right - other->right) < near &&
           fabs(one->bottom - other->bottom) < near && fabs(one->top - other->top) < near &&
           a->tile_size_px == b->tile_size_px && a->metatiling == b->metatiling &&
           a->pixelbuffer_px == b->pixelbuffer_px;
}

/* Tiles that another program has made are gone on with when they lie as ours will. */
static enum tw_status check_foreign(struct tw_directory *directory, bool is_preview, struct tw_error *err)
{
    const struct tw_sink *sink = directory->spec.sink;
    const char *own = work_path(directory, "fingerprint");
    struct tw_tile_output other = {.folder = directory->spec.root};
    bool found = false;
    if (own == NULL)
        return tw_error_nomem(err);
    if (tw_file_exists(own))
        return TW_OK;
    enum tw_status status = tw_tile_metadata_read(&other, directory->arena, &found, err);
    if (status != TW_OK || !found || other.pyramid.grid == NULL)
        return status;
    bool same_files =
        other.extension == NULL || strcmp(other.extension, tw_encoder_extension(sink->encoder)) == 0;
    if (same_files && is_same_pyramid(&other.pyramid, &sink->pyramid))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE,
                        "'%s' holds tiles of another %s (see its metadata.json); use another output, or "
                        "%s to write among them",
                        sink->path, same_files ? "pyramid" : "format",
                        is_preview ? "--mode overwrite" : "--overwrite");
}

/* The lock comes first: nothing is looked at that another run may be changing. */
enum tw_status tw_directory_begin(void *state, const struct tw_sink_begin *begin, struct tw_error *err)
{
    struct tw_directory *directory = state;
    bool adopt = directory->spec.has_metadata && tw_directory_holds_files(directory->spec.root);
    enum tw_status status = take_lock(directory, err);
    if (status == TW_OK && adopt && !begin->overwrite)
        status = check_foreign(directory, begin->is_preview, err);
    if (status == TW_OK)
        status = open_records(directory, begin, adopt, err);
    if (status == TW_OK)
        status = open_store(directory, err);
    if (status == TW_OK)
        status = write_metadata(directory, begin->metadata, err);
    if (status != TW_OK)
        give_up(directory);
    return status;
}

enum tw_status tw_directory_begin_reading(void *state, struct tw_error *err)
{
    struct tw_directory *directory = state;
    (void)err;
    directory->reads_only = true;
    return TW_OK;
}

bool tw_directory_is_new(const void *state)
{
    return ((const struct tw_directory *)state)->is_new;
}

enum tw_status tw_directory_flush(struct tw_directory *directory, struct tw_error *err)
{
    return directory->spool != NULL ? tw_spool_flush(directory->spool, err)
                                    : tw_store_flush(directory->store, err);
}

enum tw_status tw_directory_finish_files(struct tw_directory *directory, struct tw_error *err)
{
    enum tw_status status = directory->spool != NULL ? tw_spool_flush(directory->spool, err)
                                                     : tw_store_close(directory->store, false, err);
    directory->store = NULL;
    if (status == TW_OK)
        status = tw_journal_finish(directory->journal, err);
    return status;
}

/* Of an output tile in the spool. */
static uint64_t spool_place(const struct tw_directory *directory, const struct tw_tile *tile)
{
    return tw_tile_hilbert(&directory->spec.sink->pyramid, tile);
}

static char *tile_path(const struct tw_directory *directory, const struct tw_tile *tile,
                       struct tw_arena *arena)
{
    const struct tw_sink *sink = directory->spec.sink;
    const struct tw_path_schema schema = {directory->spec.schema, tw_encoder_extension(sink->codec),
                                          &sink->pyramid};
    return tw_tile_path(arena, &schema, tile);
}

/* The file beside the tile comes first, so that a tile that is there is complete. */
static enum tw_status put_sidecar(struct tw_directory *directory, const struct tw_sink_put *put,
                                  const char *path, struct tw_arena *scratch, struct tw_error *err)
{
    struct tw_bytes bytes = {0};
    enum tw_status status = tw_encoder_sidecar(directory->spec.sink->codec, &put->window, &bytes, err);
    if (status == TW_OK && bytes.size > 0) {
        char *beside = tw_arena_printf(scratch, "%s.aux.xml", path);
        status = beside != NULL ? tw_store_put(directory->store, beside, bytes.data, bytes.size, err)
                                : tw_error_nomem(err);
    }
    tw_bytes_free(&bytes);
    return status;
}

enum tw_status tw_directory_put(void *state, const struct tw_sink_put *put, struct tw_arena *scratch,
                                struct tw_error *err)
{
    struct tw_directory *directory = state;
    const struct tw_blob tile = {(void *)put->bytes, put->size, true};
    if (directory->spool != NULL)
        return tw_spool_put(directory->spool, put->tile.zoom, spool_place(directory, &put->tile), &tile, err);
    char *path = tile_path(directory, &put->tile, scratch);
    if (path == NULL)
        return tw_error_nomem(err);
    enum tw_status status = directory->spec.is_bare ? TW_OK : put_sidecar(directory, put, path, scratch, err);
    if (status == TW_OK)
        status = tw_store_put(directory->store, path, put->bytes, put->size, err);
    return status;
}

enum tw_status tw_directory_remove(void *state, const struct tw_tile *tile, struct tw_arena *scratch,
                                   struct tw_error *err)
{
    struct tw_directory *directory = state;
    if (directory->spool != NULL)
        return tw_spool_remove(directory->spool, tile->zoom, spool_place(directory, tile), err);
    char *path = tile_path(directory, tile, scratch);
    char *beside = path != NULL ? tw_arena_printf(scratch, "%s.aux.xml", path) : NULL;
    if (beside == NULL)
        return tw_error_nomem(err);
    if (!tw_store_exists(directory->store, path))
        return TW_OK;
    /* The tile last: as long as it is there, a run that was killed in between finds what is left to remove.
     */
    enum tw_status status = tw_store_remove(directory->store, beside, err);
    if (status == TW_OK)
        status = tw_store_remove(directory->store, path, err);
    return status;
}

static uint64_t place_of(const struct tw_directory *directory, const struct tw_tile *metatile)
{
    return tw_tile_hilbert(&directory->spec.sink->process, metatile);
}

bool tw_directory_covers(const struct tw_directory *directory, const struct tw_tile *tile)
{
    const struct tw_sink *sink = directory->spec.sink;
    struct tw_tile_range range = tw_tile_intersecting(&sink->pyramid, tile, &sink->process);
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; col <= range.last_col; col++) {
            struct tw_tile metatile = {tile->zoom, row, col};
            if (tw_journal_covers(directory->journal, tile->zoom, place_of(directory, &metatile)))
                return true;
        }
    return false;
}

static enum tw_status read_tile(const struct tw_directory *directory, const struct tw_tile *tile,
                                struct tw_arena *arena, struct tw_blob *blob, struct tw_error *err)
{
    char *path = tile_path(directory, tile, arena), *bytes;
    char *full = path != NULL ? tw_arena_printf(arena, "%s/%s", directory->spec.root, path) : NULL;
    if (full == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_read_found(arena, full, 0, &bytes, &blob->size, err);
    blob->bytes = bytes;
    blob->found = status == TW_OK && bytes != NULL;
    return status;
}

enum tw_status tw_directory_get(void *state, const struct tw_tile *tile, struct tw_arena *arena,
                                struct tw_blob *blob, struct tw_error *err)
{
    struct tw_directory *directory = state;
    blob->found = false;
    if (directory->reads_only)
        return read_tile(directory, tile, arena, blob, err);
    if (!tw_directory_covers(directory, tile))
        return TW_OK;
    if (directory->spool != NULL)
        return tw_spool_get(directory->spool, tile->zoom, spool_place(directory, tile), arena, blob, err);
    char *path = tile_path(directory, tile, arena);
    if (path == NULL)
        return tw_error_nomem(err);
    return tw_store_get(directory->store, path, arena, blob, err);
}

enum tw_status tw_directory_finish(void *state, const struct tw_tile *metatile, uint32_t files,
                                   struct tw_error *err)
{
    struct tw_directory *directory = state;
    uint64_t token;
    if (!tw_journal_hold(directory->journal, metatile->zoom, place_of(directory, metatile), files, &token))
        return tw_error_nomem(err);
    return directory->spool != NULL ? tw_spool_mark(directory->spool, token, err)
                                    : tw_store_mark(directory->store, token, err);
}

char *tw_directory_beside(const void *state, const char *name, struct tw_arena *arena)
{
    return tw_arena_printf(arena, "%s/%s", ((const struct tw_directory *)state)->spec.work, name);
}

bool tw_directory_is_known(void *state, const struct tw_tile *metatile)
{
    struct tw_directory *directory = state;
    uint32_t files;
    return tw_journal_find(directory->journal, metatile->zoom, place_of(directory, metatile), &files) ||
           tw_journal_adopts(directory->journal);
}

static enum tw_status count_files(struct tw_directory *directory, const struct tw_tile *metatile,
                                  struct tw_arena *scratch, uint64_t counts[2], struct tw_error *err)
{
    const struct tw_sink *sink = directory->spec.sink;
    struct tw_tile_range range = tw_tile_intersecting(&sink->process, metatile, &sink->pyramid);
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; col <= range.last_col; col++) {
            struct tw_tile tile = {metatile->zoom, row, col};
            char *path = tile_path(directory, &tile, scratch);
            if (path == NULL)
                return tw_error_nomem(err);
            counts[0]++;
            counts[1] += tw_store_exists(directory->store, path);
        }
    return TW_OK;
}

enum tw_status tw_directory_is_done(void *state, const struct tw_tile *metatile, struct tw_arena *scratch,
                                    bool *done, struct tw_error *err)
{
    struct tw_directory *directory = state;
    uint32_t files = 0;
    bool known = tw_journal_find(directory->journal, metatile->zoom, place_of(directory, metatile), &files);
    *done = known && (files == 0 || (directory->spool != NULL && files != TW_JOURNAL_OUTDATED));
    if (*done || (known ? files == TW_JOURNAL_OUTDATED : !tw_journal_adopts(directory->journal)))
        return TW_OK;
    uint64_t counts[2] = {0, 0}; /* possible, and there */
    enum tw_status status = count_files(directory, metatile, scratch, counts, err);
    *done = status == TW_OK && counts[1] >= (known ? files : counts[0]);
    return status;
}

enum tw_status tw_directory_outdate(void *state, const struct tw_tile *metatile, struct tw_error *err)
{
    struct tw_directory *directory = state;
    return tw_journal_outdate(directory->journal, metatile->zoom, place_of(directory, metatile), err);
}
