/* SPDX-License-Identifier: MIT */
#include "make.h"

#include <string.h>

enum { MOST_OPEN_DATASETS = 256 }; /* of all workers */

static void out_of_memory(struct tw_engine *engine)
{
    struct tw_error err;
    tw_error_nomem(&err);
    tw_engine_fail(engine, &err);
}

/* Turns an error into an outcome: a tile that fails is remembered and the run goes on; storage, memory and a
 * configuration that gives no tile what the script needs end it. */
static enum tw_outcome failed(struct tw_engine *engine, const struct tw_tile *tile,
                              const struct tw_error *err)
{
    if (err->status == TW_ECANCELLED || tw_engine_is_cancelled(engine))
        return TW_DROPPED;
    if (err->status == TW_ESTORAGE || err->status == TW_ENOMEM || err->status == TW_EUSAGE) {
        tw_engine_fail(engine, err);
        return TW_DROPPED;
    }
    pthread_mutex_lock(&engine->mutex);
    bool kept = tw_failures_add(&engine->failures, tile, err->message);
    pthread_mutex_unlock(&engine->mutex);
    atomic_fetch_add(&engine->counts.failed, 1);
    if (!kept)
        out_of_memory(engine);
    else if (engine->options->fail_fast)
        tw_engine_cancel(engine);
    return TW_FAILED;
}

/* Later passes make the overviews: those over a tile that failed cannot be made. */
static void block_above(struct tw_engine *engine, const struct tw_tile *tile)
{
    const struct tw_pyramid *pyramid = &engine->plan->config->process_pyramid;
    struct tw_overviews_of overviews = tw_plan_overviews_of(engine->plan, tile);
    struct tw_tile overview;
    if (engine->blocked == NULL)
        return;
    bool added = true;
    pthread_mutex_lock(&engine->mutex);
    while (added && tw_overviews_next(&overviews, &overview))
        added = tw_intervals_add(&engine->blocked[overview.zoom], tw_tile_hilbert(pyramid, &overview), 0);
    pthread_mutex_unlock(&engine->mutex);
    if (!added)
        out_of_memory(engine);
}

static bool is_blocked(struct tw_engine *engine, const struct tw_tile *tile)
{
    if (engine->blocked == NULL)
        return false;
    uint64_t place = tw_tile_hilbert(&engine->plan->config->process_pyramid, tile);
    pthread_mutex_lock(&engine->mutex);
    bool found = tw_intervals_find(&engine->blocked[tile->zoom], place, NULL);
    pthread_mutex_unlock(&engine->mutex);
    return found;
}

static enum tw_outcome blocked(struct tw_engine *engine, const struct tw_tile *tile)
{
    atomic_fetch_add(&engine->counts.blocked, 1);
    block_above(engine, tile);
    return TW_FAILED;
}

static enum tw_outcome skipped(struct tw_engine *engine)
{
    atomic_fetch_add(&engine->counts.skipped, 1);
    return TW_SKIPPED;
}

/* Overviews of the tile that an earlier run has made have to be made again: in this run, or in a later one if
 * this one leaves them out or is stopped. */
static enum tw_status outdate_above(struct tw_worker *worker, const struct tw_tile *tile,
                                    struct tw_error *err)
{
    struct tw_overviews_of overviews = tw_plan_overviews_of(worker->plan, tile);
    struct tw_tile overview;
    enum tw_status status = TW_OK;
    while (status == TW_OK && tw_overviews_next(&overviews, &overview))
        status = tw_writer_outdate(worker->writer, &overview, err);
    return status;
}

/* The same for what is interpolated from the tile. */
static enum tw_status outdate_below(struct tw_worker *worker, const struct tw_tile *tile,
                                    struct tw_error *err)
{
    const struct tw_config *config = worker->plan->config;
    if (tile->zoom < config->base_max_zoom || tile->zoom >= config->max_zoom)
        return TW_OK;
    struct tw_tile children[4];
    int count = tw_tile_children(&config->process_pyramid, tile, children);
    enum tw_status status = TW_OK;
    for (int i = 0; status == TW_OK && i < count; i++)
        status = tw_writer_outdate(worker->writer, &children[i], err);
    return status;
}

