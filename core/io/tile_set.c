/* SPDX-License-Identifier: MIT */
#include "tile_set.h"

#include "crs.h"
#include "text.h"

#include <ctype.h>
#include <string.h>

/* What a listing has found. Zooms come from the shallowest down. */
struct finding {
    struct tw_tile_range zooms[TW_MAX_ZOOM + 1];
    int num_zooms;
    struct tw_tile first; /* the first one of the deepest zoom in row-major order */
    const struct tw_tile_layout *layout;
};

static enum tw_status add_tile(void *context, const struct tw_stored_tile *stored, struct tw_error *err)
{
    (void)err;
    struct finding *finding = context;
    const struct tw_tile *tile = &stored->tile;
    if (finding->num_zooms == 0 || finding->zooms[finding->num_zooms - 1].zoom != tile->zoom) {
        finding->zooms[finding->num_zooms++] =
            (struct tw_tile_range){tile->zoom, tile->row, tile->row, tile->col, tile->col};
        finding->first = *tile;
    }
    struct tw_tile_range *range = &finding->zooms[finding->num_zooms - 1];
    if (tile->row < finding->first.row || (tile->row == finding->first.row && tile->col < finding->first.col))
        finding->first = *tile;
    range->first_row = tile->row < range->first_row ? tile->row : range->first_row;
    range->last_row = tile->row > range->last_row ? tile->row : range->last_row;
    range->first_col = tile->col < range->first_col ? tile->col : range->first_col;
    range->last_col = tile->col > range->last_col ? tile->col : range->last_col;
    return TW_OK;
}

static enum tw_status refuse_outside(void *context, const char *path, enum tw_stranger why,
                                     struct tw_error *err)
{
    const struct tw_tile_layout *layout = ((const struct finding *)context)->layout;
    if (why != TW_STRANGER_OUTSIDE)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE,
                        "'%s/%s' is not a tile of the grid with metatiling %d; check 'grid' and 'metatiling'",
                        layout->folder, path, layout->pyramid.metatiling);
}

/* `ZOOM/ROW/COL.tif`. */
static enum tw_status has_no_tiles(const struct tw_tile_layout *layout, struct tw_error *err)
{
    struct tw_text path = {0};
    bool in_name = false;
    for (const char *c = layout->schema; *c != '\0'; c++) {
        if (strncmp(c, "{extension}", strlen("{extension}")) == 0) {
            tw_text_add(&path, layout->extension);
            c += strlen("{extension}") - 1;
        } else if (*c == '{' || *c == '}') {
            in_name = *c == '{';
        } else {
            tw_text_printf(&path, "%c", in_name ? toupper((unsigned char)*c) : *c);
        }
    }
    tw_error_set(err, TW_EUSAGE, "'%s' holds no tiles of zoom %d to %d: no file '%s'", layout->folder,
                 layout->min_zoom, layout->max_zoom, tw_text_get(&path));
    tw_text_free(&path);
    return TW_EUSAGE;
}

/* Sets the set's zooms, and the first tile of the deepest one. */
static enum tw_status list_zooms(struct tw_tile_set *set, struct tw_tile *first, struct tw_error *err)
{
    const struct tw_tile_layout *layout = &set->layout;
    const struct tw_tile_output output = {.folder = layout->folder,
                                          .pyramid = layout->pyramid,
                                          .schema = layout->schema,
                                          .extension = layout->extension};
    struct finding finding = {.layout = layout};
    const struct tw_tile_listing listing = {.output = &output,
                                            .min_zoom = layout->min_zoom,
                                            .max_zoom = layout->max_zoom,
                                            .tile = add_tile,
                                            .stranger = refuse_outside,
                                            .context = &finding};
    enum tw_status status = tw_tile_output_list(&listing, err);
    if (status == TW_OK && finding.num_zooms == 0)
        return has_no_tiles(layout, err);
    *first = finding.first;
    set->num_zooms = finding.num_zooms;
    for (int i = 0; i < finding.num_zooms; i++)
        set->zooms[i] = finding.zooms[finding.num_zooms - 1 - i];
    return status;
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
        status = list_zooms(opened, &first, err);
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

bool tw_tile_set_is_on(const struct tw_tile_set *set, const struct tw_grid *b)
{
    return tw_grid_equals(set->layout.pyramid.grid, b);
}

bool tw_tile_set_lacks(const struct tw_tile_set *set, const struct tw_window *window)
{
    const struct tw_pyramid *pyramid = &set->layout.pyramid;
    if (set->layout.use_finer || window->zoom > set->zooms[0].zoom ||
        window->tile_size_px != pyramid->tile_size_px || !tw_tile_set_is_on(set, window->grid))
        return false;
    for (int i = 0; i < set->num_zooms; i++)
        if (set->zooms[i].zoom == window->zoom)
            return false;
    return true;
}
