/* SPDX-License-Identifier: MIT */
#include "tiles_parts.h"

#include "file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_JOBS = 128, REST_AFTER_MS = 30000, COMMIT_AFTER_MS = 300 };

static struct job *first_idle(const struct tw_tiles *tiles)
{
    struct job *job = tiles->jobs;
    while (job != NULL && job->in_work)
        job = job->next;
    return job;
}

enum waited { JOB_IS_THERE, OUTPUT_MAY_REST, WORKER_MAY_REST, NO_MORE_JOBS };

static struct timespec in_ms(long ms)
{
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    moment.tv_nsec += ms % 1000 * 1000000L;
    moment.tv_sec += ms / 1000 + moment.tv_nsec / 1000000000L;
    moment.tv_nsec %= 1000000000L;
    return moment;
}

/* has_worker: who waits holds memory and files, which tiles that rest give back after a while. What was
 * written is made safe sooner, but not while somebody looks around: then the disk would be waited for. */
static enum waited wait_for_job(struct tw_tiles *tiles, bool has_worker)
{
    bool is_dirty = tw_preview_output_is_dirty(tiles->preview->output), may_rest = tiles->rests && has_worker;
    const struct timespec until = in_ms(is_dirty ? COMMIT_AFTER_MS : REST_AFTER_MS);
    int passed = 0;
    pthread_mutex_lock(&tiles->mutex);
    while (first_idle(tiles) == NULL && !tiles->is_stopped && passed == 0)
        if (is_dirty || may_rest)
            passed = pthread_cond_timedwait(&tiles->work, &tiles->mutex, &until);
        else
            pthread_cond_wait(&tiles->work, &tiles->mutex);
    enum waited waited = first_idle(tiles) != NULL ? JOB_IS_THERE
                         : tiles->is_stopped       ? NO_MORE_JOBS
                         : is_dirty                ? OUTPUT_MAY_REST
                                                   : WORKER_MAY_REST;
    pthread_mutex_unlock(&tiles->mutex);
    return waited;
}

/* Chosen when it can begin: what was asked for last is what somebody looks at. A place of the gate is taken.
 * NULL when another worker was faster. */
static struct job *take_job(struct tw_tiles *tiles)
{
    tw_gate_enter(tiles->share->gate);
    pthread_mutex_lock(&tiles->mutex);
    struct job *job = first_idle(tiles);
    if (job != NULL)
        job->in_work = true;
    pthread_mutex_unlock(&tiles->mutex);
    if (job == NULL)
        tw_gate_leave(tiles->share->gate, 1);
    return job;
}

struct start {
    struct tw_tiles *tiles;
    int index;
};

/* Makes the worker, where there is none: what failed may have passed. */
static void do_next_job(struct tw_tiles *tiles, int index, struct tw_worker **worker)
{
    struct tw_error broken = {0};
    struct job *job = take_job(tiles);
    if (job == NULL)
        return;
    if (*worker == NULL)
        tw_preview_worker(tiles->preview, index, worker, &broken);
    tw_tiles_do_job(tiles, *worker, job, &broken);
    tw_gate_leave(tiles->share->gate, 1);
}

static void *run_thread(void *context)
{
    struct start start = *(struct start *)context;
    struct tw_tiles *tiles = start.tiles;
    struct tw_worker *worker = NULL;
    struct tw_error ignored = {0};
    enum waited waited;
    free(context);
    tw_preview_worker(tiles->preview, start.index, &worker, &ignored);
    while ((waited = wait_for_job(tiles, worker != NULL)) != NO_MORE_JOBS)
        if (waited == JOB_IS_THERE) {
            do_next_job(tiles, start.index, &worker);
        } else if (waited == OUTPUT_MAY_REST) {
            tw_preview_output_rest(tiles->preview->output);
        } else {
            tw_worker_free(worker);
            worker = NULL;
        }
    tw_worker_free(worker);
    pthread_mutex_lock(&tiles->mutex);
    tiles->num_running--;
    pthread_cond_broadcast(&tiles->work);
    pthread_mutex_unlock(&tiles->mutex);
    return NULL;
}

/* What the first of the lost workers was at: `tile 6/10/13: run.lua: not done after 60 s (--tile-timeout)`.
 */
static void describe_hung(struct tw_tiles *tiles)
{
    const struct tw_watch *watch = tiles->preview->watch;
    const char *script = tw_path_name(tiles->plan->declaration->path);
    struct tw_stint stint;
    bool overran;
    char text[TW_TILE_TEXT_SIZE];
    for (int i = 0; i < tiles->preview->shares.workers; i++) {
        if (!tw_post_is_lost(tw_watch_post(tiles->preview->watch, i), &stint, &overran) || !overran)
            continue;
        const char *what = stint.phase != NULL ? stint.phase : tw_tile_text(&stint.tile, text);
        snprintf(tiles->hung, sizeof(tiles->hung), "%s%.60s: %.100s: %s", stint.phase != NULL ? "" : "tile ",
                 what, script, tw_watch_overrun(watch));
        if (stint.phase == NULL)
            tw_tiles_note_failure(tiles, &stint.tile, tiles->hung);
        return;
    }
}

