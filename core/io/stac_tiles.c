/* SPDX-License-Identifier: MIT */
#include "stac_tiles.h"

#include "crs.h"
#include "encoder.h"
#include "json_value.h"
#include "log.h"
#include "path.h"
#include "stac_place.h"
#include "tile_matrix_write.h"

#include <cpl_conv.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXTENSION(name, version) "https://stac-extensions.github.io/" name "/" version "/schema.json"

/* The item in the making. */
struct item {
    const struct tw_stac_tiles *tiles;
    struct tw_arena *arena;
    json_t *root;
};

struct tw_tile_range tw_stac_tiles_range(const struct tw_stac_tiles *tiles, int zoom)
{
    const struct tw_pyramid *pyramid = &tiles->output->pyramid;
    const struct tw_grid *grid = pyramid->grid;
    struct tw_box box = tiles->bounds;
    if (box.left < grid->extent.left ||
        box.right > grid->extent.right) { /* over the antimeridian, or outside */
        box.left = grid->is_global ? grid->extent.left : fmax(box.left, grid->extent.left);
        box.right = grid->is_global ? grid->extent.right : fmin(box.right, grid->extent.right);
    }
    return tw_tile_range_of_box(pyramid, zoom, &box);
}

static bool is_empty(const struct tw_tile_range *range)
{
    return range->last_row < range->first_row || range->last_col < range->first_col;
}

static char *template_of(const char *schema, const char *extension, struct tw_arena *arena)
{
    const char *const words[4] = {"{TileMatrix}", "{TileRow}", "{TileCol}", extension};
    return tw_path_template(arena, schema, words);
}

enum tw_status tw_stac_tiles_check(const char *schema, const char *format, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    bool is_plain = template_of(schema, "", arena) != NULL;
    tw_arena_free(arena);
    if (!is_plain)
        return tw_error_set(
            err, TW_EUSAGE,
            "STAC cannot say where tiles lie as '%s': it knows {zoom}, {row} and {col} as plain "
            "numbers, rows from the north",
            schema);
    if (format == NULL || tw_format_content_type(format) == NULL)
        return tw_error_set(err, TW_EUSAGE, "what tiles of format '%s' are is not known",
                            format != NULL ? format : "");
    return TW_OK;
}

static const struct tw_value *said(const struct item *item, const char *key)
{
    const struct tw_value *value = tw_value_get(item->tiles->metadata, key);
    return value != NULL && value->kind != TW_NULL ? value : NULL;
}

/* What is said, or else what the JSON text is. Keys are sorted: a configuration and metadata.json give one
 * item. */
static json_t *said_or(const struct item *item, const char *key, const char *otherwise)
{
    const struct tw_value *value = said(item, key);
    if (value == NULL)
        return json_loads(otherwise, 0, NULL);
    json_t *json = tw_value_to_json(value), *sorted = NULL;
    char *text = json != NULL ? json_dumps(json, JSON_SORT_KEYS) : NULL;
    if (text != NULL)
        sorted = json_loads(text, 0, NULL);
    json_decref(json);
    free(text);
    return sorted;
}

static json_t *numbered(const struct item *item, json_t *(*make)(const struct tw_stac_tiles *, int))
{
    json_t *map = json_object();
    for (int zoom = item->tiles->min_zoom; zoom <= item->tiles->max_zoom; zoom++) {
        char id[16];
        snprintf(id, sizeof(id), "%d", zoom);
        json_object_set_new(map, id, make(item->tiles, zoom));
    }
    return map;
}

static json_t *limits_of(const struct tw_stac_tiles *tiles, int zoom)
{
    struct tw_tile_range range = tw_stac_tiles_range(tiles, zoom);
    return json_pack("{s:I, s:I, s:I, s:I}", "min_tile_col", (json_int_t)range.first_col, "max_tile_col",
                     (json_int_t)range.last_col, "min_tile_row", (json_int_t)range.first_row, "max_tile_row",
                     (json_int_t)range.last_row);
}

