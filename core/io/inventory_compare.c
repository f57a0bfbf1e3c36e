/* What differs between two inventories.
 *
 * The lines of one part, of both inventories, form a group. At each zoom that both inventories speak of, the
 * group is unchanged when it has the same tags before and after. What is unchanged must also have kept its
 * order: of two parts that changed places at least one counts as changed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "inventory.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    const struct tw_inventory_line *line;
    size_t place; /* in its inventory */
    bool is_now;
};

struct comparing {
    const struct tw_inventory *old, *now;
    uint64_t zooms;        /* of both */
    struct entry *entries; /* of both, by part */
    size_t count;
    size_t *old_place;   /* for each line of now: of the same part in old; SIZE_MAX: none, or changed */
    uint64_t *reordered; /* for each line of now: zooms */
    struct tw_changes *changes;
};

static int by_part(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->line->input, y->line->input);
    if (order == 0)
        order = strcmp(x->line->id, y->line->id);
    if (order == 0)
        order = strcmp(x->line->tag, y->line->tag);
    if (order == 0)
        order = (x->is_now > y->is_now) - (x->is_now < y->is_now);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool is_same_part(const struct entry *a, const struct entry *b)
{
    return strcmp(a->line->input, b->line->input) == 0 && strcmp(a->line->id, b->line->id) == 0;
}

/* At one zoom: whether each tag stands as often in old as in now. Equal tags are neighbours. */
static bool is_unchanged_at(const struct entry *group, size_t count, uint64_t zoom)
{
    long balance = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(group[i].line->tag, group[i - 1].line->tag) != 0 && balance != 0)
            return false;
        if (i > 0 && strcmp(group[i].line->tag, group[i - 1].line->tag) != 0)
            balance = 0;
        if ((group[i].line->zooms & zoom) == 0)
            continue;
        if (group[i].line->tag[0] == '?')
            return false;
        balance += group[i].is_now ? 1 : -1;
    }
    return balance == 0;
}

static uint64_t changed_zooms(const struct entry *group, size_t count, uint64_t zooms)
{
    bool is_pair = count == 2 && group[0].is_now != group[1].is_now && group[0].line->tag[0] != '?' &&
                   strcmp(group[0].line->tag, group[1].line->tag) == 0;
    if (is_pair)
        return (group[0].line->zooms ^ group[1].line->zooms) & zooms;
    uint64_t changed = 0;
    for (int i = 0; i < 64; i++)
        if ((zooms >> i & 1) != 0 && !is_unchanged_at(group, count, (uint64_t)1 << i))
            changed |= (uint64_t)1 << i;
    return changed;
}

static size_t group_length(const struct comparing *comparing, size_t first)
{
    size_t length = 1;
    while (first + length < comparing->count &&
           is_same_part(&comparing->entries[first], &comparing->entries[first + length]))
        length++;
    return length;
}

/* Lines with one tag, the old ones first: the n-th of now is the n-th of old. */
static void pair_up(struct comparing *comparing, const struct entry *equal, size_t count)
{
    size_t num_old = 0;
    while (num_old < count && !equal[num_old].is_now)
        num_old++;
    for (size_t i = num_old; num_old > 0 && i < count; i++) {
        size_t twin = i - num_old < num_old ? i - num_old : num_old - 1;
        comparing->old_place[equal[i].place] = equal[twin].place;
    }
}

/* Where the parts that are unchanged stood before. */
static void find_places(struct comparing *comparing)
{
    size_t length;
    for (size_t i = 0; i < comparing->count; i += length) {
        const struct entry *group = &comparing->entries[i];
        length = group_length(comparing, i);
        if (changed_zooms(group, length, comparing->zooms) != 0)
            continue;
        for (size_t first = 0, end; first < length; first = end) {
            for (end = first + 1; end < length && strcmp(group[end].line->tag, group[first].line->tag) == 0;)
                end++;
            pair_up(comparing, &group[first], end - first);
        }
    }
}

