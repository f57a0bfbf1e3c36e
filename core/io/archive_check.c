/* SPDX-License-Identifier: MIT */
#include "archive_check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum tw_status tw_archive_fault(const struct tw_archive_report *report, struct tw_error *err,
                                const char *format, ...)
{
    char reason[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    return report->fault(report->context, NULL, reason, err);
}

static double to_mercator_y(double latitude, double half)
{
    const double pi = 3.14159265358979323846;
    double y = log(tan(pi / 4 + fmax(fmin(latitude, 89.9), -89.9) * pi / 360)) / pi * half;
    return fmax(fmin(y, half), -half);
}

struct tw_tile_range tw_archive_range(const double bounds[4], int zoom)
{
    const struct tw_pyramid pyramid = {tw_grid_named("mercator"), 256, 1, 0};
    const double half = pyramid.grid->extent.right;
    const struct tw_box box = {bounds[0] / 180 * half, to_mercator_y(bounds[1], half), bounds[2] / 180 * half,
                               to_mercator_y(bounds[3], half)};
    return tw_tile_range_of_box(&pyramid, zoom, &box);
}

static enum tw_status check_zooms(const struct tw_archive_facts *facts, const struct tw_tile_zooms *zooms,
                                  const char *where, const struct tw_archive_report *report,
                                  struct tw_error *err)
{
    int deepest = zooms->ranges[0].zoom, first = zooms->ranges[zooms->count - 1].zoom;
    if (!facts->has_zooms || (facts->min_zoom == first && facts->max_zoom == deepest))
        return TW_OK;
    return tw_archive_fault(report, err, "%s says zooms %d to %d, and there are tiles of %d to %d", where,
                            facts->min_zoom, facts->max_zoom, first, deepest);
}

/* Numbers of degrees are rounded: the bounds may end a little before a tile does that shows nothing there. */
static enum tw_status check_bounds(const struct tw_archive_facts *facts, const struct tw_tile_zooms *zooms,
                                   const char *where, const struct tw_archive_report *report,
                                   struct tw_error *err)
{
    const double *b = facts->bounds, near = 2e-7;
    const double wider[4] = {b[0] - near, b[1] - near, b[2] + near, b[3] + near};
    const struct tw_tile_range *tiles = &zooms->ranges[0];
    const struct tw_tile_range said = tw_archive_range(wider, tiles->zoom);
    if (said.first_row <= tiles->first_row && said.last_row >= tiles->last_row &&
        said.first_col <= tiles->first_col && said.last_col >= tiles->last_col)
        return TW_OK;
    return tw_archive_fault(
        report, err,
        "the bounds that %s says (%.7g %.7g %.7g %.7g) leave out tiles of zoom %d, which lie in rows %lld "
        "to %lld and columns %lld to %lld",
        where, b[0], b[1], b[2], b[3], tiles->zoom, (long long)tiles->first_row, (long long)tiles->last_row,
        (long long)tiles->first_col, (long long)tiles->last_col);
}

enum tw_status tw_archive_check_places(const struct tw_archive_facts *facts,
                                       const struct tw_tile_zooms *zooms, const char *where,
                                       const struct tw_archive_report *report, struct tw_error *err)
{
    if (zooms->count == 0)
        return tw_archive_fault(report, err, "it holds no tiles");
    enum tw_status status = check_zooms(facts, zooms, where, report, err);
    return status == TW_OK && facts->has_bounds ? check_bounds(facts, zooms, where, report, err) : status;
}
