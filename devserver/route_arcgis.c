/* What an ArcGIS Server answers for a map of tiles: its layers as MapServers, in JSON, in a call of a script
 * or as a page, and their tiles by level, row and column.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "arcgis.h"
#include "png_chunk.h"

#include <stdlib.h>
#include <string.h>

static const char root[] = "/arcgis/rest/", server[] = "/MapServer";
enum { MOST_CALLBACK = 128 };

/* The name of a function, or of one in an object: what else it were would run in the page that asks. */
static bool is_callback(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$",
                      digits[] = "0123456789";
    size_t length = strlen(name);
    bool begins = true;
    for (size_t i = 0; i < length; i++) {
        bool is_letter = strchr(letters, name[i]) != NULL, is_digit = strchr(digits, name[i]) != NULL;
        if (!is_letter && (begins || (!is_digit && name[i] != '.')))
            return false;
        begins = name[i] == '.';
    }
    return length > 0 && length <= MOST_CALLBACK && !begins;
}

static enum MHD_Result reply_text(struct request *request, const struct tw_text *text, const char *type)
{
    return text->failed ? MHD_NO : tw_reply_text(request, MHD_HTTP_OK, type, tw_text_get(text));
}

/* json is given up. */
static enum MHD_Result reply_call(struct request *request, json_t *json, const char *callback)
{
    struct tw_text text = {0};
    char *plain = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    if (plain != NULL)
        tw_text_printf(&text, "%s(%s);", callback, plain);
    text.failed = text.failed || plain == NULL;
    enum MHD_Result result = reply_text(request, &text, "text/javascript; charset=utf-8");
    tw_text_free(&text);
    free(plain);
    json_decref(json);
    return result;
}

static enum MHD_Result reply_pretty(struct request *request, json_t *json)
{
    struct tw_text text = {0};
    tw_arcgis_pretty(&text, json);
    enum MHD_Result result = reply_text(request, &text, "application/json; charset=utf-8");
    tw_text_free(&text);
    json_decref(json);
    return result;
}

/* A page of the same, as far as people may want it. */
static enum MHD_Result reply_page(struct request *request, json_t *json, const char *title)
{
    struct tw_text text = {0}, body = {0};
    tw_arcgis_pretty(&body, json);
    tw_text_add(&text, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    tw_text_add_xml(&text, title);
    tw_text_add(&text, "</title></head><body><h1>");
    tw_text_add_xml(&text, title);
    tw_text_add(&text, "</h1><p><a href=\"?f=pjson\">JSON</a> &middot; <a href=\"/\">Map</a></p><pre>");
    tw_text_add_xml(&text, tw_text_get(&body));
    tw_text_add(&text, "</pre></body></html>\n");
    text.failed = text.failed || body.failed;
    enum MHD_Result result = reply_text(request, &text, "text/html; charset=utf-8");
    tw_text_free(&text);
    tw_text_free(&body);
    json_decref(json);
    return result;
}

/* As `f` and `callback` ask for; json is given up. */
static enum MHD_Result reply(struct request *request, json_t *json, const char *title)
{
    const char *f = tw_request_argument(request, "f"), *callback = tw_request_argument(request, "callback");
    const char *pretty = tw_request_argument(request, "pretty");
    f = f != NULL ? f : "html";
    bool is_json = strcmp(f, "json") == 0, is_pretty = strcmp(f, "pjson") == 0,
         is_page = strcmp(f, "html") == 0;
    const char *wrong = callback != NULL && !is_callback(callback) ? "callback must be the name of a function"
                        : !is_json && !is_pretty && !is_page       ? "f must be json, pjson or html"
                                                                   : NULL;
    if (json == NULL)
        return MHD_NO;
    if (wrong != NULL) {
        json_decref(json);
        return tw_reply_error(request, MHD_HTTP_BAD_REQUEST, "%s", wrong);
    }
    if (callback != NULL && !is_page)
        return reply_call(request, json, callback);
    is_pretty = is_pretty || (pretty != NULL && strcmp(pretty, "true") == 0);
    if (is_page)
        return reply_page(request, json, title);
    return is_pretty ? reply_pretty(request, json) : tw_reply_json(request, MHD_HTTP_OK, json, JSON_COMPACT);
}

static json_t *version_json(void)
{
    return json_pack("{s:f, s:s, s:{s:b}}", "currentVersion", 10.91, "fullVersion", "10.9.1", "authInfo",
                     "isTokenBasedSecurity", 0);
}

/* The layers that have pictures. */
static json_t *services_json(struct request *request)
{
    const struct tw_layers *layers = request->server->layers;
    json_t *list = json_array();
    for (size_t i = 0; i < layers->count; i++) {
        struct tw_edition *edition = tw_layer_edition(layers->list[i]);
        if (!tw_view_is_vector(tw_tiles_view(edition->tiles)))
            json_array_append_new(list, json_pack("{s:s, s:s}", "name", tw_layer_spec(layers->list[i])->id,
                                                  "type", "MapServer"));
        tw_edition_release(edition);
    }
    return json_pack("{s:f, s:[], s:o}", "currentVersion", 10.91, "folders", "services", list);
}

static enum MHD_Result reply_server(struct request *request)
{
    const struct tw_config *config = request->edition->config;
    struct tw_pyramid pyramid = config->output_pyramid;
    pyramid.metatiling = 1;
    const struct tw_area *area = tw_plan_zoom(request->edition->plan, config->max_zoom)->config_area;
    const char *type = tw_view_content_type(tw_tiles_view(request->edition->tiles), NULL);
    const char *extension = strcmp(type, "image/jpeg") == 0  ? "jpg"
                            : strcmp(type, "image/png") == 0 ? "png"
                                                             : "webp";
    struct tw_map_service service = {.title = tw_layer_spec(request->layer)->title,
                                     .attribution = "",
                                     .pyramid = &pyramid,
                                     .min_zoom = config->min_zoom,
                                     .max_zoom = config->max_zoom,
                                     .format = "",
                                     .extension = extension,
                                     .quality = TW_SERVICE_QUALITY};
    service.bounds = tw_area_is_empty(area) ? pyramid.grid->extent : tw_area_bounds(area);
    struct tw_error err = {0};
    json_t *json = tw_arcgis_map_server(&service, &err);
    if (json == NULL)
        return tw_reply_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err.message);
    return reply(request, json, service.title);
}

