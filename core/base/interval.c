/* SPDX-License-Identifier: MIT */
#include "interval.h"

#include <stdlib.h>
#include <string.h>

void tw_intervals_free(struct tw_intervals *set)
{
    free(set->runs);
    *set = (struct tw_intervals){0};
}

/* The first run whose end is not before number. */
static size_t lower_bound(const struct tw_intervals *set, uint64_t number)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->runs[middle].last < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool tw_intervals_find(const struct tw_intervals *set, uint64_t number, uint32_t *tag)
{
    size_t at = lower_bound(set, number);
    if (at == set->count || set->runs[at].first > number)
        return false;
    if (tag != NULL)
        *tag = set->runs[at].tag;
    return true;
}

/* Replaces `removed` runs from `at` on by the `added` ones of `pieces`. */
static bool splice(struct tw_intervals *set, size_t at, size_t removed, const struct tw_interval *pieces,
                   size_t added)
{
    size_t count = set->count - removed + added;
    if (count > set->capacity) {
        size_t capacity = count * 2 < 16 ? 16 : count * 2;
        struct tw_interval *runs = realloc(set->runs, capacity * sizeof(*runs));
        if (runs == NULL)
            return false;
        set->runs = runs;
        set->capacity = capacity;
    }
    size_t behind = set->count - at - removed;
    if (behind > 0)
        memmove(set->runs + at + added, set->runs + at + removed, behind * sizeof(*set->runs));
    if (added > 0)
        memcpy(set->runs + at, pieces, added * sizeof(*pieces));
    set->count = count;
    return true;
}

/* What stays of the runs that [first, last] cuts: a piece before it and a piece behind it. */
static size_t cut(const struct tw_intervals *set, uint64_t first, uint64_t last, size_t *at,
                  struct tw_interval *before, struct tw_interval *behind)
{
    *at = lower_bound(set, first);
    size_t end = *at;
    while (end < set->count && set->runs[end].first <= last)
        end++;
    *before = *behind = (struct tw_interval){1, 0, 0};
    if (end > *at && set->runs[*at].first < first)
        *before = (struct tw_interval){set->runs[*at].first, first - 1, set->runs[*at].tag};
    if (end > *at && set->runs[end - 1].last > last)
        *behind = (struct tw_interval){last + 1, set->runs[end - 1].last, set->runs[end - 1].tag};
    return end - *at;
}

static bool is_piece(const struct tw_interval *piece)
{
    return piece->first <= piece->last;
}

/* Grows run over the pieces and neighbours that adjoin it with the same tag. */
static void merge(const struct tw_intervals *set, size_t *at, size_t *removed, struct tw_interval *before,
                  struct tw_interval *run, struct tw_interval *behind)
{
    if (!is_piece(before) && *at > 0 && set->runs[*at - 1].last + 1 == run->first) {
        *before = set->runs[--*at];
        ++*removed;
    }
    size_t end = *at + *removed;
    if (!is_piece(behind) && end < set->count && run->last + 1 == set->runs[end].first) {
        *behind = set->runs[end];
        ++*removed;
    }
    if (is_piece(before) && before->tag == run->tag) {
        run->first = before->first;
        *before = (struct tw_interval){1, 0, 0};
    }
    if (is_piece(behind) && behind->tag == run->tag) {
        run->last = behind->last;
        *behind = (struct tw_interval){1, 0, 0};
    }
}

bool tw_intervals_add_run(struct tw_intervals *set, uint64_t first, uint64_t last, uint32_t tag)
{
    struct tw_interval before, behind, run = {first, last, tag};
    size_t at;
    size_t removed = cut(set, first, last, &at, &before, &behind);
    merge(set, &at, &removed, &before, &run, &behind);
    struct tw_interval pieces[3];
    size_t added = 0;
    if (is_piece(&before))
        pieces[added++] = before;
    pieces[added++] = run;
    if (is_piece(&behind))
        pieces[added++] = behind;
    return splice(set, at, removed, pieces, added);
}

bool tw_intervals_add(struct tw_intervals *set, uint64_t number, uint32_t tag)
{
    return tw_intervals_add_run(set, number, number, tag);
}

bool tw_intervals_remove(struct tw_intervals *set, uint64_t number)
{
    struct tw_interval before, behind, pieces[2];
    size_t at, added = 0;
    size_t removed = cut(set, number, number, &at, &before, &behind);
    if (is_piece(&before))
        pieces[added++] = before;
    if (is_piece(&behind))
        pieces[added++] = behind;
    return removed == 0 || splice(set, at, removed, pieces, added);
}
