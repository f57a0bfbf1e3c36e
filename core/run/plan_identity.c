/* What a plan is, as text: the fingerprint that tells whether an output can be continued, and metadata.json.
 *
 * The fingerprint covers whatever decides what a tile holds: the program's version, script and modules,
 * inputs and parameters, pyramid, baselevels, output options. It leaves out which tiles are made
 * (zoom_levels, bounds, area) and where they go.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_parts.h"

#include "grid_read.h"
#include "hash.h"
#include "json_value.h"
#include "path.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void tw_plan_describe_value(const struct tw_value *value, struct tw_text *text)
{
    if (value == NULL) {
        tw_text_add(text, "null");
        return;
    }
    switch (value->kind) {
    case TW_LIST:
        tw_text_add(text, "[");
        for (size_t i = 0; i < value->count; i++) {
            tw_plan_describe_value(&value->items[i], text);
            tw_text_add(text, ",");
        }
        tw_text_add(text, "]");
        return;
    case TW_MAP:
        tw_text_add(text, "{");
        for (size_t i = 0; i < value->count; i++) {
            tw_text_printf(text, "%zu:%s=", strlen(value->members[i].key), value->members[i].key);
            tw_plan_describe_value(&value->members[i].value, text);
            tw_text_add(text, ",");
        }
        tw_text_add(text, "}");
        return;
    case TW_NUMBER:
        tw_text_printf(text, "%.17g", value->number);
        return;
    case TW_BOOL:
        tw_text_add(text, value->boolean ? "true" : "false");
        return;
    case TW_STRING:
        tw_text_printf(text, "%zu:%s", strlen(value->text), value->text);
        return;
    default:
        tw_text_add(text, "null");
        return;
    }
}

static void describe_pyramid(const struct tw_config *config, struct tw_text *text)
{
    const struct tw_pyramid *p = &config->process_pyramid, *o = &config->output_pyramid;
    tw_text_printf(text, "grid %s %s %.17g %.17g %.17g %.17g %lld %lld\n", p->grid->name, p->grid->crs,
                   p->grid->extent.left, p->grid->extent.bottom, p->grid->extent.right, p->grid->extent.top,
                   (long long)p->grid->cols, (long long)p->grid->rows);
    if (p->grid->first_zoom > 0)
        tw_text_printf(text, "first zoom %d\n", p->grid->first_zoom);
    tw_text_printf(text, "tiles %d %d %d %d %d\n", p->tile_size_px, p->metatiling, p->pixelbuffer_px,
                   o->metatiling, o->pixelbuffer_px);
    if (config->has_baselevels)
        tw_text_printf(text, "baselevels %d %d %d %d\n", config->base_min_zoom, config->base_max_zoom,
                       (int)config->lower, (int)config->higher);
}

/* What says nothing of what tiles hold: an output may be moved, and the STAC item is no tile. */
static const char *const outside[] = {"path", "stac", "services", "acl", "cache_control"};

static bool is_outside(const char *key)
{
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        if (strcmp(key, outside[i]) == 0)
            return true;
    return false;
}

static void describe_output(const struct tw_value *output, struct tw_text *text)
{
    for (size_t i = 0; i < output->count; i++) {
        if (is_outside(output->members[i].key))
            continue;
        tw_text_printf(text, "output %s ", output->members[i].key);
        tw_plan_describe_value(&output->members[i].value, text);
        tw_text_add(text, "\n");
    }
}

/* What prepare sees decides what every tile holds. */
static void describe_prepared(const struct tw_plan *plan, struct tw_text *text)
{
    for (size_t i = 0; plan->declaration->has_prepare && i < plan->num_variants; i++) {
        const struct tw_window *area = &plan->variants[i].area;
        tw_text_printf(text, "prepare %d %d %lld %lld %d %d\n", area->zoom, area->tile_size_px,
                       (long long)area->col_px, (long long)area->row_px, area->width_px, area->height_px);
    }
}

/* With prepare, every tile depends on the area: as far as the configuration sets it, it is a setting. */
static void describe_area(const struct tw_plan *plan, struct tw_text *text)
{
    const struct tw_config *config = plan->config;
    if (!plan->declaration->has_prepare)
        return;
    tw_text_printf(text, "zooms %d %d\n", config->min_zoom, config->max_zoom);
    tw_text_printf(text, "bounds %d %.17g %.17g %.17g %.17g\narea ", (int)config->has_bounds,
                   config->bounds.left, config->bounds.bottom, config->bounds.right, config->bounds.top);
    tw_plan_describe_value(config->area, text);
    tw_text_add(text, "\n");
}

static void describe_settings(const struct tw_plan *plan, struct tw_text *text)
{
    tw_text_printf(text, "tilewright %s\nscript %s\n", TW_VERSION, plan->declaration->fingerprint);
    describe_pyramid(plan->config, text);
    tw_text_add(text, "params ");
    tw_plan_describe_value(plan->config->params, text);
    tw_text_add(text, "\n");
    describe_output(plan->config->output, text);
    describe_area(plan, text);
}

