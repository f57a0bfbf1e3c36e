/* SPDX-License-Identifier: MIT */
#include "fit.h"

#include <math.h>

static const double ALIGNMENT_PX = 1e-3;

/* The grid's pixel position of a place of the file. */
static bool grid_position(const struct tw_fit_input *input, const struct tw_window *window, double *x,
                          double *y)
{
    const struct tw_mapping mapping = {input->georeference, input->to_file, input->to_grid, 0, 1, 1};
    return tw_mapping_back(&mapping, window, x, y);
}

/* Pixels of the file per pixel of the grid at a place of the file, along the file's x and y. */
static bool measure_at(const struct tw_fit_input *input, const struct tw_window *window, double x, double y,
                       double ratio[2])
{
    const struct tw_mapping mapping = {input->georeference, input->to_file, input->to_grid, 0, 1, 1};
    if (!grid_position(input, window, &x, &y))
        return false;
    double from_x[2] = {x - 0.5, x}, from_y[2] = {y, y - 0.5};
    double to_x[2] = {x + 0.5, x}, to_y[2] = {y, y + 0.5};
    for (int i = 0; i < 2; i++)
        if (!tw_mapping_position(&mapping, window, &from_x[i], &from_y[i]) ||
            !tw_mapping_position(&mapping, window, &to_x[i], &to_y[i]))
            return false;
    ratio[0] = hypot(to_x[0] - from_x[0], to_x[1] - from_x[1]);
    ratio[1] = hypot(to_y[0] - from_y[0], to_y[1] - from_y[1]);
    return isnormal(ratio[0]) && isnormal(ratio[1]);
}

/* At the centre, or the first of some other places that can be projected. */
static void measure(const struct tw_fit_input *input, const struct tw_window *window, double ratio[2])
{
    static const double places[][2] = {{0.5, 0.5},   {0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75},
                                       {0.05, 0.05}, {0.95, 0.05}, {0.05, 0.95}, {0.95, 0.95}};
    const struct tw_box *box = &input->measured_px;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (measure_at(input, window, box->left + places[i][0] * (box->right - box->left),
                       box->bottom + places[i][1] * (box->top - box->bottom), ratio))
            return;
    ratio[0] = ratio[1] = 1;
}

/* The coarsest level that is at least as fine as the grid. */
static void choose_level(const struct tw_raster_info *info, const double ratio[2], struct tw_fit *fit)
{
    double best = 1;
    for (int i = 0; i < info->num_levels; i++) {
        double shrink_x = (double)info->width_px / info->levels_px[i][0];
        double shrink_y = (double)info->height_px / info->levels_px[i][1];
        if (shrink_x <= ratio[0] * 1.01 && shrink_y <= ratio[1] * 1.01 && shrink_x > best) {
            best = shrink_x;
            fit->level = i;
            fit->level_x = 1 / shrink_x;
            fit->level_y = 1 / shrink_y;
        }
    }
}

/* A whole factor is meant when it is nearly one, as in GDAL's kernels. */
static double kernel_scale(double ratio)
{
    double whole = floor(ratio + 0.5);
    return ratio > 1 && fabs(ratio - whole) < 0.05 ? 1 / whole : 1 / ratio;
}

static bool is_whole(double value, int64_t *whole)
{
    *whole = llround(value);
    return fabs(value - (double)*whole) < ALIGNMENT_PX;
}

static bool find_alignment(const struct tw_fit_input *input, const struct tw_window *window,
                           struct tw_fit *fit)
{
    const struct tw_georeference *georeference = input->georeference;
    if (input->to_grid != NULL || !georeference->is_affine || georeference->to_crs[2] != 0 ||
        georeference->to_crs[4] != 0)
        return false;
    double left = 0, top = 0, right = input->info->width_px, bottom = input->info->height_px;
    if (!grid_position(input, window, &left, &top) || !grid_position(input, window, &right, &bottom))
        return false;
    int64_t last_col, last_row;
    if (!is_whole(left, &fit->first_col_px) || !is_whole(top, &fit->first_row_px) ||
        !is_whole(right, &last_col) || !is_whole(bottom, &last_row))
        return false;
    int32_t width = fit->level < 0 ? input->info->width_px : input->info->levels_px[fit->level][0];
    int32_t height = fit->level < 0 ? input->info->height_px : input->info->levels_px[fit->level][1];
    return last_col - fit->first_col_px == width && last_row - fit->first_row_px == height;
}

struct tw_fit tw_fit_make(const struct tw_fit_input *input, const struct tw_window *window)
{
    struct tw_fit fit = {.level = -1, .level_x = 1, .level_y = 1};
    double ratio[2];
    measure(input, window, ratio);
    if (input->use_overviews)
        choose_level(input->info, ratio, &fit);
    fit.scale_x = kernel_scale(ratio[0] * fit.level_x);
    fit.scale_y = kernel_scale(ratio[1] * fit.level_y);
    fit.is_aligned = find_alignment(input, window, &fit);
    return fit;
}