static void answer_hung(struct tw_tiles *tiles, struct tw_waiter *waiter)
{
    tw_waiter_answer(waiter, TW_ESCRIPT, NULL, tiles->hung);
    waiter->is_overdue = true;
}

/* Takes those who wait from all jobs: the jobs are their workers', wherever those are. */
static struct tw_waiter *take_waiters(struct tw_tiles *tiles)
{
    struct tw_waiter *all = NULL;
    for (struct job *job = tiles->jobs; job != NULL; job = job->next)
        while (job->waiters != NULL) {
            struct tw_waiter *waiter = job->waiters;
            job->waiters = waiter->next;
            waiter->next = all;
            all = waiter;
            if (!waiter->has_answer)
                answer_hung(tiles, waiter);
        }
    return all;
}

static int count_lost(const struct tw_tiles *tiles)
{
    struct tw_stint stint;
    bool overran;
    int count = 0;
    for (int i = 0; i < tiles->preview->shares.workers; i++)
        count += tw_post_is_lost(tw_watch_post(tiles->preview->watch, i), &stint, &overran);
    return count;
}

/* A worker that does not listen takes all of this edition's with it: nothing more is made until the files
 * change, but what waits is answered, and the server lives. */
static void *run_watch(void *context)
{
    struct tw_tiles *tiles = context;
    if (tw_watch_wait(tiles->preview->watch))
        return NULL;
    tw_gate_leave(tiles->share->gate, count_lost(tiles));
    describe_hung(tiles);
    pthread_mutex_lock(&tiles->mutex);
    struct tw_waiter *waiters = take_waiters(tiles);
    tiles->is_hung = true;
    pthread_cond_broadcast(&tiles->work);
    pthread_mutex_unlock(&tiles->mutex);
    while (waiters != NULL) {
        struct tw_waiter *waiter = waiters;
        waiters = waiter->next;
        waiter->done(waiter);
    }
    return NULL;
}

/* Under the mutex. */
static enum tw_status start_thread(struct tw_tiles *tiles, int index)
{
    struct start *start = malloc(sizeof(*start));
    if (start != NULL)
        *start = (struct start){tiles, index};
    if (start == NULL || pthread_create(&tiles->threads[tiles->num_threads], NULL, run_thread, start) != 0) {
        free(start);
        return TW_ENOMEM;
    }
    tiles->num_threads++;
    tiles->num_running++;
    return TW_OK;
}

/* With the first job, under the mutex. With fewer threads than wanted, but one, it works, too. */
static enum tw_status start_threads(struct tw_tiles *tiles)
{
    int wanted = tiles->preview->shares.workers;
    if (tiles->num_threads == 0 && pthread_create(&tiles->threads[0], NULL, run_watch, tiles) != 0)
        return TW_ENOMEM;
    tiles->num_threads = tiles->num_threads == 0 ? 1 : tiles->num_threads;
    for (int i = 0; i < wanted; i++)
        if (start_thread(tiles, i) != TW_OK)
            break;
    tiles->has_begun = tiles->num_running > 0;
    return tiles->has_begun ? TW_OK : TW_ENOMEM;
}

enum tw_status tw_tiles_new(struct tw_plan *plan, const struct tw_tiles_share *share,
                            const struct tw_preview_spec *loading, struct tw_tiles **tiles,
                            struct tw_error *err)
{
    struct tw_tiles *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return tw_error_nomem(err);
    made->plan = plan;
    made->share = share;
    made->pictures = plan->config->output_pyramid;
    made->pictures.metatiling = 1;
    made->pictures.pixelbuffer_px = 0;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->work, NULL);
    enum tw_status status = tw_view_new(plan, &made->view, err);
    if (status == TW_OK)
        status = tw_preview_new(plan, loading, &made->preview, err);
    if (status == TW_OK) {
        made->threads = calloc((size_t)made->preview->shares.workers + 1, sizeof(*made->threads));
        status = made->threads != NULL ? TW_OK : tw_error_nomem(err);
    }
    made->is_hung = made->preview != NULL && made->preview->is_lost;
    *tiles = status == TW_OK || made->is_hung ? made : NULL;
    if (*tiles == NULL)
        tw_tiles_free(made);
    return status;
}

void tw_tiles_use_output(struct tw_tiles *tiles, struct tw_preview_output *output)
{
    tiles->preview->output = output;
}

void tw_tiles_begin(struct tw_tiles *tiles)
{
    pthread_mutex_lock(&tiles->mutex);
    if (!tiles->has_begun && !tiles->is_stopped)
        start_threads(tiles);
    pthread_mutex_unlock(&tiles->mutex);
}

void tw_tiles_rest(struct tw_tiles *tiles)
{
    tiles->rests = true;
}

/* The jobs that nobody works on are answered here, the others by their workers. */
void tw_tiles_stop(struct tw_tiles *tiles)
{
    pthread_mutex_lock(&tiles->mutex);
    tiles->is_stopped = true;
    pthread_cond_broadcast(&tiles->work);
    pthread_mutex_unlock(&tiles->mutex);
    if (tiles->preview != NULL)
        tw_watch_cancel(tiles->preview->watch);
}

