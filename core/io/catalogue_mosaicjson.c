/* MosaicJSON 0.0.1 to 0.0.3 (developmentseed/mosaicjson-spec): files by the quadkey that they lie in.
 *
 * In a mosaic each pair of quadkey and file is an item that shows in its cell alone, in the order of the
 * cell's list.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue.h"

#include "file.h"
#include "whole_file.h"

#include <stdlib.h>
#include <string.h>

/* The edge of web mercator's square, and the deepest quadkey that a number holds exactly. */
static const double EDGE = 20037508.342789244;
enum { MAX_QUADKEY_ZOOM = 30 };

struct reading {
    struct tw_catalogue *catalogue;
    const char *folder, *prefix;
    long long zoom; /* of the quadkeys */
};

static enum tw_status complain(const struct reading *reading, const char *what)
{
    return tw_catalogue_complain(reading->catalogue, "'%s' is no valid MosaicJSON: %s",
                                 reading->catalogue->path, what);
}

static enum tw_status check_version(const struct reading *reading, const json_t *json)
{
    static const char *const known[] = {"0.0.1", "0.0.2", "0.0.3"};
    const char *version = json_string_value(json_object_get(json, "mosaicjson"));
    for (size_t i = 0; version != NULL && i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(version, known[i]) == 0)
            return TW_OK;
    return tw_catalogue_complain(reading->catalogue,
                                 "'%s' is a MosaicJSON of version '%s'; known are 0.0.1, 0.0.2 and 0.0.3",
                                 reading->catalogue->path, version != NULL ? version : "");
}

/* Quadkeys of other grids mean other places. */
static enum tw_status check_grid(const struct reading *reading, const json_t *json)
{
    const json_t *tms = json_object_get(json, "tilematrixset");
    const char *id =
        json_is_string(tms) ? json_string_value(tms) : json_string_value(json_object_get(tms, "id"));
    if (tms == NULL || json_is_null(tms) || (id != NULL && strcmp(id, "WebMercatorQuad") == 0))
        return TW_OK;
    return tw_catalogue_complain(reading->catalogue,
                                 "'%s' has quadkeys of the grid '%s'; only those of WebMercatorQuad are read",
                                 reading->catalogue->path, id != NULL ? id : "without a name");
}

static enum tw_status read_zooms(struct reading *reading, const json_t *json)
{
    const json_t *least = json_object_get(json, "minzoom"), *most = json_object_get(json, "maxzoom");
    const json_t *quadkey_zoom = json_object_get(json, "quadkey_zoom");
    if (!json_is_integer(least) || !json_is_integer(most))
        return complain(reading, "minzoom and maxzoom must be whole numbers");
    if (json_integer_value(least) > json_integer_value(most))
        return complain(reading, "minzoom is more than maxzoom");
    reading->zoom = json_integer_value(json_is_integer(quadkey_zoom) ? quadkey_zoom : least);
    if (reading->zoom < 0 || reading->zoom > MAX_QUADKEY_ZOOM)
        return complain(reading, "the zoom of its quadkeys must be from 0 to 30");
    return TW_OK;
}

/* One digit a zoom: 0 north-west, 1 north-east, 2 south-west, 3 south-east. */
static bool cell_of(const struct reading *reading, const char *quadkey, struct tw_box *box)
{
    double left = -EDGE, top = EDGE, side = 2 * EDGE;
    if (strlen(quadkey) != (size_t)reading->zoom || strspn(quadkey, "0123") != strlen(quadkey))
        return false;
    long long col = 0, row = 0;
    for (const char *c = quadkey; *c != '\0'; c++) {
        col = col * 2 + ((*c - '0') & 1);
        row = row * 2 + ((*c - '0') >> 1);
        side /= 2;
    }
    left += (double)col * side;
    top -= (double)row * side;
    *box = (struct tw_box){left, top - side, left + side, top};
    return true;
}

