/* content_table.h - where bytes were written that are there already.
 *
 * Contents are told apart by 128 bits of hash (XXH3). The table is bounded: when it holds as many contents as
 * it may, it forgets all of them, so that some are written once more.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONTENT_TABLE_H
#define TW_CONTENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_content_table;

/* Memory: at most 96 bytes for each of the contents. NULL when out of memory. Owned by the caller. */
struct tw_content_table *tw_content_table_new(size_t most_contents);
/* Accepts NULL. */
void tw_content_table_free(struct tw_content_table *table);

/* The number that was kept for the content; false when there is none. */
bool tw_content_find(const struct tw_content_table *table, const uint64_t hash[2], uint64_t *number);

/* Keeps a number for a content that has none. False when out of memory. */
bool tw_content_keep(struct tw_content_table *table, const uint64_t hash[2], uint64_t number);

#endif
