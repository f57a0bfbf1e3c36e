/* The files of a cache: conf.xml and conf.cdi as ArcGIS has them beside `_alllayers`, and a MapServer's
 * answers as files for those who serve the folder as it is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "arcgis.h"

#include "bucket.h"
#include "file.h"
#include "path.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMAS                                                                                              \
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" " \
    "xmlns:typens=\"http://www.esri.com/schemas/ArcGIS/10.0\""

static const char declaration[] = "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n";

/* With the code of the CRS, as Esri's own caches have it: GDAL finds it there. */
static void add_wkt(struct tw_text *text, const struct tw_arcgis_crs *crs)
{
    size_t length = strlen(crs->wkt);
    struct tw_text wkt = {0};
    tw_text_add(&wkt, crs->wkt);
    if (!wkt.failed && crs->latest_wkid != 0 && length > 0 && crs->wkt[length - 1] == ']') {
        wkt.chars[--wkt.length] = '\0';
        tw_text_printf(&wkt, ",AUTHORITY[\"EPSG\",%d]]", crs->latest_wkid);
    }
    tw_text_add_xml(text, tw_text_get(&wkt));
    text->failed = text->failed || wkt.failed;
    tw_text_free(&wkt);
}

/* The frame in which Esri's software counts coordinates as whole numbers: wide enough for the grid, and finer
 * than a tenth of a millimetre. */
static void add_reference(struct tw_text *text, const struct tw_grid *grid, const struct tw_arcgis_crs *crs)
{
    double width = grid->extent.right - grid->extent.left, height = grid->extent.top - grid->extent.bottom;
    tw_text_printf(text, "    <SpatialReference xsi:type=\"typens:%s\">\n      <WKT>",
                   crs->is_geographic ? "GeographicCoordinateSystem" : "ProjectedCoordinateSystem");
    add_wkt(text, crs);
    tw_text_printf(
        text,
        "</WKT>\n      <XOrigin>%.17g</XOrigin>\n      <YOrigin>%.17g</YOrigin>\n"
        "      <XYScale>%s</XYScale>\n      <ZOrigin>-100000</ZOrigin>\n      <ZScale>10000</ZScale>\n"
        "      <MOrigin>-100000</MOrigin>\n      <MScale>10000</MScale>\n"
        "      <XYTolerance>%s</XYTolerance>\n      <ZTolerance>0.001</ZTolerance>\n"
        "      <MTolerance>0.001</MTolerance>\n      <HighPrecision>true</HighPrecision>\n",
        grid->extent.left - width, grid->extent.bottom - height, crs->is_geographic ? "1000000000" : "10000",
        crs->is_geographic ? "0.0000000089831528" : "0.001");
    if (crs->is_geographic)
        tw_text_add(text, "      <LeftLongitude>-180</LeftLongitude>\n");
    if (crs->wkid != 0)
        tw_text_printf(text, "      <WKID>%d</WKID>\n      <LatestWKID>%d</LatestWKID>\n", crs->wkid,
                       crs->latest_wkid);
    tw_text_add(text, "    </SpatialReference>\n");
}

static void add_levels(struct tw_text *text, const struct tw_map_service *service,
                       const struct tw_arcgis_crs *crs)
{
    tw_text_add(text, "    <LODInfos xsi:type=\"typens:ArrayOfLODInfo\">\n");
    for (int zoom = service->pyramid->grid->first_zoom; zoom <= service->max_zoom; zoom++)
        tw_text_printf(text,
                       "      <LODInfo xsi:type=\"typens:LODInfo\">\n        <LevelID>%d</LevelID>\n"
                       "        <Scale>%.17g</Scale>\n        <Resolution>%.17g</Resolution>\n"
                       "      </LODInfo>\n",
                       zoom, tw_arcgis_scale(service, crs, zoom), tw_arcgis_resolution(service, zoom));
    tw_text_add(text, "    </LODInfos>\n");
}

static void add_tiles(struct tw_text *text, const struct tw_map_service *service,
                      const struct tw_arcgis_crs *crs)
{
    const struct tw_pyramid *pyramid = service->pyramid;
    int side = pyramid->tile_size_px * pyramid->metatiling;
    add_reference(text, pyramid->grid, crs);
    tw_text_printf(text,
                   "    <TileOrigin xsi:type=\"typens:PointN\">\n      <X>%.17g</X>\n      <Y>%.17g</Y>\n"
                   "    </TileOrigin>\n    <TileCols>%d</TileCols>\n    <TileRows>%d</TileRows>\n"
                   "    <DPI>96</DPI>\n    <PreciseDPI>96</PreciseDPI>\n",
                   pyramid->grid->extent.left, pyramid->grid->extent.top, side, side);
    add_levels(text, service, crs);
}