static const char *fingerprint_of(const struct tw_plan *plan, const struct tw_text *text)
{
    char fingerprint[TW_FINGERPRINT_SIZE];
    if (text->failed)
        return NULL;
    tw_fingerprint(tw_text_get(text), text->length, fingerprint);
    return tw_arena_strdup(plan->arena, fingerprint);
}

static enum tw_status set_fingerprint(struct tw_plan *plan)
{
    struct tw_text text = {0}, prepared = {0};
    describe_settings(plan, &text);
    plan->settings = fingerprint_of(plan, &text);
    describe_prepared(plan, &prepared);
    plan->prepared = prepared.failed ? NULL : tw_arena_strdup(plan->arena, tw_text_get(&prepared));
    tw_text_add(&text, "input ");
    const struct tw_value *input = tw_plan_public(plan->config->input, plan->arena);
    if (input != NULL)
        tw_plan_describe_value(input, &text);
    text.failed = text.failed || input == NULL;
    tw_text_add(&text, "\n");
    tw_text_add(&text, plan->prepared != NULL ? plan->prepared : "");
    plan->fingerprint = fingerprint_of(plan, &text);
    tw_text_free(&text);
    tw_text_free(&prepared);
    return plan->fingerprint == NULL || plan->settings == NULL || plan->prepared == NULL ? TW_ENOMEM : TW_OK;
}

static json_t *box_to_json(const struct tw_box *box)
{
    return json_pack("[f,f,f,f]", box->left, box->bottom, box->right, box->top);
}

/* mapchete counts every grid's zooms from 0: the same tiles, as those of a grid that goes on up to zoom 0, to
 * the right and downwards where its numbers of tiles are odd. */
static struct tw_grid up_to_zoom_0(const struct tw_grid *grid)
{
    struct tw_grid whole = *grid;
    double width = grid->extent.right - grid->extent.left, height = grid->extent.top - grid->extent.bottom;
    int64_t step = (int64_t)1 << grid->first_zoom;
    whole.first_zoom = 0;
    whole.cols = (grid->cols + step - 1) / step;
    whole.rows = (grid->rows + step - 1) / step;
    whole.extent.right = grid->extent.left + width * ((double)(whole.cols * step) / (double)grid->cols);
    whole.extent.bottom = grid->extent.top - height * ((double)(whole.rows * step) / (double)grid->rows);
    return whole;
}

static const char *mapchete_name(const struct tw_grid *grid)
{
    static const char *const names[] = {"mercator", "geodetic"};
    for (int i = 0; i < 2; i++)
        if (tw_grid_equals(grid, tw_grid_named(names[i])))
            return names[i];
    return "custom";
}

/* mapchete's keys; and the matrices of a grid that is from a TileMatrixSet, as they are. */
static json_t *grid_to_json(const struct tw_grid *grid, struct tw_arena *arena)
{
    const struct tw_grid whole = grid->first_zoom > 0 ? up_to_zoom_0(grid) : *grid;
    const char *wkt = tw_grid_wkt(grid, arena);
    double code;
    json_t *srs = wkt != NULL ? json_pack("{s:s}", "wkt", wkt) : json_pack("{s:s}", "proj", grid->crs);
    if (strncmp(grid->crs, "EPSG:", 5) == 0 && tw_parse_number(grid->crs + 5, &code))
        json_object_set_new(srs, "epsg", json_integer((json_int_t)code));
    json_t *json = json_pack("{s:s, s:o, s:b, s:[I,I], s:o}", "grid", mapchete_name(grid), "bounds",
                             box_to_json(&whole.extent), "is_global", (int)grid->is_global, "shape",
                             (json_int_t)whole.rows, (json_int_t)whole.cols, "srs", srs);
    if (grid->num_zooms > 0 && json != NULL)
        json_object_set_new(json, "tile_matrix_set",
                            json_pack("{s:s, s:o, s:[I,I], s:i, s:i}", "id", grid->name, "bounds",
                                      box_to_json(&grid->extent), "shape", (json_int_t)grid->rows,
                                      (json_int_t)grid->cols, "first_zoom", grid->first_zoom, "last_zoom",
                                      grid->first_zoom + grid->num_zooms - 1));
    return json;
}

/* The zooms and the bounds that the configuration covers, whatever part of them this run makes. */
static json_t *delimiters_to_json(const struct tw_plan *plan)
{
    const struct tw_config *config = plan->config;
    const struct tw_area *area = tw_plan_zoom(plan, config->max_zoom)->config_area;
    const struct tw_box *extent = &config->process_pyramid.grid->extent;
    struct tw_box effective = tw_area_is_empty(area) ? *extent : tw_area_bounds(area);
    json_t *zooms = json_array();
    for (int zoom = config->min_zoom; zoom <= config->max_zoom; zoom++)
        json_array_append_new(zooms, json_integer(zoom));
    return json_pack("{s:o, s:o, s:o}", "zoom", zooms, "bounds",
                     box_to_json(config->has_bounds ? &config->bounds : extent), "effective_bounds",
                     box_to_json(&effective));
}

