/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "zoom.h"

#include <string.h>

static const char *const zoom_keys[] = {"min", "max"};
static const char *const base_keys[] = {"min", "max", "lower", "higher"};

size_t tw_check_zoom_keys(const char *const **names)
{
    *names = zoom_keys;
    return 2;
}

size_t tw_check_baselevel_keys(const char *const **names)
{
    *names = base_keys;
    return 4;
}

static const struct tw_check_range any_zoom = {0, TW_MAX_ZOOM};

static bool read_zoom_list(struct tw_check *check, const struct tw_value *list)
{
    struct tw_config *config = check->config;
    uint32_t zooms = 0;
    if (list->count == 0) {
        tw_problems_add(check->problems, list, "zoom_levels is an empty list; give at least one zoom");
        return false;
    }
    config->min_zoom = TW_MAX_ZOOM;
    config->max_zoom = 0;
    for (size_t i = 0; i < list->count; i++) {
        int zoom = 0;
        if (!tw_check_int(check, &list->items[i], "a zoom of zoom_levels", any_zoom, &zoom))
            return false;
        zooms |= tw_zooms_between(zoom, zoom);
        config->min_zoom = zoom < config->min_zoom ? zoom : config->min_zoom;
        config->max_zoom = zoom > config->max_zoom ? zoom : config->max_zoom;
    }
    int gap = tw_zooms_first(tw_zooms_between(config->min_zoom, config->max_zoom) & ~zooms);
    if (list->count <= 2 || gap < 0)
        return true;
    tw_problems_add(check->problems, list,
                    "zoom_levels leaves out zoom %d; list every zoom, or give the lowest and the highest: "
                    "[%d, %d]",
                    gap, config->min_zoom, config->max_zoom);
    return false;
}

static bool read_zoom(struct tw_check *check, const struct tw_value *map, const char *name, int *zoom)
{
    const struct tw_value *value = tw_check_required(check, map, name, "give both min and max");
    return value != NULL && tw_check_int(check, value, name, any_zoom, zoom);
}

static bool read_zoom_map(struct tw_check *check, const struct tw_value *map)
{
    struct tw_config *config = check->config;
    tw_check_keys(check, map, "zoom_levels key", zoom_keys, 2);
    bool has_min = read_zoom(check, map, "zoom_levels.min", &config->min_zoom);
    bool has_max = read_zoom(check, map, "zoom_levels.max", &config->max_zoom);
    if (!has_min || !has_max)
        return false;
    if (config->min_zoom <= config->max_zoom)
        return true;
    tw_problems_add(check->problems, tw_value_get(map, "min"),
                    "zoom_levels.min %d is larger than zoom_levels.max %d", config->min_zoom,
                    config->max_zoom);
    return false;
}

static bool read_zoom_levels(struct tw_check *check, const struct tw_value *value)
{
    struct tw_config *config = check->config;
    if (value->kind == TW_LIST)
        return read_zoom_list(check, value);
    if (value->kind == TW_MAP)
        return read_zoom_map(check, value);
    if (value->kind != TW_NUMBER)
        return tw_check_wrong(check, value, "zoom_levels", "a zoom, a list of zooms or {min: 0, max: 8}");
    if (!tw_check_int(check, value, "zoom_levels", any_zoom, &config->min_zoom))
        return false;
    config->max_zoom = config->min_zoom;
    return true;
}

void tw_check_zoom_levels(struct tw_check *check)
{
    struct tw_config *config = check->config;
    const struct tw_value *value = tw_check_required(check, config->root, "zoom_levels",
                                                     "give a zoom, a list of zooms or {min: 0, max: 8}");
    config->zooms_given = value != NULL;
    check->zooms_are_known = value != NULL && read_zoom_levels(check, value);
    if (!check->zooms_are_known)
        config->min_zoom = config->max_zoom = 0;
    config->base_min_zoom = config->min_zoom;
    config->base_max_zoom = config->max_zoom;
}

