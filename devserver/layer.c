/* SPDX-License-Identifier: MIT */
#include "layer.h"

#include "children.h"
#include "loading.h"

#include "file.h"
#include "hash.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { LOOK_EVERY_MS = 150 };

struct tw_layer {
    struct tw_layer_spec spec;
    pthread_t watcher;
    struct tw_run_news *run;
    bool is_watched;
    struct timespec begun; /* before the first version was read */

    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t stop;
    bool is_stopped;
    struct tw_edition *edition;
    int version;
    char *problem; /* with the version; NULL: none */
};

/* Takes the output for the edition, from the one before it: what was made by that is committed first, and
 * nothing of it is written any more. Where the output is not to be had, or was made by another version, the
 * new one shows what it computes, and says why. */
static enum tw_status hand_over(struct tw_layer *layer, struct tw_edition *edition,
                                struct tw_problems *problems)
{
    struct tw_error err = {0};
    bool reads_only = layer->spec.mode == TW_PREVIEW_READONLY;
    if (!reads_only)
        tw_preview_output_end(layer->edition->output);
    enum tw_status status = tw_edition_open_output(edition, layer->spec.mode, &err);
    if (status == TW_OK)
        return TW_OK;
    if (reads_only) {
        tw_problems_add_error(problems, &err);
        return status;
    }
    edition->notice = tw_arena_printf(edition->plan->arena, "nothing is written: %s", err.message);
    return edition->notice != NULL ? TW_OK : TW_ENOMEM;
}

/* What there is to see of files. */
struct look {
    struct tw_text *seen;
    struct timespec newest; /* change of them all */
};

static bool is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static void add_file(struct look *look, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        tw_text_printf(look->seen, "%s gone\n", path);
        return;
    }
    tw_text_printf(look->seen, "%s %lld %lld %lld.%09ld\n", path, (long long)info.st_size,
                   (long long)info.st_ino, (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    if (is_later(&info.st_mtim, &look->newest))
        look->newest = info.st_mtim;
}

/* All scripts beside one: modules that it requires are among them. */
static void add_scripts(struct look *look, struct tw_arena *arena, const char *script)
{
    const char *folder = tw_path_folder(arena, script);
    DIR *entries = folder != NULL ? opendir(folder) : NULL;
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        if (tw_path_has_suffix(entry->d_name, ".lua") && entry->d_name[0] != '.')
            add_file(look, tw_path_join(arena, folder, entry->d_name));
    if (entries != NULL)
        closedir(entries);
}

/* The files as text, which is another when one of them has changed; returns when the last of them did. */
static struct timespec look(struct tw_layer *layer, struct tw_text *seen)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_edition *edition = tw_layer_edition(layer);
    struct look look = {.seen = seen};
    tw_text_clear(seen);
    add_file(&look, layer->spec.path);
    if (arena != NULL && edition->plan->declaration->path != NULL &&
        tw_path_has_suffix(edition->plan->declaration->path, ".lua"))
        add_scripts(&look, arena, edition->plan->declaration->path);
    tw_edition_release(edition);
    tw_arena_free(arena);
    return look.newest;
}

static void take(struct tw_layer *layer, struct tw_edition *edition, const char *problem)
{
    if (edition != NULL) /* only this thread replaces the one that is shown */
        tw_children_inherit(edition->children, layer->edition->children);
    pthread_mutex_lock(&layer->mutex);
    struct tw_edition *old = edition != NULL ? layer->edition : NULL;
    if (edition != NULL)
        layer->edition = edition;
    layer->version++;
    free(layer->problem);
    layer->problem = problem != NULL ? strdup(problem) : NULL;
    pthread_mutex_unlock(&layer->mutex);
    if (old != NULL)
        tw_edition_stop(old);
    if (layer->spec.changed != NULL)
        layer->spec.changed(layer->spec.context);
    tw_edition_release(old); /* waits for its workers, of which one may not listen */
}

/* The version that was loaded takes the place of the one that is shown, or its problems are told. */
static void take_loaded(struct tw_layer *layer, struct tw_loading *loading)
{
    struct tw_problems problems = {0};
    struct tw_edition *edition = NULL;
    enum tw_status status = tw_loading_take(loading, &edition, &problems);
    if (status == TW_OK)
        status = hand_over(layer, edition, &problems);
    if (status == TW_OK) {
        tw_tiles_begin(edition->tiles);
    } else {
        tw_edition_release(edition);
        edition = NULL;
    }
    take(layer, edition,
         status == TW_OK      ? NULL
         : problems.count > 0 ? tw_text_get(&problems.text)
                              : "out of memory");
    tw_problems_free(&problems);
}

static bool look_at_run(struct tw_layer *layer)
{
    if (layer->spec.kind != TW_LAYER_RESULT)
        return false;
    struct tw_edition *edition = tw_layer_edition(layer);
    bool is_news = tw_run_news_look(layer->run, edition->plan);
    tw_edition_release(edition);
    return is_news;
}

/* Waits a moment; false when it is to end. */
static bool wait_a_moment(struct tw_layer *layer)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_EVERY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&layer->mutex);
    if (!layer->is_stopped)
        pthread_cond_timedwait(&layer->stop, &layer->mutex, &until);
    bool goes_on = !layer->is_stopped;
    pthread_mutex_unlock(&layer->mutex);
    return goes_on;
}

/* What is known of the files, as text. */
struct seen {
    struct tw_text loaded, before, now;
};

static void keep_text(struct tw_text *kept, const struct tw_text *text)
{
    tw_text_clear(kept);
    tw_text_add(kept, tw_text_get(text));
}