static enum tw_status add_asset(const struct reading *reading, const char *asset, const struct tw_box *cell)
{
    struct tw_catalogue *catalogue = reading->catalogue;
    struct tw_arena *arena = catalogue->source->arena;
    struct tw_stack_item *item = NULL;
    const char *whole = tw_arena_printf(arena, "%s%s", reading->prefix, asset);
    const char *path = whole != NULL ? tw_source_resolve(arena, reading->folder, whole) : NULL;
    enum tw_status status =
        path != NULL ? tw_catalogue_add(catalogue, path, catalogue->place, &item) : TW_ENOMEM;
    if (status != TW_OK)
        return status;
    item->crs = "EPSG:3857";
    item->box = *cell;
    item->reach = TW_REACH_CELL;
    return TW_OK;
}

static enum tw_status read_cell(const struct reading *reading, const char *quadkey, const json_t *assets)
{
    struct tw_box cell;
    char what[160];
    snprintf(what, sizeof(what), "'%.60s' is no quadkey of zoom %lld", quadkey, reading->zoom);
    if (!cell_of(reading, quadkey, &cell))
        return complain(reading, what);
    snprintf(what, sizeof(what), "tiles['%.60s'] must be a list of files", quadkey);
    if (!json_is_array(assets))
        return complain(reading, what);
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < json_array_size(assets); i++) {
        const char *asset = json_string_value(json_array_get(assets, i));
        status =
            asset != NULL && asset[0] != '\0' ? add_asset(reading, asset, &cell) : complain(reading, what);
    }
    return status;
}

static enum tw_status read_mosaic(struct reading *reading, json_t *json)
{
    enum tw_status status = check_version(reading, json);
    if (status == TW_OK)
        status = check_grid(reading, json);
    if (status == TW_OK)
        status = read_zooms(reading, json);
    if (status != TW_OK)
        return status;
    const char *prefix = json_string_value(json_object_get(json, "asset_prefix")), *quadkey;
    json_t *tiles = json_object_get(json, "tiles"), *assets;
    reading->prefix = prefix != NULL ? prefix : "";
    if (!json_is_object(tiles))
        return complain(reading, "it has no 'tiles'");
    json_object_foreach(tiles, quadkey, assets)
    {
        status = read_cell(reading, quadkey, assets);
        if (status != TW_OK)
            return status;
    }
    return reading->catalogue->stack->num_items > 0 ? TW_OK : complain(reading, "it names no files");
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct tw_stack_item *)a)->origin, ((const struct tw_stack_item *)b)->origin);
}

/* As scenes, the cells of a file are one. */
static void unite_cells(struct tw_stack *stack)
{
    size_t kept = 0;
    qsort(stack->items, stack->num_items, sizeof(*stack->items), by_path);
    for (size_t i = 0; i < stack->num_items; i++) {
        struct tw_stack_item *item = &stack->items[i], *last = kept > 0 ? &stack->items[kept - 1] : NULL;
        item->reach = TW_REACH_BOX;
        if (last != NULL && strcmp(last->origin, item->origin) == 0)
            last->box = tw_box_union(&last->box, &item->box);
        else
            stack->items[kept++] = *item;
    }
    stack->num_items = kept;
}

enum tw_status tw_catalogue_read_mosaicjson(struct tw_catalogue *catalogue)
{
    struct reading reading = {.catalogue = catalogue};
    struct tw_error err = {0};
    json_t *json = NULL;
    reading.folder = tw_path_folder(catalogue->source->arena, catalogue->path);
    if (reading.folder == NULL)
        return TW_ENOMEM;
    if (tw_json_file_read(catalogue->path, &json, &err) != TW_OK)
        return err.status == TW_ENOMEM ? TW_ENOMEM : tw_catalogue_complain(catalogue, "%s", err.message);
    catalogue->first_is_on_top = true;
    enum tw_status status = read_mosaic(&reading, json);
    json_decref(json);
    if (status == TW_OK && !catalogue->is_mosaic)
        unite_cells(catalogue->stack);
    return status;
}
