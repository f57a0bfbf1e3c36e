/* tile_index.h - which tiles a folder has, as files that GIS programs open: one for each zoom.
 *
 * Vector formats hold a rectangle for each tile (with its pixelbuffer) and the fields of mapchete's index:
 * tile_id, zoom, row, col and the tile's path. A text has one path on each line. A VRT shows all tiles of a
 * zoom as one raster, a GeoTIFF has one pixel for each tile, 1 where there is one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_INDEX_H
#define TW_TILE_INDEX_H

#include "tile_output.h"

enum tw_index_format {
    TW_INDEX_GEOJSON,
    TW_INDEX_GPKG,
    TW_INDEX_SHP,
    TW_INDEX_FGB,
    TW_INDEX_TXT,
    TW_INDEX_VRT,
    TW_INDEX_TIF,
    TW_NUM_INDEX_FORMATS
};
/* Their names, which are their extensions, too: `geojson`. */
extern const char *const tw_index_formats[TW_NUM_INDEX_FORMATS];

struct tw_index_spec {
    const struct tw_tile_output *output;
    int min_zoom, max_zoom;
    const struct tw_area *area; /* NULL: everywhere */
    bool formats[TW_NUM_INDEX_FORMATS];
    const char *folder;    /* of the index files: made if need be */
    const char *field;     /* the name of the field with the paths */
    const char *base_path; /* paths begin with it instead of with the output's folder; NULL: absolute paths */
    bool for_gdal;         /* s3://, https:// and others as GDAL wants them: /vsis3/, /vsicurl/; GeoJSON in
                              the grid's CRS instead of in degrees */
    const volatile int *cancel;
};

struct tw_index_result {
    uint64_t tiles, files;
    int min_zoom, max_zoom; /* of the tiles that were found */
};

/* What is wrong with the spec before anything is listed. TW_EUSAGE: a raster index of features, a field name
 * that is one of ours or too long for a Shapefile. */
enum tw_status tw_index_check(const struct tw_index_spec *spec, struct tw_error *err);

/* Makes the folder of an index. TW_EUSAGE when it is remote or a file; TW_ESTORAGE when nothing can be
 * written into it. */
enum tw_status tw_index_make_folder(const char *folder, struct tw_error *err);

/* Writes `{zoom}.{format}` for each zoom that has tiles, whole or not at all; files of an earlier index are
 * replaced. Takes memory for the tiles of a zoom. TW_ESTORAGE; TW_EINPUT when the first tile cannot be read
 * for a VRT. */
enum tw_status tw_index_write(const struct tw_index_spec *spec, struct tw_index_result *result,
                              struct tw_error *err);

#endif