/* Whether all workers come to their end. */
static bool wait_for_workers(struct tw_tiles *tiles)
{
    pthread_mutex_lock(&tiles->mutex);
    while (tiles->num_running > 0 && !tiles->is_hung)
        pthread_cond_wait(&tiles->work, &tiles->mutex);
    bool is_hung = tiles->is_hung;
    pthread_mutex_unlock(&tiles->mutex);
    return !is_hung;
}

bool tw_tiles_free(struct tw_tiles *tiles)
{
    if (tiles == NULL)
        return true;
    tw_tiles_stop(tiles);
    if (!wait_for_workers(tiles))
        return false;
    for (int i = 1; i < tiles->num_threads; i++)
        pthread_join(tiles->threads[i], NULL);
    if (tiles->num_threads > 0) {
        tw_watch_finish(tiles->preview->watch);
        pthread_join(tiles->threads[0], NULL);
    }
    free(tiles->threads);
    tw_preview_free(tiles->preview);
    tw_view_free(tiles->view);
    tw_cache_forget(tiles->share->cache, &tiles->cached);
    pthread_mutex_destroy(&tiles->mutex);
    pthread_cond_destroy(&tiles->work);
    free(tiles);
    return true;
}

static bool look(struct tw_tiles *tiles, struct tw_waiter *waiter)
{
    if (!tw_cache_get(tiles->share->cache, &tiles->cached, &waiter->key, &waiter->blob, &waiter->message))
        return false;
    tiles->state.hits++;
    waiter->status = waiter->message != NULL ? TW_ESCRIPT : TW_OK;
    waiter->has_answer = true;
    return true;
}

enum tw_answer tw_tiles_look(struct tw_tiles *tiles, struct tw_waiter *waiter)
{
    pthread_mutex_lock(&tiles->mutex);
    bool found = look(tiles, waiter);
    pthread_mutex_unlock(&tiles->mutex);
    return found ? TW_ANSWER_NOW : TW_ANSWER_LATER;
}

static struct tw_tile metatile_of(const struct tw_tiles *tiles, const struct tw_tile_key *key)
{
    struct tw_tile_range range = tw_tile_intersecting(tw_tiles_pyramid(tiles, key->is_picture), &key->tile,
                                                      &tiles->plan->config->process_pyramid);
    return (struct tw_tile){key->tile.zoom, range.first_row, range.first_col};
}

/* The job of the metatile, new at the front when there is none; NULL when there are too many. */
static struct job *find_job(struct tw_tiles *tiles, const struct tw_tile_key *key)
{
    struct tw_tile metatile = metatile_of(tiles, key);
    int number = 0;
    for (struct job *job = tiles->jobs; job != NULL; job = job->next, number++)
        if (job->is_picture == key->is_picture && tw_tile_equals(&job->metatile, &metatile) &&
            tw_style_equals(&job->style, &key->style))
            return job;
    bool is_possible = number < MOST_JOBS && (tiles->has_begun || start_threads(tiles) == TW_OK);
    struct job *job = is_possible ? calloc(1, sizeof(*job)) : NULL;
    if (job == NULL)
        return NULL;
    *job = (struct job){
        .is_picture = key->is_picture, .style = key->style, .metatile = metatile, .next = tiles->jobs};
    tiles->jobs = job;
    pthread_cond_signal(&tiles->work);
    return job;
}

enum tw_answer tw_tiles_get(struct tw_tiles *tiles, struct tw_waiter *waiter)
{
    enum tw_answer given = TW_ANSWER_LATER;
    pthread_mutex_lock(&tiles->mutex);
    if (tiles->is_hung) {
        answer_hung(tiles, waiter);
        given = TW_ANSWER_NOW;
    } else if (tiles->is_stopped) {
        tw_waiter_answer(waiter, TW_ECANCELLED, NULL, NULL);
        given = TW_ANSWER_NOW;
    } else if (look(tiles, waiter)) {
        given = TW_ANSWER_NOW;
    } else {
        struct job *job = find_job(tiles, &waiter->key);
        if (job == NULL) {
            tiles->state.refused++;
            given = TW_ANSWER_BUSY;
        } else {
            waiter->next = job->waiters;
            job->waiters = waiter;
        }
    }
    pthread_mutex_unlock(&tiles->mutex);
    return given;
}

struct tw_view *tw_tiles_view(struct tw_tiles *tiles)
{
    return tiles->view;
}

void tw_tiles_state(struct tw_tiles *tiles, struct tw_tiles_state *state)
{
    pthread_mutex_lock(&tiles->mutex);
    *state = tiles->state;
    for (struct job *job = tiles->jobs; job != NULL; job = job->next)
        *(job->in_work ? &state->in_work : &state->waiting) += 1;
    const struct tw_cache_owner cached = tw_cache_count(tiles->share->cache, &tiles->cached);
    state->cached_tiles = cached.count;
    state->cached_bytes = cached.bytes;
    pthread_mutex_unlock(&tiles->mutex);
}
