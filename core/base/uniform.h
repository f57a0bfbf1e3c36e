/* uniform.h - pixels that are all the same, shared by the arrays of many tiles: seas and skies cost nothing.
 *
 * An arena keeps a few such pixels over its resets, because arrays are never changed. Whoever has an array
 * whose pixels begin there knows without a look that all of them are equal. What is derived from it has
 * pixels of its own, and is uniform no more, unless its maker says so again. Of the arena's thread.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_UNIFORM_H
#define TW_UNIFORM_H

#include "array.h"

/* Pixels of at least count values that equal the one at value; they live as long as what the arena holds now.
 * NULL when there are too many of them already, beside an eighth of the arena's budget: make an array as
 * usual then. */
void *tw_uniform_pixels(struct tw_arena *arena, const void *value, enum tw_dtype dtype, size_t count);

/* Whether all pixels of the array are valid and are known to be equal; arena may be NULL: then not. */
bool tw_uniform_is(const struct tw_arena *arena, const struct tw_array *array);

/* For arena.c: after a reset; at the end. */
struct tw_uniforms;
void tw_uniforms_reset(struct tw_uniforms *uniforms);
void tw_uniforms_free(struct tw_uniforms *uniforms);
struct tw_uniforms **tw_arena_uniforms(struct tw_arena *arena);
const struct tw_uniforms *tw_arena_uniforms_of(const struct tw_arena *arena);

#endif
