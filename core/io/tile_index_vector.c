/* The index as features: a rectangle for each tile.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_index_parts.h"

#include "crs.h"
#include "dataset.h"
#include "encoder_driver.h"

#include <cpl_error.h>
#include <cpl_vsi.h>
#include <ogr_api.h>

#include <string.h>

enum { FIELD_ID, FIELD_ZOOM, FIELD_ROW, FIELD_COL, FIELD_LOCATION };
enum { MOST_SHAPEFILE_CHARS = 254 };

static const char *const drivers[] = {[TW_INDEX_GEOJSON] = "GeoJSON",
                                      [TW_INDEX_GPKG] = "GPKG",
                                      [TW_INDEX_SHP] = "ESRI Shapefile",
                                      [TW_INDEX_FGB] = "FlatGeobuf"};

static enum tw_status failed(const struct tw_index_zoom *zoom, enum tw_index_format format,
                             struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot make '%s/%d.%s': %s", zoom->spec->folder, zoom->zoom,
                        tw_index_formats[format], tw_gdal_reason());
}

static bool add_field(OGRLayerH layer, const char *name, OGRFieldType type, int width)
{
    OGRFieldDefnH field = OGR_Fld_Create(name, type);
    OGR_Fld_SetWidth(field, width);
    bool made = OGR_L_CreateField(layer, field, FALSE) == OGRERR_NONE;
    OGR_Fld_Destroy(field);
    return made;
}

/* RFC 7946 has GeoJSON in longitude and latitude of WGS 84. */
static bool is_in_degrees(const struct tw_index_zoom *zoom, enum tw_index_format format)
{
    return format == TW_INDEX_GEOJSON && !zoom->spec->for_gdal;
}

static OGRLayerH create_layer(const struct tw_index_zoom *zoom, enum tw_index_format format,
                              GDALDatasetH dataset, OGRSpatialReferenceH crs)
{
    char name[32];
    int width = format == TW_INDEX_SHP ? MOST_SHAPEFILE_CHARS : 0;
    snprintf(name, sizeof(name), format == TW_INDEX_SHP ? "%d" : "tiles", zoom->zoom);
    /* a tenth of a micrometre */
    static const char *const degrees[] = {"RFC7946=YES", "COORDINATE_PRECISION=12", NULL};
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, name, crs, wkbPolygon,
                                             is_in_degrees(zoom, format) ? (char **)degrees : NULL);
    bool made = layer != NULL && add_field(layer, "tile_id", OFTString, width) &&
                add_field(layer, "zoom", OFTInteger, 0) && add_field(layer, "row", OFTInteger64, 0) &&
                add_field(layer, "col", OFTInteger64, 0) &&
                add_field(layer, zoom->spec->field, OFTString, width);
    return made ? layer : NULL;
}

static OGRGeometryH rectangle(const struct tw_box *box)
{
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon), ring = OGR_G_CreateGeometry(wkbLinearRing);
    OGR_G_AddPoint_2D(ring, box->right, box->bottom);
    OGR_G_AddPoint_2D(ring, box->right, box->top);
    OGR_G_AddPoint_2D(ring, box->left, box->top);
    OGR_G_AddPoint_2D(ring, box->left, box->bottom);
    OGR_G_AddPoint_2D(ring, box->right, box->bottom);
    OGR_G_AddGeometryDirectly(polygon, ring);
    return polygon;
}

/* Meridians and parallels stay straight; other edges need points between their ends. */
static OGRGeometryH bent(const struct tw_pyramid *pyramid, const struct tw_box *box)
{
    enum { PARTS = 16 };
    OGRGeometryH polygon = rectangle(box);
    double width = box->right - box->left, height = box->top - box->bottom;
    if (!pyramid->grid->is_global)
        OGR_G_Segmentize(polygon, (width < height ? width : height) / PARTS);
    return polygon;
}

static enum tw_status check_length(enum tw_index_format format, const char *location, struct tw_error *err)
{
    if (format != TW_INDEX_SHP || strlen(location) <= MOST_SHAPEFILE_CHARS)
        return TW_OK;
    return tw_error_set(
        err, TW_EUSAGE,
        "the path '%s' is longer than the %d characters of a Shapefile's text; use --gpkg, or "
        "a shorter --basepath",
        location, MOST_SHAPEFILE_CHARS);
}

