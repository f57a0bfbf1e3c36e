/* storage.h - how bytes reach the disk, or object storage: whole, or not at all.
 *
 * On a disk each file is written under a temporary name in the store's work folder, and appears under its own
 * name by a rename, after the bytes are safe on the disk. Syncing each file alone would cost more than making
 * it, so files are committed in batches: the batch is synced (syncfs), then renamed, then the caller is told
 * (a journal may record them), by a thread of the store: who puts waits for the disk only when some batches
 * wait already. A run killed at any moment leaves whole files and, in the work folder,
 * leftovers that the next run removes. Every write, sync, close and rename is checked.
 *
 * In object storage a file is one request, and many are under way at once beside the threads that put: a put
 * returns when the bytes are in line. What lies there is listed once, when somebody asks for it.
 *
 * A store may be used by several threads at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORAGE_H
#define TW_STORAGE_H

#include "arena.h"
#include "bucket.h"
#include "error.h"

#include <stdbool.h>
#include <stdint.h>

struct tw_store;

/* Called after the files with these tokens are safe under their names; in the order in which they were put;
 * one call at a time. */
typedef enum tw_status (*tw_store_committed)(void *context, const uint64_t *tokens, size_t num_tokens,
                                             struct tw_error *err);

struct tw_store_place {
    const char *root; /* where paths are relative to */
    const char *work; /* the work folder, on the same file system: made, and emptied; unused
                         in object storage */
    const struct tw_bucket_labels *labels; /* in object storage, of every file; may be NULL; borrowed */
};

/* Errors: TW_ESTORAGE: `cannot write to 'x': Permission denied`; TW_EUSAGE: see tw_bucket_open. committed may
 * be NULL. Owned by the caller. */
enum tw_status tw_store_open(const struct tw_store_place *place, tw_store_committed committed, void *context,
                             struct tw_store **store, struct tw_error *err);

/* Puts one file. It may be committed later; tw_store_flush commits all. path is relative to root; folders are
 * made as needed. A failed batch fails the put or flush that found it, and every one after. */
enum tw_status tw_store_put(struct tw_store *store, const char *path, const void *bytes, size_t size,
                            struct tw_error *err);

/* Removes a file if it exists, in order with the puts. */
enum tw_status tw_store_remove(struct tw_store *store, const char *path, struct tw_error *err);

/* Hands in a token that becomes due when everything that was put before it (by this thread) is committed. */
enum tw_status tw_store_mark(struct tw_store *store, uint64_t token, struct tw_error *err);

/* Commits everything. */
enum tw_status tw_store_flush(struct tw_store *store, struct tw_error *err);

/* Drops what is not committed if abandon is true, otherwise flushes; removes the work folder's content; frees
 * the store. Accepts NULL. */
enum tw_status tw_store_close(struct tw_store *store, bool abandon, struct tw_error *err);

/* What a file holds; the bytes are in an arena. */
struct tw_blob {
    void *bytes;
    size_t size;
    bool found;
};

/* Reads a file whole into the arena, also one that is not committed yet. blob->found is false, and the status
 * TW_OK, when there is none. */
enum tw_status tw_store_get(struct tw_store *store, const char *path, struct tw_arena *arena,
                            struct tw_blob *blob, struct tw_error *err);
/* When that cannot be found out, the store fails, as with a failed batch. */
bool tw_store_exists(struct tw_store *store, const char *path);

/* Bytes and files put so far. */
uint64_t tw_store_bytes(const struct tw_store *store);
uint64_t tw_store_files(const struct tw_store *store);
/* Requests that were asked again. */
uint64_t tw_store_retries(const struct tw_store *store);

#endif
