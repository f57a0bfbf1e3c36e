/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUM_SLOTS = 1 << 14, ENTRY_BYTES = 256 };

struct entry {
    struct tw_tile_key key;
    struct tw_blob *blob;
    char *failure;
    struct entry *next_in_slot;
    struct entry *newer, *older;
};

struct tw_cache {
    size_t most_bytes, bytes, count;
    struct entry *slots[NUM_SLOTS];
    struct entry *newest, *oldest;
};

bool tw_tile_key_equals(const struct tw_tile_key *a, const struct tw_tile_key *b)
{
    return a->is_picture == b->is_picture && tw_tile_equals(&a->tile, &b->tile);
}

static struct entry **slot_of(struct tw_cache *cache, const struct tw_tile_key *key)
{
    uint64_t hash = (uint64_t)key->tile.row * 0x9E3779B97F4A7C15ULL + (uint64_t)key->tile.col;
    hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9ULL + (uint64_t)key->tile.zoom * 2 + key->is_picture;
    return &cache->slots[(hash ^ (hash >> 32)) % NUM_SLOTS];
}

static size_t size_of(const struct entry *entry)
{
    return ENTRY_BYTES + (entry->blob != NULL ? entry->blob->size : 0) +
           (entry->failure != NULL ? strlen(entry->failure) : 0);
}

static void unlink_entry(struct tw_cache *cache, struct entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct tw_cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void drop(struct tw_cache *cache, struct entry *entry)
{
    struct entry **at = slot_of(cache, &entry->key);
    while (*at != entry)
        at = &(*at)->next_in_slot;
    *at = entry->next_in_slot;
    unlink_entry(cache, entry);
    cache->bytes -= size_of(entry);
    cache->count--;
    tw_blob_release(entry->blob);
    free(entry->failure);
    free(entry);
}

struct tw_cache *tw_cache_new(size_t most_bytes)
{
    struct tw_cache *cache = calloc(1, sizeof(*cache));
    if (cache != NULL)
        cache->most_bytes = most_bytes;
    return cache;
}

void tw_cache_free(struct tw_cache *cache)
{
    while (cache != NULL && cache->oldest != NULL)
        drop(cache, cache->oldest);
    free(cache);
}

static struct entry *find(struct tw_cache *cache, const struct tw_tile_key *key)
{
    struct entry *entry = *slot_of(cache, key);
    while (entry != NULL && !tw_tile_key_equals(&entry->key, key))
        entry = entry->next_in_slot;
    return entry;
}

void tw_cache_put(struct tw_cache *cache, const struct tw_tile_key *key, struct tw_blob *blob,
                  const char *failure)
{
    struct entry *entry = find(cache, key);
    if (entry != NULL)
        drop(cache, entry);
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return;
    entry->key = *key;
    entry->blob = tw_blob_keep(blob);
    entry->failure = failure != NULL ? strdup(failure) : NULL;
    struct entry **slot = slot_of(cache, key);
    entry->next_in_slot = *slot;
    *slot = entry;
    link_newest(cache, entry);
    cache->bytes += size_of(entry);
    cache->count++;
    while (cache->bytes > cache->most_bytes && cache->oldest != entry)
        drop(cache, cache->oldest);
}

bool tw_cache_get(struct tw_cache *cache, const struct tw_tile_key *key, struct tw_blob **blob,
                  const char **failure)
{
    struct entry *entry = find(cache, key);
    if (entry == NULL)
        return false;
    unlink_entry(cache, entry);
    link_newest(cache, entry);
    *blob = entry->blob;
    *failure = entry->failure;
    return true;
}

size_t tw_cache_bytes(const struct tw_cache *cache)
{
    return cache->bytes;
}

size_t tw_cache_count(const struct tw_cache *cache)
{
    return cache->count;
}