/* A part that comes after one that it came before. */
static void find_reordered(struct comparing *comparing)
{
    const struct tw_inventory *now = comparing->now;
    size_t last = 0;
    for (size_t i = 0; i < now->count; i++) {
        size_t place = comparing->old_place[i];
        if (i > 0 && strcmp(now->lines[i].input, now->lines[i - 1].input) != 0)
            last = 0;
        if (place == SIZE_MAX)
            continue;
        if (place < last)
            comparing->reordered[i] = now->lines[i].zooms & comparing->zooms;
        last = place > last ? place : last;
    }
}

static void add_change(struct comparing *comparing, const struct entry *group, size_t count, uint64_t zooms)
{
    struct tw_changes *changes = comparing->changes;
    bool was = false, is = false;
    for (size_t i = 0; i < count; i++) {
        if ((group[i].line->zooms & zooms) == 0)
            continue;
        was = was || !group[i].is_now;
        is = is || group[i].is_now;
        changes->places[changes->num_places] = group[i].line;
        changes->place_zooms[changes->num_places++] = group[i].line->zooms & zooms;
    }
    changes->num_named += group[0].line->reach_px != TW_REACH_FRAME;
    changes->items[changes->count++] = (struct tw_change){!was  ? TW_CHANGE_ADDED
                                                          : !is ? TW_CHANGE_REMOVED
                                                                : TW_CHANGE_REPLACED,
                                                          group[0].line->input, group[0].line->id, zooms,
                                                          group[0].line->reach_px == TW_REACH_FRAME};
}

/* Each group at its zooms that have changed. */
static void add_changes(struct comparing *comparing)
{
    size_t length;
    for (size_t i = 0; i < comparing->count; i += length) {
        const struct entry *group = &comparing->entries[i];
        length = group_length(comparing, i);
        uint64_t zooms = changed_zooms(group, length, comparing->zooms);
        for (size_t k = 0; k < length; k++)
            zooms |= group[k].is_now ? comparing->reordered[group[k].place] : 0;
        if (zooms != 0)
            add_change(comparing, group, length, zooms);
    }
}

/* Where everything is to be made anew, the places of all parts count. */
static void widen(struct comparing *comparing)
{
    struct tw_changes *changes = comparing->changes;
    changes->num_places = 0;
    changes->is_all = true;
    for (size_t i = 0; i < comparing->count; i++) {
        changes->places[changes->num_places] = comparing->entries[i].line;
        changes->place_zooms[changes->num_places++] = comparing->entries[i].line->zooms & comparing->zooms;
    }
}

static bool allocate(struct comparing *comparing)
{
    struct tw_arena *arena = comparing->now->arena;
    struct tw_changes *changes = comparing->changes;
    size_t count = comparing->old->count + comparing->now->count + 1;
    comparing->entries = tw_arena_calloc(arena, count, sizeof(*comparing->entries));
    comparing->old_place = tw_arena_calloc(arena, count, sizeof(*comparing->old_place));
    comparing->reordered = tw_arena_calloc(arena, count, sizeof(*comparing->reordered));
    changes->items = tw_arena_calloc(arena, count, sizeof(*changes->items));
    changes->places = tw_arena_calloc(arena, count, sizeof(*changes->places));
    changes->place_zooms = tw_arena_calloc(arena, count, sizeof(*changes->place_zooms));
    return comparing->entries != NULL && comparing->old_place != NULL && comparing->reordered != NULL &&
           changes->items != NULL && changes->places != NULL && changes->place_zooms != NULL;
}

static void add_entries(struct comparing *comparing, const struct tw_inventory *inventory, bool is_now)
{
    for (size_t i = 0; i < inventory->count; i++)
        comparing->entries[comparing->count++] = (struct entry){&inventory->lines[i], i, is_now};
}

