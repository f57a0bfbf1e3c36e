/* SPDX-License-Identifier: MIT */
#include "arcgis.h"

#include "crs.h"
#include "path.h"
#include "tile_matrix_write.h"

#include <cpl_conv.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char tw_arcgis_mark[] = "<!-- made by tilewright: ";

enum { DPI = 96 };
static const double inches_per_m = 39.37; /* as Esri has it, so that scales are those of its own caches */

/* Where ArcGIS looks for tiles. */
static bool is_known_layout(const char *schema)
{
    static const char *const known[] = {tw_path_exploded, "MapServer/tile/{zoom}/{row}/{col}",
                                        tw_path_bundled};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(schema, known[i]) == 0)
            return true;
    return false;
}

enum tw_status tw_arcgis_check(const struct tw_map_service *service, struct tw_error *err)
{
    if (strcmp(service->extension, "webp") == 0)
        return tw_error_set(err, TW_EUSAGE, "ArcGIS knows tiles of PNG and JPEG, not of WebP");
    if (!is_known_layout(service->schema))
        return tw_error_set(
            err, TW_EUSAGE,
            "ArcGIS does not find tiles as '%s': use output.layout arcgis, compact or mapserver",
            service->schema);
    for (int zoom = service->min_zoom; zoom <= service->max_zoom; zoom++)
        if (!tw_tile_matrix_is_even(service->pyramid, zoom))
            return tw_error_set(
                err, TW_EUSAGE,
                "ArcGIS's tiles have all one size, and output.metatiling %d cuts those at the "
                "grid's edge: use 1",
                service->pyramid->metatiling);
    return TW_OK;
}

const char *tw_arcgis_format(const struct tw_map_service *service)
{
    if (strcmp(service->extension, "png") == 0)
        return strcmp(service->format, "PNG8") == 0 ? "PNG8" : "PNG32";
    return strncmp(service->extension, "jp", 2) == 0 ? "JPEG" : "MIXED";
}

/* 102100 is what Esri called web mercator before EPSG did. */
enum tw_status tw_arcgis_crs_of(const struct tw_grid *grid, struct tw_arcgis_crs *crs, struct tw_error *err)
{
    static const char *const options[] = {"FORMAT=WKT1_ESRI", NULL};
    OGRSpatialReferenceH parsed = NULL;
    bool has_code = false;
    *crs = (struct tw_arcgis_crs){0};
    enum tw_status status = tw_crs_find_code(grid->crs, &parsed, &has_code, err);
    if (status != TW_OK)
        return status;
    const char *code = has_code ? OSRGetAuthorityCode(parsed, NULL) : NULL;
    crs->latest_wkid = code != NULL ? atoi(code) : 0;
    crs->wkid = crs->latest_wkid == 3857 ? 102100 : crs->latest_wkid;
    crs->metres_per_unit = tw_crs_metres_per_unit(parsed);
    crs->is_geographic = OSRIsGeographic(parsed) != 0;
    bool exported = OSRExportToWktEx(parsed, &crs->wkt, options) == OGRERR_NONE;
    OSRRelease(parsed);
    return exported ? TW_OK : tw_error_set(err, TW_EUSAGE, "ArcGIS does not know the CRS '%s'", grid->crs);
}

void tw_arcgis_crs_free(struct tw_arcgis_crs *crs)
{
    CPLFree(crs->wkt);
    crs->wkt = NULL;
}

double tw_arcgis_resolution(const struct tw_map_service *service, int zoom)
{
    return tw_grid_pixel_width(service->pyramid->grid, zoom, service->pyramid->tile_size_px);
}

double tw_arcgis_scale(const struct tw_map_service *service, const struct tw_arcgis_crs *crs, int zoom)
{
    return tw_arcgis_resolution(service, zoom) * crs->metres_per_unit * DPI * inches_per_m;
}

static json_t *reference_json(const struct tw_arcgis_crs *crs)
{
    if (crs->wkid == 0)
        return json_pack("{s:s}", "wkt", crs->wkt);
    return json_pack("{s:i, s:i}", "wkid", crs->wkid, "latestWkid", crs->latest_wkid);
}

static json_t *extent_json(const struct tw_box *box, const struct tw_arcgis_crs *crs)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:o}", "xmin", box->left, "ymin", box->bottom, "xmax", box->right,
                     "ymax", box->top, "spatialReference", reference_json(crs));
}

