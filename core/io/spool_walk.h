/* spool_walk.h - the tiles that a single file is assembled from, in the order of the Hilbert curve.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SPOOL_WALK_H
#define TW_SPOOL_WALK_H

#include "single_file.h"
#include "spool.h"

/* Equal tiles that follow one another: those of an aligned square of rows and columns. */
struct tw_spool_step {
    uint64_t first, count; /* places on the curve of the zoom */
    struct tw_tile_range tiles;
    struct tw_spool_content content;
};

struct tw_spool_walk {
    const struct tw_single_file *file; /* is_spooled; everything is committed */
    enum tw_status (*visit)(void *context, const struct tw_spool_step *step, struct tw_error *err);
    void *context;
};

/* Visits the tiles of a zoom; those that do not belong to what was made are left out. TW_ECANCELLED. */
enum tw_status tw_spool_walk(const struct tw_spool_walk *walk, int zoom, struct tw_error *err);

#endif
