/* SPDX-License-Identifier: MIT */
#include "area.h"

#include "quadtree.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_BOXES = 4 };

/* Either boxes that share no area and have gaps between them (two where bounds wrap around the antimeridian,
 * up to four where such areas meet), or a geometry. Neither: nothing. */
struct tw_area {
    const struct tw_grid *grid;
    double tolerance;
    struct tw_geometry *geometry; /* NULL: boxes */
    int num_boxes;
    struct tw_box boxes[MOST_BOXES];
};

static struct tw_area *area_new(const struct tw_grid *grid)
{
    struct tw_area *area = calloc(1, sizeof(*area));
    if (area == NULL)
        return NULL;
    area->grid = grid;
    area->tolerance = tw_grid_tolerance(grid);
    return area;
}

void tw_area_free(struct tw_area *area)
{
    if (area == NULL)
        return;
    tw_geometry_free(area->geometry);
    free(area);
}

static struct tw_box grown(const struct tw_box *box, double by)
{
    return (struct tw_box){box->left - by, box->bottom - by, box->right + by, box->top + by};
}

/* Whether the boxes share more than rounding noise. */
static bool overlaps(const struct tw_area *area, const struct tw_box *a, const struct tw_box *b)
{
    struct tw_box inner = grown(a, -area->tolerance);
    return inner.left < inner.right && inner.bottom < inner.top && tw_box_overlaps(&inner, b);
}

/* Adds the part of a box that lies inside the grid. */
static void add_box(struct tw_area *area, const struct tw_box *box)
{
    if (overlaps(area, box, &area->grid->extent) && area->num_boxes < MOST_BOXES)
        area->boxes[area->num_boxes++] = tw_box_intersection(box, &area->grid->extent);
}

struct tw_area *tw_area_of_grid(const struct tw_grid *grid)
{
    struct tw_area *area = area_new(grid);
    if (area != NULL)
        add_box(area, &grid->extent);
    return area;
}

static double grid_width(const struct tw_grid *grid)
{
    return grid->extent.right - grid->extent.left;
}

/* Adds a box and what of it comes back in from the other side, at most one turn away. */
static void add_wrapped(struct tw_area *area, const struct tw_box *box)
{
    const struct tw_box *extent = &area->grid->extent;
    double turn = grid_width(area->grid);
    if (area->grid->is_global && box->right - box->left >= turn - area->tolerance &&
        box->left <= extent->right && box->right >= extent->left) {
        add_box(area, &(struct tw_box){extent->left, box->bottom, extent->right, box->top});
        return;
    }
    add_box(area, box);
    if (!area->grid->is_global)
        return;
    add_box(area, &(struct tw_box){box->left - turn, box->bottom, box->right - turn, box->top});
    add_box(area, &(struct tw_box){box->left + turn, box->bottom, box->right + turn, box->top});
}

static enum tw_status check_order(const struct tw_box *box, struct tw_error *err)
{
    const char *wrong = NULL;
    if (!(box->left < box->right))
        wrong = "left must be less than right";
    else if (!(box->bottom < box->top))
        wrong = "bottom must be less than top";
    if (wrong == NULL)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "bounds [%.15g, %.15g, %.15g, %.15g]: %s", box->left, box->bottom,
                        box->right, box->top, wrong);
}

enum tw_status tw_area_from_box(const struct tw_grid *grid, const struct tw_box *box, struct tw_area **area,
                                struct tw_error *err)
{
    enum tw_status status = check_order(box, err);
    if (status != TW_OK)
        return status;
    struct tw_area *made = area_new(grid);
    if (made == NULL)
        return tw_error_nomem(err);
    add_wrapped(made, box);
    if (made->num_boxes == 0) {
        const struct tw_box *extent = &grid->extent;
        tw_area_free(made);
        return tw_error_set(err, TW_EUSAGE,
                            "bounds [%.15g, %.15g, %.15g, %.15g] lie outside the grid [%.15g, %.15g, %.15g, "
                            "%.15g]",
                            box->left, box->bottom, box->right, box->top, extent->left, extent->bottom,
                            extent->right, extent->top);
    }
    *area = made;
    return TW_OK;
}

/* Joins `more` to *sum and frees both; *sum may be NULL. */
static enum tw_status join(struct tw_geometry **sum, struct tw_geometry *more, struct tw_error *err)
{
    if (*sum == NULL) {
        *sum = more;
        return TW_OK;
    }
    struct tw_geometry *joined = NULL;
    enum tw_status status = tw_geometry_union(*sum, more, &joined, err);
    tw_geometry_free(more);
    if (status != TW_OK)
        return status;
    tw_geometry_free(*sum);
    *sum = joined;
    return TW_OK;
}