static enum tw_status write_tile(struct tw_worker *worker, const struct tw_tile *tile,
                                 const struct tw_window *window, struct tw_raster *stored,
                                 struct tw_error *err)
{
    if (stored != NULL && tw_encoder_is_vector(tw_sink_encoder(worker->plan->sink)))
        return tw_writer_put_features(worker->writer, tile, &worker->features, worker->arena, err);
    return tw_writer_put(worker->writer, tile, window, stored, worker->arena, err);
}

enum tw_status tw_make_write(struct tw_worker *worker, const struct tw_tile *tile,
                             const struct tw_window *window, struct tw_raster *stored, struct tw_error *err)
{
    enum tw_status status = outdate_above(worker, tile, err);
    if (status == TW_OK)
        status = outdate_below(worker, tile, err);
    return status == TW_OK ? write_tile(worker, tile, window, stored, err) : status;
}

/* Writes what was made, and counts it; stored becomes what a reader sees. stored == NULL: an empty tile. */
static enum tw_outcome put(struct tw_engine *engine, struct tw_worker *worker, const struct tw_tile *tile,
                           const struct tw_window *window, struct tw_raster *stored)
{
    struct tw_error err = {0};
    if (tw_engine_is_cancelled(engine))
        return TW_DROPPED;
    if (tw_make_write(worker, tile, window, stored, &err) != TW_OK)
        return failed(engine, tile, &err);
    atomic_fetch_add(&engine->counts.made, 1);
    if (stored != NULL)
        return TW_WRITTEN;
    atomic_fetch_add(&engine->counts.empty, 1);
    return TW_EMPTY;
}

/* Whether an earlier run has made the tile, and nothing that it is made from has changed since. */
static bool is_done(struct tw_engine *engine, struct tw_worker *worker, const struct tw_tile *tile,
                    bool *done)
{
    struct tw_error err = {0};
    *done = false;
    if (engine->options->overwrite)
        return true;
    if (tw_writer_is_done(worker->writer, tile, done, &err) == TW_OK)
        return true;
    tw_engine_fail(engine, &err);
    return false;
}

static struct tw_window output_window(const struct tw_plan *plan, const struct tw_tile *tile)
{
    return tw_tile_window_buffered(&plan->config->process_pyramid, tile,
                                   plan->config->output_pyramid.pixelbuffer_px);
}

enum tw_status tw_make_interpolated(struct tw_worker *worker, const struct tw_tile *tile,
                                    struct tw_window *window, struct tw_raster *stored, bool *empty,
                                    struct tw_error *err)
{
    struct tw_tile parent = tw_tile_parent(tile);
    struct tw_window parent_window = output_window(worker->plan, &parent);
    struct tw_raster pixels;
    bool found = false;
    *window = output_window(worker->plan, tile);
    enum tw_status status =
        tw_writer_get(worker->writer, &parent_window, worker->arena, &pixels, &found, err);
    *empty = !found;
    if (status != TW_OK || *empty)
        return status;
    status = tw_job_interpolate(worker, tile, &pixels, &parent_window, stored, err);
    *empty = status == TW_OK && tw_raster_is_empty(stored);
    return status;
}

static enum tw_outcome descend(struct tw_engine *engine, struct tw_worker *worker, const struct tw_tile *tile,
                               enum tw_outcome above, const struct tw_raster *pixels);

static bool is_in_area(struct tw_engine *engine, const struct tw_tile *tile)
{
    struct tw_box box = tw_tile_bounds(&engine->plan->config->process_pyramid, tile);
    pthread_mutex_lock(&engine->mutex); /* areas are used by one thread at a time */
    enum tw_relation relation = tw_area_relation(tw_plan_zoom(engine->plan, tile->zoom)->run_area, &box);
    pthread_mutex_unlock(&engine->mutex);
    return relation != TW_OUTSIDE;
}

