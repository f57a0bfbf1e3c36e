/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include "area_read.h"

static enum tw_status check_tile(const struct tw_pyramid *pyramid, const struct tw_tile *tile,
                                 struct tw_error *err)
{
    char text[TW_TILE_TEXT_SIZE];
    if (tw_tile_is_inside(pyramid, tile))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE,
                        "tile %s does not exist: zoom %d has %lld rows and %lld columns of metatiles",
                        tw_tile_text(tile, text), tile->zoom, (long long)tw_pyramid_rows(pyramid, tile->zoom),
                        (long long)tw_pyramid_cols(pyramid, tile->zoom));
}

static enum tw_status find_point(const struct tw_selection *s, const struct tw_pyramid *pyramid, int zoom,
                                 struct tw_tile *tile, struct tw_error *err)
{
    double x = s->x, y = s->y;
    enum tw_status status = tw_point_to_grid(&x, &y, s->bounds_crs, pyramid->grid, err);
    if (status == TW_OK && !tw_tile_from_point(pyramid, zoom, x, y, tile))
        return tw_error_set(err, TW_EUSAGE, "the point %.10g %.10g lies outside the grid '%s'", s->x, s->y,
                            pyramid->grid->name);
    return status;
}

static enum tw_status area_of_options(const struct tw_selection *s, const struct tw_grid *grid,
                                      struct tw_area **area, struct tw_error *err)
{
    struct tw_area *more = NULL;
    enum tw_status status = TW_OK;
    if (s->has_bounds)
        status = tw_area_from_bounds(&s->bounds, s->bounds_crs, grid, area, err);
    if (status == TW_OK && s->area != NULL)
        status = tw_area_read(s->area, s->area_crs, grid, &more, err);
    if (status == TW_OK && more != NULL && *area != NULL)
        return tw_area_cut(area, more, err);
    if (more != NULL)
        *area = more;
    return status;
}

enum tw_status tw_selection_area(const struct tw_selection *selection, const struct tw_pyramid *pyramid,
                                 int max_zoom, struct tw_area **area, struct tw_error *err)
{
    *area = NULL;
    struct tw_tile tile = selection->tile;
    enum tw_status status = TW_OK;
    if (selection->has_tile)
        status = check_tile(pyramid, &tile, err);
    else if (selection->has_point)
        status = find_point(selection, pyramid, max_zoom, &tile, err);
    else
        status = area_of_options(selection, pyramid->grid, area, err);
    if (status == TW_OK && (selection->has_tile || selection->has_point)) {
        struct tw_box box = tw_tile_bounds(pyramid, &tile);
        status = tw_area_from_box(pyramid->grid, &box, area, err);
    }
    if (status != TW_OK) {
        tw_area_free(*area);
        *area = NULL;
    }
    return status;
}

void tw_selection_zooms(const struct tw_selection *selection, int *min_zoom, int *max_zoom)
{
    if (selection->has_tile) {
        *min_zoom = *max_zoom = selection->tile.zoom;
    } else if (selection->has_zooms) {
        *min_zoom = selection->min_zoom;
        *max_zoom = selection->max_zoom;
    }
}
