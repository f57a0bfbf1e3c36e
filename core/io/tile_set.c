/* SPDX-License-Identifier: MIT */
#include "tile_set.h"

#include "crs.h"
#include "archive.h"
#include "tile_parts.h"

#include <string.h>

/* Columns and rows of pixels; the ends are not included. */
struct extent {
    int64_t left, top, right, bottom;
};

static struct extent extent_of(const struct tw_tile_set *set, const struct tw_tile_range *range)
{
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    struct tw_tile first = {range->zoom, range->first_row, range->first_col};
    struct tw_tile last = {range->zoom, range->last_row, range->last_col};
    struct tw_window from = tw_tile_window(pyramid, &first), to = tw_tile_window(pyramid, &last);
    int shift = set->zooms.ranges[0].zoom - range->zoom;
    return (struct extent){from.col_px << shift, from.row_px << shift, (to.col_px + to.width_px) << shift,
                           (to.row_px + to.height_px) << shift};
}

/* All tiles of all zooms, in whole pixels of the coarsest zoom, so that every level is exactly as large. */
static struct extent whole_extent(const struct tw_tile_set *set)
{
    struct extent whole = extent_of(set, &set->zooms.ranges[0]);
    for (int i = 1; i < set->zooms.count; i++) {
        struct extent next = extent_of(set, &set->zooms.ranges[i]);
        whole.left = next.left < whole.left ? next.left : whole.left;
        whole.top = next.top < whole.top ? next.top : whole.top;
        whole.right = next.right > whole.right ? next.right : whole.right;
        whole.bottom = next.bottom > whole.bottom ? next.bottom : whole.bottom;
    }
    int64_t step = (int64_t)1 << (set->zooms.ranges[0].zoom - set->zooms.ranges[set->zooms.count - 1].zoom);
    whole.left -= whole.left % step;
    whole.top -= whole.top % step;
    whole.right += (step - whole.right % step) % step;
    whole.bottom += (step - whole.bottom % step) % step;
    return whole;
}

static enum tw_status set_extent(struct tw_tile_set *set, struct tw_error *err)
{
    struct extent whole = whole_extent(set), deepest = extent_of(set, &set->zooms.ranges[0]);
    int64_t width = whole.right - whole.left, height = whole.bottom - whole.top;
    if (width > INT32_MAX || height > INT32_MAX)
        return tw_error_set(err, TW_EUSAGE,
                            "the tiles of '%s' cover %lld x %lld pixels of zoom %d, too many for one input; "
                            "set 'max_zoom' to less, or 'min_zoom' to more",
                            set->layout.folder, (long long)width, (long long)height,
                            set->zooms.ranges[0].zoom);
    set->first_col_px = whole.left;
    set->first_row_px = whole.top;
    set->info.width_px = (int32_t)width;
    set->info.height_px = (int32_t)height;
    set->deepest_px =
        (struct tw_box){(double)(deepest.left - whole.left), (double)(deepest.top - whole.top),
                        (double)(deepest.right - whole.left), (double)(deepest.bottom - whole.top)};
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    struct tw_window window = {pyramid->grid,
                               set->zooms.ranges[0].zoom,
                               pyramid->tile_size_px,
                               whole.left,
                               whole.top,
                               (int32_t)width,
                               (int32_t)height};
    tw_window_geotransform(&window, set->to_crs);
    return TW_OK;
}

/* The coarser zooms as overview levels. */
static enum tw_status set_levels(struct tw_tile_set *set, struct tw_arena *arena, struct tw_error *err)
{
    struct tw_raster_info *info = &set->info;
    info->num_levels = set->zooms.count - 1;
    info->levels_px = tw_arena_calloc(arena, (size_t)info->num_levels, sizeof(*info->levels_px));
    if (info->levels_px == NULL)
        return tw_error_nomem(err);
    for (int i = 0; i < info->num_levels; i++) {
        int shift = set->zooms.ranges[0].zoom - set->zooms.ranges[i + 1].zoom;
        info->levels_px[i][0] = info->width_px >> shift;
        info->levels_px[i][1] = info->height_px >> shift;
    }
    return TW_OK;
}

/* Bands, types and names are those of one tile. */
static enum tw_status describe(struct tw_tile_set *set, const struct tw_tile *tile, struct tw_arena *arena,
                               struct tw_error *err)
{
    struct tw_tile_file file;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    enum tw_status status =
        pool != NULL ? tw_tile_file_open(set, tile, pool, arena, &file, err) : tw_error_nomem(err);
    if (status == TW_OK && file.path == NULL)
        status = tw_error_set(err, TW_EINPUT, "a tile of '%s' has vanished", set->layout.folder);
    if (status == TW_OK)
        set->info = file.info;
    tw_dataset_pool_free(pool);
    return status;
}