/* The part of a geometry, moved by dx, that lies in the box; *part stays NULL when there is none. */
static enum tw_status cut(const struct tw_geometry *geometry, double dx, const struct tw_box *box,
                          struct tw_geometry **part, struct tw_error *err)
{
    struct tw_geometry *frame = NULL, *moved = NULL;
    enum tw_status status = tw_geometry_from_box(box, &frame, err);
    if (status == TW_OK)
        status = tw_geometry_shift(geometry, dx, &moved, err);
    if (status == TW_OK && tw_geometry_relation(moved, box) != TW_OUTSIDE)
        status = tw_geometry_intersection(moved, frame, part, err);
    tw_geometry_free(frame);
    tw_geometry_free(moved);
    return status;
}

/* What of a geometry lies in the grid, wrapped on a global one; *result stays NULL when nothing does. */
static enum tw_status wrap(const struct tw_grid *grid, const struct tw_geometry *geometry,
                           struct tw_geometry **result, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    int turns = grid->is_global ? 1 : 0;
    for (int turn = -turns; turn <= turns && status == TW_OK; turn++) {
        struct tw_geometry *part = NULL;
        status = cut(geometry, turn * grid_width(grid), &grid->extent, &part, err);
        if (status == TW_OK && part != NULL)
            status = join(result, part, err);
    }
    return status;
}

/* Makes an area of a geometry inside the grid, and takes it over. One that fills its own bounds is a box. */
static enum tw_status area_of(const struct tw_grid *grid, struct tw_geometry *geometry, struct tw_area **area,
                              struct tw_error *err)
{
    struct tw_area *made = area_new(grid);
    if (made == NULL) {
        tw_geometry_free(geometry);
        return tw_error_nomem(err);
    }
    *area = made;
    struct tw_box bounds = tw_geometry_bounds(geometry);
    if (!tw_geometry_is_empty(geometry) && tw_geometry_relation(geometry, &bounds) != TW_INSIDE) {
        made->geometry = geometry;
        return TW_OK;
    }
    if (!tw_geometry_is_empty(geometry))
        add_box(made, &bounds);
    tw_geometry_free(geometry);
    return TW_OK;
}

enum tw_status tw_area_from_geometry(const struct tw_grid *grid, struct tw_geometry *geometry,
                                     struct tw_area **area, struct tw_error *err)
{
    struct tw_box bounds = tw_geometry_bounds(geometry);
    if (tw_geometry_is_empty(geometry)) {
        tw_geometry_free(geometry);
        return tw_error_set(err, TW_EUSAGE, "the area is empty");
    }
    if (tw_box_contains(&grid->extent, &bounds))
        return area_of(grid, geometry, area, err);
    struct tw_geometry *wrapped = NULL;
    enum tw_status status = wrap(grid, geometry, &wrapped, err);
    tw_geometry_free(geometry);
    if (status == TW_OK && (wrapped == NULL || tw_geometry_is_empty(wrapped)))
        status = tw_error_set(err, TW_EUSAGE, "the area lies outside the grid [%.15g, %.15g, %.15g, %.15g]",
                              grid->extent.left, grid->extent.bottom, grid->extent.right, grid->extent.top);
    if (status == TW_OK)
        return area_of(grid, wrapped, area, err);
    tw_geometry_free(wrapped);
    return status;
}

/* The area as a geometry of its own, owned by the caller. It must not be empty. */
static enum tw_status geometry_of(const struct tw_area *area, struct tw_geometry **geometry,
                                  struct tw_error *err)
{
    *geometry = NULL;
    if (area->geometry != NULL)
        return tw_geometry_shift(area->geometry, 0, geometry, err);
    enum tw_status status = TW_OK;
    for (int i = 0; i < area->num_boxes && status == TW_OK; i++) {
        struct tw_geometry *box = NULL;
        status = tw_geometry_from_box(&area->boxes[i], &box, err);
        if (status == TW_OK)
            status = join(geometry, box, err);
    }
    if (status != TW_OK) {
        tw_geometry_free(*geometry);
        *geometry = NULL;
    }
    return status;
}

