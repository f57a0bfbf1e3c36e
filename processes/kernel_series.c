/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "clones.h"
#include "host.h"
#include "layers.h"

#include <string.h>

/* One band of a block as rows, one for each layer: what a function of time needs at once. */
struct rows {
    const struct tw_layers *layers;
    const double *times;
    size_t block;   /* pixels */
    double *values; /* [layer][pixel] */
    double *next;   /* FILL_GAPS: the observation that follows, [layer][pixel], and its time behind them */
    uint8_t *valid; /* [layer][pixel] */
};

static int32_t make_rows(struct tw_host *host, struct rows *rows, size_t doubles_per_layer)
{
    size_t num_layers = (size_t)rows->layers->num_layers;
    rows->block = tw_layers_block(num_layers * (doubles_per_layer * sizeof(double) + 1));
    size_t count = num_layers * rows->block;
    rows->values = tw_host_alloc(host, doubles_per_layer * count * sizeof(double));
    rows->valid = tw_host_alloc(host, count);
    if (rows->values == NULL || rows->valid == NULL)
        return (int32_t)host->err.status;
    rows->next = rows->values + count;
    return TW_OK;
}

static void load_rows(const struct rows *rows, int32_t band, size_t first, size_t count)
{
    for (int32_t i = 0; i < rows->layers->num_layers; i++) {
        const struct tw_array *array = tw_layers_at(rows->layers, i, band);
        uint8_t *room = rows->valid + (size_t)i * rows->block;
        tw_pixels_convert(tw_block_at(array, first), (enum tw_dtype)array->dtype,
                          rows->values + (size_t)i * rows->block, TW_FLOAT64, count);
        const uint8_t *valid = tw_layers_valid(rows->layers, i, band, first, count, room);
        if (valid == NULL)
            memset(room, TW_VALID, count);
        else if (valid != room)
            memcpy(room, valid, count);
    }
}

/* Writes a block of doubles and its validity, which NaN is taken out of. */
static void store(struct tw_array *out, size_t first, const double *values, uint8_t *valid, size_t count)
{
    tw_pixels_convert(values, TW_FLOAT64, tw_block_at(out, first), (enum tw_dtype)out->dtype, count);
    tw_block_clear_nan(values, TW_FLOAT64, valid, count);
    memcpy(out->valid + first, valid, count);
}

/* Trend: means first, then products of the differences to them, which loses no digits to cancellation. */
struct trend {
    double number[TW_LAYERS_BLOCK], time[TW_LAYERS_BLOCK], value[TW_LAYERS_BLOCK];
    double time_time[TW_LAYERS_BLOCK], time_value[TW_LAYERS_BLOCK], value_value[TW_LAYERS_BLOCK];
    uint8_t valid[3][TW_LAYERS_BLOCK];
};

TW_CLONES static void add_means(struct trend *restrict trend, double time, const double *restrict values,
                                const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        trend->number[i] += valid[i] != 0 ? 1 : 0;
        trend->time[i] += valid[i] != 0 ? time : 0;
        trend->value[i] += valid[i] != 0 ? value : 0;
    }
}

TW_CLONES static void add_products(struct trend *restrict trend, double time, const double *restrict values,
                                   const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = values[i] - trend->value[i];
        double t = valid[i] != 0 ? time - trend->time[i] : 0, v = valid[i] != 0 ? value : 0;
        trend->time_time[i] += t * t;
        trend->time_value[i] += t * v;
        trend->value_value[i] += v * v;
    }
}

/* Slope, intercept and r2 take the places of value_value, value and time_value. */
TW_CLONES static void solve(struct trend *restrict trend, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double tt = trend->time_time[i], tv = trend->time_value[i], vv = trend->value_value[i];
        uint8_t valid = tt > 0 ? TW_VALID : 0;
        double slope = tv / (tt > 0 ? tt : 1);
        trend->value_value[i] = slope;
        trend->value[i] -= slope * trend->time[i];
        trend->time_value[i] = slope * tv / (vv > 0 ? vv : 1);
        trend->valid[0][i] = valid;
        trend->valid[1][i] = valid;
        trend->valid[2][i] = vv > 0 ? valid : 0;
    }
}

static void trend_block(const struct rows *rows, struct tw_array *out, size_t first, size_t count)
{
    struct trend trend;
    memset(&trend, 0, sizeof(trend));
    for (int32_t i = 0; i < rows->layers->num_layers; i++)
        add_means(&trend, rows->times[i], rows->values + (size_t)i * rows->block,
                  rows->valid + (size_t)i * rows->block, count);
    for (size_t i = 0; i < count; i++) {
        double number = trend.number[i] > 0 ? trend.number[i] : 1;
        trend.time[i] /= number;
        trend.value[i] /= number;
    }
    for (int32_t i = 0; i < rows->layers->num_layers; i++)
        add_products(&trend, rows->times[i], rows->values + (size_t)i * rows->block,
                     rows->valid + (size_t)i * rows->block, count);
    solve(&trend, count);
    store(&out[0], first, trend.value_value, trend.valid[0], count);
    store(&out[1], first, trend.value, trend.valid[1], count);
    store(&out[2], first, trend.time_value, trend.valid[2], count);
}

