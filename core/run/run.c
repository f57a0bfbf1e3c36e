/* SPDX-License-Identifier: MIT */
#include "run.h"
#include "constants.h"
#include "engine.h"
#include "make.h"
#include "touch.h"
#include "update.h"

#include "clock.h"
#include "file.h"

#include <stdlib.h>
#include <string.h>

#include <omp.h>

uint64_t tw_plan_count(const struct tw_plan *plan, int zoom)
{
    return tw_area_count(tw_plan_zoom(plan, zoom)->run_area, &plan->config->process_pyramid, zoom);
}

static bool is_part(const struct tw_plan *plan)
{
    return plan->is_partial || plan->min_zoom > plan->config->min_zoom ||
           plan->max_zoom < plan->config->max_zoom;
}

char *tw_plan_failures_path(const struct tw_plan *plan)
{
    const char *path = tw_sink_path(plan->sink);
    if (path == NULL || strcmp(path, "/dev/null") == 0)
        return NULL;
    return tw_arena_printf(plan->arena, tw_output_is_file(path) ? "%s.failed.json" : "%s/failed.json", path);
}

/* A tile, all that lies above it, and the overviews that wait for it. */
static bool add_with_overviews(struct tw_engine *engine, const struct tw_tile *tile)
{
    const struct tw_pyramid *pyramid = &engine->plan->config->process_pyramid;
    uint64_t place = tw_tile_hilbert(pyramid, tile);
    if (tw_intervals_find(&engine->only[tile->zoom], place, NULL))
        return true;
    if (!tw_intervals_add(&engine->only[tile->zoom], place, 0))
        return false;
    if (tile->zoom == pyramid->grid->first_zoom)
        return true;
    struct tw_tile above = tw_tile_parent(tile);
    bool added = add_with_overviews(engine, &above);
    struct tw_overviews_of overviews = tw_plan_overviews_of(engine->plan, tile);
    while (added && tw_overviews_next(&overviews, &above))
        added = add_with_overviews(engine, &above);
    return added;
}

/* The tiles of failed.json and all that is made from them. */
static enum tw_status select_failed(struct tw_engine *engine, const char *path, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &engine->plan->config->process_pyramid;
    struct tw_failures failed = {0};
    if (path == NULL)
        return tw_error_set(err, TW_EUSAGE, "--retry-failed: this output keeps no list of failed tiles");
    enum tw_status status = tw_failures_read(&failed, path, err);
    engine->only = calloc(TW_MAX_ZOOM + 1, sizeof(*engine->only));
    if (status == TW_OK && engine->only == NULL)
        status = tw_error_nomem(err);
    for (size_t i = 0; status == TW_OK && i < failed.count; i++) {
        struct tw_tile tile = failed.items[i].tile;
        if (tile.zoom < 0 || tile.zoom > TW_MAX_ZOOM || !tw_tile_is_inside(pyramid, &tile))
            status = tw_error_set(err, TW_EUSAGE, "'%s' lists a tile outside the pyramid", path);
        else if (!add_with_overviews(engine, &tile))
            status = tw_error_nomem(err);
    }
    tw_failures_free(&failed);
    return status;
}

/* The metatiles that are repaired and all that is made from them. */
static enum tw_status select_repairs(struct tw_engine *engine, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &engine->plan->config->process_pyramid;
    struct tw_intervals places[TW_MAX_ZOOM + 1] = {{0}};
    const struct tw_repair *repair = engine->options->repair;
    const struct tw_touch_tiles which = {repair->tiles, repair->count, places};
    engine->only = calloc(TW_MAX_ZOOM + 1, sizeof(*engine->only));
    enum tw_status status =
        engine->only != NULL ? tw_touch_tiles(engine->plan, &which, NULL, err) : tw_error_nomem(err);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++) {
        for (size_t i = 0; i < places[zoom].count; i++)
            for (uint64_t at = places[zoom].runs[i].first; status == TW_OK && at <= places[zoom].runs[i].last;
                 at++) {
                struct tw_tile tile = tw_tile_from_hilbert(pyramid, zoom, at);
                if (!add_with_overviews(engine, &tile))
                    status = tw_error_nomem(err);
            }
        tw_intervals_free(&places[zoom]);
    }
    return status;
}

