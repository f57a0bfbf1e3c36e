/* preview.h - single tiles of a plan, made on demand.
 *
 * The same jobs as in a run make them. Overviews are made of the metatiles below them, as a run does, where
 * that takes few; further up the script runs at the overview's own zoom, which shows nearly the same at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PREVIEW_H
#define TW_PREVIEW_H

#include "preview_output.h"
#include "run.h"
#include "worker.h"

/* What the workers of a preview share. */
struct tw_preview {
    struct tw_plan *plan; /* borrowed */
    struct tw_watch *watch;
    struct tw_memory_shares shares;
    const struct tw_value **prepared;
    double timeout_s;
    bool reads_only;                  /* nothing is computed */
    bool is_lost;                     /* prepare never ends: nothing of plan and preview may be freed */
    struct tw_preview_output *output; /* borrowed; NULL: nothing is read from the output or written into it */
};

struct tw_preview_spec {
    const struct tw_run_options *run;
    bool reads_only;            /* only what the output holds is shown: the script does nothing */
    const volatile int *cancel; /* other than 0: the script's `prepare` is to stop; NULL: never */
};

/* Runs the script's `prepare`; one that takes too long is an error (TW_ESCRIPT). On success *preview is owned
 * by the caller; no worker may be left when it is freed. A failure leaves NULL, or what is lost. */
enum tw_status tw_preview_new(struct tw_plan *plan, const struct tw_preview_spec *spec,
                              struct tw_preview **preview, struct tw_error *err);
void tw_preview_free(struct tw_preview *preview);

/* Makes a worker in the thread that will use it, and runs `setup`. */
enum tw_status tw_preview_worker(struct tw_preview *preview, int index, struct tw_worker **worker,
                                 struct tw_error *err);

/* How a zoom is shown: exactly as a run makes it, or by the script at its own zoom. */
bool tw_preview_is_exact(const struct tw_plan *plan, int zoom);

/* Makes a metatile of the process. *stored and *window live in the worker's arena until it is reset; features
 * are in worker->features. TW_ECANCELLED when everything is to stop. */
enum tw_status tw_preview_make(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                               struct tw_raster *stored, bool *empty, struct tw_error *err);

#endif
