/* SPDX-License-Identifier: MIT */
#include "small_raster.h"

#include "read_fixture.h"

struct made_raster small(const char *name, int num_bands, GDALDataType type)
{
    return (struct made_raster){.path = scratch_path(name),
                                .width_px = 4,
                                .height_px = 3,
                                .num_bands = num_bands,
                                .type = type,
                                .geotransform = {-180 + PX * COL, PX, 0, 90 - PX * ROW, 0, -PX},
                                .crs = "EPSG:4326"};
}

struct tw_window window_of(int64_t col, int64_t row, int32_t width, int32_t height)
{
    return (struct tw_window){tw_grid_named("geodetic"), ZOOM, 256, col, row, width, height};
}
