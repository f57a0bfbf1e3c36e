/* SPDX-License-Identifier: MIT */
#include "area_limits.h"

#include "area_read.h"
#include "file.h"
#include "json_value.h"

#include <stdlib.h>

enum tw_status tw_area_cut_bounds(struct tw_area **area, const struct tw_limits *limits,
                                  const struct tw_grid *grid, struct tw_error *err)
{
    struct tw_area *bounds = NULL;
    if (limits->bounds_value == NULL)
        return TW_OK;
    enum tw_status status = tw_area_from_bounds(&limits->bounds, limits->bounds_crs, grid, &bounds, err);
    return status == TW_OK ? tw_area_cut(area, bounds, err) : status;
}

/* A map that is GeoJSON, as text. */
static enum tw_status read_geojson(const struct tw_limits *limits, const struct tw_grid *grid,
                                   struct tw_area **area, struct tw_error *err)
{
    json_t *json = tw_value_to_json(limits->area);
    char *text = json != NULL ? json_dumps(json, 0) : NULL;
    json_decref(json);
    enum tw_status status =
        text != NULL ? tw_area_read(text, limits->area_crs, grid, area, err) : tw_error_nomem(err);
    free(text);
    return status;
}

static const struct tw_value *path_of(const struct tw_limits *limits)
{
    const struct tw_value *area = limits->area;
    if (area != NULL && area->kind == TW_STRING)
        return tw_area_is_text(area->text) ? NULL : area;
    return tw_value_get(area, "path");
}

const char *tw_limits_file(const struct tw_limits *limits, const char *folder, struct tw_arena *arena)
{
    const struct tw_value *path = path_of(limits);
    return path != NULL ? tw_path_join(arena, folder, path->text) : NULL;
}

static enum tw_status read_file(const struct tw_limits *limits, const char *folder,
                                const struct tw_grid *grid, struct tw_area **area, struct tw_error *err)
{
    const struct tw_value *layer = tw_value_get(limits->area, "layer");
    struct tw_arena *arena = tw_arena_new(0);
    const struct tw_area_file file = {.path = arena != NULL ? tw_limits_file(limits, folder, arena) : NULL,
                                      .layer = layer != NULL ? layer->text : NULL,
                                      .crs = limits->area_crs};
    enum tw_status status =
        file.path != NULL ? tw_area_read_file(&file, grid, area, err) : tw_error_nomem(err);
    tw_arena_free(arena);
    return status;
}

enum tw_status tw_area_cut_area(struct tw_area **area, const struct tw_limits *limits, const char *folder,
                                const struct tw_grid *grid, struct tw_error *err)
{
    struct tw_area *given = NULL;
    enum tw_status status = TW_OK;
    if (limits->area == NULL)
        return TW_OK;
    if (path_of(limits) != NULL)
        status = read_file(limits, folder, grid, &given, err);
    else if (limits->area->kind == TW_MAP)
        status = read_geojson(limits, grid, &given, err);
    else
        status = tw_area_read(limits->area->text, limits->area_crs, grid, &given, err);
    return status == TW_OK ? tw_area_cut(area, given, err) : status;
}

static enum tw_status put_place(enum tw_status status, const struct tw_value *place, struct tw_error *err)
{
    struct tw_error inner = err != NULL ? *err : (struct tw_error){0};
    return status == TW_EUSAGE ? tw_error_at(err, status, place, "%s", inner.message) : status;
}

enum tw_status tw_area_cut_limits(struct tw_area **area, const struct tw_limits *limits, const char *folder,
                                  const struct tw_grid *grid, struct tw_error *err)
{
    enum tw_status status = tw_area_cut_bounds(area, limits, grid, err);
    if (status != TW_OK)
        return put_place(status, limits->bounds_value, err);
    return put_place(tw_area_cut_area(area, limits, folder, grid, err), limits->area, err);
}
