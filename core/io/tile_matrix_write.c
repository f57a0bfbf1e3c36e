/* SPDX-License-Identifier: MIT */
#include "tile_matrix_write.h"

#include "crs.h"

#include <string.h>

static const double pixel_m = 0.00028; /* of the standard's screen */

/* Of which the CRS is known by a URI. */
struct known {
    const char *grid, *id, *scales;
};
static const struct known known_sets[] = {
    {"mercator", "WebMercatorQuad", "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"},
    {"geodetic", "WorldCRS84Quad", "http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad"}};

static const struct known *known_set(const struct tw_grid *grid)
{
    for (size_t i = 0; i < sizeof(known_sets) / sizeof(known_sets[0]); i++)
        if (tw_grid_equals(grid, tw_grid_named(known_sets[i].grid)))
            return &known_sets[i];
    return NULL;
}

const char *tw_tile_matrix_set_id(const struct tw_grid *grid)
{
    const struct known *known = known_set(grid);
    return known != NULL ? known->id : grid->name;
}

static bool is_crs84(const struct tw_grid *grid)
{
    return strcmp(grid->crs, "EPSG:4326") == 0;
}

/* EPSG:4326 with longitude first is CRS84. Without a code: what the grid says, which GDAL understands. */
static json_t *crs_uri(const struct tw_grid *grid)
{
    if (is_crs84(grid))
        return json_string("http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    if (strncmp(grid->crs, "EPSG:", 5) == 0)
        return json_sprintf("http://www.opengis.net/def/crs/EPSG/0/%s", grid->crs + 5);
    return json_string(grid->crs);
}

static json_t *point(double x, double y)
{
    return json_pack("[f, f]", x, y);
}

/* At low zooms metatiles end at the grid's edge. */
static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool tw_tile_matrix_is_even(const struct tw_pyramid *pyramid, int zoom)
{
    int64_t cols = tw_grid_cols(pyramid->grid, zoom), rows = tw_grid_rows(pyramid->grid, zoom);
    int64_t side = pyramid->metatiling;
    return (cols <= side || cols % side == 0) && (rows <= side || rows % side == 0);
}

static json_t *matrix(const struct tw_pyramid *pyramid, int zoom, double metres_per_unit)
{
    const struct tw_grid *grid = pyramid->grid;
    int64_t side = pyramid->metatiling, size = pyramid->tile_size_px;
    double scale = tw_grid_pixel_width(grid, zoom, pyramid->tile_size_px) * metres_per_unit / pixel_m;
    return json_pack("{s:s, s:o, s:f, s:o, s:I, s:I, s:I, s:I}", "type", "TileMatrixType", "identifier",
                     json_sprintf("%d", zoom), "scaleDenominator", scale, "topLeftCorner",
                     point(grid->extent.left, grid->extent.top), "tileWidth",
                     (json_int_t)(size * least(side, tw_grid_cols(grid, zoom))), "tileHeight",
                     (json_int_t)(size * least(side, tw_grid_rows(grid, zoom))), "matrixWidth",
                     (json_int_t)tw_pyramid_cols(pyramid, zoom), "matrixHeight",
                     (json_int_t)tw_pyramid_rows(pyramid, zoom));
}

/* GDAL and mapchete take points as x, y whatever the order of the CRS's axes; the standard does not. So that
 * is said, in the words of its second version. */
static void add_axes(json_t *set, const struct tw_grid *grid, OGRSpatialReferenceH crs)
{
    if (tw_crs_is_y_first(crs) && !is_crs84(grid))
        json_object_set_new(set, "orderedAxes",
                            OSRIsGeographic(crs) ? json_pack("[s, s]", "Lon", "Lat")
                                                 : json_pack("[s, s]", "E", "N"));
}

static json_t *describe(const struct tw_pyramid *pyramid, json_t *crs)
{
    const struct tw_grid *grid = pyramid->grid;
    const struct known *known = known_set(grid);
    json_t *set = json_pack("{s:s, s:s, s:O}", "type", "TileMatrixSetType", "identifier",
                            tw_tile_matrix_set_id(grid), "supportedCRS", crs);
    if (known != NULL && pyramid->tile_size_px == 256)
        json_object_set_new(set, "wellKnownScaleSet", json_string(known->scales));
    json_object_set_new(set, "boundingBox",
                        json_pack("{s:s, s:O, s:o, s:o}", "type", "BoundingBoxType", "crs", crs,
                                  "lowerCorner", point(grid->extent.left, grid->extent.bottom), "upperCorner",
                                  point(grid->extent.right, grid->extent.top)));
    return set;
}

json_t *tw_tile_matrix_set_json(const struct tw_pyramid *pyramid, int min_zoom, int max_zoom,
                                struct tw_error *err)
{
    OGRSpatialReferenceH crs = NULL;
    if (tw_crs_parse(pyramid->grid->crs, &crs, err) != TW_OK)
        return NULL;
    json_t *uri = crs_uri(pyramid->grid), *matrices = json_array();
    json_t *set = describe(pyramid, uri);
    add_axes(set, pyramid->grid, crs);
    for (int zoom = min_zoom; zoom <= max_zoom; zoom++)
        json_array_append_new(matrices, matrix(pyramid, zoom, tw_crs_metres_per_unit(crs)));
    OSRRelease(crs);
    bool complete = json_object_set_new(set, "tileMatrix", matrices) == 0 &&
                    json_array_size(matrices) == (size_t)(max_zoom - min_zoom + 1);
    json_decref(uri);
    if (!complete) {
        json_decref(set);
        tw_error_nomem(err);
        return NULL;
    }
    return set;
}
