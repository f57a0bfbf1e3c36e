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
    bool is_kept = err == NULL || err->status == TW_ESCRIPT || err->status == TW_EBUDGET;
    if (is_kept && !tiles->preview->reads_only) /* somebody else may write what is read */
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

static const char *content_type(const struct making *making)
{
    struct tw_tiles *tiles = making->tiles;
    return making->job->is_picture ? tw_view_content_type(tiles->view, &making->job->style)
                                   : tw_encoder_content_type(tw_sink_encoder(tiles->plan->sink));
}

/* Bytes of a tile as it goes out; none: nothing is there. */
static enum tw_status settle_bytes(struct making *making, const struct tw_tile *tile, const void *bytes,
                                   size_t size, struct tw_error *err)
{
    struct tw_blob *blob = size > 0 ? tw_blob_new(bytes, size, content_type(making)) : NULL;
    if (size > 0 && blob == NULL)
        return tw_error_nomem(err);
    settle(making, tile, blob, NULL);
    tw_blob_release(blob);
    return TW_OK;
}

static enum tw_status take_part(void *context, const struct tw_tile *tile, const struct tw_window *window,
                                const struct tw_raster *part, struct tw_error *err)
{
    struct making *making = context;
    struct tw_bytes bytes = {0};
    enum tw_status status = encode(making, window, part, &bytes, err);
    if (status == TW_OK)
        status = settle_bytes(making, tile, bytes.data, bytes.size, err);
    tw_bytes_free(&bytes);
    return status;
}

const struct tw_pyramid *tw_tiles_pyramid(const struct tw_tiles *tiles, bool is_picture)
{
    return is_picture ? &tiles->pictures : &tiles->plan->config->output_pyramid;
}

/* Cuts the job's metatile into tiles. stored: NULL for nothing, and for features, which the worker has. */
static enum tw_status cut(struct making *making, const struct tw_window *window,
                          const struct tw_raster *stored, struct tw_error *err)
{
    struct tw_tiles *tiles = making->tiles;
    const struct tw_sink_parts parts = {.process = &tiles->plan->config->process_pyramid,
                                        .pyramid = tw_tiles_pyramid(tiles, making->job->is_picture),
                                        .window = window,
                                        .stored = stored,
                                        .arena = making->worker->arena,
                                        .skips_partial = !making->job->is_picture &&
                                                         tw_sink_skips_partial(tiles->plan->sink),
                                        .take = take_part,
                                        .context = making};
    return tw_sink_take_parts(&parts, &making->job->metatile, err);
}

/* The ranges of the view are of all pictures, also of those that are sent as they are stored. */
static void see(struct making *making, const struct tw_tile *tile, const void *bytes, size_t size)
{
    struct tw_tiles *tiles = making->tiles;
    const struct tw_encoder *own = tw_sink_encoder(tiles->plan->sink);
    const struct tw_pyramid *pyramid = &tiles->plan->config->output_pyramid;
    const struct tw_window window = tw_tile_window_buffered(pyramid, tile, pyramid->pixelbuffer_px);
    const struct tw_bytes stored = {.data = (void *)bytes, .size = size};
    struct tw_arena *arena = making->worker->arena;
    struct tw_arena_mark mark = tw_arena_mark(arena);
    struct tw_raster raster;
    struct tw_error ignored;
    if (!tw_encoder_is_vector(own) &&
        tw_encoder_decode(own, &stored, &window, arena, &raster, &ignored) == TW_OK)
        tw_view_see(tiles->view, &raster);
    tw_arena_release(arena, mark);
}

/* Whether the bytes of the output's tiles are what is asked for. */
static bool is_as_stored(const struct making *making)
{
    const struct tw_tiles *tiles = making->tiles;
    const struct tw_pyramid *output = &tiles->plan->config->output_pyramid;
    if (!making->job->is_picture)
        return true;
    return !making->job->style.is_given && output->metatiling == 1 && output->pixelbuffer_px == 0 &&
           tw_view_encoder(tiles->view) == tw_sink_encoder(tiles->plan->sink);
}

