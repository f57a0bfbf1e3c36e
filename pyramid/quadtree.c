/* SPDX-License-Identifier: MIT */
#include "quadtree.h"

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int tw_quadtree_order(const struct tw_pyramid *pyramid, int zoom)
{
    int64_t rows = tw_pyramid_rows(pyramid, zoom), cols = tw_pyramid_cols(pyramid, zoom);
    int64_t side = rows > cols ? rows : cols;
    int order = 0;
    while (((int64_t)1 << order) < side)
        order++;
    return order;
}

struct tw_tile tw_quadtree_root(const struct tw_pyramid *pyramid)
{
    int first = pyramid->grid->first_zoom;
    return (struct tw_tile){.zoom = first - tw_quadtree_order(pyramid, first)};
}

/* Metatiles of the first zoom along one axis, seen from `levels` above it. */
static int64_t halved(int64_t count, int levels)
{
    return ((count - 1) >> levels) + 1;
}

static bool is_node(const struct tw_pyramid *pyramid, const struct tw_tile *node)
{
    int first = pyramid->grid->first_zoom;
    if (node->zoom >= first)
        return tw_tile_is_inside(pyramid, node);
    return node->row < halved(tw_pyramid_rows(pyramid, first), first - node->zoom) &&
           node->col < halved(tw_pyramid_cols(pyramid, first), first - node->zoom);
}

bool tw_quadtree_child(const struct tw_pyramid *pyramid, const struct tw_tile *node, struct tw_curve curve,
                       int digit, struct tw_tile *child, struct tw_curve *child_curve)
{
    int row_bit = 0, col_bit = 0;
    *child_curve = curve;
    bool divides = node->zoom < pyramid->grid->first_zoom || tw_quadtree_order(pyramid, node->zoom + 1) > 0;
    if (divides)
        tw_curve_enter(child_curve, digit, &row_bit, &col_bit);
    *child = (struct tw_tile){node->zoom + 1, node->row * 2 + row_bit, node->col * 2 + col_bit};
    return (divides || digit == 0) && is_node(pyramid, child);
}

struct tw_tile_range tw_quadtree_descendants(const struct tw_pyramid *pyramid, const struct tw_tile *node,
                                             int zoom)
{
    int levels = zoom - node->zoom;
    return (struct tw_tile_range){
        .zoom = zoom,
        .first_row = node->row << levels,
        .last_row = lesser((node->row + 1) << levels, tw_pyramid_rows(pyramid, zoom)) - 1,
        .first_col = node->col << levels,
        .last_col = lesser((node->col + 1) << levels, tw_pyramid_cols(pyramid, zoom)) - 1,
    };
}

struct tw_box tw_quadtree_bounds(const struct tw_pyramid *pyramid, const struct tw_tile *node)
{
    int zoom = pyramid->grid->first_zoom;
    if (node->zoom >= zoom)
        return tw_tile_bounds(pyramid, node);
    struct tw_tile_range range = tw_quadtree_descendants(pyramid, node, zoom);
    struct tw_box first = tw_tile_bounds(pyramid, &(struct tw_tile){zoom, range.first_row, range.first_col});
    struct tw_box last = tw_tile_bounds(pyramid, &(struct tw_tile){zoom, range.last_row, range.last_col});
    return tw_box_union(&first, &last);
}
