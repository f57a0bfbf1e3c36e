/* SPDX-License-Identifier: MIT */
#include "content_table.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

struct slot {
    uint64_t hash[2];
    uint64_t after; /* the number + 1; 0: the slot is free */
};

/* Open addressing; at most half of the slots are used. */
struct tw_content_table {
    struct slot *slots;
    size_t num_slots, count, most;
};

struct tw_content_table *tw_content_table_new(size_t most_contents)
{
    struct tw_content_table *table = calloc(1, sizeof(*table));
    if (table == NULL || (table->slots = calloc(FIRST_SLOTS, sizeof(*table->slots))) == NULL) {
        free(table);
        return NULL;
    }
    table->num_slots = FIRST_SLOTS;
    table->most = most_contents;
    return table;
}

void tw_content_table_free(struct tw_content_table *table)
{
    if (table != NULL)
        free(table->slots);
    free(table);
}

/* The slot that holds the hash, or is free for it. */
static struct slot *find_slot(struct slot *slots, size_t num_slots, const uint64_t hash[2])
{
    size_t at = (size_t)hash[0] & (num_slots - 1);
    for (; slots[at].after != 0; at = (at + 1) & (num_slots - 1))
        if (slots[at].hash[0] == hash[0] && slots[at].hash[1] == hash[1])
            break;
    return &slots[at];
}

static bool grow(struct tw_content_table *table)
{
    size_t num_slots = table->num_slots * 2;
    struct slot *slots = calloc(num_slots, sizeof(*slots));
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->num_slots; i++)
        if (table->slots[i].after != 0)
            *find_slot(slots, num_slots, table->slots[i].hash) = table->slots[i];
    free(table->slots);
    table->slots = slots;
    table->num_slots = num_slots;
    return true;
}

bool tw_content_find(const struct tw_content_table *table, const uint64_t hash[2], uint64_t *number)
{
    const struct slot *slot = find_slot(table->slots, table->num_slots, hash);
    if (slot->after == 0)
        return false;
    *number = slot->after - 1;
    return true;
}

bool tw_content_keep(struct tw_content_table *table, const uint64_t hash[2], uint64_t number)
{
    if (table->count >= table->most) {
        memset(table->slots, 0, table->num_slots * sizeof(*table->slots));
        table->count = 0;
    }
    if (table->count * 2 >= table->num_slots && !grow(table))
        return false;
    *find_slot(table->slots, table->num_slots, hash) = (struct slot){{hash[0], hash[1]}, number + 1};
    table->count++;
    return true;
}
