/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "uniform.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks form a list in the order of use; `current` is the one that is being filled, those behind it are
 * empty and wait for re-use. */
struct block {
    struct block *next;
    size_t size;
    size_t used;
    unsigned char *bytes;
};

struct tw_arena {
    struct block *first;
    struct block *current;
    size_t budget;
    size_t used;
    size_t peak;
    struct tw_uniforms *uniforms; /* kept over resets, beside the budget; NULL: none */
};

enum { SMALLEST_BLOCK = 64 * 1024, LARGEST_STEP = 8 * 1024 * 1024 };

static size_t rounded(size_t size)
{
    size_t mask = TW_ARENA_ALIGNMENT - 1;
    return size > SIZE_MAX - mask ? SIZE_MAX & ~mask : (size + mask) & ~mask;
}

struct tw_arena *tw_arena_new(size_t budget_bytes)
{
    struct tw_arena *arena = calloc(1, sizeof(*arena));
    if (arena != NULL)
        arena->budget = budget_bytes;
    return arena;
}

static void blocks_free(struct block *block)
{
    while (block != NULL) {
        struct block *next = block->next;
        free(block->bytes);
        free(block);
        block = next;
    }
}

void tw_arena_free(struct tw_arena *arena)
{
    if (arena == NULL)
        return;
    blocks_free(arena->first);
    tw_uniforms_free(arena->uniforms);
    free(arena);
}

void tw_arena_reset(struct tw_arena *arena)
{
    for (struct block *block = arena->first; block != NULL; block = block->next)
        block->used = 0;
    arena->current = arena->first;
    arena->used = 0;
    tw_uniforms_reset(arena->uniforms);
}

static struct block *block_new(size_t size)
{
    struct block *block = calloc(1, sizeof(*block));
    if (block == NULL)
        return NULL;
    block->bytes = aligned_alloc(TW_ARENA_ALIGNMENT, size);
    if (block->bytes == NULL) {
        free(block);
        return NULL;
    }
    block->size = size;
    return block;
}

/* Blocks kept from earlier tiles count against the budget too: those that do not fit in it any more, and
 * are empty, go. */
static void trim_empty_blocks(struct tw_arena *arena)
{
    struct block **tail = arena->current != NULL ? &arena->current->next : &arena->first;
    blocks_free(*tail);
    *tail = NULL;
}

static size_t total_size(const struct tw_arena *arena)
{
    size_t total = 0;
    for (const struct block *block = arena->first; block != NULL; block = block->next)
        total += block->size;
    return total;
}

static struct block *block_append(struct tw_arena *arena, size_t size)
{
    size_t step = arena->current != NULL ? arena->current->size * 2 : SMALLEST_BLOCK;
    if (step > LARGEST_STEP)
        step = LARGEST_STEP;
    size_t wanted = size > step ? size : step;
    if (arena->budget != 0 && total_size(arena) + wanted > arena->budget) {
        trim_empty_blocks(arena);
        wanted = size;
    }
    struct block *block = block_new(wanted);
    if (block == NULL)
        return NULL;
    struct block **tail = arena->current != NULL ? &arena->current->next : &arena->first;
    block->next = *tail;
    *tail = block;
    return block;
}

/* The next empty block that is large enough moves to the front of the empty ones. */
static struct block *block_reuse(struct tw_arena *arena, size_t size)
{
    struct block **head = arena->current != NULL ? &arena->current->next : &arena->first;
    for (struct block **link = head; *link != NULL; link = &(*link)->next) {
        struct block *block = *link;
        if (block->size < size)
            continue;
        *link = block->next;
        block->next = *head;
        *head = block;
        return block;
    }
    return NULL;
}

void *tw_arena_alloc(struct tw_arena *arena, size_t size)
{
    size_t needed = rounded(size == 0 ? 1 : size);
    if (needed < size || (arena->budget != 0 && needed > arena->budget - arena->used))
        return NULL;
    struct block *block = arena->current;
    if (block == NULL || block->size - block->used < needed) {
        block = block_reuse(arena, needed);
        if (block == NULL)
            block = block_append(arena, needed);
        if (block == NULL)
            return NULL;
        arena->current = block;
    }
    void *bytes = block->bytes + block->used;
    block->used += needed;
    arena->used += needed;
    if (arena->used > arena->peak)
        arena->peak = arena->used;
    return bytes;
}

void *tw_arena_calloc(struct tw_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *bytes = tw_arena_alloc(arena, count * size);
    if (bytes != NULL)
        memset(bytes, 0, count * size);
    return bytes;
}

char *tw_arena_strndup(struct tw_arena *arena, const char *text, size_t length)
{
    char *copy = tw_arena_alloc(arena, length + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *tw_arena_strdup(struct tw_arena *arena, const char *text)
{
    return text == NULL ? NULL : tw_arena_strndup(arena, text, strlen(text));
}

char *tw_arena_printf(struct tw_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    char *text = tw_arena_alloc(arena, (size_t)length + 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

struct tw_arena_mark tw_arena_mark(const struct tw_arena *arena)
{
    struct block *block = arena->current;
    return (struct tw_arena_mark){block, block != NULL ? block->used : 0, arena->used};
}

void tw_arena_release(struct tw_arena *arena, struct tw_arena_mark mark)
{
    struct block *marked = mark.block;
    struct block *block = marked != NULL ? marked->next : arena->first;
    for (; block != NULL; block = block->next)
        block->used = 0;
    if (marked != NULL)
        marked->used = mark.used;
    arena->current = marked;
    arena->used = mark.total;
}

size_t tw_arena_used(const struct tw_arena *arena)
{
    return arena->used;
}

size_t tw_arena_peak(const struct tw_arena *arena)
{
    return arena->peak;
}

size_t tw_arena_budget(const struct tw_arena *arena)
{
    return arena->budget;
}

struct tw_uniforms **tw_arena_uniforms(struct tw_arena *arena)
{
    return &arena->uniforms;
}

const struct tw_uniforms *tw_arena_uniforms_of(const struct tw_arena *arena)
{
    return arena->uniforms;
}
