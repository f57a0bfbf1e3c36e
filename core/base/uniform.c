/* SPDX-License-Identifier: MIT */
#include "uniform.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_KEPT = 8, MOST_BYTES = 64 << 20, BUDGET_SHARE = 8 };

struct kept {
    unsigned char *pixels;
    size_t count;
    enum tw_dtype dtype;
};

struct tw_uniforms {
    struct kept kept[MOST_KEPT];
    size_t count, bytes;
    bool is_full; /* somebody was sent away: all go at the next reset */
};

static void forget(struct tw_uniforms *uniforms)
{
    for (size_t i = 0; i < uniforms->count; i++)
        free(uniforms->kept[i].pixels);
    *uniforms = (struct tw_uniforms){0};
}

void tw_uniforms_reset(struct tw_uniforms *uniforms)
{
    if (uniforms != NULL && uniforms->is_full)
        forget(uniforms);
}

void tw_uniforms_free(struct tw_uniforms *uniforms)
{
    if (uniforms != NULL)
        forget(uniforms);
    free(uniforms);
}

/* Doubles what is filled, from the first value on. */
static void fill(unsigned char *pixels, const void *value, size_t size, size_t bytes)
{
    memcpy(pixels, value, size);
    for (size_t filled = size; filled < bytes; filled *= 2)
        memcpy(pixels + filled, pixels, filled <= bytes - filled ? filled : bytes - filled);
}

static void *keep(struct tw_uniforms *uniforms, const void *value, enum tw_dtype dtype, size_t count,
                  size_t limit)
{
    size_t size = tw_dtype_size(dtype), bytes = count * size;
    unsigned char *pixels = NULL;
    if (uniforms->count < MOST_KEPT && bytes <= limit && uniforms->bytes <= limit - bytes)
        pixels = malloc(bytes);
    uniforms->is_full = uniforms->is_full || pixels == NULL;
    if (pixels == NULL)
        return NULL;
    fill(pixels, value, size, bytes);
    uniforms->kept[uniforms->count++] = (struct kept){pixels, count, dtype};
    uniforms->bytes += bytes;
    return pixels;
}

void *tw_uniform_pixels(struct tw_arena *arena, const void *value, enum tw_dtype dtype, size_t count)
{
    struct tw_uniforms **place = tw_arena_uniforms(arena);
    size_t budget = tw_arena_budget(arena), limit = MOST_BYTES;
    if (*place == NULL && (*place = calloc(1, sizeof(**place))) == NULL)
        return NULL;
    for (size_t i = 0; i < (*place)->count; i++) {
        const struct kept *kept = &(*place)->kept[i];
        if (kept->dtype == dtype && kept->count >= count &&
            memcmp(kept->pixels, value, tw_dtype_size(dtype)) == 0)
            return kept->pixels;
    }
    if (budget != 0 && budget / BUDGET_SHARE < limit)
        limit = budget / BUDGET_SHARE;
    return count > 0 ? keep(*place, value, dtype, count, limit) : NULL;
}

bool tw_uniform_is(const struct tw_arena *arena, const struct tw_array *array)
{
    const struct tw_uniforms *uniforms = arena != NULL ? tw_arena_uniforms_of(arena) : NULL;
    for (size_t i = 0; uniforms != NULL && array->valid == NULL && i < uniforms->count; i++)
        if (uniforms->kept[i].pixels == array->pixels)
            return uniforms->kept[i].dtype == (enum tw_dtype)array->dtype;
    return false;
}
