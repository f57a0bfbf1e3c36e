/* The capabilities of a WMTS 1.0.0 (OGC 07-057r7): RESTful tiles, and the same by keys and values.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "crs_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The side of the rendering pixel that scales refer to (07-057r7, 6.1). */
static const double pixel_m = 0.00028;

static void add_escaped(struct tw_text *text, const char *chars)
{
    for (; *chars != '\0'; chars++)
        if (*chars == '<' || *chars == '&' || *chars == '>' || *chars == '"')
            tw_text_printf(text, "&#%d;", *chars);
        else
            tw_text_add_bytes(text, chars, 1);
}

static void add_crs(struct tw_text *text, const struct tw_crs_names *names)
{
    if (names->code != NULL && strcmp(names->code, "EPSG:4326") == 0)
        tw_text_add(text, "urn:ogc:def:crs:OGC:1.3:CRS84");
    else if (names->code != NULL && strncmp(names->code, "EPSG:", 5) == 0)
        tw_text_printf(text, "urn:ogc:def:crs:EPSG::%s", names->code + 5);
    else
        add_escaped(text, names->proj4);
}

static void add_matrix(struct tw_text *text, const struct tw_pyramid *pyramid, int zoom,
                       const struct tw_crs_names *names)
{
    const struct tw_box *extent = &pyramid->grid->extent;
    bool y_first = names->y_first && !(names->code != NULL && strcmp(names->code, "EPSG:4326") == 0);
    double resolution = tw_grid_pixel_width(pyramid->grid, zoom, pyramid->tile_size_px);
    tw_text_printf(text,
                   "      <TileMatrix>\n        <ows:Identifier>%d</ows:Identifier>\n"
                   "        <ScaleDenominator>%.15g</ScaleDenominator>\n"
                   "        <TopLeftCorner>%.15g %.15g</TopLeftCorner>\n"
                   "        <TileWidth>%d</TileWidth>\n        <TileHeight>%d</TileHeight>\n"
                   "        <MatrixWidth>%lld</MatrixWidth>\n        <MatrixHeight>%lld</MatrixHeight>\n"
                   "      </TileMatrix>\n",
                   zoom, resolution * names->metres_per_unit / pixel_m, y_first ? extent->top : extent->left,
                   y_first ? extent->left : extent->top, pyramid->tile_size_px, pyramid->tile_size_px,
                   (long long)tw_pyramid_cols(pyramid, zoom), (long long)tw_pyramid_rows(pyramid, zoom));
}

/* A layer with pictures, as the capabilities list it. */
struct listed {
    struct tw_layer *layer;
    struct tw_edition *edition;
    const struct tw_edition_input *input; /* of the edition; NULL: its result */
    const char *id;
    const char *set; /* the identifier of its matrices */
    bool owns_set;   /* no layer before has the same */
};

static bool has_same_set(const struct tw_config *a, const struct tw_config *b)
{
    return tw_grid_equals(a->output_pyramid.grid, b->output_pyramid.grid) &&
           a->output_pyramid.tile_size_px == b->output_pyramid.tile_size_px && a->min_zoom == b->min_zoom &&
           a->max_zoom == b->max_zoom;
}

/* Named by its grid; others of that name by their layers as well. */
static void choose_set(struct tw_arena *arena, struct listed *list, size_t index)
{
    struct listed *own = &list[index];
    const char *grid = own->edition->config->output_pyramid.grid->name;
    bool is_taken = false;
    own->owns_set = true;
    for (size_t i = 0; i < index; i++) {
        is_taken |= strcmp(list[i].set, grid) == 0;
        if (!has_same_set(list[i].edition->config, own->edition->config))
            continue;
        own->set = list[i].set;
        own->owns_set = false;
        return;
    }
    own->set = is_taken ? tw_arena_printf(arena, "%s-%s", grid, tw_layer_spec(own->layer)->id) : grid;
}

