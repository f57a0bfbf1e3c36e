/* Which path is answered by what; tiles and changes, for which requests wait.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tiles may change with every edit: browsers ask each time, and hear that they have it. */
static const char tile_cache[] = "no-cache";

/* Resumed first: a server that stops waits until none is suspended. From then on the request may be gone. */
static void tile_done(struct tw_waiter *waiter)
{
    struct request *request = (struct request *)waiter;
    struct tw_server *server = request->server;
    MHD_resume_connection(request->connection);
    atomic_fetch_sub(&server->suspended, 1);
}

bool tw_request_is_wanted(struct tw_waiter *waiter)
{
    struct request *request = (struct request *)waiter;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct pollfd polled = {.fd = info != NULL ? info->connect_fd : -1, .events = POLLRDHUP};
    return polled.fd < 0 || poll(&polled, 1, 0) <= 0 ||
           (polled.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}

static enum MHD_Result reply_empty(struct request *request)
{
    struct tw_view *view = tw_tiles_view(request->edition->tiles);
    if (request->empty != TW_EMPTY_NO_CONTENT)
        return tw_reply_blank(request);
    if (request->waiter.key.is_picture && tw_view_is_vector(view))
        return tw_reply_text(request, MHD_HTTP_OK, "application/geo+json",
                             "{\"type\": \"FeatureCollection\", \"features\": []}");
    return tw_reply_text(request, MHD_HTTP_NO_CONTENT, NULL, "");
}

static enum MHD_Result reply_tile(struct request *request)
{
    struct tw_waiter *waiter = &request->waiter;
    if (waiter->status == TW_ECANCELLED)
        return tw_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                              "the configuration has changed meanwhile");
    if (request->is_point) /* also when the script fails: the inputs have values all the same */
        return tw_probe_inputs(request);
    if (waiter->is_overdue)
        return tw_reply_error(request, MHD_HTTP_GATEWAY_TIMEOUT,
                              "%s and cannot be stopped: nothing is made until it is mended",
                              waiter->message != NULL ? waiter->message : "the script is not done");
    if (waiter->status != TW_OK)
        return tw_reply_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s",
                              waiter->message != NULL ? waiter->message : "out of memory");
    return waiter->blob != NULL ? tw_reply_blob(request, waiter->blob, tile_cache) : reply_empty(request);
}

/* Suspended first: whoever resumes must find it so. */
static enum MHD_Result wait_for_tile(struct request *request)
{
    struct tw_waiter *waiter = &request->waiter;
    waiter->done = tile_done;
    waiter->is_wanted = tw_request_is_wanted;
    if (tw_tiles_look(request->edition->tiles, waiter) == TW_ANSWER_NOW)
        return reply_tile(request);
    request->stage = REQUEST_WAITS_FOR_TILE;
    atomic_fetch_add(&request->server->suspended, 1);
    MHD_suspend_connection(request->connection);
    enum tw_answer given = tw_tiles_get(request->edition->tiles, waiter);
    if (given == TW_ANSWER_LATER)
        return MHD_YES;
    if (given == TW_ANSWER_BUSY) {
        waiter->has_answer = true;
        waiter->status = TW_EBUDGET;
        waiter->message = NULL;
    }
    tile_done(waiter);
    return MHD_YES;
}

static enum MHD_Result go_on_with_tile(struct request *request)
{
    if (request->waiter.status == TW_EBUDGET && request->waiter.message == NULL)
        return tw_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "too many tiles are waiting; ask again");
    return reply_tile(request);
}

static enum MHD_Result route_tile(struct request *request, const struct tw_tile_key *key)
{
    const struct tw_config *config = request->edition->config;
    struct tw_pyramid pyramid = config->output_pyramid;
    if (key->is_picture)
        pyramid.metatiling = 1;
    char text[TW_TILE_TEXT_SIZE];
    if (key->tile.zoom < config->min_zoom || key->tile.zoom > config->max_zoom)
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND, "zoom %d is none of the configuration's: %d to %d",
                              key->tile.zoom, config->min_zoom, config->max_zoom);
    if (!tw_tile_is_inside(&pyramid, &key->tile))
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND,
                              "there is no tile %s: zoom %d has %lld rows and %lld columns",
                              tw_tile_text(&key->tile, text), key->tile.zoom,
                              (long long)tw_pyramid_rows(&pyramid, key->tile.zoom),
                              (long long)tw_pyramid_cols(&pyramid, key->tile.zoom));
    request->waiter.key = *key;
    if (!key->is_picture)
        return wait_for_tile(request);
    struct tw_problems problems = {0};
    bool is_fine = tw_request_style(request, &request->waiter.key.style, &problems);
    enum MHD_Result result = is_fine ? wait_for_tile(request) : tw_reply_problems(request, &problems);
    tw_problems_free(&problems);
    return result;
}

