/* storage_batch.h - what a store does next, in order: files to put, files to remove, tokens to report.
 *
 * A batch owns its paths. Not thread safe: the store's lock guards it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORAGE_BATCH_H
#define TW_STORAGE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tw_batch_kind { TW_BATCH_NOTHING = 0, TW_BATCH_PUT, TW_BATCH_REMOVE, TW_BATCH_MARK };

struct tw_batch_entry {
    enum tw_batch_kind kind;
    uint32_t hash;   /* of the path; set by tw_batch_add */
    uint64_t number; /* PUT: of the temporary file; MARK: the token */
    char *path;
};

struct tw_batch {
    struct tw_batch_entry *entries;
    size_t count, capacity, num_marks, bytes;
    double begun_s; /* when the first entry came */
};

/* Takes the path over, unless out of memory (then it returns false). */
bool tw_batch_add(struct tw_batch *batch, const struct tw_batch_entry *entry, size_t bytes);

/* The latest entry of that path, or NULL. */
const struct tw_batch_entry *tw_batch_find(const struct tw_batch *batch, const char *path);

/* Forgets the entries, keeps the room. */
void tw_batch_clear(struct tw_batch *batch);
void tw_batch_free(struct tw_batch *batch);

#endif
