/* One metatile on demand: made, cut into tiles, encoded, kept, told.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tiles_parts.h"

#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a job's takers need. */
struct making {
    struct tw_tiles *tiles;
    struct tw_worker *worker;
    struct job *job;
};

void tw_waiter_answer(struct tw_waiter *waiter, enum tw_status status, struct tw_blob *blob,
                      const char *message)
{
    waiter->status = status;
    waiter->blob = tw_blob_keep(blob);
    waiter->message = message != NULL ? strdup(message) : NULL;
    waiter->has_answer = true;
}

/* Keeps what became of a tile (but for failures that pass), and notes it for those who wait. */
static void settle(struct making *making, const struct tw_tile *tile, struct tw_blob *blob,
                   const struct tw_error *err)
{
    struct tw_tiles *tiles = making->tiles;
    const struct tw_tile_key key = {making->job->is_picture, *tile, making->job->style};
    const char *failure = err != NULL ? err->message : NULL;
    pthread_mutex_lock(&tiles->mutex);
    if (err == NULL || err->status == TW_ESCRIPT || err->status == TW_EBUDGET)
        tw_cache_put(tiles->share->cache, &tiles->cached, &key, blob, failure);
    for (struct tw_waiter *waiter = making->job->waiters; waiter != NULL; waiter = waiter->next)
        if (!waiter->has_answer && tw_tile_key_equals(&waiter->key, &key))
            tw_waiter_answer(waiter, failure != NULL ? TW_ESCRIPT : TW_OK, blob, failure);
    pthread_mutex_unlock(&tiles->mutex);
}

static enum tw_status encode(struct making *making, const struct tw_window *window,
                             const struct tw_raster *part, struct tw_bytes *bytes, struct tw_error *err)
{
    struct tw_tiles *tiles = making->tiles;
    struct tw_worker *worker = making->worker;
    const struct tw_encoder *own = tw_sink_encoder(tiles->plan->sink);
    if (worker->features.count > 0)
        return tw_view_features(making->job->is_picture ? tw_view_encoder(tiles->view) : own,
                                &worker->features, window, worker->arena, bytes, err);
    if (part->num_bands == 0)
        return TW_OK;
    const struct tw_view_part shown = {&making->job->style, part, window};
    if (making->job->is_picture)
        return tw_view_picture(tiles->view, &shown, worker->arena, bytes, err);
    return tw_encoder_encode(own, part, window, bytes, err);
}

static enum tw_status take_part(void *context, const struct tw_tile *tile, const struct tw_window *window,
                                const struct tw_raster *part, struct tw_error *err)
{
    struct making *making = context;
    struct tw_tiles *tiles = making->tiles;
    struct tw_bytes bytes = {0};
    enum tw_status status = encode(making, window, part, &bytes, err);
    struct tw_blob *blob = NULL;
    const char *type = making->job->is_picture ? tw_view_content_type(tiles->view, &making->job->style)
                                               : tw_encoder_content_type(tw_sink_encoder(tiles->plan->sink));
    if (status == TW_OK && bytes.size > 0 && (blob = tw_blob_new(bytes.data, bytes.size, type)) == NULL)
        status = tw_error_nomem(err);
    tw_bytes_free(&bytes);
    if (status == TW_OK)
        settle(making, tile, blob, NULL);
    tw_blob_release(blob);
    return status;
}

const struct tw_pyramid *tw_tiles_pyramid(const struct tw_tiles *tiles, bool is_picture)
{
    return is_picture ? &tiles->pictures : &tiles->plan->config->output_pyramid;
}

