/* interval.h - a set of 64-bit numbers kept as sorted runs: small as long as the numbers come in runs.
 *
 * Each run carries a tag; neighbouring numbers with the same tag form one run. Used for "which metatiles are
 * done", by their place on the Hilbert curve. Not thread safe.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_INTERVAL_H
#define TW_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_interval {
    uint64_t first, last; /* both inside */
    uint32_t tag;
};

/* Zero-initialise it; free it with tw_intervals_free. */
struct tw_intervals {
    struct tw_interval *runs; /* sorted, without overlaps */
    size_t count;
    size_t capacity;
};

void tw_intervals_free(struct tw_intervals *set);

/* Puts number in with tag, replacing the tag it may have had. Returns false when out of memory. */
bool tw_intervals_add(struct tw_intervals *set, uint64_t number, uint32_t tag);

/* The same for first..last. */
bool tw_intervals_add_run(struct tw_intervals *set, uint64_t first, uint64_t last, uint32_t tag);

/* Takes number out. Returns false when out of memory. */
bool tw_intervals_remove(struct tw_intervals *set, uint64_t number);

/* Whether number is in the set; *tag is set if it is (tag may be NULL). */
bool tw_intervals_find(const struct tw_intervals *set, uint64_t number, uint32_t *tag);

#endif
