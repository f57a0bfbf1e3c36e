/* map_service.h - the files that make a folder of tiles a map service wherever it is served as it is.
 *
 * TileJSON, WMTS capabilities, a page that shows the map, and what ArcGIS asks a server for. All of them are
 * written from one description; what a kind cannot say of the tiles is refused before anything is written.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_MAP_SERVICE_H
#define TW_MAP_SERVICE_H

#include "json_value.h"
#include "bucket.h"
#include "tile_output.h"

enum { TW_SERVICE_QUALITY = 75 }; /* of JPEG, where nothing is said */

enum tw_service_kind {
    TW_SERVICE_TILEJSON,
    TW_SERVICE_WMTS,
    TW_SERVICE_VIEWER,
    TW_SERVICE_ARCGIS,
    TW_NUM_SERVICE_KINDS
};
extern const char *const tw_service_names[TW_NUM_SERVICE_KINDS]; /* `tilejson` ... */

/* What a map is; everything is borrowed. */
struct tw_map_service {
    const char *title, *attribution; /* "": none */
    const char *base_url;            /* of the folder, without a slash at its end; NULL: links are relative */
    const struct tw_pyramid *pyramid;
    int min_zoom, max_zoom;
    struct tw_box bounds;           /* in the grid's CRS */
    const char *schema;             /* of the tiles' paths below the folder */
    const char *format, *extension; /* `PNG`, `png` */
    int quality;                    /* of JPEG */
    bool is_retina;                 /* tiles have twice as many pixels as maps think */
    const char *mark; /* of who has made an ArcGIS cache, which conf.xml ends with; NULL: none */
    const struct tw_bucket_labels *labels; /* of the files in object storage; NULL: none */
};

/* What the folder's metadata says; the title is the folder's name. TW_EUSAGE: it names no zooms. */
enum tw_status tw_map_service_of(const struct tw_tile_output *output, struct tw_arena *arena,
                                 struct tw_map_service *service, struct tw_error *err);
/* The name of a folder, also of `.` and `tiles/`, as UTF-8; in the arena, NULL when out of memory. */
const char *tw_map_service_title(const char *folder, struct tw_arena *arena);

/* Whether the service can be described so; TW_EUSAGE with the reason: `a TileJSON is for ...`. */
enum tw_status tw_map_service_check(const struct tw_map_service *service, enum tw_service_kind kind,
                                    struct tw_error *err);

/* Writes the files of a kind into the folder, each of them whole, unless they are there with the same bytes;
 * in object storage in any case, as labels may be others. */
enum tw_status tw_map_service_write(const struct tw_map_service *service, enum tw_service_kind kind,
                                    const char *folder, struct tw_error *err);

/* For map_service*.c: the texts. */

/* Where tiles lie, with words for zoom, row, col; NULL: not with plain numbers. In the arena. */
char *tw_service_template(const struct tw_map_service *service, const char *const words[3],
                          struct tw_arena *arena);
enum tw_status tw_service_tilejson(const struct tw_map_service *service, struct tw_text *text,
                                   struct tw_error *err);
enum tw_status tw_service_wmts(const struct tw_map_service *service, struct tw_text *text,
                               struct tw_error *err);
enum tw_status tw_service_viewer(const struct tw_map_service *service, struct tw_text *text,
                                 struct tw_error *err);
/* arcgis_files.c: conf.xml and conf.cdi of a cache, MapServer.json, MapServer.js, MapServer/index.html; in
 * object storage also `MapServer`, which servers of buckets answer `MapServer?f=json` with. */
enum tw_status tw_service_arcgis_write(const struct tw_map_service *service, const char *folder,
                                       struct tw_error *err);
enum tw_status tw_service_file_write(const struct tw_map_service *service, const char *folder,
                                     const char *name, const struct tw_text *text, struct tw_error *err);

#endif