static enum tw_status add_matrix_set(struct tw_text *text, const struct listed *listed,
                                     struct tw_arena *arena, struct tw_error *err)
{
    const struct tw_config *config = listed->edition->config;
    struct tw_crs_names crs, *names = &crs;
    enum tw_status status = tw_crs_names(config->output_pyramid.grid->crs, arena, names, err);
    if (status != TW_OK)
        return status;
    struct tw_pyramid pyramid = config->output_pyramid;
    pyramid.metatiling = 1;
    tw_text_add(text, "    <TileMatrixSet>\n      <ows:Identifier>");
    add_escaped(text, listed->set);
    tw_text_add(text, "</ows:Identifier>\n      <ows:SupportedCRS>");
    add_crs(text, names);
    tw_text_add(text, "</ows:SupportedCRS>\n");
    for (int zoom = config->min_zoom; zoom <= config->max_zoom; zoom++)
        add_matrix(text, &pyramid, zoom, names);
    tw_text_add(text, "    </TileMatrixSet>\n");
    return TW_OK;
}

/* In degrees: of what is computed, or of all that the input covers. */
static struct tw_box bounds_of(const struct listed *listed)
{
    const struct tw_config *config = listed->edition->config;
    const struct tw_grid *grid = config->output_pyramid.grid;
    struct tw_box box = tw_area_bounds(tw_plan_zoom(listed->edition->plan, config->max_zoom)->config_area),
                  lonlat;
    struct tw_area *area = NULL;
    struct tw_error ignored;
    if (listed->input != NULL && tw_source_area(listed->input->source, grid, &area, &ignored) == TW_OK &&
        !tw_area_is_empty(area))
        box = tw_area_bounds(area);
    tw_area_free(area);
    return tw_box_to_lonlat(&box, grid->crs, &lonlat) ? lonlat : (struct tw_box){-180, -90, 180, 90};
}

static void add_layer(struct tw_text *text, const struct listed *listed, const char *base)
{
    const struct tw_box lonlat = bounds_of(listed);
    const char *title = listed->input != NULL ? listed->input->name : tw_layer_spec(listed->layer)->title;
    const char *type = listed->input != NULL
                           ? "image/png"
                           : tw_view_content_type(tw_tiles_view(listed->edition->tiles), NULL);
    tw_text_add(text, "    <Layer>\n      <ows:Title>");
    add_escaped(text, title);
    tw_text_printf(
        text,
        "</ows:Title>\n      <ows:WGS84BoundingBox>\n        <ows:LowerCorner>%.9g "
        "%.9g</ows:LowerCorner>\n        <ows:UpperCorner>%.9g %.9g</ows:UpperCorner>\n      "
        "</ows:WGS84BoundingBox>\n      <ows:Identifier>%s</ows:Identifier>\n      <Style "
        "isDefault=\"true\">\n        <ows:Identifier>default</ows:Identifier>\n      </Style>\n      "
        "<Format>%s</Format>\n      <TileMatrixSetLink>\n        <TileMatrixSet>",
        lonlat.left, lonlat.bottom, lonlat.right, lonlat.top, listed->id, type);
    add_escaped(text, listed->set);
    tw_text_printf(
        text,
        "</TileMatrixSet>\n      </TileMatrixSetLink>\n      <ResourceURL format=\"%s\" "
        "resourceType=\"tile\" template=\"%s/layers/%s/{TileMatrix}/{TileCol}/{TileRow}.png\"/>\n    "
        "</Layer>\n",
        type, base, listed->id);
}

static void add_operation(struct tw_text *text, const char *name, const char *url)
{
    tw_text_printf(
        text,
        "    <ows:Operation name=\"%s\">\n      <ows:DCP><ows:HTTP><ows:Get xlink:href=\"%s/wmts?\">"
        "<ows:Constraint name=\"GetEncoding\"><ows:AllowedValues><ows:Value>KVP</ows:Value>"
        "</ows:AllowedValues></ows:Constraint></ows:Get></ows:HTTP></ows:DCP>\n    </ows:Operation>\n",
        name, url);
}