/* Once the output is begun: what is repaired is done no more, whether this run comes to its end or not. */
static enum tw_status mark_repairs(const struct tw_engine *engine, struct tw_error *err)
{
    const struct tw_repair *repair = engine->options->repair;
    const struct tw_touch_tiles which = {repair->tiles, repair->count, NULL};
    struct tw_writer *writer = tw_writer_new(engine->plan->sink);
    if (writer == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_touch_tiles(engine->plan, &which, writer, err);
    tw_writer_free(writer);
    return status == TW_OK ? tw_sink_flush(engine->plan->sink, err) : status;
}

/* Whether the run takes some metatiles alone. */
static bool has_choice(const struct tw_run_options *options)
{
    return options->retry_failed || options->repair != NULL;
}

static enum tw_status choose(struct tw_engine *engine, struct tw_error *err)
{
    if (engine->options->repair != NULL)
        return select_repairs(engine, err);
    return select_failed(engine, tw_plan_failures_path(engine->plan), err);
}

static void free_sets(struct tw_intervals *sets)
{
    for (int i = 0; sets != NULL && i <= TW_MAX_ZOOM; i++)
        tw_intervals_free(&sets[i]);
    free(sets);
}

static enum tw_status engine_open(struct tw_engine *engine, struct tw_error *err)
{
    struct tw_plan *plan = engine->plan;
    engine->watch = tw_watch_new(engine->shares.workers, engine->options->tile_timeout_s);
    if (engine->watch == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&engine->mutex, NULL);
    tw_engine_plan_passes(engine);
    if (engine->num_passes > 1) {
        engine->blocked = calloc(TW_MAX_ZOOM + 1, sizeof(*engine->blocked));
        if (engine->blocked == NULL)
            return tw_error_nomem(err);
    }
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom && !has_choice(engine->options); zoom++)
        engine->counts.total += tw_plan_count(plan, zoom);
    return TW_OK;
}

static void engine_close(struct tw_engine *engine)
{
    free_sets(engine->only);
    free_sets(engine->blocked);
    if (engine->watch != NULL)
        pthread_mutex_destroy(&engine->mutex);
    tw_watch_free(engine->watch);
    tw_progress_file_free(engine->progress);
}

static struct tw_worker_spec worker_spec(const struct tw_engine *engine, int index)
{
    struct tw_worker_spec spec = tw_make_worker_spec(&engine->shares, engine->options->tile_timeout_s,
                                                     tw_watch_post(engine->watch, index));
    spec.prepared = engine->prepared;
    return spec;
}

/* One thread of the run: makes its worker, takes its share of every pass. */
static void run_thread(struct tw_engine *engine)
{
    struct tw_error err = {0};
    struct tw_worker *worker = NULL;
    const struct tw_worker_spec spec = worker_spec(engine, omp_get_thread_num());
    if (tw_worker_new(engine->plan, &spec, &worker, &err) != TW_OK)
        tw_engine_fail(engine, &err);
    else
        tw_constants_setup(engine, worker);
    for (int i = 0; i < engine->num_passes; i++) {
#pragma omp single
        if (tw_engine_begin_pass(engine, &engine->passes[i], &err) != TW_OK)
            tw_engine_fail(engine, &err);
        tw_post_enter(spec.post);
        if (worker != NULL && engine->walk != NULL)
            tw_engine_work(engine, worker);
        tw_post_leave(spec.post);
#pragma omp barrier
#pragma omp single
        tw_engine_end_pass(engine);
    }
    tw_worker_free(worker);
}

/* The crew: a thread of its own, so that the main thread can end the run without a worker that hangs. */
static void *run_crew(void *context)
{
    struct tw_engine *engine = context;
    const struct tw_worker_spec first = worker_spec(engine, 0);
    tw_constants_prepare(engine, &first);
#pragma omp parallel num_threads(engine->shares.workers)
    run_thread(engine);
    tw_watch_finish(engine->watch);
    return NULL;
}

