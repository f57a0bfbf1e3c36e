/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "clones.h"
#include "fold.h"
#include "host.h"

#include <math.h>
#include <string.h>

/* MIN and MAX keep their state in the result, as does FIRST, see kernel_first.c.
 * One more layer for a block: into `out` where `valid`; `seen` tells which pixels have a value already. */
typedef void step_function(void *out, const void *layer, const uint8_t *valid, const uint8_t *seen,
                           size_t count);

#define STEP(NAME, TYPE, CONDITION)                                                                          \
    TW_CLONES static void NAME##_##TYPE(void *out, const void *layer, const uint8_t *restrict valid,         \
                                        const uint8_t *restrict seen, size_t count)                          \
    {                                                                                                        \
        TYPE *restrict a = out;                                                                              \
        const TYPE *restrict b = layer;                                                                      \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE old = a[i], value = b[i]; /* read in any case: that vectorises */                           \
            bool wins = (valid[i] != 0) & ((seen[i] == 0) | (CONDITION));                                    \
            a[i] = wins ? value : old;                                                                       \
        }                                                                                                    \
    }
#define STEPS(TYPE) STEP(min, TYPE, value < old) STEP(max, TYPE, value > old)
STEPS(uint8_t)
STEPS(int8_t)
STEPS(uint16_t)
STEPS(int16_t)
STEPS(uint32_t)
STEPS(int32_t)
STEPS(float)
STEPS(double)

static step_function *const steps[TW_FOLD_MAX + 1][TW_NUM_DTYPES] = {
    [TW_FOLD_MIN] = {min_uint8_t, min_int8_t, min_uint16_t, min_int16_t, min_uint32_t, min_int32_t, min_float,
                     min_double},
    [TW_FOLD_MAX] = {max_uint8_t, max_int8_t, max_uint16_t, max_int16_t, max_uint32_t, max_int32_t, max_float,
                     max_double},
};

TW_CLONES static void see(uint8_t *restrict seen, const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        seen[i] |= valid[i];
}

/* A block of the layers in work. `seen`: pixels that had a value before this call. */
struct block {
    const struct tw_layers *layers;
    struct tw_fold *fold;
    size_t first, count;
    uint8_t seen[TW_LAYERS_BLOCK];
    uint8_t all[TW_LAYERS_BLOCK];
    uint8_t room[TW_LAYERS_BLOCK];
};

static const uint8_t *valid_of(struct block *block, int32_t layer, int32_t band)
{
    tw_layers_prefetch(block->layers, layer, band, block->first + block->count, block->count);
    const uint8_t *valid =
        tw_layers_valid(block->layers, layer, band, block->first, block->count, block->room);
    return valid != NULL ? valid : block->all;
}

static void step_band(struct block *block, int32_t band)
{
    struct tw_fold *fold = block->fold;
    enum tw_dtype dtype = (enum tw_dtype)fold->out[band].dtype;
    unsigned char *out = tw_block_at(&fold->out[band], block->first);
    uint8_t seen[TW_LAYERS_BLOCK];
    struct tw_block converted;
    bool any = fold->num_layers > 0;
    memcpy(seen, tw_fold_is_twin(fold, band) ? block->seen : fold->out[band].valid + block->first,
           block->count);
    for (int32_t i = 0; i < block->layers->num_layers; i++) {
        const uint8_t *valid = valid_of(block, i, band);
        if (memchr(valid, TW_VALID, block->count) == NULL)
            continue;
        const struct tw_array *array = tw_layers_at(block->layers, i, band);
        const void *layer = tw_block_load(array, dtype, block->first, block->count, &converted);
        if (any)
            steps[fold->reduction][dtype](out, layer, valid, seen, block->count);
        else
            memcpy(out, layer, block->count * tw_dtype_size(dtype));
        any = true;
        see(seen, valid, block->count);
    }
    if (!tw_fold_is_twin(fold, band))
        memcpy(fold->out[band].valid + block->first, seen, block->count);
}

/* COUNT keeps its state in the result too. */
TW_CLONES static void count_valid(uint16_t *restrict counts, const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[i] = (uint16_t)(counts[i] + (valid[i] & 1));
}

