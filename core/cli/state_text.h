/* state_text.h - what there is of an output, in words or as JSON: for `info`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STATE_TEXT_H
#define TW_STATE_TEXT_H

#include "output_state.h"
#include "source_text.h"

/* Lines on standard output: who made the tiles, what they are, how they lie. */
void tw_state_print_output(const struct tw_tile_output *output, struct tw_arena *arena);

/* A table with a line for each zoom. plan: its zooms and what is to make of them; or NULL. has_tiles: there
 * is a folder of tiles. */
void tw_state_print_zooms(const struct tw_output_state *state, const struct tw_plan *plan, bool has_tiles);

/* Who is at work on it, what failed, what is missing. */
void tw_state_print_run(const struct tw_output_state *state);

/* `bounds     10 46 13 48` */
void tw_state_print_bounds(const struct tw_box *bounds);

/* New: all of it. */
json_t *tw_state_json(const struct tw_tile_output *output, const struct tw_output_state *state,
                      struct tw_arena *arena);

#endif