/* All outputs are in the type of arithmetic with the bands; per_band of them for each. */
static int32_t begin(struct tw_host *host, const struct tw_layers *layers, struct tw_array *out,
                     int32_t per_band)
{
    if (tw_layers_check(host, layers->num_layers) != TW_OK)
        return (int32_t)host->err.status;
    for (int32_t band = 0; band < layers->num_bands; band++) {
        enum tw_dtype dtype = tw_layers_dtype(layers, band);
        for (int32_t i = 0; i < per_band; i++)
            out[band * per_band + i].dtype = (int32_t)tw_dtype_arithmetic(dtype, dtype);
    }
    return tw_layers_make(host, layers, out, layers->num_bands * per_band, false);
}

int32_t tw_stack_trend(struct tw_host *host, const struct tw_layers *layers, const double *times,
                       struct tw_array *out)
{
    enum { PER_BAND = 3 };
    struct rows rows = {.layers = layers, .times = times};
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    if (begin(host, layers, out, PER_BAND) != TW_OK || make_rows(host, &rows, 1) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += rows.block)
        for (int32_t band = 0; band < layers->num_bands; band++) {
            size_t count = total - first < rows.block ? total - first : rows.block;
            load_rows(&rows, band, first, count);
            trend_block(&rows, &out[band * PER_BAND], first, count);
        }
    return TW_OK;
}

/* Gaps: the next observation is found going back in time, the one before going forward. No observation yet
 * has the time NaN. */
struct observation {
    double value[TW_LAYERS_BLOCK], time[TW_LAYERS_BLOCK];
};

static void forget(struct observation *last, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        last->value[i] = 0;
        last->time[i] = (double)__builtin_nanf("");
    }
}

TW_CLONES static void observe(struct observation *restrict last, double time, const double *restrict values,
                              const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = values[i], old = last->value[i], old_time = last->time[i];
        last->value[i] = valid[i] != 0 ? value : old;
        last->time[i] = valid[i] != 0 ? time : old_time;
    }
}

/* One layer of a block: its time, and what follows it. */
struct moment {
    double time;
    const double *next, *next_time;
    double no_end; /* 0 where gaps at the ends take the nearest observation, otherwise NaN */
};

/* What to write where the layer has no observation; NaN where nothing is known. */
TW_CLONES static void between(const struct observation *restrict last, const struct moment *restrict moment,
                              double *restrict filled, size_t count)
{
    const double *restrict next = moment->next, *restrict next_time = moment->next_time;
    double time = moment->time, no_end = moment->no_end;
    for (size_t i = 0; i < count; i++) {
        double span = next_time[i] - last->time[i], share = (time - last->time[i]) / (span > 0 ? span : 1);
        double inside = last->value[i] + (next[i] - last->value[i]) * share;
        double before = last->value[i] + no_end, after = next[i] + no_end;
        bool has_last = last->time[i] == last->time[i], has_next = next_time[i] == next_time[i];
        double end = has_last ? before : has_next ? after : (double)__builtin_nanf("");
        filled[i] = (has_last & has_next) ? inside : end;
    }
}

static void find_next(const struct rows *rows, size_t count)
{
    struct observation next;
    double *times = rows->next + (size_t)rows->layers->num_layers * rows->block;
    forget(&next, count);
    for (int32_t i = rows->layers->num_layers - 1; i >= 0; i--) {
        size_t at = (size_t)i * rows->block;
        observe(&next, rows->times[i], rows->values + at, rows->valid + at, count);
        memcpy(rows->next + at, next.value, count * sizeof(double));
        memcpy(times + at, next.time, count * sizeof(double));
    }
}

static void fill_block(const struct rows *rows, bool extend, struct tw_array *out, size_t first, size_t count)
{
    struct observation last;
    const double *times = rows->next + (size_t)rows->layers->num_layers * rows->block;
    find_next(rows, count);
    forget(&last, count);
    for (int32_t layer = 0; layer < rows->layers->num_layers; layer++) {
        size_t at = (size_t)layer * rows->block;
        double filled[TW_LAYERS_BLOCK], *values = rows->values + at;
        uint8_t valid[TW_LAYERS_BLOCK];
        observe(&last, rows->times[layer], values, rows->valid + at, count);
        const struct moment moment = {rows->times[layer], rows->next + at, times + at,
                                      extend ? 0 : (double)__builtin_nanf("")};
        between(&last, &moment, filled, count);
        for (size_t i = 0; i < count; i++)
            filled[i] = rows->valid[at + i] != 0 ? values[i] : filled[i];
        memset(valid, TW_VALID, count);
        store(&out[layer * rows->layers->num_bands], first, filled, valid, count);
    }
}

int32_t tw_stack_fill_gaps(struct tw_host *host, const struct tw_layers *layers, const double *times,
                           bool extend, struct tw_array *out)
{
    struct rows rows = {.layers = layers, .times = times};
    size_t total = tw_array_num_pixels(layers->arrays[0]);
    if (tw_layers_check(host, layers->num_layers) != TW_OK)
        return (int32_t)host->err.status;
    for (int32_t i = 0; i < layers->num_layers * layers->num_bands; i++) {
        enum tw_dtype dtype = tw_layers_dtype(layers, i % layers->num_bands);
        out[i].dtype = (int32_t)tw_dtype_arithmetic(dtype, dtype);
    }
    if (tw_layers_make(host, layers, out, layers->num_layers * layers->num_bands, false) != TW_OK ||
        make_rows(host, &rows, 3) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += rows.block)
        for (int32_t band = 0; band < layers->num_bands; band++) {
            size_t count = total - first < rows.block ? total - first : rows.block;
            load_rows(&rows, band, first, count);
            fill_block(&rows, extend, &out[band], first, count);
        }
    return TW_OK;
}
