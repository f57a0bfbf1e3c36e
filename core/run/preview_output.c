/* SPDX-License-Identifier: MIT */
#include "preview_output.h"

#include "file.h"
#include "make.h"
#include "preview.h"
#include "update.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const char *const tw_preview_modes[TW_NUM_PREVIEW_MODES] = {"memory", "readonly", "continue", "overwrite"};

/* A metatile that is being put: two workers may come to the same one. */
struct claim {
    struct tw_tile tile;
    struct claim *next;
};

enum { OUTDATED, MADE }; /* tags of what was put: one that is outdated was made of what has changed since */

struct tw_preview_output {
    struct tw_plan *plan;
    enum tw_preview_mode mode;

    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t changed;
    bool is_open;
    int users; /* who read or write now */
    struct claim *claims;
    struct tw_intervals made[TW_MAX_ZOOM + 1]; /* what was put, tagged as below; the rest is the journal's */
    uint64_t written;
    bool is_dirty; /* something may not be committed yet */
};

static const char *path_of(const struct tw_plan *plan)
{
    return tw_sink_path(plan->sink) != NULL ? tw_sink_path(plan->sink) : "";
}

/* Whether what is stored can be sent as it is, tile by tile: features are not read back. */
static bool shows_features(const struct tw_plan *plan)
{
    const struct tw_pyramid *pyramid = &plan->config->output_pyramid;
    return strcmp(tw_encoder_format(tw_sink_encoder(plan->sink)), "GeoJSON") == 0 &&
           pyramid->metatiling == 1 && pyramid->pixelbuffer_px == 0;
}

enum tw_status tw_preview_output_check(const struct tw_plan *plan, enum tw_preview_mode mode,
                                       struct tw_error *err)
{
    const char *name = tw_preview_modes[mode], *path = path_of(plan);
    if (mode == TW_PREVIEW_MEMORY)
        return TW_OK;
    if (!tw_sink_keeps(plan->sink))
        return tw_error_set(
            err, TW_EUSAGE,
            "--mode %s needs a folder of tiles as output, and '%s' keeps nothing: leave --mode "
            "out",
            name, path);
    if (tw_sink_is_single(plan->sink))
        return tw_error_set(
            err, TW_EUSAGE,
            "--mode %s needs a folder of tiles as output, and '%s' is written as a whole: leave "
            "--mode out to keep tiles in memory, tilewright execute writes it",
            name, path);
    if (mode == TW_PREVIEW_READONLY && tw_encoder_is_vector(tw_sink_encoder(plan->sink)) &&
        !shows_features(plan))
        return tw_error_set(err, TW_EUSAGE,
                            "--mode readonly shows features of GeoJSON tiles with output.metatiling 1 only: "
                            "tilewright serve %s shows those of any",
                            path);
    return TW_OK;
}

/* As a run begins; with overwrite, what is not looked at stays, if it was made the same way. */
static enum tw_status begin_writing(struct tw_plan *plan, enum tw_preview_mode mode, struct tw_error *err)
{
    const char *failed = tw_plan_failures_path(plan);
    const struct tw_run_options options = {.progress = TW_PROGRESS_QUIET};
    const struct tw_sink_begin begin = {.fingerprint = plan->fingerprint,
                                        .settings = plan->settings,
                                        .metadata = plan->metadata,
                                        .overwrite = mode == TW_PREVIEW_OVERWRITE,
                                        .is_partial = true,
                                        .has_failed = failed != NULL && tw_file_exists(failed),
                                        .is_preview = true};
    struct tw_error ignored;
    bool again;
    enum tw_status status = tw_sink_begin(plan->sink, &begin, err);
    if (status != TW_OK)
        return status;
    status = tw_update_begin(plan, &options, &again, err);
    if (status != TW_OK)
        tw_sink_end(plan->sink, false, &ignored);
    return status;
}

enum tw_status tw_preview_output_open(struct tw_plan *plan, enum tw_preview_mode mode,
                                      struct tw_preview_output **output, struct tw_error *err)
{
    *output = NULL;
    enum tw_status status = tw_preview_output_check(plan, mode, err);
    if (status != TW_OK || mode == TW_PREVIEW_MEMORY)
        return status;
    struct tw_preview_output *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return tw_error_nomem(err);
    made->plan = plan;
    made->mode = mode;
    status =
        mode == TW_PREVIEW_READONLY ? tw_sink_begin_reading(plan->sink, err) : begin_writing(plan, mode, err);
    if (status != TW_OK) {
        free(made);
        return status;
    }
    made->is_open = true;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, NULL);
    *output = made;
    return TW_OK;
}

