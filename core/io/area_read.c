/* SPDX-License-Identifier: MIT */
#include "area_read.h"

#include "area_project.h"
#include "dataset.h"
#include "file.h"
#include "text.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <ogr_api.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Geometries on their way to one area. */
struct collection {
    struct tw_geometry **parts;
    size_t count, capacity;
};

static void collection_free(struct collection *collection)
{
    for (size_t i = 0; i < collection->count; i++)
        tw_geometry_free(collection->parts[i]);
    free(collection->parts);
}

/* Takes the geometry over. */
static enum tw_status collection_add(struct collection *collection, struct tw_geometry *geometry,
                                     struct tw_error *err)
{
    if (collection->count == collection->capacity) {
        size_t capacity = collection->capacity == 0 ? 16 : collection->capacity * 2;
        struct tw_geometry **grown = realloc(collection->parts, capacity * sizeof(*grown));
        if (grown == NULL) {
            tw_geometry_free(geometry);
            return tw_error_nomem(err);
        }
        collection->parts = grown;
        collection->capacity = capacity;
    }
    collection->parts[collection->count++] = geometry;
    return TW_OK;
}

/* Neighbours are united round by round: a thousand features make ten rounds. */
static enum tw_status unite(struct collection *collection, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    while (status == TW_OK && collection->count > 1) {
        size_t half = collection->count / 2;
        for (size_t i = 0; status == TW_OK && i < half; i++) {
            struct tw_geometry *a = collection->parts[i], *b = collection->parts[collection->count - 1];
            struct tw_geometry *both = NULL;
            status = tw_geometry_union(a, b, &both, err);
            if (status != TW_OK)
                break;
            tw_geometry_free(a);
            tw_geometry_free(b);
            collection->parts[i] = both;
            collection->count--;
        }
    }
    return status;
}

/* Brings an OGR geometry to the grid and adds it. What cannot be projected at all adds nothing. */
static enum tw_status add_projected(struct collection *collection, const struct tw_projection *projection,
                                    OGRGeometryH geometry, struct tw_error *err)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
    if (type != wkbPolygon && type != wkbMultiPolygon)
        return tw_error_set(err, TW_EUSAGE, "an area must be a Polygon or a MultiPolygon, not a %s",
                            OGRGeometryTypeToName(type));
    OGRGeometryH moved = tw_projection_apply(projection, geometry);
    if (moved == NULL)
        return TW_OK;
    enum tw_status status = TW_OK;
    size_t size = (size_t)OGR_G_WkbSize(moved);
    unsigned char *wkb = malloc(size);
    struct tw_geometry *part = NULL;
    if (wkb == NULL)
        status = tw_error_nomem(err);
    else if (OGR_G_IsEmpty(moved) || OGR_G_ExportToWkb(moved, wkbNDR, wkb) != OGRERR_NONE)
        status = TW_OK;
    else
        status = tw_geometry_from_wkb(wkb, size, &part, err);
    if (status == TW_OK && part != NULL)
        status = collection_add(collection, part, err);
    free(wkb);
    OGR_G_DestroyGeometry(moved);
    return status;
}

static enum tw_status to_area(struct collection *collection, const struct tw_grid *grid,
                              struct tw_area **area, struct tw_error *err)
{
    enum tw_status status = unite(collection, err);
    if (status != TW_OK)
        return status;
    if (collection->count == 0)
        return tw_error_set(err, TW_EUSAGE, "the area lies outside the grid");
    struct tw_geometry *geometry = collection->parts[0];
    collection->count = 0;
    return tw_area_from_geometry(grid, geometry, area, err);
}

static enum tw_status area_of(OGRGeometryH geometry, const struct tw_projection *projection,
                              const struct tw_grid *grid, struct tw_area **area, struct tw_error *err)
{
    struct collection collection = {0};
    enum tw_status status = add_projected(&collection, projection, geometry, err);
    if (status == TW_OK)
        status = to_area(&collection, grid, area, err);
    collection_free(&collection);
    return status;
}

static enum tw_status read_wkt(const char *text, const char *crs, const struct tw_grid *grid,
                               struct tw_area **area, struct tw_error *err)
{
    struct tw_projection projection;
    enum tw_status status = tw_projection_init(&projection, crs, NULL, grid, err);
    if (status != TW_OK)
        return status;
    OGRGeometryH geometry = NULL;
    char *cursor = CPLStrdup(text), *start = cursor;
    CPLErrorReset();
    if (OGR_G_CreateFromWkt(&cursor, NULL, &geometry) != OGRERR_NONE || geometry == NULL)
        status = tw_error_set(err, TW_EUSAGE, "cannot read the area: malformed WKT '%.60s%s'", text,
                              strlen(text) > 60 ? "..." : "");
    else
        status = area_of(geometry, &projection, grid, area, err);
    CPLFree(start);
    if (geometry != NULL)
        OGR_G_DestroyGeometry(geometry);
    tw_projection_free(&projection);
    return status;
}