/* `/tile/8/90/137`: level, row, column. */
static bool read_tile(const char *path, struct tw_tile_key *key)
{
    int64_t numbers[3];
    if (strncmp(path, "/tile", 5) != 0)
        return false;
    path += 5;
    for (int i = 0; i < 3; i++) {
        size_t digits = *path == '/' ? strspn(path + 1, "0123456789") : 0;
        if (digits == 0 || digits > 10)
            return false;
        numbers[i] = strtoll(path + 1, NULL, 10);
        path += digits + 1;
    }
    *key = (struct tw_tile_key){.is_picture = true};
    key->tile =
        (struct tw_tile){numbers[0] > TW_MAX_ZOOM ? TW_MAX_ZOOM : (int)numbers[0], numbers[1], numbers[2]};
    return *path == '\0' && numbers[0] <= TW_MAX_ZOOM;
}

/* Of `services/NAME/MapServer...` the layer, whose edition the request gets; rest: what follows. */
static bool find_server(struct request *request, const char *path, const char **rest)
{
    const char *end = strstr(path, server);
    const char *id = end != NULL ? tw_arena_strndup(request->arena, path, (size_t)(end - path)) : NULL;
    request->layer = id != NULL ? tw_layers_find(request->server->layers, id) : NULL;
    request->prefix = "";
    if (request->layer == NULL)
        return false;
    *rest = end + strlen(server);
    request->base = tw_layer_edition(request->layer);
    request->edition = tw_edition_keep(request->base);
    return true;
}

static enum MHD_Result route_server(struct request *request, const char *path, struct tw_tile_key *key,
                                    bool *is_answered)
{
    const char *rest, *blank = tw_request_argument(request, "blankTile");
    if (!find_server(request, path, &rest))
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND,
                              "there is no such service; /arcgis/rest/services?f=json lists them");
    if (tw_view_is_vector(tw_tiles_view(request->edition->tiles)))
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND,
                              "a MapServer has pictures, and the tiles here hold features");
    if (rest[0] == '\0' || strcmp(rest, "/") == 0)
        return reply_server(request);
    *is_answered = !read_tile(rest, key);
    if (*is_answered)
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND,
                              "a MapServer here has tiles as /tile/LEVEL/ROW/COLUMN, and nothing else");
    request->empty = blank != NULL && strcmp(blank, "false") == 0 ? TW_EMPTY_NOT_FOUND : TW_EMPTY_BLANK;
    return MHD_YES;
}

enum MHD_Result tw_route_arcgis(struct request *request, const char *path, struct tw_tile_key *key,
                                bool *is_answered)
{
    const char *rest = path + strlen(root);
    *is_answered = true;
    if (strcmp(rest, "info") == 0)
        return reply(request, version_json(), "ArcGIS REST");
    if (strcmp(rest, "services") == 0 || strcmp(rest, "services/") == 0)
        return reply(request, services_json(request), "Services");
    if (strncmp(rest, "services/", strlen("services/")) == 0)
        return route_server(request, rest + strlen("services/"), key, is_answered);
    return tw_reply_error(request, MHD_HTTP_NOT_FOUND, "there is nothing at %s", path);
}

bool tw_is_arcgis_path(const char *path)
{
    return strncmp(path, root, strlen(root)) == 0;
}

/* A transparent picture, as ArcGIS Server has it where there is no tile. */
enum MHD_Result tw_reply_blank(struct request *request)
{
    int side_px = request->edition->config->output_pyramid.tile_size_px;
    struct tw_error err = {0};
    struct tw_bytes bytes = {0};
    if (request->empty == TW_EMPTY_NOT_FOUND)
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND, "there is no such tile");
    enum tw_status status = tw_png_blank(side_px, &bytes, &err);
    struct tw_blob *blob = status == TW_OK ? tw_blob_new(bytes.data, bytes.size, "image/png") : NULL;
    tw_bytes_free(&bytes);
    if (blob == NULL)
        return MHD_NO;
    enum MHD_Result result = tw_reply_blob(request, blob, "no-cache");
    tw_blob_release(blob);
    return result;
}