/* The output's options, and what they come to. The path is left out: an output may be moved. */
static json_t *driver_to_json(const struct tw_plan *plan)
{
    static const char *const left_out[] = {"path",   "metatiling", "pixelbuffer", "tile_size",
                                           "layout", "stac",       "services"};
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    json_t *driver = tw_value_to_json(plan->config->output);
    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
        json_object_del(driver, left_out[i]);
    const struct tw_value *layout = tw_value_get(plan->config->output, "layout");
    if (layout != NULL && layout->kind != TW_NULL) /* by the name that mapchete knows */
        json_object_set_new(driver, "tile_path_schema", json_string(tw_path_layout_read(layout, NULL)));
    json_object_set_new(driver, "format", json_string(tw_encoder_format(encoder)));
    json_object_set_new(driver, "extension", json_string(tw_encoder_extension(encoder)));
    json_object_set_new(driver, "delimiters", delimiters_to_json(plan));
    if (tw_encoder_is_vector(encoder))
        return driver;
    json_object_set_new(driver, "bands", json_integer(tw_encoder_num_bands(encoder)));
    json_object_set_new(driver, "dtype", json_string(tw_dtype_name(tw_encoder_dtype(encoder))));
    json_object_set_new(driver, "nodata", tw_number_to_json(tw_encoder_nodata(encoder)));
    return driver;
}

/* For items that are made of the folder alone, later: what the item says, but not where it lies. */
static void add_stac(const struct tw_plan *plan, json_t *made)
{
    const struct tw_area *area = tw_plan_zoom(plan, plan->config->max_zoom)->config_area;
    const struct tw_grid *grid = plan->config->process_pyramid.grid;
    if (!tw_area_is_empty(area)) {
        struct tw_box box = tw_area_wrapped_bounds(area, grid);
        json_object_set_new(made, "bounds", box_to_json(&box));
    }
    static const char *const places[] = {"item_metadata", "item_path", "asset_basepath", "relative_paths",
                                         "indent"};
    const char *const *names = tw_encoder_band_names(tw_sink_encoder(plan->sink));
    json_object_del(json_object_get(made, "output"), "stac");
    json_object_del(json_object_get(made, "output"), "services");
    if (plan->stac != NULL) {
        json_t *stac = tw_value_to_json(plan->stac);
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
            json_object_del(stac, places[i]);
        json_object_set_new(made, "stac", stac);
    }
    if (names == NULL)
        return;
    json_t *list = json_array();
    for (int i = 0; i < tw_encoder_num_bands(tw_sink_encoder(plan->sink)); i++)
        json_array_append_new(list, json_string(names[i]));
    json_object_set_new(made, "band_names", list);
}

/* mapchete's layout (`driver`, `pyramid`) and, under `tilewright`, what made the tiles. No times and no
 * machine: the same configuration gives the same bytes. */
static enum tw_status set_metadata(struct tw_plan *plan)
{
    const struct tw_config *config = plan->config;
    const struct tw_pyramid *output = &config->output_pyramid;
    const struct tw_value *input = tw_plan_public(config->input, plan->arena);
    if (input == NULL)
        return TW_ENOMEM;
    json_t *pyramid = json_pack("{s:o, s:i, s:i, s:i}", "grid", grid_to_json(output->grid, plan->arena),
                                "metatiling", output->metatiling, "pixelbuffer", output->pixelbuffer_px,
                                "tile_size", output->tile_size_px);
    json_t *made =
        json_pack("{s:s, s:s, s:s, s:i, s:[i,i], s:s, s:o, s:o, s:o}", "version", TW_VERSION, "fingerprint",
                  plan->fingerprint, "settings", plan->settings, "process_metatiling",
                  config->process_pyramid.metatiling, "zoom_levels", config->min_zoom, config->max_zoom,
                  "process", plan->declaration->path, "input", tw_value_to_json(input), "process_parameters",
                  tw_value_to_json(config->params), "output", tw_value_to_json(config->output));
    if (made != NULL)
        json_object_del(json_object_get(made, "output"), "path"); /* an output may be moved */
    if (made != NULL)
        add_stac(plan, made);
    json_t *root =
        json_pack("{s:o, s:o, s:o}", "driver", driver_to_json(plan), "pyramid", pyramid, "tilewright", made);
    char *text = root != NULL ? json_dumps(root, JSON_INDENT(4) | JSON_SORT_KEYS) : NULL;
    json_decref(root);
    plan->metadata = text != NULL ? tw_arena_printf(plan->arena, "%s\n", text) : NULL;
    free(text);
    return plan->metadata != NULL ? TW_OK : TW_ENOMEM;
}

enum tw_status tw_plan_identify(struct tw_plan *plan)
{
    enum tw_status status = set_fingerprint(plan);
    return status == TW_OK ? set_metadata(plan) : status;
}
