/* OGC API - Tiles, part 1 (20-057): a landing page, collections, their tilesets and tiles; and the tile
 * matrix sets (17-083r4) that they are in. A collection is a layer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "crs_text.h"
#include "tile_matrix_write.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SEGMENTS = 9, DEEPEST = 24, WELL_KNOWN_TILE_PX = 256 };
#define OGC_REL "http://www.opengis.net/def/rel/ogc/1.0/"

/* The side of the rendering pixel that scales refer to. */
static const double pixel_m = 0.00028;

/* `/ogc/collections/dem/map/tiles` in pieces. */
struct route {
    struct request *request;
    const char *base; /* `http://host:port/ogc` */
    const char *segments[MOST_SEGMENTS];
    int count;
};

static bool is_at(const struct route *route, int index, const char *name)
{
    return index < route->count && strcmp(route->segments[index], name) == 0;
}

static void add_link(json_t *list, const char *rel, const char *type, json_t *href)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "rel", rel, "type", type, "href", href));
}

static void add_json_link(json_t *list, const char *rel, json_t *href)
{
    add_link(list, rel, "application/json", href);
}

static enum MHD_Result reply(const struct route *route, json_t *root)
{
    return tw_reply_about(route->request, root);
}

static enum MHD_Result reply_landing(const struct route *route)
{
    json_t *links = json_array();
    add_json_link(links, "self", json_string(route->base));
    add_json_link(links, "conformance", json_sprintf("%s/conformance", route->base));
    add_json_link(links, OGC_REL "conformance", json_sprintf("%s/conformance", route->base));
    add_json_link(links, "data", json_sprintf("%s/collections", route->base));
    add_json_link(links, OGC_REL "data", json_sprintf("%s/collections", route->base));
    add_json_link(links, OGC_REL "tiling-schemes", json_sprintf("%s/tileMatrixSets", route->base));
    return reply(route, json_pack("{s:s, s:s, s:o}", "title", "Tilewright", "description",
                                  "Tiles of layers, made when somebody looks at them", "links", links));
}

