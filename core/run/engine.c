/* SPDX-License-Identifier: MIT */
#include "engine.h"
#include "make.h"

#include "clock.h"
#include "walk.h"

static struct tw_pass *add_pass(struct tw_engine *engine, int top, int leaf, int bottom)
{
    struct tw_pass *pass = &engine->passes[engine->num_passes++];
    *pass = (struct tw_pass){top, leaf, bottom, bottom};
    return pass;
}

/* The zooms that this run computes from inputs form the middle of its range; overviews lie above,
 * interpolated zooms below. Overviews with a pixelbuffer need pixels of their neighbours: each zoom is a pass
 * of its own, after the one below it. */
void tw_engine_plan_passes(struct tw_engine *engine)
{
    const struct tw_config *config = engine->plan->config;
    int min = engine->plan->min_zoom, max = engine->plan->max_zoom;
    bool gather = config->output_pyramid.pixelbuffer_px == 0;
    int above = max < config->base_min_zoom ? max : config->base_min_zoom - 1; /* the lowest overview zoom */
    int leaf = min > config->base_min_zoom ? min : config->base_min_zoom;
    int bottom = max < config->base_max_zoom ? max : config->base_max_zoom;
    engine->num_passes = 0;
    if (min > config->base_max_zoom) {
        add_pass(engine, min, min, min)->deepest = max;
        return;
    }
    if (leaf <= bottom)
        add_pass(engine, gather && min < leaf ? min : leaf, leaf, bottom)->deepest =
            max > bottom ? max : bottom;
    else if (gather)
        add_pass(engine, min, max, max);
    for (int zoom = above; !gather && zoom >= min; zoom--)
        add_pass(engine, zoom, zoom, zoom);
}

static struct tw_walk *walk_pass(const struct tw_engine *engine, const struct tw_pass *pass)
{
    const struct tw_area *areas[TW_MAX_ZOOM + 1] = {NULL};
    for (int zoom = pass->leaf; zoom <= pass->bottom; zoom++)
        areas[zoom - pass->top] = tw_plan_zoom(engine->plan, zoom)->run_area;
    return tw_walk_new(&engine->plan->config->process_pyramid, pass->top, pass->bottom, areas);
}

enum tw_status tw_engine_begin_pass(struct tw_engine *engine, const struct tw_pass *pass,
                                    struct tw_error *err)
{
    engine->pass = pass;
    engine->top = NULL;
    engine->walk = walk_pass(engine, pass);
    return engine->walk != NULL ? TW_OK : tw_error_nomem(err);
}

static enum tw_status outdate_pass(const struct tw_engine *engine, const struct tw_pass *pass,
                                   struct tw_writer *writer, struct tw_error *err)
{
    struct tw_walk *walk = walk_pass(engine, pass);
    enum tw_status status = walk != NULL ? TW_OK : tw_error_nomem(err);
    struct tw_tile tile;
    bool covered;
    while (status == TW_OK && !tw_engine_is_cancelled(engine)) {
        enum tw_walk_event event = tw_walk_next(walk, &tile, &covered);
        if (event == TW_WALK_END)
            break;
        if (event == TW_WALK_ENTER && covered && tile.zoom >= pass->leaf)
            status = tw_writer_outdate(writer, &tile, err);
    }
    tw_walk_free(walk);
    return status;
}

enum tw_status tw_engine_outdate(struct tw_engine *engine, struct tw_error *err)
{
    if (!engine->options->overwrite || tw_sink_is_new(engine->plan->sink))
        return TW_OK;
    struct tw_writer *writer = tw_writer_new(engine->plan->sink);
    enum tw_status status = writer != NULL ? TW_OK : tw_error_nomem(err);
    for (int i = 0; status == TW_OK && i < engine->num_passes; i++)
        status = outdate_pass(engine, &engine->passes[i], writer, err);
    tw_writer_free(writer);
    return status;
}

void tw_engine_end_pass(struct tw_engine *engine)
{
    tw_walk_free(engine->walk);
    engine->walk = NULL;
    while (engine->top != NULL) { /* a run that was stopped leaves nodes open */
        struct tw_node *node = engine->top;
        engine->top = node->parent;
        tw_node_free(node);
    }
}

void tw_engine_cancel(struct tw_engine *engine)
{
    tw_watch_cancel(engine->watch);
}

bool tw_engine_is_cancelled(const struct tw_engine *engine)
{
    return __atomic_load_n(tw_watch_cancelled(engine->watch), __ATOMIC_RELAXED) != 0;
}

