/* The capabilities of a WMTS 1.0.0 (OGC 07-057r7): RESTful tiles, and the same by keys and values.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "crs_text.h"
#include "file.h"

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

static void add_matrix_set(struct tw_text *text, const struct tw_config *config,
                           const struct tw_crs_names *names)
{
    struct tw_pyramid pyramid = config->output_pyramid;
    pyramid.metatiling = 1;
    tw_text_add(text, "    <TileMatrixSet>\n      <ows:Identifier>");
    add_escaped(text, pyramid.grid->name);
    tw_text_add(text, "</ows:Identifier>\n      <ows:SupportedCRS>");
    add_crs(text, names);
    tw_text_add(text, "</ows:SupportedCRS>\n");
    for (int zoom = config->min_zoom; zoom <= config->max_zoom; zoom++)
        add_matrix(text, &pyramid, zoom, names);
    tw_text_add(text, "    </TileMatrixSet>\n");
}

static void add_layer(struct tw_text *text, const struct request *request, const struct tw_config *config,
                      const struct tw_box *lonlat)
{
    const char *name = tw_path_name(config->path);
    const char *type = tw_view_content_type(tw_tiles_view(request->edition->tiles));
    tw_text_add(text, "    <Layer>\n      <ows:Title>");
    add_escaped(text, name);
    tw_text_printf(
        text,
        "</ows:Title>\n      <ows:WGS84BoundingBox>\n        <ows:LowerCorner>%.9g "
        "%.9g</ows:LowerCorner>\n        <ows:UpperCorner>%.9g %.9g</ows:UpperCorner>\n      "
        "</ows:WGS84BoundingBox>\n      <ows:Identifier>result</ows:Identifier>\n      <Style "
        "isDefault=\"true\">\n        <ows:Identifier>default</ows:Identifier>\n      </Style>\n      "
        "<Format>%s</Format>\n      <TileMatrixSetLink>\n        <TileMatrixSet>",
        lonlat->left, lonlat->bottom, lonlat->right, lonlat->top, type);
    add_escaped(text, config->output_pyramid.grid->name);
    tw_text_printf(
        text,
        "</TileMatrixSet>\n      </TileMatrixSetLink>\n      <ResourceURL format=\"%s\" "
        "resourceType=\"tile\" template=\"%s/{TileMatrix}/{TileCol}/{TileRow}.png\"/>\n    </Layer>\n",
        type, tw_request_base(request));
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

static void write_capabilities(struct tw_text *text, const struct request *request,
                               const struct tw_crs_names *names)
{
    const struct tw_config *config = request->edition->config;
    struct tw_box area = tw_area_bounds(tw_plan_zoom(request->edition->plan, config->max_zoom)->config_area),
                  lonlat;
    const char *base = tw_request_base(request);
    if (!tw_box_to_lonlat(&area, config->output_pyramid.grid->crs, &lonlat))
        lonlat = (struct tw_box){-180, -90, 180, 90};
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
    add_layer(text, request, config, &lonlat);
    add_matrix_set(text, config, names);
    tw_text_printf(
        text,
        "  </Contents>\n  <ServiceMetadataURL xlink:href=\"%s/WMTSCapabilities.xml\"/>\n</Capabilities>\n",
        base);
}

enum MHD_Result tw_reply_capabilities(struct request *request)
{
    struct tw_crs_names names;
    struct tw_error err = {0};
    struct tw_text text = {0};
    const struct tw_grid *grid = request->edition->config->output_pyramid.grid;
    if (tw_view_is_vector(tw_tiles_view(request->edition->tiles)))
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND,
                              "a WMTS has pictures, and the tiles here hold features");
    if (tw_crs_names(grid->crs, request->arena, &names, &err) != TW_OK)
        return tw_reply_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err.message);
    write_capabilities(&text, request, &names);
    enum MHD_Result result =
        text.failed
            ? MHD_NO
            : tw_reply_text(request, MHD_HTTP_OK, "application/xml; charset=utf-8", tw_text_get(&text));
    tw_text_free(&text);
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
    if (!whole(request, "tilematrix", &zoom) || zoom > TW_MAX_ZOOM)
        return refuse(request, "InvalidParameterValue", "tilematrix", "tilematrix is a zoom such as 8");
    if (!whole(request, "tilerow", &key->tile.row) || !whole(request, "tilecol", &key->tile.col))
        return refuse(request, "InvalidParameterValue", "tilerow", "tilerow and tilecol are whole numbers");
    key->tile.zoom = (int)zoom;
    *is_answered = false;
    return MHD_YES;
}
