/* SPDX-License-Identifier: MIT */
#include "tile_set.h"

#include "archive.h"
#include "tile_bands.h"

#include <string.h>

/* A part of the raster that is being put together. */
struct reading {
    const struct tw_tile_set *set;
    struct tw_dataset_pool *pool;
    const struct tw_pixels_request *request;
    struct tw_arena *arena;
    struct tw_window window; /* the part, in pixels of its zoom */
    struct tw_array *bands;
    struct tw_error *err;
};

static enum tw_status check_size(const struct tw_tile_set *set, const struct tw_tile_file *file,
                                 struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    if (file->info.width_px == file->window.width_px && file->info.height_px == file->window.height_px)
        return TW_OK;
    return tw_error_set(
        err, TW_EINPUT,
        "'%s' has %d x %d pixels; with tile_size %d, metatiling %d and pixelbuffer %d it would "
        "have %d x %d",
        file->path, file->info.width_px, file->info.height_px, pyramid->tile_size_px, pyramid->metatiling,
        pyramid->pixelbuffer_px, file->window.width_px, file->window.height_px);
}

/* A tile of an archive, as what the pool asks for its bytes. */
struct opening {
    struct tw_archive *archive;
    struct tw_tile tile;
};

static enum tw_status read_bytes(void *context, void **bytes, size_t *size, struct tw_error *err)
{
    const struct opening *opening = context;
    return tw_archive_read(opening->archive, &opening->tile, bytes, size, err);
}

static enum tw_status open_archived(const struct tw_tile_set *set, const struct tw_tile *tile,
                                    struct tw_dataset_pool *pool, struct tw_arena *arena,
                                    struct tw_tile_file *file, struct tw_error *err)
{
    struct opening opening = {set->layout.archive, *tile};
    const char *name = tw_tile_layout_path(&set->layout, tile, arena);
    const struct tw_dataset_bytes bytes = {name, read_bytes, &opening};
    if (name == NULL)
        return tw_error_set(err, TW_EBUDGET, "not enough memory; raise --memory");
    enum tw_status status = tw_dataset_open_bytes(pool, &bytes, &file->dataset, err);
    file->path = status == TW_OK && file->dataset != NULL ? name : NULL;
    return status;
}

static enum tw_status open_file(const struct tw_tile_set *set, const struct tw_tile *tile,
                                struct tw_dataset_pool *pool, struct tw_arena *arena,
                                struct tw_tile_file *file, struct tw_error *err)
{
    enum tw_status status = tw_tile_layout_find(&set->layout, tile, arena, &file->path, err);
    return status == TW_OK && file->path != NULL ? tw_dataset_open(pool, file->path, &file->dataset, err)
                                                 : status;
}

enum tw_status tw_tile_file_open(const struct tw_tile_set *set, const struct tw_tile *tile,
                                 struct tw_dataset_pool *pool, struct tw_arena *arena,
                                 struct tw_tile_file *file, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    file->window = tw_tile_window_buffered(pyramid, tile, pyramid->pixelbuffer_px);
    enum tw_status status = set->layout.archive != NULL ? open_archived(set, tile, pool, arena, file, err)
                                                        : open_file(set, tile, pool, arena, file, err);
    if (status == TW_OK && file->path != NULL)
        status = tw_raster_info_read(&file->info, file->dataset, file->path, &set->view, arena, err);
    return status == TW_OK && file->path != NULL ? check_size(set, file, err) : status;
}

static bool is_like(const struct tw_raster_info *a, const struct tw_raster_info *b)
{
    bool same = a->num_bands == b->num_bands;
    for (size_t i = 0; same && i < a->num_bands; i++)
        same = a->bands[i].dtype == b->bands[i].dtype && a->bands[i].own_validity == b->bands[i].own_validity;
    return same;
}

