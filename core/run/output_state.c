/* SPDX-License-Identifier: MIT */
#include "output_state.h"

#include "inspect.h"
#include "presence.h"
#include "tile_files.h"
#include "tile_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const struct tw_tile_output *output;
    const struct tw_plan *plan;
    struct tw_output_state *state;
    struct tw_presence presence;
    int zoom; /* that is being listed */
    struct tw_tile_files *files;
    struct tw_arena *arena;
};

static bool is_of_plan(const struct reading *reading, int zoom)
{
    const struct tw_plan *plan = reading->plan;
    return plan != NULL && zoom >= plan->config->min_zoom && zoom <= plan->config->max_zoom;
}

static bool is_asked_for(const struct reading *reading, const struct tw_tile *metatile)
{
    if (!is_of_plan(reading, metatile->zoom))
        return false;
    struct tw_box box = tw_tile_bounds(&reading->presence.process, metatile);
    return tw_area_overlaps(tw_plan_zoom(reading->plan, metatile->zoom)->config_area, &box);
}

/* As a run decides it: what the journal knows, with its tiles; without one, what has all tiles. */
static bool is_done(const struct reading *reading, const struct tw_place *place)
{
    const struct tw_journal *journal = reading->presence.journal;
    if (place->is_known)
        return !place->is_outdated && place->present >= place->written;
    bool adopts = journal == NULL || tw_journal_adopts(journal);
    return adopts && place->present == tw_presence_num_tiles(&reading->presence, &place->metatile);
}

static enum tw_status take_place(void *context, const struct tw_place *place, struct tw_error *err)
{
    (void)err;
    struct reading *reading = context;
    struct tw_zoom_state *zoom = &reading->state->zooms[reading->zoom];
    if (place->written > place->present)
        zoom->missing += place->written - place->present;
    if (zoom->to_make > 0 && is_done(reading, place) && is_asked_for(reading, &place->metatile))
        zoom->to_make--;
    return TW_OK;
}

/* All tiles of the zoom have been listed. */
static enum tw_status end_zoom(struct reading *reading, struct tw_error *err)
{
    struct tw_output_state *state = reading->state;
    struct tw_zoom_state *zoom = &state->zooms[reading->zoom];
    const struct tw_grid *grid = reading->output->pyramid.grid;
    if (reading->zoom < grid->first_zoom || reading->zoom > tw_grid_max_zoom(grid))
        return TW_OK;
    if (is_of_plan(reading, reading->zoom))
        zoom->to_make = tw_area_count(tw_plan_zoom(reading->plan, reading->zoom)->config_area,
                                      &reading->presence.process, reading->zoom);
    enum tw_status status = tw_presence_compare(&reading->presence, reading->zoom, take_place, reading, err);
    state->tiles += zoom->tiles;
    state->bytes += zoom->bytes;
    state->missing += zoom->missing;
    state->to_make += zoom->to_make;
    if (zoom->tiles == 0 && zoom->missing == 0)
        return status;
    state->max_zoom = reading->zoom;
    if (state->min_zoom > reading->zoom)
        state->min_zoom = reading->zoom;
    return status;
}

static enum tw_status go_to_zoom(struct reading *reading, int zoom, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    for (; status == TW_OK && reading->zoom < zoom; reading->zoom++)
        status = end_zoom(reading, err);
    return status;
}

static void widen(struct tw_tile_range *range, const struct tw_tile *tile, bool is_first)
{
    if (is_first)
        *range = (struct tw_tile_range){tile->zoom, tile->row, tile->row, tile->col, tile->col};
    if (tile->row < range->first_row)
        range->first_row = tile->row;
    if (tile->row > range->last_row)
        range->last_row = tile->row;
    if (tile->col < range->first_col)
        range->first_col = tile->col;
    if (tile->col > range->last_col)
        range->last_col = tile->col;
}

static enum tw_status take_tile(void *context, const struct tw_stored_tile *tile, struct tw_error *err)
{
    struct reading *reading = context;
    enum tw_status status = go_to_zoom(reading, tile->tile.zoom, err);
    if (status != TW_OK)
        return status;
    struct tw_zoom_state *zoom = &reading->state->zooms[tile->tile.zoom];
    widen(&zoom->range, &tile->tile, zoom->tiles++ == 0);
    zoom->bytes += tile->size > 0 ? tile->size : tw_tile_files_tile_size(reading->files, tile);
    return tw_presence_add(&reading->presence, &tile->tile, err);
}

static enum tw_status read_tiles(struct reading *reading, struct tw_error *err)
{
    const struct tw_tile_listing listing = {
        .output = reading->output, .max_zoom = TW_MAX_ZOOM, .tile = take_tile, .context = reading};
    int metatiling = reading->plan != NULL ? reading->plan->config->process_pyramid.metatiling : 0;
    enum tw_status status = tw_tile_files_open(reading->output->folder, false, &reading->files, err);
    if (status != TW_OK)
        return status;
    status = tw_presence_open(&reading->presence, reading->output, metatiling, err);
    reading->presence.visits_empty = reading->plan != NULL;
    reading->state->has_journal = reading->presence.journal != NULL;
    if (status == TW_OK)
        status = tw_tile_output_list(&listing, err);
    if (status == TW_OK)
        status = go_to_zoom(reading, TW_MAX_ZOOM + 1, err);
    tw_presence_close(&reading->presence);
    tw_tile_files_close(reading->files);
    return status;
}

static void read_run(struct reading *reading)
{
    struct tw_output_state *state = reading->state;
    const char *folder = reading->output->folder;
    char *lock = tw_arena_printf(reading->arena, "%s/.tilewright/lock", folder);
    char *failed = tw_arena_printf(reading->arena, "%s/failed.json", folder);
    state->is_written = lock != NULL && tw_lock_is_held(lock, &state->holder);
    state->num_failed = tw_failed_count(failed);
}

enum tw_status tw_output_state_read(const struct tw_tile_output *output, const struct tw_plan *plan,
                                    struct tw_output_state *state, struct tw_error *err)
{
    struct reading reading = {.output = output, .plan = plan, .state = state, .arena = tw_arena_new(0)};
    *state = (struct tw_output_state){.min_zoom = TW_MAX_ZOOM + 1, .max_zoom = -1};
    if (reading.arena == NULL)
        return tw_error_nomem(err);
    read_run(&reading);
    enum tw_status status = read_tiles(&reading, err);
    tw_arena_free(reading.arena);
    return status;
}

bool tw_output_state_bounds(const struct tw_output_state *state, const struct tw_tile_output *output,
                            struct tw_box *bounds)
{
    int zoom = state->max_zoom;
    while (zoom >= 0 && state->zooms[zoom].tiles == 0)
        zoom--;
    if (zoom < 0)
        return false;
    *bounds = tw_tile_range_bounds(&output->pyramid, &state->zooms[zoom].range);
    return true;
}
