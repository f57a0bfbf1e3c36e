/* content_table.h - where bytes were written that are there already.
 *
 * Contents are told apart by 128 bits of hash (XXH3) and their size.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONTENT_TABLE_H
#define TW_CONTENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_content_table;

/* NULL when out of memory. Owned by the caller. */
struct tw_content_table *tw_content_table_new(void);
/* Accepts NULL. */
void tw_content_table_free(struct tw_content_table *table);

/* Sets *offset to that of equal bytes; when there are none, *is_new is set, and *offset kept for later. False
 * when out of memory. */
bool tw_content_find(struct tw_content_table *table, const void *bytes, size_t size, uint64_t *offset,
                     bool *is_new);

#endif
