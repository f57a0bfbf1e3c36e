/* overview.h - overviews in the making: pixels of the children, gathered while they are in memory.
 *
 * A node is an overview tile that the walk has entered. Its children report to it from their workers; whoever
 * reports last, after the walk has left it, finishes it. Depth-first order bounds how many nodes live at
 * once. Reporting is thread safe: children write to places of their own, counts are atomic.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_OVERVIEW_H
#define TW_OVERVIEW_H

#include "worker.h"

#include <stdatomic.h>

enum tw_outcome {
    TW_WRITTEN, /* made anew, with pixels */
    TW_EMPTY,   /* made anew, without any */
    TW_SKIPPED, /* done in an earlier run */
    TW_FAILED,  /* not made, or one below it was not */
    TW_DROPPED  /* the run was stopped */
};

/* The pixels of a child that are all the same. */
enum { TW_MOST_UNIFORM_BANDS = 4, TW_MOST_PIXEL_BYTES = 8 };
struct tw_node_part {
    bool is_set;
    int32_t col, row, width_px, height_px; /* in the node's pixels */
    unsigned char values[TW_MOST_UNIFORM_BANDS][TW_MOST_PIXEL_BYTES];
};

struct tw_node {
    struct tw_tile tile;
    struct tw_node *parent; /* NULL at the top */
    struct tw_window window;
    atomic_int open;     /* children that have not reported, and the walk while it is inside */
    atomic_int children; /* that have reported */
    atomic_bool changed, skipped, failed, dropped;
    atomic_flag allocating;
    _Atomic(unsigned char *) memory; /* of buffer; NULL as long as no child has had pixels */
    struct tw_node_part parts[4];    /* of uniform children: they have not gone into the buffer */
    struct tw_raster buffer; /* half resolution for local methods; the children's resolution for others */
    atomic_bool out_of_memory;
};

/* NULL when out of memory. */
struct tw_node *tw_node_new(const struct tw_plan *plan, const struct tw_tile *tile, struct tw_node *parent);
/* Accepts NULL. */
void tw_node_free(struct tw_node *node);

/* Takes what a child brings; stored (in the worker's arena) and window for TW_WRITTEN only. */
void tw_node_report(struct tw_node *node, const struct tw_worker *worker, enum tw_outcome outcome,
                    const struct tw_raster *stored, const struct tw_window *window);

/* One less to wait for: true when it was the last, and the caller has to finish the node. */
bool tw_node_close(struct tw_node *node);

/* The overview from the children's pixels, in stored form in the worker's arena. */
enum tw_status tw_node_build(struct tw_node *node, struct tw_worker *worker, struct tw_raster *stored,
                             bool *empty, struct tw_error *err);

/* Bytes of one node's buffer, for the memory budget. */
size_t tw_node_bytes(const struct tw_plan *plan);

#endif
