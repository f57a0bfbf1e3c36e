/* storage_names.h - a set of names, as 64 bits of hash each: a listing of a bucket with millions of files
 * stays small.
 *
 * Two names may fall together: among ten million of them with a probability of 3 in a million. Not thread
 * safe.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORAGE_NAMES_H
#define TW_STORAGE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise it. */
struct tw_names {
    uint64_t *slots; /* 0: free */
    size_t count, capacity;
};

/* False when out of memory. */
bool tw_names_add(struct tw_names *names, const char *name);
bool tw_names_has(const struct tw_names *names, const char *name);
void tw_names_remove(struct tw_names *names, const char *name);
void tw_names_free(struct tw_names *names);

#endif