/* The worker was given up: its tile has failed, or was dropped because the run was to stop anyway. */
static void take_lost(struct tw_engine *engine, const struct tw_stint *stint, bool overran)
{
    struct tw_error err = {0};
    char text[TW_TILE_TEXT_SIZE];
    const char *script = tw_path_name(engine->plan->declaration->path);
    if (!overran)
        return;
    if (stint->phase != NULL) {
        tw_error_set(&err, TW_ESCRIPT, "%s: %s: %s", stint->phase, script, tw_watch_overrun(engine->watch));
        tw_engine_fail(engine, &err);
        return;
    }
    tw_error_set(&err, TW_ESCRIPT, "tile %s: %s: %s", tw_tile_text(&stint->tile, text), script,
                 tw_watch_overrun(engine->watch));
    pthread_mutex_lock(&engine->mutex);
    tw_failures_add(&engine->failures, &stint->tile, err.message);
    pthread_mutex_unlock(&engine->mutex);
    atomic_fetch_add(&engine->counts.failed, 1);
}

/* Returns the number of workers that hang. */
static int work(struct tw_engine *engine)
{
    pthread_t crew;
    struct tw_error err;
    int hanging = 0;
    if (pthread_create(&crew, NULL, run_crew, engine) != 0) {
        tw_error_nomem(&err);
        tw_engine_fail(engine, &err);
        return 0;
    }
    if (tw_watch_wait(engine->watch)) {
        pthread_join(crew, NULL);
        return 0;
    }
    for (int i = 0; i < engine->shares.workers; i++) {
        struct tw_stint stint;
        bool overran;
        if (!tw_post_is_lost(tw_watch_post(engine->watch, i), &stint, &overran))
            continue;
        take_lost(engine, &stint, overran);
        hanging++;
    }
    return hanging;
}

/* complete: a single file is there, of which equal tiles are a part once. */
static void take_counts(struct tw_engine *engine, bool complete, struct tw_run_result *result)
{
    const struct tw_counts *counts = &engine->counts;
    const char *path = tw_sink_path(engine->plan->sink);
    bool is_file = complete && path != NULL && tw_output_is_file(path) && !tw_path_is_remote(path);
    result->made = atomic_load(&counts->made);
    result->empty = atomic_load(&counts->empty);
    result->skipped = atomic_load(&counts->skipped);
    result->failed = atomic_load(&counts->failed);
    result->blocked = atomic_load(&counts->blocked);
    result->files = tw_sink_files(engine->plan->sink);
    result->bytes = is_file ? tw_file_size(path) : tw_sink_bytes(engine->plan->sink);
    result->failures = engine->failures;
}

/* Whether failed.json of the run before still holds: this one was stopped, and has nothing to add; or it
 * takes just those tiles, and has not come to all of them; or it takes others. */
static bool keeps_failures(const struct tw_engine *engine)
{
    if (engine->options->repair != NULL)
        return engine->failures.count == 0;
    bool stopped = tw_engine_is_cancelled(engine);
    return stopped && (engine->failures.count == 0 || engine->options->retry_failed);
}

/* A repair adds to the list of the run before it. */
static enum tw_status write_failures(struct tw_engine *engine, const char *path, struct tw_error *err)
{
    struct tw_failures all = {0};
    struct tw_error ignored;
    if (engine->options->repair == NULL || !tw_file_exists(path) ||
        tw_failures_read(&all, path, &ignored) != TW_OK) {
        tw_failures_free(&all);
        return tw_failures_write(&engine->failures, path, err);
    }
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < engine->failures.count; i++)
        if (!tw_failures_add(&all, &engine->failures.items[i].tile, engine->failures.items[i].message))
            status = tw_error_nomem(err);
    tw_failures_sort(&all);
    if (status == TW_OK)
        status = tw_failures_write(&all, path, err);
    tw_failures_free(&all);
    return status;
}

/* Ends the sink whatever happened before; the first error is the one that counts. *complete: all that was to
 * be done is done. */
static enum tw_status end_sink(struct tw_engine *engine, const char *failed_path, bool *complete,
                               struct tw_error *err)
{
    struct tw_error late = {0};
    bool stopped = tw_engine_is_cancelled(engine);
    tw_failures_sort(&engine->failures);
    *complete = !stopped && engine->failures.total == 0;
    enum tw_status ended = tw_sink_end(engine->plan->sink, *complete, &late);
    if (ended == TW_OK && failed_path != NULL && !keeps_failures(engine))
        ended = write_failures(engine, failed_path, &late);
    if (ended == TW_OK && *complete)
        ended = tw_plan_write_stac(engine->plan, &late);
    if (ended == TW_OK && *complete)
        ended = tw_plan_write_services(engine->plan, &late);
    *complete = *complete && ended == TW_OK;
    if (engine->fatal.status != TW_OK || ended != TW_OK)
        *err = engine->fatal.status != TW_OK ? engine->fatal : late;
    return engine->fatal.status != TW_OK ? engine->fatal.status : ended;
}