static void count_band(struct block *block, int32_t band)
{
    uint16_t *counts = (void *)tw_block_at(&block->fold->out[band], block->first);
    for (int32_t i = 0; i < block->layers->num_layers; i++)
        count_valid(counts, valid_of(block, i, band), block->count);
}

/* The others add up doubles: sums and counts (or sums of weights) of a block. STD adds the differences to the
 * first value and their squares, which loses no digits to cancellation. */
enum { SUM, COUNT, SQUARE, SHIFT, NUM_SUMS };
struct sums {
    double of[NUM_SUMS][TW_LAYERS_BLOCK];
};

static int num_sums(const struct tw_fold *fold)
{
    return fold->reduction == TW_FOLD_STD ? NUM_SUMS : SQUARE;
}

/* Integers of 8 and 16 bits are added up exactly, in the wider type of their sign: a block of a call has at
 * most UINT16_MAX of them. The squares of one fit into 32 bits, and all of them into 64. */
struct integer_sums {
    union {
        uint32_t u32[TW_LAYERS_BLOCK];
        int32_t i32[TW_LAYERS_BLOCK];
    } sum;
    uint64_t square[TW_LAYERS_BLOCK];
    uint16_t count[TW_LAYERS_BLOCK];
};

#define ADD_INTEGERS(TYPE, WIDE, FIELD)                                                                      \
    TW_CLONES static void add_##TYPE(struct integer_sums *restrict sums, const void *layer,                  \
                                     const uint8_t *restrict valid, size_t count)                            \
    {                                                                                                        \
        const TYPE *restrict values = layer;                                                                 \
        for (size_t i = 0; i < count; i++) {                                                                 \
            WIDE value = values[i];                                                                          \
            sums->sum.FIELD[i] += valid[i] != 0 ? value : 0;                                                 \
        }                                                                                                    \
    }                                                                                                        \
    TW_CLONES static void add_squares_##TYPE(struct integer_sums *restrict sums, const void *layer,          \
                                             const uint8_t *restrict valid, size_t count)                    \
    {                                                                                                        \
        const TYPE *restrict values = layer;                                                                 \
        for (size_t i = 0; i < count; i++) {                                                                 \
            WIDE value = values[i];                                                                          \
            uint32_t square = (uint32_t)value * (uint32_t)value;                                             \
            sums->square[i] += valid[i] != 0 ? square : 0;                                                   \
        }                                                                                                    \
    }                                                                                                        \
    TW_CLONES static void widen_##TYPE(const struct integer_sums *restrict from, double *restrict sum,       \
                                       size_t count)                                                         \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            sum[i] = (double)from->sum.FIELD[i];                                                             \
    }
ADD_INTEGERS(uint8_t, uint32_t, u32)
ADD_INTEGERS(int8_t, int32_t, i32)
ADD_INTEGERS(uint16_t, uint32_t, u32)
ADD_INTEGERS(int16_t, int32_t, i32)

static const struct {
    void (*add)(struct integer_sums *, const void *, const uint8_t *, size_t);
    void (*add_squares)(struct integer_sums *, const void *, const uint8_t *, size_t);
    void (*widen)(const struct integer_sums *, double *, size_t);
} integers[] = {
    [TW_UINT8] = {add_uint8_t, add_squares_uint8_t, widen_uint8_t},
    [TW_INT8] = {add_int8_t, add_squares_int8_t, widen_int8_t},
    [TW_UINT16] = {add_uint16_t, add_squares_uint16_t, widen_uint16_t},
    [TW_INT16] = {add_int16_t, add_squares_int16_t, widen_int16_t},
};

/* The same sums around a pixel's shift. */
TW_CLONES static void merge(struct sums *restrict sums, const struct integer_sums *restrict more,
                            const double *restrict sum, bool with_squares, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sums->of[COUNT][i] += more->count[i];
    for (size_t i = 0; !with_squares && i < count; i++)
        sums->of[SUM][i] += sum[i];
    for (size_t i = 0; with_squares && i < count; i++) {
        double shift = sums->of[SHIFT][i], shifted = sum[i] - more->count[i] * shift;
        sums->of[SUM][i] += shifted;
        sums->of[SQUARE][i] += (double)more->square[i] - shift * (sum[i] + shifted);
    }
}

