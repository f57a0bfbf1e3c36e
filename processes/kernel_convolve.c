/* Weighted sums of neighbours: convolution, gaussian, mean.
 *
 * Sums over valid pixels are divided by the sums of their weights (normalised convolution, Knutsson and
 * Westin 1993), in which the mask is filtered as the values are. Where nothing is missing the filtered mask
 * is the same in every row, and kept.
 *
 * SPDX-License-Identifier: MIT
 */
#include "clones.h"
#include "functions_focal.h"
#include "rows.h"

#include <string.h>

/* Values that a loop works on at once: its rows stay in the first level cache. */
enum { CHUNK = 1024 };

#define LOOPS(NAME, TYPE)                                                                                    \
    TW_CLONES static void weigh_##NAME(void *out, const void *values, double weight, size_t count)           \
    {                                                                                                        \
        TYPE *restrict to = out;                                                                             \
        const TYPE *restrict from = values;                                                                  \
        TYPE w = (TYPE)weight;                                                                               \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] = w * from[i];                                                                             \
    }                                                                                                        \
    TW_CLONES static void add_##NAME(void *out, const void *values, double weight, size_t count)             \
    {                                                                                                        \
        TYPE *restrict to = out;                                                                             \
        const TYPE *restrict from = values;                                                                  \
        TYPE w = (TYPE)weight;                                                                               \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] += w * from[i];                                                                            \
    }                                                                                                        \
    TW_CLONES static void add_pair_##NAME(void *out, const void *const pair[2], double weight, size_t count) \
    {                                                                                                        \
        TYPE *restrict to = out;                                                                             \
        const TYPE *restrict a = pair[0];                                                                    \
        const TYPE *restrict b = pair[1];                                                                    \
        TYPE w = (TYPE)weight;                                                                               \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] += w * (a[i] + b[i]);                                                                      \
    }                                                                                                        \
    TW_CLONES static void divide_##NAME(void *out, const void *divisor, size_t count)                        \
    {                                                                                                        \
        TYPE *restrict to = out;                                                                             \
        const TYPE *restrict by = divisor;                                                                   \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] /= by[i]; /* NaN where there is nothing */                                                 \
    }                                                                                                        \
    TW_CLONES static void drop_incomplete_##NAME(const void *sums, double full, uint8_t *restrict valid,     \
                                                 size_t count)                                               \
    {                                                                                                        \
        const TYPE *restrict from = sums;                                                                    \
        TYPE all = (TYPE)full;                                                                               \
        for (size_t i = 0; i < count; i++)                                                                   \
            valid[i] = from[i] == all ? valid[i] : 0;                                                        \
    }
LOOPS(float32, float)
LOOPS(float64, double)

struct loops {
    void (*weigh)(void *, const void *, double, size_t);
    void (*add)(void *, const void *, double, size_t);
    void (*add_pair)(void *, const void *const *, double, size_t);
    void (*divide)(void *, const void *, size_t);
    void (*drop_incomplete)(const void *, double, uint8_t *, size_t);
};
static const struct loops narrow = {weigh_float32, add_float32, add_pair_float32, divide_float32,
                                    drop_incomplete_float32};
static const struct loops wide = {weigh_float64, add_float64, add_pair_float64, divide_float64,
                                  drop_incomplete_float64};

struct work {
    const struct loops *loops;
    const struct tw_weights *weights;
    const double *table_of_mask; /* of a table: weights that the mask is filtered with */
    size_t size;                 /* of a value */
    struct tw_rows values, mask;
    unsigned char *line;                  /* a row between the two passes of a line of weights */
    const unsigned char **lower, **upper; /* what a line of weights is laid on, from its middle outwards */
    unsigned char *divisor, *full_divisor;
    bool has_full_divisor;
    double full; /* the divisor where nothing is missing, of tables that are not normalised */
};

static size_t chunk_from(size_t first, size_t total)
{
    return total - first < CHUNK ? total - first : CHUNK;
}

static void lay_line(const struct work *work, unsigned char *out, size_t count)
{
    const double *weights = work->weights->weights;
    for (size_t first = 0; first < count; first += CHUNK) {
        size_t at = first * work->size, n = chunk_from(first, count);
        work->loops->weigh(out + at, work->lower[0] + at, weights[0], n);
        for (int32_t k = 1; k <= work->weights->radius; k++) {
            const void *pair[2] = {work->lower[k] + at, work->upper[k] + at};
            work->loops->add_pair(out + at, pair, weights[k], n);
        }
    }
}

/* The columns first, then along the row. */
static void filter_by_line(const struct work *work, const struct tw_rows *rows, int32_t row,
                           unsigned char *out)
{
    int32_t radius = work->weights->radius;
    for (int32_t k = 0; k <= radius; k++) {
        work->lower[k] = tw_rows_at(rows, row - k);
        work->upper[k] = tw_rows_at(rows, row + k);
    }
    lay_line(work, work->line, rows->width);
    for (int32_t k = 0; k <= radius; k++) {
        work->lower[k] = work->line + (size_t)(radius - k) * work->size;
        work->upper[k] = work->line + (size_t)(radius + k) * work->size;
    }
    lay_line(work, out, (size_t)rows->array->width_px);
}

