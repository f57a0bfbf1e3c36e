/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

void tw_faults_free(struct tw_faults *faults)
{
    tw_arena_free(faults->arena);
    free(faults->items);
    *faults = (struct tw_faults){0};
}

static bool make_room(struct tw_faults *faults)
{
    if (faults->arena == NULL && (faults->arena = tw_arena_new(0)) == NULL)
        return false;
    if (faults->count < faults->capacity)
        return true;
    size_t capacity = faults->capacity == 0 ? 64 : 2 * faults->capacity;
    struct tw_fault *grown = realloc(faults->items, capacity * sizeof(*grown));
    if (grown == NULL)
        return false;
    faults->items = grown;
    faults->capacity = capacity;
    return true;
}

enum tw_status tw_faults_add(struct tw_faults *faults, const struct tw_fault *fault, struct tw_error *err)
{
    if (!make_room(faults))
        return tw_error_nomem(err);
    struct tw_fault kept = *fault;
    kept.path = tw_arena_strdup(faults->arena, fault->path);
    kept.reason = tw_arena_strdup(faults->arena, fault->reason);
    if ((kept.path == NULL && fault->path != NULL) || kept.reason == NULL)
        return tw_error_nomem(err);
    faults->items[faults->count++] = kept;
    faults->totals[fault->kind] += fault->count;
    return TW_OK;
}

static int in_order(const void *one, const void *other)
{
    const struct tw_fault *a = one, *b = other;
    const int64_t left[] = {(int64_t)a->kind, a->metatile.zoom, a->tile.row,
                            a->tile.col,      a->metatile.row,  a->metatile.col};
    const int64_t right[] = {(int64_t)b->kind, b->metatile.zoom, b->tile.row,
                             b->tile.col,      b->metatile.row,  b->metatile.col};
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return strcmp(a->path != NULL ? a->path : "", b->path != NULL ? b->path : "");
}

void tw_faults_sort(struct tw_faults *faults)
{
    if (faults->count > 1)
        qsort(faults->items, faults->count, sizeof(*faults->items), in_order);
}
