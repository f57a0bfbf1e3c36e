/* Open addressing, at most half full; removal moves what follows up (Knuth, vol. 3, 6.4, algorithm R).
 *
 * SPDX-License-Identifier: MIT
 */
#include "storage_names.h"
#include "hash.h"

#include <stdlib.h>
#include <string.h>

static uint64_t key_of(const char *name)
{
    uint64_t key = tw_hash(name, strlen(name));
    return key != 0 ? key : 1;
}

/* Where the key is, or would be. */
static size_t find(const struct tw_names *names, uint64_t key)
{
    size_t at = (size_t)key & (names->capacity - 1);
    while (names->slots[at] != 0 && names->slots[at] != key)
        at = (at + 1) & (names->capacity - 1);
    return at;
}

static bool grow(struct tw_names *names)
{
    size_t capacity = names->capacity == 0 ? 1024 : 2 * names->capacity;
    struct tw_names grown = {calloc(capacity, sizeof(*names->slots)), names->count, capacity};
    if (grown.slots == NULL)
        return false;
    for (size_t i = 0; i < names->capacity; i++)
        if (names->slots[i] != 0)
            grown.slots[find(&grown, names->slots[i])] = names->slots[i];
    free(names->slots);
    *names = grown;
    return true;
}

bool tw_names_add(struct tw_names *names, const char *name)
{
    if (2 * (names->count + 1) > names->capacity && !grow(names))
        return false;
    uint64_t key = key_of(name);
    size_t at = find(names, key);
    names->count += names->slots[at] == 0;
    names->slots[at] = key;
    return true;
}

bool tw_names_has(const struct tw_names *names, const char *name)
{
    return names->capacity > 0 && names->slots[find(names, key_of(name))] != 0;
}

void tw_names_remove(struct tw_names *names, const char *name)
{
    size_t mask = names->capacity - 1, at = names->capacity > 0 ? find(names, key_of(name)) : 0;
    if (names->capacity == 0 || names->slots[at] == 0)
        return;
    names->count--;
    for (size_t next = at;;) {
        names->slots[at] = 0;
        do {
            next = (next + 1) & mask;
            if (names->slots[next] == 0)
                return;
        } while (((next - (size_t)names->slots[next]) & mask) < ((next - at) & mask));
        names->slots[at] = names->slots[next];
        at = next;
    }
}

void tw_names_free(struct tw_names *names)
{
    free(names->slots);
    *names = (struct tw_names){0};
}
