/* SPDX-License-Identifier: MIT */
#include "source_vector.h"

#include "dataset.h"
#include "text.h"
#include "tile_directory_options.h"
#include "tile_parts.h"
#include "vector_schema.h"

const struct tw_tile_range *tw_vector_tiles_zoom(const struct tw_vector_tiles *tiles,
                                                 const struct tw_window *window)
{
    const struct tw_tile_zooms *zooms = &tiles->zooms;
    int best = 0;
    if (tw_grid_equals(window->grid, tiles->layout.pyramid.grid))
        while (best + 1 < zooms->count && zooms->ranges[best + 1].zoom >= window->zoom)
            best++;
    return &zooms->ranges[best];
}

/* Opens the first tile, so that what is wrong with all of them is found now. */
static enum tw_status check_tile(struct tw_source *source, const struct tw_vector_tiles *tiles,
                                 struct tw_problems *problems)
{
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    const char *path = tw_tile_layout_path(&tiles->layout, &tiles->zooms.first, source->arena);
    GDALDatasetH dataset = NULL;
    struct tw_error err = {0};
    if (pool == NULL || path == NULL) {
        tw_dataset_pool_free(pool);
        return TW_ENOMEM;
    }
    enum tw_status status = tw_dataset_open_vector(pool, path, &dataset, &err);
    OGRLayerH layer = status == TW_OK ? GDALDatasetGetLayer(dataset, 0) : NULL;
    if (status != TW_OK && status != TW_ENOMEM) {
        tw_problems_add(problems, source->value, "%s", err.message);
        status = TW_EUSAGE;
    }
    if (layer != NULL && !tw_vector_check_where(source, layer, problems))
        status = TW_EUSAGE;
    if (layer != NULL && status == TW_OK) {
        const struct tw_tile_zooms *zooms = &tiles->zooms;
        source->facts = (struct tw_source_facts){.path = tiles->layout.folder,
                                                 .crs = tiles->layout.pyramid.grid->crs,
                                                 .grid = tiles->layout.pyramid.grid,
                                                 .is_tiled = true,
                                                 .pyramid = tiles->layout.pyramid,
                                                 .min_zoom = zooms->ranges[zooms->count - 1].zoom,
                                                 .max_zoom = zooms->ranges[0].zoom,
                                                 .format = tw_encoder_format_of(tiles->layout.extension)};
        source->facts.schema = tw_vector_schema_of(layer, source->arena);
        status = source->facts.schema != NULL ? TW_OK : TW_ENOMEM;
    }
    tw_dataset_pool_free(pool);
    return status;
}

static enum tw_status list_tiles(struct tw_source *source, struct tw_vector_tiles *tiles,
                                 struct tw_problems *problems)
{
    struct tw_vector_state *state = source->state;
    struct tw_error err = {0};
    enum tw_status status = tw_tile_zooms_list(&tiles->layout, &tiles->zooms, &err);
    if (status != TW_OK) {
        tw_problems_add(problems, source->value, "%s", err.message);
        return status == TW_ENOMEM ? TW_ENOMEM : TW_EUSAGE;
    }
    state->crs = tiles->layout.pyramid.grid->crs;
    state->extent = tw_tile_range_bounds(&tiles->layout.pyramid, &tiles->zooms.ranges[0]);
    state->tiles = tiles;
    return check_tile(source, tiles, problems);
}

static enum tw_status vector_tiles_open(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_vector_state *state = tw_arena_calloc(source->arena, 1, sizeof(*state));
    struct tw_vector_tiles *tiles = tw_arena_calloc(source->arena, 1, sizeof(*tiles));
    source->band_names = tw_arena_calloc(source->arena, 1, sizeof(*source->band_names));
    if (state == NULL || tiles == NULL || source->band_names == NULL)
        return TW_ENOMEM;
    source->state = state;
    state->path = tw_source_path(source);
    atomic_flag_clear(&state->warned);
    bool ok = tw_vector_option_where(source, problems);
    enum tw_status status = tw_tile_directory_layout(source, state->path, &tiles->layout, problems);
    if (status != TW_OK || !ok)
        return status == TW_OK ? TW_EUSAGE : status;
    return list_tiles(source, tiles, problems);
}

static enum tw_status vector_tiles_area(const struct tw_source *source, const struct tw_grid *grid,
                                        struct tw_area **area, struct tw_error *err)
{
    const struct tw_vector_state *state = source->state;
    return tw_tile_directory_area(&state->tiles->layout, &state->tiles->zooms.ranges[0], grid, area, err);
}

/* Which zooms there are decides from which of them a window is read. */
static const char *list_zooms(const struct tw_tile_zooms *zooms, struct tw_arena *arena)
{
    struct tw_text text = {0};
    for (int i = 0; i < zooms->count; i++)
        tw_text_printf(&text, " %d", zooms->ranges[i].zoom);
    const char *list = text.failed ? NULL : tw_arena_strdup(arena, tw_text_get(&text));
    tw_text_free(&text);
    return list;
}

/* Features on an edge belong to the tiles on both sides of it. */
static enum tw_status vector_tiles_parts(const struct tw_source *source, const struct tw_grid *grid,
                                         struct tw_input_parts *parts, struct tw_error *err)
{
    const struct tw_vector_tiles *tiles = ((const struct tw_vector_state *)source->state)->tiles;
    struct tw_tile_parts spec = {
        .layout = &tiles->layout, .about = list_zooms(&tiles->zooms, parts->arena), .reach_source_px = 1};
    if (spec.about == NULL)
        return tw_error_nomem(err);
    enum tw_status status =
        tw_tile_directory_frame(&tiles->layout, &tiles->zooms.ranges[0], grid, parts, err);
    return status == TW_OK ? tw_tile_parts_add(&spec, grid, parts, err) : status;
}

static const char *const options[] = {"path",      "where",       "grid",      "metatiling",
                                      "tile_size", "pixelbuffer", "extension", "layout",
                                      "min_zoom",  "max_zoom",    NULL};

/* Not in the table of drivers: a tile_directory whose tiles hold features is one of these. */
const struct tw_source_driver tw_source_vector_tiles = {
    .alias = NULL,
    .kind = TW_SOURCE_VECTOR,
    .options = options,
    .open = vector_tiles_open,
    .area = vector_tiles_area,
    .parts = vector_tiles_parts,
    .reader_free = tw_vector_reader_free,
    .features = tw_vector_features,
};
