/* SPDX-License-Identifier: MIT */
#include "tile_set.h"

#include "crs.h"
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* The tiles of a zoom that a listing has found. */
struct listing {
    const struct tw_tile_layout *layout;
    struct tw_arena *arena; /* for paths */
    struct tw_error *err;
    struct tw_tile_range range;
    struct tw_tile first; /* the first one in row-major order */
    bool any;
};

/* A name that is a number and nothing else; what stands behind it must be the suffix. */
static bool parse_name(const char *name, const char *suffix, int64_t *number)
{
    size_t digits = strspn(name, "0123456789");
    if (digits == 0 || digits > 12 || (digits > 1 && name[0] == '0') || strcmp(name + digits, suffix) != 0)
        return false;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + (name[i] - '0');
    return true;
}

typedef enum tw_status (*found_name)(struct listing *listing, const char *path, int64_t number,
                                     int64_t outer);

/* Calls found for each entry whose name is a number with the suffix behind it. */
static enum tw_status list_folder(struct listing *listing, const char *path, const char *suffix,
                                  found_name found, int64_t outer)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return errno == ENOTDIR
                   ? TW_OK
                   : tw_error_set(listing->err, TW_EUSAGE, "cannot open '%s': %s", path, strerror(errno));
    enum tw_status status = TW_OK;
    for (struct dirent *entry; status == TW_OK && (entry = readdir(folder)) != NULL;) {
        int64_t number;
        if (parse_name(entry->d_name, suffix, &number))
            status = found(listing, path, number, outer);
    }
    closedir(folder);
    return status;
}

static enum tw_status found_tile(struct listing *listing, const char *path, int64_t inner, int64_t outer)
{
    const struct tw_tile_layout *layout = listing->layout;
    struct tw_tile_range *range = &listing->range;
    struct tw_tile tile = {range->zoom, layout->cols_first ? inner : outer,
                           layout->cols_first ? outer : inner};
    if (!tw_tile_is_inside(&layout->pyramid, &tile))
        return tw_error_set(listing->err, TW_EUSAGE,
                            "'%s/%lld.%s' is not a tile of the grid with metatiling %d; check 'grid' and "
                            "'metatiling'",
                            path, (long long)inner, layout->extension, layout->pyramid.metatiling);
    if (!listing->any)
        *range = (struct tw_tile_range){range->zoom, tile.row, tile.row, tile.col, tile.col};
    if (!listing->any || tile.row < listing->first.row ||
        (tile.row == listing->first.row && tile.col < listing->first.col))
        listing->first = tile;
    range->first_row = tile.row < range->first_row ? tile.row : range->first_row;
    range->last_row = tile.row > range->last_row ? tile.row : range->last_row;
    range->first_col = tile.col < range->first_col ? tile.col : range->first_col;
    range->last_col = tile.col > range->last_col ? tile.col : range->last_col;
    listing->any = true;
    return TW_OK;
}

static enum tw_status found_row(struct listing *listing, const char *path, int64_t number, int64_t outer)
{
    (void)outer;
    struct tw_arena_mark mark = tw_arena_mark(listing->arena);
    char *row = tw_arena_printf(listing->arena, "%s/%lld", path, (long long)number);
    char *suffix = tw_arena_printf(listing->arena, ".%s", listing->layout->extension);
    enum tw_status status = row == NULL || suffix == NULL
                                ? tw_error_nomem(listing->err)
                                : list_folder(listing, row, suffix, found_tile, number);
    tw_arena_release(listing->arena, mark);
    return status;
}

static enum tw_status list_zoom(struct listing *listing, int zoom)
{
    char *path = tw_arena_printf(listing->arena, "%s/%d", listing->layout->folder, zoom);
    if (path == NULL)
        return tw_error_nomem(listing->err);
    listing->range.zoom = zoom;
    listing->any = false;
    return tw_is_folder(path) ? list_folder(listing, path, "", found_row, 0) : TW_OK;
}

/* Sets the set's zooms, and the first tile of the deepest one. */
static enum tw_status list_zooms(struct tw_tile_set *set, struct tw_arena *arena, struct tw_tile *first,
                                 struct tw_error *err)
{
    const struct tw_tile_layout *layout = &set->layout;
    struct listing listing = {.layout = layout, .arena = arena, .err = err};
    for (int zoom = layout->max_zoom; zoom >= layout->min_zoom; zoom--) {
        enum tw_status status = list_zoom(&listing, zoom);
        if (status != TW_OK)
            return status;
        if (!listing.any)
            continue;
        if (set->num_zooms == 0)
            *first = listing.first;
        set->zooms[set->num_zooms++] = listing.range;
    }
    if (set->num_zooms > 0)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "'%s' holds no tiles of zoom %d to %d: no file 'ZOOM/%s.%s'",
                        layout->folder, layout->min_zoom, layout->max_zoom,
                        layout->cols_first ? "COL/ROW" : "ROW/COL", layout->extension);
}

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
    int shift = set->zooms[0].zoom - range->zoom;
    return (struct extent){from.col_px << shift, from.row_px << shift, (to.col_px + to.width_px) << shift,
                           (to.row_px + to.height_px) << shift};
}

