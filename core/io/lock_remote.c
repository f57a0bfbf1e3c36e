/* SPDX-License-Identifier: MIT */
#include "lock_remote.h"
#include "bucket.h"
#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { RENEW_S = 30, LEASE_S = 120, MOST_TRIES = 10, MOMENT_MS = 300 };
enum { CONTENT_SIZE = TW_LOCK_HOST_SIZE + TW_LOCK_TIME_SIZE + 96 };

struct tw_remote_lock {
    struct tw_bucket *bucket; /* the file itself */
    char content[CONTENT_SIZE];
    pthread_t renewer;
    bool has_renewer;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool ends;
};

/* What lies there now. */
struct found {
    bool exists, is_ours;
    struct tw_lock_holder holder;
    struct tw_bucket_file file;
};

static enum tw_status look(struct tw_bucket *bucket, const char *own, struct found *found,
                           struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    *found = (struct found){.exists = false};
    if (arena == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_bucket_get(bucket, "", CONTENT_SIZE, arena, &found->file, err);
    if (status == TW_OK && found->file.found) {
        const char *text = found->file.bytes;
        found->exists = true;
        found->is_ours = own != NULL && strcmp(text, own) == 0;
        if (sscanf(text, "%255s %ld %31s", found->holder.host, &found->holder.pid, found->holder.since) != 3)
            found->holder.pid = 0;
    }
    tw_arena_free(arena);
    return status;
}

static bool is_held(const struct found *found)
{
    if (!found->exists || found->file.age_s > LEASE_S)
        return false;
    return found->holder.pid == 0 || tw_lock_may_live(&found->holder);
}

static void set_content(struct tw_remote_lock *lock)
{
    char host[TW_LOCK_HOST_SIZE], since[TW_LOCK_TIME_SIZE];
    unsigned long long number = 0;
    tw_lock_own_host(host);
    tw_lock_now(since);
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        number = (unsigned long long)time(NULL) ^ (unsigned long long)getpid() << 32;
    snprintf(lock->content, sizeof(lock->content), "%s %ld %s %016llx\n", host, (long)getpid(), since,
             number);
}

/* Whether the server has put a file that was there already: it knows no conditions. */
static enum tw_status knows_conditions(struct tw_remote_lock *lock, bool *knows, struct tw_error *err)
{
    bool is_put;
    enum tw_status status = tw_bucket_put_if(lock->bucket, "", lock->content, NULL, &is_put, err);
    *knows = status == TW_OK && !is_put;
    return status;
}

static void wait_a_moment(void)
{
    const struct timespec moment = {0, MOMENT_MS * 1000000L};
    nanosleep(&moment, NULL);
}

/* Makes sure of what was put. */
static enum tw_status confirm(struct tw_remote_lock *lock, bool waits, bool *taken, struct tw_error *err)
{
    bool knows;
    struct found found;
    enum tw_status status = knows_conditions(lock, &knows, err);
    if (waits || (status == TW_OK && !knows))
        wait_a_moment();
    if (status == TW_OK)
        status = look(lock->bucket, lock->content, &found, err);
    *taken = status == TW_OK && found.is_ours;
    return status;
}

/* Takes the place of one that nobody holds. Where `If-Match` is not known, it is removed first; then others
 * may have done the same, and *waits says so. */
static enum tw_status replace(struct tw_remote_lock *lock, const struct found *found, bool *is_put,
                              bool *waits, struct tw_error *err)
{
    enum tw_status status = tw_bucket_put_if(lock->bucket, "", lock->content, found->file.etag, is_put, err);
    if (status != TW_OK || *is_put)
        return status;
    *waits = true;
    status = tw_bucket_remove(lock->bucket, "", err);
    return status == TW_OK ? tw_bucket_put_if(lock->bucket, "", lock->content, NULL, is_put, err) : status;
}

/* *taken is false when another one was faster, or the answer to our own request was lost: look again. */
static enum tw_status try_once(struct tw_remote_lock *lock, const char *what, bool *taken,
                               struct tw_error *err)
{
    struct found found;
    enum tw_status status = look(lock->bucket, lock->content, &found, err);
    *taken = false;
    if (status != TW_OK)
        return status;
    if (!found.is_ours && is_held(&found))
        return tw_lock_refuse(&found.holder, what, err);
    bool is_put = found.is_ours, waits = false;
    if (!is_put)
        status = found.exists ? replace(lock, &found, &is_put, &waits, err)
                              : tw_bucket_put_if(lock->bucket, "", lock->content, NULL, &is_put, err);
    return status == TW_OK && is_put ? confirm(lock, waits, taken, err) : status;
}

/* Whoever was asleep for longer than the lease may find it taken. */
static bool is_still_ours(struct tw_remote_lock *lock)
{
    struct tw_error err = {0};
    struct found found = {.is_ours = true};
    if (look(lock->bucket, lock->content, &found, &err) == TW_OK && found.is_ours)
        return true;
    tw_log_warn("%s", err.status != TW_OK ? err.message : "another process has taken the lock of the output");
    return false;
}

static void renew_once(struct tw_remote_lock *lock)
{
    struct tw_error err = {0};
    if (is_still_ours(lock) &&
        tw_bucket_put(lock->bucket, "", lock->content, strlen(lock->content), NULL, &err) != TW_OK)
        tw_log_warn("%s", err.message);
}

static void *renew(void *context)
{
    struct tw_remote_lock *lock = context;
    pthread_mutex_lock(&lock->mutex);
    while (!lock->ends) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += RENEW_S;
        if (pthread_cond_timedwait(&lock->ended, &lock->mutex, &until) != ETIMEDOUT)
            continue;
        pthread_mutex_unlock(&lock->mutex);
        renew_once(lock);
        pthread_mutex_lock(&lock->mutex);
    }
    pthread_mutex_unlock(&lock->mutex);
    return NULL;
}

