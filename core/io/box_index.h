/* box_index.h - which of many boxes share area with a window: a packed R-tree (Leutenegger et al. 1997, STR).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BOX_INDEX_H
#define TW_BOX_INDEX_H

#include "geometry.h"

#include <stddef.h>

struct tw_box_index;

/* Copies the boxes. NULL when out of memory. */
struct tw_box_index *tw_box_index_new(const struct tw_box *boxes, size_t count);
/* Accepts NULL. */
void tw_box_index_free(struct tw_box_index *index);

/* Calls `found` with the number of each box that shares area with box, in no particular order. */
void tw_box_index_find(const struct tw_box_index *index, const struct tw_box *box,
                       void (*found)(void *context, size_t number), void *context);

#endif
