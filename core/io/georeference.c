/* SPDX-License-Identifier: MIT */
#include "georeference.h"

#include <math.h>
#include <string.h>

static enum tw_status set_crs(struct tw_georeference *georeference, OGRSpatialReferenceH crs,
                              const char *path, struct tw_error *err)
{
    if (crs == NULL || OSRGetName(crs) == NULL || OSRIsLocal(crs))
        return tw_error_set(err, TW_EINPUT, "'%s' has no CRS; add one with gdal_edit.py -a_srs EPSG:... '%s'",
                            path, path);
    georeference->crs = OSRClone(crs);
    if (georeference->crs == NULL)
        return tw_error_nomem(err);
    OSRSetAxisMappingStrategy(georeference->crs, OAMS_TRADITIONAL_GIS_ORDER);
    georeference->turn = tw_crs_turn(georeference->crs);
    return TW_OK;
}

static bool has_geotransform(GDALDatasetH dataset, double numbers[6])
{
    static const double none[6] = {0, 1, 0, 0, 0, 1};
    return GDALGetGeoTransform(dataset, numbers) == CE_None && memcmp(numbers, none, sizeof(none)) != 0;
}

static enum tw_status read_gcps(struct tw_georeference *georeference, GDALDatasetH dataset, const char *path,
                                struct tw_error *err)
{
    georeference->transform = GDALGCPTransform;
    georeference->transformer =
        GDALCreateGCPTransformer(GDALGetGCPCount(dataset), GDALGetGCPs(dataset), 0, FALSE);
    if (georeference->transformer == NULL)
        return tw_error_set(err, TW_EINPUT, "cannot use the ground control points of '%s': %s", path,
                            tw_gdal_reason());
    return set_crs(georeference, GDALGetGCPSpatialRef(dataset), path, err);
}

static enum tw_status read_rpcs(struct tw_georeference *georeference, GDALDatasetH dataset, const char *path,
                                struct tw_error *err)
{
    GDALRPCInfoV2 info;
    if (!GDALExtractRPCInfoV2(GDALGetMetadata(dataset, "RPC"), &info))
        return tw_error_set(err, TW_EINPUT, "cannot use the rational polynomials of '%s': %s", path,
                            tw_gdal_reason());
    georeference->transform = GDALRPCTransform;
    georeference->transformer = GDALCreateRPCTransformerV2(&info, FALSE, 0.01, NULL);
    OGRSpatialReferenceH crs = NULL;
    enum tw_status status = tw_crs_parse("OGC:CRS84", &crs, err);
    if (status != TW_OK)
        return status;
    if (georeference->transformer == NULL)
        status = tw_error_set(err, TW_EINPUT, "cannot use the rational polynomials of '%s': %s", path,
                              tw_gdal_reason());
    else
        status = set_crs(georeference, crs, path, err);
    OSRRelease(crs);
    return status;
}

enum tw_status tw_georeference_read(struct tw_georeference *georeference, GDALDatasetH dataset,
                                    const char *path, struct tw_error *err)
{
    if (!has_geotransform(dataset, georeference->to_crs)) {
        if (GDALGetGCPCount(dataset) > 0)
            return read_gcps(georeference, dataset, path, err);
        if (GDALGetMetadata(dataset, "RPC") != NULL)
            return read_rpcs(georeference, dataset, path, err);
        return tw_error_set(err, TW_EINPUT,
                            "'%s' has no georeference; add a world file, or make a copy with gdal_translate "
                            "-a_srs EPSG:... -a_ullr LEFT TOP RIGHT BOTTOM",
                            path);
    }
    georeference->is_affine = true;
    if (!GDALInvGeoTransform(georeference->to_crs, georeference->to_px))
        return tw_error_set(err, TW_EINPUT, "'%s' has a georeference that is degenerate", path);
    return set_crs(georeference, GDALGetSpatialRef(dataset), path, err);
}

enum tw_status tw_georeference_make(struct tw_georeference *georeference, const char *crs,
                                    const double to_crs[6], struct tw_error *err)
{
    memcpy(georeference->to_crs, to_crs, sizeof(georeference->to_crs));
    georeference->is_affine = true;
    if (!GDALInvGeoTransform(georeference->to_crs, georeference->to_px))
        return tw_error_set(err, TW_EUSAGE, "a grid with CRS '%s' is degenerate", crs);
    enum tw_status status = tw_crs_parse(crs, &georeference->crs, err);
    if (status == TW_OK)
        georeference->turn = tw_crs_turn(georeference->crs);
    return status;
}

void tw_georeference_free(struct tw_georeference *georeference)
{
    if (georeference->crs != NULL)
        OSRRelease(georeference->crs);
    if (georeference->transformer != NULL)
        GDALDestroyTransformer(georeference->transformer);
    *georeference = (struct tw_georeference){0};
}

static void apply(const double numbers[6], double *x, double *y)
{
    double from_x = *x, from_y = *y;
    *x = numbers[0] + numbers[1] * from_x + numbers[2] * from_y;
    *y = numbers[3] + numbers[4] * from_x + numbers[5] * from_y;
}

static bool apply_transformer(const struct tw_georeference *georeference, int to_px, double *x, double *y)
{
    double z = 0;
    int success = 0;
    int all = georeference->transform(georeference->transformer, to_px, 1, x, y, &z, &success);
    return all && success && isfinite(*x) && isfinite(*y);
}

bool tw_georeference_to_crs(const struct tw_georeference *georeference, double *x, double *y)
{
    if (!georeference->is_affine)
        return apply_transformer(georeference, FALSE, x, y);
    apply(georeference->to_crs, x, y);
    return true;
}

bool tw_georeference_to_px(const struct tw_georeference *georeference, double *x, double *y)
{
    if (!georeference->is_affine)
        return apply_transformer(georeference, TRUE, x, y);
    apply(georeference->to_px, x, y);
    return true;
}
