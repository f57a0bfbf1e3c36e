/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include "clock.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Seconds. What is asked to stop because of a signal or of a failure is lost anyway and has little time; a
 * tile that only takes long may be about to hear of it. */
static const double GRACE_OF_ALL = 5, LEAST_GRACE = 1, MOST_GRACE = 30, ASK_AGAIN = 0.25, FOLLOW_EVERY = 0.1;

enum stage { IDLE, WORKING, ASKED, LOST };

struct tw_post {
    struct tw_watch *watch;
    enum stage stage;
    struct tw_stint stint;
    double begun_s; /* WORKING */
    double asked_s; /* ASKED: last */
    double lost_s;  /* ASKED: when it is given up */
    bool overran;
    int cancelled; /* read by the worker without the mutex */
};

struct tw_watch {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    double timeout_s;
    char overrun[64];
    int num_posts, num_busy, num_lost;
    bool finished;
    const volatile int *follows; /* or NULL */
    int cancelled;               /* read without the mutex */
    struct tw_post posts[];
};

static void set_flag(int *flag, int value)
{
    __atomic_store_n(flag, value, __ATOMIC_RELAXED);
}

struct tw_watch *tw_watch_new(int num_posts, double timeout_s)
{
    struct tw_watch *watch = calloc(1, sizeof(*watch) + (size_t)num_posts * sizeof(watch->posts[0]));
    pthread_condattr_t attributes;
    if (watch == NULL)
        return NULL;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* that of tw_clock_s */
    pthread_cond_init(&watch->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&watch->mutex, NULL);
    watch->timeout_s = timeout_s;
    snprintf(watch->overrun, sizeof(watch->overrun), "not done after %g s (--tile-timeout)", timeout_s);
    watch->num_posts = num_posts;
    for (int i = 0; i < num_posts; i++)
        watch->posts[i].watch = watch;
    return watch;
}

void tw_watch_free(struct tw_watch *watch)
{
    if (watch == NULL)
        return;
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->mutex);
    free(watch);
}

struct tw_post *tw_watch_post(struct tw_watch *watch, int index)
{
    return &watch->posts[index];
}

const char *tw_watch_overrun(const struct tw_watch *watch)
{
    return watch->overrun;
}

static void cancel_locked(struct tw_watch *watch)
{
    set_flag(&watch->cancelled, 1);
    for (int i = 0; i < watch->num_posts; i++)
        set_flag(&watch->posts[i].cancelled, 1);
    pthread_cond_signal(&watch->changed);
}

void tw_watch_cancel(struct tw_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    cancel_locked(watch);
    pthread_mutex_unlock(&watch->mutex);
}

void tw_watch_follow(struct tw_watch *watch, const volatile int *flag)
{
    watch->follows = flag;
}

const volatile int *tw_watch_cancelled(const struct tw_watch *watch)
{
    return &watch->cancelled;
}

const volatile int *tw_post_cancelled(const struct tw_post *post)
{
    return &post->cancelled;
}

static void add_busy(struct tw_post *post, int change)
{
    struct tw_watch *watch = post->watch;
    pthread_mutex_lock(&watch->mutex);
    watch->num_busy += change;
    pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->mutex);
}

void tw_post_enter(struct tw_post *post)
{
    add_busy(post, 1);
}

void tw_post_leave(struct tw_post *post)
{
    add_busy(post, -1);
}

/* The watch need not be told: it looks again no later than when this stint, the youngest, could be over. */
void tw_post_begin(struct tw_post *post, const struct tw_stint *stint)
{
    pthread_mutex_lock(&post->watch->mutex);
    post->stage = WORKING;
    post->stint = *stint;
    post->begun_s = tw_clock_s();
    post->overran = false;
    if (post->watch->cancelled != 0)
        pthread_cond_signal(&post->watch->changed);
    pthread_mutex_unlock(&post->watch->mutex);
}