void tw_preview_output_end(struct tw_preview_output *output)
{
    struct tw_error ignored;
    if (output == NULL)
        return;
    pthread_mutex_lock(&output->mutex);
    bool was_open = output->is_open;
    output->is_open = false;
    while (output->users > 0)
        pthread_cond_wait(&output->changed, &output->mutex);
    pthread_mutex_unlock(&output->mutex);
    if (was_open && output->mode != TW_PREVIEW_READONLY)
        tw_sink_end(output->plan->sink, false, &ignored);
}

void tw_preview_output_free(struct tw_preview_output *output)
{
    if (output == NULL)
        return;
    tw_preview_output_end(output);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        tw_intervals_free(&output->made[zoom]);
    pthread_mutex_destroy(&output->mutex);
    pthread_cond_destroy(&output->changed);
    free(output);
}

enum tw_preview_mode tw_preview_output_mode(const struct tw_preview_output *output)
{
    return output != NULL ? output->mode : TW_PREVIEW_MEMORY;
}

bool tw_preview_output_is_writing(struct tw_preview_output *output, uint64_t *written)
{
    *written = 0;
    if (output == NULL)
        return false;
    pthread_mutex_lock(&output->mutex);
    bool is_writing = output->is_open && output->mode != TW_PREVIEW_READONLY;
    *written = output->written;
    pthread_mutex_unlock(&output->mutex);
    return is_writing;
}

bool tw_preview_output_enter(struct tw_preview_output *output)
{
    pthread_mutex_lock(&output->mutex);
    bool is_open = output->is_open;
    output->users += is_open;
    pthread_mutex_unlock(&output->mutex);
    return is_open;
}

void tw_preview_output_leave(struct tw_preview_output *output)
{
    pthread_mutex_lock(&output->mutex);
    output->users--;
    pthread_cond_broadcast(&output->changed);
    pthread_mutex_unlock(&output->mutex);
}

bool tw_preview_output_is_dirty(struct tw_preview_output *output)
{
    if (output == NULL)
        return false;
    pthread_mutex_lock(&output->mutex);
    bool is_dirty = output->is_open && output->is_dirty;
    pthread_mutex_unlock(&output->mutex);
    return is_dirty;
}

void tw_preview_output_rest(struct tw_preview_output *output)
{
    struct tw_error ignored; /* the next that is written fails with it, too */
    if (output == NULL || !tw_preview_output_enter(output))
        return;
    pthread_mutex_lock(&output->mutex);
    bool was_dirty = output->is_dirty;
    output->is_dirty = false;
    pthread_mutex_unlock(&output->mutex);
    if (was_dirty)
        tw_sink_flush(output->plan->sink, &ignored);
    tw_preview_output_leave(output);
}

static uint64_t place_of(const struct tw_preview_output *output, const struct tw_tile *tile)
{
    return tw_tile_hilbert(&output->plan->config->process_pyramid, tile);
}

/* Waits until nobody else puts the metatile. */
static void take_claim(struct tw_preview_output *output, struct claim *claim)
{
    pthread_mutex_lock(&output->mutex);
    for (;;) {
        const struct claim *other = output->claims;
        while (other != NULL && !tw_tile_equals(&other->tile, &claim->tile))
            other = other->next;
        if (other == NULL)
            break;
        pthread_cond_wait(&output->changed, &output->mutex);
    }
    claim->next = output->claims;
    output->claims = claim;
    pthread_mutex_unlock(&output->mutex);
}

static void give_claim_back(struct tw_preview_output *output, struct claim *claim, bool is_written)
{
    pthread_mutex_lock(&output->mutex);
    struct claim **at = &output->claims;
    while (*at != claim)
        at = &(*at)->next;
    *at = claim->next;
    output->written += is_written;
    output->is_dirty |= is_written;
    if (is_written) /* out of memory: it is made once more */
        tw_intervals_add(&output->made[claim->tile.zoom], place_of(output, &claim->tile), MADE);
    pthread_cond_broadcast(&output->changed);
    pthread_mutex_unlock(&output->mutex);
}

/* Whether the metatile was put here, and what it is made of has not changed since. */
static bool is_made(struct tw_preview_output *output, const struct tw_tile *tile)
{
    uint32_t tag;
    pthread_mutex_lock(&output->mutex);
    bool is_made = tw_intervals_find(&output->made[tile->zoom], place_of(output, tile), &tag) && tag == MADE;
    pthread_mutex_unlock(&output->mutex);
    return is_made;
}

/* Whether there is no need to make the metatile; the output is entered. The journal knows of what was put
 * only when it is committed. */