static enum MHD_Result reply_conformance(const struct route *route)
{
    static const char *const classes[] = {
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
        "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
        "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/png",
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geojson",
        "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
        "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
        "http://www.opengis.net/spec/tms/2.0/conf/tilesetmetadata",
        "http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        json_array_append_new(list, json_string(classes[i]));
    return reply(route, json_pack("{s:o}", "conformsTo", list));
}

static bool is_same_set(const struct tw_config *a, const struct tw_config *b)
{
    return tw_grid_equals(a->output_pyramid.grid, b->output_pyramid.grid) &&
           a->output_pyramid.tile_size_px == b->output_pyramid.tile_size_px;
}

/* `WebMercatorQuad`, or NULL when it is none that others know. */
static const char *well_known_set(const struct tw_config *config)
{
    const struct tw_grid *grid = config->output_pyramid.grid;
    const char *id = tw_tile_matrix_set_id(grid);
    return config->output_pyramid.tile_size_px == WELL_KNOWN_TILE_PX && strcmp(id, grid->name) != 0 ? id
                                                                                                    : NULL;
}

/* Named by what others call it, or by the first layer that is in it. NULL when out of memory. */
static const char *set_id(const struct request *request, const struct tw_config *config)
{
    const struct tw_layers *layers = request->server->layers;
    const char *id = well_known_set(config);
    for (size_t i = 0; id == NULL && i < layers->count; i++) {
        struct tw_edition *edition = tw_layer_edition(layers->list[i]);
        if (is_same_set(edition->config, config))
            id = tw_arena_printf(request->arena, "of-%s", tw_layer_spec(layers->list[i])->id);
        tw_edition_release(edition);
    }
    return id;
}

static json_t *crs_to_json(const struct request *request, const struct tw_grid *grid,
                           struct tw_crs_names *names)
{
    struct tw_error err;
    if (tw_crs_names(grid->crs, request->arena, names, &err) != TW_OK)
        return json_string(grid->crs);
    if (names->code != NULL && strcmp(names->code, "EPSG:4326") == 0)
        return json_string("http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    if (names->code != NULL && strncmp(names->code, "EPSG:", 5) == 0)
        return json_sprintf("http://www.opengis.net/def/crs/EPSG/0/%s", names->code + 5);
    return json_string(names->proj4);
}

static json_t *matrix_to_json(const struct tw_pyramid *pyramid, int zoom, double metres_per_unit)
{
    double cell = tw_grid_pixel_width(pyramid->grid, zoom, pyramid->tile_size_px);
    return json_pack("{s:o, s:f, s:f, s:s, s:[f, f], s:i, s:i, s:I, s:I}", "id", json_sprintf("%d", zoom),
                     "scaleDenominator", cell * metres_per_unit / pixel_m, "cellSize", cell, "cornerOfOrigin",
                     "topLeft", "pointOfOrigin", pyramid->grid->extent.left, pyramid->grid->extent.top,
                     "tileWidth", pyramid->tile_size_px, "tileHeight", pyramid->tile_size_px, "matrixWidth",
                     (json_int_t)tw_pyramid_cols(pyramid, zoom), "matrixHeight",
                     (json_int_t)tw_pyramid_rows(pyramid, zoom));
}

/* Points are x, y whatever the order of the CRS's axes: the axes say so. */
static json_t *set_to_json(const struct request *request, const struct tw_config *config)
{
    struct tw_pyramid pyramid = config->output_pyramid;
    struct tw_crs_names names = {.metres_per_unit = 1};
    const char *id = set_id(request, config), *known = well_known_set(config);
    int deepest = tw_grid_max_zoom(pyramid.grid) < DEEPEST ? tw_grid_max_zoom(pyramid.grid) : DEEPEST;
    pyramid.metatiling = 1;
    json_t *crs = crs_to_json(request, pyramid.grid, &names), *matrices = json_array();
    for (int zoom = pyramid.grid->first_zoom; zoom <= deepest; zoom++)
        json_array_append_new(matrices, matrix_to_json(&pyramid, zoom, names.metres_per_unit));
    json_t *root = json_pack("{s:s?, s:s, s:o, s:[s, s], s:o}", "id", id, "title", pyramid.grid->name, "crs",
                             crs, "orderedAxes", names.is_geographic ? "Lon" : "E",
                             names.is_geographic ? "Lat" : "N", "tileMatrices", matrices);
    if (known != NULL)
        json_object_set_new(root, "uri",
                            json_sprintf("http://www.opengis.net/def/tilematrixset/OGC/1.0/%s", known));
    return root;
}

/* All sets, or the one with that id: NULL when there is none. */
static json_t *find_sets(const struct route *route, const char *wanted)
{
    const struct tw_layers *layers = route->request->server->layers;
    json_t *list = json_object(), *found = NULL;
    for (size_t i = 0; i < layers->count; i++) {
        struct tw_edition *edition = tw_layer_edition(layers->list[i]);
        const char *id = set_id(route->request, edition->config);
        if (id != NULL && wanted != NULL && found == NULL && strcmp(id, wanted) == 0)
            found = set_to_json(route->request, edition->config);
        if (id != NULL && wanted == NULL && json_object_get(list, id) == NULL) {
            json_t *links = json_array();
            add_json_link(links, "self", json_sprintf("%s/tileMatrixSets/%s", route->base, id));
            json_object_set_new(list, id,
                                json_pack("{s:s, s:s, s:o}", "id", id, "title",
                                          edition->config->output_pyramid.grid->name, "links", links));
        }
        tw_edition_release(edition);
    }
    if (wanted != NULL) {
        json_decref(list);
        return found;
    }
    return list;
}

static enum MHD_Result reply_sets(const struct route *route)
{
    json_t *sets = find_sets(route, NULL), *list = json_array(), *set;
    const char *id;
    json_object_foreach(sets, id, set) json_array_append(list, set);
    json_decref(sets);
    return reply(route, json_pack("{s:o}", "tileMatrixSets", list));
}

static enum MHD_Result reply_set(const struct route *route)
{
    json_t *set = find_sets(route, route->segments[1]);
    if (set != NULL)
        return reply(route, set);
    return tw_reply_error(route->request, MHD_HTTP_NOT_FOUND,
                          "there is no tile matrix set '%s': /ogc/tileMatrixSets lists them",
                          route->segments[1]);
}

static bool holds_features(const struct tw_edition *edition)
{
    return tw_view_is_vector(tw_tiles_view(edition->tiles));
}

static const char *tilesets_path(const struct route *route, const char *id, const struct tw_edition *edition)
{
    return tw_arena_printf(route->request->arena, "%s/collections/%s/%s", route->base, id,
                           holds_features(edition) ? "tiles" : "map/tiles");
}

static json_t *collection_to_json(const struct route *route, const char *id, const char *title,
                                  const struct tw_edition *edition)
{
    const struct tw_config *config = edition->config;
    struct tw_box area = tw_area_bounds(tw_plan_zoom(edition->plan, config->max_zoom)->config_area), lonlat;
    const char *tilesets = tilesets_path(route, id, edition);
    json_t *links = json_array();
    struct tw_crs_names names;
    if (!tw_box_to_lonlat(&area, config->output_pyramid.grid->crs, &lonlat))
        lonlat = (struct tw_box){-180, -90, 180, 90};
    add_json_link(links, "self", json_sprintf("%s/collections/%s", route->base, id));
    add_json_link(links, holds_features(edition) ? OGC_REL "tilesets-vector" : OGC_REL "tilesets-map",
                  json_string(tilesets != NULL ? tilesets : ""));
    json_t *root = json_pack("{s:s, s:o, s:o, s:{s:{s:[o], s:s}}}", "id", id, "title", tw_text_to_json(title),
                             "links", links, "extent", "spatial", "bbox", tw_box_to_json(&lonlat), "crs",
                             "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    json_t *crs = json_array();
    json_array_append_new(crs, crs_to_json(route->request, config->output_pyramid.grid, &names));
    json_object_set_new(root, "crs", crs);
    return root;
}

static enum MHD_Result reply_collections(const struct route *route)
{
    const struct tw_layers *layers = route->request->server->layers;
    json_t *list = json_array(), *links = json_array();
    add_json_link(links, "self", json_sprintf("%s/collections", route->base));
    for (size_t i = 0; i < layers->count; i++) {
        const struct tw_layer_spec *spec = tw_layer_spec(layers->list[i]);
        struct tw_edition *edition = tw_layer_edition(layers->list[i]);
        json_array_append_new(list, collection_to_json(route, spec->id, spec->title, edition));
        tw_edition_release(edition);
    }
    return reply(route, json_pack("{s:o, s:o}", "links", links, "collections", list));
}

/* What lists of tilesets, and they themselves, say of one. */
static json_t *tileset_to_json(const struct route *route, const char *tilesets)
{
    const struct request *request = route->request;
    const struct tw_edition *edition = request->edition;
    const struct tw_config *config = edition->config;
    const char *set = set_id(request, config), *known = well_known_set(config);
    struct tw_crs_names names;
    json_t *links = json_array();
    add_json_link(links, "self", json_sprintf("%s/%s", tilesets, set));
    add_json_link(links, OGC_REL "tiling-scheme", json_sprintf("%s/tileMatrixSets/%s", route->base, set));
    json_t *root = json_pack("{s:o, s:s, s:o, s:o}", "title", tw_text_to_json(route->segments[1]), "dataType",
                             holds_features(edition) ? "vector" : "map", "crs",
                             crs_to_json(request, config->output_pyramid.grid, &names), "links", links);
    if (known != NULL)
        json_object_set_new(root, "tileMatrixSetURI",
                            json_sprintf("http://www.opengis.net/def/tilematrixset/OGC/1.0/%s", known));
    return root;
}

static json_t *limits_to_json(const struct tw_edition *edition)
{
    const struct tw_config *config = edition->config;
    struct tw_pyramid pyramid = config->output_pyramid;
    json_t *list = json_array();
    pyramid.metatiling = 1;
    for (int zoom = config->min_zoom; zoom <= config->max_zoom; zoom++) {
        const struct tw_box area = tw_area_bounds(tw_plan_zoom(edition->plan, zoom)->config_area);
        struct tw_tile_range range = tw_tile_range_of_box(&pyramid, zoom, &area);
        int64_t rows = tw_pyramid_rows(&pyramid, zoom), cols = tw_pyramid_cols(&pyramid, zoom);
        bool is_plain = range.first_row >= 0 && range.first_row <= range.last_row && range.last_row < rows &&
                        range.first_col >= 0 && range.first_col <= range.last_col && range.last_col < cols;
        if (!is_plain) /* across the antimeridian, say */
            range = (struct tw_tile_range){
                .first_row = 0, .last_row = rows - 1, .first_col = 0, .last_col = cols - 1};
        json_array_append_new(list,
                              json_pack("{s:o, s:I, s:I, s:I, s:I}", "tileMatrix", json_sprintf("%d", zoom),
                                        "minTileRow", (json_int_t)range.first_row, "maxTileRow",
                                        (json_int_t)range.last_row, "minTileCol", (json_int_t)range.first_col,
                                        "maxTileCol", (json_int_t)range.last_col));
    }
    return list;
}

static enum MHD_Result reply_tilesets(const struct route *route, const char *tilesets)
{
    json_t *links = json_array();
    add_json_link(links, "self", json_string(tilesets));
    return reply(route,
                 json_pack("{s:[o], s:o}", "tilesets", tileset_to_json(route, tilesets), "links", links));
}

static enum MHD_Result reply_tileset(const struct route *route, const char *tilesets)
{
    const struct tw_edition *edition = route->request->edition;
    json_t *root = tileset_to_json(route, tilesets), *links = json_object_get(root, "links");
    add_link(links, "item", tw_view_content_type(tw_tiles_view(edition->tiles), NULL),
             json_sprintf("%s/%s/{tileMatrix}/{tileRow}/{tileCol}", tilesets,
                          set_id(route->request, edition->config)));
    json_object_set_new(json_array_get(links, json_array_size(links) - 1), "templated", json_true());
    add_json_link(links, OGC_REL "geodata",
                  json_sprintf("%s/collections/%s", route->base, route->segments[1]));
    json_object_set_new(root, "tileMatrixSetLimits", limits_to_json(edition));
    return reply(route, root);
}

static bool read_number(const char *text, int64_t *number)
{
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
        return false;
    *number = strtoll(text, NULL, 10);
    return true;
}

static enum MHD_Result refuse(const struct route *route)
{
    return tw_reply_error(route->request, MHD_HTTP_NOT_FOUND, "there is nothing there: /ogc is the way in");
}

/* Below a collection; the request has its edition. */
static enum MHD_Result route_collection(const struct route *route, struct tw_tile_key *key, bool *is_answered)
{
    const struct request *request = route->request;
    const struct tw_edition *edition = request->edition;
    const char *id = route->segments[1], *tilesets = tilesets_path(route, id, edition);
    const char *title = request->input != NULL ? request->input->name : tw_layer_spec(request->layer)->title;
    int first = holds_features(edition) ? 3 : 4; /* after `tiles`, `map/tiles` */
    int64_t zoom;
    if (route->count == 2)
        return reply(route, collection_to_json(route, id, title, edition));
    bool is_there =
        first == 3 ? is_at(route, 2, "tiles") : is_at(route, 2, "map") && is_at(route, 3, "tiles");
    if (!is_there)
        return tw_reply_error(route->request, MHD_HTTP_NOT_FOUND, "'%s' holds %s: its tiles are at %s", id,
                              first == 3 ? "features" : "pixels", tilesets);
    if (route->count == first)
        return reply_tilesets(route, tilesets);
    const char *set = set_id(request, edition->config);
    if (set == NULL || !is_at(route, first, set))
        return tw_reply_error(route->request, MHD_HTTP_NOT_FOUND,
                              "'%s' is in the tile matrix set '%s', not '%s'", id, set != NULL ? set : "",
                              route->segments[first]);
    if (route->count == first + 1)
        return reply_tileset(route, tilesets);
    if (route->count != first + 4 || !read_number(route->segments[first + 1], &zoom) || zoom > TW_MAX_ZOOM ||
        !read_number(route->segments[first + 2], &key->tile.row) ||
        !read_number(route->segments[first + 3], &key->tile.col))
        return refuse(route);
    key->is_picture = true;
    key->tile.zoom = (int)zoom;
    *is_answered = false;
    return MHD_YES;
}

static enum MHD_Result open_collection(const struct route *route, bool *is_found)
{
    struct request *request = route->request;
    if (request->stage == REQUEST_WAITS_FOR_EDITION)
        return tw_take_child(request, is_found);
    *is_found = false;
    request->prefix = tw_arena_printf(request->arena, "/layers/%s", route->segments[1]);
    if (!tw_request_find(request, route->segments[1]))
        return tw_refuse_layer(request);
    return tw_find_edition(request, is_found);
}

static bool split(struct route *route, const char *path)
{
    char *text = tw_arena_strdup(route->request->arena, path), *rest;
    if (text == NULL)
        return false;
    for (char *piece = strtok_r(text, "/", &rest); piece != NULL; piece = strtok_r(NULL, "/", &rest)) {
        if (route->count == MOST_SEGMENTS)
            return false;
        route->segments[route->count++] = piece;
    }
    return true;
}

enum MHD_Result tw_route_ogc(struct request *request, const char *path, struct tw_tile_key *key,
                             bool *is_answered)
{
    struct route route = {.request = request};
    const char *host = tw_request_base(request);
    route.base = host != NULL ? tw_arena_printf(request->arena, "%s/ogc", host) : NULL;
    *is_answered = true;
    if (route.base == NULL || !split(&route, path))
        return refuse(&route);
    if (route.count == 0)
        return reply_landing(&route);
    if (route.count == 1 && is_at(&route, 0, "conformance"))
        return reply_conformance(&route);
    if (is_at(&route, 0, "tileMatrixSets") && route.count <= 2)
        return route.count == 1 ? reply_sets(&route) : reply_set(&route);
    if (!is_at(&route, 0, "collections"))
        return refuse(&route);
    if (route.count == 1)
        return reply_collections(&route);
    bool is_found;
    enum MHD_Result result = open_collection(&route, &is_found);
    return is_found ? route_collection(&route, key, is_answered) : result;
}
