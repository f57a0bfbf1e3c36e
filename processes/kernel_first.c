/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "clones.h"
#include "fold.h"
#include "host.h"

#include <string.h>

/* Values are moved, whatever their type. */
typedef void blend_function(void *out, const void *layer, const uint8_t *take, size_t count);

#define BLEND(TYPE)                                                                                          \
    TW_CLONES static void blend_##TYPE(void *out, const void *layer, const uint8_t *restrict take,           \
                                       size_t count)                                                         \
    {                                                                                                        \
        TYPE *restrict a = out;                                                                              \
        const TYPE *restrict b = layer;                                                                      \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE old = a[i], value = b[i]; /* read in any case: that vectorises */                           \
            a[i] = take[i] != 0 ? value : old;                                                               \
        }                                                                                                    \
    }
BLEND(uint8_t)
BLEND(uint16_t)
BLEND(uint32_t)
BLEND(uint64_t)

static blend_function *const blends[] = {
    [1] = blend_uint8_t, [2] = blend_uint16_t, [4] = blend_uint32_t, [8] = blend_uint64_t};

/* Not 0: some pixels are taken; some are left without a value. */
struct found {
    uint8_t taken, left;
};

/* take: where a layer has a value and no earlier layer had. */
TW_CLONES static struct found take_new(uint8_t *restrict take, uint8_t *restrict seen,
                                       const uint8_t *restrict valid, size_t count)
{
    uint8_t taken = 0, left = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t old = seen[i], more = valid[i];
        uint8_t fresh = (uint8_t)(more & ~old), now = old | more;
        take[i] = fresh;
        seen[i] = now;
        taken |= fresh;
        left |= (uint8_t)~now;
    }
    return (struct found){taken, left};
}

/* A block of the layers in work. */
struct block {
    const struct tw_layers *layers;
    struct tw_fold *fold;
    size_t first, count;
};

/* take NULL: everything, as nothing was written yet. */
static void write_band(const struct block *block, int32_t layer, int32_t band, const uint8_t *take)
{
    const struct tw_array *out = &block->fold->out[band];
    enum tw_dtype dtype = (enum tw_dtype)out->dtype;
    size_t size = tw_dtype_size(dtype);
    struct tw_block converted;
    const struct tw_array *array = tw_layers_at(block->layers, layer, band);
    const void *values = tw_block_load(array, dtype, block->first, block->count, &converted);
    if (take == NULL)
        memcpy(tw_block_at(out, block->first), values, block->count * size);
    else
        blends[size](tw_block_at(out, block->first), values, take, block->count);
}

static struct found take_layer(const struct block *block, int32_t layer, int32_t band, uint8_t *take)
{
    uint8_t room[TW_LAYERS_BLOCK];
    const uint8_t *valid = tw_layers_valid(block->layers, layer, band, block->first, block->count, room);
    if (valid == NULL)
        valid = memset(room, TW_VALID, block->count);
    return take_new(take, block->fold->out[band].valid + block->first, valid, block->count);
}

/* A band and those that share its validity. Returns whether all pixels have their values. */
static bool fill(const struct block *block, int32_t leader)
{
    struct tw_fold *fold = block->fold;
    uint8_t take[TW_LAYERS_BLOCK], *seen = fold->out[leader].valid + block->first;
    bool is_blank = fold->num_layers == 0;
    if (is_blank)
        memset(seen, 0, block->count);
    else if (memchr(seen, 0, block->count) == NULL)
        return true;
    for (int32_t layer = 0; layer < block->layers->num_layers; layer++) {
        struct found found = take_layer(block, layer, leader, take);
        for (int32_t band = leader; found.taken != 0 && band < block->layers->num_bands; band++)
            if (band == leader || (leader == 0 && tw_fold_is_twin(fold, band)))
                write_band(block, layer, band, is_blank ? NULL : take);
        is_blank = is_blank && found.taken == 0;
        if (found.left == 0)
            return true;
    }
    return false;
}

static bool fill_all(const struct block *block)
{
    bool is_full = true;
    for (int32_t band = 0; band < block->layers->num_bands; band++)
        if (!tw_fold_is_twin(block->fold, band))
            is_full &= fill(block, band);
    return is_full;
}

void tw_first_add(struct tw_fold *fold, const struct tw_layers *layers)
{
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    struct block block = {.layers = layers, .fold = fold};
    fold->is_full = true;
    for (size_t i = 0; i < tw_first_num_blocks(total); i++) {
        block.first = i * TW_LAYERS_BLOCK;
        block.count = total - block.first < TW_LAYERS_BLOCK ? total - block.first : TW_LAYERS_BLOCK;
        fold->done[i] = fold->done[i] || fill_all(&block);
        fold->is_full &= fold->done[i];
    }
}

bool tw_first_takes_layer(struct tw_fold *fold, const struct tw_layers *layers)
{
    bool is_masked = layers->masks != NULL && layers->masks[0] != NULL;
    bool is_whole = fold->reduction == TW_FOLD_FIRST && fold->num_layers == 0 && !is_masked;
    for (int32_t band = 0; is_whole && band < layers->num_bands; band++) {
        const struct tw_array *array = tw_layers_at(layers, 0, band);
        bool is_known = band > 0 && array->valid == tw_layers_at(layers, 0, band - 1)->valid;
        is_whole =
            array->dtype == (int32_t)tw_layers_dtype(layers, band) && (is_known || tw_array_is_full(array));
    }
    for (int32_t band = 0; is_whole && band < layers->num_bands; band++) {
        fold->out[band] = *tw_layers_at(layers, 0, band);
        fold->out[band].valid = NULL;
    }
    return is_whole;
}
