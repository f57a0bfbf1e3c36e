/* What is shown, as JSON: each layer's grid, zooms, bands, parameters.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "crs_text.h"
#include "file.h"
#include "json_value.h"

#include <math.h>
#include <string.h>

static const char *kind_name(enum tw_layer_kind kind)
{
    static const char *const names[] = {
        [TW_LAYER_RESULT] = "result", [TW_LAYER_FILE] = "file", [TW_LAYER_TILES] = "tiles"};
    return names[kind];
}

/* The matrices, from zoom 0 or the grid's first on, as OpenLayers wants them. */
static json_t *matrices(const struct tw_config *config)
{
    struct tw_pyramid pyramid = config->output_pyramid;
    json_t *list = json_array();
    pyramid.metatiling = 1;
    for (int zoom = 0; zoom <= config->max_zoom; zoom++) {
        bool exists = zoom >= pyramid.grid->first_zoom;
        json_array_append_new(
            list, exists ? json_pack("{s:f, s:I, s:I}", "resolution",
                                     tw_grid_pixel_width(pyramid.grid, zoom, pyramid.tile_size_px), "cols",
                                     (json_int_t)tw_pyramid_cols(&pyramid, zoom), "rows",
                                     (json_int_t)tw_pyramid_rows(&pyramid, zoom))
                         : json_null());
    }
    return list;
}

static json_t *zooms_that_are_drafts(const struct tw_edition *edition)
{
    json_t *list = json_array();
    for (int zoom = edition->config->min_zoom; zoom <= edition->config->max_zoom; zoom++)
        if (!tw_preview_is_exact(edition->plan, zoom))
            json_array_append_new(list, json_integer(zoom));
    return list;
}

static json_t *number_or_null(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

/* As far as they are known: of a raster's bands. */
static json_t *bands_to_json(const struct tw_edition *edition)
{
    const struct tw_encoder *encoder = tw_sink_encoder(edition->plan->sink);
    const char *const *names = tw_encoder_is_vector(encoder) ? NULL : tw_encoder_band_names(encoder);
    int count = tw_encoder_is_vector(encoder) ? 0 : tw_encoder_num_bands(encoder);
    const double nodata = count == 0 || tw_encoder_is_lossy(encoder) ? NAN : tw_encoder_nodata(encoder);
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        struct tw_view *view = tw_tiles_view(edition->tiles);
        double range[2] = {NAN, NAN}, stretch[2];
        json_t *name =
            names != NULL && names[i] != NULL ? tw_text_to_json(names[i]) : json_sprintf("%d", i + 1);
        tw_view_seen(view, i, range);
        bool is_stretched = tw_view_band_range(view, i, stretch);
        json_array_append_new(
            list, json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "name", name, "dtype",
                            tw_dtype_name(tw_encoder_dtype(encoder)), "min", number_or_null(range[0]), "max",
                            number_or_null(range[1]), "nodata", number_or_null(nodata), "stretch",
                            is_stretched ? json_pack("[f, f]", stretch[0], stretch[1]) : json_null()));
    }
    return list;
}

static const char *type_of(const struct tw_value *value)
{
    static const char *const names[] = {[TW_NULL] = "any",      [TW_BOOL] = "boolean", [TW_NUMBER] = "number",
                                        [TW_STRING] = "string", [TW_LIST] = "list",    [TW_MAP] = "map"};
    return value->kind == TW_NULL && value->text[0] != '\0' ? value->text : names[value->kind];
}

/* The parameters of the script, with what holds at the deepest zoom; none where nothing is computed. */
static json_t *parameters_to_json(const struct tw_edition *edition)
{
    const struct tw_value *declared = edition->plan->declaration->params;
    const struct tw_value *given = tw_plan_zoom(edition->plan, edition->config->max_zoom)->params;
    json_t *list = json_array();
    for (size_t i = 0; i < declared->count && !edition->loaded.reads_only; i++) {
        const struct tw_member *param = &declared->members[i];
        const struct tw_value *value = tw_value_get(given, param->key);
        const struct tw_param_limits *limits = &edition->plan->declaration->limits[i];
        json_array_append_new(
            list, json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "name", tw_text_to_json(param->key), "type",
                            type_of(&param->value), "value",
                            tw_value_to_json(value != NULL && value->kind != TW_NULL ? value : &param->value),
                            "default", tw_value_to_json(&param->value), "min", number_or_null(limits->min),
                            "max", number_or_null(limits->max)));
    }
    return list;
}