static enum tw_status read_features(OGRLayerH layer, const struct tw_projection *projection,
                                    struct collection *collection, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    OGR_L_ResetReading(layer);
    for (OGRFeatureH feature; status == TW_OK && (feature = OGR_L_GetNextFeature(layer)) != NULL;) {
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        if (geometry != NULL && !OGR_G_IsEmpty(geometry))
            status = add_projected(collection, projection, geometry, err);
        OGR_F_Destroy(feature);
    }
    return status;
}

/* `'x.gpkg' has 2 layers (a, b); name one of them ...`. */
static enum tw_status refuse_layers(GDALDatasetH dataset, const char *path, struct tw_error *err)
{
    struct tw_text names = {0};
    int count = GDALDatasetGetLayerCount(dataset);
    for (int i = 0; i < count; i++)
        tw_text_printf(&names, "%s%s", i > 0 ? ", " : "", OGR_L_GetName(GDALDatasetGetLayer(dataset, i)));
    tw_error_set(err, TW_EUSAGE,
                 "'%s' has %d layers (%s); name one of them, as in area: {path: %s, layer: %s}", path, count,
                 tw_text_get(&names), tw_path_name(path), OGR_L_GetName(GDALDatasetGetLayer(dataset, 0)));
    tw_text_free(&names);
    return TW_EUSAGE;
}

static enum tw_status refuse_layer(GDALDatasetH dataset, const struct tw_area_file *file,
                                   struct tw_error *err)
{
    int count = GDALDatasetGetLayerCount(dataset);
    struct tw_text text = {0};
    const char **names = calloc((size_t)count + 1, sizeof(*names));
    for (int i = 0; names != NULL && i < count; i++)
        names[i] = OGR_L_GetName(GDALDatasetGetLayer(dataset, i));
    if (names != NULL)
        tw_text_add_known(&text, file->layer, names, (size_t)count);
    tw_error_set(err, TW_EUSAGE, "'%s' has no layer '%s'%s", file->path, file->layer, tw_text_get(&text));
    tw_text_free(&text);
    free(names);
    return TW_EUSAGE;
}

/* The layer that is named, or the only one. */
static enum tw_status choose_layer(GDALDatasetH dataset, const struct tw_area_file *file, OGRLayerH *layer,
                                   struct tw_error *err)
{
    if (file->layer == NULL && GDALDatasetGetLayerCount(dataset) > 1)
        return refuse_layers(dataset, file->path, err);
    *layer = file->layer != NULL ? GDALDatasetGetLayerByName(dataset, file->layer)
                                 : GDALDatasetGetLayer(dataset, 0);
    if (*layer == NULL && file->layer != NULL)
        return refuse_layer(dataset, file, err);
    if (*layer == NULL || OGR_L_GetFeatureCount(*layer, TRUE) == 0)
        return tw_error_set(err, TW_EUSAGE, "'%s' has no features", file->path);
    if (OGR_L_GetSpatialRef(*layer) == NULL && file->crs == NULL)
        return tw_error_set(
            err, TW_EUSAGE,
            "'%s' does not say what its coordinates mean: it has no CRS; name it with area_crs", file->path);
    return TW_OK;
}

static enum tw_status read_layer(OGRLayerH layer, const struct tw_area_file *file, const struct tw_grid *grid,
                                 struct tw_area **area, struct tw_error *err)
{
    struct tw_projection projection;
    enum tw_status status = tw_projection_init(&projection, file->crs, OGR_L_GetSpatialRef(layer), grid, err);
    if (status != TW_OK)
        return status;
    struct collection collection = {0};
    CPLErrorReset();
    status = read_features(layer, &projection, &collection, err);
    if (status == TW_OK && CPLGetLastErrorType() >= CE_Failure)
        status = tw_error_set(err, TW_EUSAGE, "cannot read '%s': %s", file->path, tw_gdal_reason());
    if (status == TW_OK)
        status = to_area(&collection, grid, area, err);
    collection_free(&collection);
    tw_projection_free(&projection);
    return status;
}

