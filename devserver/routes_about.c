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
    return tw_arena_printf(request->arena, "http://%s:%d", request->server->spec.host,
                           tw_server_port(request->server));
}

/* To be read by people, too. */
static enum MHD_Result reply_json(struct request *request, json_t *root)
{
    return tw_reply_json(request, MHD_HTTP_OK, root, JSON_INDENT(1));
}

static json_t *box_to_json(const struct tw_box *box)
{
    return json_pack("[f, f, f, f]", box->left, box->bottom, box->right, box->top);
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

static json_t *parameters(const struct tw_edition *edition)
{
    const struct tw_value *params = tw_plan_zoom(edition->plan, edition->config->max_zoom)->params;
    return params != NULL && params->kind == TW_MAP ? tw_value_to_json(params) : json_object();
}

static json_t *layer_to_json(const struct request *request, const struct tw_edition *edition)
{
    const struct tw_config *config = edition->config;
    const struct tw_grid *grid = config->output_pyramid.grid;
    struct tw_view *view = tw_tiles_view(edition->tiles);
    struct tw_crs_names names;
    struct tw_error err = {0};
    if (tw_crs_names(grid->crs, request->arena, &names, &err) != TW_OK)
        return NULL;
    struct tw_box area = tw_area_bounds(tw_plan_zoom(edition->plan, config->max_zoom)->config_area);
    const char *script = edition->plan->declaration->path;
    json_t *root =
        json_pack("{s:s, s:s, s:i, s:o, s:o, s:i, s:i, s:i, s:i, s:i}", "name", tw_path_name(config->path),
                  "script", script != NULL ? script : "", "version", edition->number, "extent",
                  box_to_json(&grid->extent), "area", box_to_json(&area), "tile_size",
                  config->output_pyramid.tile_size_px, "metatiling", config->process_pyramid.metatiling,
                  "first_zoom", grid->first_zoom, "min_zoom", config->min_zoom, "max_zoom", config->max_zoom);
    json_object_set_new(root, "crs",
                        json_pack("{s:s, s:s?, s:b, s:f}", "proj4", names.proj4, "code", names.code,
                                  "is_geographic", names.is_geographic, "metres_per_unit",
                                  names.metres_per_unit));
    json_object_set_new(root, "is_file", json_boolean(request->server->spec.layer.load != NULL));
    json_object_set_new(root, "grid", json_string(grid->name));
    json_object_set_new(root, "matrices", matrices(config));
    json_object_set_new(root, "drafts", zooms_that_are_drafts(edition));
    json_object_set_new(root, "format", json_string(tw_encoder_format(tw_sink_encoder(edition->plan->sink))));
    json_object_set_new(root, "is_vector", json_boolean(tw_view_is_vector(view)));
    json_object_set_new(root, "params", parameters(edition));
    return root;
}

static json_t *failures_to_json(const struct tw_tiles_state *state)
{
    json_t *list = json_array();
    for (int i = 0; i < state->num_failures; i++) {
        const struct tw_tile *tile = &state->failures[i].tile;
        json_array_append_new(list, json_pack("{s:i, s:I, s:I, s:o}", "zoom", tile->zoom, "row",
                                              (json_int_t)tile->row, "col", (json_int_t)tile->col, "message",
                                              tw_text_to_json(state->failures[i].message)));
    }
    return list;
}

static enum MHD_Result reply_status(struct request *request)
{
    struct tw_server *server = request->server;
    struct tw_tiles_state *state = malloc(sizeof(*state));
    const char *problem = NULL;
    if (state == NULL)
        return MHD_NO;
    int version = tw_layer_version(server->layer, request->arena, &problem);
    tw_tiles_state(request->edition->tiles, state);
    double range[2];
    json_t *root = json_pack(
        "{s:i, s:i, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:o}", "version", version, "shown",
        request->edition->number, "problem", problem != NULL ? tw_text_to_json(problem) : json_null(),
        "waiting", (json_int_t)state->waiting, "in_work", (json_int_t)state->in_work, "cached_tiles",
        (json_int_t)state->cached_tiles, "cached_bytes", (json_int_t)state->cached_bytes, "made",
        (json_int_t)state->made, "failed", (json_int_t)state->failed, "seconds", state->seconds, "failures",
        failures_to_json(state));
    if (tw_view_range(tw_tiles_view(request->edition->tiles), range))
        json_object_set_new(root, "range", json_pack("[f, f]", range[0], range[1]));
    free(state);
    return reply_json(request, root);
}

static enum MHD_Result reply_metrics(struct request *request)
{
    struct tw_server *server = request->server;
    struct tw_tiles_state *state = malloc(sizeof(*state));
    if (state == NULL)
        return MHD_NO;
    tw_tiles_state(request->edition->tiles, state);
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
    const char *tiles = tw_arena_printf(request->arena, "%s/{z}/{x}/{y}.%s", base, suffix);
    if (base == NULL || tiles == NULL)
        return MHD_NO;
    return reply_json(request, json_pack("{s:s, s:s, s:s, s:[s], s:i, s:i, s:o}", "tilejson", "3.0.0", "name",
                                         tw_path_name(config->path), "scheme", "xyz", "tiles", tiles,
                                         "minzoom", config->min_zoom, "maxzoom", config->max_zoom, "bounds",
                                         box_to_json(&lonlat)));
}

enum MHD_Result tw_route_about(struct request *request, const char *path, bool *is_known)
{
    static const struct {
        const char *path;
        enum MHD_Result (*reply)(struct request *request);
    } routes[] = {{"/status", reply_status},
                  {"/metrics", reply_metrics},
                  {"/tilejson.json", reply_tilejson},
                  {"/WMTSCapabilities.xml", tw_reply_capabilities}};
    *is_known = true;
    if (strcmp(path, "/layer.json") == 0)
        return reply_json(request, layer_to_json(request, request->edition));
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
        if (strcmp(routes[i].path, path) == 0)
            return routes[i].reply(request);
    *is_known = false;
    return MHD_NO;
}
