/* SPDX-License-Identifier: MIT */
#include "window.h"

#include <math.h>

/* The far edge is the grid's own number, whatever the rounding of the pixel size. */
double tw_window_x(const struct tw_window *window, double col_px)
{
    const struct tw_grid *grid = window->grid;
    if (col_px == (double)tw_grid_width_px(grid, window->zoom, window->tile_size_px))
        return grid->extent.right;
    return grid->extent.left + col_px * tw_grid_pixel_width(grid, window->zoom, window->tile_size_px);
}

double tw_window_y(const struct tw_window *window, double row_px)
{
    const struct tw_grid *grid = window->grid;
    if (row_px == (double)tw_grid_height_px(grid, window->zoom, window->tile_size_px))
        return grid->extent.bottom;
    return grid->extent.top - row_px * tw_grid_pixel_height(grid, window->zoom, window->tile_size_px);
}

struct tw_box tw_window_bounds(const struct tw_window *window)
{
    return (struct tw_box){
        .left = tw_window_x(window, (double)window->col_px),
        .bottom = tw_window_y(window, (double)(window->row_px + window->height_px)),
        .right = tw_window_x(window, (double)(window->col_px + window->width_px)),
        .top = tw_window_y(window, (double)window->row_px),
    };
}

void tw_window_geotransform(const struct tw_window *window, double geotransform[6])
{
    geotransform[0] = tw_window_x(window, (double)window->col_px);
    geotransform[1] = tw_grid_pixel_width(window->grid, window->zoom, window->tile_size_px);
    geotransform[2] = 0;
    geotransform[3] = tw_window_y(window, (double)window->row_px);
    geotransform[4] = 0;
    geotransform[5] = -tw_grid_pixel_height(window->grid, window->zoom, window->tile_size_px);
}

/* Pixels first..end of a row or column that a stretch of it covers, as TW_CUT_AT_CENTRES or slack_px say. */
static void cover(double *first, double *end, int slack_px)
{
    *first = slack_px == TW_CUT_AT_CENTRES ? ceil(*first - 0.5) : floor(*first) - slack_px;
    *end = slack_px == TW_CUT_AT_CENTRES ? ceil(*end - 0.5) : ceil(*end) + slack_px;
}

bool tw_window_cut(const struct tw_window *window, const struct tw_box *box, int turns, int slack_px,
                   struct tw_window *part)
{
    const struct tw_grid *grid = window->grid;
    double pixel_width = tw_grid_pixel_width(grid, window->zoom, window->tile_size_px);
    double pixel_height = tw_grid_pixel_height(grid, window->zoom, window->tile_size_px);
    double shift = turns * (grid->extent.right - grid->extent.left) - grid->extent.left;
    double left = (box->left + shift) / pixel_width, right = (box->right + shift) / pixel_width;
    double top = (grid->extent.top - box->top) / pixel_height;
    double bottom = (grid->extent.top - box->bottom) / pixel_height;
    cover(&left, &right, slack_px);
    cover(&top, &bottom, slack_px);
    left = fmax(left, (double)window->col_px);
    top = fmax(top, (double)window->row_px);
    right = fmin(right, (double)(window->col_px + window->width_px));
    bottom = fmin(bottom, (double)(window->row_px + window->height_px));
    if (!(left < right && top < bottom))
        return false;
    *part = *window;
    part->col_px = (int64_t)left;
    part->row_px = (int64_t)top;
    part->width_px = (int32_t)(right - left);
    part->height_px = (int32_t)(bottom - top);
    return true;
}

static int64_t floor_divide(int64_t number, int64_t divisor)
{
    return number / divisor - (number % divisor < 0 ? 1 : 0);
}

int tw_window_parts(const struct tw_window *window, struct tw_window_part parts[3])
{
    parts[0] = (struct tw_window_part){*window, 0};
    if (!window->grid->is_global)
        return 1;
    int64_t turn = tw_grid_width_px(window->grid, window->zoom, window->tile_size_px);
    int64_t end = window->col_px + window->width_px;
    int count = 0;
    for (int64_t start = window->col_px; start < end && count < 3; count++) {
        int64_t turns = floor_divide(start, turn);
        int64_t stop = (turns + 1) * turn < end ? (turns + 1) * turn : end;
        parts[count] = (struct tw_window_part){*window, (int32_t)(start - window->col_px)};
        parts[count].window.col_px = start - turns * turn;
        parts[count].window.width_px = (int32_t)(stop - start);
        start = stop;
    }
    return count;
}
