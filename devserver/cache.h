/* cache.h - what became of tiles, the least recently used forgotten first.
 *
 * One for all layers, used from any thread. Each of those that put tiles into it is an owner, whose tiles are
 * forgotten with it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CACHE_H
#define TW_CACHE_H

#include "blob.h"
#include "style.h"
#include "tile.h"

/* A tile as it is asked for. */
struct tw_tile_key {
    bool is_picture; /* for a browser; otherwise the output's own bytes */
    struct tw_tile tile;
    struct tw_style style; /* of the picture */
};
bool tw_tile_key_equals(const struct tw_tile_key *a, const struct tw_tile_key *b);

struct tw_cache;

/* Whose tiles they are, and how many are kept: filled in by the cache, under its lock. */
struct tw_cache_owner {
    size_t count, bytes;
};

/* NULL when out of memory. */
struct tw_cache *tw_cache_new(size_t most_bytes);
/* Accepts NULL. */
void tw_cache_free(struct tw_cache *cache);

/* Keeps what became of a tile: bytes (one user more), nothing (an empty tile: both NULL), or why it failed
 * (copied). Out of memory, it is not kept. */
void tw_cache_put(struct tw_cache *cache, struct tw_cache_owner *owner, const struct tw_tile_key *key,
                  struct tw_blob *blob, const char *failure);

/* False when it is not known. *blob has one user more, which is the caller's; *failure is new, and the
 * caller's. */
bool tw_cache_get(struct tw_cache *cache, const struct tw_cache_owner *owner, const struct tw_tile_key *key,
                  struct tw_blob **blob, char **failure);

/* Forgets all tiles of the owner. */
void tw_cache_forget(struct tw_cache *cache, struct tw_cache_owner *owner);
/* What is kept of the owner's. */
struct tw_cache_owner tw_cache_count(struct tw_cache *cache, const struct tw_cache_owner *owner);

#endif
