/* SPDX-License-Identifier: MIT */
#include "grid.h"

#include "tile_matrix_set.h"

#include <math.h>
#include <string.h>

enum { MOST_TILES = 65536, NUM_NAMED = 2, NUM_KEYS = 6, NUM_SRS_KEYS = 3 };

static const struct tw_grid named[NUM_NAMED] = {
    {.name = "mercator",
     .crs = "EPSG:3857",
     .extent = {-20037508.3427892, -20037508.3427892, 20037508.3427892, 20037508.3427892},
     .cols = 1,
     .rows = 1,
     .is_global = true},
    {.name = "geodetic",
     .crs = "EPSG:4326",
     .extent = {-180, -90, 180, 90},
     .cols = 2,
     .rows = 1,
     .is_global = true},
};
static const char *const keys[NUM_KEYS] = {"shape", "bounds", "srs", "is_global", "proj", "epsg"};
static const char *const srs_keys[NUM_SRS_KEYS] = {"epsg", "wkt", "proj"};

size_t tw_grid_keys(const char *const **list)
{
    *list = keys;
    return NUM_KEYS;
}

size_t tw_grid_srs_keys(const char *const **list)
{
    *list = srs_keys;
    return NUM_SRS_KEYS;
}

size_t tw_grid_names(const char *const **list)
{
    static const char *const names[NUM_NAMED] = {"mercator", "geodetic"};
    *list = names;
    return NUM_NAMED;
}

const struct tw_grid *tw_grid_named(const char *name)
{
    for (int i = 0; i < NUM_NAMED; i++)
        if (strcmp(named[i].name, name) == 0)
            return &named[i];
    return NULL;
}

int tw_grid_max_zoom(const struct tw_grid *grid)
{
    int64_t side = grid->cols > grid->rows ? grid->cols : grid->rows;
    int zoom = grid->first_zoom + TW_MAX_ZOOM + 1;
    for (int64_t tiles = 1; tiles < side; tiles *= 2)
        zoom--;
    if (grid->num_zooms > 0 && grid->first_zoom + grid->num_zooms - 1 < zoom)
        zoom = grid->first_zoom + grid->num_zooms - 1;
    return zoom < TW_MAX_ZOOM ? zoom : TW_MAX_ZOOM;
}

int64_t tw_grid_cols(const struct tw_grid *grid, int zoom)
{
    return grid->cols << (zoom - grid->first_zoom);
}

int64_t tw_grid_rows(const struct tw_grid *grid, int zoom)
{
    return grid->rows << (zoom - grid->first_zoom);
}

bool tw_grid_equals(const struct tw_grid *a, const struct tw_grid *b)
{
    return strcmp(a->crs, b->crs) == 0 && a->cols == b->cols && a->rows == b->rows &&
           a->first_zoom == b->first_zoom && memcmp(&a->extent, &b->extent, sizeof(a->extent)) == 0;
}

int64_t tw_grid_width_px(const struct tw_grid *grid, int zoom, int tile_size_px)
{
    return tw_grid_cols(grid, zoom) * tile_size_px;
}

int64_t tw_grid_height_px(const struct tw_grid *grid, int zoom, int tile_size_px)
{
    return tw_grid_rows(grid, zoom) * tile_size_px;
}

double tw_grid_pixel_width(const struct tw_grid *grid, int zoom, int tile_size_px)
{
    return (grid->extent.right - grid->extent.left) / (double)tw_grid_width_px(grid, zoom, tile_size_px);
}

double tw_grid_pixel_height(const struct tw_grid *grid, int zoom, int tile_size_px)
{
    return (grid->extent.top - grid->extent.bottom) / (double)tw_grid_height_px(grid, zoom, tile_size_px);
}

double tw_grid_tolerance(const struct tw_grid *grid)
{
    const struct tw_box *box = &grid->extent;
    double x = fmax(fabs(box->left), fabs(box->right)), y = fmax(fabs(box->bottom), fabs(box->top));
    return fmax(x, y) * 1e-14;
}

static bool read_shape(const struct tw_value *shape, struct tw_grid *grid, struct tw_problems *problems)
{
    long long size[2] = {0, 0};
    bool right = shape->kind == TW_LIST && shape->count == 2;
    for (size_t i = 0; right && i < 2; i++)
        right = tw_value_is_int(&shape->items[i], &size[i]) && size[i] >= 1 && size[i] <= MOST_TILES;
    if (!right)
        tw_problems_add(problems, shape, "'shape' must be [rows, cols], whole numbers from 1 to %d",
                        MOST_TILES);
    grid->rows = size[0];
    grid->cols = size[1];
    return right;
}

static bool read_bounds(const struct tw_value *bounds, struct tw_grid *grid, struct tw_problems *problems)
{
    double edges[4] = {0, 0, 0, 0};
    bool right = bounds->kind == TW_LIST && bounds->count == 4;
    for (size_t i = 0; right && i < 4; i++) {
        right = bounds->items[i].kind == TW_NUMBER && isfinite(bounds->items[i].number);
        edges[i] = bounds->items[i].number;
    }
    right = right && edges[0] < edges[2] && edges[1] < edges[3];
    if (!right)
        tw_problems_add(problems, bounds,
                        "'bounds' of a grid must be [left, bottom, right, top] with left less than right and "
                        "bottom less than top");
    grid->extent = (struct tw_box){edges[0], edges[1], edges[2], edges[3]};
    return right;
}