/* What makes the same for good: of an input that is one file. */
static json_t *command_to_json(const struct tw_layer_spec *spec, const struct tw_edition_input *input)
{
    bool is_result = spec->kind == TW_LAYER_RESULT && input == NULL;
    const char *path = input != NULL ? tw_source_facts(input->source)->path : spec->path;
    if (path == NULL || (input != NULL && tw_source_kind(input->source) == TW_SOURCE_STACK))
        return json_null();
    json_t *arguments = json_array();
    json_array_append_new(arguments, tw_text_to_json(path));
    if (!is_result)
        json_array_append_new(arguments, json_string("converted"));
    return json_pack("{s:s, s:o}", "verb", is_result ? "execute" : "convert", "arguments", arguments);
}

static void add_grid(json_t *root, const struct tw_config *config, const struct tw_crs_names *names)
{
    const struct tw_grid *grid = config->output_pyramid.grid;
    json_object_set_new(root, "crs",
                        json_pack("{s:s, s:s?, s:b, s:f}", "proj4", names->proj4, "code", names->code,
                                  "is_geographic", names->is_geographic, "metres_per_unit",
                                  names->metres_per_unit));
    json_object_set_new(root, "grid", json_string(grid->name));
    json_object_set_new(root, "extent", tw_box_to_json(&grid->extent));
    json_object_set_new(root, "matrices", matrices(config));
    json_object_set_new(root, "tile_size", json_integer(config->output_pyramid.tile_size_px));
    json_object_set_new(root, "metatiling", json_integer(config->process_pyramid.metatiling));
    json_object_set_new(root, "first_zoom", json_integer(grid->first_zoom));
    json_object_set_new(root, "min_zoom", json_integer(config->min_zoom));
    json_object_set_new(root, "max_zoom", json_integer(config->max_zoom));
}

static void add_edition(json_t *root, const struct tw_edition *edition)
{
    const struct tw_config *config = edition->config;
    const struct tw_box area = tw_area_bounds(tw_plan_zoom(edition->plan, config->max_zoom)->config_area);
    const struct tw_encoder *encoder = tw_sink_encoder(edition->plan->sink);
    json_object_set_new(root, "version", json_integer(edition->number));
    json_object_set_new(root, "area", tw_box_to_json(&area));
    json_object_set_new(root, "drafts", zooms_that_are_drafts(edition));
    json_object_set_new(root, "is_vector", json_boolean(tw_encoder_is_vector(encoder)));
    json_object_set_new(root, "bands", bands_to_json(edition));
    double range[2];
    bool has_range = tw_view_range(tw_tiles_view(edition->tiles), range);
    json_object_set_new(root, "range", has_range ? json_pack("[f, f]", range[0], range[1]) : json_null());
}

static bool add_loaded(json_t *root, const struct request *request, const struct tw_edition *edition)
{
    struct tw_crs_names names;
    struct tw_error err = {0};
    if (tw_crs_names(edition->config->output_pyramid.grid->crs, request->arena, &names, &err) != TW_OK)
        return false;
    add_edition(root, edition);
    add_grid(root, edition->config, &names);
    return true;
}