/* A number of at most ten digits, without anything around it. */
static bool read_number(const char **text, int64_t *number)
{
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > 10)
        return false;
    *number = strtoll(*text, NULL, 10);
    *text += digits;
    return true;
}

/* `/8/137/90.png` as z/x/y, `/tiles/8/90/137.tif` as zoom/row/col; the suffix may be missing. */
static bool read_tile(const char *path, struct tw_tile_key *key)
{
    int64_t zoom, first, second;
    key->is_picture = strncmp(path, "/tiles/", 7) != 0;
    path += key->is_picture ? 1 : 7;
    if (!read_number(&path, &zoom) || *path++ != '/' || !read_number(&path, &first) || *path++ != '/' ||
        !read_number(&path, &second) || zoom > TW_MAX_ZOOM)
        return false;
    key->tile =
        (struct tw_tile){(int)zoom, key->is_picture ? second : first, key->is_picture ? first : second};
    return *path == '\0' ||
           (*path == '.' && strspn(path + 1, "abcdefghijklmnopqrstuvwxyz") == strlen(path + 1));
}

/* Of a layer; the request has its edition. */
static enum MHD_Result route_layer(struct request *request, const char *path, bool *is_known)
{
    struct tw_tile_key key = {0};
    bool is_answered = false;
    *is_known = true;
    if (read_tile(path, &key))
        return route_tile(request, &key);
    if (strcmp(path, "/point") != 0)
        return tw_route_about_layer(request, path, is_known);
    enum MHD_Result result = tw_route_point(request, &key, &is_answered);
    return is_answered ? result : route_tile(request, &key);
}

static enum MHD_Result route_wmts(struct request *request)
{
    struct tw_tile_key key = {0};
    bool is_answered = false;
    enum MHD_Result result = tw_route_wmts(request, &key, &is_answered);
    if (is_answered)
        return result;
    bool is_found;
    result = request->stage == REQUEST_WAITS_FOR_EDITION ? tw_take_child(request, &is_found)
                                                         : tw_find_edition(request, &is_found);
    return is_found ? route_tile(request, &key) : result;
}

static enum MHD_Result route_ogc(struct request *request, const char *path)
{
    struct tw_tile_key key = {0};
    bool is_answered;
    enum MHD_Result result = tw_route_ogc(request, path, &key, &is_answered);
    return is_answered ? result : route_tile(request, &key);
}

static enum MHD_Result route_arcgis(struct request *request, const char *path)
{
    struct tw_tile_key key = {0};
    bool is_answered = false;
    enum MHD_Result result = tw_route_arcgis(request, path, &key, &is_answered);
    return is_answered ? result : route_tile(request, &key);
}

static enum MHD_Result route_page(struct request *request, const char *path, bool *is_known)
{
    *is_known = true;
    if (strcmp(path, "/") == 0)
        return tw_reply_file(request, "page/index.html");
    if (strcmp(path, "/favicon.ico") == 0)
        return tw_reply_file(request, "page/icon.svg");
    if (strncmp(path, "/page/", 6) == 0)
        return tw_reply_file(request, path + 1);
    if (strcmp(path, "/events") == 0)
        return tw_route_events(request);
    if (strcmp(path, "/run.json") == 0)
        return tw_reply_run(request);
    if (strcmp(path, "/health") == 0)
        return tw_reply_text(request, MHD_HTTP_OK, "text/plain; charset=utf-8", "ok\n");
    if (strcmp(path, "/wmts") == 0)
        return route_wmts(request);
    if (strncmp(path, "/ogc", 4) == 0 && (path[4] == '\0' || path[4] == '/'))
        return route_ogc(request, path + 4);
    if (tw_is_arcgis_path(path))
        return route_arcgis(request, path);
    return tw_route_about(request, path, is_known);
}

enum MHD_Result tw_route(struct request *request, const char *path)
{
    bool is_known, is_found;
    const char *rest;
    if (request->stage == REQUEST_WAITS_FOR_TILE)
        return go_on_with_tile(request);
    if (request->stage == REQUEST_WAITS_FOR_VALUES)
        return tw_reply_point(request);
    enum MHD_Result result = route_page(request, path, &is_known);
    if (is_known)
        return result;
    if (request->stage == REQUEST_WAITS_FOR_EDITION) {
        result = tw_take_child(request, &is_found);
        rest = request->rest;
    } else if (tw_request_find_by_path(request, path, &rest)) {
        request->rest = rest;
        result = tw_find_edition(request, &is_found);
    } else {
        return tw_refuse_layer(request);
    }
    if (!is_found)
        return result;
    result = route_layer(request, rest, &is_known);
    if (is_known)
        return result;
    return tw_reply_error(request, MHD_HTTP_NOT_FOUND, "there is nothing at %s", path);
}
