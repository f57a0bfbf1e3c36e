/* SPDX-License-Identifier: MIT */
#include "crs.h"

#include <cpl_conv.h>
#include <cpl_error.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum tw_status tw_crs_parse(const char *text, OGRSpatialReferenceH *crs, struct tw_error *err)
{
    char code[64];
    if (text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && strlen(text) < 10) {
        snprintf(code, sizeof(code), "EPSG:%s", text);
        text = code;
    }
    *crs = OSRNewSpatialReference(NULL);
    if (*crs == NULL)
        return tw_error_nomem(err);
    if (OSRSetFromUserInput(*crs, text) != OGRERR_NONE) {
        OSRRelease(*crs);
        *crs = NULL;
        return tw_error_set(err, TW_EUSAGE,
                            "unknown CRS '%.200s'; write a code such as EPSG:3857, WKT or a PROJ text", text);
    }
    OSRSetAxisMappingStrategy(*crs, OAMS_TRADITIONAL_GIS_ORDER);
    return TW_OK;
}

bool tw_crs_is_same(OGRSpatialReferenceH a, OGRSpatialReferenceH b)
{
    static const char *const options[] = {"IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", NULL};
    return OSRIsSameEx(a, b, options) != 0;
}

double tw_crs_turn(OGRSpatialReferenceH crs)
{
    if (OSRIsGeographic(crs)) {
        double radians = OSRGetAngularUnits(crs, NULL);
        return radians > 0 ? round(2 * M_PI / radians * 1e9) / 1e9 : 360;
    }
    const char *method = OSRGetAttrValue(crs, "PROJECTION", 0);
    if (method == NULL || strncmp(method, "Mercator", 8) != 0)
        return 0;
    double k = OSRGetNormProjParm(crs, "scale_factor", 1, NULL);
    double unit = OSRGetLinearUnits(crs, NULL);
    return 2 * M_PI * OSRGetSemiMajor(crs, NULL) * k / (unit > 0 ? unit : 1);
}

bool tw_crs_is_y_first(OGRSpatialReferenceH crs)
{
    int count = 0;
    const int *mapping = OSRGetDataAxisToSRSAxisMapping(crs, &count);
    return mapping != NULL && count >= 2 && mapping[0] == 2;
}

double tw_crs_metres_per_unit(OGRSpatialReferenceH crs)
{
    if (OSRIsGeographic(crs))
        return OSRGetAngularUnits(crs, NULL) * OSRGetSemiMajor(crs, NULL);
    double unit = OSRGetLinearUnits(crs, NULL);
    return unit > 0 ? unit : 1;
}

OGRCoordinateTransformationH tw_crs_transformation(OGRSpatialReferenceH from, OGRSpatialReferenceH to)
{
    return OCTNewCoordinateTransformation(from, to);
}

bool tw_crs_move_point(OGRCoordinateTransformationH transformation, double *x, double *y)
{
    if (transformation == NULL)
        return true;
    int success = 0;
    OCTTransformEx(transformation, 1, x, y, NULL, &success);
    return success && isfinite(*x) && isfinite(*y);
}

void tw_bounds_add(struct tw_bounds *bounds, double x, double y)
{
    if (!bounds->any) {
        bounds->any = true;
        bounds->first_x = x;
        bounds->box = (struct tw_box){x, y, x, y};
        return;
    }
    if (bounds->turn > 0) {
        double slack = bounds->turn * 1e-9; /* the edges of a file that spans the whole turn stay */
        if (x - bounds->first_x > bounds->turn / 2 + slack)
            x -= bounds->turn;
        else if (bounds->first_x - x > bounds->turn / 2 + slack)
            x += bounds->turn;
    }
    struct tw_box point = {x, y, x, y};
    bounds->box = tw_box_union(&bounds->box, &point);
}

/* The EPSG CRS that crs is by another name, put in its place; a certainty of 70 of 100 means that all but the
 * name agrees. */
static void find_code(OGRSpatialReferenceH *crs)
{
    int count = 0, *certainty = NULL;
    OGRSpatialReferenceH *matches = OSRFindMatches(*crs, NULL, &count, &certainty);
    for (int i = 0; i < count && certainty[i] >= 70; i++) {
        const char *authority = OSRGetAuthorityName(matches[i], NULL);
        if (authority == NULL || strcmp(authority, "EPSG") != 0)
            continue;
        OSRRelease(*crs);
        *crs = OSRClone(matches[i]);
        OSRSetAxisMappingStrategy(*crs, OAMS_TRADITIONAL_GIS_ORDER);
        break;
    }
    OSRFreeSRSArray(matches);
    CPLFree(certainty);
}

enum tw_status tw_crs_find_code(const char *text, OGRSpatialReferenceH *crs, bool *has_code,
                                struct tw_error *err)
{
    enum tw_status status = tw_crs_parse(text, crs, err);
    if (status != TW_OK)
        return status;
    if (OSRGetAuthorityCode(*crs, NULL) == NULL)
        find_code(crs);
    *has_code = OSRGetAuthorityCode(*crs, NULL) != NULL;
    return TW_OK;
}
