/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "clones.h"
#include "host.h"
#include "layers.h"

#include <math.h>
#include <string.h>

/* Whole observations are chosen in two steps: which layer, for each pixel of a block; then all of its bands.
 */
enum { NONE = UINT16_MAX };

struct choice {
    const struct tw_layers *layers;
    struct tw_array *out;
    const struct tw_array *const *criteria;
    double sign; /* criteria times this are best where greatest */
    uint16_t index[TW_LAYERS_BLOCK];
};

#define TAKE(BITS)                                                                                           \
    TW_CLONES static void take##BITS(void *out, const void *in, const uint16_t *restrict index,              \
                                     uint16_t layer, size_t count)                                           \
    {                                                                                                        \
        uint##BITS##_t *restrict to = out;                                                                   \
        const uint##BITS##_t *restrict values = in;                                                          \
        for (size_t i = 0; i < count; i++) {                                                                 \
            uint##BITS##_t old = to[i], value = values[i]; /* read in any case: that vectorises */           \
            to[i] = index[i] == layer ? value : old;                                                         \
        }                                                                                                    \
    }
TAKE(8)
TAKE(16)
TAKE(32)
TAKE(64)

static void take(void *out, const void *in, enum tw_dtype dtype, const uint16_t *index, uint16_t layer,
                 size_t count)
{
    switch (tw_dtype_size(dtype)) {
    case 1:
        take8(out, in, index, layer, count);
        break;
    case 2:
        take16(out, in, index, layer, count);
        break;
    case 4:
        take32(out, in, index, layer, count);
        break;
    default:
        take64(out, in, index, layer, count);
    }
}

static bool has_index(const uint16_t *index, uint16_t layer, size_t count)
{
    int found = 0;
    for (size_t i = 0; i < count; i++)
        found |= index[i] == layer;
    return found != 0;
}

/* The bands of the chosen layers, and where one was chosen. */
static void take_block(const struct choice *choice, size_t first, size_t count)
{
    const struct tw_layers *layers = choice->layers;
    struct tw_block room;
    for (int32_t i = 0; i < layers->num_layers; i++) {
        if (!has_index(choice->index, (uint16_t)i, count))
            continue;
        for (int32_t band = 0; band < layers->num_bands; band++) {
            enum tw_dtype dtype = (enum tw_dtype)choice->out[band].dtype;
            const struct tw_array *array = tw_layers_at(layers, i, band);
            take(tw_block_at(&choice->out[band], first), tw_block_load(array, dtype, first, count, &room),
                 dtype, choice->index, (uint16_t)i, count);
        }
    }
    for (size_t i = 0; i < count; i++)
        choice->out[0].valid[first + i] = choice->index[i] != NONE ? TW_VALID : 0;
}

TW_CLONES static void take_better(double *restrict best, uint16_t *restrict index,
                                  const double *restrict values, const uint8_t *restrict valid,
                                  uint16_t layer, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double old = best[i], value = values[i];
        uint16_t old_index = index[i];
        bool wins = (valid[i] != 0) & ((old_index == NONE) | (value > old));
        best[i] = wins ? value : old;
        index[i] = wins ? layer : old_index;
    }
}

static void scale(const double *restrict values, double sign, double *restrict scaled, size_t count)
{
    for (size_t i = 0; i < count; i++)
        scaled[i] = values[i] * sign;
}

/* Where all bands and one array more are valid. */
static const uint8_t *valid_with(const struct choice *choice, int32_t layer, const struct tw_array *array,
                                 size_t first, size_t count, uint8_t *room)
{
    const uint8_t *valid = tw_layers_valid_in_all(choice->layers, layer, first, count, room);
    if (valid == NULL)
        memset(room, TW_VALID, count);
    else if (valid != room)
        memcpy(room, valid, count);
    for (size_t i = 0; array != NULL && array->valid != NULL && i < count; i++)
        room[i] &= array->valid[first + i];
    return room;
}

static void choose_best(struct choice *choice, size_t first, size_t count)
{
    double best[TW_LAYERS_BLOCK], room[TW_LAYERS_BLOCK], scaled[TW_LAYERS_BLOCK];
    uint8_t valid[TW_LAYERS_BLOCK];
    for (size_t i = 0; i < count; i++) {
        best[i] = 0;
        choice->index[i] = NONE;
    }
    for (int32_t i = 0; i < choice->layers->num_layers; i++) {
        const struct tw_array *criterion = choice->criteria[i];
        scale(tw_layers_values(criterion, first, count, room), choice->sign, scaled, count);
        take_better(best, choice->index, scaled, valid_with(choice, i, criterion, first, count, valid),
                    (uint16_t)i, count);
    }
}

static int32_t begin(struct tw_host *host, const struct choice *choice)
{
    if (tw_layers_check(host, choice->layers->num_layers) != TW_OK)
        return (int32_t)host->err.status;
    for (int32_t band = 0; band < choice->layers->num_bands; band++)
        choice->out[band].dtype = (int32_t)tw_layers_dtype(choice->layers, band);
    return tw_layers_make(host, choice->layers, choice->out, choice->layers->num_bands, true);
}