static void add_integers(struct block *block, struct sums *sums, int32_t band, enum tw_dtype dtype)
{
    struct integer_sums exact;
    struct tw_block converted;
    double sum[TW_LAYERS_BLOCK];
    bool with_squares = block->fold->reduction == TW_FOLD_STD;
    memset(&exact.sum, 0, sizeof(exact.sum));
    memset(exact.count, 0, sizeof(exact.count));
    if (with_squares)
        memset(exact.square, 0, sizeof(exact.square));
    for (int32_t i = 0; i < block->layers->num_layers; i++) {
        const struct tw_array *array = tw_layers_at(block->layers, i, band);
        const void *layer = tw_block_load(array, dtype, block->first, block->count, &converted);
        const uint8_t *valid = valid_of(block, i, band);
        integers[dtype].add(&exact, layer, valid, block->count);
        if (with_squares)
            integers[dtype].add_squares(&exact, layer, valid, block->count);
        count_valid(exact.count, valid, block->count);
    }
    integers[dtype].widen(&exact, sum, block->count);
    merge(sums, &exact, sum, with_squares, block->count);
}

TW_CLONES static void add(struct sums *restrict sums, const double *restrict values,
                          const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        sums->of[SUM][i] += valid[i] != 0 ? value : 0;
        sums->of[COUNT][i] += valid[i] != 0 ? 1 : 0;
    }
}

TW_CLONES static void add_square(struct sums *restrict sums, const double *restrict values,
                                 const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = values[i], old = sums->of[SHIFT][i];
        double shift = sums->of[COUNT][i] > 0 ? old : value;
        double difference = valid[i] != 0 ? value - shift : 0;
        sums->of[SHIFT][i] = valid[i] != 0 ? shift : old;
        sums->of[SUM][i] += difference;
        sums->of[SQUARE][i] += difference * difference;
        sums->of[COUNT][i] += valid[i] != 0 ? 1 : 0;
    }
}

TW_CLONES static void add_weighted(struct sums *restrict sums, const double *restrict values,
                                   const double *restrict weights, const uint8_t *restrict valid,
                                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = values[i], weight = weights[i];
        bool counts = (valid[i] != 0) & (weight > 0);
        sums->of[SUM][i] += counts ? value * weight : 0;
        sums->of[COUNT][i] += counts ? weight : 0;
    }
}

static const double *weights_of(const struct block *block, int32_t layer, double *room)
{
    const struct tw_array *weights = block->fold->weights[layer];
    if (weights == NULL) {
        tw_pixels_fill(room, TW_FLOAT64, block->count, block->fold->weight_numbers[layer]);
        return room;
    }
    const double *values = tw_layers_values(weights, block->first, block->count, room);
    if (weights->valid == NULL)
        return values;
    for (size_t i = 0; i < block->count; i++)
        room[i] = weights->valid[block->first + i] != 0 ? values[i] : 0;
    return room;
}

static void add_layer(struct block *block, struct sums *sums, int32_t layer, int32_t band)
{
    double room[TW_LAYERS_BLOCK], weights[TW_LAYERS_BLOCK];
    const uint8_t *valid = valid_of(block, layer, band);
    const double *values =
        tw_layers_values(tw_layers_at(block->layers, layer, band), block->first, block->count, room);
    if (block->fold->weights != NULL)
        add_weighted(sums, values, weights_of(block, layer, weights), valid, block->count);
    else if (block->fold->reduction == TW_FOLD_STD)
        add_square(sums, values, valid, block->count);
    else
        add(sums, values, valid, block->count);
}

TW_CLONES static void finish(struct sums *restrict sums, int32_t reduction, uint8_t *restrict valid,
                             size_t count)
{
    double *restrict sum = sums->of[SUM];
    const double *restrict counts = sums->of[COUNT], *restrict squares = sums->of[SQUARE];
    for (size_t i = 0; i < count; i++)
        valid[i] = counts[i] > 0 ? TW_VALID : 0;
    for (size_t i = 0; reduction == TW_FOLD_MEAN && i < count; i++)
        sum[i] = sum[i] / (counts[i] > 0 ? counts[i] : 1);
    for (size_t i = 0; reduction == TW_FOLD_STD && i < count; i++) {
        double number = counts[i] > 0 ? counts[i] : 1, mean = sum[i] / number;
        double variance = squares[i] / number - mean * mean;
        sum[i] = sqrt(variance < 0 ? 0 : variance) /* NaN stays: infinities have no deviation */;
    }
}

