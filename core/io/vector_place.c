/* SPDX-License-Identifier: MIT */
#include "vector_place.h"

#include "footprint.h"
#include "shape.h"

#include <math.h>
#include <stdlib.h>

enum { DENSE = 21 };

static const double MARGIN = 0.02; /* by which bounds in another CRS are grown */

void tw_vector_reader_free(struct tw_reader *reader)
{
    struct tw_vector_place *vector = reader->state;
    tw_crs_pairs_free(&vector->pairs);
    free(vector);
}

bool tw_vector_move_bounds(OGRCoordinateTransformationH transformation, const struct tw_box *from,
                           struct tw_box *to)
{
    *to = *from;
    if (transformation == NULL)
        return true;
    if (!OCTTransformBounds(transformation, from->left, from->bottom, from->right, from->top, &to->left,
                            &to->bottom, &to->right, &to->top, DENSE))
        return false;
    double x = (to->right - to->left) * MARGIN, y = (to->top - to->bottom) * MARGIN;
    bool is_finite = isfinite(x) && isfinite(y);
    if (!is_finite || !(x >= 0) || !(y >= 0)) /* over the antimeridian, left is more than right */
        return false;
    *to = (struct tw_box){to->left - x, to->bottom - y, to->right + x, to->top + y};
    return true;
}

/* Where the grid ends within the layer, if it does. */
static void find_domain(struct tw_vector_place *vector, const struct tw_grid *grid)
{
    const struct tw_box *extent = &grid->extent, *footprint = &vector->footprint;
    struct tw_box inside = tw_box_intersection(footprint, extent);
    bool ends = footprint->bottom <= extent->bottom || footprint->top >= extent->top;
    if (grid->is_global) { /* all around */
        inside.left = footprint->left;
        inside.right = footprint->right;
    } else {
        ends = ends || footprint->left <= extent->left || footprint->right >= extent->right;
    }
    double inset = (inside.right - inside.left) * 1e-9; /* the very edges may come out on the other side */
    inside.left += inset;
    inside.right -= inset;
    vector->has_domain = ends && vector->pair->to_grid != NULL && inside.left < inside.right &&
                         inside.bottom < inside.top &&
                         tw_vector_move_bounds(vector->pair->to_file, &inside, &vector->domain);
}

static void locate(struct tw_vector_place *vector, const struct tw_vector_state *state,
                   const struct tw_grid *grid)
{
    vector->turn = vector->pair->to_grid != NULL ? tw_crs_turn(vector->pair->crs) : 0;
    vector->grid_turn = grid->is_global ? grid->extent.right - grid->extent.left : 0;
    struct tw_box extent = state->extent;
    for (int i = 1; state->tiles != NULL && i < state->tiles->zooms.count; i++) {
        struct tw_box bounds =
            tw_tile_range_bounds(&state->tiles->layout.pyramid, &state->tiles->zooms.ranges[i]);
        extent = tw_box_union(&extent, &bounds);
    }
    vector->is_somewhere =
        !state->is_empty && tw_footprint_of_box(&extent, vector->pair, grid, &vector->footprint);
    vector->has_domain = false;
    if (vector->is_somewhere)
        find_domain(vector, grid);
}

enum tw_status tw_vector_use_grid(struct tw_reader *reader, const struct tw_grid *grid, struct tw_error *err)
{
    const struct tw_vector_state *state = reader->source->state;
    struct tw_vector_place *vector = reader->state;
    if (vector == NULL && (vector = reader->state = calloc(1, sizeof(*vector))) == NULL)
        return tw_error_nomem(err);
    if (vector->pair != NULL && vector->pairs.grid == grid)
        return TW_OK;
    vector->pair = NULL;
    enum tw_status status = tw_crs_pairs_use(&vector->pairs, grid, err);
    if (status == TW_OK)
        status = tw_crs_pairs_find(&vector->pairs, state->crs, &vector->pair, err);
    if (status == TW_OK)
        locate(vector, state, grid);
    return status;
}

enum tw_status tw_vector_footprint(struct tw_reader *reader, const struct tw_grid *grid, bool *is_somewhere,
                                   struct tw_box *footprint, struct tw_error *err)
{
    enum tw_status status = tw_vector_use_grid(reader, grid, err);
    if (status != TW_OK)
        return status;
    const struct tw_vector_place *vector = reader->state;
    *is_somewhere = vector->is_somewhere;
    *footprint = vector->footprint;
    return TW_OK;
}

/* From the layer's CRS to the grid's, vertex by vertex. x may lie beyond one turn of either. */
struct mover {
    const struct tw_vector_place *vector;
    bool has_first;
    double first_x; /* in the grid's CRS: where a layer without turns is unwrapped to */
};

static bool move_vertex(void *context, double *x, double *y)
{
    struct mover *mover = context;
    const struct tw_vector_place *vector = mover->vector;
    double turns = vector->turn > 0 ? nearbyint(*x / vector->turn) : 0;
    *x -= turns * vector->turn;
    if (!tw_crs_move_point(vector->pair->to_grid, x, y))
        return false;
    if (vector->turn <= 0 && vector->grid_turn > 0 && mover->has_first)
        turns = -nearbyint((*x - mover->first_x) / vector->grid_turn);
    *x += turns * vector->grid_turn;
    if (!mover->has_first)
        mover->first_x = *x;
    mover->has_first = true;
    return true;
}

/* What of a shape lies where the grid is: far beyond, projections fail or fold. Takes the shape over. */
static OGRGeometryH cut_to_domain(const struct tw_vector_place *vector, OGRGeometryH shape)
{
    struct tw_box domain = vector->domain;
    if (vector->turn > 0 && vector->grid_turn > 0) { /* all around */
        domain.left = -TW_VECTOR_TURNS * vector->turn;
        domain.right = TW_VECTOR_TURNS * vector->turn;
    }
    return vector->has_domain ? tw_shape_clip(shape, &domain) : shape;
}

OGRGeometryH tw_vector_project(const struct tw_vector_place *vector, OGRGeometryH flat)
{
    struct mover mover = {.vector = vector};
    if (flat == NULL || vector->pair->to_grid == NULL)
        return flat;
    OGRGeometryH shape = cut_to_domain(vector, flat);
    if (shape == NULL || tw_shape_map(shape, move_vertex, &mover))
        return shape;
    OGR_G_DestroyGeometry(shape);
    return NULL;
}
