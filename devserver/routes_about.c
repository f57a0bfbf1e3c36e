/* What there is and how it goes, for programs: JSON, Prometheus' text, TileJSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "clock.h"
#include "crs_text.h"
#include "file.h"
#include "json_value.h"

#include <stdlib.h>
#include <string.h>

const char *tw_request_base(const struct request *request)
{
    const char *host = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Host");
    bool is_plain =
        host != NULL &&
        strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == strlen(host);
    if (is_plain)
        return tw_arena_printf(request->arena, "http://%s", host);
    char own[TW_HOST_SIZE];
    return tw_arena_printf(request->arena, "http://%s:%d", tw_server_host(&request->server->spec, own),
                           tw_server_port(request->server));
}

const char *tw_request_argument(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

enum MHD_Result tw_reply_about(struct request *request, json_t *root)
{
    return tw_reply_json(request, MHD_HTTP_OK, root, JSON_INDENT(1));
}

json_t *tw_box_to_json(const struct tw_box *box)
{
    return json_pack("[f, f, f, f]", box->left, box->bottom, box->right, box->top);
}

void tw_add_mode(json_t *root, const struct tw_layer *layer, const struct tw_edition *edition)
{
    const char *path = tw_sink_path(edition->plan->sink);
    uint64_t written;
    bool is_writing = tw_preview_output_is_writing(edition->output, &written);
    json_object_set_new(root, "mode", json_string(tw_preview_modes[tw_layer_spec(layer)->mode]));
    json_object_set_new(root, "output", path != NULL ? tw_text_to_json(path) : json_null());
    json_object_set_new(root, "is_writing", json_boolean(is_writing));
    json_object_set_new(root, "written", json_integer((json_int_t)written));
    json_object_set_new(root, "notice",
                        edition->notice != NULL ? tw_text_to_json(edition->notice) : json_null());
}

static void add_failures(json_t *list, const struct tw_tiles_state *state, const char *layer)
{
    for (int i = 0; i < state->num_failures; i++) {
        const struct tw_tile *tile = &state->failures[i].tile;
        json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:I, s:o}", "layer", layer, "zoom", tile->zoom,
                                              "row", (json_int_t)tile->row, "col", (json_int_t)tile->col,
                                              "message", tw_text_to_json(state->failures[i].message)));
    }
}

/* What a layer's numbers are, after the keys that say which. */
static void add_numbers(json_t *root, const struct tw_tiles_state *state)
{
    json_object_set_new(root, "waiting", json_integer((json_int_t)state->waiting));
    json_object_set_new(root, "in_work", json_integer((json_int_t)state->in_work));
    json_object_set_new(root, "cached_tiles", json_integer((json_int_t)state->cached_tiles));
    json_object_set_new(root, "cached_bytes", json_integer((json_int_t)state->cached_bytes));
    json_object_set_new(root, "made", json_integer((json_int_t)state->made));
    json_object_set_new(root, "failed", json_integer((json_int_t)state->failed));
    json_object_set_new(root, "seconds", json_real(state->seconds));
}

static void sum_up(struct tw_tiles_state *total, const struct tw_tiles_state *state)
{
    total->waiting += state->waiting;
    total->in_work += state->in_work;
    total->cached_tiles += state->cached_tiles;
    total->cached_bytes += state->cached_bytes;
    total->made += state->made;
    total->failed += state->failed;
    total->hits += state->hits;
    total->dropped += state->dropped;
    total->refused += state->refused;
    total->seconds += state->seconds;
}

/* Adds the numbers of what was made of the edition, and its failures. */
static void add_children(struct request *request, const struct tw_layer *layer,
                         const struct tw_edition *edition, struct tw_tiles_state *sum, json_t *failures)
{
    struct tw_tiles_state *state = malloc(sizeof(*state));
    struct tw_edition *child;
    int input;
    for (size_t i = 0; state != NULL && (child = tw_children_at(edition->children, i, &input)) != NULL; i++) {
        const char *id = tw_layer_spec(layer)->id;
        if (input != TW_NO_INPUT)
            id = tw_arena_printf(request->arena, "%s.%s", id, edition->inputs[input].slug);
        memset(state, 0, sizeof(*state));
        tw_tiles_state(child->tiles, state);
        if (failures != NULL && id != NULL)
            add_failures(failures, state, id);
        sum_up(sum, state);
        tw_edition_release(child);
    }
    free(state);
}