/* One tile of the interpolated zooms, after its parent, and what lies below it. */
static enum tw_outcome interpolate(struct tw_engine *engine, struct tw_worker *worker,
                                   const struct tw_tile *tile, enum tw_outcome above,
                                   const struct tw_raster *pixels)
{
    struct tw_error err = {0};
    struct tw_tile parent = tw_tile_parent(tile);
    struct tw_window window = output_window(engine->plan, tile),
                     parent_window = output_window(engine->plan, &parent);
    struct tw_raster stored;
    bool done = false, empty = above == TW_EMPTY;
    enum tw_status status = TW_OK;
    if (above == TW_SKIPPED && !is_done(engine, worker, tile, &done))
        return TW_DROPPED;
    if (done) {
        skipped(engine);
        return descend(engine, worker, tile, TW_SKIPPED, NULL);
    }
    if (above == TW_SKIPPED)
        status = tw_make_interpolated(worker, tile, &window, &stored, &empty, &err);
    else if (!empty) {
        status = tw_job_interpolate(worker, tile, pixels, &parent_window, &stored, &err);
        empty = status == TW_OK && tw_raster_is_empty(&stored);
    }
    if (status != TW_OK)
        return failed(engine, tile, &err);
    enum tw_outcome outcome = put(engine, worker, tile, &window, empty ? NULL : &stored);
    return outcome == TW_DROPPED ? outcome : descend(engine, worker, tile, outcome, &stored);
}

/* Everything below a tile of the last zoom before the interpolated ones, or of one of those. Returns the
 * first bad outcome, or above. */
static enum tw_outcome descend(struct tw_engine *engine, struct tw_worker *worker, const struct tw_tile *tile,
                               enum tw_outcome above, const struct tw_raster *pixels)
{
    struct tw_tile children[4];
    if (tile->zoom < engine->pass->bottom || tile->zoom >= engine->pass->deepest)
        return above;
    int count = tw_tile_children(&engine->plan->config->process_pyramid, tile, children);
    for (int i = 0; i < count; i++) {
        struct tw_arena_mark mark = tw_arena_mark(worker->arena);
        enum tw_outcome outcome = above;
        if (is_in_area(engine, &children[i]))
            outcome = interpolate(engine, worker, &children[i], above, pixels);
        tw_arena_release(worker->arena, mark);
        if (outcome == TW_DROPPED)
            return outcome;
    }
    return above;
}

enum tw_status tw_make_overrun(const char *text, struct tw_error *err)
{
    static const char cancelled[] = "cancelled";
    struct tw_error stopped = *err;
    size_t length = strlen(stopped.message), end = sizeof(cancelled) - 1;
    if (length >= end && strcmp(stopped.message + length - end, cancelled) == 0)
        stopped.message[length - end] = '\0';
    return tw_error_set(err, TW_ESCRIPT, "%s%s", stopped.message, text);
}

struct tw_worker_spec tw_make_worker_spec(const struct tw_memory_shares *shares, double timeout_s,
                                          struct tw_post *post)
{
    int max_open = MOST_OPEN_DATASETS / shares->workers;
    return (struct tw_worker_spec){.budget_bytes = shares->worker_bytes,
                                   .max_open = max_open > 8 ? max_open : 8,
                                   .script = {.load_s = timeout_s, .memory_bytes = shares->script_bytes},
                                   .post = post};
}

static enum tw_status end_stint(struct tw_worker *worker, enum tw_status status, struct tw_error *err)
{
    const char *too_long = tw_post_end(worker->post);
    return too_long != NULL && status == TW_ECANCELLED ? tw_make_overrun(too_long, err) : status;
}

enum tw_status tw_make_constant(struct tw_worker *worker, size_t variant, struct tw_arena *arena,
                                const struct tw_value **prepared, struct tw_error *err)
{
    const struct tw_stint stint = {.phase = prepared != NULL ? "prepare" : "setup", .script = worker->script};
    tw_post_begin(worker->post, &stint);
    enum tw_status status = prepared != NULL ? tw_job_prepare(worker, variant, arena, prepared, err)
                                             : tw_job_setup(worker, variant, err);
    return end_stint(worker, status, err);
}

enum tw_status tw_make_computed(struct tw_worker *worker, const struct tw_tile *tile,
                                struct tw_window *window, struct tw_raster *stored, bool *empty,
                                struct tw_error *err)
{
    const struct tw_stint stint = {.tile = *tile, .script = worker->script};
    tw_post_begin(worker->post, &stint);
    enum tw_status status = tw_job_compute(worker, tile, window, stored, empty, err);
    return end_stint(worker, status, err);
}

