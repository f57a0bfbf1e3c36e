/* make.h - making one tile: is it done, make it, write it, tell what became of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_MAKE_H
#define TW_MAKE_H

#include "engine.h"

/* Of something that was stopped because it took too long: the message's `cancelled` becomes the text. */
enum tw_status tw_make_overrun(const char *text, struct tw_error *err);

/* What a worker gets of the memory that is shared out; `prepared` is left to the caller. */
struct tw_worker_spec tw_make_worker_spec(const struct tw_memory_shares *shares, double timeout_s,
                                          struct tw_post *post);

/* tw_job_prepare, or tw_job_setup (prepared is NULL), and tw_job_compute under the eyes of the watch: what
 * takes too long ends with its text. */
enum tw_status tw_make_constant(struct tw_worker *worker, size_t variant, struct tw_arena *arena,
                                const struct tw_value **prepared, struct tw_error *err);
enum tw_status tw_make_computed(struct tw_worker *worker, const struct tw_tile *tile,
                                struct tw_window *window, struct tw_raster *stored, bool *empty,
                                struct tw_error *err);

/* A tile of the interpolated zooms, when its parent is not at hand but on disk. */
enum tw_status tw_make_interpolated(struct tw_worker *worker, const struct tw_tile *tile,
                                    struct tw_window *window, struct tw_raster *stored, bool *empty,
                                    struct tw_error *err);

/* Writes what was made, and records that what is made from it is out of date; stored becomes what a reader
 * sees. stored == NULL: an empty tile. */
enum tw_status tw_make_write(struct tw_worker *worker, const struct tw_tile *tile,
                             const struct tw_window *window, struct tw_raster *stored, struct tw_error *err);

/* A tile that is made on its own: computed from the inputs, or from storage, and whatever is interpolated
 * from it. *stored and *window are set for TW_WRITTEN; they live in the worker's arena until its next reset.
 */
enum tw_outcome tw_make_tile(struct tw_engine *engine, struct tw_worker *worker, const struct tw_tile *tile,
                             struct tw_window *window, struct tw_raster *stored);

/* An overview all of whose children have reported. */
enum tw_outcome tw_make_overview(struct tw_engine *engine, struct tw_worker *worker, struct tw_node *node,
                                 struct tw_window *window, struct tw_raster *stored);

#endif
