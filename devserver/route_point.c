/* The values of the output at a place: the tile that it would write there is decoded. And those of the
 * inputs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PROBING = 16 };

static bool read_argument(const struct request *request, const char *name, double *number)
{
    const char *text = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
    return text != NULL && tw_parse_number(text, number) && isfinite(*number);
}

/* `?lon=&lat=` in degrees, or `?x=&y=` in the grid's CRS. */
static bool read_place(struct request *request, const struct tw_grid *grid)
{
    struct tw_error ignored;
    if (read_argument(request, "x", &request->x) && read_argument(request, "y", &request->y))
        return true;
    return read_argument(request, "lon", &request->x) && read_argument(request, "lat", &request->y) &&
           tw_point_to_grid(&request->x, &request->y, "EPSG:4326", grid, &ignored) == TW_OK;
}

enum MHD_Result tw_route_point(struct request *request, struct tw_tile_key *key, bool *is_answered)
{
    const struct tw_config *config = request->edition->config;
    double zoom = config->max_zoom;
    *is_answered = true;
    if (!read_place(request, config->output_pyramid.grid))
        return tw_reply_error(request, MHD_HTTP_BAD_REQUEST,
                              "a point is ?lon=15.5&lat=46.1 or, in the grid's CRS, ?x=&y=");
    if (MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, "zoom") != NULL &&
        (!read_argument(request, "zoom", &zoom) || zoom != floor(zoom) || zoom < config->min_zoom ||
         zoom > config->max_zoom))
        return tw_reply_error(request, MHD_HTTP_BAD_REQUEST, "zoom must be from %d to %d", config->min_zoom,
                              config->max_zoom);
    *key = (struct tw_tile_key){.is_picture = false};
    if (!tw_tile_from_point(&config->output_pyramid, (int)zoom, request->x, request->y, &key->tile))
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND, "the point lies outside the grid");
    request->is_point = true;
    *is_answered = false;
    return MHD_YES;
}

static json_t *value_to_json(const struct tw_array *band, size_t index)
{
    double value = tw_array_get(band, index);
    bool is_valid = (band->valid == NULL || band->valid[index] != 0) && isfinite(value);
    return is_valid ? json_real(value) : json_null();
}

/* The pixel that the point lies in. */
static bool find_pixel(const struct request *request, const struct tw_window *window, int64_t *col,
                       int64_t *row)
{
    double numbers[6];
    tw_window_geotransform(window, numbers);
    *col = (int64_t)floor((request->x - numbers[0]) / numbers[1]);
    *row = (int64_t)floor((request->y - numbers[3]) / numbers[5]);
    return *col >= 0 && *row >= 0 && *col < window->width_px && *row < window->height_px;
}

static enum tw_status decode(struct request *request, json_t *values, struct tw_error *err)
{
    const struct tw_plan *plan = request->edition->plan;
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    const struct tw_pyramid *pyramid = &plan->config->output_pyramid;
    struct tw_blob *blob = request->waiter.blob;
    struct tw_window window =
        tw_tile_window_buffered(pyramid, &request->waiter.key.tile, pyramid->pixelbuffer_px);
    struct tw_bytes bytes = {.data = blob->bytes, .size = blob->size};
    struct tw_raster stored;
    int64_t col, row;
    enum tw_status status = tw_encoder_decode(encoder, &bytes, &window, request->arena, &stored, err);
    if (status != TW_OK || !find_pixel(request, &window, &col, &row))
        return status;
    size_t index = (size_t)(row * window.width_px + col);
    for (size_t i = 0; i < stored.num_bands; i++) {
        const char *name = stored.names != NULL ? stored.names[i] : "";
        json_array_append_new(
            values, json_pack("{s:s, s:o}", "name", name, "value", value_to_json(&stored.bands[i], index)));
    }
    return TW_OK;
}

