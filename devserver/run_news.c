/* SPDX-License-Identifier: MIT */
#include "run_news.h"

#include "clock.h"
#include "file.h"
#include "progress_file.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* So long may a run that goes on say nothing before it is looked at whether it lives. */
static const double SILENT_S = 1.5;

struct tw_run_news {
    struct stat seen; /* of the file, when it was read; zeros: there was none */
    const char *layer;
    double read_s;
    bool has_looked;
    bool has_run; /* one went on at a look */

    pthread_mutex_t mutex; /* of all below */
    char *text;
    enum tw_news_state state;
    int number;
};

struct tw_run_news *tw_run_news_new(const char *layer)
{
    struct tw_run_news *news = calloc(1, sizeof(*news));
    if (news == NULL)
        return NULL;
    pthread_mutex_init(&news->mutex, NULL);
    news->layer = layer;
    return news;
}

void tw_run_news_free(struct tw_run_news *news)
{
    if (news == NULL)
        return;
    pthread_mutex_destroy(&news->mutex);
    free(news->text);
    free(news);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool has_changed(struct tw_run_news *news, const struct tw_plan *plan)
{
    struct stat now = {0};
    struct tw_arena *arena = tw_arena_new(0);
    const char *path = arena != NULL ? tw_progress_file_path(plan, arena) : NULL;
    if (path == NULL || stat(path, &now) != 0)
        now = (struct stat){0};
    tw_arena_free(arena);
    bool is_same_file = news->has_looked && is_same(&now, &news->seen);
    news->seen = now;
    news->has_looked = true;
    return !is_same_file || (news->state == TW_NEWS_RUNNING && tw_clock_s() - news->read_s > SILENT_S);
}

/* A run that has completed a single file leaves nothing: then what was known of it last, done; NULL
 * otherwise. */
static json_t *complete(struct tw_run_news *news, const struct tw_plan *plan)
{
    if (!news->has_run || !tw_sink_is_single(plan->sink) || !tw_file_exists(tw_sink_path(plan->sink)))
        return NULL;
    json_t *before = json_loads(news->text, 0, NULL);
    json_object_set_new(before, "state", json_string("done"));
    return before;
}

static json_t *read_run(struct tw_run_news *news, const struct tw_plan *plan)
{
    json_t *run = tw_progress_file_read(plan);
    const char *state = json_string_value(json_object_get(run, "state"));
    bool is_none = state != NULL && strcmp(state, "none") == 0;
    json_t *completed = is_none ? complete(news, plan) : NULL;
    if (completed == NULL)
        return run;
    json_decref(run);
    return completed;
}

bool tw_run_news_look(struct tw_run_news *news, const struct tw_plan *plan)
{
    if (!has_changed(news, plan))
        return false;
    json_t *run = read_run(news, plan);
    const char *state = json_string_value(json_object_get(run, "state"));
    json_object_set_new(run, "layer", json_string(news->layer));
    char *text = json_dumps(run, JSON_COMPACT);
    if (text == NULL || state == NULL) {
        json_decref(run);
        free(text);
        return false;
    }
    enum tw_news_state now = strcmp(state, "running") == 0 ? TW_NEWS_RUNNING
                             : strcmp(state, "none") == 0  ? TW_NEWS_NONE
                                                           : TW_NEWS_ENDED;
    news->read_s = tw_clock_s();
    pthread_mutex_lock(&news->mutex);
    /* What lies there from earlier is no news. */
    bool is_news = news->text != NULL ? strcmp(news->text, text) != 0 : now == TW_NEWS_RUNNING;
    free(news->text);
    news->text = text;
    news->state = now;
    news->number += is_news;
    pthread_mutex_unlock(&news->mutex);
    news->has_run = news->has_run || now == TW_NEWS_RUNNING;
    json_decref(run);
    return is_news;
}

enum tw_news_state tw_run_news_state(struct tw_run_news *news)
{
    pthread_mutex_lock(&news->mutex);
    enum tw_news_state state = news->state;
    pthread_mutex_unlock(&news->mutex);
    return state;
}

int tw_run_news_number(struct tw_run_news *news)
{
    pthread_mutex_lock(&news->mutex);
    int number = news->number;
    pthread_mutex_unlock(&news->mutex);
    return number;
}

char *tw_run_news_text(struct tw_run_news *news, struct tw_arena *arena)
{
    pthread_mutex_lock(&news->mutex);
    char *text = tw_arena_strdup(arena, news->text != NULL ? news->text : "{\"state\":\"none\"}");
    pthread_mutex_unlock(&news->mutex);
    return text;
}