static enum tw_status is_done(struct tw_preview_output *output, struct tw_worker *worker,
                              const struct tw_tile *tile, bool *done, struct tw_error *err)
{
    *done = is_made(output, tile);
    if (*done || (output->mode == TW_PREVIEW_OVERWRITE && tw_plan_is_base(output->plan, tile->zoom)))
        return TW_OK;
    return tw_writer_is_done(worker->writer, tile, done, err);
}

/* The same from outside. *is_open: it can be written. */
static enum tw_status look(struct tw_preview_output *output, struct tw_worker *worker,
                           const struct tw_tile *tile, bool *is_open, bool *done, struct tw_error *err)
{
    *done = false;
    *is_open = tw_preview_output_enter(output);
    if (!*is_open)
        return TW_OK;
    enum tw_status status = is_done(output, worker, tile, done, err);
    tw_preview_output_leave(output);
    return status;
}

static void outdate(struct tw_preview_output *output, const struct tw_tile *tile, bool *is_any)
{
    if (!is_made(output, tile))
        return;
    *is_any = true;
    pthread_mutex_lock(&output->mutex);
    tw_intervals_add(&output->made[tile->zoom], place_of(output, tile), OUTDATED);
    pthread_mutex_unlock(&output->mutex);
}

/* What was put here and is made of the metatile is out of date. It has to be committed, so that the journal
 * knows of what it is to take back. */
static enum tw_status outdate_made(struct tw_preview_output *output, const struct tw_tile *tile,
                                   struct tw_error *err)
{
    struct tw_overviews_of overviews = tw_plan_overviews_of(output->plan, tile);
    struct tw_tile other, children[4];
    bool is_any = false;
    while (tw_overviews_next(&overviews, &other))
        outdate(output, &other, &is_any);
    int count = tile->zoom >= output->plan->config->base_max_zoom
                    ? tw_tile_children(&output->plan->config->process_pyramid, tile, children)
                    : 0;
    for (int i = 0; i < count; i++)
        outdate(output, &children[i], &is_any);
    return is_any ? tw_sink_flush(output->plan->sink, err) : TW_OK;
}

/* Puts what was made, unless somebody else has done it; the output is entered. */
static enum tw_status put(struct tw_preview_output *output, struct tw_worker *worker,
                          const struct tw_tile *tile, const struct tw_window *window,
                          struct tw_raster *stored, struct tw_error *err)
{
    struct claim claim = {.tile = *tile};
    bool done;
    take_claim(output, &claim);
    enum tw_status status = is_done(output, worker, tile, &done, err);
    if (status == TW_OK && !done)
        status = outdate_made(output, tile, err);
    if (status == TW_OK && !done)
        status = tw_make_write(worker, tile, window, stored, err);
    give_claim_back(output, &claim, status == TW_OK && !done);
    return status;
}

static bool is_in_area(const struct tw_preview_output *output, const struct tw_tile *tile, int zoom)
{
    struct tw_box box = tw_tile_bounds(&output->plan->config->process_pyramid, tile);
    return tw_area_overlaps(tw_plan_zoom(output->plan, zoom)->config_area, &box);
}

static enum tw_status make_computed(struct tw_preview_output *output, struct tw_worker *worker,
                                    const struct tw_tile *tile, bool *is_stored, struct tw_error *err)
{
    struct tw_window window;
    struct tw_raster stored = {0};
    bool is_open, empty = false;
    enum tw_status status = look(output, worker, tile, &is_open, is_stored, err);
    if (status != TW_OK || *is_stored || !is_open)
        return status;
    struct tw_arena_mark mark = tw_arena_mark(worker->arena);
    status = tw_make_computed(worker, tile, &window, &stored, &empty, err);
    if (status == TW_OK && tw_preview_output_enter(output)) {
        status = put(output, worker, tile, &window, empty ? NULL : &stored, err);
        tw_preview_output_leave(output);
        *is_stored = status == TW_OK;
    }
    tw_arena_release(worker->arena, mark);
    return status;
}

/* Of what is stored, by no script: an overview, or an interpolated tile. */
static enum tw_status derive(struct tw_preview_output *output, struct tw_worker *worker,
                             const struct tw_tile *tile, bool *is_stored, struct tw_error *err)
{
    struct tw_window window;
    struct tw_raster stored = {0};
    bool empty = false, is_overview = tile->zoom < output->plan->config->base_min_zoom;
    *is_stored = false;
    if (!tw_preview_output_enter(output))
        return TW_OK;
    struct tw_arena_mark mark = tw_arena_mark(worker->arena);
    enum tw_status status = is_overview ? tw_job_overview(worker, tile, &window, &stored, &empty, err)
                                        : tw_make_interpolated(worker, tile, &window, &stored, &empty, err);
    if (status == TW_OK)
        status = put(output, worker, tile, &window, empty ? NULL : &stored, err);
    tw_arena_release(worker->arena, mark);
    tw_preview_output_leave(output);
    *is_stored = status == TW_OK;
    return status;
}

