/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "clones.h"
#include "host.h"
#include "layers.h"
#include "network.h"

#include <math.h>
#include <string.h>

/* A percentile is found by sorting the observations of each pixel: those left out take the type's largest
 * value (infinity in floats), so that they are sorted behind all others, and the place is looked up by their
 * number. */
struct place {
    uint16_t low, high; /* rows */
    double weight;      /* of the high one */
};

static struct place place_of(double q, size_t num_observations)
{
    double position = (double)(num_observations - 1) * (q / 100);
    double low = floor(position), high = ceil(position);
    return (struct place){(uint16_t)low, (uint16_t)high, position - low};
}

/* Loading takes every value and lets nodata win, which vectorises. The two values at a pixel's place are
 * picked from their rows for one number of observations after the other, and weighted in the end; small types
 * are exact enough in float. */
#define RANK(NAME, TYPE, HALF, RESULT)                                                                       \
    TW_CLONES static void load_##NAME(void *row, const void *layer, const uint8_t *restrict valid,           \
                                      double last, size_t count)                                             \
    {                                                                                                        \
        TYPE *restrict to = row;                                                                             \
        const TYPE *restrict in = layer;                                                                     \
        TYPE behind = (TYPE)last;                                                                            \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE value = in[i];                                                                              \
            to[i] = valid[i] != 0 ? value : behind;                                                          \
        }                                                                                                    \
    }                                                                                                        \
    TW_CLONES static void pick_##NAME(const void *row, const uint16_t *restrict counts, uint16_t least,      \
                                      uint16_t more, void *picked, size_t count)                             \
    {                                                                                                        \
        const TYPE *restrict in = row;                                                                       \
        TYPE *restrict to = picked;                                                                          \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE value = in[i], old = to[i];                                                                 \
            to[i] = (uint16_t)(counts[i] - least) <= more ? value : old;                                     \
        }                                                                                                    \
    }                                                                                                        \
    TW_CLONES static void weigh_##NAME(const void *low, const void *high, const double *restrict weights,    \
                                       void *out, size_t count)                                              \
    {                                                                                                        \
        const TYPE *restrict lows = low;                                                                     \
        const TYPE *restrict highs = high;                                                                   \
        RESULT *restrict result = out;                                                                       \
        for (size_t i = 0; i < count; i++) {                                                                 \
            double a = (double)lows[i], b = (double)highs[i], weight = weights[i];                           \
            double between = a * (1 - weight) + b * weight;                                                  \
            result[i] = (RESULT)(a == b ? a : between);                                                      \
        }                                                                                                    \
    }                                                                                                        \
    TW_CLONES static void halve_##NAME(const void *low, const void *high, void *out, size_t count)           \
    {                                                                                                        \
        const TYPE *restrict lows = low;                                                                     \
        const TYPE *restrict highs = high;                                                                   \
        RESULT *restrict result = out;                                                                       \
        for (size_t i = 0; i < count; i++)                                                                   \
            result[i] = (RESULT)((HALF)lows[i] * (HALF)0.5 + (HALF)highs[i] * (HALF)0.5);                    \
    }
RANK(uint8, uint8_t, float, float)
RANK(int8, int8_t, float, float)
RANK(uint16, uint16_t, float, float)
RANK(int16, int16_t, float, float)
RANK(uint32, uint32_t, double, double)
RANK(int32, int32_t, double, double)
RANK(float32, float, double, float)
RANK(float64, double, double, double)

static const struct {
    void (*load)(void *, const void *, const uint8_t *, double, size_t);
    void (*pick)(const void *, const uint16_t *, uint16_t, uint16_t, void *, size_t);
    void (*weigh)(const void *, const void *, const double *, void *, size_t);
    void (*halve)(const void *, const void *, void *, size_t);
} functions[TW_NUM_DTYPES] = {
    {load_uint8, pick_uint8, weigh_uint8, halve_uint8},
    {load_int8, pick_int8, weigh_int8, halve_int8},
    {load_uint16, pick_uint16, weigh_uint16, halve_uint16},
    {load_int16, pick_int16, weigh_int16, halve_int16},
    {load_uint32, pick_uint32, weigh_uint32, halve_uint32},
    {load_int32, pick_int32, weigh_int32, halve_int32},
    {load_float32, pick_float32, weigh_float32, halve_float32},
    {load_float64, pick_float64, weigh_float64, halve_float64},
};