/* Tiles are cut at the poles, and nowhere else. */
static json_t *buffer_of(const struct tw_stac_tiles *tiles, int zoom)
{
    (void)zoom;
    int width = tiles->output->pyramid.pixelbuffer_px, whole = !tiles->output->pyramid.grid->is_global;
    return json_pack("{s:i, s:i, s:i, s:i, s:b, s:b, s:b, s:b}", "top", width, "left", width, "bottom", width,
                     "right", width, "border_top", whole, "border_left", 1, "border_bottom", whole,
                     "border_right", 1);
}

static json_t *link_of(const struct item *item, const char *id)
{
    json_t *link =
        json_pack("{s:o, s:o}", "url", json_sprintf("#%s", id), "limits", numbered(item, limits_of));
    if (item->tiles->output->pyramid.pixelbuffer_px > 0)
        json_object_set_new(link, "pixel_buffer", numbered(item, buffer_of));
    return link;
}

/* The links have two names: that of the extension's text, and that of its schema, which GDAL and mapchete
 * read. */
static enum tw_status add_matrices(const struct item *item, json_t *properties, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &item->tiles->output->pyramid;
    const char *id = tw_tile_matrix_set_id(pyramid->grid);
    json_t *set = tw_tile_matrix_set_json(pyramid, item->tiles->min_zoom, item->tiles->max_zoom, err);
    if (set == NULL)
        return err->status;
    json_t *links = json_pack("{s:o}", id, link_of(item, id));
    json_object_set(properties, "tiles:tile_matrix_links", links);
    json_object_set_new(properties, "tiles:tile_matrix_set_links", links);
    json_object_set_new(properties, "tiles:tile_matrix_sets", json_pack("{s:o}", id, set));
    return TW_OK;
}

static void set_time(json_t *properties, const char *key, const char *text)
{
    json_object_set_new(properties, key, *text != '\0' ? json_string(text) : json_null());
}

/* `datetime`, or a time of `properties`, or a period with none, or when the tiles were begun. */
static void add_times(const struct item *item, json_t *properties)
{
    static const char *const keys[] = {"datetime", "start_datetime", "end_datetime"};
    struct tw_stac_times times;
    const struct tw_value *value = said(item, "datetime");
    if (value != NULL && tw_stac_times_read(value->text, &times)) {
        set_time(properties, keys[0], times.at);
        if (times.at[0] == '\0') {
            set_time(properties, keys[1], times.start);
            set_time(properties, keys[2], times.end);
        }
        return;
    }
    bool is_period = false;
    set_time(properties, keys[0], item->tiles->datetime);
    for (int i = 2; i >= 0; i--) {
        value = tw_value_get(said(item, "properties"), keys[i]);
        bool is_given = value != NULL && value->kind != TW_NULL && tw_stac_times_read(value->text, &times);
        is_period = is_period || (is_given && i > 0);
        if (is_given || (i == 0 && is_period))
            set_time(properties, keys[i], is_given ? times.at : "");
    }
}

static void add_projection(const struct item *item, json_t *properties)
{
    const struct tw_grid *grid = item->tiles->output->pyramid.grid;
    const struct tw_box *box = &item->tiles->bounds;
    double code = 0;
    bool has_code = strncmp(grid->crs, "EPSG:", 5) == 0 && tw_parse_number(grid->crs + 5, &code);
    json_object_set_new(properties, "proj:epsg", has_code ? json_integer((json_int_t)code) : json_null());
    OGRSpatialReferenceH crs = NULL;
    char *text = NULL;
    struct tw_error ignored;
    if (!has_code && tw_crs_parse(grid->crs, &crs, &ignored) == TW_OK &&
        OSRExportToPROJJSON(crs, &text, NULL) == OGRERR_NONE)
        json_object_set_new(properties, "proj:projjson", json_loads(text, 0, NULL));
    CPLFree(text);
    OSRRelease(crs);
    json_object_set_new(properties, "proj:bbox",
                        json_pack("[f, f, f, f]", box->left, box->bottom, box->right, box->top));
}

