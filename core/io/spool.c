/* SPDX-License-Identifier: MIT */
#include "spool_ops.h"
#include "clock.h"
#include "content_table.h"
#include "file.h"
#include "grid.h"
#include "hash.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CONTENTS = 1 << 19 };

const struct tw_spool_limits tw_spool_defaults = {1 << 16, (size_t)64 << 20, 2.0};

/* What waits to be committed. */
struct batch {
    struct tw_intervals runs[TW_MAX_ZOOM + 1];
    uint64_t *tokens;
    size_t num_tokens, token_capacity;
    size_t num_puts, bytes;
    double begun_s;
};

struct tw_spool {
    struct tw_spool_files files;
    const struct tw_spool_limits *limits;
    tw_store_committed committed;
    void *context;

    pthread_mutex_t lock; /* of everything below, and of adding to tiles and contents */
    pthread_cond_t changed;
    struct tw_intervals tiles[TW_MAX_ZOOM + 1];
    struct tw_content_table *known;
    struct batch pending;
    bool is_committing;
    struct tw_error failure; /* of the first batch that failed */
    pthread_t committer;
    bool has_committer, is_closing;
};

static void free_batch(struct batch *batch)
{
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        tw_intervals_free(&batch->runs[zoom]);
    free(batch->tokens);
    *batch = (struct batch){0};
}

static bool take_runs(void *context, const struct tw_spool_run *runs, size_t count)
{
    struct tw_spool *spool = context;
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = runs[i].zoom > TW_MAX_ZOOM ||
               tw_intervals_add_run(&spool->tiles[runs[i].zoom], runs[i].first, runs[i].last, runs[i].tag);
    return done;
}

/* The last of them, so that equal tiles of the run that goes on are there once. */
static enum tw_status remember_contents(struct tw_spool *spool, struct tw_error *err)
{
    uint64_t count = spool->files.ends[TW_SPOOL_CONTENTS] / sizeof(struct tw_spool_content);
    enum tw_status status = TW_OK;
    for (uint64_t i = count > MOST_CONTENTS ? count - MOST_CONTENTS : 0; status == TW_OK && i < count; i++) {
        struct tw_spool_content content;
        uint64_t number;
        status = tw_spool_content(spool, (uint32_t)i, &content, err);
        if (status == TW_OK && !tw_content_find(spool->known, content.hash, &number) &&
            !tw_content_keep(spool->known, content.hash, i))
            status = tw_error_nomem(err);
    }
    return status;
}

enum tw_status tw_spool_open_with(const struct tw_spool_spec *spec, const struct tw_spool_ops *ops,
                                  const struct tw_spool_limits *limits, struct tw_spool **spool,
                                  struct tw_error *err)
{
    struct tw_spool *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&opened->lock, NULL);
    pthread_cond_init(&opened->changed, NULL);
    opened->files = (struct tw_spool_files){.ops = ops, .folder = strdup(spec->folder), .fds = {-1, -1, -1}};
    opened->limits = limits;
    opened->committed = spec->committed;
    opened->context = spec->context;
    opened->known = tw_content_table_new(MOST_CONTENTS);
    enum tw_status status = TW_OK;
    if (opened->files.folder == NULL || opened->known == NULL)
        status = tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_spool_files_open(&opened->files, spec->forget, take_runs, opened, err);
    if (status == TW_OK)
        status = remember_contents(opened, err);
    if (status != TW_OK) {
        tw_spool_free(opened);
        return status;
    }
    *spool = opened;
    return TW_OK;
}

enum tw_status tw_spool_look(const char *folder, struct tw_arena *arena, struct tw_error *err)
{
    char *index = tw_arena_printf(arena, "%s/index", folder);
    if (index == NULL)
        return tw_error_nomem(err);
    if (tw_file_exists(index))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE,
                        "cannot go on with what lies in '%s': an earlier version of tilewright has begun it; "
                        "use --overwrite to begin anew",
                        folder);
}

