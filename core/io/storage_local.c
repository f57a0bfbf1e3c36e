/* SPDX-License-Identifier: MIT */
#include "storage_ops.h"
#include "storage_driver.h"
#include "storage_batch.h"
#include "clock.h"
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct local {
    struct tw_store base;
    char *root, *work;
    int work_fd;
    tw_store_committed committed;
    void *context;
    const struct tw_storage_ops *ops;
    struct tw_storage_limits limits;
    atomic_ullong next_name;

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t changed;
    struct tw_batch pending;    /* being filled */
    struct tw_batch committing; /* being committed by one thread, if is_committing; read-only then */
    bool is_committing;
    struct tw_error failure; /* of the first batch that failed */
    pthread_t committer;     /* commits batches that are due, if has_committer */
    bool has_committer, is_closing;
};

const struct tw_storage_ops tw_storage_system = {write, close, syncfs, rename, unlink};

const struct tw_storage_limits tw_storage_defaults = {512, (size_t)64 << 20, 2.0};

/* root/path; a root of "." is left out of messages. Owned by the caller; NULL when out of memory. */
static char *full_path(const struct local *store, const char *path)
{
    char *full;
    return asprintf(&full, "%s/%s", store->root, path) < 0 ? NULL : full;
}

static char *temporary_path(const struct local *store, uint64_t name)
{
    char *full;
    return asprintf(&full, "%s/%llu.tmp", store->work, (unsigned long long)name) < 0 ? NULL : full;
}

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static enum tw_status empty_work(const struct local *store, struct tw_error *err)
{
    DIR *folder = opendir(store->work);
    if (folder == NULL)
        return tw_error_set(err, TW_ESTORAGE, "cannot write to '%s': %s", store->root, strerror(errno));
    int failure = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (!is_dot(entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0) != 0)
            failure = errno;
    closedir(folder);
    if (failure != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot empty the folder '%s': %s", store->work,
                            strerror(failure));
    return TW_OK;
}

static enum tw_status prepare(struct local *store, struct tw_error *err)
{
    enum tw_status status = tw_make_folders(store->work, err);
    if (status != TW_OK)
        return status;
    if (access(store->root, W_OK) != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot write to '%s': %s", store->root, strerror(errno));
    if ((status = empty_work(store, err)) != TW_OK)
        return status;
    store->work_fd = open(store->work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->work_fd < 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot open '%s': %s", store->work, strerror(errno));
    return TW_OK;
}

static void free_store(struct local *store)
{
    if (store->work_fd >= 0)
        close(store->work_fd);
    tw_batch_free(&store->pending);
    tw_batch_free(&store->committing);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->changed);
    free(store->root);
    free(store->work);
    free(store);
}

enum tw_status tw_store_open_with(const struct tw_store_spec *spec, struct tw_store **store,
                                  struct tw_error *err)
{
    struct local *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&opened->lock, NULL);
    pthread_cond_init(&opened->changed, NULL);
    opened->work_fd = -1;
    opened->ops = spec->ops;
    opened->limits = *spec->limits;
    opened->committed = spec->committed;
    opened->context = spec->context;
    opened->root = strdup(spec->root);
    opened->work = strdup(spec->work);
    enum tw_status status = TW_OK;
    if (opened->root == NULL || opened->work == NULL)
        status = tw_error_nomem(err);
    if (status == TW_OK)
        status = prepare(opened, err);
    if (status != TW_OK) {
        free_store(opened);
        return status;
    }
    opened->base.driver = &tw_storage_local;
    *store = &opened->base;
    return TW_OK;
}

/* Moves a file to its place; folders are made when the first file of theirs comes. */
static enum tw_status place_file(const struct local *store, const struct tw_batch_entry *entry,
                                 struct tw_error *err)
{
    char *from = temporary_path(store, entry->number), *to = full_path(store, entry->path);
    enum tw_status status = from != NULL && to != NULL ? TW_OK : tw_error_nomem(err);
    if (status == TW_OK && store->ops->rename(from, to) != 0) {
        int failure = errno;
        if (failure == ENOENT) {
            *strrchr(to, '/') = '\0';
            status = tw_make_folders(to, err);
            to[strlen(to)] = '/';
            failure = status == TW_OK && store->ops->rename(from, to) != 0 ? errno : 0;
        }
        if (status == TW_OK && failure != 0)
            status = tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", to, strerror(failure));
    }
    free(from);
    free(to);
    return status;
}

static enum tw_status remove_file(const struct local *store, const char *path, struct tw_error *err)
{
    char *full = full_path(store, path);
    if (full == NULL)
        return tw_error_nomem(err);
    enum tw_status status = TW_OK;
    if (store->ops->unlink(full) != 0 && errno != ENOENT)
        status = tw_error_set(err, TW_ESTORAGE, "cannot remove '%s': %s", full, strerror(errno));
    free(full);
    return status;
}