static void cancel(void *engine)
{
    tw_engine_cancel(engine);
}

/* Does the work. A signal that comes too late, when everything is done, changes nothing. */
static enum tw_status run(struct tw_engine *engine, struct tw_run_result *result, struct tw_error *err)
{
    bool complete;
    engine->progress = tw_progress_file_new(engine->plan, &engine->counts);
    tw_progress_file_update(engine->progress);
    const struct tw_monitored monitored = {&engine->counts, engine->options->progress, "metatiles", cancel,
                                           engine,          engine->progress};
    struct tw_monitor *monitor = tw_monitor_start(&monitored);
    struct tw_error fatal = {0};
    if (tw_engine_outdate(engine, &fatal) == TW_OK)
        result->hanging = work(engine);
    else
        tw_engine_fail(engine, &fatal);
    enum tw_status status = end_sink(engine, tw_plan_failures_path(engine->plan), &complete, err);
    int signal_number = tw_monitor_stop(monitor);
    take_counts(engine, complete, result);
    result->signal = complete ? 0 : signal_number;
    tw_progress_file_end(engine->progress, complete              ? TW_RUN_DONE
                                           : result->signal != 0 ? TW_RUN_INTERRUPTED
                                                                 : TW_RUN_FAILED);
    if (status == TW_OK && result->signal != 0)
        return tw_error_set(err, TW_ECANCELLED, "interrupted");
    return status;
}

/* again: the output was begun already, and is to be overwritten. */
static enum tw_status begin_sink(struct tw_engine *engine, bool again, struct tw_error *err)
{
    const struct tw_run_options *options = engine->options;
    const struct tw_plan *plan = engine->plan;
    const char *failed = tw_plan_failures_path(plan);
    const struct tw_sink_begin begin = {.fingerprint = plan->fingerprint,
                                        .settings = plan->settings,
                                        .metadata = plan->metadata,
                                        .update = options->update,
                                        .overwrite = options->overwrite || again,
                                        .is_partial = is_part(plan),
                                        .accept_change = options->retry_failed,
                                        .has_failed = failed != NULL && tw_file_exists(failed),
                                        .cancel = tw_watch_cancelled(engine->watch)};
    return tw_sink_begin(plan->sink, &begin, err);
}

static enum tw_status begin(struct tw_engine *engine, struct tw_error *err)
{
    bool again = false;
    tw_gdal_init(engine->shares.cache_bytes);
    enum tw_status status = begin_sink(engine, false, err);
    if (status == TW_OK)
        status = tw_update_begin(engine->plan, engine->options, &again, err);
    if (status == TW_OK && engine->options->repair != NULL)
        return mark_repairs(engine, err);
    if (status != TW_OK || !again)
        return status;
    status = begin_sink(engine, true, err);
    return status == TW_OK ? tw_update_begin(engine->plan, engine->options, &again, err) : status;
}

enum tw_status tw_run(struct tw_plan *plan, const struct tw_run_options *options,
                      struct tw_run_result *result, struct tw_error *err)
{
    double started = tw_clock_s();
    *result = (struct tw_run_result){0};
    struct tw_engine *engine =
        tw_arena_calloc(plan->arena, 1, sizeof(*engine)); /* workers that hang keep it */
    if (engine == NULL)
        return tw_error_nomem(err);
    engine->plan = plan;
    engine->options = options;
    enum tw_status status = tw_memory_share(plan, options, &engine->shares, err);
    if (status == TW_OK)
        status = engine_open(engine, err);
    if (status == TW_OK && has_choice(options))
        status = choose(engine, err);
    /* A file of an area without a metatile would be one of the whole grid. */
    bool has_work = has_choice(options) || options->update || engine->counts.total > 0;
    if (status == TW_OK && has_work)
        status = begin(engine, err);
    result->is_begun = status == TW_OK && has_work;
    if (status == TW_OK && has_work)
        status = tw_plan_make_copies(plan, options->progress == TW_PROGRESS_QUIET, err);
    if (status == TW_OK && has_work)
        status = run(engine, result, err);
    result->seconds = tw_clock_s() - started;
    if (result->hanging == 0)
        engine_close(engine);
    return status;
}