static enum tw_status check_bands(const struct reading *reading, const struct tw_tile_file *file)
{
    const struct tw_raster_info *info = &reading->set->info;
    if (is_like(&file->info, info) || tw_tile_bands_fit(reading->set, &file->info))
        return TW_OK;
    return tw_error_set(reading->err, TW_EINPUT, "'%s' has %zu bands of %s; other tiles have %zu of %s",
                        file->path, file->info.num_bands, tw_dtype_name(file->info.bands[0].dtype),
                        info->num_bands, tw_dtype_name(info->bands[0].dtype));
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The pixels that the tile and the part share, counted in the grid's pixels. */
static struct tw_window common_of(const struct tw_window *a, const struct tw_window *b)
{
    struct tw_window common = *a;
    common.col_px = greater(a->col_px, b->col_px);
    common.row_px = greater(a->row_px, b->row_px);
    common.width_px = (int32_t)(lesser(a->col_px + a->width_px, b->col_px + b->width_px) - common.col_px);
    common.height_px = (int32_t)(lesser(a->row_px + a->height_px, b->row_px + b->height_px) - common.row_px);
    return common;
}

/* Bands share validity unless they have their own, in a tile as in the whole. */
static void paste(const struct reading *reading, const struct tw_array *from, struct tw_array *to,
                  const struct tw_window *common)
{
    size_t size = tw_dtype_size((enum tw_dtype)to->dtype), count = (size_t)common->width_px;
    for (int32_t row = 0; row < common->height_px; row++) {
        size_t from_px = (size_t)row * count;
        size_t to_px = (size_t)(common->row_px - reading->window.row_px + row) * (size_t)to->width_px +
                       (size_t)(common->col_px - reading->window.col_px);
        memcpy((uint8_t *)to->pixels + to_px * size, (const uint8_t *)from->pixels + from_px * size,
               count * size);
        if (from->valid != NULL)
            memcpy(to->valid + to_px, from->valid + from_px, count);
        else
            memset(to->valid + to_px, TW_VALID, count);
    }
}

static enum tw_status paste_file(const struct reading *reading, const struct tw_tile_file *file,
                                 const struct tw_window *common)
{
    struct tw_pixels_request request = *reading->request;
    struct tw_source_pixels pixels;
    request.dataset = file->dataset;
    request.path = file->path;
    request.info = &file->info;
    request.part = (struct tw_part){-1, (int32_t)(common->col_px - file->window.col_px),
                                    (int32_t)(common->row_px - file->window.row_px), common->width_px,
                                    common->height_px};
    enum tw_status status = TW_OK;
    if (!is_like(&file->info, &reading->set->info))
        status = tw_tile_bands_choose(reading->set, reading->arena, &request, reading->err);
    if (status == TW_OK)
        status = tw_source_pixels_read(&request, reading->arena, &pixels, reading->err);
    if (status == TW_OK && request.bands != reading->request->bands)
        tw_tile_bands_fill(reading->set, reading->request, &file->info, pixels.bands);
    for (size_t i = 0; status == TW_OK && i < request.num_bands; i++)
        paste(reading, &pixels.bands[i], &reading->bands[i], common);
    return status;
}

static enum tw_status paste_tile(const struct reading *reading, const struct tw_tile *tile)
{
    const struct tw_tile_set *set = reading->set;
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    struct tw_tile_file file;
    struct tw_window core = tw_tile_window(&set->layout.pyramid, tile);
    struct tw_window common = common_of(&core, &reading->window);
    enum tw_status status = tw_tile_file_open(set, tile, reading->pool, reading->arena, &file, reading->err);
    bool is_there = status == TW_OK && file.path != NULL;
    if (is_there)
        status = check_bands(reading, &file);
    if (is_there && status == TW_OK)
        status = paste_file(reading, &file, &common);
    tw_arena_release(reading->arena, mark);
    return status;
}

static enum tw_status paste_tiles(const struct reading *reading, const struct tw_tile_range *there)
{
    const struct tw_pyramid *pyramid = &reading->set->layout.pyramid;
    int64_t side = (int64_t)pyramid->tile_size_px * pyramid->metatiling;
    const struct tw_window *window = &reading->window;
    int64_t last_row = lesser((window->row_px + window->height_px - 1) / side, there->last_row);
    int64_t last_col = lesser((window->col_px + window->width_px - 1) / side, there->last_col);
    enum tw_status status = TW_OK;
    for (int64_t row = greater(window->row_px / side, there->first_row); row <= last_row; row++)
        for (int64_t col = greater(window->col_px / side, there->first_col); col <= last_col; col++) {
            struct tw_tile tile = {there->zoom, row, col};
            status = status == TW_OK ? paste_tile(reading, &tile) : status;
        }
    return status;
}

static bool make_bands(const struct reading *reading)
{
    const struct tw_pixels_request *request = reading->request;
    size_t count = (size_t)request->part.width_px * (size_t)request->part.height_px;
    uint8_t *shared = tw_arena_calloc(reading->arena, count, 1);
    if (shared == NULL)
        return false;
    for (size_t i = 0; i < request->num_bands; i++) {
        const struct tw_band_info *info = &reading->set->info.bands[request->bands[i]];
        struct tw_array *band = &reading->bands[i];
        *band = (struct tw_array){.width_px = request->part.width_px,
                                  .height_px = request->part.height_px,
                                  .dtype = (int32_t)info->dtype};
        band->pixels = tw_arena_calloc(reading->arena, count, tw_dtype_size(info->dtype));
        band->valid = info->own_validity ? tw_arena_calloc(reading->arena, count, 1) : shared;
        if (band->pixels == NULL || band->valid == NULL)
            return false;
    }
    return true;
}

enum tw_status tw_tile_set_read(const struct tw_tile_set *set, struct tw_dataset_pool *pool,
                                const struct tw_pixels_request *request, struct tw_arena *arena,
                                struct tw_source_pixels *pixels, struct tw_error *err)
{
    const struct tw_part *part = &request->part;
    const struct tw_tile_range *there = &set->zooms.ranges[part->level + 1];
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    int shift = set->zooms.ranges[0].zoom - there->zoom;
    struct tw_array *bands = tw_arena_calloc(arena, request->num_bands, sizeof(*bands));
    struct reading reading = {set,
                              pool,
                              request,
                              arena,
                              {pyramid->grid, there->zoom, pyramid->tile_size_px,
                               (set->first_col_px >> shift) + part->x, (set->first_row_px >> shift) + part->y,
                               part->width_px, part->height_px},
                              bands,
                              err};
    if (bands == NULL || !make_bands(&reading))
        return tw_error_set(err, TW_EBUDGET,
                            "not enough memory to read '%s'; raise --memory, or lower the metatiling",
                            set->layout.folder);
    *pixels = (struct tw_source_pixels){*part, request->num_bands, bands};
    return paste_tiles(&reading, there);
}