/* Infinities cancel to NaN. */
static void finish_band(const struct block *block, struct sums *sums, int32_t band)
{
    struct tw_fold *fold = block->fold;
    struct tw_array *out = &fold->out[band];
    uint8_t valid[TW_LAYERS_BLOCK];
    finish(sums, fold->reduction, valid, block->count);
    tw_pixels_convert(sums->of[SUM], TW_FLOAT64, tw_block_at(out, block->first), (enum tw_dtype)out->dtype,
                      block->count);
    tw_block_clear_nan(sums->of[SUM], TW_FLOAT64, valid, block->count);
    memcpy(out->valid + block->first, valid, block->count);
}

static void add_band(struct block *block, int32_t band)
{
    struct tw_fold *fold = block->fold;
    struct sums sums;
    size_t bytes = block->count * sizeof(double);
    double **state = fold->state != NULL ? &fold->state[band * NUM_SUMS] : NULL;
    for (int k = 0; k < num_sums(fold); k++)
        if (state != NULL && fold->num_layers > 0)
            memcpy(sums.of[k], state[k] + block->first, bytes);
        else
            memset(sums.of[k], 0, bytes);
    enum tw_dtype dtype = tw_layers_dtype(block->layers, band);
    if (dtype <= TW_INT16 && fold->weights == NULL)
        add_integers(block, &sums, band, dtype);
    for (int32_t i = 0; (dtype > TW_INT16 || fold->weights != NULL) && i < block->layers->num_layers; i++)
        add_layer(block, &sums, i, band);
    for (int k = 0; !fold->is_last && k < num_sums(fold); k++)
        memcpy(state[k] + block->first, sums.of[k], bytes);
    if (fold->is_last)
        finish_band(block, &sums, band);
}

/* Memory. */

static bool keeps_values(const struct tw_fold *fold)
{
    return fold->reduction <= TW_FOLD_MAX;
}

static enum tw_dtype out_dtype(const struct tw_fold *fold, const struct tw_layers *layers, int32_t band)
{
    if (fold->reduction == TW_FOLD_COUNT)
        return TW_UINT16;
    enum tw_dtype dtype = tw_layers_dtype(layers, band);
    return keeps_values(fold) ? dtype : tw_dtype_arithmetic(dtype, dtype);
}

/* Whether a band is valid where the first is; sums of floats may be NaN in one and not in the other. */
static bool can_share(const struct tw_fold *fold, const struct tw_layers *layers, int32_t band)
{
    bool never_nan = fold->weights == NULL && !tw_dtype_is_float(tw_layers_dtype(layers, band)) &&
                     !tw_dtype_is_float(tw_layers_dtype(layers, 0));
    return band > 0 && (keeps_values(fold) || never_nan) && tw_layers_share(layers, band, 0);
}

static int32_t make_state(struct tw_host *host, struct tw_fold *fold, const struct tw_layers *layers)
{
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    fold->state = tw_host_alloc(host, (size_t)layers->num_bands * NUM_SUMS * sizeof(*fold->state));
    if (fold->state == NULL)
        return (int32_t)host->err.status;
    for (int32_t band = 0; band < layers->num_bands; band++)
        for (int k = 0; k < num_sums(fold); k++) {
            fold->state[band * NUM_SUMS + k] = tw_host_alloc(host, total * sizeof(double));
            if (fold->state[band * NUM_SUMS + k] == NULL)
                return (int32_t)host->err.status;
        }
    return TW_OK;
}

static int32_t make_done(struct tw_host *host, struct tw_fold *fold, size_t num_blocks)
{
    fold->done = tw_host_alloc(host, num_blocks);
    if (fold->done == NULL)
        return (int32_t)host->err.status;
    memset(fold->done, 0, num_blocks);
    return TW_OK;
}