struct ranking {
    const struct tw_layers *layers;
    int32_t band;
    double q;
    bool is_median;
    enum tw_dtype dtype;
    size_t block; /* pixels */
    size_t stride;
    unsigned char *rows;
    struct tw_network network;
    struct place *places; /* by number of observations */
    uint16_t counts[TW_LAYERS_BLOCK];
};

TW_CLONES static void count_valid(uint16_t *restrict counts, const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[i] = (uint16_t)(counts[i] + (valid[i] & 1));
}

static void count_all(uint16_t *counts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[i]++;
}

/* Layers without any observation in the block are left out: clouds and scene edges make them frequent. */
static size_t load_rows(struct ranking *ranking, size_t first, size_t count)
{
    struct tw_block converted;
    uint8_t room[TW_LAYERS_BLOCK];
    double behind =
        tw_dtype_is_float(ranking->dtype) ? (double)__builtin_inf() : tw_dtype_max(ranking->dtype);
    size_t num_rows = 0;
    memset(ranking->counts, 0, count * sizeof(*ranking->counts));
    for (int32_t i = 0; i < ranking->layers->num_layers; i++) {
        const struct tw_array *array = tw_layers_at(ranking->layers, i, ranking->band);
        const uint8_t *valid = tw_layers_valid(ranking->layers, i, ranking->band, first, count, room);
        tw_layers_prefetch(ranking->layers, i, ranking->band, first + count, count);
        if (valid != NULL && memchr(valid, TW_VALID, count) == NULL)
            continue;
        const void *layer = tw_block_load(array, ranking->dtype, first, count, &converted);
        unsigned char *row = ranking->rows + num_rows++ * ranking->stride;
        if (valid == NULL) {
            memcpy(row, layer, count * tw_dtype_size(ranking->dtype));
            count_all(ranking->counts, count);
        } else {
            functions[ranking->dtype].load(row, layer, valid, behind, count);
            count_valid(ranking->counts, valid, count);
        }
    }
    return num_rows;
}

TW_CLONES static void find_range(const uint16_t *restrict counts, size_t count, uint16_t range[2])
{
    uint16_t least = UINT16_MAX, most = 0;
    for (size_t i = 0; i < count; i++) {
        least = counts[i] < least ? counts[i] : least;
        most = counts[i] > most ? counts[i] : most;
    }
    range[0] = least;
    range[1] = most;
}

/* Takes the lower (or the higher) value at each pixel's place. range: the least and the greatest number of
 * observations in the block; numbers that share a row are done together. */
static void pick(const struct ranking *ranking, const uint16_t range[2], bool is_high, void *picked,
                 size_t count)
{
    const struct place *places = ranking->places;
    size_t number = range[0];
    while (number <= range[1]) {
        size_t least = number, row = is_high ? places[number].high : places[number].low;
        while (number <= range[1] && (is_high ? places[number].high : places[number].low) == row)
            number++;
        functions[ranking->dtype].pick(ranking->rows + row * ranking->stride, ranking->counts,
                                       (uint16_t)least, (uint16_t)(number - 1 - least), picked, count);
    }
}