static json_t *layer_to_json(const struct request *request, struct tw_layer *layer,
                             const struct tw_edition *edition)
{
    const struct tw_layer_spec *spec = tw_layer_spec(layer);
    const char *script = edition->plan->declaration->path, *problem;
    const struct tw_encoder *encoder = tw_sink_encoder(edition->plan->sink);
    tw_layer_version(layer, request->arena, &problem);
    json_t *root = json_pack("{s:s, s:o, s:s, s:n, s:o, s:s, s:o, s:b, s:o, s:b, s:s}", "id", spec->id,
                             "title", tw_text_to_json(spec->title), "kind", kind_name(spec->kind), "of",
                             "source", tw_text_to_json(spec->path), "format", tw_encoder_format(encoder),
                             "problem", problem != NULL ? tw_text_to_json(problem) : json_null(), "is_loaded",
                             1, "name", tw_text_to_json(spec->title), "is_file",
                             spec->kind != TW_LAYER_RESULT, "script", script != NULL ? script : "");
    if (!add_loaded(root, request, edition)) {
        json_decref(root);
        return NULL;
    }
    json_object_set_new(root, "command", command_to_json(spec, NULL));
    if (spec->kind == TW_LAYER_RESULT) {
        tw_add_mode(root, layer, edition);
        json_object_set_new(root, "params", parameters_to_json(edition));
    }
    return root;
}

/* What the configuration says: the path, or all of it. */
static json_t *source_to_json(const struct tw_source *source)
{
    const struct tw_value *value = tw_source_value(source), *path = tw_value_get(value, "path");
    if (value->kind == TW_STRING)
        path = value;
    if (path != NULL && path->kind == TW_STRING)
        return tw_text_to_json(path->text);
    const char *found = tw_source_facts(source)->path;
    return found != NULL ? tw_text_to_json(found) : json_null();
}

/* parent: the result's edition, which knows the input. edition: the input's own; NULL: nobody has asked for
 * it. */
static json_t *input_to_json(const struct request *request, const struct tw_layer *layer,
                             const struct tw_edition *parent, const struct tw_edition_input *input,
                             const struct tw_edition *edition)
{
    const struct tw_layer_spec *spec = tw_layer_spec(layer);
    const char *id = tw_arena_printf(request->arena, "%s.%s", spec->id, input->slug);
    json_t *root = json_pack("{s:s?, s:o, s:s, s:s, s:o, s:s, s:n, s:b, s:o, s:b, s:b, s:i, s:i}", "id", id,
                             "title", tw_text_to_json(input->name), "kind", "input", "of", spec->id, "source",
                             source_to_json(input->source), "format", tw_source_format(input->source),
                             "problem", "is_loaded", edition != NULL, "name", tw_text_to_json(input->name),
                             "is_file", 1, "is_vector", tw_source_kind(input->source) == TW_SOURCE_VECTOR,
                             "version", parent->number, "scenes", (int)tw_source_num_scenes(input->source));
    if (edition != NULL && !add_loaded(root, request, edition)) {
        json_decref(root);
        return NULL;
    }
    json_object_set_new(root, "command", command_to_json(spec, input));
    return root;
}

enum MHD_Result tw_reply_layer(struct request *request)
{
    const struct tw_edition *edition = request->edition;
    return tw_reply_about(request,
                          request->input != NULL
                              ? input_to_json(request, request->layer, request->base, request->input, edition)
                              : layer_to_json(request, request->layer, edition));
}

static void add_inputs(json_t *list, const struct request *request, const struct tw_layer *layer,
                       const struct tw_edition *edition)
{
    for (size_t i = 0; i < edition->num_inputs; i++) {
        const struct tw_child_order order = {.input = (int)i};
        struct tw_edition *own = tw_children_look(edition->children, &order);
        json_array_append_new(list, input_to_json(request, layer, edition, &edition->inputs[i], own));
        tw_edition_release(own);
    }
}

enum MHD_Result tw_reply_layers(struct request *request)
{
    const struct tw_layers *layers = request->server->layers;
    json_t *list = json_array();
    for (size_t i = 0; i < layers->count; i++) {
        struct tw_edition *edition = tw_layer_edition(layers->list[i]);
        json_array_append_new(list, layer_to_json(request, layers->list[i], edition));
        if (tw_layer_spec(layers->list[i])->kind == TW_LAYER_RESULT)
            add_inputs(list, request, layers->list[i], edition);
        tw_edition_release(edition);
    }
    return tw_reply_about(request,
                          json_pack("{s:i, s:o}", "version", tw_layers_version(layers), "layers", list));
}
