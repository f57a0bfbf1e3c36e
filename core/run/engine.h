/* engine.h - which metatile is next, and what becomes of it.
 *
 * The engine hands out work in depth-first order; workers carry it out and report. One mutex guards the walk;
 * it is held for microseconds per metatile. Nothing is kept per tile.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ENGINE_H
#define TW_ENGINE_H

#include "overview.h"
#include "progress_file.h"
#include "run.h"
#include "watch.h"

#include <pthread.h>

/* A stretch of zooms that is walked at once: zooms top .. leaf - 1 are overviews gathered from memory; leaf
 * .. bottom are made one by one, each by its own rule; zooms below bottom, down to deepest, are interpolated
 * right after their ancestor. */
struct tw_pass {
    int top, leaf, bottom, deepest;
};

struct tw_engine {
    struct tw_plan *plan;
    const struct tw_run_options *options;
    struct tw_memory_shares shares;
    const struct tw_value *const *prepared; /* for each variant of the plan; NULL: nothing */
    struct tw_watch *watch;                 /* owned; keeps the flag that stops the run */
    struct tw_pass passes[TW_MAX_ZOOM + 2];
    int num_passes;
    const struct tw_pass *pass;

    pthread_mutex_t mutex;
    struct tw_walk *walk;
    struct tw_node *top;       /* innermost node that the walk is inside of */
    struct tw_intervals *only; /* --retry-failed: for each zoom, the tiles to visit; NULL: all */
    struct tw_intervals
        *blocked; /* when passes follow each other: for each zoom, tiles that cannot be made */
    struct tw_failures failures;
    struct tw_error fatal; /* what ends the run: storage, memory */

    struct tw_counts counts;
    struct tw_progress_file *progress; /* owned; NULL: none is kept */
};

/* The passes of this plan's run. */
void tw_engine_plan_passes(struct tw_engine *engine);

/* With --overwrite of a part: records that what the run is going to make is done no more, so that a run that
 * is stopped can be finished without --overwrite. (An overwrite of everything forgets the whole journal.) */
enum tw_status tw_engine_outdate(struct tw_engine *engine, struct tw_error *err);

/* Starts a pass. TW_ENOMEM. */
enum tw_status tw_engine_begin_pass(struct tw_engine *engine, const struct tw_pass *pass,
                                    struct tw_error *err);
void tw_engine_end_pass(struct tw_engine *engine);

/* One worker's share of a pass: takes work until there is none, or the run is stopped. */
void tw_engine_work(struct tw_engine *engine, struct tw_worker *worker);

/* Stops the run: no new tile is begun, those in work are dropped. */
void tw_engine_cancel(struct tw_engine *engine);
bool tw_engine_is_cancelled(const struct tw_engine *engine);

/* The first error that ends the run wins. */
void tw_engine_fail(struct tw_engine *engine, const struct tw_error *err);

#endif