enum tw_status tw_inventory_compare(const struct tw_inventory *old, const struct tw_inventory *now,
                                    bool is_whole, struct tw_changes *changes, struct tw_error *err)
{
    struct comparing comparing = {.old = old, .now = now, .zooms = old->zooms & now->zooms};
    *changes = (struct tw_changes){0};
    comparing.changes = changes;
    if (!allocate(&comparing))
        return tw_error_nomem(err);
    add_entries(&comparing, old, false);
    add_entries(&comparing, now, true);
    qsort(comparing.entries, comparing.count, sizeof(*comparing.entries), by_part);
    for (size_t i = 0; i < now->count; i++)
        comparing.old_place[i] = SIZE_MAX;
    find_places(&comparing);
    find_reordered(&comparing);
    changes->is_common =
        comparing.zooms != 0 && (strcmp(old->common, now->common) != 0 || old->common[0] == '?');
    add_changes(&comparing);
    if (changes->is_common || (is_whole && changes->num_named > 0))
        widen(&comparing);
    return TW_OK;
}

/* The zooms at which a part has changed. */
static uint64_t zooms_of_change(const struct tw_changes *changes, const struct tw_inventory_line *line)
{
    size_t first = 0, end = changes->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = strcmp(changes->items[middle].input, line->input);
        if (order == 0)
            order = strcmp(changes->items[middle].id, line->id);
        if (order == 0)
            return changes->items[middle].zooms;
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return 0;
}

static bool has_line(const struct tw_inventory *inventory, const struct tw_inventory_line *line)
{
    for (size_t i = 0; i < inventory->count; i++) {
        const struct tw_inventory_line *other = &inventory->lines[i];
        if (other->zooms == line->zooms && strcmp(other->tag, line->tag) == 0 &&
            memcmp(&other->box, &line->box, sizeof(line->box)) == 0 && strcmp(other->id, line->id) == 0 &&
            strcmp(other->input, line->input) == 0)
            return true;
    }
    return false;
}

/* Adds the line for some of its zooms; marked ones only once. */
static bool add_for(struct tw_inventory *kept, const struct tw_inventory_line *line, uint64_t zooms,
                    bool is_mixed)
{
    struct tw_inventory_line copy = *line;
    copy.zooms = zooms;
    if (is_mixed)
        memcpy(copy.tag, "?", 2);
    if (zooms == 0 || (is_mixed && has_line(kept, &copy)))
        return true;
    return tw_inventory_add(kept, &copy);
}

enum tw_status tw_inventory_merge(const struct tw_inventory *old, const struct tw_inventory *now,
                                  const struct tw_changes *changes, bool is_updated,
                                  struct tw_inventory *kept, struct tw_error *err)
{
    bool added = true;
    kept->zooms = old->zooms | now->zooms;
    memcpy(kept->common, changes->is_common && !is_updated ? "?" : now->common,
           changes->is_common && !is_updated ? 2 : sizeof(now->common));
    for (size_t i = 0; added && is_updated && i < now->count; i++)
        added = add_for(kept, &now->lines[i], now->lines[i].zooms, false);
    for (size_t i = 0; added && is_updated && i < old->count; i++)
        added = add_for(kept, &old->lines[i], old->lines[i].zooms & ~now->zooms, false);
    for (size_t i = 0; added && !is_updated && i < old->count; i++) {
        const struct tw_inventory_line *line = &old->lines[i];
        uint64_t mixed = line->zooms & zooms_of_change(changes, line);
        added = add_for(kept, line, line->zooms & ~mixed, false) && add_for(kept, line, mixed, true);
    }
    for (size_t i = 0; added && !is_updated && i < now->count; i++) {
        const struct tw_inventory_line *line = &now->lines[i];
        added = add_for(kept, line, line->zooms & ~old->zooms, false) &&
                add_for(kept, line, line->zooms & zooms_of_change(changes, line), true);
    }
    return added ? TW_OK : tw_error_nomem(err);
}
