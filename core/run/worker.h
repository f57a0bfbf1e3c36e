/* worker.h - what one thread needs to make tiles: its memory, its open files, its Lua state.
 *
 * Nothing in here is shared: GDAL's handles and Lua's states never cross threads. The tile job is the one way
 * to make a tile; the batch run and the preview both use it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_WORKER_H
#define TW_WORKER_H

#include "lonlat.h"
#include "plan.h"
#include "watch.h"

struct tw_worker {
    const struct tw_plan *plan;
    struct tw_arena *arena; /* of the tile in work; reset by whoever takes the next one */
    struct tw_dataset_pool *pool;
    struct tw_reader **readers; /* one for each source of the plan */
    struct tw_script *script;
    struct tw_writer *writer;
    struct tw_lonlat *lonlat;               /* NULL until it is asked for */
    const struct tw_value *const *prepared; /* for each variant of the plan; NULL: nothing */
    struct tw_features features; /* what the tile in work holds in stored form, when the output is a vector */
    struct tw_post *post;        /* NULL: nobody watches */
    const volatile int *cancel;  /* of the post; NULL: never */
};

struct tw_worker_spec {
    size_t budget_bytes; /* of the arena */
    int max_open;        /* datasets */
    struct tw_script_limits script;
    struct tw_post *post;                   /* borrowed; may be NULL */
    const struct tw_value *const *prepared; /* for each variant of the plan, borrowed; NULL: nothing */
};

/* Makes a worker in the thread that will use it. On success *worker is owned by the caller. */
enum tw_status tw_worker_new(const struct tw_plan *plan, const struct tw_worker_spec *spec,
                             struct tw_worker **worker, struct tw_error *err);
/* Accepts NULL. In the thread that used it. */
void tw_worker_free(struct tw_worker *worker);

/* Computes a metatile from the inputs: runs the script, and brings the result into stored form. *window is
 * what stored covers: the metatile grown by the output's pixelbuffer. *empty is true, and stored not set,
 * when no pixel is valid. Features are left in worker->features, and stored has no bands then. Errors carry
 * the tile. */
enum tw_status tw_job_compute(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                              struct tw_raster *stored, bool *empty, struct tw_error *err);

/* Runs the script's `prepare` for a variant of the plan. *prepared is in the arena given, or NULL. */
enum tw_status tw_job_prepare(struct tw_worker *worker, size_t variant, struct tw_arena *arena,
                              const struct tw_value **prepared, struct tw_error *err);

/* Runs the script's `setup` for a variant, before the first tile. */
enum tw_status tw_job_setup(struct tw_worker *worker, size_t variant, struct tw_error *err);

/* Makes an overview from what is stored of the zoom below. */
enum tw_status tw_job_overview(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                               struct tw_raster *stored, bool *empty, struct tw_error *err);

/* Interpolates a tile from its parent's pixels; parent covers the whole of parent_window. */
enum tw_status tw_job_interpolate(struct tw_worker *worker, const struct tw_tile *tile,
                                  const struct tw_raster *parent, const struct tw_window *parent_window,
                                  struct tw_raster *stored, struct tw_error *err);

#endif
