/* arena.h - memory that is given back all at once, with a budget that is enforced.
 *
 * One arena per worker holds whatever belongs to the tile in work; it is reset after each tile. An arena is
 * owned by one thread. Blocks are kept over a reset, so that a steady run allocates nothing. Program-lifetime
 * data (configuration, plan) uses an arena without a budget.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARENA_H
#define TW_ARENA_H

#include <stddef.h>

struct tw_arena;

enum { TW_ARENA_ALIGNMENT = 64 };

/* Returns NULL when out of memory. budget_bytes 0 means without a limit. */
struct tw_arena *tw_arena_new(size_t budget_bytes);

/* Accepts NULL. */
void tw_arena_free(struct tw_arena *arena);

/* Gives everything back; pointers into the arena are dead from here on. */
void tw_arena_reset(struct tw_arena *arena);

/* Returns size bytes, not zeroed, aligned to TW_ARENA_ALIGNMENT; NULL when that would exceed the budget or
 * the system has no memory. A size of 0 returns a valid pointer. */
void *tw_arena_alloc(struct tw_arena *arena, size_t size);

/* The same, for count items of size bytes, zeroed. NULL also when count * size overflows. */
void *tw_arena_calloc(struct tw_arena *arena, size_t count, size_t size);

/* Copies text. NULL on failure or when text is NULL. */
char *tw_arena_strdup(struct tw_arena *arena, const char *text);
char *tw_arena_strndup(struct tw_arena *arena, const char *text, size_t length);
char *tw_arena_printf(struct tw_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A mark and the way back to it: everything allocated since is given back (scratch memory inside a tile). */
struct tw_arena_mark {
    void *block;
    size_t used;
    size_t total;
};
struct tw_arena_mark tw_arena_mark(const struct tw_arena *arena);
void tw_arena_release(struct tw_arena *arena, struct tw_arena_mark mark);

/* Bytes in use, the most that were ever in use, and the budget (0: none). */
size_t tw_arena_used(const struct tw_arena *arena);
size_t tw_arena_peak(const struct tw_arena *arena);
size_t tw_arena_budget(const struct tw_arena *arena);

#endif
