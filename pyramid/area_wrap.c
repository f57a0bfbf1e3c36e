/* The bounds of an area that lies on both sides of the antimeridian.
 *
 * SPDX-License-Identifier: MIT
 */
#include "area.h"

enum { STRIPS = 720, STEPS = 60 };

static bool is_taken(const struct tw_area *area, const struct tw_grid *grid, double left, double right)
{
    const struct tw_box strip = {left, grid->extent.bottom, right, grid->extent.top};
    return tw_area_overlaps(area, &strip);
}

static double edge_of_strip(const struct tw_grid *grid, int strip)
{
    return grid->extent.left + (grid->extent.right - grid->extent.left) * strip / STRIPS;
}

/* The longest run of strips that nothing lies in: first..last - 1. */
static void find_gap(const struct tw_area *area, const struct tw_grid *grid, int *first, int *last)
{
    int begin = 0;
    *first = *last = 0;
    for (int i = 0; i < STRIPS; i++) {
        if (is_taken(area, grid, edge_of_strip(grid, i), edge_of_strip(grid, i + 1)))
            begin = i + 1;
        else if (i + 1 - begin > *last - *first) {
            *first = begin;
            *last = i + 1;
        }
    }
}

/* Where the gap really begins, left of from, and ends, right of to; both less than a strip away. */
static void widen_gap(const struct tw_area *area, const struct tw_grid *grid, double *from, double *to)
{
    double strip = (grid->extent.right - grid->extent.left) / STRIPS;
    double taken_left = *from - strip, taken_right = *to + strip;
    for (int i = 0; i < STEPS; i++) {
        double left = (taken_left + *from) / 2, right = (taken_right + *to) / 2;
        *(is_taken(area, grid, left, *from) ? &taken_left : from) = left;
        *(is_taken(area, grid, *to, right) ? &taken_right : to) = right;
    }
}

struct tw_box tw_area_wrapped_bounds(const struct tw_area *area, const struct tw_grid *grid)
{
    struct tw_box box = tw_area_bounds(area);
    double near = tw_grid_tolerance(grid), turn = grid->extent.right - grid->extent.left;
    if (!grid->is_global || box.left > grid->extent.left + near || box.right < grid->extent.right - near)
        return box;
    int first, last;
    find_gap(area, grid, &first, &last);
    if (last == first)
        return box;
    double from = edge_of_strip(grid, first), to = edge_of_strip(grid, last);
    widen_gap(area, grid, &from, &to);
    box.left = to;
    box.right = from + turn;
    return box;
}
