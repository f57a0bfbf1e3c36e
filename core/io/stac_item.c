/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "file.h"
#include "stac_assets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const json_t *json, *properties, *assets;
    const char *folder; /* of the item's file: what hrefs are relative to */
    struct tw_stack *stack;
    struct tw_stack_item *item;
    struct tw_arena *arena;
    struct tw_error *err;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* One observation: the day, the platform and, where the item tells, the orbit. */
static char *merge_key(const struct reading *reading)
{
    const json_t *orbit = json_object_get(reading->properties, "sat:relative_orbit");
    long long number = json_is_integer(orbit) ? (long long)json_integer_value(orbit) : -1;
    return tw_arena_printf(reading->arena, "%.10s|%s|%lld", reading->item->datetime,
                           text_of(reading->properties, "platform"), number);
}

static enum tw_status read_properties(const struct reading *reading)
{
    struct tw_stack_item *item = reading->item;
    const json_t *properties = reading->properties;
    const char *datetime = text_of(properties, "datetime");
    if (datetime[0] == '\0')
        datetime = text_of(properties, "start_datetime");
    char *json = json_dumps(properties, JSON_COMPACT);
    item->id = tw_arena_strdup(reading->arena, text_of(reading->json, "id"));
    item->collection = tw_arena_strdup(reading->arena, text_of(reading->json, "collection"));
    item->datetime = tw_arena_strdup(reading->arena, datetime);
    item->properties = tw_arena_strdup(reading->arena, json);
    free(json);
    if (item->id == NULL || item->collection == NULL || item->datetime == NULL || item->properties == NULL)
        return tw_error_nomem(reading->err);
    double last_s;
    if (!tw_time_parse(datetime, &item->time_s, &last_s))
        item->time_s = NAN;
    item->cloud_cover = number_of(properties, "eo:cloud_cover");
    item->merge_key = merge_key(reading);
    return item->merge_key != NULL ? TW_OK : tw_error_nomem(reading->err);
}

/* A key of an asset, or of the item's properties that hold for all assets. */
static const json_t *projection_value(const struct reading *reading, const json_t *asset, const char *key)
{
    const json_t *value = json_object_get(asset, key);
    return value != NULL && !json_is_null(value) ? value : json_object_get(reading->properties, key);
}

static const char *projection_crs(const struct reading *reading, const json_t *asset)
{
    const json_t *code = projection_value(reading, asset, "proj:code");
    if (json_is_string(code))
        return tw_arena_strdup(reading->arena, json_string_value(code));
    const json_t *epsg = projection_value(reading, asset, "proj:epsg");
    if (json_is_integer(epsg))
        return tw_arena_printf(reading->arena, "EPSG:%lld", (long long)json_integer_value(epsg));
    const json_t *wkt = projection_value(reading, asset, "proj:wkt2");
    return json_is_string(wkt) ? tw_arena_strdup(reading->arena, json_string_value(wkt)) : NULL;
}

static bool read_numbers(const json_t *array, size_t count, double *numbers)
{
    if (json_array_size(array) < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *number = json_array_get(array, i);
        if (!json_is_number(number))
            return false;
        numbers[i] = json_number_value(number);
    }
    return true;
}

/* The exact outline of an asset: proj:transform and proj:shape. */
static bool projected_box(const struct reading *reading, const json_t *asset, const char **crs,
                          struct tw_box *box)
{
    double t[6], shape[2];
    if (!read_numbers(projection_value(reading, asset, "proj:transform"), 6, t) ||
        !read_numbers(projection_value(reading, asset, "proj:shape"), 2, shape))
        return false;
    *crs = projection_crs(reading, asset);
    if (*crs == NULL)
        return false;
    struct tw_bounds bounds = {0};
    for (int i = 0; i < 4; i++) {
        double col = i % 2 * shape[1], row = i / 2 * shape[0];
        tw_bounds_add(&bounds, t[2] + t[0] * col + t[1] * row, t[5] + t[3] * col + t[4] * row);
    }
    *box = bounds.box;
    return box->left < box->right && box->bottom < box->top;
}

/* Four numbers, or six with heights; over the antimeridian when west is greater than east. */
static bool bbox_of(const json_t *bbox, struct tw_box *box)
{
    double n[6];
    bool has_height = json_array_size(bbox) == 6;
    if (!read_numbers(bbox, has_height ? 6 : 4, n))
        return false;
    *box = (struct tw_box){n[0], n[1], n[has_height ? 3 : 2], n[has_height ? 4 : 3]};
    if (box->left > box->right)
        box->right += 360;
    return box->left < box->right && box->bottom < box->top;
}