/* The layer's numbers, with those of its inputs, added to the total; failures, added to the list, which may
 * be NULL. */
static json_t *layer_status(struct request *request, struct tw_layer *layer, struct tw_tiles_state *total,
                            json_t *failures)
{
    const char *id = tw_layer_spec(layer)->id, *problem = NULL;
    struct tw_tiles_state *state = calloc(1, sizeof(*state));
    if (state == NULL)
        return NULL;
    struct tw_edition *edition = tw_layer_edition(layer);
    int version = tw_layer_version(layer, request->arena, &problem);
    double range[2];
    tw_tiles_state(edition->tiles, state);
    if (failures != NULL)
        add_failures(failures, state, id);
    add_children(request, layer, edition, state, failures);
    json_t *root = json_pack("{s:s, s:i, s:i, s:o}", "id", id, "version", version, "shown", edition->number,
                             "problem", problem != NULL ? tw_text_to_json(problem) : json_null());
    add_numbers(root, state);
    if (tw_layer_spec(layer)->kind == TW_LAYER_RESULT)
        tw_add_mode(root, layer, edition);
    if (tw_view_range(tw_tiles_view(edition->tiles), range))
        json_object_set_new(root, "range", json_pack("[f, f]", range[0], range[1]));
    sum_up(total, state);
    tw_edition_release(edition);
    free(state);
    return root;
}

/* The first layer's version and range, the first problem that there is, the numbers of all. */
static enum MHD_Result reply_status(struct request *request)
{
    const struct tw_layers *layers = request->server->layers;
    struct tw_tiles_state *total = calloc(1, sizeof(*total));
    json_t *list = json_array(), *failures = json_array(), *problem = NULL;
    if (total == NULL)
        return MHD_NO;
    for (size_t i = 0; i < layers->count; i++) {
        json_t *own = layer_status(request, layers->list[i], total, failures);
        json_array_append_new(list, own);
        if (problem == NULL && json_is_string(json_object_get(own, "problem")))
            problem = json_object_get(own, "problem");
    }
    json_t *first = json_array_get(list, 0);
    json_t *root = json_pack("{s:i, s:O, s:O}", "version", tw_layers_version(layers), "shown",
                             json_object_get(first, "shown"), "problem",
                             problem != NULL ? problem : json_object_get(first, "problem"));
    add_numbers(root, total);
    if (json_object_get(first, "range") != NULL)
        json_object_set(root, "range", json_object_get(first, "range"));
    json_object_set_new(root, "failures", failures);
    json_object_set_new(root, "layers", list);
    free(total);
    return tw_reply_about(request, root);
}

