/* SPDX-License-Identifier: MIT */
#include "touch.h"

#include "area_boxes.h"
#include "interval.h"
#include "walk.h"

#include <stdlib.h>

struct touching {
    const struct tw_plan *plan;
    struct tw_writer *writer;
    bool mark;
    struct tw_touched *touched;
    struct tw_area *inputs[TW_MAX_ZOOM + 1];   /* of each zoom; NULL: everywhere */
    struct tw_intervals seen[TW_MAX_ZOOM + 1]; /* what was dealt with */
    struct tw_intervals *places;               /* for each zoom, what is touched; NULL: nobody asks */
    struct tw_error *err;
};

/* Whether no input covers the tile: a run from nothing would not make it. */
static bool is_gone(const struct touching *touching, const struct tw_tile *tile)
{
    struct tw_box box = tw_tile_bounds(&touching->plan->config->process_pyramid, tile);
    const struct tw_area *inputs = touching->inputs[tile->zoom];
    return inputs != NULL && !tw_area_overlaps(inputs, &box);
}

/* Whether the tile is one of those that are counted. */
static bool counts(const struct touching *touching, const struct tw_tile *tile, bool gone)
{
    const struct tw_plan *plan = touching->plan;
    if (touching->writer != NULL)
        return tw_writer_is_known(touching->writer, tile);
    if (gone || tile->zoom < plan->min_zoom || tile->zoom > plan->max_zoom)
        return false;
    struct tw_box box = tw_tile_bounds(&plan->config->process_pyramid, tile);
    return tw_area_overlaps(tw_plan_zoom(plan, tile->zoom)->run_area, &box);
}

static enum tw_status touch_tile(struct touching *touching, const struct tw_tile *tile)
{
    bool gone = is_gone(touching, tile);
    uint64_t place = tw_tile_hilbert(&touching->plan->config->process_pyramid, tile);
    if (touching->places != NULL && !tw_intervals_add(&touching->places[tile->zoom], place, 0))
        return tw_error_nomem(touching->err);
    struct tw_touched *touched = touching->touched;
    if (counts(touching, tile, gone)) {
        touched->counts[tile->zoom]++;
        touched->total++;
        touched->computed += tw_plan_is_base(touching->plan, tile->zoom);
        touched->removed += gone;
        if (touching->mark && gone)
            return tw_writer_forget(touching->writer, tile, touching->err);
    }
    return touching->mark ? tw_writer_outdate(touching->writer, tile, touching->err) : TW_OK;
}

/* What is interpolated from the tile. */
static enum tw_status touch_below(struct touching *touching, const struct tw_tile *tile)
{
    const struct tw_config *config = touching->plan->config;
    struct tw_tile children[4];
    enum tw_status status = TW_OK;
    if (tile->zoom < config->base_max_zoom || tile->zoom >= config->max_zoom)
        return TW_OK;
    int count = tw_tile_children(&config->process_pyramid, tile, children);
    for (int i = 0; status == TW_OK && i < count; i++) {
        status = touch_tile(touching, &children[i]);
        if (status == TW_OK)
            status = touch_below(touching, &children[i]);
    }
    return status;
}

/* The tile, and the overviews above it, each once. */
static enum tw_status touch_above(struct touching *touching, const struct tw_tile *tile)
{
    const struct tw_pyramid *pyramid = &touching->plan->config->process_pyramid;
    uint64_t place = tw_tile_hilbert(pyramid, tile);
    if (tw_intervals_find(&touching->seen[tile->zoom], place, NULL))
        return TW_OK;
    if (!tw_intervals_add(&touching->seen[tile->zoom], place, 0))
        return tw_error_nomem(touching->err);
    enum tw_status status = touch_tile(touching, tile);
    struct tw_overviews_of overviews = tw_plan_overviews_of(touching->plan, tile);
    struct tw_tile above;
    while (status == TW_OK && tw_overviews_next(&overviews, &above) &&
           above.zoom >= touching->plan->config->min_zoom)
        status = touch_above(touching, &above);
    return status;
}