static enum tw_status add_tile(const struct tw_index_zoom *zoom, enum tw_index_format format, OGRLayerH layer,
                               const struct tw_tile *tile, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &zoom->spec->output->pyramid;
    struct tw_window window = tw_tile_window_buffered(pyramid, tile, pyramid->pixelbuffer_px);
    struct tw_box box = tw_window_bounds(&window);
    char id[128];
    snprintf(id, sizeof(id), "TileIndex(zoom=%d, row=%lld, col=%lld)", tile->zoom, (long long)tile->row,
             (long long)tile->col);
    const char *location = tw_index_location(zoom, tile);
    if (location == NULL)
        return tw_error_nomem(err);
    enum tw_status status = check_length(format, location, err);
    if (status != TW_OK)
        return status;
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGR_F_SetFieldString(feature, FIELD_ID, id);
    OGR_F_SetFieldInteger(feature, FIELD_ZOOM, tile->zoom);
    OGR_F_SetFieldInteger64(feature, FIELD_ROW, tile->row);
    OGR_F_SetFieldInteger64(feature, FIELD_COL, tile->col);
    OGR_F_SetFieldString(feature, FIELD_LOCATION, location);
    OGR_F_SetGeometryDirectly(feature, is_in_degrees(zoom, format) ? bent(pyramid, &box) : rectangle(&box));
    CPLErrorReset();
    if (OGR_L_CreateFeature(layer, feature) != OGRERR_NONE)
        status = failed(zoom, format, err);
    OGR_F_Destroy(feature);
    return status;
}

static enum tw_status add_tiles(const struct tw_index_zoom *zoom, enum tw_index_format format,
                                OGRLayerH layer, struct tw_error *err)
{
    bool in_one = OGR_L_TestCapability(layer, OLCTransactions) != 0;
    enum tw_status status = TW_OK;
    if (in_one && OGR_L_StartTransaction(layer) != OGRERR_NONE)
        return failed(zoom, format, err);
    for (size_t i = 0; status == TW_OK && i < zoom->count; i++) {
        struct tw_arena_mark mark = tw_arena_mark(zoom->arena);
        status = add_tile(zoom, format, layer, &zoom->tiles[i], err);
        tw_arena_release(zoom->arena, mark);
    }
    if (in_one && status == TW_OK && OGR_L_CommitTransaction(layer) != OGRERR_NONE)
        status = failed(zoom, format, err);
    return status;
}

static enum tw_status make_file(const struct tw_index_zoom *zoom, enum tw_index_format format,
                                const char *path, struct tw_error *err)
{
    OGRSpatialReferenceH crs = NULL;
    bool has_code;
    enum tw_status status = tw_crs_find_code(zoom->spec->output->pyramid.grid->crs, &crs, &has_code, err);
    if (status != TW_OK)
        return status;
    CPLErrorReset();
    GDALDatasetH dataset = GDALCreate(GDALGetDriverByName(drivers[format]), path, 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH layer = dataset != NULL ? create_layer(zoom, format, dataset, crs) : NULL;
    OSRRelease(crs);
    status = layer != NULL ? add_tiles(zoom, format, layer, err) : failed(zoom, format, err);
    CPLErrorReset();
    if (dataset != NULL)
        GDALClose(dataset);
    if (status == TW_OK && CPLGetLastErrorType() >= CE_Failure)
        status = failed(zoom, format, err);
    return status;
}

/* A Shapefile is several files: the one that names it comes last. */
static enum tw_status save_all(const struct tw_index_zoom *zoom, enum tw_index_format format,
                               const char *folder, struct tw_error *err)
{
    static const char *const beside[] = {"dbf", "shx", "prj", "cpg"};
    enum tw_status status = TW_OK;
    for (size_t i = 0; format == TW_INDEX_SHP && status == TW_OK && i < 4; i++) {
        char *path = tw_arena_printf(zoom->arena, "%s/%d.%s", folder, zoom->zoom, beside[i]);
        VSIStatBufL info;
        if (path == NULL)
            status = tw_error_nomem(err);
        else if (VSIStatL(path, &info) == 0)
            status = tw_index_save_memory(zoom, beside[i], path, err);
    }
    char *path = tw_arena_printf(zoom->arena, "%s/%d.%s", folder, zoom->zoom, tw_index_formats[format]);
    if (status == TW_OK)
        status = path != NULL ? tw_index_save_memory(zoom, tw_index_formats[format], path, err)
                              : tw_error_nomem(err);
    return status;
}

enum tw_status tw_index_vector(const struct tw_index_zoom *zoom, enum tw_index_format format,
                               struct tw_error *err)
{
    /* the address of something that is on this thread's stack names the folder */
    char folder[80];
    snprintf(folder, sizeof(folder), "/vsimem/tilewright/index_%p", (void *)folder);
    char *path = tw_arena_printf(zoom->arena, "%s/%d.%s", folder, zoom->zoom, tw_index_formats[format]);
    if (path == NULL)
        return tw_error_nomem(err);
    tw_gpkg_in_memory(true);
    enum tw_status status = make_file(zoom, format, path, err);
    tw_gpkg_in_memory(false);
    if (status == TW_OK)
        status = save_all(zoom, format, folder, err);
    VSIRmdirRecursive(folder);
    return status;
}