/* What taken tiles are asked for with. */
static enum tw_status get_taken(void *context, const struct tw_tile *tile, struct tw_bytes *bytes,
                                bool *found, struct tw_error *err)
{
    struct tw_worker *worker = context;
    return tw_reader_tile(worker->readers[0], tile, worker->arena, bytes, found, err);
}

static enum tw_outcome take_tile(struct tw_engine *engine, struct tw_worker *worker,
                                 const struct tw_tile *tile)
{
    const struct tw_tile_origin origin = {get_taken, worker};
    char text[TW_TILE_TEXT_SIZE];
    struct tw_error err = {0};
    bool empty;
    if (tw_engine_is_cancelled(engine))
        return TW_DROPPED;
    if (tw_writer_put_stored(worker->writer, tile, &origin, &empty, &err) != TW_OK) {
        tw_error_prefix(&err, "tile %s: input '%s': ", tw_tile_text(tile, text),
                        tw_source_name(engine->plan->taken));
        return failed(engine, tile, &err);
    }
    atomic_fetch_add(&engine->counts.made, 1);
    atomic_fetch_add(&engine->counts.empty, empty ? 1 : 0);
    return empty ? TW_EMPTY : TW_WRITTEN;
}

enum tw_outcome tw_make_tile(struct tw_engine *engine, struct tw_worker *worker, const struct tw_tile *tile,
                             struct tw_window *window, struct tw_raster *stored)
{
    struct tw_error err = {0};
    bool done, empty = false;
    enum tw_status status;
    if (is_blocked(engine, tile))
        return blocked(engine, tile);
    if (!is_done(engine, worker, tile, &done))
        return TW_DROPPED;
    if (done) {
        skipped(engine);
        return descend(engine, worker, tile, TW_SKIPPED, NULL);
    }
    if (engine->plan->taken != NULL)
        return take_tile(engine, worker, tile);
    if (tw_plan_is_base(engine->plan, tile->zoom))
        status = tw_make_computed(worker, tile, window, stored, &empty, &err);
    else if (tile->zoom < engine->plan->config->base_min_zoom)
        status = tw_job_overview(worker, tile, window, stored, &empty, &err);
    else
        status = tw_make_interpolated(worker, tile, window, stored, &empty, &err);
    if (status != TW_OK) {
        block_above(engine, tile);
        return failed(engine, tile, &err);
    }
    enum tw_outcome outcome = put(engine, worker, tile, window, empty ? NULL : stored);
    return outcome == TW_DROPPED || outcome == TW_FAILED ? outcome
                                                         : descend(engine, worker, tile, outcome, stored);
}

/* Children that were skipped, or lie outside of what this run covers, are on disk: then all are read from
 * there. */
static bool is_in_memory(const struct tw_engine *engine, const struct tw_node *node)
{
    if (engine->plan->is_partial || engine->only != NULL || atomic_load(&node->skipped))
        return false;
    struct tw_tile children[4];
    int count = tw_tile_children(&engine->plan->config->process_pyramid, &node->tile, children);
    return engine->options->overwrite || atomic_load(&node->children) == count ||
           tw_sink_is_new(engine->plan->sink);
}

enum tw_outcome tw_make_overview(struct tw_engine *engine, struct tw_worker *worker, struct tw_node *node,
                                 struct tw_window *window, struct tw_raster *stored)
{
    struct tw_error err = {0};
    bool done = false, empty = false;
    enum tw_status status;
    if (atomic_load(&node->dropped) || tw_engine_is_cancelled(engine))
        return TW_DROPPED;
    if (atomic_load(&node->failed))
        return blocked(engine, &node->tile);
    if (!atomic_load(&node->changed)) {
        if (atomic_load(&node->children) == 0 && engine->only == NULL)
            return TW_SKIPPED;
        if (!is_done(engine, worker, &node->tile, &done))
            return TW_DROPPED;
        if (done)
            return skipped(engine);
    }
    *window = node->window;
    if (is_in_memory(engine, node))
        status = tw_node_build(node, worker, stored, &empty, &err);
    else
        status = tw_job_overview(worker, &node->tile, window, stored, &empty, &err);
    if (status != TW_OK)
        return failed(engine, &node->tile, &err);
    return put(engine, worker, &node->tile, window, empty ? NULL : stored);
}
