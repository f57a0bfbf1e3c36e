/* SPDX-License-Identifier: MIT */
#include "bundle_assemble.h"

#include "arcgis_bundle.h"
#include "bucket.h"
#include "file.h"
#include "spool_walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CANCEL_EVERY = 256, MOST_TILE_BYTES = (1 << 24) - 1 };

struct cell {
    int32_t row, col;
};

struct assembly {
    struct tw_single_file *file;
    struct tw_arena *arena; /* reset after each tile */
    int zoom;
    struct cell *cells; /* of that zoom */
    size_t count, capacity, num_done;
    struct tw_bucket *bucket; /* that the cache goes to; NULL: into a folder */
    char *path;               /* of the bundle in work, under a temporary name */
    FILE *stream;
    uint64_t size;
    uint32_t largest;
    uint8_t head[TW_BUNDLE_HEADER + TW_BUNDLE_INDEX];
};

static void put_number(uint8_t *bytes, int size, uint64_t number)
{
    for (int i = 0; i < size; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
}

static enum tw_status cannot_write(const struct assembly *assembly, struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", assembly->path, strerror(errno));
}

static bool add_cell(struct assembly *assembly, const struct cell *cell)
{
    if (assembly->count == assembly->capacity) {
        size_t capacity = assembly->capacity == 0 ? 1024 : 2 * assembly->capacity;
        struct cell *grown = realloc(assembly->cells, capacity * sizeof(*grown));
        if (grown == NULL)
            return false;
        assembly->cells = grown;
        assembly->capacity = capacity;
    }
    assembly->cells[assembly->count++] = *cell;
    return true;
}

static enum tw_status add_cells(void *context, const struct tw_spool_step *step, struct tw_error *err)
{
    struct assembly *assembly = context;
    for (int64_t row = step->tiles.first_row; row <= step->tiles.last_row; row++)
        for (int64_t col = step->tiles.first_col; col <= step->tiles.last_col; col++) {
            const struct cell cell = {(int32_t)row, (int32_t)col};
            if (!add_cell(assembly, &cell))
                return tw_error_nomem(err);
        }
    return TW_OK;
}

static struct cell bundle_of(const struct cell *cell)
{
    return (struct cell){cell->row / TW_BUNDLE_SIDE, cell->col / TW_BUNDLE_SIDE};
}

static int compare_cells(const struct cell *a, const struct cell *b)
{
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->col < b->col ? -1 : a->col > b->col;
}

/* Bundle by bundle. */
static int by_bundle(const void *one, const void *other)
{
    struct cell a = bundle_of(one), b = bundle_of(other);
    int bundles = compare_cells(&a, &b);
    return bundles != 0 ? bundles : compare_cells(one, other);
}

static enum tw_status list_zoom(struct assembly *assembly, struct tw_error *err)
{
    const struct tw_spool_walk walk = {assembly->file, add_cells, assembly};
    assembly->count = 0;
    enum tw_status status = tw_spool_walk(&walk, assembly->zoom, err);
    if (assembly->count > 1)
        qsort(assembly->cells, assembly->count, sizeof(*assembly->cells), by_bundle);
    return status;
}

static bool is_cancelled(const struct assembly *assembly)
{
    const volatile int *cancel = assembly->file->cancel;
    return cancel != NULL && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0;
}

static enum tw_status append_tile(struct assembly *assembly, const struct cell *cell, struct tw_error *err)
{
    const struct tw_tile tile = {assembly->zoom, cell->row, cell->col};
    struct tw_blob blob = {0};
    uint8_t size[4];
    if (assembly->num_done++ % CANCEL_EVERY == 0 && is_cancelled(assembly))
        return tw_error_set(err, TW_ECANCELLED, "interrupted");
    tw_arena_reset(assembly->arena);
    enum tw_status status = tw_directory_get(assembly->file->tiles, &tile, assembly->arena, &blob, err);
    if (status != TW_OK || !blob.found)
        return status;
    if (blob.size > MOST_TILE_BYTES)
        return tw_error_set(
            err, TW_EUSAGE,
            "tile %d/%lld/%lld has %zu bytes, and the tiles of a bundle have %d at most: use a "
            "smaller pyramid.tile_size, or JPEG",
            tile.zoom, (long long)tile.row, (long long)tile.col, blob.size, MOST_TILE_BYTES);
    put_number(size, 4, blob.size);
    if (fwrite(size, 1, 4, assembly->stream) != 4 ||
        fwrite(blob.bytes, 1, blob.size, assembly->stream) != blob.size)
        return cannot_write(assembly, err);
    int at = cell->row % TW_BUNDLE_SIDE * TW_BUNDLE_SIDE + cell->col % TW_BUNDLE_SIDE;
    put_number(assembly->head + TW_BUNDLE_HEADER + 8 * at, 8,
               (assembly->size + 4) | (uint64_t)blob.size << 40);
    assembly->size += 4 + blob.size;
    assembly->largest = blob.size > assembly->largest ? (uint32_t)blob.size : assembly->largest;
    return TW_OK;
}

/* What Esri's description calls legacy has these values always. */
static void fill_header(struct assembly *assembly)
{
    static const struct {
        int at, size;
        uint64_t value;
    } fields[] = {{0, 4, 3},
                  {4, 4, TW_BUNDLE_TILES},
                  {12, 4, 5},
                  {32, 8, 40},
                  {40, 4, 20 + TW_BUNDLE_INDEX},
                  {44, 4, 3},
                  {48, 4, 16},
                  {52, 4, TW_BUNDLE_TILES},
                  {56, 4, 5},
                  {60, 4, TW_BUNDLE_INDEX}};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        put_number(assembly->head + fields[i].at, fields[i].size, fields[i].value);
    put_number(assembly->head + 8, 4, assembly->largest);
    put_number(assembly->head + 24, 8, assembly->size);
}

static enum tw_status write_tiles(struct assembly *assembly, const struct cell *cells, size_t count,
                                  struct tw_error *err)
{
    memset(assembly->head, 0, sizeof(assembly->head));
    assembly->size = sizeof(assembly->head);
    assembly->largest = 0;
    if (fwrite(assembly->head, 1, sizeof(assembly->head), assembly->stream) != sizeof(assembly->head))
        return cannot_write(assembly, err);
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < count; i++)
        status = append_tile(assembly, &cells[i], err);
    if (status != TW_OK)
        return status;
    fill_header(assembly);
    if (fseek(assembly->stream, 0, SEEK_SET) != 0 ||
        fwrite(assembly->head, 1, sizeof(assembly->head), assembly->stream) != sizeof(assembly->head) ||
        fflush(assembly->stream) != 0)
        return cannot_write(assembly, err);
    return TW_OK;
}