enum tw_status tw_spool_open(const struct tw_spool_spec *spec, struct tw_spool **spool, struct tw_error *err)
{
    return tw_spool_open_with(spec, &tw_spool_system, &tw_spool_defaults, spool, err);
}

void tw_spool_free(struct tw_spool *spool)
{
    if (spool == NULL)
        return;
    pthread_mutex_lock(&spool->lock);
    spool->is_closing = true;
    pthread_cond_broadcast(&spool->changed);
    pthread_mutex_unlock(&spool->lock);
    if (spool->has_committer)
        pthread_join(spool->committer, NULL);
    tw_spool_files_close(&spool->files);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        tw_intervals_free(&spool->tiles[zoom]);
    free_batch(&spool->pending);
    tw_content_table_free(spool->known);
    pthread_mutex_destroy(&spool->lock);
    pthread_cond_destroy(&spool->changed);
    free(spool);
}

/* The batch as it is written; owned by the caller. NULL when out of memory. */
static struct tw_spool_batch *pack(const struct batch *batch, const struct tw_spool_batch *head, size_t *size)
{
    size_t count = 0;
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        count += batch->runs[zoom].count;
    *size = sizeof(*head) + count * sizeof(struct tw_spool_run);
    struct tw_spool_batch *packed = malloc(*size);
    if (packed == NULL)
        return NULL;
    *packed = *head;
    packed->num_runs = count;
    struct tw_spool_run *run = (struct tw_spool_run *)(packed + 1);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        for (size_t i = 0; i < batch->runs[zoom].count; i++) {
            const struct tw_interval *from = &batch->runs[zoom].runs[i];
            *run++ = (struct tw_spool_run){from->first, from->last, (uint32_t)zoom, from->tag};
        }
    return packed;
}

static enum tw_status commit_batch(struct tw_spool *spool, const struct batch *batch,
                                   const struct tw_spool_batch *head, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    if (batch->num_puts > 0) {
        size_t size;
        struct tw_spool_batch *packed = pack(batch, head, &size);
        status =
            packed != NULL ? tw_spool_files_commit(&spool->files, packed, size, err) : tw_error_nomem(err);
        free(packed);
    }
    if (status == TW_OK && batch->num_tokens > 0 && spool->committed != NULL)
        status = spool->committed(spool->context, batch->tokens, batch->num_tokens, err);
    return status;
}

/* Commits what is pending; the lock is held on entry and on return, not in between. */
static void commit_pending(struct tw_spool *spool)
{
    struct batch batch = spool->pending;
    const struct tw_spool_batch head = {.tiles_end = spool->files.ends[TW_SPOOL_TILES],
                                        .contents_end = spool->files.ends[TW_SPOOL_CONTENTS]};
    spool->pending = (struct batch){0};
    spool->is_committing = true;
    pthread_cond_broadcast(&spool->changed);
    pthread_mutex_unlock(&spool->lock);
    struct tw_error failure = {0};
    enum tw_status status = commit_batch(spool, &batch, &head, &failure);
    free_batch(&batch);
    pthread_mutex_lock(&spool->lock);
    if (status != TW_OK && spool->failure.status == TW_OK)
        spool->failure = failure;
    spool->is_committing = false;
    pthread_cond_broadcast(&spool->changed);
}

static bool is_over(const struct tw_spool *spool, size_t times)
{
    const struct batch *batch = &spool->pending;
    return batch->num_puts + batch->num_tokens >= times * spool->limits->max_puts ||
           batch->bytes >= times * spool->limits->max_bytes;
}

static bool is_due(const struct tw_spool *spool)
{
    const struct batch *batch = &spool->pending;
    return batch->num_puts + batch->num_tokens > 0 &&
           (is_over(spool, 1) || tw_clock_s() - batch->begun_s >= spool->limits->max_seconds);
}