static json_t *levels_json(const struct tw_map_service *service, const struct tw_arcgis_crs *crs)
{
    json_t *levels = json_array();
    for (int zoom = service->pyramid->grid->first_zoom; zoom <= service->max_zoom; zoom++)
        json_array_append_new(levels, json_pack("{s:i, s:f, s:f}", "level", zoom, "resolution",
                                                tw_arcgis_resolution(service, zoom), "scale",
                                                tw_arcgis_scale(service, crs, zoom)));
    return levels;
}

static json_t *tile_info_json(const struct tw_map_service *service, const struct tw_arcgis_crs *crs)
{
    const struct tw_pyramid *pyramid = service->pyramid;
    int side = pyramid->tile_size_px * pyramid->metatiling;
    return json_pack("{s:i, s:i, s:i, s:s, s:i, s:{s:f, s:f}, s:o, s:o}", "rows", side, "cols", side, "dpi",
                     DPI, "format", tw_arcgis_format(service), "compressionQuality", service->quality,
                     "origin", "x", pyramid->grid->extent.left, "y", pyramid->grid->extent.top,
                     "spatialReference", reference_json(crs), "lods", levels_json(service, crs));
}

static const char *units_of(const struct tw_arcgis_crs *crs)
{
    if (crs->is_geographic)
        return "esriDecimalDegrees";
    return fabs(crs->metres_per_unit - 0.3048) < 1e-3 ? "esriFeet" : "esriMeters";
}

static json_t *layer_json(const struct tw_map_service *service)
{
    return json_pack("{s:i, s:s, s:i, s:b, s:n, s:i, s:i}", "id", 0, "name", service->title, "parentLayerId",
                     -1, "defaultVisibility", 1, "subLayerIds", "minScale", 0, "maxScale", 0);
}

static json_t *server_json(const struct tw_map_service *service, const struct tw_arcgis_crs *crs)
{
    return json_pack(
        "{s:f, s:s, s:s, s:s, s:s, s:b, s:[o], s:[], s:o, s:b, s:o, s:o, s:o, s:f, s:f, s:i, s:i, s:s, s:s, "
        "s:{s:s, s:s}, s:s, s:b}",
        "currentVersion", 10.91, "serviceDescription", "", "mapName", service->title, "description", "",
        "copyrightText", service->attribution, "supportsDynamicLayers", 0, "layers", layer_json(service),
        "tables", "spatialReference", reference_json(crs), "singleFusedMapCache", 1, "tileInfo",
        tile_info_json(service, crs), "initialExtent", extent_json(&service->bounds, crs), "fullExtent",
        extent_json(&service->bounds, crs), "minScale", tw_arcgis_scale(service, crs, service->min_zoom),
        "maxScale", tw_arcgis_scale(service, crs, service->max_zoom), "minLOD", service->min_zoom, "maxLOD",
        service->max_zoom, "units", units_of(crs), "supportedImageFormatTypes", "PNG32,PNG24,PNG,JPG",
        "documentInfo", "Title", service->title, "Author", "", "capabilities", "Map,TilesOnly",
        "exportTilesAllowed", 0);
}

json_t *tw_arcgis_map_server(const struct tw_map_service *service, struct tw_error *err)
{
    struct tw_arcgis_crs crs;
    if (tw_arcgis_crs_of(service->pyramid->grid, &crs, err) != TW_OK)
        return NULL;
    json_t *json = server_json(service, &crs);
    tw_arcgis_crs_free(&crs);
    if (json == NULL)
        tw_error_nomem(err);
    return json;
}

void tw_arcgis_pretty(struct tw_text *text, const json_t *json)
{
    char *plain = json_dumps(json, JSON_INDENT(1));
    bool in_text = false;
    for (const char *c = plain; c != NULL && *c != '\0'; c++) {
        if (*c == '\\' && in_text) {
            tw_text_add_bytes(text, c++, 1);
        } else if (*c == '<') {
            tw_text_add(text, "\\u003c");
            continue;
        } else if (*c == '"') {
            in_text = !in_text;
        } else if (*c == ':' && !in_text) {
            tw_text_add(text, " ");
        }
        tw_text_add_bytes(text, c, 1);
    }
    tw_text_add(text, "\n");
    text->failed = text->failed || plain == NULL;
    free(plain);
}