const char *tw_post_end(struct tw_post *post)
{
    struct tw_watch *watch = post->watch;
    pthread_mutex_lock(&watch->mutex);
    bool lost = post->stage == LOST, overran = post->overran;
    if (!lost) {
        post->stage = IDLE;
        set_flag(&post->cancelled, watch->cancelled);
    }
    pthread_mutex_unlock(&watch->mutex);
    while (lost)
        pause(); /* the process ends without it */
    return overran ? watch->overrun : NULL;
}

bool tw_post_is_lost(const struct tw_post *post, struct tw_stint *stint, bool *overran)
{
    *stint = post->stint;
    *overran = post->overran;
    return post->stage == LOST;
}

static double limited(double number, double least, double most)
{
    return number < least ? least : number > most ? most : number;
}

static void ask(struct tw_post *post, double now_s, double grace_s)
{
    post->stage = ASKED;
    post->asked_s = now_s;
    post->lost_s = now_s + grace_s;
    set_flag(&post->cancelled, 1);
}

static void ask_again(struct tw_post *post, double now_s)
{
    post->asked_s = now_s;
    if (post->stint.script != NULL)
        tw_script_stop(post->stint.script);
}

static void give_up(struct tw_post *post)
{
    post->stage = LOST;
    post->watch->num_lost++;
    cancel_locked(post->watch);
}

/* Does what is due at a post. Returns when to look again. */
static double look_after(struct tw_post *post, double now_s)
{
    const struct tw_watch *watch = post->watch;
    double limit_s = watch->timeout_s > 0 ? post->begun_s + watch->timeout_s : INFINITY;
    if (post->stage == WORKING && watch->cancelled != 0) {
        ask(post, now_s, GRACE_OF_ALL);
    } else if (post->stage == WORKING && now_s >= limit_s) {
        post->overran = true;
        ask(post, now_s, limited(watch->timeout_s / 10, LEAST_GRACE, MOST_GRACE));
    } else if (post->stage == ASKED && now_s >= post->lost_s) {
        give_up(post);
    } else if (post->stage == ASKED && now_s >= post->asked_s + ASK_AGAIN) {
        ask_again(post, now_s);
    }
    if (post->stage == WORKING)
        return limit_s;
    return post->stage == ASKED ? fmin(post->asked_s + ASK_AGAIN, post->lost_s) : INFINITY;
}

/* All posts. One that was given up on the way cancels those before it: they are looked at again at once. */
static double look_around(struct tw_watch *watch)
{
    double now_s = tw_clock_s();
    double next_s = watch->timeout_s > 0 ? now_s + watch->timeout_s : INFINITY;
    int lost = watch->num_lost;
    if (watch->follows != NULL)
        next_s = fmin(next_s, now_s + FOLLOW_EVERY);
    if (watch->follows != NULL && *watch->follows != 0 && watch->cancelled == 0)
        cancel_locked(watch);
    for (int i = 0; i < watch->num_posts; i++)
        next_s = fmin(next_s, look_after(&watch->posts[i], now_s));
    return watch->num_lost > lost ? now_s : next_s;
}

static void wait_until(struct tw_watch *watch, double moment_s)
{
    if (isinf(moment_s)) {
        pthread_cond_wait(&watch->changed, &watch->mutex);
        return;
    }
    struct timespec moment = {.tv_sec = (time_t)moment_s,
                              .tv_nsec = (long)((moment_s - floor(moment_s)) * 1e9)};
    pthread_cond_timedwait(&watch->changed, &watch->mutex, &moment);
}

bool tw_watch_wait(struct tw_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    while (!watch->finished && (watch->num_lost == 0 || watch->num_busy > watch->num_lost))
        wait_until(watch, look_around(watch));
    bool finished = watch->finished;
    pthread_mutex_unlock(&watch->mutex);
    return finished;
}

void tw_watch_finish(struct tw_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    watch->finished = true;
    pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->mutex);
}