static enum tw_status add_properties(const struct item *item, struct tw_error *err)
{
    json_t *properties = said_or(item, "properties", "{}");
    json_object_set_new(item->root, "properties", properties);
    add_times(item, properties);
    add_projection(item, properties);
    return add_matrices(item, properties, err);
}

/* Bands as `eo:bands` that are said, or by their names. NULL: they have none. */
static json_t *named_bands(const struct item *item)
{
    const struct tw_tile_output *output = item->tiles->output;
    const struct tw_value *bands = said(item, "eo:bands");
    if (bands != NULL)
        return said_or(item, "eo:bands", "[]");
    if (output->band_names == NULL)
        return NULL;
    json_t *list = json_array();
    for (int i = 0; i < output->num_bands; i++)
        json_array_append_new(list, json_pack("{s:s}", "name", output->band_names[i]));
    return list;
}

static json_t *raster_bands(const struct tw_tile_output *output)
{
    json_t *list = json_array();
    for (int i = 0; i < output->num_bands; i++) {
        json_t *band = json_pack("{s:s}", "data_type", tw_dtype_name(output->dtype));
        if (output->has_nodata)
            json_object_set_new(band, "nodata", tw_number_to_json(output->nodata));
        json_array_append_new(list, band);
    }
    return list;
}

static const char *media_type(const char *format)
{
    const char *type = tw_format_content_type(format);
    return strcmp(type, "image/tiff") == 0 ? "image/tiff; application=geotiff" : type;
}

/* GDAL before 3.9 looks for the word `tiled-assets` in the first kilobytes, and roles are free. */
static void add_assets(const struct item *item)
{
    const struct tw_tile_output *output = item->tiles->output;
    const char *place = template_of(output->schema, output->extension, item->arena);
    json_t *asset = json_pack("{s:o, s:s, s:[s, s]}", "href", json_sprintf("%s%s", item->tiles->base, place),
                              "type", media_type(output->format), "roles", "data", "tiled-assets");
    json_t *bands = named_bands(item);
    if (bands != NULL)
        json_object_set_new(asset, "eo:bands", bands);
    if (output->num_bands > 0 && output->has_dtype)
        json_object_set_new(asset, "raster:bands", raster_bands(output));
    json_object_set_new(item->root, "asset_templates", json_pack("{s:o}", "bands", asset));
    json_object_set_new(item->root, "assets", said_or(item, "assets", "{}"));
}

static void add_extensions(const struct item *item)
{
    const struct tw_tile_output *output = item->tiles->output;
    json_t *list =
        json_pack("[s, s]", EXTENSION("tiled-assets", "v1.0.0"), EXTENSION("projection", "v1.1.0"));
    if (said(item, "eo:bands") != NULL || output->band_names != NULL)
        json_array_append_new(list, json_string(EXTENSION("eo", "v1.1.0")));
    if (output->num_bands > 0 && output->has_dtype)
        json_array_append_new(list, json_string(EXTENSION("raster", "v1.1.0")));
    const struct tw_value *more = said(item, "stac_extensions");
    for (size_t i = 0; more != NULL && i < more->count; i++) {
        bool is_there = false;
        for (size_t k = 0; k < json_array_size(list); k++)
            is_there =
                is_there || strcmp(json_string_value(json_array_get(list, k)), more->items[i].text) == 0;
        if (!is_there)
            json_array_append_new(list, json_string(more->items[i].text));
    }
    json_object_set_new(item->root, "stac_extensions", list);
}