/* The pixel of the grid that the point lies in. */
static bool find_grid_pixel(const struct request *request, struct tw_window *pixel)
{
    int64_t col, row;
    *pixel = tw_tile_window(&request->edition->config->output_pyramid, &request->waiter.key.tile);
    if (!find_pixel(request, pixel, &col, &row))
        return false;
    pixel->col_px += col;
    pixel->row_px += row;
    pixel->width_px = pixel->height_px = 1;
    return true;
}

/* Resumed first, as in tile_done. */
static void *run_probe(void *context)
{
    struct request *request = context;
    struct tw_server *server = request->server;
    struct tw_makers *makers = request->base->share->makers;
    struct tw_probe probe = {.edition = request->base,
                             .id = tw_layer_spec(request->layer)->id,
                             .input =
                                 request->input != NULL ? (int)(request->input - request->base->inputs) : -1,
                             .cancel = &server->is_ending};
    if (find_grid_pixel(request, &probe.pixel))
        request->probed = tw_probe_read(&probe);
    MHD_resume_connection(request->connection);
    atomic_fetch_sub(&server->probing, 1);
    atomic_fetch_sub(&server->suspended, 1);
    tw_makers_leave(makers);
    return NULL;
}

static bool has_inputs(const struct request *request)
{
    return tw_layer_spec(request->layer)->kind == TW_LAYER_RESULT && request->base->num_inputs > 0;
}

/* The tile is here: now the inputs are asked, in a thread of their own. */
enum MHD_Result tw_probe_inputs(struct request *request)
{
    struct tw_server *server = request->server;
    struct tw_makers *makers = request->base->share->makers;
    pthread_t thread;
    if (!has_inputs(request))
        return tw_reply_point(request);
    if (atomic_fetch_add(&server->probing, 1) >= MOST_PROBING) {
        atomic_fetch_sub(&server->probing, 1);
        return tw_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                              "too many points are being read; ask again");
    }
    request->stage = REQUEST_WAITS_FOR_VALUES;
    atomic_fetch_add(&server->suspended, 1);
    tw_makers_enter(makers);
    MHD_suspend_connection(request->connection);
    if (pthread_create(&thread, NULL, run_probe, request) == 0) {
        pthread_detach(thread);
        return MHD_YES;
    }
    MHD_resume_connection(request->connection);
    atomic_fetch_sub(&server->probing, 1);
    atomic_fetch_sub(&server->suspended, 1);
    tw_makers_leave(makers);
    return MHD_YES;
}

/* Why the result has no values, or NULL. */
static json_t *failure_to_json(const struct request *request)
{
    const struct tw_waiter *waiter = &request->waiter;
    if (waiter->status == TW_OK)
        return NULL;
    return tw_text_to_json(waiter->message != NULL ? waiter->message : "out of memory");
}

/* The result's own values come first. */
static json_t *layers_to_json(struct request *request, json_t *values)
{
    json_t *list = json_array();
    if (request->input == NULL) {
        json_t *own = json_pack("{s:s, s:O}", "id", tw_layer_spec(request->layer)->id, "values", values),
               *failure = failure_to_json(request);
        if (failure != NULL)
            json_object_set_new(own, "error", failure);
        json_array_append_new(list, own);
    }
    if (request->probed != NULL)
        json_array_extend(list, request->probed);
    return list;
}

enum MHD_Result tw_reply_point(struct request *request)
{
    const struct tw_tile *tile = &request->waiter.key.tile;
    json_t *values = json_array();
    struct tw_error err = {0};
    bool holds_pixels =
        request->waiter.blob != NULL && !tw_encoder_is_vector(tw_sink_encoder(request->edition->plan->sink));
    if (holds_pixels && decode(request, values, &err) != TW_OK) {
        json_decref(values);
        return tw_reply_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err.message);
    }
    json_t *layers = layers_to_json(request, values);
    return tw_reply_json(request, MHD_HTTP_OK,
                         json_pack("{s:f, s:f, s:[i, I, I], s:o, s:o}", "x", request->x, "y", request->y,
                                   "tile", tile->zoom, (json_int_t)tile->row, (json_int_t)tile->col, "values",
                                   values, "layers", layers),
                         0);
}