static void add_coordinates(const json_t *coordinates, struct tw_bounds *bounds)
{
    double point[2];
    if (read_numbers(coordinates, 2, point)) {
        tw_bounds_add(bounds, point[0], point[1]);
        return;
    }
    for (size_t i = 0; i < json_array_size(coordinates); i++)
        add_coordinates(json_array_get(coordinates, i), bounds);
}

static bool geometry_box(const json_t *geometry, struct tw_box *box)
{
    struct tw_bounds bounds = {0};
    add_coordinates(json_object_get(geometry, "coordinates"), &bounds);
    *box = bounds.box;
    return bounds.any && box->left < box->right && box->bottom < box->top;
}

/* The wanted assets' outlines, when all of them have one in the same CRS; otherwise the item's bbox. */
static enum tw_status read_box(const struct reading *reading, const struct tw_asset_band *chosen)
{
    struct tw_stack_item *item = reading->item;
    bool is_exact = reading->stack->num_wanted > 0;
    for (size_t i = 0; is_exact && i < reading->stack->num_wanted; i++) {
        const char *crs = NULL;
        struct tw_box box;
        is_exact = projected_box(reading, chosen[i].asset, &crs, &box) &&
                   (item->crs == NULL || strcmp(crs, item->crs) == 0);
        if (is_exact)
            item->box = item->crs == NULL ? box : tw_box_union(&item->box, &box);
        item->crs = is_exact ? crs : NULL;
    }
    if (is_exact)
        return TW_OK;
    item->crs = "OGC:CRS84";
    if (bbox_of(json_object_get(reading->json, "bbox"), &item->box) ||
        geometry_box(json_object_get(reading->json, "geometry"), &item->box))
        return TW_OK;
    return tw_error_set(reading->err, TW_EUSAGE,
                        "%s: item '%s' has no place: neither proj:transform and proj:shape, nor bbox, nor "
                        "geometry",
                        reading->item->origin, item->id);
}

static enum tw_status read_band(const struct reading *reading, const struct tw_asset_band *chosen,
                                struct tw_stack_band *band)
{
    const char *href = json_string_value(json_object_get(chosen->asset, "href"));
    if (href == NULL)
        return tw_error_set(reading->err, TW_EUSAGE, "%s: asset '%s' of item '%s' has no href",
                            reading->item->origin, chosen->key, reading->item->id);
    band->path = tw_source_resolve(reading->arena, reading->folder, href);
    if (band->path == NULL)
        return tw_error_nomem(reading->err);
    band->file_band = chosen->file_band;
    tw_asset_band_details(chosen, band);
    band->view.scale = reading->stack->scale;
    band->view.keep_palette = true;
    return TW_OK;
}

static enum tw_status read_bands(const struct reading *reading, const struct tw_assets *assets,
                                 struct tw_asset_band *chosen)
{
    struct tw_stack *stack = reading->stack;
    for (size_t i = 0; i < stack->num_wanted; i++) {
        if (!tw_assets_find(assets, stack->wanted[i], &chosen[i]))
            return tw_assets_complain(assets, stack->wanted[i], reading->item->origin, reading->err);
        enum tw_status status = read_band(reading, &chosen[i], &reading->item->bands[i]);
        if (status != TW_OK)
            return status;
    }
    return TW_OK;
}

enum tw_status tw_stac_item_read(json_t *json, const char *origin, struct tw_stack *stack,
                                 struct tw_arena *arena, struct tw_error *err)
{
    struct reading reading = {.json = json, .stack = stack, .arena = arena, .err = err};
    reading.properties = json_object_get(json, "properties");
    reading.assets = json_object_get(json, "assets");
    reading.folder = tw_path_folder(arena, origin);
    reading.item = tw_stack_next(stack, arena);
    struct tw_assets assets = {0};
    struct tw_asset_band *chosen = calloc(stack->num_wanted + 1, sizeof(*chosen));
    enum tw_status status = TW_OK;
    if (reading.folder == NULL || reading.item == NULL || chosen == NULL)
        status = tw_error_nomem(err);
    if (status == TW_OK) {
        reading.item->origin = tw_arena_strdup(arena, origin);
        reading.item->bands = tw_arena_calloc(arena, stack->num_wanted, sizeof(*reading.item->bands));
        if (reading.item->origin == NULL || reading.item->bands == NULL ||
            !tw_assets_read(&assets, reading.assets))
            status = tw_error_nomem(err);
    }
    if (status == TW_OK)
        status = read_properties(&reading);
    if (status == TW_OK)
        status = read_bands(&reading, &assets, chosen);
    if (status == TW_OK)
        status = read_box(&reading, chosen);
    if (status == TW_OK)
        stack->num_items++;
    tw_assets_free(&assets);
    free(chosen);
    return status;
}
