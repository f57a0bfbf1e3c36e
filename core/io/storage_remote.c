/* A store in object storage: a line of requests, and threads that make them.
 *
 * The threads wait for the network most of the time, so there are many more than processors. What waits in
 * line is bounded in bytes: a put waits when there is no room, so that computing goes no faster than the
 * network.
 *
 * SPDX-License-Identifier: MIT
 */
#include "storage_driver.h"
#include "storage_line.h"
#include "storage_names.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 64, MOST_ENTRIES = 8192, MOST_BYTES = 64 << 20, MOST_TOKENS = 256 };

struct remote {
    struct tw_store base;
    struct tw_bucket *bucket;
    const struct tw_bucket_labels *labels;
    tw_store_committed committed;
    void *context;
    pthread_t threads[MOST_THREADS];
    size_t num_threads;

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t changed, has_work;
    struct tw_line line;
    bool ends, is_reporting;
    struct tw_error failure; /* the first */

    pthread_mutex_t listing; /* held while the bucket is listed, and with names */
    struct tw_names names;   /* of what lies there; once is_listed */
    bool is_listed;
};

/* With the lock held. Nothing goes on after a failure. */
static void fail(struct remote *store, const struct tw_error *err)
{
    if (store->failure.status == TW_OK)
        store->failure = *err;
    tw_bucket_stop(store->bucket);
    pthread_cond_broadcast(&store->changed);
    pthread_cond_broadcast(&store->has_work);
}

static enum tw_status failed_before(const struct remote *store, struct tw_error *err)
{
    if (store->failure.status != TW_OK && err != NULL)
        *err = store->failure;
    return store->failure.status;
}

static enum tw_status make_request(struct remote *store, const struct tw_line_entry *entry,
                                   struct tw_error *err)
{
    if (entry->kind == TW_LINE_REMOVE)
        return tw_bucket_remove(store->bucket, entry->path, err);
    return tw_bucket_put(store->bucket, entry->path, entry->bytes, entry->size, store->labels, err);
}

/* Keeps what is known of the bucket true. */
static enum tw_status note_name(struct remote *store, const struct tw_line_entry *entry, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    pthread_mutex_lock(&store->listing);
    if (store->is_listed && entry->kind == TW_LINE_REMOVE)
        tw_names_remove(&store->names, entry->path);
    else if (store->is_listed && !tw_names_add(&store->names, entry->path))
        status = tw_error_nomem(err);
    pthread_mutex_unlock(&store->listing);
    return status;
}

/* Takes what is done out of the line, as many tokens as fit. With the lock held. */
static size_t leave(struct remote *store, uint64_t tokens[MOST_TOKENS])
{
    size_t count = 0;
    for (struct tw_line_entry *entry; count < MOST_TOKENS && (entry = tw_line_leave(&store->line)) != NULL;) {
        if (entry->kind == TW_LINE_MARK)
            tokens[count++] = entry->token;
        tw_line_entry_free(entry);
    }
    return count;
}

/* One thread at a time reports; the lock is held on entry and on return, not while it reports. */
static void report(struct remote *store)
{
    uint64_t tokens[MOST_TOKENS];
    if (store->is_reporting)
        return;
    store->is_reporting = true;
    for (size_t count; store->failure.status == TW_OK && (count = leave(store, tokens)) > 0;) {
        if (store->committed == NULL)
            continue;
        struct tw_error err = {0};
        pthread_mutex_unlock(&store->lock);
        enum tw_status status = store->committed(store->context, tokens, count, &err);
        pthread_mutex_lock(&store->lock);
        if (status != TW_OK)
            fail(store, &err);
    }
    store->is_reporting = false;
    pthread_cond_broadcast(&store->changed);
}

/* With the lock held but for the request itself. */
static void work_on(struct remote *store, struct tw_line_entry *entry)
{
    struct tw_error err = {0};
    while (tw_line_must_wait(entry) && store->failure.status == TW_OK)
        pthread_cond_wait(&store->changed, &store->lock);
    if (store->failure.status != TW_OK)
        return;
    pthread_mutex_unlock(&store->lock);
    enum tw_status status = make_request(store, entry, &err);
    if (status == TW_OK)
        status = note_name(store, entry, &err);
    pthread_mutex_lock(&store->lock);
    if (status != TW_OK) {
        fail(store, &err);
        return;
    }
    tw_line_finish(&store->line, entry);
    pthread_cond_broadcast(&store->changed);
    report(store);
}