static enum tw_status write_capabilities(struct tw_text *text, const struct request *request,
                                         const struct listed *list, size_t count, struct tw_error *err)
{
    const char *base = tw_request_base(request);
    enum tw_status status = TW_OK;
    tw_text_add(text,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<Capabilities xmlns=\"http://www.opengis.net/wmts/1.0\" "
                "xmlns:ows=\"http://www.opengis.net/ows/1.1\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                "version=\"1.0.0\">\n"
                "  <ows:ServiceIdentification>\n    <ows:Title>Tilewright</ows:Title>\n    "
                "<ows:ServiceType>OGC WMTS</ows:ServiceType>\n    "
                "<ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion>\n  </ows:ServiceIdentification>\n"
                "  <ows:OperationsMetadata>\n");
    add_operation(text, "GetCapabilities", base);
    add_operation(text, "GetTile", base);
    tw_text_add(text, "  </ows:OperationsMetadata>\n  <Contents>\n");
    for (size_t i = 0; i < count; i++)
        add_layer(text, &list[i], base);
    for (size_t i = 0; status == TW_OK && i < count; i++)
        if (list[i].owns_set)
            status = add_matrix_set(text, &list[i], request->arena, err);
    tw_text_printf(
        text,
        "  </Contents>\n  <ServiceMetadataURL xlink:href=\"%s/WMTSCapabilities.xml\"/>\n</Capabilities>\n",
        base);
    return status;
}

static size_t most_listed(const struct tw_layers *layers)
{
    size_t most = 0;
    for (size_t i = 0; i < layers->count; i++) {
        struct tw_edition *edition = tw_layer_edition(layers->list[i]);
        most += 1 + edition->num_inputs;
        tw_edition_release(edition);
    }
    return most;
}

/* A list that ends at most of them. */
struct list {
    struct tw_arena *arena;
    struct listed *items;
    size_t count, most;
};

static void list_one(struct list *list, const struct listed *listed)
{
    if (list->count == list->most || listed->id == NULL)
        return;
    list->items[list->count] = *listed;
    tw_edition_keep(listed->edition);
    choose_set(list->arena, list->items, list->count++);
}

/* Inputs are listed where somebody asks for them: clients that find one layer open it at once. */
static void list_layer(struct list *list, struct tw_layer *layer, bool with_inputs)
{
    struct tw_edition *edition = tw_layer_edition(layer);
    const struct tw_layer_spec *spec = tw_layer_spec(layer);
    if (!tw_view_is_vector(tw_tiles_view(edition->tiles)))
        list_one(list, &(struct listed){.layer = layer, .edition = edition, .id = spec->id});
    for (size_t i = 0; with_inputs && spec->kind == TW_LAYER_RESULT && i < edition->num_inputs; i++) {
        const struct tw_edition_input *input = &edition->inputs[i];
        if (tw_source_kind(input->source) != TW_SOURCE_VECTOR)
            list_one(list,
                     &(struct listed){.layer = layer,
                                      .edition = edition,
                                      .input = input,
                                      .id = tw_arena_printf(list->arena, "%s.%s", spec->id, input->slug)});
    }
    tw_edition_release(edition);
}

/* The layers, and inputs, that have pictures; NULL when out of memory. */
static struct listed *list_layers(struct request *request, size_t *count)
{
    const struct tw_layers *layers = request->server->layers;
    struct list list = {.arena = request->arena, .most = most_listed(layers)};
    const char *inputs = tw_request_argument(request, "inputs");
    bool with_inputs = inputs != NULL && strcmp(inputs, "true") == 0;
    list.items = tw_arena_calloc(request->arena, list.most, sizeof(*list.items));
    for (size_t i = 0; list.items != NULL && i < layers->count; i++)
        list_layer(&list, layers->list[i], with_inputs);
    *count = list.count;
    return list.items;
}

