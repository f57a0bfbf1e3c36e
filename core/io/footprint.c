/* SPDX-License-Identifier: MIT */
#include "footprint.h"

#include <math.h>

enum { FILE_SEGMENTS = 64, BOX_SEGMENTS = 8, MANY_SEGMENTS = 512, INSIDE = 4 };

/* A rectangle of pixels or coordinates, on its way to the grid. */
struct outline {
    const struct tw_georeference *georeference; /* NULL: the rectangle is in CRS coordinates */
    const struct tw_crs_pair *pair;
    struct tw_box box;
    int segments; /* of each edge */
    bool failed;  /* a point could not be projected */
    struct tw_bounds bounds;
};

static void add_point(struct outline *outline, double across, double along)
{
    double x = outline->box.left + across * (outline->box.right - outline->box.left);
    double y = outline->box.bottom + along * (outline->box.top - outline->box.bottom);
    bool ok = outline->georeference == NULL || tw_georeference_to_crs(outline->georeference, &x, &y);
    if (ok && tw_crs_move_point(outline->pair->to_grid, &x, &y))
        tw_bounds_add(&outline->bounds, x, y);
    else
        outline->failed = true;
}

/* The middle comes first: it is what the other points are unwrapped to. */
static void add_inside(struct outline *outline)
{
    add_point(outline, 0.5, 0.5);
    for (int i = 0; i <= INSIDE * INSIDE; i++)
        add_point(outline, (double)(i % INSIDE) / INSIDE, (double)(i / INSIDE) / INSIDE);
}

static void add_edges(struct outline *outline, int step)
{
    for (int i = 0; i <= outline->segments; i += step) {
        double t = (double)i / outline->segments;
        add_point(outline, t, 0);
        add_point(outline, t, 1);
        add_point(outline, 0, t);
        add_point(outline, 1, t);
    }
}

/* An edge that bulges between two points reaches beyond both. What the bounds gained by halving the steps is
 * more than what they would gain by halving them for ever. */
static struct tw_box with_bulge(const struct tw_box *coarse, const struct tw_box *fine)
{
    return (struct tw_box){
        fine->left - (coarse->left - fine->left), fine->bottom - (coarse->bottom - fine->bottom),
        fine->right + (fine->right - coarse->right), fine->top + (fine->top - coarse->top)};
}

/* Around a pole, x goes all the way round. The pole itself is the top or bottom edge of a global grid: when
 * points all along that edge lie in the box (back in the box's CRS), the footprint holds it. */
static bool holds_edge(const struct outline *outline, const struct tw_grid *grid, double y_edge)
{
    for (int i = 0; i < 8; i++) {
        double x = grid->extent.left + (grid->extent.right - grid->extent.left) * (i + 0.5) / 8;
        double y = y_edge;
        if (!tw_crs_move_point(outline->pair->to_file, &x, &y))
            return false;
        if (outline->georeference != NULL && !tw_georeference_to_px(outline->georeference, &x, &y))
            return false;
        if (x < outline->box.left || x > outline->box.right || y < outline->box.bottom ||
            y > outline->box.top)
            return false;
    }
    return true;
}

static void include_poles(const struct outline *outline, const struct tw_grid *grid, struct tw_box *box)
{
    bool north = holds_edge(outline, grid, grid->extent.top);
    bool south = holds_edge(outline, grid, grid->extent.bottom);
    if (!north && !south)
        return;
    box->left = grid->extent.left;
    box->right = grid->extent.right;
    box->top = north ? grid->extent.top : box->top;
    box->bottom = south ? grid->extent.bottom : box->bottom;
}

static bool measure(struct outline *outline, const struct tw_grid *grid, struct tw_box *box)
{
    bool is_straight =
        outline->pair->to_grid == NULL && (outline->georeference == NULL || outline->georeference->is_affine);
    if (outline->pair->to_grid != NULL && grid->is_global)
        outline->bounds.turn = grid->extent.right - grid->extent.left;
    add_inside(outline);
    add_edges(outline, 2);
    if (outline->failed) { /* near a pole of the projection: come close to where it ends */
        outline->segments = MANY_SEGMENTS;
        add_edges(outline, 2);
    }
    struct tw_box coarse = outline->bounds.box;
    if (!outline->bounds.any)
        return false;
    if (!is_straight)
        add_edges(outline, 1);
    *box = with_bulge(&coarse, &outline->bounds.box);
    if (outline->pair->to_grid != NULL && grid->is_global)
        include_poles(outline, grid, box);
    return true;
}

bool tw_footprint(const struct tw_georeference *georeference, const int32_t size_px[2],
                  const struct tw_crs_pair *pair, const struct tw_grid *grid, struct tw_box *box)
{
    struct outline outline = {.georeference = georeference, .pair = pair, .segments = FILE_SEGMENTS};
    outline.box = (struct tw_box){0, 0, size_px[0], size_px[1]};
    return measure(&outline, grid, box);
}

bool tw_footprint_of_box(const struct tw_box *box, const struct tw_crs_pair *pair, const struct tw_grid *grid,
                         struct tw_box *result)
{
    struct outline outline = {.pair = pair, .box = *box, .segments = BOX_SEGMENTS};
    return measure(&outline, grid, result);
}