static enum tw_status make(struct tw_preview_output *output, struct tw_worker *worker,
                           const struct tw_tile *tile, bool *is_stored, struct tw_error *err);

/* With makes: makes what is missing of the children. *is_stored: all of them are there. */
static enum tw_status find_children(struct tw_preview_output *output, struct tw_worker *worker,
                                    const struct tw_tile *tile, bool makes, bool *is_stored,
                                    struct tw_error *err)
{
    const struct tw_config *config = output->plan->config;
    struct tw_tile children[4];
    int count = tw_tile_children(&config->process_pyramid, tile, children);
    enum tw_status status = TW_OK;
    *is_stored = true;
    for (int i = 0; status == TW_OK && *is_stored && i < count; i++) {
        bool is_open;
        if (!is_in_area(output, &children[i], config->base_min_zoom))
            continue;
        status = makes ? make(output, worker, &children[i], is_stored, err)
                       : look(output, worker, &children[i], &is_open, is_stored, err);
    }
    return status;
}

/* Where tiles overlap, an overview takes pixels of its neighbours' children, too: a run writes it. */
static enum tw_status make_overview(struct tw_preview_output *output, struct tw_worker *worker,
                                    const struct tw_tile *tile, bool *is_stored, struct tw_error *err)
{
    const struct tw_plan *plan = output->plan;
    bool is_open, done, is_alone = plan->config->output_pyramid.pixelbuffer_px == 0;
    bool makes = is_alone && tw_preview_is_exact(plan, tile->zoom);
    bool is_first = makes && output->mode == TW_PREVIEW_OVERWRITE;
    enum tw_status status = TW_OK;
    if (is_first)
        status = find_children(output, worker, tile, makes, is_stored, err);
    if (status == TW_OK)
        status = look(output, worker, tile, &is_open, &done, err);
    if (status != TW_OK || done || !is_open || !is_alone) {
        *is_stored = status == TW_OK && done;
        return status;
    }
    if (!is_first)
        status = find_children(output, worker, tile, makes, is_stored, err);
    return status == TW_OK && *is_stored ? derive(output, worker, tile, is_stored, err) : status;
}

static enum tw_status make_interpolated(struct tw_preview_output *output, struct tw_worker *worker,
                                        const struct tw_tile *tile, bool *is_stored, struct tw_error *err)
{
    const struct tw_tile parent = tw_tile_parent(tile);
    bool is_open, done;
    enum tw_status status = make(output, worker, &parent, is_stored, err);
    if (status != TW_OK || !*is_stored)
        return status;
    status = look(output, worker, tile, &is_open, &done, err);
    *is_stored = status == TW_OK && done;
    return status == TW_OK && !done && is_open ? derive(output, worker, tile, is_stored, err) : status;
}

/* Outside of the area nothing is written: what is there is nothing. */
static enum tw_status make(struct tw_preview_output *output, struct tw_worker *worker,
                           const struct tw_tile *tile, bool *is_stored, struct tw_error *err)
{
    const struct tw_config *config = output->plan->config;
    bool is_overview = tile->zoom < config->base_min_zoom;
    *is_stored = false;
    if (tile->zoom < config->min_zoom || (is_overview && config->base_min_zoom > config->max_zoom))
        return TW_OK; /* made of zooms that the output has not got */
    *is_stored = !is_in_area(output, tile, is_overview ? config->base_min_zoom : tile->zoom);
    if (*is_stored)
        return TW_OK;
    if (is_overview)
        return make_overview(output, worker, tile, is_stored, err);
    if (tile->zoom > config->base_max_zoom)
        return make_interpolated(output, worker, tile, is_stored, err);
    return make_computed(output, worker, tile, is_stored, err);
}

enum tw_status tw_preview_output_make(struct tw_preview_output *output, struct tw_worker *worker,
                                      const struct tw_tile *tile, bool *is_stored, struct tw_error *err)
{
    *is_stored = true;
    if (output->mode == TW_PREVIEW_READONLY)
        return TW_OK;
    tw_post_enter(worker->post);
    enum tw_status status = make(output, worker, tile, is_stored, err);
    tw_post_leave(worker->post);
    return status;
}
