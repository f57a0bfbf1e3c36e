/* SPDX-License-Identifier: MIT */
#include "storage_line.h"
#include "hash.h"

#include <stdlib.h>
#include <string.h>

static struct tw_line_entry **place_of(struct tw_line *line, uint64_t hash)
{
    return &line->table[hash % TW_LINE_TABLE];
}

void tw_line_add(struct tw_line *line, struct tw_line_entry *entry)
{
    if (line->last != NULL)
        line->last->next = entry;
    else
        line->first = entry;
    line->last = entry;
    if (entry->kind == TW_LINE_MARK)
        return;
    if (line->waiting == NULL)
        line->waiting = entry;
    entry->hash = tw_hash(entry->path, strlen(entry->path));
    struct tw_line_entry **newest = place_of(line, entry->hash);
    entry->older = *newest;
    if (entry->older != NULL)
        entry->older->newer = entry;
    *newest = entry;
    line->count++;
    line->bytes += entry->size;
}

struct tw_line_entry *tw_line_take(struct tw_line *line)
{
    struct tw_line_entry *taken = line->waiting;
    if (taken == NULL)
        return NULL;
    line->waiting = taken->next;
    while (line->waiting != NULL && line->waiting->kind == TW_LINE_MARK)
        line->waiting = line->waiting->next;
    return taken;
}

static struct tw_line_entry *find_from(struct tw_line_entry *entry, uint64_t hash, const char *path)
{
    while (entry != NULL && (entry->hash != hash || strcmp(entry->path, path) != 0))
        entry = entry->older;
    return entry;
}

struct tw_line_entry *tw_line_find(const struct tw_line *line, const char *path)
{
    uint64_t hash = tw_hash(path, strlen(path));
    return find_from(line->table[hash % TW_LINE_TABLE], hash, path);
}

bool tw_line_must_wait(const struct tw_line_entry *entry)
{
    return find_from(entry->older, entry->hash, entry->path) != NULL;
}

void tw_line_finish(struct tw_line *line, struct tw_line_entry *entry)
{
    if (entry->newer != NULL)
        entry->newer->older = entry->older;
    else
        *place_of(line, entry->hash) = entry->older;
    if (entry->older != NULL)
        entry->older->newer = entry->newer;
    entry->is_done = true;
    line->count--;
    line->bytes -= entry->size;
    free(entry->bytes);
    entry->bytes = NULL;
}

struct tw_line_entry *tw_line_leave(struct tw_line *line)
{
    struct tw_line_entry *first = line->first;
    if (first == NULL || (first->kind != TW_LINE_MARK && !first->is_done))
        return NULL;
    line->first = first->next;
    if (line->first == NULL)
        line->last = NULL;
    return first;
}

void tw_line_entry_free(struct tw_line_entry *entry)
{
    if (entry == NULL)
        return;
    free(entry->path);
    free(entry->bytes);
    free(entry);
}

void tw_line_free(struct tw_line *line)
{
    for (struct tw_line_entry *entry = line->first, *next; entry != NULL; entry = next) {
        next = entry->next;
        tw_line_entry_free(entry);
    }
    *line = (struct tw_line){0};
}
