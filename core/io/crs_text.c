/* SPDX-License-Identifier: MIT */
#include "crs_text.h"

#include "crs.h"

#include <cpl_conv.h>

#include <math.h>
#include <stdio.h>

enum { STEPS = 16 };

enum tw_status tw_crs_names(const char *crs, struct tw_arena *arena, struct tw_crs_names *names,
                            struct tw_error *err)
{
    OGRSpatialReferenceH srs = NULL;
    bool has_code;
    char *proj4 = NULL;
    *names = (struct tw_crs_names){.proj4 = ""};
    enum tw_status status = tw_crs_find_code(crs, &srs, &has_code, err);
    if (status != TW_OK)
        return status;
    if (OSRExportToProj4(srs, &proj4) == OGRERR_NONE && proj4 != NULL)
        names->proj4 = tw_arena_strdup(arena, proj4);
    CPLFree(proj4);
    if (has_code)
        names->code =
            tw_arena_printf(arena, "%s:%s", OSRGetAuthorityName(srs, NULL), OSRGetAuthorityCode(srs, NULL));
    int count = 0;
    const int *mapping = OSRGetDataAxisToSRSAxisMapping(srs, &count);
    names->y_first = mapping != NULL && count >= 2 && mapping[0] == 2;
    names->is_geographic = OSRIsGeographic(srs) != 0;
    names->metres_per_unit =
        names->is_geographic ? OSRGetSemiMajor(srs, NULL) * M_PI / 180 : OSRGetLinearUnits(srs, NULL);
    OSRRelease(srs);
    return names->proj4 != NULL && (!has_code || names->code != NULL) ? TW_OK : tw_error_nomem(err);
}

bool tw_box_to_lonlat(const struct tw_box *box, const char *crs, struct tw_box *lonlat)
{
    OGRSpatialReferenceH from = NULL, to = NULL;
    struct tw_error ignored;
    struct tw_bounds bounds = {.turn = 360};
    if (tw_crs_parse(crs, &from, &ignored) == TW_OK && tw_crs_parse("EPSG:4326", &to, &ignored) == TW_OK) {
        OGRCoordinateTransformationH transformation = tw_crs_transformation(from, to);
        for (int i = 0; transformation != NULL && i <= STEPS; i++)
            for (int k = 0; k <= STEPS; k++) {
                double x = box->left + (box->right - box->left) * i / STEPS;
                double y = box->bottom + (box->top - box->bottom) * k / STEPS;
                if (tw_crs_move_point(transformation, &x, &y))
                    tw_bounds_add(&bounds, x, y);
            }
        if (transformation != NULL)
            OCTDestroyCoordinateTransformation(transformation);
    }
    if (from != NULL)
        OSRRelease(from);
    if (to != NULL)
        OSRRelease(to);
    *lonlat = bounds.box;
    return bounds.any;
}