void tw_check_zooms_of_grid(struct tw_check *check)
{
    const struct tw_config *config = check->config;
    const struct tw_grid *grid = config->process_pyramid.grid;
    const struct tw_value *place = tw_value_get(config->root, "zoom_levels");
    if (!check->pyramid_is_known || !check->zooms_are_known)
        return;
    bool is_beyond = config->max_zoom > tw_grid_max_zoom(grid),
         is_above = config->min_zoom < grid->first_zoom;
    if (is_beyond)
        tw_problems_add(check->problems, place, "zoom %d is beyond the deepest zoom of this grid, %d",
                        config->max_zoom, tw_grid_max_zoom(grid));
    if (is_above)
        tw_problems_add(check->problems, place, "zoom %d is above the first zoom of this grid, %d",
                        config->min_zoom, grid->first_zoom);
    check->zooms_are_known = !is_beyond && !is_above;
}

static void read_resampling(struct tw_check *check, const struct tw_value *map, const char *name,
                            enum tw_resampling *resampling)
{
    const struct tw_value *value = tw_check_given(map, strrchr(name, '.') + 1);
    if (value == NULL)
        return;
    if (!tw_check_string(check, value, name, "the name of a resampling method") ||
        tw_resampling_parse(value->text, resampling))
        return;
    tw_problems_add_unknown(check->problems, value, "resampling", value->text, tw_resampling_list(),
                            TW_NUM_RESAMPLINGS);
}

/* baselevels.min and .max as far as they are given; at least one must be. */
static bool read_base_zooms(struct tw_check *check, const struct tw_value *map, int *min_zoom, int *max_zoom)
{
    const struct tw_value *min = tw_check_given(map, "min"), *max = tw_check_given(map, "max");
    if (min == NULL && max == NULL) {
        tw_problems_add(check->problems, map,
                        "baselevels needs 'min' or 'max': the zooms that are computed from the inputs");
        return false;
    }
    bool right = min == NULL || tw_check_int(check, min, "baselevels.min", any_zoom, min_zoom);
    if (max != NULL && !tw_check_int(check, max, "baselevels.max", any_zoom, max_zoom))
        right = false;
    if (!right || !check->zooms_are_known)
        return false;
    if (min == NULL || max == NULL || *min_zoom <= *max_zoom)
        return true;
    tw_problems_add(check->problems, min, "baselevels.min %d is larger than baselevels.max %d", *min_zoom,
                    *max_zoom);
    return false;
}

/* Cuts the base zooms at zoom_levels; something must remain. */
static bool fit_base_zooms(struct tw_check *check, const struct tw_value *map, int min_zoom, int max_zoom)
{
    struct tw_config *config = check->config;
    bool is_above = min_zoom > config->max_zoom;
    if (is_above || max_zoom < config->min_zoom) {
        tw_problems_add(check->problems, tw_check_given(map, is_above ? "min" : "max"),
                        "baselevels.%s %d lies outside zoom_levels %d to %d: no zoom would be computed from "
                        "the inputs",
                        is_above ? "min" : "max", is_above ? min_zoom : max_zoom, config->min_zoom,
                        config->max_zoom);
        return false;
    }
    config->base_min_zoom = min_zoom > config->min_zoom ? min_zoom : config->min_zoom;
    config->base_max_zoom = max_zoom < config->max_zoom ? max_zoom : config->max_zoom;
    return true;
}

void tw_check_baselevels(struct tw_check *check)
{
    struct tw_config *config = check->config;
    const struct tw_value *map = tw_check_given(config->root, "baselevels");
    if (map == NULL)
        return;
    if (map->kind != TW_MAP) {
        tw_check_wrong(check, map, "baselevels", "a map such as {min: 8, lower: average}");
        return;
    }
    config->has_baselevels = true;
    tw_check_keys(check, map, "baselevels key", base_keys, 4);
    read_resampling(check, map, "baselevels.lower", &config->lower);
    read_resampling(check, map, "baselevels.higher", &config->higher);
    int min_zoom = config->min_zoom, max_zoom = config->max_zoom;
    check->zooms_are_known =
        read_base_zooms(check, map, &min_zoom, &max_zoom) && fit_base_zooms(check, map, min_zoom, max_zoom);
}
