/* arcgis.h - what ArcGIS says of a map of tiles: a MapServer's JSON, and the files of a cache.
 *
 * Levels are the zooms of the grid, all of them down to the deepest, as Esri's own caches list them; tiles
 * are metatiles. Scales are for 96 dots per inch.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARCGIS_H
#define TW_ARCGIS_H

#include "map_service.h"

/* How the mark begins that conf.xml may end with, a comment. */
extern const char tw_arcgis_mark[];

/* Whether ArcGIS can be told of the tiles. */
enum tw_status tw_arcgis_check(const struct tw_map_service *service, struct tw_error *err);

/* As `MapServer?f=json`; owned by the caller, NULL sets err. */
json_t *tw_arcgis_map_server(const struct tw_map_service *service, struct tw_error *err);

/* JSON as `f=pjson` writes it, a key and a value on each line with ` : ` between: readers that look at lines
 * alone ask for it. No '<' is in it: servers of files hand index.html out as a page. */
void tw_arcgis_pretty(struct tw_text *text, const json_t *json);

/* `PNG32`, `PNG8`, `JPEG`, or "MIXED". */
const char *tw_arcgis_format(const struct tw_map_service *service);

/* conf.xml and conf.cdi. */
enum tw_status tw_arcgis_conf_xml(const struct tw_map_service *service, struct tw_text *text,
                                  struct tw_error *err);
void tw_arcgis_conf_cdi(const struct tw_map_service *service, struct tw_text *text);

/* For arcgis*.c: the CRS as Esri knows it. */
struct tw_arcgis_crs {
    int wkid, latest_wkid; /* 0: it has none */
    char *wkt;             /* Esri's; owned: CPLFree */
    double metres_per_unit;
    bool is_geographic;
};
enum tw_status tw_arcgis_crs_of(const struct tw_grid *grid, struct tw_arcgis_crs *crs, struct tw_error *err);
void tw_arcgis_crs_free(struct tw_arcgis_crs *crs);
/* Units of the CRS for a pixel, and the scale's denominator. */
double tw_arcgis_resolution(const struct tw_map_service *service, int zoom);
double tw_arcgis_scale(const struct tw_map_service *service, const struct tw_arcgis_crs *crs, int zoom);

#endif
