/* The tiles that exist, found by listing folders.
 *
 * A schema is cut at its slashes into parts. The names in a folder are matched against one part; what matches
 * is sorted by the numbers that it holds, which also give the name back, so that no names are kept.
 *
 * SPDX-License-Identifier: MIT
 */
#include "arcgis_bundle.h"
#include "archive.h"
#include "tile_output.h"
#include "bucket.h"
#include "path.h"
#include "tile_prototypes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char sidecar_suffix[] = ".aux.xml";

struct walk {
    const struct tw_tile_listing *listing;
    struct tw_arena *arena; /* of paths; released folder by folder */
    const char *prototypes; /* the list of placeholders that are left out, or NULL */
    const char **parts;     /* of the schema */
    size_t num_parts;
    int only_zoom;              /* -1: all in one walk, as the first part tells the zoom */
    bool is_first;              /* of several walks, one for each zoom */
    struct tw_tile_range range; /* of the area at range.zoom; -1: none yet */
    struct tw_bucket *bucket;   /* NULL on a disk */
    struct tw_error *err;
};

/* Something in a folder that the schema may have put there. */
struct found {
    struct tw_tile tile; /* -1: not known yet */
    bool is_sidecar;
    uint64_t bytes; /* in object storage */
};

/* Of a folder; what it is, is known or to be asked for. */
struct entry {
    const char *name;
    const struct dirent *local; /* NULL in object storage */
    bool is_folder;
    uint64_t bytes;
};

struct folder {
    struct walk *walk;
    size_t level;         /* index of the part that its names follow */
    const char *path;     /* below the output's folder; "" for that itself */
    struct tw_tile outer; /* what the path says of the tile */
    DIR *stream;
    struct found *found;
    size_t count, capacity;
};

static const char *join(struct tw_arena *arena, const char *folder, const char *name)
{
    return folder[0] != '\0' ? tw_arena_printf(arena, "%s/%s", folder, name) : tw_arena_strdup(arena, name);
}

/* In walks that are made zoom by zoom, folders above the zooms are passed again. */
static enum tw_status stranger(const struct folder *folder, const char *name, enum tw_stranger why)
{
    struct walk *walk = folder->walk;
    const struct tw_tile_listing *listing = walk->listing;
    if (listing->stranger == NULL || (!walk->is_first && folder->outer.zoom < 0))
        return TW_OK;
    struct tw_arena_mark mark = tw_arena_mark(walk->arena);
    const char *path = join(walk->arena, folder->path, name);
    enum tw_status status =
        path != NULL ? listing->stranger(listing->context, path, why, walk->err) : tw_error_nomem(walk->err);
    tw_arena_release(walk->arena, mark);
    return status;
}

/* A folder or a file, as the level has it; links count as what they point at unless they are skipped. */
static bool has_right_kind(const struct folder *folder, const struct entry *found, bool *is_gone)
{
    bool skip_links = folder->walk->listing->skip_links;
    bool wants_folder = folder->level + 1 < folder->walk->num_parts;
    const struct dirent *entry = found->local;
    *is_gone = false;
    if (entry == NULL)
        return wants_folder == found->is_folder;
    if (entry->d_type == DT_DIR || entry->d_type == DT_REG)
        return wants_folder == (entry->d_type == DT_DIR);
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return false;
    struct stat info;
    if (fstatat(dirfd(folder->stream), entry->d_name, &info, skip_links ? AT_SYMLINK_NOFOLLOW : 0) != 0) {
        *is_gone = errno == ENOENT && entry->d_type == DT_UNKNOWN;
        return false;
    }
    return wants_folder ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode);
}

static bool is_within(int64_t number, int64_t first, int64_t last)
{
    return number < 0 || (number >= first && number <= last);
}

/* Whether what is known of the tile does not rule it out. */
static bool may_be_asked_for(struct walk *walk, const struct tw_tile *tile)
{
    const struct tw_tile_listing *listing = walk->listing;
    if (tile->zoom < 0)
        return true;
    if (tile->zoom < listing->min_zoom || tile->zoom > listing->max_zoom ||
        (walk->only_zoom >= 0 && tile->zoom != walk->only_zoom))
        return false;
    if (listing->area == NULL || tile->zoom > tw_grid_max_zoom(listing->output->pyramid.grid))
        return true;
    if (walk->range.zoom != tile->zoom) {
        struct tw_box box = tw_area_bounds(listing->area);
        walk->range = tw_tile_range_of_box(&listing->output->pyramid, tile->zoom, &box);
        walk->range.zoom = tile->zoom;
    }
    return is_within(tile->row, walk->range.first_row, walk->range.last_row) &&
           is_within(tile->col, walk->range.first_col, walk->range.last_col);
}

static enum tw_status keep(struct folder *folder, const struct found *found)
{
    if (folder->count == folder->capacity) {
        size_t capacity = folder->capacity == 0 ? 64 : 2 * folder->capacity;
        struct found *grown = realloc(folder->found, capacity * sizeof(*grown));
        if (grown == NULL)
            return tw_error_nomem(folder->walk->err);
        folder->found = grown;
        folder->capacity = capacity;
    }
    folder->found[folder->count++] = *found;
    return TW_OK;
}

