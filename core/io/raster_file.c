/* SPDX-License-Identifier: MIT */
#include "raster_file.h"

#include "crs_pairs.h"
#include "footprint.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_KNOWN = 256, KNOWN_FITS = 4 };

/* A fit and what it holds for. */
struct known_fit {
    int zoom, tile_size_px;
    bool use_overviews, is_set;
    struct tw_fit fit;
};

/* file comes first: a pointer to it is one to the entry. */
struct entry {
    struct tw_raster_file file;
    struct tw_arena *arena;
    unsigned long long last_used;
    struct known_fit fits[KNOWN_FITS];
    int next_fit;
};

struct tw_files {
    struct tw_dataset_pool *pool;
    struct tw_crs_pairs pairs;
    struct entry *entries[MAX_KNOWN];
    int num_entries;
    unsigned long long clock;
};

struct tw_files *tw_files_new(struct tw_dataset_pool *pool)
{
    struct tw_files *files = calloc(1, sizeof(*files));
    if (files != NULL)
        files->pool = pool;
    return files;
}

struct tw_dataset_pool *tw_files_pool(const struct tw_files *files)
{
    return files->pool;
}

static void entry_free(struct entry *entry)
{
    if (entry == NULL)
        return;
    tw_georeference_free(&entry->file.georeference);
    tw_arena_free(entry->arena);
    free(entry);
}

static void forget(struct tw_files *files)
{
    for (int i = 0; i < files->num_entries; i++)
        entry_free(files->entries[i]);
    files->num_entries = 0;
}

void tw_files_free(struct tw_files *files)
{
    if (files == NULL)
        return;
    forget(files);
    tw_crs_pairs_free(&files->pairs);
    free(files);
}

static enum tw_status use_grid(struct tw_files *files, const struct tw_grid *grid, struct tw_error *err)
{
    if (files->pairs.grid != grid)
        forget(files);
    return tw_crs_pairs_use(&files->pairs, grid, err);
}

static enum tw_status locate(struct tw_files *files, struct tw_raster_file *file, struct tw_error *err)
{
    const struct tw_crs_pair *pair = NULL;
    enum tw_status status = tw_crs_pairs_get(&files->pairs, file->georeference.crs, &pair, err);
    if (status != TW_OK) {
        tw_error_prefix(err, "cannot use '%s': ", file->path);
        return status;
    }
    file->to_file = pair->to_file;
    file->to_grid = pair->to_grid;
    file->grid = files->pairs.grid;
    const int32_t size_px[2] = {file->info.width_px, file->info.height_px};
    file->is_somewhere =
        tw_footprint(&file->georeference, size_px, pair, files->pairs.grid, &file->footprint);
    return TW_OK;
}

/* What an entry is made from: a file with its view, or tiles. */
struct origin {
    const char *path;
    const struct tw_raster_view *view;
    const struct tw_tile_set *tiles;
};

static enum tw_status describe_file(struct tw_files *files, struct entry *entry, const struct origin *origin,
                                    struct tw_error *err)
{
    GDALDatasetH dataset = NULL;
    struct tw_raster_file *file = &entry->file;
    enum tw_status status = tw_dataset_open(files->pool, file->path, &dataset, err);
    if (status == TW_OK)
        status = tw_raster_info_read(&file->info, dataset, file->path, origin->view, entry->arena, err);
    if (status == TW_OK)
        status = tw_georeference_read(&file->georeference, dataset, file->path, err);
    file->measured_px = (struct tw_box){0, 0, file->info.width_px, file->info.height_px};
    return status;
}

static enum tw_status describe_tiles(struct tw_raster_file *file, const struct tw_tile_set *tiles,
                                     struct tw_error *err)
{
    file->tiles = tiles;
    file->info = tiles->info;
    file->measured_px = tiles->deepest_px;
    return tw_georeference_make(&file->georeference, tiles->layout.pyramid.grid->crs, tiles->to_crs, err);
}

static enum tw_status entry_fill(struct tw_files *files, struct entry *entry, const struct origin *origin,
                                 struct tw_error *err)
{
    entry->arena = tw_arena_new(0);
    if (entry->arena == NULL)
        return tw_error_nomem(err);
    entry->file.path = tw_arena_strdup(entry->arena, origin->path);
    if (entry->file.path == NULL)
        return tw_error_nomem(err);
    enum tw_status status = origin->tiles != NULL ? describe_tiles(&entry->file, origin->tiles, err)
                                                  : describe_file(files, entry, origin, err);
    if (status == TW_OK)
        status = locate(files, &entry->file, err);
    return status;
}

/* A place for one more entry; the least recently used one makes way when all are taken. */
static struct entry **free_place(struct tw_files *files)
{
    if (files->num_entries < MAX_KNOWN)
        return &files->entries[files->num_entries++];
    struct entry **oldest = &files->entries[0];
    for (int i = 1; i < MAX_KNOWN; i++)
        if (files->entries[i]->last_used < (*oldest)->last_used)
            oldest = &files->entries[i];
    entry_free(*oldest);
    return oldest;
}

static enum tw_status get(struct tw_files *files, const struct origin *origin, const struct tw_grid *grid,
                          struct tw_raster_file **file, struct tw_error *err)
{
    enum tw_status status = use_grid(files, grid, err);
    if (status != TW_OK)
        return status;
    struct entry *entry = NULL;
    for (int i = 0; i < files->num_entries && entry == NULL; i++)
        if (strcmp(files->entries[i]->file.path, origin->path) == 0)
            entry = files->entries[i];
    if (entry == NULL) {
        entry = calloc(1, sizeof(*entry));
        if (entry == NULL)
            return tw_error_nomem(err);
        status = entry_fill(files, entry, origin, err);
        if (status != TW_OK) {
            entry_free(entry);
            return status;
        }
        *free_place(files) = entry;
    }
    entry->last_used = ++files->clock;
    *file = &entry->file;
    return TW_OK;
}

enum tw_status tw_files_get(struct tw_files *files, const char *path, const struct tw_raster_view *view,
                            const struct tw_grid *grid, struct tw_raster_file **file, struct tw_error *err)
{
    const struct origin origin = {path, view, NULL};
    return get(files, &origin, grid, file, err);
}

enum tw_status tw_files_get_tiles(struct tw_files *files, const struct tw_tile_set *tiles,
                                  const struct tw_grid *grid, struct tw_raster_file **file,
                                  struct tw_error *err)
{
    const struct origin origin = {tiles->layout.folder, NULL, tiles};
    return get(files, &origin, grid, file, err);
}

const struct tw_fit *tw_raster_file_fit(struct tw_raster_file *file, const struct tw_window *window,
                                        bool use_overviews)
{
    struct entry *entry = (struct entry *)file;
    for (int i = 0; i < KNOWN_FITS; i++) {
        const struct known_fit *known = &entry->fits[i];
        if (known->is_set && known->zoom == window->zoom && known->tile_size_px == window->tile_size_px &&
            known->use_overviews == use_overviews)
            return &known->fit;
    }
    struct tw_fit_input input = {&file->info,   &file->georeference, file->to_file,
                                 file->to_grid, use_overviews,       file->measured_px};
    struct known_fit *place = &entry->fits[entry->next_fit++ % KNOWN_FITS];
    *place = (struct known_fit){window->zoom, window->tile_size_px, use_overviews, true,
                                tw_fit_make(&input, window)};
    return &place->fit;
}
