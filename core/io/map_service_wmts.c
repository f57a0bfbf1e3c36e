/* The capabilities of a WMTS 1.0.0 (OGC 07-057r7) of files alone: RESTful tiles, no operations.
 *
 * SPDX-License-Identifier: MIT
 */
#include "map_service.h"

#include "crs_text.h"
#include "encoder.h"

#include <string.h>

/* The side of the rendering pixel that scales refer to (07-057r7, 6.1). */
static const double pixel_m = 0.00028;

/* EPSG:4326 with longitude first is CRS84. */
static bool is_crs84(const struct tw_crs_names *names)
{
    return names->code != NULL && strcmp(names->code, "EPSG:4326") == 0;
}

static void add_crs(struct tw_text *text, const struct tw_crs_names *names)
{
    if (is_crs84(names))
        tw_text_add(text, "urn:ogc:def:crs:OGC:1.3:CRS84");
    else if (names->code != NULL && strncmp(names->code, "EPSG:", 5) == 0)
        tw_text_printf(text, "urn:ogc:def:crs:EPSG::%s", names->code + 5);
    else
        tw_text_add_xml(text, names->proj4);
}

/* At low zooms metatiles end at the grid's edge. */
static int side_px(const struct tw_pyramid *pyramid, int64_t cells)
{
    return pyramid->tile_size_px * (int)(cells < pyramid->metatiling ? cells : pyramid->metatiling);
}

static void add_matrix(struct tw_text *text, const struct tw_pyramid *pyramid, int zoom,
                       const struct tw_crs_names *names)
{
    const struct tw_grid *grid = pyramid->grid;
    bool y_first = names->y_first && !is_crs84(names);
    double resolution = tw_grid_pixel_width(grid, zoom, pyramid->tile_size_px);
    tw_text_printf(text,
                   "      <TileMatrix>\n        <ows:Identifier>%d</ows:Identifier>\n"
                   "        <ScaleDenominator>%.15g</ScaleDenominator>\n"
                   "        <TopLeftCorner>%.15g %.15g</TopLeftCorner>\n"
                   "        <TileWidth>%d</TileWidth>\n        <TileHeight>%d</TileHeight>\n"
                   "        <MatrixWidth>%lld</MatrixWidth>\n        <MatrixHeight>%lld</MatrixHeight>\n"
                   "      </TileMatrix>\n",
                   zoom, resolution * names->metres_per_unit / pixel_m,
                   y_first ? grid->extent.top : grid->extent.left,
                   y_first ? grid->extent.left : grid->extent.top, side_px(pyramid, tw_grid_cols(grid, zoom)),
                   side_px(pyramid, tw_grid_rows(grid, zoom)), (long long)tw_pyramid_cols(pyramid, zoom),
                   (long long)tw_pyramid_rows(pyramid, zoom));
}

static void add_layer(struct tw_text *text, const struct tw_map_service *service, const char *path)
{
    const char *type = tw_format_content_type(tw_encoder_format_of(service->extension));
    struct tw_box lonlat;
    if (!tw_box_to_lonlat(&service->bounds, service->pyramid->grid->crs, &lonlat))
        lonlat = (struct tw_box){-180, -90, 180, 90};
    tw_text_add(text, "    <Layer>\n      <ows:Title>");
    tw_text_add_xml(text, service->title);
    tw_text_printf(text,
                   "</ows:Title>\n      <ows:WGS84BoundingBox>\n        <ows:LowerCorner>%.9g "
                   "%.9g</ows:LowerCorner>\n        <ows:UpperCorner>%.9g %.9g</ows:UpperCorner>\n      "
                   "</ows:WGS84BoundingBox>\n      <ows:Identifier>tiles</ows:Identifier>\n      <Style "
                   "isDefault=\"true\">\n        <ows:Identifier>default</ows:Identifier>\n      </Style>\n"
                   "      <Format>%s</Format>\n      <TileMatrixSetLink>\n        "
                   "<TileMatrixSet>grid</TileMatrixSet>\n      </TileMatrixSetLink>\n      <ResourceURL "
                   "format=\"%s\" resourceType=\"tile\" template=\"",
                   lonlat.left, lonlat.bottom, lonlat.right, lonlat.top, type, type);
    if (service->base_url != NULL) {
        tw_text_add_xml(text, service->base_url);
        tw_text_add(text, "/");
    }
    tw_text_add_xml(text, path);
    tw_text_add(text, "\"/>\n    </Layer>\n");
}

static void add_capabilities(struct tw_text *text, const struct tw_map_service *service, const char *path,
                             const struct tw_crs_names *names)
{
    tw_text_add(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<Capabilities xmlns=\"http://www.opengis.net/wmts/1.0\" "
                      "xmlns:ows=\"http://www.opengis.net/ows/1.1\" "
                      "xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.0.0\">\n"
                      "  <ows:ServiceIdentification>\n    <ows:Title>");
    tw_text_add_xml(text, service->title);
    tw_text_add(text, "</ows:Title>\n    <ows:ServiceType>OGC WMTS</ows:ServiceType>\n"
                      "    <ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion>\n");
    if (service->attribution[0] != '\0') {
        tw_text_add(text, "    <ows:AccessConstraints>");
        tw_text_add_xml(text, service->attribution);
        tw_text_add(text, "</ows:AccessConstraints>\n");
    }
    tw_text_add(text, "  </ows:ServiceIdentification>\n  <Contents>\n");
    add_layer(text, service, path);
    tw_text_add(text, "    <TileMatrixSet>\n      <ows:Identifier>grid</ows:Identifier>\n"
                      "      <ows:SupportedCRS>");
    add_crs(text, names);
    tw_text_add(text, "</ows:SupportedCRS>\n");
    for (int zoom = service->min_zoom; zoom <= service->max_zoom; zoom++)
        add_matrix(text, service->pyramid, zoom, names);
    tw_text_add(text, "    </TileMatrixSet>\n  </Contents>\n  <ServiceMetadataURL xlink:href=\"");
    if (service->base_url != NULL) {
        tw_text_add_xml(text, service->base_url);
        tw_text_add(text, "/");
    }
    tw_text_add(text, "WMTSCapabilities.xml\"/>\n</Capabilities>\n");
}

enum tw_status tw_service_wmts(const struct tw_map_service *service, struct tw_text *text,
                               struct tw_error *err)
{
    static const char *const words[3] = {"{TileMatrix}", "{TileRow}", "{TileCol}"};
    struct tw_arena *arena = tw_arena_new(0);
    char *path = arena != NULL ? tw_service_template(service, words, arena) : NULL;
    struct tw_crs_names names;
    enum tw_status status =
        path != NULL ? tw_crs_names(service->pyramid->grid->crs, arena, &names, err) : tw_error_nomem(err);
    if (status == TW_OK)
        add_capabilities(text, service, path, &names);
    if (status == TW_OK && text->failed)
        status = tw_error_nomem(err);
    tw_arena_free(arena);
    return status;
}