/* One chunk of a row: all weights but those of 0, row by row. */
static void filter_chunk(const struct work *work, const struct tw_rows *rows, int32_t row, size_t first,
                         unsigned char *out)
{
    const struct tw_weights *table = work->weights;
    size_t n = chunk_from(first, (size_t)rows->array->width_px);
    bool is_first = true;
    for (int32_t i = 0; i < table->width * table->height; i++) {
        double weight = rows->is_mask ? work->table_of_mask[i] : table->weights[i];
        int32_t from_row = row + i / table->width - table->height / 2;
        size_t from_col = first + (size_t)(table->radius + i % table->width - table->width / 2);
        if (table->weights[i] == 0)
            continue;
        const unsigned char *from = tw_rows_at(rows, from_row);
        (is_first ? work->loops->weigh : work->loops->add)(out + first * work->size,
                                                           from + from_col * work->size, weight, n);
        is_first = false;
    }
}

static void filter_row(const struct work *work, const struct tw_rows *rows, int32_t row, unsigned char *out)
{
    if (work->weights->width == 0) {
        filter_by_line(work, rows, row, out);
        return;
    }
    for (size_t first = 0; first < (size_t)rows->array->width_px; first += CHUNK)
        filter_chunk(work, rows, row, first, out);
}

/* The filtered mask of a row. */
static const unsigned char *divisor_of(struct work *work, int32_t row)
{
    bool is_full = tw_rows_are_full(&work->values);
    if (is_full && work->has_full_divisor)
        return work->full_divisor;
    unsigned char *divisor = is_full ? work->full_divisor : work->divisor;
    tw_rows_move(&work->mask, row);
    filter_row(work, &work->mask, row, divisor);
    work->has_full_divisor = work->has_full_divisor || is_full;
    return divisor;
}

static void convolve_row(struct work *work, int32_t row, struct tw_array *out)
{
    size_t width = (size_t)out->width_px;
    unsigned char *to = tw_row_at(out, row);
    tw_rows_move(&work->values, row);
    filter_row(work, &work->values, row, to);
    const unsigned char *divisor = divisor_of(work, row);
    if (work->weights->normalize != 0)
        work->loops->divide(to, divisor, width);
    else
        work->loops->drop_incomplete(divisor, work->full, out->valid + (size_t)row * width, width);
}

/* A table that is not normalised counts the neighbours that are there. */
static int32_t weigh_mask(struct tw_host *host, struct work *work)
{
    const struct tw_weights *table = work->weights;
    size_t count = (size_t)table->width * (size_t)table->height;
    work->table_of_mask = table->weights;
    if (table->normalize != 0)
        return TW_OK;
    double *ones = tw_host_alloc(host, count * sizeof(*ones));
    if (ones == NULL)
        return (int32_t)host->err.status;
    for (size_t i = 0; i < count; i++) {
        ones[i] = 1;
        work->full += table->weights[i] != 0;
    }
    work->table_of_mask = ones;
    return TW_OK;
}

static int32_t work_init(struct tw_host *host, struct work *work)
{
    if (tw_rows_init(host, &work->values) != TW_OK || tw_rows_init(host, &work->mask) != TW_OK ||
        weigh_mask(host, work) != TW_OK)
        return (int32_t)host->err.status;
    size_t bytes = work->values.stride_bytes, sides = (size_t)work->weights->radius + 1;
    work->line = tw_host_alloc(host, bytes);
    work->divisor = tw_host_alloc(host, bytes);
    work->full_divisor = tw_host_alloc(host, bytes);
    work->lower = tw_host_alloc(host, sides * sizeof(*work->lower));
    work->upper = tw_host_alloc(host, sides * sizeof(*work->upper));
    bool has_all = work->line != NULL && work->divisor != NULL && work->full_divisor != NULL &&
                   work->lower != NULL && work->upper != NULL;
    return has_all ? TW_OK : (int32_t)host->err.status;
}

int32_t tw_kernel_convolve(struct tw_host *host, const struct tw_array *array,
                           const struct tw_weights *weights, struct tw_array *out)
{
    enum tw_dtype dtype = tw_dtype_arithmetic((enum tw_dtype)array->dtype, (enum tw_dtype)array->dtype);
    struct work work = {
        .loops = dtype == TW_FLOAT64 ? &wide : &narrow,
        .weights = weights,
        .size = tw_dtype_size(dtype),
        .values = {.array = array, .dtype = dtype, .radius = weights->radius, .outside = 0},
        .mask = {.array = array, .dtype = dtype, .radius = weights->radius, .outside = 0, .is_mask = true},
    };
    bool owns_valid = weights->normalize == 0;
    int32_t status = tw_rows_result(host, array, dtype, out);
    if (status == TW_OK && owns_valid)
        status = tw_own_validity(host, out);
    if (status == TW_OK)
        status = work_init(host, &work);
    for (int32_t row = 0; status == TW_OK && row < out->height_px; row++) {
        status = tw_rows_check(host, row);
        convolve_row(&work, row, out);
        if (status == TW_OK)
            status = tw_row_drop_nan(host, out, row, tw_row_at(out, row), dtype, &owns_valid);
    }
    return status;
}