static enum tw_status report_tokens(const struct local *store, const struct tw_batch *batch,
                                    struct tw_error *err)
{
    if (batch->num_marks == 0 || store->committed == NULL)
        return TW_OK;
    uint64_t *tokens = malloc(batch->num_marks * sizeof(*tokens));
    if (tokens == NULL)
        return tw_error_nomem(err);
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->entries[i].kind == TW_BATCH_MARK)
            tokens[count++] = batch->entries[i].number;
    enum tw_status status = store->committed(store->context, tokens, count, err);
    free(tokens);
    return status;
}

static enum tw_status commit_batch(const struct local *store, const struct tw_batch *batch,
                                   struct tw_error *err)
{
    if (batch->bytes > 0 && store->ops->sync(store->work_fd) != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot write to '%s': %s", store->root, strerror(errno));
    for (size_t i = 0; i < batch->count; i++) {
        const struct tw_batch_entry *entry = &batch->entries[i];
        enum tw_status status = TW_OK;
        if (entry->kind == TW_BATCH_PUT)
            status = place_file(store, entry, err);
        else if (entry->kind == TW_BATCH_REMOVE)
            status = remove_file(store, entry->path, err);
        if (status != TW_OK)
            return status;
    }
    return report_tokens(store, batch, err);
}

/* Commits what is pending; the lock is held on entry and on return, not in between. */
static void commit_pending(struct local *store)
{
    struct tw_batch empty = store->committing;
    store->committing = store->pending;
    store->pending = empty;
    store->is_committing = true;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
    struct tw_error failure = {0};
    enum tw_status status = commit_batch(store, &store->committing, &failure);
    pthread_mutex_lock(&store->lock);
    if (status != TW_OK && store->failure.status == TW_OK)
        store->failure = failure;
    tw_batch_clear(&store->committing);
    store->is_committing = false;
    pthread_cond_broadcast(&store->changed);
}

static bool is_due(const struct local *store)
{
    const struct tw_batch *batch = &store->pending;
    return batch->count > 0 &&
           (batch->count >= store->limits.max_files || batch->bytes >= store->limits.max_bytes ||
            tw_clock_s() - batch->begun_s >= store->limits.max_seconds);
}

/* So much is waiting behind a batch that is being committed that one must wait for it. */
static bool is_crowded(const struct local *store)
{
    return store->pending.count >= 4 * store->limits.max_files ||
           store->pending.bytes >= 4 * store->limits.max_bytes;
}

static enum tw_status failed_before(const struct local *store, struct tw_error *err)
{
    if (err != NULL)
        *err = store->failure;
    return store->failure.status;
}

static void *commit_when_due(void *context)
{
    struct local *store = context;
    pthread_mutex_lock(&store->lock);
    while (!store->is_closing) {
        if (!store->is_committing && store->failure.status == TW_OK && is_due(store))
            commit_pending(store);
        else
            pthread_cond_wait(&store->changed, &store->lock);
    }
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

/* Signals are for the threads that wait for them. */
static bool start_committer(struct local *store)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    store->has_committer = pthread_create(&store->committer, NULL, commit_when_due, store) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return store->has_committer;
}

static void stop_committer(struct local *store)
{
    pthread_mutex_lock(&store->lock);
    store->is_closing = true;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
    if (store->has_committer)
        pthread_join(store->committer, NULL);
}

/* A batch is due: the disk is waited for in a thread of its own, which begins with the first batch. */
static void hand_over(struct local *store)
{
    if (store->has_committer || start_committer(store))
        pthread_cond_broadcast(&store->changed);
    else if (!store->is_committing)
        commit_pending(store);
}

/* Hands in an entry (its path is owned by the batch from here on), and commits when it is time. */
static enum tw_status add_entry(struct local *store, struct tw_batch_entry *entry, size_t bytes,
                                struct tw_error *err)
{
    pthread_mutex_lock(&store->lock);
    while (is_crowded(store) && store->failure.status == TW_OK &&
           (store->is_committing || store->has_committer))
        pthread_cond_wait(&store->changed, &store->lock);
    enum tw_status status = failed_before(store, err);
    if (status == TW_OK && !tw_batch_add(&store->pending, entry, bytes))
        status = tw_error_nomem(err);
    if (status != TW_OK) {
        free(entry->path);
    } else {
        if (store->pending.count == 1)
            store->pending.begun_s = tw_clock_s();
        if (is_due(store))
            hand_over(store);
        status = failed_before(store, err);
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

static int write_temporary(const struct local *store, const char *path, const unsigned char *bytes,
                           size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    int failure = 0;
    while (size > 0 && failure == 0) {
        ssize_t put = store->ops->write(fd, bytes, size);
        if (put > 0) {
            bytes += put;
            size -= (size_t)put;
        } else if (put < 0 && errno != EINTR) {
            failure = errno;
        }
    }
    if (store->ops->close(fd) != 0 && failure == 0)
        failure = errno;
    if (failure != 0)
        unlink(path);
    return failure;
}

static enum tw_status local_put(struct tw_store *base, const char *path, const void *bytes, size_t size,
                                struct tw_error *err)
{
    struct local *store = (struct local *)base;
    struct tw_batch_entry entry = {.kind = TW_BATCH_PUT, .path = strdup(path)};
    entry.number = atomic_fetch_add(&store->next_name, 1);
    char *temporary = temporary_path(store, entry.number);
    if (temporary == NULL || entry.path == NULL) {
        free(temporary);
        free(entry.path);
        return tw_error_nomem(err);
    }
    int failure = write_temporary(store, temporary, bytes, size);
    free(temporary);
    if (failure != 0) {
        free(entry.path);
        return tw_error_set(err, TW_ESTORAGE, "cannot write '%s/%s': %s", store->root, path,
                            strerror(failure));
    }
    return add_entry(store, &entry, size, err);
}

static enum tw_status local_mark(struct tw_store *base, uint64_t token, struct tw_error *err)
{
    struct local *store = (struct local *)base;
    struct tw_batch_entry entry = {.kind = TW_BATCH_MARK, .number = token};
    return add_entry(store, &entry, 0, err);
}

static bool local_exists(struct tw_store *base, const char *path);

static enum tw_status local_remove(struct tw_store *base, const char *path, struct tw_error *err)
{
    struct local *store = (struct local *)base;
    if (!local_exists(base, path))
        return TW_OK;
    struct tw_batch_entry entry = {.kind = TW_BATCH_REMOVE, .path = strdup(path)};
    if (entry.path == NULL)
        return tw_error_nomem(err);
    return add_entry(store, &entry, 0, err);
}

static enum tw_status local_flush(struct tw_store *base, struct tw_error *err)
{
    struct local *store = (struct local *)base;
    pthread_mutex_lock(&store->lock);
    while (store->is_committing)
        pthread_cond_wait(&store->changed, &store->lock);
    if (store->failure.status == TW_OK && store->pending.count > 0)
        commit_pending(store);
    enum tw_status status = failed_before(store, err);
    pthread_mutex_unlock(&store->lock);
    return status;
}

static enum tw_status local_close(struct tw_store *base, bool abandon, struct tw_error *err)
{
    struct local *store = (struct local *)base;
    enum tw_status status = abandon ? TW_OK : local_flush(base, err);
    stop_committer(store);
    struct tw_error ignored;
    enum tw_status emptied = empty_work(store, status == TW_OK ? err : &ignored);
    rmdir(store->work);
    free_store(store);
    return status == TW_OK ? emptied : status;
}

/* What the store itself knows of a path; *number is set for TW_BATCH_PUT. */
static enum tw_batch_kind look_up(struct local *store, const char *path, uint64_t *number)
{
    pthread_mutex_lock(&store->lock);
    const struct tw_batch_entry *entry = tw_batch_find(&store->pending, path);
    if (entry == NULL && store->is_committing)
        entry = tw_batch_find(&store->committing, path);
    enum tw_batch_kind kind = entry != NULL ? entry->kind : TW_BATCH_NOTHING;
    if (entry != NULL)
        *number = entry->number;
    pthread_mutex_unlock(&store->lock);
    return kind;
}

static bool local_exists(struct tw_store *base, const char *path)
{
    struct local *store = (struct local *)base;
    uint64_t number;
    enum tw_batch_kind kind = look_up(store, path, &number);
    if (kind != TW_BATCH_NOTHING)
        return kind == TW_BATCH_PUT;
    char *full = full_path(store, path);
    bool exists = full != NULL && tw_file_exists(full);
    free(full);
    return exists;
}

static enum tw_status read_if_there(const char *path, struct tw_arena *arena, struct tw_blob *blob,
                                    struct tw_error *err)
{
    char *bytes = NULL;
    enum tw_status status = tw_file_read(arena, path, 0, &bytes, &blob->size, err);
    blob->found = status == TW_OK;
    blob->bytes = bytes;
    if (status == TW_EINPUT && !tw_file_exists(path))
        return TW_OK;
    if (status == TW_EINPUT && err != NULL)
        err->status = TW_ESTORAGE;
    return status == TW_EINPUT ? TW_ESTORAGE : status;
}

static enum tw_status local_get(struct tw_store *base, const char *path, struct tw_arena *arena,
                                struct tw_blob *blob, struct tw_error *err)
{
    struct local *store = (struct local *)base;
    uint64_t number;
    enum tw_batch_kind kind = look_up(store, path, &number);
    blob->found = false;
    if (kind == TW_BATCH_REMOVE)
        return TW_OK;
    char *temporary = kind == TW_BATCH_PUT ? temporary_path(store, number) : NULL,
         *full = full_path(store, path);
    enum tw_status status = full != NULL ? TW_OK : tw_error_nomem(err);
    if (status == TW_OK && temporary != NULL)
        status = read_if_there(temporary, arena, blob, err);
    /* Committed in the meantime, or long ago. */
    if (status == TW_OK && !blob->found)
        status = read_if_there(full, arena, blob, err);
    free(temporary);
    free(full);
    return status;
}

const struct tw_store_driver tw_storage_local = {
    .put = local_put,
    .remove = local_remove,
    .mark = local_mark,
    .flush = local_flush,
    .close = local_close,
    .get = local_get,
    .exists = local_exists,
};