static enum tw_status start_renewer(struct tw_remote_lock *lock, struct tw_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    lock->has_renewer = pthread_create(&lock->renewer, NULL, renew, lock) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return lock->has_renewer ? TW_OK : tw_error_set(err, TW_ENOMEM, "cannot start a thread");
}

static void free_lock(struct tw_remote_lock *lock)
{
    tw_bucket_close(lock->bucket);
    pthread_mutex_destroy(&lock->mutex);
    pthread_cond_destroy(&lock->ended);
    free(lock);
}

enum tw_status tw_remote_lock_take(const char *path, const char *what, struct tw_remote_lock **lock,
                                   struct tw_error *err)
{
    struct tw_remote_lock *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->ended, NULL);
    set_content(made);
    bool taken = false;
    enum tw_status status = tw_bucket_open(path, &made->bucket, err);
    for (int tries = 0; status == TW_OK && !taken && tries < MOST_TRIES; tries++)
        status = try_once(made, what, &taken, err);
    if (status == TW_OK && !taken)
        status = tw_error_set(err, TW_ESTORAGE,
                              "cannot lock '%s': others take and release it again and again", path);
    if (status == TW_OK)
        status = start_renewer(made, err);
    if (status != TW_OK) {
        free_lock(made);
        return status;
    }
    *lock = made;
    return TW_OK;
}

bool tw_remote_lock_is_held(const char *path, struct tw_lock_holder *holder)
{
    struct tw_bucket *bucket = NULL;
    struct tw_error ignored;
    struct found found = {.exists = false};
    bool asked =
        tw_bucket_open(path, &bucket, &ignored) == TW_OK && look(bucket, NULL, &found, &ignored) == TW_OK;
    tw_bucket_close(bucket);
    *holder = found.holder;
    return asked && is_held(&found);
}

void tw_remote_lock_release(struct tw_remote_lock *lock)
{
    struct tw_error err = {0};
    pthread_mutex_lock(&lock->mutex);
    lock->ends = true;
    pthread_cond_broadcast(&lock->ended);
    pthread_mutex_unlock(&lock->mutex);
    pthread_join(lock->renewer, NULL);
    if (is_still_ours(lock) && tw_bucket_remove(lock->bucket, "", &err) != TW_OK)
        tw_log_warn("%s", err.message);
    free_lock(lock);
}