enum tw_status tw_area_geometry(const struct tw_area *area, struct tw_geometry **geometry,
                                struct tw_error *err)
{
    struct tw_geometry *own = NULL;
    int turns = area->grid->is_global ? 1 : 0;
    *geometry = NULL;
    enum tw_status status = geometry_of(area, &own, err);
    for (int turn = -turns; status == TW_OK && turn <= turns; turn++) {
        struct tw_geometry *moved = NULL;
        status = tw_geometry_shift(own, turn * grid_width(area->grid), &moved, err);
        if (status == TW_OK)
            status = join(geometry, moved, err);
    }
    tw_geometry_free(own);
    return status;
}

static enum tw_status copy(const struct tw_area *area, struct tw_area **result, struct tw_error *err)
{
    struct tw_area *made = area_new(area->grid);
    if (made == NULL)
        return tw_error_nomem(err);
    *made = *area;
    made->geometry = NULL;
    enum tw_status status = TW_OK;
    if (area->geometry != NULL)
        status = geometry_of(area, &made->geometry, err);
    if (status == TW_OK)
        *result = made;
    else
        tw_area_free(made);
    return status;
}

typedef enum tw_status combine_function(const struct tw_geometry *, const struct tw_geometry *,
                                        struct tw_geometry **, struct tw_error *);

static enum tw_status combine(const struct tw_area *a, const struct tw_area *b, combine_function *function,
                              struct tw_area **area, struct tw_error *err)
{
    struct tw_geometry *left = NULL, *right = NULL, *combined = NULL;
    enum tw_status status = geometry_of(a, &left, err);
    if (status == TW_OK)
        status = geometry_of(b, &right, err);
    if (status == TW_OK)
        status = function(left, right, &combined, err);
    tw_geometry_free(left);
    tw_geometry_free(right);
    return status == TW_OK ? area_of(a->grid, combined, area, err) : status;
}

/* Whether each box of `inner` lies in `outer`; false when `inner` is no boxes. */
static bool covers(const struct tw_area *outer, const struct tw_area *inner)
{
    for (int i = 0; i < inner->num_boxes; i++)
        if (tw_area_relation(outer, &inner->boxes[i]) != TW_INSIDE)
            return false;
    return inner->geometry == NULL;
}

enum tw_status tw_area_union(const struct tw_area *a, const struct tw_area *b, struct tw_area **area,
                             struct tw_error *err)
{
    if (covers(a, b))
        return copy(a, area, err);
    if (covers(b, a))
        return copy(b, area, err);
    return combine(a, b, tw_geometry_union, area, err);
}

/* The common parts of two areas of boxes. Boxes wrapped at the antimeridian meet in no more than three. */
static enum tw_status intersect_boxes(const struct tw_area *a, const struct tw_area *b, struct tw_area **area,
                                      struct tw_error *err)
{
    struct tw_area *made = area_new(a->grid);
    if (made == NULL)
        return tw_error_nomem(err);
    for (int i = 0; i < a->num_boxes; i++) {
        for (int k = 0; k < b->num_boxes; k++) {
            struct tw_box common = tw_box_intersection(&a->boxes[i], &b->boxes[k]);
            add_box(made, &common);
        }
    }
    *area = made;
    return TW_OK;
}

enum tw_status tw_area_intersection(const struct tw_area *a, const struct tw_area *b, struct tw_area **area,
                                    struct tw_error *err)
{
    bool few = a->num_boxes * b->num_boxes <= MOST_BOXES;
    if (tw_area_is_empty(a) || covers(b, a))
        return copy(a, area, err);
    if (tw_area_is_empty(b) || covers(a, b))
        return copy(b, area, err);
    if (a->geometry == NULL && b->geometry == NULL && few)
        return intersect_boxes(a, b, area, err);
    return combine(a, b, tw_geometry_intersection, area, err);
}

enum tw_status tw_area_cut(struct tw_area **area, struct tw_area *other, struct tw_error *err)
{
    struct tw_area *common = NULL;
    enum tw_status status = tw_area_intersection(*area, other, &common, err);
    tw_area_free(other);
    if (status == TW_OK) {
        tw_area_free(*area);
        *area = common;
    }
    return status;
}

bool tw_area_is_empty(const struct tw_area *area)
{
    return area->geometry == NULL && area->num_boxes == 0;
}

struct tw_box tw_area_bounds(const struct tw_area *area)
{
    if (area->geometry != NULL)
        return tw_geometry_bounds(area->geometry);
    struct tw_box bounds = area->boxes[0];
    for (int i = 1; i < area->num_boxes; i++)
        bounds = tw_box_union(&bounds, &area->boxes[i]);
    return bounds;
}

