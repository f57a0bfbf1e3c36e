/* SPDX-License-Identifier: MIT */
#include "check.h"

static const char *const known_keys[] = {"grid", "metatiling", "pixelbuffer", "tile_size"};

size_t tw_check_pyramid_keys(const char *const **names)
{
    *names = known_keys;
    return sizeof(known_keys) / sizeof(*known_keys);
}

static void check_grid(struct tw_check *check, const struct tw_value *pyramid)
{
    struct tw_config *config = check->config;
    const struct tw_value *value =
        tw_check_required(check, pyramid, "pyramid.grid",
                          "name mercator, geodetic or a TileMatrixSet, or give a map of your own");
    if (value == NULL)
        return;
    size_t before = check->problems->count;
    const struct tw_grid *grid = check->read_grid != NULL
                                     ? check->read_grid(value, config->folder, config->arena, check->problems)
                                     : tw_grid_from_value(value, config->arena, check->problems);
    check->nomem = check->nomem || (grid == NULL && check->problems->count == before);
    if (grid != NULL)
        config->process_pyramid.grid = grid;
}

/* output.retina: tiles have twice as many pixels as maps count with. */
static bool is_retina(const struct tw_check *check)
{
    const struct tw_value *value = tw_value_get(tw_value_get(check->config->root, "output"), "retina");
    return value != NULL && value->kind == TW_BOOL && value->boolean;
}

static void check_tile_size(struct tw_check *check, const struct tw_value *pyramid)
{
    static const struct tw_check_range range = {128, 4096};
    const struct tw_value *value = tw_check_given(pyramid, "tile_size");
    int *size_px = &check->config->process_pyramid.tile_size_px;
    const struct tw_grid *grid = check->config->process_pyramid.grid;
    if (grid->tile_size_px > 0)
        *size_px = grid->tile_size_px;
    else if (is_retina(check))
        *size_px = TW_RETINA_PX;
    if (value == NULL || !tw_check_int(check, value, "pyramid.tile_size", range, size_px) ||
        grid->tile_size_px == 0 || *size_px == grid->tile_size_px)
        return;
    tw_problems_add(check->problems, value,
                    "pyramid.tile_size is %d, but tiles of the grid '%s' have %d pixels; remove it", *size_px,
                    grid->name, grid->tile_size_px);
}

/* The longer side of the largest metatile: a metatile ends where the grid does. */
static int longest_side(const struct tw_config *config)
{
    const struct tw_pyramid *pyramid = &config->process_pyramid;
    const struct tw_tile largest = {config->max_zoom, 0, 0};
    const struct tw_window window = tw_tile_window(pyramid, &largest);
    int longer = window.width_px > window.height_px ? window.width_px : window.height_px;
    return longer + 2 * pyramid->pixelbuffer_px;
}

/* Pixels of a metatile are counted in 32 bits. */
void tw_check_metatile_size(struct tw_check *check)
{
    enum { LONGEST_SIDE_PX = 46340 };
    const struct tw_config *config = check->config;
    if (!check->pyramid_is_known || !check->zooms_are_known || longest_side(config) <= LONGEST_SIDE_PX)
        return;
    tw_problems_add(check->problems, tw_value_get(config->root, "pyramid"),
                    "a metatile with its pixelbuffer has %d pixels on a side at zoom %d, and at most %d can "
                    "be processed at once; lower pyramid.metatiling or pyramid.tile_size",
                    longest_side(config), config->max_zoom, LONGEST_SIDE_PX);
}

void tw_check_pyramid(struct tw_check *check)
{
    struct tw_pyramid *pyramid = &check->config->process_pyramid;
    size_t before = check->problems->count;
    *pyramid = (struct tw_pyramid){.grid = tw_grid_named("mercator"), .tile_size_px = 256, .metatiling = 1};
    const struct tw_value *map =
        tw_check_required(check, check->config->root, "pyramid", "write 'pyramid: {grid: mercator}'");
    if (map == NULL)
        return;
    if (map->kind != TW_MAP) {
        tw_check_wrong(check, map, "pyramid", "a map such as {grid: mercator}");
        return;
    }
    tw_check_keys(check, map, "pyramid key", known_keys, sizeof(known_keys) / sizeof(*known_keys));
    check_grid(check, map);
    check_tile_size(check, map);
    tw_check_metatiling(check, map, "pyramid.metatiling", &pyramid->metatiling);
    tw_check_pixelbuffer(check, map, "pyramid.pixelbuffer", &pyramid->pixelbuffer_px);
    check->pyramid_is_known = check->problems->count == before;
}