/* below: where it lies in the cache. */
static enum tw_status place_bundle(const struct assembly *assembly, const char *below, struct tw_error *err)
{
    const struct tw_sink *sink = assembly->file->sink;
    if (assembly->bucket == NULL) {
        char *path = tw_arena_printf(assembly->arena, "%s/%s", sink->path, below);
        return path != NULL ? tw_file_move(assembly->path, path, err) : tw_error_nomem(err);
    }
    enum tw_status status = tw_bucket_put_file(assembly->bucket, below, assembly->path, &sink->labels, err);
    return status == TW_OK ? tw_file_remove(assembly->path, err) : status;
}

/* A bundle without tiles is not kept. */
static enum tw_status write_bundle(struct assembly *assembly, const struct cell *cells, size_t count,
                                   const char *below, struct tw_error *err)
{
    assembly->stream = fopen(assembly->path, "wb");
    if (assembly->stream == NULL)
        return cannot_write(assembly, err);
    enum tw_status status = write_tiles(assembly, cells, count, err);
    if (fclose(assembly->stream) != 0 && status == TW_OK)
        status = cannot_write(assembly, err);
    if (status == TW_OK && assembly->largest > 0)
        return place_bundle(assembly, below, err);
    unlink(assembly->path);
    return status;
}

static enum tw_status write_zoom(struct assembly *assembly, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    const char *root = assembly->file->sink->path;
    enum tw_status status = arena != NULL ? list_zoom(assembly, err) : tw_error_nomem(err);
    char *folder = arena != NULL ? tw_arena_printf(arena, "%s/_alllayers/L%02d", root, assembly->zoom) : NULL;
    if (status == TW_OK && assembly->count > 0)
        status = folder != NULL ? tw_make_folders(folder, err) : tw_error_nomem(err);
    for (size_t first = 0, end; status == TW_OK && first < assembly->count; first = end) {
        struct cell bundle = bundle_of(&assembly->cells[first]);
        for (end = first + 1; end < assembly->count; end++) {
            struct cell next = bundle_of(&assembly->cells[end]);
            if (compare_cells(&next, &bundle) != 0)
                break;
        }
        const struct tw_tile tile = {assembly->zoom, assembly->cells[first].row, assembly->cells[first].col};
        char *below = tw_bundle_path(&tile, arena);
        status = below != NULL ? write_bundle(assembly, &assembly->cells[first], end - first, below, err)
                               : tw_error_nomem(err);
    }
    tw_arena_free(arena);
    return status;
}

static const char *const service_names[] = {"conf.xml", "conf.cdi", "MapServer.json", "MapServer.js"};
enum { NUM_SERVICE_NAMES = sizeof(service_names) / sizeof(service_names[0]) };

/* `conf.xml.4711.tmp`: of a run that was killed. */
static bool is_temporary(const char *name)
{
    for (size_t i = 0; i < NUM_SERVICE_NAMES; i++) {
        size_t length = strlen(service_names[i]);
        if (strncmp(name, service_names[i], length) == 0 && name[length] == '.' &&
            tw_path_has_suffix(name, ".tmp"))
            return true;
    }
    return false;
}

