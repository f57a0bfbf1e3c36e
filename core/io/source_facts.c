/* What is known of a source besides its pixels: see struct tw_source_facts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "source_driver.h"

#include "crs.h"

/* The named grid of that CRS, or NULL. */
static const struct tw_grid *grid_of(OGRSpatialReferenceH crs)
{
    static const char *const names[] = {"geodetic", "mercator"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct tw_grid *grid = tw_grid_named(names[i]);
        OGRSpatialReferenceH own = NULL;
        struct tw_error ignored;
        bool same = tw_crs_parse(grid->crs, &own, &ignored) == TW_OK && tw_crs_is_same(own, crs);
        if (own != NULL)
            OSRRelease(own);
        if (same)
            return grid;
    }
    return NULL;
}

void tw_facts_of_crs(struct tw_source *source, OGRSpatialReferenceH crs)
{
    source->facts.grid = grid_of(crs);
    source->facts.crs = tw_crs_name(crs, source->arena);
}

void tw_facts_of_pixels(struct tw_source *source, const struct tw_raster_info *info, int first)
{
    struct tw_source_facts *facts = &source->facts;
    facts->width_px = info->width_px;
    facts->height_px = info->height_px;
    for (size_t i = 0; i < info->num_nodata_bands && info->bands[first].channel < 0; i++) {
        const struct tw_nodata_band *band = &info->nodata_bands[i];
        if (band->file_band != info->bands[first].file_band)
            continue;
        facts->has_nodata = true;
        facts->nodata = band->nodata;
    }
}
