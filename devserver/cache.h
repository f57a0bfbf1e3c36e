/* cache.h - what became of tiles, the least recently used forgotten first.
 *
 * Not locked: whoever owns it does that.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CACHE_H
#define TW_CACHE_H

#include "blob.h"
#include "tile.h"

/* A tile as it is asked for. */
struct tw_tile_key {
    bool is_picture; /* for a browser; otherwise the output's own bytes */
    struct tw_tile tile;
};
bool tw_tile_key_equals(const struct tw_tile_key *a, const struct tw_tile_key *b);

struct tw_cache;

/* NULL when out of memory. */
struct tw_cache *tw_cache_new(size_t most_bytes);
/* Accepts NULL. */
void tw_cache_free(struct tw_cache *cache);

/* Keeps what became of a tile: bytes (one user more), nothing (an empty tile: both NULL), or why it failed
 * (copied). Out of memory, it is not kept. */
void tw_cache_put(struct tw_cache *cache, const struct tw_tile_key *key, struct tw_blob *blob,
                  const char *failure);

/* False when it is not known. *blob: borrowed until the next put; *failure as well. */
bool tw_cache_get(struct tw_cache *cache, const struct tw_tile_key *key, struct tw_blob **blob,
                  const char **failure);

size_t tw_cache_bytes(const struct tw_cache *cache);
size_t tw_cache_count(const struct tw_cache *cache);

#endif