static enum tw_relation relation_to_boxes(const struct tw_area *area, const struct tw_box *box)
{
    enum tw_relation relation = TW_OUTSIDE;
    for (int i = 0; i < area->num_boxes; i++) {
        struct tw_box outer = grown(&area->boxes[i], area->tolerance);
        struct tw_box inner = grown(&area->boxes[i], -area->tolerance);
        if (tw_box_contains(&outer, box))
            return TW_INSIDE;
        if (tw_box_overlaps(&inner, box))
            relation = TW_PARTLY;
    }
    return relation;
}

enum tw_relation tw_area_relation(const struct tw_area *area, const struct tw_box *box)
{
    if (area->geometry == NULL)
        return relation_to_boxes(area, box);
    struct tw_box inner = grown(box, -area->tolerance);
    return tw_geometry_relation(area->geometry, &inner);
}

bool tw_area_overlaps(const struct tw_area *area, const struct tw_box *box)
{
    if (area->geometry == NULL)
        return relation_to_boxes(area, box) != TW_OUTSIDE;
    struct tw_box inner = grown(box, -area->tolerance);
    return tw_geometry_overlaps(area->geometry, &inner);
}

static uint64_t range_size(const struct tw_tile_range *range)
{
    if (range->last_row < range->first_row || range->last_col < range->first_col)
        return 0;
    return (uint64_t)(range->last_row - range->first_row + 1) *
           (uint64_t)(range->last_col - range->first_col + 1);
}

static void intersect_ranges(struct tw_tile_range *range, const struct tw_tile_range *other)
{
    range->first_row = range->first_row > other->first_row ? range->first_row : other->first_row;
    range->first_col = range->first_col > other->first_col ? range->first_col : other->first_col;
    range->last_row = range->last_row < other->last_row ? range->last_row : other->last_row;
    range->last_col = range->last_col < other->last_col ? range->last_col : other->last_col;
}

/* The tiles of up to four boxes, each counted once though boxes may share tiles: inclusion and exclusion over
 * all their subsets. Sums may wrap around on the way, but not the result. */
static uint64_t count_of_boxes(const struct tw_area *area, const struct tw_pyramid *pyramid, int zoom)
{
    struct tw_tile_range ranges[MOST_BOXES];
    for (int i = 0; i < area->num_boxes; i++)
        ranges[i] = tw_tile_range_of_box(pyramid, zoom, &area->boxes[i]);
    uint64_t count = 0;
    for (unsigned subset = 1; subset < 1U << area->num_boxes; subset++) {
        struct tw_tile_range common = {zoom, 0, INT64_MAX, 0, INT64_MAX};
        bool odd = false;
        for (int i = 0; i < area->num_boxes; i++) {
            if ((subset >> i & 1) == 0)
                continue;
            intersect_ranges(&common, &ranges[i]);
            odd = !odd;
        }
        count += odd ? range_size(&common) : 0 - range_size(&common);
    }
    return count;
}

/* The metatiles of a zoom under a node that share area with a geometry. Recursion is as deep as the pyramid.
 */
static uint64_t count_under(const struct tw_area *area, const struct tw_pyramid *pyramid, int zoom,
                            const struct tw_tile *node)
{
    struct tw_box box = tw_quadtree_bounds(pyramid, node);
    if (node->zoom == zoom)
        return tw_area_overlaps(area, &box) ? 1 : 0;
    enum tw_relation relation = tw_area_relation(area, &box);
    if (relation == TW_OUTSIDE)
        return 0;
    if (relation == TW_INSIDE) {
        struct tw_tile_range all = tw_quadtree_descendants(pyramid, node, zoom);
        return range_size(&all);
    }
    uint64_t count = 0;
    for (int digit = 0; digit < 4; digit++) {
        struct tw_tile child;
        struct tw_curve curve = {false, false};
        if (tw_quadtree_child(pyramid, node, curve, digit, &child, &curve))
            count += count_under(area, pyramid, zoom, &child);
    }
    return count;
}

uint64_t tw_area_count(const struct tw_area *area, const struct tw_pyramid *pyramid, int zoom)
{
    if (area->geometry == NULL)
        return count_of_boxes(area, pyramid, zoom);
    struct tw_tile root = tw_quadtree_root(pyramid);
    return count_under(area, pyramid, zoom, &root);
}