static enum tw_status fill(const struct item *item, struct tw_error *err)
{
    const struct tw_stac_tiles *tiles = item->tiles;
    struct tw_stac_place place;
    enum tw_status status = tw_stac_place_of(tiles->output->pyramid.grid, &tiles->bounds, &place, err);
    if (status != TW_OK)
        return status;
    json_object_set_new(item->root, "type", json_string("Feature"));
    json_object_set_new(item->root, "stac_version", json_string("1.0.0"));
    add_extensions(item);
    json_object_set_new(item->root, "id", json_string(tiles->id));
    json_object_set_new(item->root, "bbox", place.bbox);
    add_assets(item);
    json_object_set_new(item->root, "geometry", place.geometry);
    json_object_set_new(item->root, "links", said_or(item, "links", "[]"));
    if (said(item, "collection") != NULL)
        json_object_set_new(item->root, "collection", json_string(said(item, "collection")->text));
    return add_properties(item, err);
}

static enum tw_status check(const struct tw_stac_tiles *tiles, struct tw_error *err)
{
    const struct tw_tile_output *output = tiles->output;
    const struct tw_value *bands = tw_value_get(tiles->metadata, "eo:bands");
    enum tw_status status = tw_stac_tiles_check(output->schema, output->format, err);
    if (status != TW_OK)
        return status;
    for (int zoom = tiles->min_zoom; zoom <= tiles->max_zoom; zoom++) {
        struct tw_tile_range range = tw_stac_tiles_range(tiles, zoom);
        if (is_empty(&range))
            return tw_error_set(err, TW_EUSAGE,
                                "the bounds %.10g %.10g %.10g %.10g lie outside the grid '%s'",
                                tiles->bounds.left, tiles->bounds.bottom, tiles->bounds.right,
                                tiles->bounds.top, output->pyramid.grid->name);
    }
    if (bands != NULL && bands->kind == TW_LIST && bands->count != (size_t)output->num_bands)
        return tw_error_set(err, TW_EUSAGE, "eo:bands has %zu entries, and the tiles have %d band%s",
                            bands->count, output->num_bands, output->num_bands == 1 ? "" : "s");
    return TW_OK;
}

static enum tw_status dump(const struct item *item, struct tw_text *text, struct tw_error *err)
{
    const size_t layout = item->tiles->indent > 0 ? JSON_INDENT((size_t)item->tiles->indent) : JSON_COMPACT;
    char *dumped = json_dumps(item->root, layout | JSON_REAL_PRECISION(15));
    if (dumped == NULL)
        return tw_error_nomem(err);
    tw_text_add(text, dumped);
    tw_text_add(text, "\n");
    free(dumped);
    return text->failed ? tw_error_nomem(err) : TW_OK;
}

enum tw_status tw_stac_tiles_text(const struct tw_stac_tiles *tiles, struct tw_text *text,
                                  struct tw_error *err)
{
    enum tw_status status = check(tiles, err);
    if (status != TW_OK)
        return status;
    struct item item = {tiles, tw_arena_new(0), json_object()};
    status = item.arena != NULL && item.root != NULL ? fill(&item, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = dump(&item, text, err);
    json_decref(item.root);
    tw_arena_free(item.arena);
    return status;
}

void tw_stac_tiles_warn(const struct tw_stac_tiles *tiles)
{
    const struct tw_pyramid *pyramid = &tiles->output->pyramid;
    if (pyramid->pixelbuffer_px > 0)
        tw_log_warn(
            "the tiles of '%s' overlap by a pixelbuffer of %d; the STAC item says so, but GDAL's STACTA "
            "driver takes no notice and shows them shifted: use output.pixelbuffer: 0",
            tiles->output->folder, pyramid->pixelbuffer_px);
    for (int zoom = tiles->min_zoom; zoom <= tiles->max_zoom; zoom++) {
        struct tw_tile_range range = tw_stac_tiles_range(tiles, zoom);
        bool has_edge = range.last_row == tw_pyramid_rows(pyramid, zoom) - 1 ||
                        range.last_col == tw_pyramid_cols(pyramid, zoom) - 1;
        if (tw_tile_matrix_is_even(pyramid, zoom) || !has_edge)
            continue;
        tw_log_warn(
            "the last tiles of zoom %d are smaller than the others, which a TileMatrixSet cannot say; "
            "GDAL's STACTA driver cannot read them: use output.metatiling: 1",
            zoom);
        return;
    }
}
