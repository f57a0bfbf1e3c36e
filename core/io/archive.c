/* SPDX-License-Identifier: MIT */
#include "archive_driver.h"

#include "dataset.h"
#include "file.h"
#include "path.h"
#include "source_driver.h"

#include <cpl_vsi.h>

#include <stdlib.h>
#include <string.h>

/* A new driver is one more line here. */
static const struct tw_archive_driver *const drivers[] = {&tw_archive_mbtiles, &tw_archive_pmtiles};
enum { NUM_DRIVERS = sizeof(drivers) / sizeof(drivers[0]) };

static const struct tw_archive_driver *driver_of(const char *path)
{
    for (size_t i = 0; i < NUM_DRIVERS; i++)
        if (tw_path_has_suffix(path, drivers[i]->suffix))
            return drivers[i];
    return NULL;
}

bool tw_path_is_archive(const char *path)
{
    return driver_of(path) != NULL && (tw_path_is_remote(path) || !tw_is_folder(path));
}

bool tw_archive_holds_features(const char *path)
{
    const struct tw_archive_driver *driver = driver_of(path);
    return driver != NULL && driver->holds_features != NULL && driver->holds_features(path);
}

enum tw_status tw_archive_open(const char *path, struct tw_archive **archive, struct tw_error *err)
{
    struct tw_archive *opened = calloc(1, sizeof(*opened));
    const struct tw_archive_driver *driver = driver_of(path);
    enum tw_status status = TW_OK;
    *archive = NULL;
    if (opened == NULL || (opened->arena = tw_arena_new(0)) == NULL ||
        (opened->path = tw_source_resolve(opened->arena, ".", path)) == NULL)
        status = tw_error_nomem(err);
    else if (driver == NULL)
        status = tw_error_set(err, TW_EINPUT, "'%s' is no archive of tiles", path);
    if (status == TW_OK) {
        opened->driver = driver;
        opened->facts.metadata = "{}";
        status = driver->open(opened, err);
    }
    if (status != TW_OK) {
        tw_archive_close(opened);
        return status;
    }
    *archive = opened;
    return TW_OK;
}

void tw_archive_close(struct tw_archive *archive)
{
    if (archive == NULL)
        return;
    if (archive->driver != NULL)
        archive->driver->close(archive);
    tw_arena_free(archive->arena);
    free(archive);
}

const char *tw_archive_path(const struct tw_archive *archive)
{
    return archive->path;
}

const struct tw_archive_facts *tw_archive_facts(const struct tw_archive *archive)
{
    return &archive->facts;
}

enum tw_status tw_archive_first(struct tw_archive *archive, int zoom, struct tw_tile *tile, bool *found,
                                struct tw_error *err)
{
    return archive->driver->first(archive, zoom, tile, found, err);
}

enum tw_status tw_archive_read(struct tw_archive *archive, const struct tw_tile *tile, void **bytes,
                               size_t *size, struct tw_error *err)
{
    return archive->driver->read(archive, tile, bytes, size, err);
}

struct opening {
    struct tw_archive *archive;
    struct tw_tile tile;
};

static enum tw_status read_tile(void *context, void **bytes, size_t *size, struct tw_error *err)
{
    const struct opening *opening = context;
    return tw_archive_read(opening->archive, &opening->tile, bytes, size, err);
}

void tw_archive_free_bytes(void *bytes)
{
    VSIFree(bytes);
}

enum tw_status tw_archive_check(struct tw_archive *archive, const struct tw_archive_report *report,
                                struct tw_error *err)
{
    return archive->driver->check(archive, report, err);
}

/* Of tiles that are square. */
static enum tw_status measure(struct tw_archive *archive, const struct tw_tile *tile, int *size_px,
                              struct tw_error *err)
{
    struct opening opening = {archive, *tile};
    char text[TW_TILE_TEXT_SIZE], name[512];
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    if (pool == NULL)
        return tw_error_nomem(err);
    snprintf(name, sizeof(name), "%s/%s", archive->path, tw_tile_text(tile, text));
    const struct tw_dataset_bytes bytes = {name, read_tile, &opening};
    enum tw_status status = tw_dataset_open_bytes(pool, &bytes, &dataset, err);
    int width = dataset != NULL ? GDALGetRasterXSize(dataset) : 0;
    int height = dataset != NULL ? GDALGetRasterYSize(dataset) : 0;
    *size_px = width;
    if (status == TW_OK && (width != height || width < 1 || width > 16384))
        status = tw_error_set(err, TW_EINPUT, "'%s' has %d x %d pixels, and tiles are square", name, width,
                              height);
    tw_dataset_pool_free(pool);
    return status;
}

/* The first tile of the first zoom that has one that can be decoded; what is wrong with the first one of all
 * otherwise. */