/* All tiles of all zooms, in whole pixels of the coarsest zoom, so that every level is exactly as large. */
static struct extent whole_extent(const struct tw_tile_set *set)
{
    struct extent whole = extent_of(set, &set->zooms[0]);
    for (int i = 1; i < set->num_zooms; i++) {
        struct extent next = extent_of(set, &set->zooms[i]);
        whole.left = next.left < whole.left ? next.left : whole.left;
        whole.top = next.top < whole.top ? next.top : whole.top;
        whole.right = next.right > whole.right ? next.right : whole.right;
        whole.bottom = next.bottom > whole.bottom ? next.bottom : whole.bottom;
    }
    int64_t step = (int64_t)1 << (set->zooms[0].zoom - set->zooms[set->num_zooms - 1].zoom);
    whole.left -= whole.left % step;
    whole.top -= whole.top % step;
    whole.right += (step - whole.right % step) % step;
    whole.bottom += (step - whole.bottom % step) % step;
    return whole;
}

static enum tw_status set_extent(struct tw_tile_set *set, struct tw_error *err)
{
    struct extent whole = whole_extent(set), deepest = extent_of(set, &set->zooms[0]);
    int64_t width = whole.right - whole.left, height = whole.bottom - whole.top;
    if (width > INT32_MAX || height > INT32_MAX)
        return tw_error_set(err, TW_EUSAGE,
                            "the tiles of '%s' cover %lld x %lld pixels of zoom %d, too many for one input; "
                            "set 'max_zoom' to less, or 'min_zoom' to more",
                            set->layout.folder, (long long)width, (long long)height, set->zooms[0].zoom);
    set->first_col_px = whole.left;
    set->first_row_px = whole.top;
    set->info.width_px = (int32_t)width;
    set->info.height_px = (int32_t)height;
    set->deepest_px =
        (struct tw_box){(double)(deepest.left - whole.left), (double)(deepest.top - whole.top),
                        (double)(deepest.right - whole.left), (double)(deepest.bottom - whole.top)};
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    struct tw_window window = {pyramid->grid, set->zooms[0].zoom, pyramid->tile_size_px, whole.left,
                               whole.top,     (int32_t)width,     (int32_t)height};
    tw_window_geotransform(&window, set->to_crs);
    return TW_OK;
}

/* The coarser zooms as overview levels. */
static enum tw_status set_levels(struct tw_tile_set *set, struct tw_arena *arena, struct tw_error *err)
{
    struct tw_raster_info *info = &set->info;
    info->num_levels = set->num_zooms - 1;
    info->levels_px = tw_arena_calloc(arena, (size_t)info->num_levels, sizeof(*info->levels_px));
    if (info->levels_px == NULL)
        return tw_error_nomem(err);
    for (int i = 0; i < info->num_levels; i++) {
        int shift = set->zooms[0].zoom - set->zooms[i + 1].zoom;
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
    if (status == TW_OK)
        set->info = file.info;
    tw_dataset_pool_free(pool);
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
    struct tw_tile first = {0};
    enum tw_status status = check_crs(layout->pyramid.grid, err);
    if (status == TW_OK)
        status = list_zooms(opened, arena, &first, err);
    if (status == TW_OK)
        status = describe(opened, &first, arena, err);
    if (status == TW_OK)
        status = set_extent(opened, err);
    if (status == TW_OK)
        status = set_levels(opened, arena, err);
    *set = opened;
    return status;
}

struct tw_box tw_tile_set_bounds(const struct tw_tile_set *set)
{
    const struct tw_tile_range *range = &set->zooms[0];
    struct tw_tile first = {range->zoom, range->first_row, range->first_col};
    struct tw_tile last = {range->zoom, range->last_row, range->last_col};
    struct tw_box from = tw_tile_bounds(&set->layout.pyramid, &first);
    struct tw_box to = tw_tile_bounds(&set->layout.pyramid, &last);
    return (struct tw_box){from.left, to.bottom, to.right, from.top};
}

static bool is_same_grid(const struct tw_grid *a, const struct tw_grid *b)
{
    return strcmp(a->crs, b->crs) == 0 && a->cols == b->cols && a->rows == b->rows &&
           memcmp(&a->extent, &b->extent, sizeof(a->extent)) == 0;
}

bool tw_tile_set_lacks(const struct tw_tile_set *set, const struct tw_window *window)
{
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    if (set->layout.use_finer || window->zoom > set->zooms[0].zoom ||
        window->tile_size_px != pyramid->tile_size_px || !is_same_grid(window->grid, pyramid->grid))
        return false;
    for (int i = 0; i < set->num_zooms; i++)
        if (set->zooms[i].zoom == window->zoom)
            return false;
    return true;
}