static struct tw_path_schema part_of(const struct folder *folder)
{
    const struct tw_tile_output *output = folder->walk->listing->output;
    return (struct tw_path_schema){folder->walk->parts[folder->level], output->extension, &output->pyramid};
}

/* Whether the name is one of the level's; or, at the last one, of a sidecar of one. */
static bool match(const struct folder *folder, const char *name, struct found *found)
{
    const struct walk *walk = folder->walk;
    const struct tw_path_schema part = part_of(folder);
    size_t length = strlen(name), suffix = sizeof(sidecar_suffix) - 1;
    *found = (struct found){folder->outer, false, 0};
    if (tw_path_match(&part, name, &found->tile))
        return true;
    if (folder->level + 1 < walk->num_parts || length <= suffix ||
        strcmp(name + length - suffix, sidecar_suffix) != 0)
        return false;
    struct tw_arena_mark mark = tw_arena_mark(walk->arena);
    const char *beside = tw_arena_strndup(walk->arena, name, length - suffix);
    found->is_sidecar = beside != NULL && tw_path_match(&part, beside, &found->tile);
    tw_arena_release(walk->arena, mark);
    return found->is_sidecar;
}

static bool is_own_file(const struct folder *folder, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return true;
    return folder->path[0] == '\0' && (name[0] == '.' || strcmp(name, "metadata.json") == 0);
}

static enum tw_status take_entry(struct folder *folder, const struct entry *entry)
{
    struct found found;
    bool is_gone;
    if (is_own_file(folder, entry->name))
        return TW_OK;
    if (!match(folder, entry->name, &found))
        return stranger(folder, entry->name, TW_STRANGER_NAME);
    if (!may_be_asked_for(folder->walk, &found.tile))
        return TW_OK;
    found.bytes = entry->bytes;
    if (has_right_kind(folder, entry, &is_gone))
        return keep(folder, &found);
    return is_gone ? TW_OK : stranger(folder, entry->name, TW_STRANGER_KIND);
}

