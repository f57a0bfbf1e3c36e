/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include "file.h"
#include "log.h"
#include "text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_FAILED = 1000, TIME_SIZE = 32 };

static enum tw_outcome_of_run outcome_of(const struct tw_run_end *end)
{
    if (end->status == TW_ECANCELLED || end->result->signal != 0)
        return TW_RUN_WAS_INTERRUPTED;
    return end->status == TW_OK && end->result->failures.total == 0 ? TW_RUN_SUCCEEDED : TW_RUN_HAS_FAILED;
}

static const char *const names[] = {[TW_RUN_SUCCEEDED] = "success",
                                    [TW_RUN_HAS_FAILED] = "failure",
                                    [TW_RUN_WAS_INTERRUPTED] = "interrupted"};

static void time_text(time_t when, char text[TIME_SIZE])
{
    struct tm utc;
    gmtime_r(&when, &utc);
    strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* Names of files and messages may be anything, and JSON is UTF-8. Null for NULL. */
static json_t *json_of(const char *text)
{
    char *copy = text != NULL ? strdup(text) : NULL;
    if (copy == NULL)
        return text == NULL ? json_null() : NULL;
    tw_make_utf8(copy);
    json_t *json = json_string(copy);
    free(copy);
    return json;
}

/* One sentence: what chat programs show. */
static json_t *sentence(const struct tw_run_end *end)
{
    const struct tw_run_result *result = end->result;
    const char *output = tw_sink_path(end->plan->sink);
    struct tw_text text = {0};
    tw_text_printf(&text, "%s: ", output != NULL ? output : "tilewright");
    if (end->status != TW_OK && outcome_of(end) == TW_RUN_HAS_FAILED)
        tw_text_add(&text, end->message);
    else
        tw_text_printf(&text, "%llu metatiles made, %llu done before, %llu failed%s",
                       (unsigned long long)result->made, (unsigned long long)result->skipped,
                       (unsigned long long)result->failures.total,
                       outcome_of(end) == TW_RUN_WAS_INTERRUPTED ? "; interrupted" : "");
    json_t *json = text.failed ? NULL : json_of(tw_text_get(&text));
    tw_text_free(&text);
    return json;
}

static json_t *failed_tiles(const struct tw_failures *failures)
{
    json_t *list = json_array();
    for (size_t i = 0; i < failures->count && i < MOST_FAILED; i++) {
        const struct tw_failure *failure = &failures->items[i];
        json_array_append_new(list,
                              json_pack("{s:i, s:I, s:I, s:o}", "zoom", failure->tile.zoom, "row",
                                        (json_int_t)failure->tile.row, "col", (json_int_t)failure->tile.col,
                                        "message", json_of(failure->message)));
    }
    return list;
}

static json_t *counts(const struct tw_run_result *result)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "made", (json_int_t)result->made, "empty",
                     (json_int_t)result->empty, "skipped", (json_int_t)result->skipped, "failed",
                     (json_int_t)result->failures.total, "blocked", (json_int_t)result->blocked, "files",
                     (json_int_t)result->files, "bytes", (json_int_t)result->bytes);
}

/* Owned by the caller (free); NULL when out of memory. */
static char *summarize(const struct tw_run_end *end)
{
    const struct tw_plan *plan = end->plan;
    char begun[TIME_SIZE], ended[TIME_SIZE];
    time_t now = time(NULL);
    time_text(now - (time_t)end->result->seconds, begun);
    time_text(now, ended);
    json_t *json = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:[ii], s:s, s:s, s:f, s:o, s:s}", "status", names[outcome_of(end)],
        "text", sentence(end), "configuration", json_of(plan->config->path), "output",
        json_of(tw_sink_path(plan->sink)), "process", json_of(plan->declaration->path), "zooms",
        plan->min_zoom, plan->max_zoom, "begun", begun, "ended", ended, "seconds", end->result->seconds,
        "error", json_of(end->status != TW_OK ? end->message : NULL), "version", TW_VERSION);
    json_t *numbers = counts(end->result);
    json_object_update(json, numbers);
    json_decref(numbers);
    json_object_set_new(json, "failed_tiles", failed_tiles(&end->result->failures));
    char *text = json != NULL ? json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(json);
    return text;
}

static void write_file(const struct tw_run_end *end, const char *json)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_error err = {0};
    char *path = arena != NULL ? tw_sink_beside(end->plan->sink, "summary.json", arena) : NULL;
    bool is_wanted = end->result->is_begun && !end->leaves_nothing; /* not begun: it is somebody else's */
    if (path != NULL && is_wanted && tw_file_write(path, json, strlen(json), &err) != TW_OK)
        tw_log_warn("%s", err.message);
    tw_arena_free(arena);
}

static bool is_concerned(const struct tw_value *whom, enum tw_outcome_of_run outcome)
{
    const struct tw_value *on = tw_value_get(whom, "on");
    if (on == NULL || on->kind != TW_STRING || strcmp(on->text, "both") == 0)
        return true;
    return (strcmp(on->text, "success") == 0) == (outcome == TW_RUN_SUCCEEDED);
}

static void notify(const struct tw_run_end *end, const struct tw_value *whom, const char *json)
{
    struct tw_error err = {0};
    if (is_concerned(whom, outcome_of(end)) && tw_notify(end->plan, whom, json, &err) != TW_OK)
        tw_log_warn("%s", err.message);
}

void tw_run_tell(const struct tw_run_end *end)
{
    const struct tw_value *whom = end->plan->config->notify;
    char *json = summarize(end);
    if (json == NULL) {
        tw_log_warn("out of memory: there is no summary of the run");
        return;
    }
    write_file(end, json);
    if (whom != NULL && whom->kind == TW_LIST)
        for (size_t i = 0; i < whom->count; i++)
            notify(end, &whom->items[i], json);
    else if (whom != NULL)
        notify(end, whom, json);
    free(json);
}
