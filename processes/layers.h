/* layers.h - blocks of observations, for the functions of functions_stacks.h.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LAYERS_H
#define TW_LAYERS_H

#include "functions_stacks.h"

/* Pixels per block when each takes `bytes` of memory in a loop: what fits into the first level cache, a
 * multiple of 64, at least 64 and at most TW_LAYERS_BLOCK. */
enum { TW_LAYERS_BLOCK = 1024 };
size_t tw_layers_block(size_t bytes);

/* TW_ESCRIPT when there are more layers than kernels can count, TW_ECANCELLED, or TW_OK. */
int32_t tw_layers_check(struct tw_host *host, int64_t num_layers);

/* The smallest type that holds all layers of all bands. */
enum tw_dtype tw_layers_dtype(const struct tw_layers *layers, int32_t band);

static inline const struct tw_array *tw_layers_at(const struct tw_layers *layers, int32_t layer, int32_t band)
{
    return layers->arrays[layer * layers->num_bands + band];
}

/* Whether two bands have one and the same validity in every layer. */
bool tw_layers_share(const struct tw_layers *layers, int32_t band, int32_t other);

/* Where a block of a layer has observations: NULL when everywhere, otherwise a pointer into the array or to
 * `room`. The second: observations that are valid in all bands. */
const uint8_t *tw_layers_valid(const struct tw_layers *layers, int32_t layer, int32_t band, size_t first,
                               size_t count, uint8_t *room);
const uint8_t *tw_layers_valid_in_all(const struct tw_layers *layers, int32_t layer, size_t first,
                                      size_t count, uint8_t *room);

/* Asks for what a later block of a layer needs from memory: the machine follows one array by itself, but not
 * a dozen of them in turn. */
void tw_layers_prefetch(const struct tw_layers *layers, int32_t layer, int32_t band, size_t first,
                        size_t count);

/* The values of a block as doubles, in room or in the array. */
const double *tw_layers_values(const struct tw_array *array, size_t first, size_t count, double *room);

/* New pixels and validity of the layers' shape for out[0..num_bands); one validity for all when is_shared.
 * dtype of each is set beforehand. */
int32_t tw_layers_make(struct tw_host *host, const struct tw_layers *layers, struct tw_array *out,
                       int32_t num_bands, bool is_shared);

#endif