/* In archives, grey tiles lie among coloured ones: the raster has the bands of the tile with the most of
 * them, of one for each zoom. */
static enum tw_status describe_archive(struct tw_tile_set *set, struct tw_arena *arena, struct tw_error *err)
{
    struct tw_raster_info most = {.num_bands = 0};
    enum tw_status status = TW_OK;
    for (int i = 0; status == TW_OK && i < set->zooms.count; i++) {
        struct tw_tile tile;
        bool found;
        status = tw_archive_first(set->layout.archive, set->zooms.ranges[i].zoom, &tile, &found, err);
        if (status == TW_OK && found)
            status = describe(set, &tile, arena, err);
        if (status == TW_OK && found && set->info.num_bands > most.num_bands)
            most = set->info;
    }
    set->info = most;
    return status;
}

static enum tw_status check_crs(const struct tw_grid *grid, struct tw_error *err)
{
    OGRSpatialReferenceH crs = NULL;
    enum tw_status status = tw_crs_parse(grid->crs, &crs, err);
    if (crs != NULL)
        OSRRelease(crs);
    return status;
}

enum tw_status tw_tile_set_open(const struct tw_tile_layout *layout, const struct tw_raster_view *view,
                                struct tw_arena *arena, struct tw_tile_set **set, struct tw_error *err)
{
    struct tw_tile_set *opened = tw_arena_calloc(arena, 1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    opened->layout = *layout;
    opened->view = *view;
    enum tw_status status = check_crs(layout->pyramid.grid, err);
    if (status == TW_OK)
        status = tw_tile_zooms_list(layout, &opened->zooms, err);
    if (status == TW_OK)
        status = layout->archive != NULL ? describe_archive(opened, arena, err)
                                         : describe(opened, &opened->zooms.first, arena, err);
    if (status == TW_OK)
        status = set_extent(opened, err);
    if (status == TW_OK)
        status = set_levels(opened, arena, err);
    *set = opened;
    return status;
}

struct tw_box tw_tile_set_bounds(const struct tw_tile_set *set)
{
    return tw_tile_range_bounds(&set->layout.pyramid, &set->zooms.ranges[0]);
}

bool tw_tile_set_is_on(const struct tw_tile_set *set, const struct tw_grid *grid)
{
    return tw_grid_equals(set->layout.pyramid.grid, grid);
}

bool tw_tile_set_lacks(const struct tw_tile_set *set, const struct tw_window *window)
{
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    if (set->layout.use_finer || window->zoom > set->zooms.ranges[0].zoom ||
        window->tile_size_px != pyramid->tile_size_px || !tw_grid_equals(window->grid, pyramid->grid))
        return false;
    for (int i = 0; i < set->zooms.count; i++)
        if (set->zooms.ranges[i].zoom == window->zoom)
            return false;
    return true;
}

/* Where pixels are copied one to one, a tile shows in its own place only. */
static bool is_copied(const struct tw_tile_set *set, const struct tw_grid *grid, int max_zoom)
{
    return tw_tile_set_is_on(set, grid) && !set->layout.use_finer && max_zoom <= set->zooms.ranges[0].zoom;
}

/* How pixels are resampled depends on the whole raster's size. */
static char *describe_raster(const struct tw_tile_set *set, struct tw_arena *arena)
{
    return tw_arena_printf(arena, "%lld %lld %d %d %d", (long long)set->first_col_px,
                           (long long)set->first_row_px, set->info.width_px, set->info.height_px,
                           set->zooms.count);
}

/* How far a pixel is looked up beyond its place when it is resampled: see warp.h. */
enum tw_status tw_tile_set_parts(const struct tw_tile_set *set, const struct tw_grid *grid,
                                 struct tw_input_parts *parts, struct tw_error *err)
{
    struct tw_tile_parts spec = {.layout = &set->layout, .about = ""};
    if (!is_copied(set, grid, parts->max_zoom)) {
        spec.about = describe_raster(set, parts->arena);
        spec.reach_source_px = 12;
        spec.reach_px = 4;
    }
    return spec.about != NULL ? tw_tile_parts_add(&spec, grid, parts, err) : tw_error_nomem(err);
}