static enum tw_status measure_any(struct tw_archive *archive, int *size_px, struct tw_error *err)
{
    struct tw_error wrong = {0};
    bool has_tiles = false;
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++) {
        struct tw_tile tile;
        bool found = false;
        struct tw_error *told = wrong.status == TW_OK ? &wrong : err;
        enum tw_status status = tw_archive_first(archive, zoom, &tile, &found, told);
        has_tiles = has_tiles || found || status != TW_OK;
        if (status == TW_OK && found && measure(archive, &tile, size_px, told) == TW_OK)
            return TW_OK;
    }
    if (!has_tiles)
        return tw_error_set(err, TW_EINPUT, "'%s' holds no tiles", archive->path);
    return (*err = wrong).status;
}

enum tw_status tw_archive_output(struct tw_archive *archive, struct tw_tile_output *output,
                                 struct tw_error *err)
{
    int size_px = 256;
    enum tw_status status = measure_any(archive, &size_px, err);
    *output =
        (struct tw_tile_output){.folder = archive->path,
                                .archive = archive,
                                .pyramid = {tw_grid_named("mercator"), status == TW_OK ? size_px : 256, 1, 0},
                                .schema = tw_tile_default_schema,
                                .extension = archive->facts.extension};
    return status;
}

enum tw_status tw_archive_zooms(const struct tw_tile_layout *layout, struct tw_tile_zooms *zooms,
                                struct tw_error *err)
{
    struct tw_archive *archive = layout->archive;
    bool found = true;
    enum tw_status status = archive->driver->zooms(archive, layout->min_zoom, layout->max_zoom, zooms, err);
    if (status == TW_OK && zooms->count > 0)
        status = tw_archive_first(archive, zooms->ranges[0].zoom, &zooms->first, &found, err);
    if (status == TW_OK && zooms->count == 0)
        status = tw_error_set(err, TW_EUSAGE, "'%s' holds no tiles of zoom %d to %d", archive->path,
                              layout->min_zoom, layout->max_zoom);
    if (status == TW_OK && !found)
        status = tw_error_set(err, TW_EINPUT, "'%s' holds no tiles of zoom %d, though it says so",
                              archive->path, zooms->ranges[0].zoom);
    return status;
}

/* A listing of tiles as the archive visits them. */
struct list {
    const struct tw_tile_listing *listing;
    struct tw_arena *arena;
};

static enum tw_status list_tile(void *context, const struct tw_stored_tile *found, struct tw_error *err)
{
    const struct list *list = context;
    const struct tw_tile_listing *listing = list->listing;
    const struct tw_pyramid *pyramid = &listing->output->pyramid;
    struct tw_box box = tw_tile_bounds(pyramid, &found->tile);
    if (listing->area != NULL && !tw_area_overlaps(listing->area, &box))
        return TW_OK;
    struct tw_stored_tile stored = *found;
    const struct tw_path_schema schema = {listing->output->schema, listing->output->extension, pyramid};
    struct tw_arena_mark mark = tw_arena_mark(list->arena);
    stored.path = tw_tile_path(list->arena, &schema, &stored.tile);
    enum tw_status status =
        stored.path != NULL ? listing->tile(listing->context, &stored, err) : tw_error_nomem(err);
    tw_arena_release(list->arena, mark);
    return status;
}

enum tw_status tw_archive_list(const struct tw_tile_listing *listing, struct tw_error *err)
{
    struct tw_archive *archive = listing->output->archive;
    struct list list = {listing, tw_arena_new(0)};
    const struct tw_archive_visit visit = {listing->min_zoom, listing->max_zoom, listing->is_check, list_tile,
                                           &list};
    enum tw_status status =
        list.arena != NULL ? archive->driver->list(archive, &visit, err) : tw_error_nomem(err);
    tw_arena_free(list.arena);
    return status;
}

const char *tw_tile_extension_of_bytes(const void *bytes, size_t size)
{
    if (size >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        return "png";
    if (size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
        return "jpg";
    if (size >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp((const char *)bytes + 8, "WEBP", 4) == 0)
        return "webp";
    return NULL;
}

void tw_tile_range_widen(struct tw_tile_range *range, const struct tw_tile *first, int64_t side,
                         bool is_first)
{
    int64_t last_row = first->row + side - 1, last_col = first->col + side - 1;
    if (is_first)
        *range = (struct tw_tile_range){first->zoom, first->row, last_row, first->col, last_col};
    range->first_row = first->row < range->first_row ? first->row : range->first_row;
    range->last_row = last_row > range->last_row ? last_row : range->last_row;
    range->first_col = first->col < range->first_col ? first->col : range->first_col;
    range->last_col = last_col > range->last_col ? last_col : range->last_col;
}
