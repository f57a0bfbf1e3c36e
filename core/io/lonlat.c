/* SPDX-License-Identifier: MIT */
#include "lonlat.h"

#include "crs.h"

#include <math.h>
#include <stdlib.h>

struct tw_lonlat {
    OGRCoordinateTransformationH to_wgs84; /* NULL: the grid is in WGS 84 */
};

static enum tw_status open_transformations(struct tw_lonlat *lonlat, const struct tw_grid *grid,
                                           struct tw_error *err)
{
    OGRSpatialReferenceH from = NULL, to = NULL;
    enum tw_status status = tw_crs_parse(grid->crs, &from, err);
    if (status == TW_OK)
        status = tw_crs_parse("EPSG:4326", &to, err);
    if (status == TW_OK && !tw_crs_is_same(from, to)) {
        lonlat->to_wgs84 = tw_crs_transformation(from, to);
        if (lonlat->to_wgs84 == NULL)
            status = tw_error_set(err, TW_EINPUT, "no transformation is known between %s and EPSG:4326",
                                  grid->crs);
    }
    OSRDestroySpatialReference(from);
    OSRDestroySpatialReference(to);
    return status;
}

struct tw_lonlat *tw_lonlat_new(const struct tw_grid *grid, struct tw_error *err)
{
    struct tw_lonlat *lonlat = calloc(1, sizeof(*lonlat));
    if (lonlat == NULL) {
        tw_error_nomem(err);
        return NULL;
    }
    if (open_transformations(lonlat, grid, err) != TW_OK) {
        tw_lonlat_free(lonlat);
        return NULL;
    }
    return lonlat;
}

void tw_lonlat_free(struct tw_lonlat *lonlat)
{
    if (lonlat == NULL)
        return;
    if (lonlat->to_wgs84 != NULL)
        OCTDestroyCoordinateTransformation(lonlat->to_wgs84);
    free(lonlat);
}

void tw_lonlat_of(const struct tw_lonlat *lonlat, double x, double y, double degrees[2])
{
    degrees[0] = x;
    degrees[1] = y;
    bool known = tw_crs_move_point(lonlat->to_wgs84, &degrees[0], &degrees[1]) && fabs(degrees[1]) <= 90;
    if (!known)
        degrees[0] = degrees[1] = NAN;
    else if (fabs(degrees[0]) > 180) /* columns beyond the antimeridian */
        degrees[0] -= 360 * floor((degrees[0] + 180) / 360);
}
