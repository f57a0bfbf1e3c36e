/* SPDX-License-Identifier: MIT */
#include "tile_bands.h"

#include <string.h>

/* 1 (grey) or 3, and whether an alpha band follows. */
static int colours_of(const struct tw_raster_info *info)
{
    return info->num_bands >= 3 ? 3 : 1;
}

static bool has_alpha(const struct tw_raster_info *info)
{
    return info->num_bands == 2 || info->num_bands == 4;
}

static bool is_alpha(const struct tw_raster_info *info, int band)
{
    return has_alpha(info) && band == colours_of(info);
}

bool tw_tile_bands_fit(const struct tw_tile_set *set, const struct tw_raster_info *tile)
{
    return set->layout.archive != NULL && tile->num_bands <= 4 && set->info.num_bands <= 4 &&
           colours_of(tile) <= colours_of(&set->info) && tile->bands[0].dtype == TW_UINT8 &&
           set->info.bands[0].dtype == TW_UINT8;
}

enum tw_status tw_tile_bands_choose(const struct tw_tile_set *set, struct tw_arena *arena,
                                    struct tw_pixels_request *request, struct tw_error *err)
{
    const struct tw_raster_info *tile = request->info;
    int *bands = tw_arena_calloc(arena, request->num_bands, sizeof(*bands));
    if (bands == NULL)
        return tw_error_set(err, TW_EBUDGET, "not enough memory; raise --memory");
    for (size_t i = 0; i < request->num_bands; i++) {
        int band = request->bands[i];
        if (is_alpha(&set->info, band))
            bands[i] = has_alpha(tile) ? colours_of(tile) : 0;
        else
            bands[i] = colours_of(tile) == 1 ? 0 : band;
    }
    request->bands = bands;
    return TW_OK;
}

void tw_tile_bands_fill(const struct tw_tile_set *set, const struct tw_pixels_request *asked,
                        const struct tw_raster_info *tile, struct tw_array *bands)
{
    if (has_alpha(tile))
        return;
    for (size_t i = 0; i < asked->num_bands; i++)
        if (is_alpha(&set->info, asked->bands[i]))
            memset(bands[i].pixels, 255, (size_t)bands[i].width_px * (size_t)bands[i].height_px);
}
