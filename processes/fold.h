/* fold.h - what kernel_fold.c and kernel_first.c share: reductions that keep their state in the result.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FOLD_H
#define TW_FOLD_H

#include "layers.h"

/* Bands that share the validity of the first in all layers share its result's. */
static inline bool tw_fold_is_twin(const struct tw_fold *fold, int32_t band)
{
    return band > 0 && fold->out[band].valid == fold->out[0].valid;
}

/* A first layer without a gap is the result of FIRST as it is: nothing is copied. True when that is so. */
bool tw_first_takes_layer(struct tw_fold *fold, const struct tw_layers *layers);

/* More layers for FIRST, whose memory is there: tw_first_num_blocks(total) zeros in fold->done, too. */
void tw_first_add(struct tw_fold *fold, const struct tw_layers *layers);

static inline size_t tw_first_num_blocks(size_t total)
{
    return (total + TW_LAYERS_BLOCK - 1) / TW_LAYERS_BLOCK;
}

#endif
