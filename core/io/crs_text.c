/* SPDX-License-Identifier: MIT */
#include "crs_text.h"

#include "crs.h"
#include "crs_pairs.h"
#include "footprint.h"

#include <cpl_conv.h>

#include <math.h>
#include <stdio.h>

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
    const struct tw_grid *degrees = tw_grid_named("geodetic");
    struct tw_crs_pairs pairs = {0};
    const struct tw_crs_pair *pair = NULL;
    struct tw_error ignored;
    bool found = tw_crs_pairs_use(&pairs, degrees, &ignored) == TW_OK &&
                 tw_crs_pairs_find(&pairs, crs, &pair, &ignored) == TW_OK &&
                 tw_footprint_of_box(box, pair, degrees, lonlat);
    tw_crs_pairs_free(&pairs);
    return found;
}