static void take_ranks(const struct ranking *ranking, const uint16_t range[2], void *result, size_t count)
{
    _Alignas(64) unsigned char low[TW_LAYERS_BLOCK * sizeof(double)], high[TW_LAYERS_BLOCK * sizeof(double)];
    double weights[TW_LAYERS_BLOCK];
    pick(ranking, range, false, low, count);
    pick(ranking, range, true, high, count);
    if (ranking->is_median) {
        functions[ranking->dtype].halve(low, high, result, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        weights[i] = ranking->places[ranking->counts[i]].weight;
    functions[ranking->dtype].weigh(low, high, weights, result, count);
}

TW_CLONES static void mark_valid(uint8_t *restrict valid, const uint16_t *restrict counts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        valid[i] = counts[i] > 0 ? TW_VALID : 0;
}

static void rank_block(struct ranking *ranking, struct tw_array *out, size_t first, size_t count)
{
    uint16_t range[2];
    void *result = tw_block_at(out, first);
    size_t num_rows = load_rows(ranking, first, count);
    mark_valid(out->valid + first, ranking->counts, count);
    find_range(ranking->counts, count, range);
    if (range[1] == 0)
        return;
    const struct place top = ranking->places[num_rows];
    bool is_complete = range[0] == num_rows;
    range[0] = range[0] > 0 ? range[0] : 1;
    tw_network_prepare(&ranking->network, num_rows, is_complete ? top.low : 0, top.high);
    tw_network_run(&ranking->network, ranking->rows, ranking->stride, ranking->dtype, count);
    take_ranks(ranking, range, result, count);
    if (tw_dtype_is_float(ranking->dtype)) /* between two infinities */
        tw_block_clear_nan(result, (enum tw_dtype)out->dtype, out->valid + first, count);
}

static int32_t make_rows(struct tw_host *host, struct ranking *ranking, const struct tw_array *out)
{
    size_t num_layers = (size_t)ranking->layers->num_layers, size = 1;
    for (int32_t band = 0; band < ranking->layers->num_bands; band++)
        if (tw_dtype_size((enum tw_dtype)out[band].dtype) > size)
            size = tw_dtype_size((enum tw_dtype)out[band].dtype);
    struct tw_network *network = &ranking->network;
    ranking->block = tw_layers_block(num_layers * size);
    ranking->stride = ranking->block * size;
    ranking->rows = tw_host_alloc(host, num_layers * ranking->stride);
    network->steps = tw_host_alloc(host, tw_network_max_steps(num_layers) * sizeof(*network->steps));
    network->is_needed = tw_host_alloc(host, num_layers * sizeof(*network->is_needed));
    ranking->places = tw_host_alloc(host, (num_layers + 1) * sizeof(*ranking->places));
    if (ranking->rows == NULL || network->steps == NULL || network->is_needed == NULL ||
        ranking->places == NULL)
        return (int32_t)host->err.status;
    ranking->places[0] = (struct place){0, 0, 0};
    for (size_t i = 1; i <= num_layers; i++)
        ranking->places[i] = place_of(ranking->q, i);
    return TW_OK;
}

/* One validity for all bands is right where they share theirs, and results are never NaN. */
static int32_t make_bands(struct tw_host *host, const struct tw_layers *layers, struct tw_array *out)
{
    bool is_shared = true;
    for (int32_t band = 0; band < layers->num_bands; band++) {
        enum tw_dtype dtype = tw_layers_dtype(layers, band);
        is_shared = is_shared && !tw_dtype_is_float(dtype) && tw_layers_share(layers, band, 0);
        out[band].dtype = (int32_t)tw_dtype_arithmetic(dtype, dtype);
    }
    return tw_layers_make(host, layers, out, layers->num_bands, is_shared);
}

int32_t tw_stack_percentile(struct tw_host *host, const struct tw_layers *layers, double q,
                            struct tw_array *out)
{
    struct ranking ranking = {.layers = layers, .q = q, .is_median = q == 50};
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    if (tw_layers_check(host, layers->num_layers) != TW_OK || make_bands(host, layers, out) != TW_OK ||
        make_rows(host, &ranking, out) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += ranking.block) {
        size_t count = total - first < ranking.block ? total - first : ranking.block;
        for (ranking.band = 0; ranking.band < layers->num_bands; ranking.band++) {
            ranking.dtype = tw_layers_dtype(layers, ranking.band);
            rank_block(&ranking, &out[ranking.band], first, count);
        }
    }
    return TW_OK;
}