static bool is_bundle(const char *name)
{
    return tw_path_has_suffix(name, ".bundle");
}

/* What an earlier cache has left in a folder. */
static void clear_folder(const char *folder, bool (*is_left)(const char *name), struct tw_arena *arena)
{
    DIR *stream = opendir(folder);
    if (stream == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        char *path = is_left(entry->d_name) ? tw_arena_printf(arena, "%s/%s", folder, entry->d_name) : NULL;
        if (path != NULL)
            unlink(path);
    }
    closedir(stream);
}

/* What lies in a bucket. */
struct found_bundle {
    const char *path;
    struct found_bundle *next;
};
struct found_bundles {
    struct tw_arena *arena;
    struct found_bundle *first;
};

static enum tw_status find_bundle(void *context, const struct tw_bucket_entry *entry, struct tw_error *err)
{
    struct found_bundles *found = context;
    struct found_bundle *one = tw_arena_calloc(found->arena, 1, sizeof(*one));
    if (one == NULL || (one->path = tw_arena_strdup(found->arena, entry->path)) == NULL)
        return tw_error_nomem(err);
    one->next = found->first;
    found->first = one;
    return TW_OK;
}

static enum tw_status clear_bucket(const struct assembly *assembly, struct tw_arena *arena,
                                   struct tw_error *err)
{
    struct found_bundles found = {arena, NULL};
    const struct tw_bucket_listing listing = {
        .folder = "_alllayers", .visit = find_bundle, .context = &found};
    enum tw_status status = tw_bucket_list(assembly->bucket, &listing, err);
    for (const struct found_bundle *one = found.first; status == TW_OK && one != NULL; one = one->next)
        if (is_bundle(one->path))
            status = tw_bucket_remove(assembly->bucket, one->path, err);
    return status;
}

static void clear_folders(const struct assembly *assembly, struct tw_arena *arena)
{
    const char *root = assembly->file->sink->path;
    clear_folder(root, is_temporary, arena);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++) {
        char *folder = tw_arena_printf(arena, "%s/_alllayers/L%02d", root, zoom);
        if (folder == NULL)
            return;
        clear_folder(folder, is_bundle, arena);
        rmdir(folder);
    }
}

/* Takes away what an earlier cache has left: its conf.xml first, as it is complete no more. */
static enum tw_status clear(const struct assembly *assembly, struct tw_error *err)
{
    const char *root = assembly->file->sink->path;
    struct tw_arena *arena = tw_arena_new(0);
    enum tw_status status = arena != NULL ? TW_OK : tw_error_nomem(err);
    for (size_t i = 0; status == TW_OK && i < NUM_SERVICE_NAMES; i++) {
        char *path = tw_arena_printf(arena, "%s/%s", root, service_names[i]);
        status = path != NULL ? tw_file_remove(path, err) : tw_error_nomem(err);
    }
    if (status == TW_OK && assembly->bucket != NULL)
        status = clear_bucket(assembly, arena, err);
    else if (status == TW_OK)
        clear_folders(assembly, arena);
    tw_arena_free(arena);
    return status;
}

static enum tw_status write_cache(struct assembly *assembly, struct tw_error *err)
{
    const struct tw_sink *sink = assembly->file->sink;
    struct tw_compact_cache *cache = (struct tw_compact_cache *)assembly->file;
    enum tw_status status = tw_make_folders(sink->path, err);
    if (status == TW_OK && tw_path_is_bucket(sink->path))
        status = tw_bucket_open(sink->path, &assembly->bucket, err);
    if (status == TW_OK)
        status = clear(assembly, err);
    for (assembly->zoom = sink->min_zoom; status == TW_OK && assembly->zoom <= sink->max_zoom;
         assembly->zoom++)
        status = write_zoom(assembly, err);
    cache->service.mark = assembly->file->fingerprint;
    return status == TW_OK ? tw_map_service_write(&cache->service, TW_SERVICE_ARCGIS, sink->path, err)
                           : status;
}

enum tw_status tw_bundles_assemble(struct tw_single_file *file, struct tw_error *err)
{
    struct assembly *assembly = calloc(1, sizeof(*assembly));
    if (assembly == NULL || (assembly->arena = tw_arena_new(0)) == NULL) {
        free(assembly);
        return tw_error_nomem(err);
    }
    assembly->file = file;
    assembly->path = tw_arena_printf(file->sink->arena, "%s/assembled.bundle", file->folder);
    enum tw_status status = assembly->path != NULL ? write_cache(assembly, err) : tw_error_nomem(err);
    tw_bucket_close(assembly->bucket);
    free(assembly->cells);
    tw_arena_free(assembly->arena);
    free(assembly);
    return status;
}
