/* quadtree.h - the tree of metatiles under one root, in the order of the Hilbert curve; inside this layer
 * only.
 *
 * Where the first zoom is wider than one metatile, the tree goes on above it: levels that the grid does not
 * have (of negative zoom, mostly), each half as
 * wide as the one below it, until one node holds everything. At low zooms of large metatiles a level may be
 * one node wide and have one child. A node is a struct tw_tile of any of these zooms.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_QUADTREE_H
#define TW_QUADTREE_H

#include "tile.h"

/* How the curve lies in a node: its axes swapped, and both of them reversed. */
struct tw_curve {
    bool swapped, reversed;
};

/* The log2 of the side of the square that holds the matrix of a zoom of the grid. */
int tw_quadtree_order(const struct tw_pyramid *pyramid, int zoom);

struct tw_tile tw_quadtree_root(const struct tw_pyramid *pyramid);

/* The digit-th child (0..3) along the curve and how the curve lies in it. false when it is not in the matrix.
 */
bool tw_quadtree_child(const struct tw_pyramid *pyramid, const struct tw_tile *node, struct tw_curve curve,
                       int digit, struct tw_tile *child, struct tw_curve *child_curve);

struct tw_box tw_quadtree_bounds(const struct tw_pyramid *pyramid, const struct tw_tile *node);

/* The metatiles of a zoom (at or below the node's, in the grid) under a node. */
struct tw_tile_range tw_quadtree_descendants(const struct tw_pyramid *pyramid, const struct tw_tile *node,
                                             int zoom);

/* One step down the curve: the half that a digit lies in, and back. Bits are 0 or 1; the curve becomes that
 * of the quarter. */
void tw_curve_enter(struct tw_curve *curve, int digit, int *row_bit, int *col_bit);
int tw_curve_digit(struct tw_curve *curve, int row_bit, int col_bit);

#endif