static enum tw_status show_bytes(struct making *making, struct tw_error *err)
{
    struct tw_tiles *tiles = making->tiles;
    struct tw_worker *worker = making->worker;
    const struct tw_tile *metatile = &making->job->metatile;
    const struct tw_tile_range range = tw_tile_intersecting(&tiles->plan->config->process_pyramid, metatile,
                                                            tw_tiles_pyramid(tiles, making->job->is_picture));
    enum tw_status status = TW_OK;
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; status == TW_OK && col <= range.last_col; col++) {
            const struct tw_tile tile = {metatile->zoom, row, col};
            const void *bytes = NULL;
            size_t size = 0;
            status = tw_writer_load(worker->writer, &tile, worker->arena, &bytes, &size, err);
            if (status == TW_OK && bytes != NULL)
                see(making, &tile, bytes, size);
            if (status == TW_OK)
                status = settle_bytes(making, &tile, bytes, bytes != NULL ? size : 0, err);
        }
    return status;
}

static enum tw_status show_pixels(struct making *making, struct tw_error *err)
{
    const struct tw_config *config = making->tiles->plan->config;
    struct tw_worker *worker = making->worker;
    struct tw_raster stored = {0};
    bool found = false;
    const struct tw_window window = tw_tile_window_buffered(&config->process_pyramid, &making->job->metatile,
                                                            config->output_pyramid.pixelbuffer_px);
    enum tw_status status = tw_writer_get(worker->writer, &window, worker->arena, &stored, &found, err);
    return status == TW_OK ? cut(making, &window, found ? &stored : NULL, err) : status;
}

/* What the output holds, or is to hold from now on. *is_shown: false when it is only to be computed. */
static enum tw_status show_stored(struct making *making, bool *is_shown, struct tw_error *err)
{
    struct tw_preview_output *output = making->tiles->preview->output;
    bool is_as_is = is_as_stored(making),
         is_vector = tw_encoder_is_vector(tw_sink_encoder(making->tiles->plan->sink));
    *is_shown = false;
    enum tw_status status =
        tw_preview_output_make(output, making->worker, &making->job->metatile, is_shown, err);
    /* Features are not read back: they are computed once more. */
    if (status != TW_OK || !*is_shown || (is_vector && !is_as_is)) {
        *is_shown = false;
        return status;
    }
    *is_shown = tw_preview_output_enter(output);
    if (!*is_shown)
        return TW_OK;
    tw_arena_reset(making->worker->arena);
    making->worker->features = (struct tw_features){0};
    status = is_as_is ? show_bytes(making, err) : show_pixels(making, err);
    tw_preview_output_leave(output);
    return status;
}

static enum tw_status make(struct making *making, struct tw_error *err)
{
    struct tw_worker *worker = making->worker;
    struct tw_window window = {0};
    struct tw_raster stored = {0};
    bool empty, is_shown = false;
    enum tw_status status = TW_OK;
    tw_arena_reset(worker->arena);
    worker->features = (struct tw_features){0};
    if (making->tiles->preview->output != NULL)
        status = show_stored(making, &is_shown, err);
    if (status != TW_OK || is_shown)
        return status;
    if (making->tiles->preview->reads_only)
        return tw_error_set(err, TW_ECANCELLED, "nothing is computed");
    tw_arena_reset(worker->arena);
    worker->features = (struct tw_features){0};
    status = tw_preview_make(worker, &making->job->metatile, &window, &stored, &empty, err);
    if (empty)
        worker->features = (struct tw_features){0};
    return status == TW_OK ? cut(making, &window, empty || stored.num_bands == 0 ? NULL : &stored, err)
                           : status;
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

void tw_tiles_note_failure(struct tw_tiles *tiles, const struct tw_tile *metatile, const char *message)
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
        tw_tiles_note_failure(tiles, &job->metatile, err.message);
        fail_all(&making, &err);
    }
    finish(tiles, job, status);
}
