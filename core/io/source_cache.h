/* source_cache.h - local copies of remote files, for inputs that ask for one (`cache: {path: ...}`).
 *
 * A copy is the file as it is, under a name made of its address and what the server says of its version: when
 * the file changes, it is copied anew. It appears whole or not at all, and is made once, also when several
 * processes want it: who copies holds a lock on the folder. Messages and records go on naming the remote
 * file; only readers open the copy.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_CACHE_H
#define TW_SOURCE_CACHE_H

#include "arena.h"
#include "problems.h"

struct tw_source_cache {
    const char *folder;          /* NULL: no copy is wanted */
    double intersection_percent; /* of the input's bounds that a run has to need for a copy; 0: any */
    const char *copy;            /* the copy, when there is one */
};

/* Reads the option. folder: what its path is relative to. TW_EUSAGE when problems were added; TW_ENOMEM. */
enum tw_status tw_source_cache_read(const struct tw_value *map, const char *folder, struct tw_arena *arena,
                                    struct tw_source_cache *cache, struct tw_problems *problems);

/* Copies the file at path, unless that is done already; sets cache->copy. *is_new: whether it was copied now.
 * TW_EINPUT when it cannot be read; TW_ESTORAGE. */
enum tw_status tw_source_cache_fill(struct tw_source_cache *cache, const char *path, struct tw_arena *arena,
                                    bool *is_new, struct tw_error *err);

#endif
