/* run.h - executing a plan: every metatile of the area on every core, resumable, repeatable byte for byte.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RUN_H
#define TW_RUN_H

#include "failures.h"
#include "plan.h"

enum tw_progress_mode { TW_PROGRESS_AUTO, TW_PROGRESS_LINES, TW_PROGRESS_JSON, TW_PROGRESS_QUIET };

/* Metatiles whose tiles are lost or broken. */
struct tw_repair {
    struct tw_tile *tiles; /* of the process, of the configuration's zooms */
    size_t count;
};

struct tw_run_options {
    int workers;         /* 0: one for each processor */
    size_t memory_bytes; /* 0: three quarters of what the machine or its cgroup has */
    bool overwrite;
    bool retry_failed;
    bool update;                    /* what changed inputs touch is made anew */
    bool no_record;                 /* of the inputs beside the output: there will be no update */
    const struct tw_repair *repair; /* these, and what is made from them, are made anew, and nothing else */
    bool fail_fast;
    double tile_timeout_s; /* 0: a tile may take as long as it likes */
    enum tw_progress_mode progress;
};

struct tw_run_result {
    uint64_t made;    /* metatiles computed, overviews included */
    uint64_t empty;   /* of them without a valid pixel */
    uint64_t skipped; /* done in an earlier run */
    uint64_t failed;
    uint64_t blocked; /* overviews not made because a tile below them failed */
    uint64_t files, bytes;
    bool is_begun; /* the output was taken: it is this run's to write into */
    double seconds;
    int hanging;                 /* workers that could not be stopped: the caller has to end the process with
                                    _exit, and must not free the plan */
    int signal;                  /* SIGINT or SIGTERM when the run was interrupted; 0 otherwise */
    struct tw_failures failures; /* free with tw_failures_free */
};

/* Runs the plan. TW_OK also when tiles failed (see result); TW_ECANCELLED when interrupted; TW_EUSAGE
 * (locked, fingerprint, a tile that cannot fit in memory), TW_ESTORAGE, TW_ENOMEM with err set. Blocks SIGINT
 * and SIGTERM while it runs and handles them itself. */
enum tw_status tw_run(struct tw_plan *plan, const struct tw_run_options *options,
                      struct tw_run_result *result, struct tw_error *err);

/* How the memory budget is shared. */
struct tw_memory_shares {
    int workers;
    size_t total_bytes;
    size_t cache_bytes;    /* GDAL's block cache */
    size_t overview_bytes; /* overviews in the making */
    size_t worker_bytes;   /* each worker's tile memory */
    size_t script_bytes;   /* each worker's tables and texts of the script */
    size_t tile_bytes;     /* the least that a metatile takes */
};

/* As many as are asked for, or one for each processor. */
int tw_run_workers(const struct tw_run_options *options);

/* Shares the budget out. TW_EUSAGE when a metatile cannot fit, with the advice which setting to change. */
enum tw_status tw_memory_share(const struct tw_plan *plan, const struct tw_run_options *options,
                               struct tw_memory_shares *shares, struct tw_error *err);

/* Where a run lists what failed: `out/failed.json`, or `out.tif.failed.json` beside a single file; NULL for
 * an output that keeps nothing. In the plan's arena. */
char *tw_plan_failures_path(const struct tw_plan *plan);

/* What a run would do, for --dry-run: metatiles and pixels of a zoom. */
uint64_t tw_plan_count(const struct tw_plan *plan, int zoom);

#endif