static enum MHD_Result reply_metrics(struct request *request)
{
    struct tw_server *server = request->server;
    struct tw_tiles_state *state = calloc(1, sizeof(*state));
    if (state == NULL)
        return MHD_NO;
    for (size_t i = 0; i < server->layers->count; i++)
        json_decref(layer_status(request, server->layers->list[i], state, NULL));
    const struct {
        const char *name, *kind, *about;
        double value;
    } metrics[] = {
        {"tilewright_requests_total", "counter", "Requests since the start.",
         (double)atomic_load(&server->requests)},
        {"tilewright_metatiles_made_total", "counter", "Metatiles made from this version of the files.",
         (double)state->made},
        {"tilewright_metatiles_failed_total", "counter", "Metatiles that failed.", (double)state->failed},
        {"tilewright_metatile_seconds_total", "counter", "Time that making metatiles took.", state->seconds},
        {"tilewright_cache_hits_total", "counter", "Tiles that were in the cache.", (double)state->hits},
        {"tilewright_dropped_total", "counter", "Metatiles that nobody waited for any more.",
         (double)state->dropped},
        {"tilewright_refused_total", "counter", "Requests refused because too much was waiting.",
         (double)state->refused},
        {"tilewright_waiting", "gauge", "Metatiles that wait.", (double)state->waiting},
        {"tilewright_in_work", "gauge", "Metatiles in work.", (double)state->in_work},
        {"tilewright_cache_bytes", "gauge", "Bytes of tiles in the cache.", (double)state->cached_bytes},
        {"tilewright_uptime_seconds", "gauge", "Time since the start.", tw_clock_s() - server->started_s}};
    struct tw_text text = {0};
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
        tw_text_printf(&text, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", metrics[i].name, metrics[i].about,
                       metrics[i].name, metrics[i].kind, metrics[i].name, metrics[i].value);
    enum MHD_Result result =
        text.failed ? MHD_NO
                    : tw_reply_text(request, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
                                    tw_text_get(&text));
    tw_text_free(&text);
    free(state);
    return result;
}

/* TileJSON 3.0 knows web mercator only. */
static enum MHD_Result reply_tilejson(struct request *request)
{
    const struct tw_config *config = request->edition->config;
    const struct tw_grid *grid = config->output_pyramid.grid;
    if (!tw_grid_equals(grid, tw_grid_named("mercator")))
        return tw_reply_error(
            request, MHD_HTTP_NOT_FOUND,
            "TileJSON describes tiles in web mercator, and the grid is '%s': see /layer.json", grid->name);
    struct tw_box area = tw_area_bounds(tw_plan_zoom(request->edition->plan, config->max_zoom)->config_area),
                  lonlat;
    if (!tw_box_to_lonlat(&area, grid->crs, &lonlat))
        lonlat = (struct tw_box){-180, -85.05112877980659, 180, 85.05112877980659};
    const char *base = tw_request_base(request);
    const char *suffix = tw_view_is_vector(tw_tiles_view(request->edition->tiles)) ? "geojson" : "png";
    const char *tiles = tw_arena_printf(request->arena, "%s%s/{z}/{x}/{y}.%s", base, request->prefix, suffix);
    if (base == NULL || tiles == NULL)
        return MHD_NO;
    return tw_reply_about(request, json_pack("{s:s, s:s, s:s, s:[s], s:i, s:i, s:o}", "tilejson", "3.0.0",
                                             "name", tw_layer_spec(request->layer)->title, "scheme", "xyz",
                                             "tiles", tiles, "minzoom", config->min_zoom, "maxzoom",
                                             config->max_zoom, "bounds", tw_box_to_json(&lonlat)));
}

struct route {
    const char *path;
    enum MHD_Result (*reply)(struct request *request);
};

static enum MHD_Result route(struct request *request, const char *path, const struct route *routes,
                             size_t count, bool *is_known)
{
    for (size_t i = 0; i < count; i++) {
        *is_known = strcmp(routes[i].path, path) == 0;
        if (*is_known)
            return routes[i].reply(request);
    }
    *is_known = false;
    return MHD_NO;
}

enum MHD_Result tw_route_about(struct request *request, const char *path, bool *is_known)
{
    static const struct route routes[] = {{"/layers.json", tw_reply_layers},
                                          {"/status", reply_status},
                                          {"/metrics", reply_metrics},
                                          {"/WMTSCapabilities.xml", tw_reply_capabilities}};
    return route(request, path, routes, sizeof(routes) / sizeof(routes[0]), is_known);
}

enum MHD_Result tw_route_about_layer(struct request *request, const char *path, bool *is_known)
{
    static const struct route routes[] = {{"/layer.json", tw_reply_layer},
                                          {"/tilejson.json", reply_tilejson}};
    return route(request, path, routes, sizeof(routes) / sizeof(routes[0]), is_known);
}