enum tw_status tw_arcgis_conf_xml(const struct tw_map_service *service, struct tw_text *text,
                                  struct tw_error *err)
{
    struct tw_arcgis_crs crs;
    bool is_compact = tw_path_is_bundled(service->schema);
    enum tw_status status = tw_arcgis_crs_of(service->pyramid->grid, &crs, err);
    if (status != TW_OK)
        return status;
    tw_text_printf(text, "%s<CacheInfo xsi:type=\"typens:CacheInfo\" " SCHEMAS ">\n", declaration);
    tw_text_add(text, "  <TileCacheInfo xsi:type=\"typens:TileCacheInfo\">\n");
    add_tiles(text, service, &crs);
    tw_text_printf(text,
                   "  </TileCacheInfo>\n  <TileImageInfo xsi:type=\"typens:TileImageInfo\">\n"
                   "    <CacheTileFormat>%s</CacheTileFormat>\n"
                   "    <CompressionQuality>%d</CompressionQuality>\n"
                   "    <Antialiasing>false</Antialiasing>\n  </TileImageInfo>\n"
                   "  <CacheStorageInfo xsi:type=\"typens:CacheStorageInfo\">\n"
                   "    <StorageFormat>%s</StorageFormat>\n    <PacketSize>%d</PacketSize>\n"
                   "  </CacheStorageInfo>\n</CacheInfo>\n",
                   tw_arcgis_format(service), service->quality,
                   is_compact ? "esriMapCacheStorageModeCompactV2" : "esriMapCacheStorageModeExploded",
                   is_compact ? 128 : 0);
    if (service->mark != NULL)
        tw_text_printf(text, "%s%s -->\n", tw_arcgis_mark, service->mark);
    tw_arcgis_crs_free(&crs);
    return text->failed ? tw_error_nomem(err) : TW_OK;
}

void tw_arcgis_conf_cdi(const struct tw_map_service *service, struct tw_text *text)
{
    const struct tw_box *box = &service->bounds;
    tw_text_printf(text,
                   "%s<EnvelopeN xsi:type=\"typens:EnvelopeN\" " SCHEMAS ">\n  <XMin>%.17g</XMin>\n"
                   "  <YMin>%.17g</YMin>\n  <XMax>%.17g</XMax>\n  <YMax>%.17g</YMax>\n</EnvelopeN>\n",
                   declaration, box->left, box->bottom, box->right, box->top);
}

static enum tw_status write_cache(const struct tw_map_service *service, const char *folder,
                                  struct tw_error *err)
{
    struct tw_text xml = {0}, cdi = {0};
    enum tw_status status = tw_arcgis_conf_xml(service, &xml, err);
    tw_arcgis_conf_cdi(service, &cdi);
    if (status == TW_OK)
        status = tw_service_file_write(service, folder, "conf.cdi", &cdi, err);
    if (status == TW_OK)
        status = tw_service_file_write(service, folder, "conf.xml", &xml, err);
    tw_text_free(&xml);
    tw_text_free(&cdi);
    return status;
}

/* As servers of files answer `MapServer/?f=json` with: what the folder's index.html holds. A bucket has names
 * only, and answers with the file of that very name. */
static enum tw_status write_server_folder(const struct tw_map_service *service, const char *folder,
                                          const struct tw_text *json, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    char *inside = arena != NULL ? tw_arena_printf(arena, "%s/MapServer", folder) : NULL;
    enum tw_status status = inside != NULL ? tw_make_folders(inside, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_service_file_write(service, inside, "index.html", json, err);
    if (status == TW_OK && tw_path_is_bucket(folder))
        status = tw_service_file_write(service, folder, "MapServer", json, err);
    tw_arena_free(arena);
    return status;
}

static enum tw_status write_server(const struct tw_map_service *service, const char *folder,
                                   struct tw_error *err)
{
    json_t *json = tw_arcgis_map_server(service, err);
    if (json == NULL)
        return err->status;
    struct tw_text text = {0}, call = {0};
    tw_arcgis_pretty(&text, json);
    tw_text_printf(&call, "callback(%.*s);\n", (int)text.length - 1, tw_text_get(&text));
    json_decref(json);
    enum tw_status status = tw_service_file_write(service, folder, "MapServer.json", &text, err);
    if (status == TW_OK)
        status = tw_service_file_write(service, folder, "MapServer.js", &call, err);
    if (status == TW_OK && strncmp(service->schema, "MapServer/", strlen("MapServer/")) == 0)
        status = write_server_folder(service, folder, &text, err);
    tw_text_free(&text);
    tw_text_free(&call);
    return status;
}

enum tw_status tw_service_arcgis_write(const struct tw_map_service *service, const char *folder,
                                       struct tw_error *err)
{
    bool is_cache = strncmp(service->schema, "_alllayers/", strlen("_alllayers/")) == 0;
    enum tw_status status = write_server(service, folder, err);
    return status == TW_OK && is_cache ? write_cache(service, folder, err) : status;
}
