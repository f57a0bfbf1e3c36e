/* SPDX-License-Identifier: MIT */
#include "pmtiles_ids.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
    const struct tw_pyramid *pyramid;
    const char *extension;
    struct tw_pmtiles_ids *ids;
};

/* Ids of the zooms above: 1 + 4 + 16 + ... */
static uint64_t first_id(int zoom)
{
    return ((UINT64_C(1) << (2 * zoom)) - 1) / 3;
}

uint64_t tw_pmtiles_id(const struct tw_pyramid *pyramid, const struct tw_tile *tile)
{
    return first_id(tile->zoom) + tw_tile_hilbert(pyramid, tile);
}

struct tw_tile tw_pmtiles_tile(const struct tw_pyramid *pyramid, uint64_t id)
{
    int zoom = 0;
    while (zoom < TW_MAX_ZOOM && first_id(zoom + 1) <= id)
        zoom++;
    return tw_tile_from_hilbert(pyramid, zoom, id - first_id(zoom));
}

static void extend_range(struct tw_pmtiles_ids *ids, const struct tw_tile *tile)
{
    struct tw_tile_range *range = &ids->deepest;
    if (ids->count == 0 || tile->zoom < ids->min_zoom)
        ids->min_zoom = tile->zoom;
    if (ids->count == 0 || tile->zoom > range->zoom)
        *range = (struct tw_tile_range){tile->zoom, tile->row, tile->row, tile->col, tile->col};
    if (tile->zoom != range->zoom)
        return;
    range->first_row = tile->row < range->first_row ? tile->row : range->first_row;
    range->last_row = tile->row > range->last_row ? tile->row : range->last_row;
    range->first_col = tile->col < range->first_col ? tile->col : range->first_col;
    range->last_col = tile->col > range->last_col ? tile->col : range->last_col;
}

static bool add_tile(const struct listing *listing, const struct tw_tile *tile)
{
    struct tw_pmtiles_ids *ids = listing->ids;
    if (ids->count == ids->capacity) {
        size_t capacity = ids->capacity > 0 ? ids->capacity * 2 : 1024;
        uint64_t *items = realloc(ids->items, capacity * sizeof(*items));
        if (items == NULL)
            return false;
        ids->items = items;
        ids->capacity = capacity;
    }
    extend_range(ids, tile);
    ids->items[ids->count++] = tw_pmtiles_id(listing->pyramid, tile);
    return true;
}

static enum tw_status list_level(const struct listing *listing, const char *path, int level,
                                 struct tw_tile *tile, struct tw_error *err);

/* The numbers of a tile's path: zoom, row, col. */
static enum tw_status list_entry(const struct listing *listing, const char *path, const char *name, int level,
                                 struct tw_tile *tile, struct tw_error *err)
{
    char *end, *inside;
    long long number = strtoll(name, &end, 10);
    bool is_file = level == 2 && *end == '.' && strcmp(end + 1, listing->extension) == 0;
    if (name[0] < '0' || name[0] > '9' || !(is_file || (level < 2 && *end == '\0')) ||
        (level == 0 && number > TW_MAX_ZOOM))
        return TW_OK;
    if (level == 0)
        tile->zoom = (int)number;
    *(level == 1 ? &tile->row : &tile->col) = number;
    if (level == 2)
        return add_tile(listing, tile) ? TW_OK : tw_error_nomem(err);
    if (asprintf(&inside, "%s/%s", path, name) < 0)
        return tw_error_nomem(err);
    enum tw_status status = list_level(listing, inside, level + 1, tile, err);
    free(inside);
    return status;
}

static enum tw_status list_level(const struct listing *listing, const char *path, int level,
                                 struct tw_tile *tile, struct tw_error *err)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return tw_error_set(err, TW_ESTORAGE, "cannot read the folder '%s': %s", path, strerror(errno));
    enum tw_status status = TW_OK;
    for (struct dirent *entry; status == TW_OK && (entry = readdir(folder)) != NULL;)
        status = list_entry(listing, path, entry->d_name, level, tile, err);
    closedir(folder);
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

enum tw_status tw_pmtiles_ids_list(const char *folder, const struct tw_pyramid *pyramid,
                                   const char *extension, struct tw_pmtiles_ids *ids, struct tw_error *err)
{
    struct listing listing = {pyramid, extension, ids};
    struct tw_tile tile = {0, 0, 0};
    enum tw_status status = list_level(&listing, folder, 0, &tile, err);
    if (status == TW_OK && ids->count > 0)
        qsort(ids->items, ids->count, sizeof(*ids->items), compare_ids);
    return status;
}