/* The places that changed at the zoom, grown by what scripts and resampling look at beyond a tile. */
static enum tw_status area_at(const struct touching *touching, const struct tw_changes *changes, int zoom,
                              bool of_frames, struct tw_area **area)
{
    const struct tw_pyramid *pyramid = &touching->plan->script_pyramid;
    double x = tw_grid_pixel_width(pyramid->grid, zoom, pyramid->tile_size_px);
    double y = tw_grid_pixel_height(pyramid->grid, zoom, pyramid->tile_size_px);
    struct tw_box *boxes = calloc(changes->num_places + 1, sizeof(*boxes));
    size_t count = 0;
    if (boxes == NULL)
        return tw_error_nomem(touching->err);
    for (size_t i = 0; i < changes->num_places; i++) {
        const struct tw_box *box = &changes->places[i]->box;
        bool is_frame = changes->places[i]->reach_px == TW_REACH_FRAME && !changes->is_all;
        int reach_px = pyramid->pixelbuffer_px + (is_frame ? 0 : changes->places[i]->reach_px);
        if (is_frame == of_frames && (changes->place_zooms[i] >> zoom & 1) != 0 && box->left <= box->right)
            boxes[count++] = (struct tw_box){box->left - reach_px * x, box->bottom - reach_px * y,
                                             box->right + reach_px * x, box->top + reach_px * y};
    }
    enum tw_status status = tw_area_of_boxes(pyramid->grid, boxes, count, area, touching->err);
    free(boxes);
    return status;
}

/* of_frames: only what no input covers any more. */
static enum tw_status touch_zoom(struct touching *touching, const struct tw_changes *changes, int zoom,
                                 bool of_frames)
{
    struct tw_area *area = NULL;
    enum tw_status status = area_at(touching, changes, zoom, of_frames, &area);
    if (status != TW_OK || area == NULL)
        return status;
    const struct tw_area *areas[] = {area};
    struct tw_walk *walk = tw_walk_new(&touching->plan->config->process_pyramid, zoom, zoom, areas);
    if (walk == NULL)
        status = tw_error_nomem(touching->err);
    struct tw_tile tile;
    bool covered;
    enum tw_walk_event event;
    while (status == TW_OK && (event = tw_walk_next(walk, &tile, &covered)) != TW_WALK_END) {
        if (event != TW_WALK_ENTER || !covered || (of_frames && !is_gone(touching, &tile)))
            continue;
        status = touch_above(touching, &tile);
        if (status == TW_OK)
            status = touch_below(touching, &tile);
    }
    tw_walk_free(walk);
    tw_area_free(area);
    return status;
}

enum tw_status tw_touch(const struct tw_plan *plan, const struct tw_changes *changes,
                        struct tw_writer *writer, bool mark, struct tw_touched *touched, struct tw_error *err)
{
    const struct tw_config *config = plan->config;
    struct touching touching = {.plan = plan, .writer = writer, .mark = mark, .touched = touched, .err = err};
    enum tw_status status = TW_OK;
    *touched = (struct tw_touched){0};
    for (int zoom = config->min_zoom; status == TW_OK && zoom <= config->max_zoom; zoom++)
        status = tw_plan_inputs_area(plan, zoom, &touching.inputs[zoom], err);
    for (int zoom = config->base_min_zoom; status == TW_OK && zoom <= config->base_max_zoom; zoom++)
        if ((status = touch_zoom(&touching, changes, zoom, false)) == TW_OK)
            status = touch_zoom(&touching, changes, zoom, true);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++) {
        tw_area_free(touching.inputs[zoom]);
        tw_intervals_free(&touching.seen[zoom]);
    }
    return status;
}

enum tw_status tw_touch_tiles(const struct tw_plan *plan, const struct tw_touch_tiles *which,
                              struct tw_writer *writer, struct tw_error *err)
{
    struct tw_touched touched = {.total = 0};
    struct touching touching = {.plan = plan,
                                .writer = writer,
                                .mark = writer != NULL,
                                .touched = &touched,
                                .places = which->places,
                                .err = err};
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < which->count; i++) {
        status = touch_above(&touching, &which->tiles[i]);
        if (status == TW_OK)
            status = touch_below(&touching, &which->tiles[i]);
    }
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        tw_intervals_free(&touching.seen[zoom]);
    return status;
}
