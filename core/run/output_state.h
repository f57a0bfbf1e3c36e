/* output_state.h - what there is of an output: tiles of each zoom, what is missing, who is at work on it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_OUTPUT_STATE_H
#define TW_OUTPUT_STATE_H

#include "lock.h"
#include "plan.h"
#include "tile_output.h"

struct tw_zoom_state {
    uint64_t tiles, bytes;      /* with sidecars */
    uint64_t missing;           /* tiles that the journal says were written, and that are not there */
    uint64_t to_make;           /* metatiles that a run would make; of a plan's zooms only */
    struct tw_tile_range range; /* that the tiles lie in */
};

struct tw_output_state {
    struct tw_zoom_state zooms[TW_MAX_ZOOM + 1];
    uint64_t tiles, bytes, missing, to_make;
    int min_zoom, max_zoom; /* with tiles, there or missing; min_zoom > max_zoom: none */
    bool has_journal;       /* missing tiles are known */
    bool is_written;        /* a run is at work on it now */
    struct tw_lock_holder holder;
    uint64_t num_failed; /* metatiles of the last run */
};

/* Lists the folder once. plan: of the configuration that makes it, which says what is still to make; may be
 * NULL. TW_ESTORAGE when a folder or the journal cannot be read. */
enum tw_status tw_output_state_read(const struct tw_tile_output *output, const struct tw_plan *plan,
                                    struct tw_output_state *state, struct tw_error *err);

/* Where the tiles of the deepest zoom lie, in the grid's CRS; false when there are none. */
bool tw_output_state_bounds(const struct tw_output_state *state, const struct tw_tile_output *output,
                            struct tw_box *bounds);

#endif
