/* SPDX-License-Identifier: MIT */
#include "storage_batch.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a (Fowler, Noll, Vo 1991). */
static uint32_t hash_path(const char *path)
{
    uint32_t hash = 2166136261u;
    for (; *path != '\0'; path++)
        hash = (hash ^ (unsigned char)*path) * 16777619u;
    return hash;
}

bool tw_batch_add(struct tw_batch *batch, const struct tw_batch_entry *entry, size_t bytes)
{
    if (batch->count == batch->capacity) {
        size_t capacity = batch->capacity == 0 ? 64 : 2 * batch->capacity;
        struct tw_batch_entry *entries = realloc(batch->entries, capacity * sizeof(*entries));
        if (entries == NULL)
            return false;
        batch->entries = entries;
        batch->capacity = capacity;
    }
    batch->entries[batch->count] = *entry;
    if (entry->path != NULL)
        batch->entries[batch->count].hash = hash_path(entry->path);
    batch->count++;
    batch->num_marks += entry->kind == TW_BATCH_MARK;
    batch->bytes += bytes;
    return true;
}

const struct tw_batch_entry *tw_batch_find(const struct tw_batch *batch, const char *path)
{
    uint32_t hash = hash_path(path);
    for (size_t i = batch->count; i-- > 0;) {
        const struct tw_batch_entry *entry = &batch->entries[i];
        if (entry->hash == hash && entry->path != NULL && strcmp(entry->path, path) == 0)
            return entry;
    }
    return NULL;
}

void tw_batch_clear(struct tw_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        free(batch->entries[i].path);
    batch->count = batch->num_marks = batch->bytes = 0;
}

void tw_batch_free(struct tw_batch *batch)
{
    tw_batch_clear(batch);
    free(batch->entries);
    *batch = (struct tw_batch){0};
}