static enum MHD_Result reply_capabilities(struct request *request, const struct listed *list, size_t count)
{
    struct tw_error err = {0};
    struct tw_text text = {0};
    if (count == 0)
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND,
                              "a WMTS has pictures, and the tiles here hold features");
    enum tw_status status = write_capabilities(&text, request, list, count, &err);
    enum MHD_Result result =
        text.failed ? MHD_NO
        : status != TW_OK
            ? tw_reply_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err.message)
            : tw_reply_text(request, MHD_HTTP_OK, "application/xml; charset=utf-8", tw_text_get(&text));
    tw_text_free(&text);
    return result;
}

enum MHD_Result tw_reply_capabilities(struct request *request)
{
    size_t count;
    struct listed *list = list_layers(request, &count);
    if (list == NULL)
        return MHD_NO;
    enum MHD_Result result = reply_capabilities(request, list, count);
    for (size_t i = 0; i < count; i++)
        tw_edition_release(list[i].edition);
    return result;
}

/* Keys in any case. */
struct lookup {
    const char *key, *value;
};

static enum MHD_Result compare(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct lookup *lookup = context;
    (void)kind;
    if (strcasecmp(key, lookup->key) == 0)
        lookup->value = value;
    return MHD_YES;
}

static const char *argument(const struct request *request, const char *key)
{
    struct lookup lookup = {key, NULL};
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, compare, &lookup);
    return lookup.value;
}

static bool whole(const struct request *request, const char *key, int64_t *number)
{
    const char *text = argument(request, key);
    if (text == NULL || text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
        return false;
    *number = strtoll(text, NULL, 10);
    return true;
}

/* The text of an exception report (06-121r3). */
static enum MHD_Result refuse(struct request *request, const char *code, const char *where, const char *why)
{
    const char *text = tw_arena_printf(request->arena,
                                       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ExceptionReport "
                                       "xmlns=\"http://www.opengis.net/ows/1.1\" "
                                       "version=\"1.1.0\">\n  <Exception exceptionCode=\"%s\" "
                                       "locator=\"%s\">\n    <ExceptionText>%s</ExceptionText>\n"
                                       "  </Exception>\n</ExceptionReport>\n",
                                       code, where, why);
    return text != NULL ? tw_reply_text(request, MHD_HTTP_BAD_REQUEST, "application/xml; charset=utf-8", text)
                        : MHD_NO;
}

/* The layer that is asked for, or the first. */
static bool find_layer(struct request *request)
{
    const char *id = argument(request, "layer");
    request->prefix = "";
    if (request->base != NULL) /* it has waited for it */
        return true;
    return tw_request_find(request, id != NULL ? id : tw_layer_spec(request->server->layers->list[0])->id);
}

enum MHD_Result tw_route_wmts(struct request *request, struct tw_tile_key *key, bool *is_answered)
{
    const char *asked = argument(request, "request");
    int64_t zoom;
    *is_answered = true;
    *key = (struct tw_tile_key){.is_picture = true};
    if (asked != NULL && strcasecmp(asked, "GetCapabilities") == 0)
        return tw_reply_capabilities(request);
    if (asked == NULL || strcasecmp(asked, "GetTile") != 0)
        return refuse(request, asked == NULL ? "MissingParameterValue" : "InvalidParameterValue", "request",
                      "request is GetCapabilities or GetTile");
    if (!find_layer(request))
        return refuse(request, "InvalidParameterValue", "layer",
                      "layer is one of those that the capabilities list");
    if (!whole(request, "tilematrix", &zoom) || zoom > TW_MAX_ZOOM)
        return refuse(request, "InvalidParameterValue", "tilematrix", "tilematrix is a zoom such as 8");
    if (!whole(request, "tilerow", &key->tile.row) || !whole(request, "tilecol", &key->tile.col))
        return refuse(request, "InvalidParameterValue", "tilerow", "tilerow and tilecol are whole numbers");
    key->tile.zoom = (int)zoom;
    *is_answered = false;
    return MHD_YES;
}