static int by_number(const void *one, const void *other)
{
    const struct found *a = one, *b = other;
    const int64_t left[] = {a->tile.zoom, a->tile.row, a->tile.col, a->is_sidecar};
    const int64_t right[] = {b->tile.zoom, b->tile.row, b->tile.col, b->is_sidecar};
    for (int i = 0; i < 4; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

static enum tw_status take_listed(void *context, const struct tw_bucket_entry *listed, struct tw_error *err)
{
    struct folder *folder = context;
    const char *slash = strrchr(listed->path, '/');
    (void)err; /* the walk's own */
    const struct entry entry = {slash != NULL ? slash + 1 : listed->path, NULL, listed->is_folder,
                                listed->size};
    return take_entry(folder, &entry);
}

static enum tw_status read_listed(struct folder *folder)
{
    struct walk *walk = folder->walk;
    const struct tw_bucket_listing listing = {
        .folder = folder->path, .is_flat = true, .visit = take_listed, .context = folder};
    return tw_bucket_list(walk->bucket, &listing, walk->err);
}

static enum tw_status read_local(struct folder *folder)
{
    struct walk *walk = folder->walk;
    const char *root = walk->listing->output->folder;
    const char *path = folder->path[0] != '\0' ? join(walk->arena, root, folder->path) : root;
    if (path == NULL)
        return tw_error_nomem(walk->err);
    folder->stream = opendir(path);
    if (folder->stream == NULL)
        return errno == ENOENT && folder->level > 0
                   ? TW_OK
                   : tw_error_set(walk->err, TW_ESTORAGE, "cannot open '%s': %s", path, strerror(errno));
    enum tw_status status = TW_OK;
    errno = 0;
    for (struct dirent *entry; status == TW_OK && (entry = readdir(folder->stream)) != NULL; errno = 0) {
        const struct entry found = {entry->d_name, entry, false, 0};
        status = take_entry(folder, &found);
    }
    if (status == TW_OK && errno != 0)
        status = tw_error_set(walk->err, TW_ESTORAGE, "cannot read '%s': %s", path, strerror(errno));
    closedir(folder->stream);
    return status;
}

static enum tw_status read_folder(struct folder *folder)
{
    enum tw_status status = folder->walk->bucket != NULL ? read_listed(folder) : read_local(folder);
    if (folder->count > 1)
        qsort(folder->found, folder->count, sizeof(*folder->found), by_number);
    return status;
}

static enum tw_status visit_tile(struct folder *folder, size_t index, const char *path)
{
    const struct tw_tile_listing *listing = folder->walk->listing;
    const struct tw_pyramid *pyramid = &listing->output->pyramid;
    struct tw_stored_tile stored = {
        .tile = folder->found[index].tile, .path = path, .bytes = folder->found[index].bytes};
    const struct found *next = index + 1 < folder->count ? &folder->found[index + 1] : NULL;
    stored.has_sidecar = next != NULL && next->is_sidecar && tw_tile_equals(&next->tile, &stored.tile);
    stored.bytes += stored.has_sidecar ? next->bytes : 0;
    const char *name = folder->path[0] != '\0' ? path + strlen(folder->path) + 1 : path;
    if (!tw_tile_is_inside(pyramid, &stored.tile))
        return stranger(folder, name, TW_STRANGER_OUTSIDE);
    struct tw_box box = tw_tile_bounds(pyramid, &stored.tile);
    if (listing->area != NULL && !tw_area_overlaps(listing->area, &box))
        return TW_OK;
    if (tw_prototypes_holds(folder->walk->prototypes, listing->output->folder, stored.path))
        return TW_OK;
    return listing->tile(listing->context, &stored, folder->walk->err);
}

static enum tw_status visit_sidecar(struct folder *folder, size_t index, const char *name)
{
    const struct found *found = &folder->found[index];
    if (index > 0 && !found[-1].is_sidecar && tw_tile_equals(&found[-1].tile, &found->tile))
        return TW_OK;
    const char *whole = tw_arena_printf(folder->walk->arena, "%s%s", name, sidecar_suffix);
    return whole != NULL ? stranger(folder, whole, TW_STRANGER_SIDECAR) : tw_error_nomem(folder->walk->err);
}

static enum tw_status visit_folder(struct walk *walk, const char *path, size_t level,
                                   const struct tw_tile *outer);

static enum tw_status visit(struct folder *folder, size_t index)
{
    struct walk *walk = folder->walk;
    const struct found *found = &folder->found[index];
    const struct tw_path_schema part = part_of(folder);
    const char *name = tw_tile_path(walk->arena, &part, &found->tile);
    const char *path = name != NULL ? join(walk->arena, folder->path, name) : NULL;
    if (path == NULL)
        return tw_error_nomem(walk->err);
    if (folder->level + 1 < walk->num_parts)
        return visit_folder(walk, path, folder->level + 1, &found->tile);
    return found->is_sidecar ? visit_sidecar(folder, index, name) : visit_tile(folder, index, path);
}

static enum tw_status visit_folder(struct walk *walk, const char *path, size_t level,
                                   const struct tw_tile *outer)
{
    struct folder folder = {.walk = walk, .level = level, .path = path, .outer = *outer};
    enum tw_status status = read_folder(&folder);
    for (size_t i = 0; status == TW_OK && i < folder.count; i++) {
        struct tw_arena_mark mark = tw_arena_mark(walk->arena);
        status = visit(&folder, i);
        tw_arena_release(walk->arena, mark);
    }
    free(folder.found);
    if (status == TW_OK && level > 0 && walk->listing->left != NULL)
        status = walk->listing->left(walk->listing->context, path, walk->err);
    return status;
}

/* Cuts the schema at its slashes. */
static enum tw_status set_parts(struct walk *walk)
{
    const char *schema = walk->listing->output->schema;
    walk->parts = tw_arena_calloc(walk->arena, strlen(schema), sizeof(*walk->parts));
    for (const char *at = schema; walk->parts != NULL && *at != '\0';) {
        size_t length = strcspn(at, "/");
        const char *part = tw_arena_strndup(walk->arena, at, length);
        if (part == NULL)
            return tw_error_nomem(walk->err);
        if (length > 0 && strcmp(part, ".") != 0)
            walk->parts[walk->num_parts++] = part;
        at += length + (at[length] == '/');
    }
    return walk->parts != NULL ? TW_OK : tw_error_nomem(walk->err);
}

static enum tw_status walk_all(struct walk *walk)
{
    const struct tw_tile_listing *listing = walk->listing;
    const struct tw_tile unknown = {-1, -1, -1};
    if (tw_path_tells_zoom(walk->parts[0]))
        return visit_folder(walk, "", 0, &unknown);
    enum tw_status status = TW_OK;
    for (int zoom = listing->min_zoom; status == TW_OK && zoom <= listing->max_zoom; zoom++) {
        walk->only_zoom = zoom;
        walk->is_first = zoom == listing->min_zoom;
        status = visit_folder(walk, "", 0, &unknown);
    }
    return status;
}

enum tw_status tw_tile_output_list(const struct tw_tile_listing *listing, struct tw_error *err)
{
    if (listing->area != NULL && tw_area_is_empty(listing->area))
        return TW_OK;
    if (listing->output->archive != NULL)
        return tw_archive_list(listing, err);
    if (tw_path_is_bundled(listing->output->schema))
        return tw_bundles_list(listing, err);
    struct walk walk = {.listing = listing,
                        .arena = tw_arena_new(0),
                        .only_zoom = -1,
                        .is_first = true,
                        .range = {.zoom = -1},
                        .err = err};
    if (walk.arena == NULL)
        return tw_error_nomem(err);
    if (!listing->with_prototypes)
        walk.prototypes = tw_prototypes_list(listing->output->folder, walk.arena);
    enum tw_status status = set_parts(&walk);
    if (status == TW_OK && tw_path_is_bucket(listing->output->folder))
        status = tw_bucket_open(listing->output->folder, &walk.bucket, err);
    if (status == TW_OK)
        status = walk_all(&walk);
    tw_bucket_close(walk.bucket);
    tw_arena_free(walk.arena);
    return status;
}
