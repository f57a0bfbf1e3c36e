/* SPDX-License-Identifier: MIT */
#include "progress_file.h"

#include "clock.h"
#include "file.h"
#include "text.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double WRITTEN_EVERY_S = 0.5;
enum { NUM_RECENT = 64, MOST_BYTES = 1 << 20 };

struct recent {
    struct tw_tile tile;
    enum tw_outcome outcome;
    double seconds;
};

struct tw_progress_file {
    const struct tw_plan *plan;
    const struct tw_counts *counts;
    struct tw_arena *arena;
    const char *path;
    char started[32];
    double started_s, written_s;
    uint64_t written_done;

    pthread_mutex_t mutex; /* of all below */
    struct recent recent[NUM_RECENT];
    size_t num_noted; /* the last of them are in recent */
};

char *tw_progress_file_path(const struct tw_plan *plan, struct tw_arena *arena)
{
    char *path = tw_sink_beside(plan->sink, "progress", arena);
    return path != NULL && !tw_path_is_remote(path) ? path : NULL;
}

struct tw_progress_file *tw_progress_file_new(const struct tw_plan *plan, const struct tw_counts *counts)
{
    struct tw_progress_file *file = calloc(1, sizeof(*file));
    if (file == NULL || (file->arena = tw_arena_new(0)) == NULL) {
        free(file);
        return NULL;
    }
    pthread_mutex_init(&file->mutex, NULL);
    file->plan = plan;
    file->counts = counts;
    file->path = tw_progress_file_path(plan, file->arena);
    if (file->path == NULL) {
        tw_progress_file_free(file);
        return NULL;
    }
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(file->started, sizeof(file->started), "%Y-%m-%dT%H:%M:%SZ", &utc);
    file->started_s = tw_clock_s();
    return file;
}

void tw_progress_file_free(struct tw_progress_file *file)
{
    if (file == NULL)
        return;
    pthread_mutex_destroy(&file->mutex);
    tw_arena_free(file->arena);
    free(file);
}

void tw_progress_file_note(struct tw_progress_file *file, const struct tw_tile *tile, enum tw_outcome outcome,
                           double seconds)
{
    if (file == NULL || outcome == TW_SKIPPED || outcome == TW_DROPPED)
        return;
    pthread_mutex_lock(&file->mutex);
    file->recent[file->num_noted++ % NUM_RECENT] = (struct recent){*tile, outcome, seconds};
    pthread_mutex_unlock(&file->mutex);
}

/* The newest first. */
static void add_recent(struct tw_progress_file *file, struct tw_text *text)
{
    static const char *const states[] = {
        [TW_WRITTEN] = "written", [TW_EMPTY] = "empty", [TW_FAILED] = "failed"};
    pthread_mutex_lock(&file->mutex);
    size_t count = file->num_noted < NUM_RECENT ? file->num_noted : NUM_RECENT;
    for (size_t i = 0; i < count; i++) {
        const struct recent *recent = &file->recent[(file->num_noted - 1 - i) % NUM_RECENT];
        tw_text_printf(text,
                       "%s\n  {\"zoom\": %d, \"row\": %" PRId64 ", \"col\": %" PRId64
                       ", \"seconds\": %.4f, \"state\": \"%s\"}",
                       i > 0 ? "," : "", recent->tile.zoom, recent->tile.row, recent->tile.col,
                       recent->seconds, states[recent->outcome]);
    }
    pthread_mutex_unlock(&file->mutex);
}

static void add_figures(const struct tw_progress_file *file, struct tw_text *text)
{
    const struct tw_counts *counts = file->counts;
    const struct tw_progress progress = {
        .done = tw_counts_done(counts), .total = counts->total, .seconds = tw_clock_s() - file->started_s};
    const struct {
        const char *name;
        uint64_t number;
    } figures[] = {{"done", progress.done},
                   {"total", counts->total},
                   {"made", atomic_load(&counts->made)},
                   {"empty", atomic_load(&counts->empty)},
                   {"skipped", atomic_load(&counts->skipped)},
                   {"failed", atomic_load(&counts->failed)},
                   {"blocked", atomic_load(&counts->blocked)}};
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        if (figures[i].number > 0 || figures[i].name[0] != 't')
            tw_text_printf(text, "\"%s\": %" PRIu64 ", ", figures[i].name, figures[i].number);
    tw_text_printf(text, "\"seconds\": %.1f, \"rate\": %.2f, \"remaining_s\": %.0f", progress.seconds,
                   tw_progress_rate(&progress), tw_progress_seconds_left(&progress));
}

static void write_file(struct tw_progress_file *file, enum tw_run_state state)
{
    static const char *const states[] = {[TW_RUN_GOES_ON] = "running",
                                         [TW_RUN_DONE] = "done",
                                         [TW_RUN_FAILED] = "failed",
                                         [TW_RUN_INTERRUPTED] = "interrupted"};
    struct tw_text text = {0};
    struct tw_error ignored;
    tw_text_printf(&text, "{\"state\": \"%s\", \"pid\": %ld, \"started\": \"%s\", \"zooms\": [%d, %d],\n ",
                   states[state], (long)getpid(), file->started, file->plan->min_zoom, file->plan->max_zoom);
    add_figures(file, &text);
    tw_text_add(&text, ",\n \"tiles\": [");
    add_recent(file, &text);
    tw_text_add(&text, "]}\n");
    if (!text.failed)
        tw_file_replace(file->path, tw_text_get(&text), text.length, &ignored);
    tw_text_free(&text);
    file->written_s = tw_clock_s();
}

void tw_progress_file_update(struct tw_progress_file *file)
{
    if (file == NULL || tw_clock_s() - file->written_s < WRITTEN_EVERY_S)
        return;
    uint64_t done = tw_counts_done(file->counts);
    if (file->written_s > 0 && done == file->written_done)
        return;
    file->written_done = done;
    write_file(file, TW_RUN_GOES_ON);
}

void tw_progress_file_end(struct tw_progress_file *file, enum tw_run_state state)
{
    if (file == NULL)
        return;
    if (state == TW_RUN_DONE && tw_sink_is_single(file->plan->sink))
        unlink(file->path);
    else
        write_file(file, state);
}

static bool goes_on(const struct tw_plan *plan, const json_t *root, struct tw_arena *scratch)
{
    struct tw_lock_holder holder;
    json_int_t pid = json_integer_value(json_object_get(root, "pid"));
    return tw_sink_is_written(plan->sink, scratch, &holder) && (holder.pid == 0 || holder.pid == pid);
}

json_t *tw_progress_file_read(const struct tw_plan *plan)
{
    struct tw_arena *arena = tw_arena_new(0);
    const char *path = arena != NULL ? tw_progress_file_path(plan, arena) : NULL;
    struct tw_error ignored;
    char *bytes;
    size_t size;
    json_t *root = NULL;
    if (path != NULL && tw_file_read(arena, path, MOST_BYTES, &bytes, &size, &ignored) == TW_OK)
        root = json_loadb(bytes, size, 0, NULL);
    const char *state = json_string_value(json_object_get(root, "state"));
    if (state != NULL && strcmp(state, "running") == 0 && !goes_on(plan, root, arena))
        json_object_set_new(root, "state", json_string("interrupted"));
    if (state == NULL) {
        json_decref(root);
        root = json_pack("{s:s}", "state", "none");
    }
    tw_arena_free(arena);
    return root;
}