static void *commit_when_due(void *context)
{
    struct tw_spool *spool = context;
    pthread_mutex_lock(&spool->lock);
    while (!spool->is_closing) {
        if (!spool->is_committing && spool->failure.status == TW_OK && is_due(spool))
            commit_pending(spool);
        else
            pthread_cond_wait(&spool->changed, &spool->lock);
    }
    pthread_mutex_unlock(&spool->lock);
    return NULL;
}

/* Signals are for the threads that wait for them. */
static bool start_committer(struct tw_spool *spool)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    spool->has_committer = pthread_create(&spool->committer, NULL, commit_when_due, spool) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return spool->has_committer;
}

static enum tw_status failed_before(const struct tw_spool *spool, struct tw_error *err)
{
    if (err != NULL && spool->failure.status != TW_OK)
        *err = spool->failure;
    return spool->failure.status;
}

/* With the lock held: before something is added. So much may be waiting that one must wait for the disk. */
static enum tw_status begin_adding(struct tw_spool *spool, struct tw_error *err)
{
    while (is_over(spool, 4) && spool->failure.status == TW_OK &&
           (spool->is_committing || spool->has_committer))
        pthread_cond_wait(&spool->changed, &spool->lock);
    if (spool->pending.num_puts + spool->pending.num_tokens == 0)
        spool->pending.begun_s = tw_clock_s();
    return failed_before(spool, err);
}

/* With the lock held: after something was added. */
static enum tw_status end_adding(struct tw_spool *spool, struct tw_error *err)
{
    if (is_due(spool) && !spool->is_committing) {
        if (spool->has_committer || start_committer(spool))
            pthread_cond_broadcast(&spool->changed);
        else
            commit_pending(spool);
    }
    return failed_before(spool, err);
}

/* Where these bytes are; they are added when they are not there yet. */
static enum tw_status find_content(struct tw_spool *spool, const uint64_t hash[2], const struct tw_blob *tile,
                                   uint32_t *number, struct tw_error *err)
{
    uint64_t found;
    if (tw_content_find(spool->known, hash, &found)) {
        *number = (uint32_t)found;
        return TW_OK;
    }
    struct tw_spool_files *files = &spool->files;
    struct tw_spool_content content = {files->ends[TW_SPOOL_TILES], tile->size, {hash[0], hash[1]}};
    found = files->ends[TW_SPOOL_CONTENTS] / sizeof(content);
    if (found >= TW_SPOOL_REMOVED)
        return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': it holds as many tiles as it can",
                            files->folder);
    enum tw_status status = tw_spool_files_add(files, TW_SPOOL_TILES, tile->bytes, tile->size, err);
    if (status == TW_OK)
        status = tw_spool_files_add(files, TW_SPOOL_CONTENTS, &content, sizeof(content), err);
    if (status == TW_OK && !tw_content_keep(spool->known, hash, found))
        status = tw_error_nomem(err);
    spool->pending.bytes += tile->size;
    *number = (uint32_t)found;
    return status;
}

static enum tw_status set_tile(struct tw_spool *spool, int zoom, uint64_t place, uint32_t tag,
                               struct tw_error *err)
{
    if (!tw_intervals_add(&spool->tiles[zoom], place, tag) ||
        !tw_intervals_add(&spool->pending.runs[zoom], place, tag))
        return tw_error_nomem(err);
    spool->pending.num_puts++;
    return end_adding(spool, err);
}

enum tw_status tw_spool_put(struct tw_spool *spool, int zoom, uint64_t place, const struct tw_blob *tile,
                            struct tw_error *err)
{
    uint64_t hash[2];
    uint32_t number = 0;
    tw_hash_128(tile->bytes, tile->size, hash);
    pthread_mutex_lock(&spool->lock);
    enum tw_status status = begin_adding(spool, err);
    if (status == TW_OK)
        status = find_content(spool, hash, tile, &number, err);
    if (status == TW_OK)
        status = set_tile(spool, zoom, place, number, err);
    pthread_mutex_unlock(&spool->lock);
    return status;
}