static enum tw_status read_dataset(GDALDatasetH dataset, const struct tw_area_file *file,
                                   const struct tw_grid *grid, struct tw_area **area, struct tw_error *err)
{
    OGRLayerH layer = NULL;
    enum tw_status status = choose_layer(dataset, file, &layer, err);
    return status == TW_OK ? read_layer(layer, file, grid, area, err) : status;
}

enum tw_status tw_area_read_file(const struct tw_area_file *file, const struct tw_grid *grid,
                                 struct tw_area **area, struct tw_error *err)
{
    const char *path = file->path;
    *area = NULL;
    if (!tw_path_is_remote(path) && !tw_file_exists(path))
        return tw_error_set(err, TW_EUSAGE, "cannot open '%s': %s", path, strerror(ENOENT));
    CPLErrorReset();
    GDALDatasetH dataset =
        GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    if (dataset == NULL) {
        const char *reason = tw_gdal_reason();
        if (strstr(reason, "not recognized as a supported file format") != NULL)
            return tw_error_set(err, TW_EUSAGE, "'%s' is not a vector file", path);
        return tw_error_set(err, TW_EUSAGE, "cannot open '%s': %s", path, reason);
    }
    enum tw_status status = read_dataset(dataset, file, grid, area, err);
    GDALClose(dataset);
    return status;
}

static bool is_geojson(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '{';
}

static enum tw_status read_geojson(const char *text, const char *crs, const struct tw_grid *grid,
                                   struct tw_area **area, struct tw_error *err)
{
    static const char *const drivers[] = {"GeoJSON", NULL};
    const struct tw_area_file file = {.path = "the GeoJSON", .crs = crs};
    CPLErrorReset();
    GDALDatasetH dataset = GDALOpenEx(text, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, NULL, NULL);
    if (dataset == NULL)
        return tw_error_set(err, TW_EUSAGE, "cannot read the area: malformed GeoJSON '%.60s%s'", text,
                            strlen(text) > 60 ? "..." : "");
    enum tw_status status = read_dataset(dataset, &file, grid, area, err);
    GDALClose(dataset);
    return status;
}

static bool is_wkt(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    const char *word = text;
    while (isalpha((unsigned char)*text))
        text++;
    if (text == word)
        return false;
    while (isspace((unsigned char)*text))
        text++;
    return *text == '(' || strncasecmp(text, "EMPTY", 5) == 0;
}

bool tw_area_is_text(const char *text)
{
    return is_wkt(text) || is_geojson(text);
}

enum tw_status tw_area_read(const char *text, const char *crs, const struct tw_grid *grid,
                            struct tw_area **area, struct tw_error *err)
{
    const struct tw_area_file file = {.path = text, .crs = crs};
    *area = NULL;
    if (is_wkt(text))
        return read_wkt(text, crs, grid, area, err);
    if (is_geojson(text))
        return read_geojson(text, crs, grid, area, err);
    return tw_area_read_file(&file, grid, area, err);
}

enum tw_status tw_area_from_bounds(const struct tw_box *bounds, const char *crs, const struct tw_grid *grid,
                                   struct tw_area **area, struct tw_error *err)
{
    *area = NULL;
    struct tw_projection projection;
    enum tw_status status = tw_projection_init(&projection, crs, NULL, grid, err);
    if (status != TW_OK)
        return status;
    if (projection.to_grid == NULL || !(bounds->left < bounds->right && bounds->bottom < bounds->top)) {
        status = tw_area_from_box(grid, bounds, area, err);
    } else {
        char wkt[512];
        snprintf(wkt, sizeof(wkt), "POLYGON ((%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g))",
                 bounds->left, bounds->bottom, bounds->right, bounds->bottom, bounds->right, bounds->top,
                 bounds->left, bounds->top, bounds->left, bounds->bottom);
        status = read_wkt(wkt, crs, grid, area, err);
    }
    tw_projection_free(&projection);
    return status;
}

enum tw_status tw_point_to_grid(double *x, double *y, const char *crs, const struct tw_grid *grid,
                                struct tw_error *err)
{
    struct tw_projection projection;
    enum tw_status status = tw_projection_init(&projection, crs, NULL, grid, err);
    if (status != TW_OK)
        return status;
    double from_x = *x, from_y = *y;
    if (!tw_crs_move_point(projection.to_grid, x, y))
        status = tw_error_set(err, TW_EUSAGE, "the point %.10g %.10g cannot be projected to %s", from_x,
                              from_y, grid->crs);
    tw_projection_free(&projection);
    return status;
}