static void *run_thread(void *context)
{
    struct remote *store = context;
    pthread_mutex_lock(&store->lock);
    while (!store->ends && store->failure.status == TW_OK) {
        struct tw_line_entry *entry = tw_line_take(&store->line);
        if (entry != NULL)
            work_on(store, entry);
        else
            pthread_cond_wait(&store->has_work, &store->lock);
    }
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

/* One more when all are busy. With the lock held. Signals are for the threads that know what to do with them.
 */
static enum tw_status start_thread(struct remote *store, struct tw_error *err)
{
    if (store->num_threads >= MOST_THREADS || store->num_threads >= store->line.count)
        return TW_OK;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool started = pthread_create(&store->threads[store->num_threads], NULL, run_thread, store) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    store->num_threads += started;
    return store->num_threads > 0 ? TW_OK : tw_error_set(err, TW_ENOMEM, "cannot start a thread for uploads");
}

static bool has_room(const struct remote *store, size_t size)
{
    return store->line.count == 0 ||
           (store->line.count < MOST_ENTRIES && store->line.bytes + size <= MOST_BYTES);
}

/* Hands an entry in; it is owned by the line from here on. */
static enum tw_status add(struct remote *store, struct tw_line_entry *entry, struct tw_error *err)
{
    pthread_mutex_lock(&store->lock);
    while (entry->kind != TW_LINE_MARK && !has_room(store, entry->size) && store->failure.status == TW_OK)
        pthread_cond_wait(&store->changed, &store->lock);
    enum tw_status status = failed_before(store, err);
    if (status != TW_OK) {
        tw_line_entry_free(entry);
    } else {
        bool is_mark = entry->kind == TW_LINE_MARK;
        tw_line_add(&store->line, entry);
        if (is_mark) {
            report(store);
            status = failed_before(store, err);
        } else {
            status = start_thread(store, err);
            pthread_cond_signal(&store->has_work);
        }
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

static struct tw_line_entry *new_entry(enum tw_line_kind kind, const char *path)
{
    struct tw_line_entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->kind = kind;
    if (path == NULL || (entry->path = strdup(path)) != NULL)
        return entry;
    free(entry);
    return NULL;
}

static enum tw_status remote_put(struct tw_store *base, const char *path, const void *bytes, size_t size,
                                 struct tw_error *err)
{
    struct tw_line_entry *entry = new_entry(TW_LINE_PUT, path);
    if (entry == NULL || (entry->bytes = malloc(size + 1)) == NULL) {
        tw_line_entry_free(entry);
        return tw_error_nomem(err);
    }
    memcpy(entry->bytes, bytes, size);
    entry->size = size;
    return add((struct remote *)base, entry, err);
}

static enum tw_status remote_mark(struct tw_store *base, uint64_t token, struct tw_error *err)
{
    struct tw_line_entry *entry = new_entry(TW_LINE_MARK, NULL);
    if (entry == NULL)
        return tw_error_nomem(err);
    entry->token = token;
    return add((struct remote *)base, entry, err);
}

static enum tw_status take_name(void *context, const struct tw_bucket_entry *entry, struct tw_error *err)
{
    return tw_names_add(context, entry->path) ? TW_OK : tw_error_nomem(err);
}

/* Once. With `listing` held: who asks meanwhile waits. */
static bool list(struct remote *store)
{
    struct tw_error err = {0};
    const struct tw_bucket_listing listing = {.folder = "", .visit = take_name, .context = &store->names};
    if (store->is_listed)
        return true;
    store->is_listed = tw_bucket_list(store->bucket, &listing, &err) == TW_OK;
    if (store->is_listed)
        return true;
    pthread_mutex_lock(&store->lock);
    fail(store, &err);
    pthread_mutex_unlock(&store->lock);
    return false;
}

static bool remote_exists(struct tw_store *base, const char *path)
{
    struct remote *store = (struct remote *)base;
    pthread_mutex_lock(&store->listing);
    pthread_mutex_lock(&store->lock);
    const struct tw_line_entry *entry = tw_line_find(&store->line, path);
    bool is_known = entry != NULL, exists = is_known && entry->kind == TW_LINE_PUT;
    pthread_mutex_unlock(&store->lock);
    if (!is_known && list(store))
        exists = tw_names_has(&store->names, path);
    pthread_mutex_unlock(&store->listing);
    return exists;
}

static enum tw_status remote_remove(struct tw_store *base, const char *path, struct tw_error *err)
{
    if (!remote_exists(base, path))
        return TW_OK;
    struct tw_line_entry *entry = new_entry(TW_LINE_REMOVE, path);
    return entry != NULL ? add((struct remote *)base, entry, err) : tw_error_nomem(err);
}

static enum tw_status remote_flush(struct tw_store *base, struct tw_error *err)
{
    struct remote *store = (struct remote *)base;
    pthread_mutex_lock(&store->lock);
    while (store->failure.status == TW_OK && (store->line.first != NULL || store->is_reporting))
        pthread_cond_wait(&store->changed, &store->lock);
    enum tw_status status = failed_before(store, err);
    pthread_mutex_unlock(&store->lock);
    return status;
}

static void free_store(struct remote *store)
{
    tw_line_free(&store->line);
    tw_names_free(&store->names);
    tw_bucket_close(store->bucket);
    pthread_mutex_destroy(&store->lock);
    pthread_mutex_destroy(&store->listing);
    pthread_cond_destroy(&store->changed);
    pthread_cond_destroy(&store->has_work);
    free(store);
}

static enum tw_status remote_close(struct tw_store *base, bool abandon, struct tw_error *err)
{
    struct remote *store = (struct remote *)base;
    enum tw_status status = abandon ? TW_OK : remote_flush(base, err);
    pthread_mutex_lock(&store->lock);
    store->ends = true;
    if (abandon)
        tw_bucket_stop(store->bucket);
    pthread_cond_broadcast(&store->has_work);
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
    for (size_t i = 0; i < store->num_threads; i++)
        pthread_join(store->threads[i], NULL);
    free_store(store);
    return status;
}

/* A copy of bytes that are on their way; *is_known: the line has the path. */
static enum tw_status get_from_line(struct remote *store, const char *path, struct tw_arena *arena,
                                    struct tw_blob *blob, bool *is_known)
{
    enum tw_status status = TW_OK;
    pthread_mutex_lock(&store->lock);
    const struct tw_line_entry *entry = tw_line_find(&store->line, path);
    *is_known = entry != NULL;
    if (entry != NULL && entry->kind == TW_LINE_PUT) {
        blob->size = entry->size;
        blob->bytes = tw_arena_alloc(arena, entry->size + 1);
        blob->found = blob->bytes != NULL;
        if (blob->found)
            memcpy(blob->bytes, entry->bytes, entry->size);
        status = blob->found ? TW_OK : TW_ENOMEM;
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

static enum tw_status remote_get(struct tw_store *base, const char *path, struct tw_arena *arena,
                                 struct tw_blob *blob, struct tw_error *err)
{
    struct remote *store = (struct remote *)base;
    bool is_known;
    blob->found = false;
    if (get_from_line(store, path, arena, blob, &is_known) != TW_OK)
        return tw_error_nomem(err);
    if (is_known)
        return TW_OK;
    struct tw_bucket_file file;
    enum tw_status status = tw_bucket_get(store->bucket, path, 0, arena, &file, err);
    if (status == TW_OK)
        *blob = (struct tw_blob){file.bytes, (size_t)file.size, file.found};
    if (status != TW_ECANCELLED)
        return status;
    pthread_mutex_lock(&store->lock);
    status = store->failure.status != TW_OK ? failed_before(store, err) : TW_ECANCELLED;
    pthread_mutex_unlock(&store->lock);
    return status;
}

static uint64_t remote_retries(const struct tw_store *base)
{
    return tw_bucket_retries(((const struct remote *)base)->bucket);
}

const struct tw_store_driver tw_storage_remote = {
    .put = remote_put,
    .remove = remote_remove,
    .mark = remote_mark,
    .flush = remote_flush,
    .close = remote_close,
    .get = remote_get,
    .exists = remote_exists,
    .retries = remote_retries,
};

enum tw_status tw_store_open_remote(const struct tw_store_place *place, tw_store_committed committed,
                                    void *context, struct tw_store **store, struct tw_error *err)
{
    struct remote *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&opened->lock, NULL);
    pthread_mutex_init(&opened->listing, NULL);
    pthread_cond_init(&opened->changed, NULL);
    pthread_cond_init(&opened->has_work, NULL);
    opened->base.driver = &tw_storage_remote;
    opened->labels = place->labels;
    opened->committed = committed;
    opened->context = context;
    enum tw_status status = tw_bucket_open(place->root, &opened->bucket, err);
    if (status != TW_OK) {
        free_store(opened);
        return status;
    }
    *store = &opened->base;
    return TW_OK;
}
