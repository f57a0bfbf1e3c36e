/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUM_SLOTS = 1 << 14, ENTRY_BYTES = 320 };

struct entry {
    struct tw_cache_owner *owner;
    struct tw_tile_key key;
    struct tw_blob *blob;
    char *failure;
    struct entry *next_in_slot;
    struct entry *newer, *older;
};

struct tw_cache {
    pthread_mutex_t mutex; /* of all below, and of the owners */
    size_t most_bytes, bytes;
    struct entry *slots[NUM_SLOTS];
    struct entry *newest, *oldest;
};

bool tw_tile_key_equals(const struct tw_tile_key *a, const struct tw_tile_key *b)
{
    return a->is_picture == b->is_picture && tw_tile_equals(&a->tile, &b->tile) &&
           tw_style_equals(&a->style, &b->style);
}

static struct entry **slot_of(struct tw_cache *cache, const struct tw_cache_owner *owner,
                              const struct tw_tile_key *key)
{
    uint64_t hash = (uint64_t)(uintptr_t)owner + (uint64_t)key->tile.row * 0x9E3779B97F4A7C15ULL +
                    (uint64_t)key->tile.col;
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
    struct entry **at = slot_of(cache, entry->owner, &entry->key);
    while (*at != entry)
        at = &(*at)->next_in_slot;
    *at = entry->next_in_slot;
    unlink_entry(cache, entry);
    cache->bytes -= size_of(entry);
    entry->owner->bytes -= size_of(entry);
    entry->owner->count--;
    tw_blob_release(entry->blob);
    free(entry->failure);
    free(entry);
}

struct tw_cache *tw_cache_new(size_t most_bytes)
{
    struct tw_cache *cache = calloc(1, sizeof(*cache));
    if (cache == NULL)
        return NULL;
    cache->most_bytes = most_bytes;
    pthread_mutex_init(&cache->mutex, NULL);
    return cache;
}

void tw_cache_free(struct tw_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->oldest != NULL)
        drop(cache, cache->oldest);
    pthread_mutex_destroy(&cache->mutex);
    free(cache);
}

static struct entry *find(struct tw_cache *cache, const struct tw_cache_owner *owner,
                          const struct tw_tile_key *key)
{
    struct entry *entry = *slot_of(cache, owner, key);
    while (entry != NULL && !(entry->owner == owner && tw_tile_key_equals(&entry->key, key)))
        entry = entry->next_in_slot;
    return entry;
}

static void put(struct tw_cache *cache, struct entry *entry)
{
    struct entry *before = find(cache, entry->owner, &entry->key);
    if (before != NULL)
        drop(cache, before);
    struct entry **slot = slot_of(cache, entry->owner, &entry->key);
    entry->next_in_slot = *slot;
    *slot = entry;
    link_newest(cache, entry);
    cache->bytes += size_of(entry);
    entry->owner->bytes += size_of(entry);
    entry->owner->count++;
    while (cache->bytes > cache->most_bytes && cache->oldest != entry)
        drop(cache, cache->oldest);
}

void tw_cache_put(struct tw_cache *cache, struct tw_cache_owner *owner, const struct tw_tile_key *key,
                  struct tw_blob *blob, const char *failure)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    char *copy = failure != NULL ? strdup(failure) : NULL;
    if (entry == NULL || (failure != NULL && copy == NULL)) {
        free(entry);
        free(copy);
        return;
    }
    *entry = (struct entry){.owner = owner, .key = *key, .blob = tw_blob_keep(blob), .failure = copy};
    pthread_mutex_lock(&cache->mutex);
    put(cache, entry);
    pthread_mutex_unlock(&cache->mutex);
}

bool tw_cache_get(struct tw_cache *cache, const struct tw_cache_owner *owner, const struct tw_tile_key *key,
                  struct tw_blob **blob, char **failure)
{
    pthread_mutex_lock(&cache->mutex);
    struct entry *entry = find(cache, owner, key);
    char *copy = entry != NULL && entry->failure != NULL ? strdup(entry->failure) : NULL;
    bool is_known = entry != NULL && (entry->failure == NULL || copy != NULL);
    if (is_known) {
        unlink_entry(cache, entry);
        link_newest(cache, entry);
        *blob = tw_blob_keep(entry->blob);
        *failure = copy;
    }
    pthread_mutex_unlock(&cache->mutex);
    return is_known;
}

void tw_cache_forget(struct tw_cache *cache, struct tw_cache_owner *owner)
{
    pthread_mutex_lock(&cache->mutex);
    for (struct entry *entry = cache->newest; entry != NULL && owner->count > 0;) {
        struct entry *older = entry->older;
        if (entry->owner == owner)
            drop(cache, entry);
        entry = older;
    }
    pthread_mutex_unlock(&cache->mutex);
}

struct tw_cache_owner tw_cache_count(struct tw_cache *cache, const struct tw_cache_owner *owner)
{
    pthread_mutex_lock(&cache->mutex);
    struct tw_cache_owner count = *owner;
    pthread_mutex_unlock(&cache->mutex);
    return count;
}
