/* SPDX-License-Identifier: MIT */
#include "preview.h"

#include "make.h"
#include "overview.h"
#include "watch.h"

#include "dataset_pool.h"
#include "file.h"

#include <pthread.h>
#include <stdlib.h>

/* So many zooms of overviews are made of what lies below: 16 metatiles for one. */
enum { MOST_LEVELS = 2 };

static struct tw_worker_spec worker_spec(const struct tw_preview *preview, struct tw_post *post)
{
    struct tw_worker_spec spec = tw_make_worker_spec(&preview->shares, preview->timeout_s, post);
    spec.prepared = (const struct tw_value *const *)preview->prepared;
    return spec;
}

/* What prepares: in a thread of its own, as it may never end. It lives in the plan's arena. */
struct preparation {
    struct tw_preview *preview;
    struct tw_watch *watch;
    enum tw_status status;
    struct tw_error err;
};

static enum tw_status prepare_all(struct tw_preview *preview, struct tw_post *post, struct tw_error *err)
{
    struct tw_plan *plan = preview->plan;
    struct tw_worker *worker = NULL;
    const struct tw_value **prepared = tw_arena_calloc(plan->arena, plan->num_variants, sizeof(*prepared));
    const struct tw_worker_spec spec = worker_spec(preview, post);
    enum tw_status status = prepared != NULL ? tw_worker_new(plan, &spec, &worker, err) : tw_error_nomem(err);
    tw_post_enter(post);
    for (size_t i = 0; status == TW_OK && i < plan->num_variants; i++)
        status = tw_make_constant(worker, i, plan->arena, &prepared[i], err);
    tw_post_leave(post);
    tw_worker_free(worker);
    preview->prepared = prepared;
    return status;
}

static void *run_preparation(void *context)
{
    struct preparation *made = context;
    made->status = prepare_all(made->preview, tw_watch_post(made->watch, 0), &made->err);
    tw_watch_finish(made->watch);
    return NULL;
}

/* It does not listen: what it uses is left to it. */
static enum tw_status give_up(const struct preparation *lost, struct tw_error *err)
{
    const struct tw_plan *plan = lost->preview->plan;
    struct tw_stint stint;
    bool overran;
    lost->preview->is_lost = true;
    tw_post_is_lost(tw_watch_post(lost->watch, 0), &stint, &overran);
    if (!overran)
        return tw_error_set(err, TW_ECANCELLED, "cancelled");
    return tw_error_set(err, TW_ESCRIPT, "prepare: %s: %s and cannot be stopped",
                        tw_path_name(plan->declaration->path), tw_watch_overrun(lost->watch));
}

static enum tw_status prepare(struct tw_preview *preview, const volatile int *cancel, struct tw_error *err)
{
    struct preparation *made;
    pthread_t thread;
    if (!preview->plan->declaration->has_prepare || preview->reads_only)
        return TW_OK;
    made = tw_arena_calloc(preview->plan->arena, 1, sizeof(*made));
    if (made == NULL || (made->watch = tw_watch_new(1, preview->timeout_s)) == NULL)
        return tw_error_nomem(err);
    made->preview = preview;
    tw_watch_follow(made->watch, cancel);
    if (pthread_create(&thread, NULL, run_preparation, made) != 0) {
        tw_watch_free(made->watch);
        return tw_error_nomem(err);
    }
    if (!tw_watch_wait(made->watch)) {
        pthread_detach(thread);
        return give_up(made, err);
    }
    pthread_join(thread, NULL);
    tw_watch_free(made->watch);
    *err = made->err;
    return made->status;
}

/* A run computes nothing at the zooms of overviews: what the script takes there is what it takes at the first
 * zoom that is computed. */
static void lend_inputs(struct tw_plan *plan)
{
    const struct tw_config *config = plan->config;
    for (int zoom = config->min_zoom; zoom < config->base_min_zoom && zoom <= config->max_zoom; zoom++) {
        const struct tw_plan_zoom *from = tw_plan_zoom(plan, config->base_min_zoom);
        struct tw_plan_zoom *to = &plan->zooms[zoom - config->min_zoom];
        to->inputs = from->inputs;
        to->num_inputs = from->num_inputs;
        to->params = from->params;
        to->variant = from->variant;
    }
}

enum tw_status tw_preview_new(struct tw_plan *plan, const struct tw_preview_spec *spec,
                              struct tw_preview **preview, struct tw_error *err)
{
    struct tw_preview *made = calloc(1, sizeof(*made));
    *preview = NULL;
    if (made == NULL)
        return tw_error_nomem(err);
    made->plan = plan;
    made->reads_only = spec->reads_only;
    lend_inputs(plan);
    made->timeout_s = spec->run->tile_timeout_s;
    enum tw_status status = tw_memory_share(plan, spec->run, &made->shares, err);
    if (status == TW_OK && (made->watch = tw_watch_new(made->shares.workers, made->timeout_s)) == NULL)
        status = tw_error_nomem(err);
    if (status == TW_OK) /* whatever the layer, it is a share of the same memory */
        tw_gdal_set_cache(made->shares.cache_bytes);
    if (status == TW_OK)
        status = prepare(made, spec->cancel, err);
    if (status != TW_OK && !made->is_lost) {
        tw_preview_free(made);
        return status;
    }
    *preview = made;
    return status;
}

void tw_preview_free(struct tw_preview *preview)
{
    if (preview == NULL)
        return;
    tw_watch_free(preview->watch);
    free(preview);
}