/* `epsg: 3035`, `epsg: EPSG:3035`; wkt and proj as they are. */
static const char *crs_of(const char *key, const struct tw_value *value, struct tw_arena *arena,
                          struct tw_problems *problems)
{
    long long code = 0;
    const char *crs = NULL;
    if (strcmp(key, "epsg") == 0 && tw_value_is_int(value, &code))
        crs = tw_arena_printf(arena, "EPSG:%lld", code);
    else if (value->kind == TW_STRING && *value->text != '\0')
        crs = tw_arena_strdup(arena, value->text);
    else
        tw_problems_add(problems, value, "'%s' must be %s, not %s", key,
                        strcmp(key, "epsg") == 0 ? "a code such as 3035" : "a string",
                        tw_value_kind_name(value->kind));
    return crs;
}

static const char *read_srs(const struct tw_value *map, struct tw_arena *arena, struct tw_problems *problems)
{
    const struct tw_value *srs = tw_value_get(map, "srs");
    if (srs != NULL && srs->kind != TW_MAP) {
        tw_problems_add(problems, srs, "'srs' must be a map with one of epsg, wkt, proj, not %s",
                        tw_value_kind_name(srs->kind));
        return NULL;
    }
    const struct tw_value *holder = srs != NULL ? srs : map;
    for (size_t i = 0; i < NUM_SRS_KEYS; i++) {
        const struct tw_value *value = tw_value_get(holder, srs_keys[i]);
        if (value != NULL)
            return crs_of(srs_keys[i], value, arena, problems);
    }
    tw_problems_add(problems, holder, "a custom grid needs 'srs' with one of epsg, wkt, proj");
    return NULL;
}

static bool are_known(const struct tw_value *map, const char *const *known, size_t count, const char *kind,
                      struct tw_problems *problems)
{
    bool all = true;
    for (size_t i = 0; map != NULL && map->kind == TW_MAP && i < map->count; i++) {
        bool found = false;
        for (size_t k = 0; k < count && !found; k++)
            found = strcmp(map->members[i].key, known[k]) == 0;
        if (!found)
            tw_problems_add_unknown_key(problems, &map->members[i], kind, known, count);
        all = all && found;
    }
    return all;
}

/* Tiles are square: rows and columns must be as many as the bounds say. */
static bool is_square(const struct tw_grid *grid, const struct tw_value *value, struct tw_problems *problems)
{
    const struct tw_box *box = &grid->extent;
    double shape = (double)grid->cols / (double)grid->rows;
    double bounds = (box->right - box->left) / (box->top - box->bottom);
    if (fabs(shape - bounds) <= 1e-6)
        return true;
    double width = (box->right - box->left) / (double)grid->cols;
    double height = (box->top - box->bottom) / (double)grid->rows;
    double side = width > height ? width : height;
    tw_problems_add(problems, value,
                    "shape ratio (%.10g) must equal bounds ratio (%.10g); try bounds [%.15g, %.15g, %.15g, "
                    "%.15g]",
                    shape, bounds, box->left, box->bottom, box->left + side * (double)grid->cols,
                    box->bottom + side * (double)grid->rows);
    return false;
}

static const struct tw_grid *custom_grid(const struct tw_value *map, struct tw_arena *arena,
                                         struct tw_problems *problems)
{
    struct tw_grid grid = {.name = "custom"};
    const struct tw_value *shape = tw_value_get(map, "shape");
    const struct tw_value *bounds = tw_value_get(map, "bounds");
    const struct tw_value *global = tw_value_get(map, "is_global");
    bool right = are_known(map, keys, NUM_KEYS, "key of a grid", problems);
    right = are_known(tw_value_get(map, "srs"), srs_keys, NUM_SRS_KEYS, "key of srs", problems) && right;
    if (shape == NULL || bounds == NULL) {
        tw_problems_add(problems, map, "a custom grid needs '%s'", shape == NULL ? "shape" : "bounds");
        return NULL;
    }
    right = read_shape(shape, &grid, problems) && read_bounds(bounds, &grid, problems) && right;
    grid.crs = read_srs(map, arena, problems);
    if (global != NULL && global->kind != TW_BOOL) {
        tw_problems_add(problems, global, "'is_global' must be true or false, not %s",
                        tw_value_kind_name(global->kind));
        right = false;
    }
    grid.is_global = global != NULL && global->boolean;
    if (!right || grid.crs == NULL || !is_square(&grid, bounds, problems))
        return NULL;
    struct tw_grid *kept = tw_arena_calloc(arena, 1, sizeof(*kept));
    if (kept != NULL)
        *kept = grid;
    return kept;
}

const struct tw_grid *tw_grid_from_value(const struct tw_value *value, struct tw_arena *arena,
                                         struct tw_problems *problems)
{
    if (value->kind == TW_MAP)
        return custom_grid(value, arena, problems);
    if (value->kind != TW_STRING) {
        tw_problems_add(problems, value, "a grid must be a name (mercator, geodetic) or a map, not %s",
                        tw_value_kind_name(value->kind));
        return NULL;
    }
    const struct tw_grid *grid = tw_grid_named(value->text);
    return grid != NULL ? grid : tw_tile_matrix_set_named(value, arena, problems);
}