static bool find_tile(const struct tw_spool *spool, int zoom, uint64_t place, uint32_t *number)
{
    return tw_intervals_find(&spool->tiles[zoom], place, number) && *number != TW_SPOOL_REMOVED;
}

enum tw_status tw_spool_remove(struct tw_spool *spool, int zoom, uint64_t place, struct tw_error *err)
{
    uint32_t number;
    enum tw_status status = TW_OK;
    pthread_mutex_lock(&spool->lock);
    if (find_tile(spool, zoom, place, &number) && (status = begin_adding(spool, err)) == TW_OK)
        status = set_tile(spool, zoom, place, TW_SPOOL_REMOVED, err);
    pthread_mutex_unlock(&spool->lock);
    return status;
}

enum tw_status tw_spool_get(struct tw_spool *spool, int zoom, uint64_t place, struct tw_arena *arena,
                            struct tw_blob *tile, struct tw_error *err)
{
    uint32_t number;
    struct tw_spool_content content;
    pthread_mutex_lock(&spool->lock);
    tile->found = find_tile(spool, zoom, place, &number);
    pthread_mutex_unlock(&spool->lock);
    if (!tile->found)
        return TW_OK;
    enum tw_status status = tw_spool_content(spool, number, &content, err);
    return status == TW_OK ? tw_spool_read(spool, &content, arena, tile, err) : status;
}

static bool add_token(struct batch *batch, uint64_t token)
{
    if (batch->num_tokens == batch->token_capacity) {
        size_t capacity = batch->token_capacity == 0 ? 256 : 2 * batch->token_capacity;
        uint64_t *tokens = realloc(batch->tokens, capacity * sizeof(*tokens));
        if (tokens == NULL)
            return false;
        batch->tokens = tokens;
        batch->token_capacity = capacity;
    }
    batch->tokens[batch->num_tokens++] = token;
    return true;
}

enum tw_status tw_spool_mark(struct tw_spool *spool, uint64_t token, struct tw_error *err)
{
    pthread_mutex_lock(&spool->lock);
    enum tw_status status = begin_adding(spool, err);
    if (status == TW_OK && !add_token(&spool->pending, token))
        status = tw_error_nomem(err);
    if (status == TW_OK)
        status = end_adding(spool, err);
    pthread_mutex_unlock(&spool->lock);
    return status;
}

enum tw_status tw_spool_flush(struct tw_spool *spool, struct tw_error *err)
{
    pthread_mutex_lock(&spool->lock);
    while (spool->is_committing)
        pthread_cond_wait(&spool->changed, &spool->lock);
    if (spool->failure.status == TW_OK && spool->pending.num_puts + spool->pending.num_tokens > 0)
        commit_pending(spool);
    enum tw_status status = failed_before(spool, err);
    pthread_mutex_unlock(&spool->lock);
    return status;
}

const struct tw_intervals *tw_spool_runs(const struct tw_spool *spool, int zoom)
{
    return &spool->tiles[zoom];
}

enum tw_status tw_spool_content(const struct tw_spool *spool, uint32_t number,
                                struct tw_spool_content *content, struct tw_error *err)
{
    return tw_spool_files_read(&spool->files, TW_SPOOL_CONTENTS, content, sizeof(*content),
                               number * (uint64_t)sizeof(*content), err);
}

enum tw_status tw_spool_read(const struct tw_spool *spool, const struct tw_spool_content *content,
                             struct tw_arena *arena, struct tw_blob *tile, struct tw_error *err)
{
    tile->size = (size_t)content->size;
    tile->bytes = tw_arena_alloc(arena, tile->size > 0 ? tile->size : 1);
    tile->found = true;
    if (tile->bytes == NULL)
        return tw_error_nomem(err);
    return tw_spool_files_read(&spool->files, TW_SPOOL_TILES, tile->bytes, tile->size, content->offset, err);
}
