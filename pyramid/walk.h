/* walk.h - the quadtree, depth first, one node at a time.
 *
 * A walk visits the metatiles of a range of zooms that share area with the area of any zoom in their subtree,
 * in the order of the Hilbert curve, children after their parent (enter) and before its end (leave). It holds
 * one small frame per level whatever the size of the area: a plan for ten billion tiles takes no more memory
 * than one for ten. One thread at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_WALK_H
#define TW_WALK_H

#include "area.h"

struct tw_walk;

enum tw_walk_event { TW_WALK_ENTER, TW_WALK_LEAVE, TW_WALK_END };

/* areas[0..max_zoom - min_zoom]: the area of each zoom, borrowed, they must outlive the walk; entries may be
 * the same pointer, or NULL for nothing at that zoom. Returns NULL when out of memory. */
struct tw_walk *tw_walk_new(const struct tw_pyramid *pyramid, int min_zoom, int max_zoom,
                            const struct tw_area *const *areas);
/* Accepts NULL. */
void tw_walk_free(struct tw_walk *walk);

/* The next event. *tile is set; *covered tells whether the tile shares area with the area of its own zoom (a
 * tile that is entered only for its descendants does not). Levels above min_zoom are passed through silently.
 * LEAVE comes for each ENTER. After TW_WALK_END it stays at TW_WALK_END. */
enum tw_walk_event tw_walk_next(struct tw_walk *walk, struct tw_tile *tile, bool *covered);

/* Leaves out everything below the tile that was just entered: the next event is its LEAVE. */
void tw_walk_skip_children(struct tw_walk *walk);

#endif