static int32_t begin(struct tw_host *host, struct tw_fold *fold, const struct tw_layers *layers)
{
    bool counts = fold->reduction == TW_FOLD_COUNT;
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    fold->is_grown = true;
    for (int32_t band = 0; band < layers->num_bands; band++) {
        struct tw_array *out = &fold->out[band];
        *out = *layers->arrays[0];
        out->dtype = (int32_t)out_dtype(fold, layers, band);
        bool is_shared = can_share(fold, layers, band);
        if (tw_host_make(host, out, !counts && !is_shared) != TW_OK)
            return (int32_t)host->err.status;
        if (is_shared)
            out->valid = fold->out[0].valid;
        else if (!counts && fold->reduction != TW_FOLD_FIRST)
            memset(out->valid, 0, total);
        if (counts)
            memset(out->pixels, 0, total * sizeof(uint16_t));
    }
    if (fold->reduction == TW_FOLD_FIRST)
        return make_done(host, fold, tw_first_num_blocks(total));
    return counts || keeps_values(fold) || fold->is_last ? TW_OK : make_state(host, fold, layers);
}

/* A later layer of a larger type, or whose bands are valid in different places. */
static int32_t widen(struct tw_host *host, struct tw_fold *fold, const struct tw_layers *layers, int32_t band)
{
    struct tw_array *out = &fold->out[band];
    size_t total = tw_array_num_pixels(out);
    enum tw_dtype old = (enum tw_dtype)out->dtype;
    enum tw_dtype dtype = tw_dtype_common(old, out_dtype(fold, layers, band));
    if (tw_fold_is_twin(fold, band) && out->valid != NULL && !can_share(fold, layers, band)) {
        out->valid = tw_host_alloc(host, total);
        if (out->valid == NULL)
            return (int32_t)host->err.status;
        memcpy(out->valid, fold->out[0].valid, total);
        fold->is_grown = true;
    }
    if (dtype == old)
        return TW_OK;
    struct tw_array wide = *out;
    wide.dtype = (int32_t)dtype;
    if (tw_host_make(host, &wide, false) != TW_OK)
        return (int32_t)host->err.status;
    if (keeps_values(fold))
        tw_pixels_convert(out->pixels, old, wide.pixels, dtype, total);
    wide.valid = out->valid;
    *out = wide;
    fold->is_grown = true;
    return TW_OK;
}

static int32_t prepare(struct tw_host *host, struct tw_fold *fold, const struct tw_layers *layers)
{
    fold->is_grown = false;
    if (tw_layers_check(host, (int64_t)fold->num_layers + layers->num_layers) != TW_OK)
        return (int32_t)host->err.status;
    if (fold->num_layers == 0)
        return begin(host, fold, layers);
    for (int32_t band = 0; band < layers->num_bands; band++)
        if (widen(host, fold, layers, band) != TW_OK)
            return (int32_t)host->err.status;
    return TW_OK;
}

static void fold_block(struct block *block)
{
    struct tw_fold *fold = block->fold;
    if (keeps_values(fold))
        memcpy(block->seen, fold->out[0].valid + block->first, block->count);
    for (int32_t band = 0; band < block->layers->num_bands; band++) {
        if (fold->reduction == TW_FOLD_COUNT)
            count_band(block, band);
        else if (keeps_values(fold))
            step_band(block, band);
        else
            add_band(block, band);
    }
}

static void fold_blocks(struct tw_fold *fold, const struct tw_layers *layers)
{
    struct block block = {.layers = layers, .fold = fold};
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    memset(block.all, TW_VALID, sizeof(block.all));
    for (size_t first = 0; first < total; first += block.count) {
        block.first = first;
        block.count = total - first < TW_LAYERS_BLOCK ? total - first : TW_LAYERS_BLOCK;
        fold_block(&block);
    }
}

int32_t tw_stack_fold(struct tw_host *host, struct tw_fold *fold, const struct tw_layers *layers)
{
    if (fold->is_full)
        return TW_OK;
    if (tw_first_takes_layer(fold, layers)) {
        fold->is_full = fold->is_grown = true;
        fold->num_layers = layers->num_layers;
        return tw_layers_check(host, layers->num_layers);
    }
    if (prepare(host, fold, layers) != TW_OK)
        return (int32_t)host->err.status;
    if (fold->reduction == TW_FOLD_FIRST)
        tw_first_add(fold, layers);
    else
        fold_blocks(fold, layers);
    fold->num_layers += layers->num_layers;
    return TW_OK;
}