int32_t tw_stack_best(struct tw_host *host, const struct tw_layers *layers,
                      const struct tw_array *const *criteria, bool is_max, struct tw_array *out)
{
    struct choice choice = {.layers = layers, .out = out, .criteria = criteria, .sign = is_max ? 1 : -1};
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    if (begin(host, &choice) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += TW_LAYERS_BLOCK) {
        size_t count = total - first < TW_LAYERS_BLOCK ? total - first : TW_LAYERS_BLOCK;
        choose_best(&choice, first, count);
        take_block(&choice, first, count);
    }
    return TW_OK;
}

/* Medoid. */

struct medoid {
    struct choice choice;
    size_t block;   /* pixels */
    double *rows;   /* [layer * num_bands + band][pixel], and sums of distances behind them: [layer][pixel] */
    uint8_t *valid; /* [layer][pixel] */
};

static double *row_at(const struct medoid *medoid, int32_t layer, int32_t band)
{
    size_t row = (size_t)layer * (size_t)medoid->choice.layers->num_bands + (size_t)band;
    return medoid->rows + row * medoid->block;
}

static double *sums_at(const struct medoid *medoid, int32_t layer)
{
    return row_at(medoid, medoid->choice.layers->num_layers, 0) + (size_t)layer * medoid->block;
}

static uint8_t *valid_at(const struct medoid *medoid, int32_t layer)
{
    return medoid->valid + (size_t)layer * medoid->block;
}

static void load_medoid(const struct medoid *medoid, size_t first, size_t count)
{
    const struct tw_layers *layers = medoid->choice.layers;
    for (int32_t i = 0; i < layers->num_layers; i++) {
        valid_with(&medoid->choice, i, NULL, first, count, valid_at(medoid, i));
        memset(sums_at(medoid, i), 0, count * sizeof(double));
        for (int32_t band = 0; band < layers->num_bands; band++) {
            const struct tw_array *array = tw_layers_at(layers, i, band);
            tw_pixels_convert(tw_block_at(array, first), (enum tw_dtype)array->dtype, row_at(medoid, i, band),
                              TW_FLOAT64, count);
        }
    }
}

TW_CLONES static void add_squares(double *restrict squares, const double *restrict a,
                                  const double *restrict b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        squares[i] += (a[i] - b[i]) * (a[i] - b[i]);
}

TW_CLONES static void add_roots(const double *restrict squares, const uint8_t *restrict valid,
                                const uint8_t *restrict other_valid, double *restrict sums,
                                double *restrict other_sums, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double root = sqrt(squares[i]);
        double distance = (valid[i] & other_valid[i]) != 0 ? root : 0;
        sums[i] += distance;
        other_sums[i] += distance;
    }
}

static void add_distances(const struct medoid *medoid, int32_t layer, int32_t other, size_t count)
{
    double squares[TW_LAYERS_BLOCK];
    memset(squares, 0, count * sizeof(*squares));
    for (int32_t band = 0; band < medoid->choice.layers->num_bands; band++)
        add_squares(squares, row_at(medoid, layer, band), row_at(medoid, other, band), count);
    add_roots(squares, valid_at(medoid, layer), valid_at(medoid, other), sums_at(medoid, layer),
              sums_at(medoid, other), count);
}

static void choose_medoid(struct medoid *medoid, size_t first, size_t count)
{
    double best[TW_LAYERS_BLOCK], scaled[TW_LAYERS_BLOCK];
    load_medoid(medoid, first, count);
    for (int32_t i = 0; i < medoid->choice.layers->num_layers; i++)
        for (int32_t k = i + 1; k < medoid->choice.layers->num_layers; k++)
            add_distances(medoid, i, k, count);
    for (size_t i = 0; i < count; i++) {
        best[i] = 0;
        medoid->choice.index[i] = NONE;
    }
    for (int32_t i = 0; i < medoid->choice.layers->num_layers; i++) {
        scale(sums_at(medoid, i), -1, scaled, count);
        take_better(best, medoid->choice.index, scaled, valid_at(medoid, i), (uint16_t)i, count);
    }
}

int32_t tw_stack_medoid(struct tw_host *host, const struct tw_layers *layers, struct tw_array *out)
{
    struct medoid medoid = {.choice = {.layers = layers, .out = out}};
    size_t total = tw_array_num_pixels(layers->arrays[0]), num_layers = (size_t)layers->num_layers;
    size_t num_rows = num_layers * ((size_t)layers->num_bands + 1);
    medoid.block = tw_layers_block(num_rows * sizeof(double));
    if (begin(host, &medoid.choice) != TW_OK)
        return (int32_t)host->err.status;
    medoid.rows = tw_host_alloc(host, num_rows * medoid.block * sizeof(double));
    medoid.valid = tw_host_alloc(host, num_layers * medoid.block);
    if (medoid.rows == NULL || medoid.valid == NULL)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += medoid.block) {
        size_t count = total - first < medoid.block ? total - first : medoid.block;
        choose_medoid(&medoid, first, count);
        take_block(&medoid.choice, first, count);
    }
    return TW_OK;
}
