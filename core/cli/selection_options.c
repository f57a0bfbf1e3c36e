/* SPDX-License-Identifier: MIT */
#include "selection_options.h"

enum key { ZOOM, BOUNDS, BOUNDS_CRS, POINT, POINT_CRS, AREA, AREA_CRS, TILE, NUM_KEYS };

static const struct tw_option options[NUM_KEYS] = {
    [ZOOM] = {'z', "zoom", 1},       [BOUNDS] = {'b', "bounds", 4},     [BOUNDS_CRS] = {0, "bounds-crs", 1},
    [POINT] = {'p', "point", 2},     [POINT_CRS] = {0, "point-crs", 1}, [AREA] = {'a', "area", 1},
    [AREA_CRS] = {0, "area-crs", 1}, [TILE] = {'t', "tile", 3},
};

const struct tw_option_list tw_selection_options = {options, NUM_KEYS};
const struct tw_option_list tw_bounds_options = {options, POINT};

static enum tw_status take_bounds(struct tw_selection *selection, const struct tw_given *given,
                                  struct tw_error *err)
{
    double numbers[4];
    for (size_t i = 0; i < 4; i++)
        if (tw_option_number(given, i, &numbers[i], err) != TW_OK)
            return err->status;
    selection->has_bounds = true;
    selection->bounds = (struct tw_box){numbers[0], numbers[1], numbers[2], numbers[3]};
    return TW_OK;
}

static enum tw_status take_point(struct tw_selection *selection, const struct tw_given *given,
                                 struct tw_error *err)
{
    selection->has_point = true;
    enum tw_status status = tw_option_number(given, 0, &selection->x, err);
    return status == TW_OK ? tw_option_number(given, 1, &selection->y, err) : status;
}

static enum tw_status take_tile(struct tw_selection *selection, const struct tw_given *given,
                                struct tw_error *err)
{
    long long numbers[3];
    for (size_t i = 0; i < 3; i++)
        if (tw_option_whole(given, i, 0, &numbers[i], err) != TW_OK)
            return err->status;
    if (numbers[0] > TW_MAX_ZOOM)
        return tw_error_set(err, TW_EUSAGE, "--tile: zoom %lld is beyond the deepest zoom, %d", numbers[0],
                            TW_MAX_ZOOM);
    selection->has_tile = true;
    selection->tile = (struct tw_tile){(int)numbers[0], numbers[1], numbers[2]};
    return TW_OK;
}

enum tw_status tw_selection_take(struct tw_selection *selection, const struct tw_given *given,
                                 struct tw_error *err)
{
    switch ((enum key)(given->option - options)) {
    case ZOOM:
        selection->has_zooms = true;
        return tw_option_zooms(given, &selection->min_zoom, &selection->max_zoom, err);
    case BOUNDS:
        return take_bounds(selection, given, err);
    case POINT:
        return take_point(selection, given, err);
    case TILE:
        return take_tile(selection, given, err);
    case BOUNDS_CRS:
    case POINT_CRS:
        selection->bounds_crs = given->values[0];
        return TW_OK;
    case AREA:
        selection->area = given->values[0];
        return TW_OK;
    default:
        selection->area_crs = given->values[0];
        return TW_OK;
    }
}

enum tw_status tw_selection_check(const struct tw_selection *s, struct tw_error *err)
{
    if (s->has_tile && (s->has_zooms || s->has_bounds || s->has_point || s->area != NULL))
        return tw_error_set(err, TW_EUSAGE,
                            "--tile names one metatile; it goes with no --zoom, --bounds, --point or --area");
    if (s->has_point && (s->has_bounds || s->area != NULL))
        return tw_error_set(err, TW_EUSAGE, "--point names one place; it goes with no --bounds or --area");
    if (s->bounds_crs != NULL && !s->has_bounds && !s->has_point)
        return tw_error_set(err, TW_EUSAGE,
                            "--bounds-crs is the CRS of --bounds or --point: give one of them");
    if (s->area_crs != NULL && s->area == NULL)
        return tw_error_set(err, TW_EUSAGE, "--area-crs is the CRS of --area: give an area");
    return TW_OK;
}