enum tw_status tw_preview_worker(struct tw_preview *preview, int index, struct tw_worker **worker,
                                 struct tw_error *err)
{
    const struct tw_plan *plan = preview->plan;
    const struct tw_worker_spec spec = worker_spec(preview, tw_watch_post(preview->watch, index));
    enum tw_status status = tw_worker_new(plan, &spec, worker, err);
    if (status != TW_OK || !plan->declaration->has_setup || preview->reads_only)
        return status;
    tw_post_enter(spec.post);
    for (size_t i = 0; status == TW_OK && i < plan->num_variants; i++)
        status = tw_make_constant(*worker, i, NULL, NULL, err);
    tw_post_leave(spec.post);
    if (status != TW_OK) {
        tw_worker_free(*worker);
        *worker = NULL;
    }
    return status;
}

/* The zoom that a zoom above the computed ones is made of; -1 when there is none below. */
static int base_below(const struct tw_plan *plan, int zoom)
{
    for (int below = zoom; below <= plan->config->max_zoom; below++)
        if (tw_plan_is_base(plan, below))
            return below;
    return -1;
}

bool tw_preview_is_exact(const struct tw_plan *plan, int zoom)
{
    int below = base_below(plan, zoom);
    return below < 0 || below - zoom <= MOST_LEVELS;
}

static enum tw_status make(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                           struct tw_raster *stored, bool *empty, struct tw_error *err);

/* A zoom below the computed ones, of its parent. */
static enum tw_status interpolate(struct tw_worker *worker, const struct tw_tile *tile,
                                  struct tw_window *window, struct tw_raster *stored, bool *empty,
                                  struct tw_error *err)
{
    const struct tw_config *config = worker->plan->config;
    const struct tw_tile parent = tw_tile_parent(tile);
    struct tw_raster above;
    struct tw_window above_window;
    *window = tw_tile_window_buffered(&config->process_pyramid, tile, config->output_pyramid.pixelbuffer_px);
    enum tw_status status = make(worker, &parent, &above_window, &above, empty, err);
    if (status == TW_OK && !*empty)
        status = tw_job_interpolate(worker, tile, &above, &above_window, stored, err);
    if (status == TW_OK && !*empty)
        *empty = tw_raster_is_empty(stored);
    return status;
}

static enum tw_status report_children(struct tw_worker *worker, struct tw_node *node, struct tw_error *err)
{
    struct tw_tile children[4];
    int count = tw_tile_children(&worker->plan->config->process_pyramid, &node->tile, children);
    for (int i = 0; i < count; i++) {
        struct tw_arena_mark mark = tw_arena_mark(worker->arena);
        struct tw_raster stored;
        struct tw_window window;
        bool empty;
        enum tw_status status = make(worker, &children[i], &window, &stored, &empty, err);
        if (status == TW_OK)
            tw_node_report(node, worker, empty ? TW_EMPTY : TW_WRITTEN, &stored, &window);
        tw_arena_release(worker->arena, mark);
        if (status != TW_OK)
            return status;
    }
    return TW_OK;
}

/* Stored pixels that needed no change are the node's, which ends. */
static bool copy_bands(struct tw_arena *arena, struct tw_raster *stored)
{
    struct tw_array *bands = tw_arena_calloc(arena, stored->num_bands, sizeof(*bands));
    for (size_t i = 0; bands != NULL && i < stored->num_bands; i++) {
        const int32_t whole[4] = {0, 0, stored->bands[i].width_px, stored->bands[i].height_px};
        if (!tw_array_crop(arena, &stored->bands[i], whole, &bands[i]))
            return false;
    }
    stored->bands = bands;
    return bands != NULL;
}

static enum tw_status gather(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                             struct tw_raster *stored, bool *empty, struct tw_error *err)
{
    struct tw_node *node = tw_node_new(worker->plan, tile, NULL);
    if (node == NULL)
        return tw_error_nomem(err);
    *window = node->window;
    enum tw_status status = report_children(worker, node, err);
    if (status == TW_OK)
        status = tw_node_build(node, worker, stored, empty, err);
    if (status == TW_OK && !*empty && !copy_bands(worker->arena, stored))
        status = tw_error_set(err, TW_EBUDGET, "no memory left for the overview: raise --memory");
    tw_node_free(node);
    return status;
}

static enum tw_status make(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                           struct tw_raster *stored, bool *empty, struct tw_error *err)
{
    const struct tw_plan *plan = worker->plan;
    int below = base_below(plan, tile->zoom);
    if (below < 0)
        return interpolate(worker, tile, window, stored, empty, err);
    if (below > tile->zoom && below - tile->zoom <= MOST_LEVELS)
        return gather(worker, tile, window, stored, empty, err);
    struct tw_box box = tw_tile_bounds(&plan->config->process_pyramid, tile);
    if (!tw_area_overlaps(tw_plan_zoom(plan, tile->zoom)->config_area, &box)) {
        *empty = true;
        return TW_OK;
    }
    return tw_make_computed(worker, tile, window, stored, empty, err);
}

enum tw_status tw_preview_make(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                               struct tw_raster *stored, bool *empty, struct tw_error *err)
{
    *empty = false;
    tw_post_enter(worker->post);
    enum tw_status status = make(worker, tile, window, stored, empty, err);
    tw_post_leave(worker->post);
    return status;
}
