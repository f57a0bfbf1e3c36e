/* SPDX-License-Identifier: MIT */
#include "tile_check.h"

#include "dataset.h"

#include <cpl_vsi.h>
#include <jansson.h>
#include <ogr_api.h>

#include <string.h>

/* OGR takes GeoJSON with and without its end. */
static bool check_json(const char *path, struct tw_reason *reason)
{
    vsi_l_offset size;
    json_error_t error;
    const char *bytes = (const char *)VSIGetMemFileBuffer(path, &size, FALSE);
    json_t *root = json_loadb(bytes, size, 0, &error);
    if (root == NULL)
        return tw_reason_set(reason, "malformed JSON in line %d, column %d: %s", error.line, error.column,
                             error.text);
    json_decref(root);
    return true;
}

/* SQLite reads what it needs; of the rest it knows only when it is asked. */
static bool check_pages(GDALDatasetH dataset, struct tw_reason *reason)
{
    OGRLayerH result = GDALDatasetExecuteSQL(dataset, "PRAGMA integrity_check(1)", NULL, NULL);
    if (result == NULL)
        return tw_reason_set(reason, "it cannot be decoded: %s", tw_gdal_reason());
    OGRFeatureH row = OGR_L_GetNextFeature(result);
    const char *said = row != NULL ? OGR_F_GetFieldAsString(row, 0) : "nothing";
    bool is_well = strcmp(said, "ok") == 0 || tw_reason_set(reason, "the database is damaged: %s", said);
    if (row != NULL)
        OGR_F_Destroy(row);
    GDALDatasetReleaseResultSet(dataset, result);
    return is_well;
}

static bool check_layer(OGRLayerH layer, struct tw_reason *reason)
{
    GIntBig wanted = OGR_L_GetFeatureCount(layer, TRUE), count = 0;
    OGR_L_ResetReading(layer);
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(layer)) != NULL; count++)
        OGR_F_Destroy(feature);
    if (wanted == count)
        return true;
    return tw_reason_set(reason, "%lld of its %lld features can be read", (long long)count,
                         (long long)wanted);
}

bool tw_features_check(const char *path, const char *driver, struct tw_reason *reason)
{
    const char *const allowed[] = {driver, NULL};
    if (strcmp(driver, "GeoJSON") == 0 && !check_json(path, reason))
        return false;
    GDALDatasetH dataset =
        GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, allowed, NULL, NULL);
    if (dataset == NULL)
        return tw_reason_set(reason, "it cannot be opened: %s", tw_gdal_reason_for(path));
    bool is_well = strcmp(driver, "GPKG") != 0 || check_pages(dataset, reason);
    if (is_well && GDALDatasetGetLayerCount(dataset) == 0)
        is_well = tw_reason_set(reason, "it has no layer");
    for (int i = 0; is_well && i < GDALDatasetGetLayerCount(dataset); i++)
        is_well = check_layer(GDALDatasetGetLayer(dataset, i), reason);
    GDALClose(dataset);
    return is_well;
}