/* Whether there is another version than the one that was loaded, or is being loaded. A file that is still
 * being written changes again: it is loaded when two looks agree. */
static bool has_changed(struct tw_layer *layer, struct seen *seen)
{
    look(layer, &seen->now);
    bool is_settled = strcmp(tw_text_get(&seen->now), tw_text_get(&seen->before)) == 0;
    bool is_new = strcmp(tw_text_get(&seen->now), tw_text_get(&seen->loaded)) != 0;
    keep_text(&seen->before, &seen->now);
    if (is_settled && is_new)
        keep_text(&seen->loaded, &seen->now);
    return is_settled && is_new;
}

/* Waits a moment, or until the version that is being loaded is there, which is taken. False when all is to
 * end. */
static bool wait_for_news(struct tw_layer *layer, struct tw_loading **loading, bool *is_taken)
{
    *is_taken = *loading != NULL && tw_loading_wait(*loading, LOOK_EVERY_MS);
    if (*loading == NULL)
        return wait_a_moment(layer);
    pthread_mutex_lock(&layer->mutex);
    bool goes_on = !layer->is_stopped;
    pthread_mutex_unlock(&layer->mutex);
    *is_taken = *is_taken && goes_on;
    if (*is_taken) {
        take_loaded(layer, *loading);
        *loading = NULL;
    }
    return goes_on;
}

/* A version that comes to no end, or is slow, is given up for the next. */
static void *watch(void *context)
{
    struct tw_layer *layer = context;
    struct seen seen = {0};
    struct tw_loading *loading = NULL;
    bool is_taken;
    struct timespec newest = look(layer, &seen.before);
    if (is_later(&layer->begun, &newest)) /* else a file was changed while it was read, or behind that */
        keep_text(&seen.loaded, &seen.before);
    while (wait_for_news(layer, &loading, &is_taken)) {
        if (look_at_run(layer) && layer->spec.changed != NULL)
            layer->spec.changed(layer->spec.context);
        if (is_taken || !has_changed(layer, &seen))
            continue;
        tw_loading_abandon(loading);
        loading = tw_loading_begin(&layer->spec, layer->version + 1);
        if (loading == NULL)
            take(layer, NULL, "out of memory");
    }
    tw_loading_abandon(loading);
    tw_text_free(&seen.loaded);
    tw_text_free(&seen.before);
    tw_text_free(&seen.now);
    return NULL;
}

static enum tw_status load_first(struct tw_layer *layer, struct tw_problems *problems)
{
    struct tw_error err = {0};
    enum tw_status status = tw_layer_load(&layer->spec, 1, NULL, &layer->edition, problems);
    if (status != TW_OK)
        return status;
    status = tw_edition_open_output(layer->edition, layer->spec.mode, &err);
    if (status == TW_OK)
        tw_tiles_begin(layer->edition->tiles);
    else
        tw_problems_add_error(problems, &err);
    return status;
}

enum tw_status tw_layer_new(const struct tw_layer_spec *spec, struct tw_layer **layer,
                            struct tw_problems *problems)
{
    struct tw_layer *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return TW_ENOMEM;
    made->spec = *spec;
    made->run = tw_run_news_new(spec->id);
    made->version = 1;
    clock_gettime(CLOCK_REALTIME_COARSE, &made->begun); /* the clock of files */
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->stop, NULL);
    enum tw_status status = made->run != NULL ? load_first(made, problems) : TW_ENOMEM;
    if (status == TW_OK)
        look_at_run(made);
    if (status == TW_OK && pthread_create(&made->watcher, NULL, watch, made) != 0)
        status = TW_ENOMEM;
    made->is_watched = status == TW_OK;
    if (status != TW_OK) {
        tw_layer_free(made);
        return status;
    }
    *layer = made;
    return TW_OK;
}

void tw_layer_stop(struct tw_layer *layer)
{
    pthread_mutex_lock(&layer->mutex);
    layer->is_stopped = true;
    pthread_cond_signal(&layer->stop);
    pthread_mutex_unlock(&layer->mutex);
    if (layer->is_watched)
        pthread_join(layer->watcher, NULL);
    layer->is_watched = false;
    if (layer->edition != NULL)
        tw_edition_stop(layer->edition);
}

void tw_layer_free(struct tw_layer *layer)
{
    if (layer == NULL)
        return;
    tw_layer_stop(layer);
    tw_edition_release(layer->edition);
    tw_run_news_free(layer->run);
    pthread_mutex_destroy(&layer->mutex);
    pthread_cond_destroy(&layer->stop);
    free(layer->problem);
    free(layer);
}

const struct tw_layer_spec *tw_layer_spec(const struct tw_layer *layer)
{
    return &layer->spec;
}

struct tw_edition *tw_layer_edition(struct tw_layer *layer)
{
    pthread_mutex_lock(&layer->mutex);
    struct tw_edition *edition = tw_edition_keep(layer->edition);
    pthread_mutex_unlock(&layer->mutex);
    return edition;
}

struct tw_run_news *tw_layer_run(struct tw_layer *layer)
{
    return layer->run;
}

int tw_layer_version(struct tw_layer *layer, struct tw_arena *arena, const char **problem)
{
    pthread_mutex_lock(&layer->mutex);
    int version = layer->version;
    if (problem != NULL)
        *problem = layer->problem != NULL ? tw_arena_strdup(arena, layer->problem) : NULL;
    pthread_mutex_unlock(&layer->mutex);
    return version;
}