void tw_engine_fail(struct tw_engine *engine, const struct tw_error *err)
{
    pthread_mutex_lock(&engine->mutex);
    if (engine->fatal.status == TW_OK)
        engine->fatal = *err;
    pthread_mutex_unlock(&engine->mutex);
    tw_engine_cancel(engine);
}

struct work {
    bool finish; /* the node is complete; otherwise: make the tile and report to the node */
    struct tw_tile tile;
    struct tw_node *node;
};

static bool is_left_out(const struct tw_engine *engine, const struct tw_tile *tile)
{
    uint64_t place = tw_tile_hilbert(&engine->plan->config->process_pyramid, tile);
    return engine->only != NULL && !tw_intervals_find(&engine->only[tile->zoom], place, NULL);
}

/* Goes into an overview tile. Returns false when out of memory. */
static bool push_node(struct tw_engine *engine, const struct tw_tile *tile)
{
    struct tw_node *node = tw_node_new(engine->plan, tile, engine->top);
    if (node == NULL)
        return false;
    if (engine->top != NULL)
        atomic_fetch_add(&engine->top->open, 1);
    engine->top = node;
    return true;
}

/* Takes the next piece of work from the walk. Called with the mutex held. Returns false when there is none.
 */
static bool next_work(struct tw_engine *engine, struct work *work, bool *nomem)
{
    while (!tw_engine_is_cancelled(engine)) {
        bool covered;
        enum tw_walk_event event = tw_walk_next(engine->walk, &work->tile, &covered);
        bool is_overview = work->tile.zoom < engine->pass->leaf;
        if (event == TW_WALK_END)
            return false;
        if (event == TW_WALK_LEAVE) {
            struct tw_node *node = engine->top;
            if (!is_overview || node == NULL || !tw_tile_equals(&node->tile, &work->tile))
                continue;
            engine->top = node->parent;
            *work = (struct work){.finish = true, .tile = work->tile, .node = node};
            if (tw_node_close(node))
                return true;
        } else if (is_left_out(engine, &work->tile)) {
            tw_walk_skip_children(engine->walk);
        } else if (is_overview) {
            if (!push_node(engine, &work->tile)) {
                *nomem = true;
                return false;
            }
        } else if (covered) {
            *work =
                (struct work){false, work->tile, work->tile.zoom == engine->pass->leaf ? engine->top : NULL};
            if (work->node != NULL)
                atomic_fetch_add(&work->node->open, 1);
            return true;
        }
    }
    return false;
}

/* Finishes nodes from the bottom up, as long as this worker was the last that they waited for. */
static void finish_upwards(struct tw_engine *engine, struct tw_worker *worker, struct tw_node *node)
{
    while (node != NULL) {
        struct tw_raster stored;
        struct tw_window window;
        struct tw_node *parent = node->parent;
        tw_arena_reset(worker->arena);
        double begun_s = tw_clock_s();
        enum tw_outcome outcome = tw_make_overview(engine, worker, node, &window, &stored);
        tw_progress_file_note(engine->progress, &node->tile, outcome, tw_clock_s() - begun_s);
        if (parent != NULL)
            tw_node_report(parent, worker, outcome, &stored, &window);
        tw_node_free(node);
        node = parent != NULL && tw_node_close(parent) ? parent : NULL;
    }
}

void tw_engine_work(struct tw_engine *engine, struct tw_worker *worker)
{
    for (;;) {
        struct work work = {0};
        bool nomem = false;
        pthread_mutex_lock(&engine->mutex);
        bool found = next_work(engine, &work, &nomem);
        pthread_mutex_unlock(&engine->mutex);
        if (nomem) {
            struct tw_error err;
            tw_error_nomem(&err);
            tw_engine_fail(engine, &err);
        }
        if (!found)
            return;
        struct tw_node *complete = work.node;
        if (!work.finish) {
            struct tw_raster stored;
            struct tw_window window;
            tw_arena_reset(worker->arena);
            double begun_s = tw_clock_s();
            enum tw_outcome outcome = tw_make_tile(engine, worker, &work.tile, &window, &stored);
            tw_progress_file_note(engine->progress, &work.tile, outcome, tw_clock_s() - begun_s);
            if (work.node != NULL)
                tw_node_report(work.node, worker, outcome, &stored, &window);
            complete = work.node != NULL && tw_node_close(work.node) ? work.node : NULL;
        }
        finish_upwards(engine, worker, complete);
    }
}