static enum tw_status make(struct making *making, struct tw_error *err)
{
    struct tw_tiles *tiles = making->tiles;
    struct tw_worker *worker = making->worker;
    struct tw_window window = {0};
    struct tw_raster stored = {0};
    bool empty;
    tw_arena_reset(worker->arena);
    worker->features = (struct tw_features){0};
    enum tw_status status = tw_preview_make(worker, &making->job->metatile, &window, &stored, &empty, err);
    if (empty)
        worker->features = (struct tw_features){0};
    const struct tw_sink_parts parts = {.process = &tiles->plan->config->process_pyramid,
                                        .pyramid = tw_tiles_pyramid(tiles, making->job->is_picture),
                                        .window = &window,
                                        .stored = empty || stored.num_bands == 0 ? NULL : &stored,
                                        .arena = worker->arena,
                                        .skips_partial = !making->job->is_picture &&
                                                         tw_sink_skips_partial(tiles->plan->sink),
                                        .take = take_part,
                                        .context = making};
    return status == TW_OK ? tw_sink_take_parts(&parts, &making->job->metatile, err) : status;
}

static void fail_all(struct making *making, const struct tw_error *err)
{
    struct tw_tiles *tiles = making->tiles;
    const struct tw_tile *metatile = &making->job->metatile;
    struct tw_tile_range range = tw_tile_intersecting(&tiles->plan->config->process_pyramid, metatile,
                                                      tw_tiles_pyramid(tiles, making->job->is_picture));
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; col <= range.last_col; col++) {
            struct tw_tile tile = {metatile->zoom, row, col};
            settle(making, &tile, NULL, err);
        }
}

static void note_failure(struct tw_tiles *tiles, const struct tw_tile *metatile, const char *message)
{
    struct tw_tiles_state *state = &tiles->state;
    pthread_mutex_lock(&tiles->mutex);
    if (state->num_failures < TW_MOST_TILE_FAILURES)
        state->num_failures++;
    memmove(&state->failures[1], &state->failures[0],
            sizeof(state->failures[0]) * (size_t)(state->num_failures - 1));
    state->failures[0].tile = *metatile;
    snprintf(state->failures[0].message, sizeof(state->failures[0].message), "%.511s", message);
    pthread_mutex_unlock(&tiles->mutex);
}

/* Takes the job out of the list, and tells those who wait. */
static void finish(struct tw_tiles *tiles, struct job *job, enum tw_status status)
{
    pthread_mutex_lock(&tiles->mutex);
    struct job **at = &tiles->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    struct tw_waiter *waiters = job->waiters;
    pthread_mutex_unlock(&tiles->mutex);
    while (waiters != NULL) {
        struct tw_waiter *waiter = waiters;
        waiters = waiter->next;
        if (!waiter->has_answer)
            tw_waiter_answer(waiter, status, NULL, NULL);
        waiter->done(waiter);
    }
    free(job);
}

static bool is_wanted(const struct job *job)
{
    for (struct tw_waiter *waiter = job->waiters; waiter != NULL; waiter = waiter->next)
        if (waiter->is_wanted(waiter))
            return true;
    return false;
}

static void count(struct tw_tiles *tiles, enum tw_status status, double seconds)
{
    pthread_mutex_lock(&tiles->mutex);
    tiles->state.made += status == TW_OK;
    tiles->state.failed += status != TW_OK && status != TW_ECANCELLED;
    tiles->state.seconds += seconds;
    pthread_mutex_unlock(&tiles->mutex);
}

void tw_tiles_do_job(struct tw_tiles *tiles, struct tw_worker *worker, struct job *job,
                     const struct tw_error *broken)
{
    struct making making = {tiles, worker, job};
    struct tw_error err = {0};
    pthread_mutex_lock(&tiles->mutex);
    bool is_dropped = tiles->is_stopped || !is_wanted(job);
    tiles->state.dropped += is_dropped;
    pthread_mutex_unlock(&tiles->mutex);
    if (is_dropped) {
        finish(tiles, job, TW_ECANCELLED);
        return;
    }
    double begun_s = tw_clock_s();
    if (worker == NULL)
        err = *broken;
    enum tw_status status = worker == NULL ? broken->status : make(&making, &err);
    count(tiles, status, tw_clock_s() - begun_s);
    if (status != TW_OK && *tw_watch_cancelled(tiles->preview->watch) != 0)
        status = TW_ECANCELLED;
    if (status != TW_OK && status != TW_ECANCELLED) {
        note_failure(tiles, &job->metatile, err.message);
        fail_all(&making, &err);
    }
    finish(tiles, job, status);
}
