/* SPDX-License-Identifier: MIT */
#include "content_table.h"
#include "hash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024, KEY_SIZE = TW_FINGERPRINT_SIZE - 1 };

struct slot {
    char key[KEY_SIZE]; /* begins with '\0' where the slot is free */
    uint64_t size, offset;
};

/* Open addressing; at most half of the slots are used. */
struct tw_content_table {
    struct slot *slots;
    size_t num_slots, count;
};

struct tw_content_table *tw_content_table_new(void)
{
    struct tw_content_table *table = calloc(1, sizeof(*table));
    if (table == NULL || (table->slots = calloc(FIRST_SLOTS, sizeof(*table->slots))) == NULL) {
        free(table);
        return NULL;
    }
    table->num_slots = FIRST_SLOTS;
    return table;
}

void tw_content_table_free(struct tw_content_table *table)
{
    if (table != NULL)
        free(table->slots);
    free(table);
}

/* The slot that holds the key, or is free for it. */
static struct slot *find_slot(struct slot *slots, size_t num_slots, const char key[KEY_SIZE], uint64_t size)
{
    size_t at = 0;
    for (int i = 0; i < KEY_SIZE; i++)
        at = at * 31 + (unsigned char)key[i];
    for (at &= num_slots - 1; slots[at].key[0] != '\0'; at = (at + 1) & (num_slots - 1))
        if (slots[at].size == size && memcmp(slots[at].key, key, KEY_SIZE) == 0)
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
        if (table->slots[i].key[0] != '\0')
            *find_slot(slots, num_slots, table->slots[i].key, table->slots[i].size) = table->slots[i];
    free(table->slots);
    table->slots = slots;
    table->num_slots = num_slots;
    return true;
}

bool tw_content_find(struct tw_content_table *table, const void *bytes, size_t size, uint64_t *offset,
                     bool *is_new)
{
    char key[TW_FINGERPRINT_SIZE];
    tw_fingerprint(bytes, size, key);
    if (table->count * 2 >= table->num_slots && !grow(table))
        return false;
    struct slot *slot = find_slot(table->slots, table->num_slots, key, size);
    *is_new = slot->key[0] == '\0';
    if (!*is_new) {
        *offset = slot->offset;
        return true;
    }
    memcpy(slot->key, key, KEY_SIZE);
    slot->size = size;
    slot->offset = *offset;
    table->count++;
    return true;
}
