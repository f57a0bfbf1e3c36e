/* SPDX-License-Identifier: MIT */
#include "functions_focal.h"

#include "host.h"
#include "rows.h"

#include <string.h>

static enum tw_ground ground_of(const struct tw_grid *grid)
{
    const struct tw_box *extent = &grid->extent;
    if (extent->left >= -360 && extent->right <= 360 && extent->bottom >= -90 && extent->top <= 90)
        return TW_GROUND_DEGREES;
    return strcmp(grid->crs, "EPSG:3857") == 0 ? TW_GROUND_MERCATOR : TW_GROUND_UNITS;
}

static void describe_tile(const struct tw_host *host, struct tw_focal_tile *tile)
{
    const struct tw_window *window = &host->job->window;
    const struct tw_pyramid *pyramid = host->job->pyramid;
    *tile = (struct tw_focal_tile){
        .pixel_width = tw_grid_pixel_width(window->grid, window->zoom, window->tile_size_px),
        .pixel_height = tw_grid_pixel_height(window->grid, window->zoom, window->tile_size_px),
        .ground = (int32_t)ground_of(window->grid),
        .pixelbuffer = pyramid != NULL ? pyramid->pixelbuffer_px : 0,
    };
}

static int32_t refuse(struct tw_host *host, const char *message)
{
    return (int32_t)tw_error_set(&host->err, TW_EUSAGE, "%s", message);
}

/* range: first row, number of rows, radius. */
static int32_t load(struct tw_host *host, const struct tw_array *array, const int32_t range[3], int32_t dtype,
                    void *room)
{
    size_t size = tw_dtype_size((enum tw_dtype)dtype), beyond = (size_t)range[2];
    size_t width = (size_t)array->width_px, padded = width + 2 * beyond;
    double missing = (double)__builtin_nan("");
    unsigned char *to = room;
    for (int32_t row = range[0] - range[2]; row < range[0] + range[1] + range[2];
         row++, to += padded * size) {
        bool is_inside = row >= 0 && row < array->height_px;
        tw_pixels_fill(to, (enum tw_dtype)dtype, is_inside ? beyond : padded, missing);
        if (!is_inside)
            continue;
        tw_row_load(array, row, (enum tw_dtype)dtype, missing, to + beyond * size);
        tw_pixels_fill(to + (beyond + width) * size, (enum tw_dtype)dtype, beyond, missing);
    }
    return tw_host_is_cancelled(host);
}

const struct tw_focal_functions tw_focal_functions = {
    .size_bytes = sizeof(struct tw_focal_functions),
    .tile = describe_tile,
    .refuse = refuse,
    .convolve = tw_kernel_convolve,
    .extreme = tw_kernel_extreme,
    .median = tw_kernel_focal_median,
    .dilate = tw_kernel_dilate,
    .sieve = tw_kernel_sieve,
    .terrain = tw_kernel_terrain,
    .distance = tw_kernel_distance,
    .blocks = tw_kernel_blocks,
    .load = load,
};
