/* SPDX-License-Identifier: MIT */
#include "loading.h"

#include "grid_read.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct tw_loading {
    struct tw_layer_spec spec;
    int number;
    volatile int cancelled;

    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t ended;
    bool has_ended, is_abandoned;
    enum tw_status status;
    struct tw_edition *edition;
    struct tw_problems problems;
};

enum tw_status tw_layer_load(const struct tw_layer_spec *spec, int number, const volatile int *cancel,
                             struct tw_edition **edition, struct tw_problems *problems)
{
    struct tw_loaded loaded = {0};
    enum tw_status status = spec->load != NULL
                                ? spec->load(spec->path, &loaded, problems)
                                : tw_config_load(spec->path, tw_grid_read, &loaded.config, problems);
    if (status != TW_OK) {
        tw_loaded_free(&loaded);
        return status;
    }
    loaded.reads_only = spec->mode == TW_PREVIEW_READONLY;
    loaded.cancel = cancel;
    status = tw_edition_new(spec->share, &loaded, NULL, edition, problems);
    if (status == TW_OK)
        (*edition)->number = number;
    return status;
}

static void loading_free(struct tw_loading *loading)
{
    tw_edition_release(loading->edition);
    tw_problems_free(&loading->problems);
    pthread_mutex_destroy(&loading->mutex);
    pthread_cond_destroy(&loading->ended);
    free(loading);
}

static void *run_loading(void *context)
{
    struct tw_loading *loading = context;
    struct tw_makers *makers = loading->spec.share->makers;
    struct tw_problems problems = {0};
    struct tw_edition *edition = NULL;
    enum tw_status status =
        tw_layer_load(&loading->spec, loading->number, &loading->cancelled, &edition, &problems);
    pthread_mutex_lock(&loading->mutex);
    loading->status = status;
    loading->edition = edition;
    loading->problems = problems;
    loading->has_ended = true;
    bool is_abandoned = loading->is_abandoned;
    pthread_cond_signal(&loading->ended);
    pthread_mutex_unlock(&loading->mutex);
    if (is_abandoned)
        loading_free(loading);
    tw_makers_leave(makers);
    return NULL;
}

struct tw_loading *tw_loading_begin(const struct tw_layer_spec *spec, int number)
{
    struct tw_loading *loading = calloc(1, sizeof(*loading));
    pthread_t thread;
    if (loading == NULL)
        return NULL;
    loading->spec = *spec;
    loading->number = number;
    pthread_mutex_init(&loading->mutex, NULL);
    pthread_cond_init(&loading->ended, NULL);
    tw_makers_enter(spec->share->makers);
    if (pthread_create(&thread, NULL, run_loading, loading) == 0) {
        pthread_detach(thread);
        return loading;
    }
    tw_makers_leave(spec->share->makers);
    loading_free(loading);
    return NULL;
}

bool tw_loading_wait(struct tw_loading *loading, long timeout_ms)
{
    struct timespec until;
    int passed = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += timeout_ms % 1000 * 1000000L;
    until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&loading->mutex);
    while (!loading->has_ended && passed == 0)
        passed = pthread_cond_timedwait(&loading->ended, &loading->mutex, &until);
    bool has_ended = loading->has_ended;
    pthread_mutex_unlock(&loading->mutex);
    return has_ended;
}

enum tw_status tw_loading_take(struct tw_loading *loading, struct tw_edition **edition,
                               struct tw_problems *problems)
{
    pthread_mutex_lock(&loading->mutex); /* the thread is out of it from here on */
    enum tw_status status = loading->status;
    *edition = loading->edition;
    *problems = loading->problems;
    loading->edition = NULL;
    loading->problems = (struct tw_problems){0};
    pthread_mutex_unlock(&loading->mutex);
    loading_free(loading);
    return status;
}

void tw_loading_abandon(struct tw_loading *loading)
{
    if (loading == NULL)
        return;
    loading->cancelled = 1;
    pthread_mutex_lock(&loading->mutex);
    loading->is_abandoned = true;
    bool has_ended = loading->has_ended;
    pthread_mutex_unlock(&loading->mutex);
    if (has_ended)
        loading_free(loading);
}
