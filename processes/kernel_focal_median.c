/* The middle value of squares.
 *
 * 3 x 3 pixels without nodata: the shortest network of exchanges that finds the middle of nine (Smith 1996,
 * in Graphics Gems V's line of Paeth 1990), in registers. Any other square: the rows of the neighbourhood,
 * shifted, are sorted column by column by network.h. Large squares of bytes: a histogram that moves along the
 * row (Huang, Yang and Tang 1979).
 *
 * SPDX-License-Identifier: MIT
 */
#include "clones.h"
#include "functions_focal.h"
#include "network.h"
#include "rows.h"

#include <string.h>

enum {
    MOST_CHUNK = 512,
    LEAST_CHUNK = 32,
    SORTED_BYTES = 32768,
    HISTOGRAM_RADIUS = 8 /* from here on histograms of bytes are faster than networks */
};

#define EXCHANGE(x, y)                                                                                       \
    do {                                                                                                     \
        low = p[x] < p[y] ? p[x] : p[y];                                                                     \
        p[y] = p[x] < p[y] ? p[y] : p[x];                                                                    \
        p[x] = low;                                                                                          \
    } while (0)

#define LOOPS(NAME, TYPE)                                                                                    \
    TW_CLONES static void middle_of_nine_##NAME(const void *const rows[3], void *out, size_t count)          \
    {                                                                                                        \
        const TYPE *restrict a = rows[0];                                                                    \
        const TYPE *restrict b = rows[1];                                                                    \
        const TYPE *restrict c = rows[2];                                                                    \
        TYPE *restrict to = out;                                                                             \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE p[9] = {a[i], a[i + 1], a[i + 2], b[i], b[i + 1], b[i + 2], c[i], c[i + 1], c[i + 2]};      \
            TYPE low;                                                                                        \
            EXCHANGE(1, 2);                                                                                  \
            EXCHANGE(4, 5);                                                                                  \
            EXCHANGE(7, 8);                                                                                  \
            EXCHANGE(0, 1);                                                                                  \
            EXCHANGE(3, 4);                                                                                  \
            EXCHANGE(6, 7);                                                                                  \
            EXCHANGE(1, 2);                                                                                  \
            EXCHANGE(4, 5);                                                                                  \
            EXCHANGE(7, 8);                                                                                  \
            EXCHANGE(0, 3);                                                                                  \
            EXCHANGE(5, 8);                                                                                  \
            EXCHANGE(4, 7);                                                                                  \
            EXCHANGE(3, 6);                                                                                  \
            EXCHANGE(1, 4);                                                                                  \
            EXCHANGE(2, 5);                                                                                  \
            EXCHANGE(4, 7);                                                                                  \
            EXCHANGE(4, 2);                                                                                  \
            EXCHANGE(6, 4);                                                                                  \
            EXCHANGE(4, 2);                                                                                  \
            to[i] = p[4];                                                                                    \
        }                                                                                                    \
    }                                                                                                        \
    static void pick_##NAME(const unsigned char *sorted, size_t stride, const uint16_t *counts, void *out,   \
                            size_t count)                                                                    \
    {                                                                                                        \
        TYPE *to = out;                                                                                      \
        for (size_t i = 0; i < count; i++) {                                                                 \
            size_t middle = counts[i] > 0 ? (counts[i] - 1U) / 2U : 0;                                       \
            to[i] = ((const TYPE *)(const void *)(sorted + middle * stride))[i];                             \
        }                                                                                                    \
    }
LOOPS(uint8, uint8_t)
LOOPS(int8, int8_t)
LOOPS(uint16, uint16_t)
LOOPS(int16, int16_t)
LOOPS(uint32, uint32_t)
LOOPS(int32, int32_t)
LOOPS(float32, float)
LOOPS(float64, double)

static const struct {
    void (*middle_of_nine)(const void *const *, void *, size_t);
    void (*pick)(const unsigned char *, size_t, const uint16_t *, void *, size_t);
} loops[TW_NUM_DTYPES] = {
    {middle_of_nine_uint8, pick_uint8},     {middle_of_nine_int8, pick_int8},
    {middle_of_nine_uint16, pick_uint16},   {middle_of_nine_int16, pick_int16},
    {middle_of_nine_uint32, pick_uint32},   {middle_of_nine_int32, pick_int32},
    {middle_of_nine_float32, pick_float32}, {middle_of_nine_float64, pick_float64},
};

struct work {
    enum tw_dtype dtype;
    int32_t radius;
    bool by_histogram;
    size_t size;                   /* of a value */
    struct tw_rows values;         /* nodata is the type's largest value, which is sorted behind everything */
    struct tw_rows mask;           /* uint8, 0 or 1 */
    struct tw_network networks[2]; /* for windows with gaps, and for complete ones */
    size_t chunk;            /* values that are sorted at once: all of them stay in the first level cache */
    unsigned char *sorted;   /* window x window rows of a chunk */
    uint16_t *counts;        /* valid pixels in the window of each pixel of a row */
    uint16_t *column_counts; /* and in each column around it */
    bool counts_are_full;    /* of a row that misses nothing above and below */
};

TW_CLONES static void add_valid(uint16_t *restrict counts, const uint8_t *restrict valid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[i] = (uint16_t)(counts[i] + valid[i]);
}

TW_CLONES static void add_counts(uint16_t *restrict counts, const uint16_t *restrict more, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[i] = (uint16_t)(counts[i] + more[i]);
}

static void count_valid(struct work *work, int32_t row, size_t width)
{
    bool is_full = tw_rows_are_full(&work->values);
    if (is_full && work->counts_are_full)
        return;
    work->counts_are_full = is_full;
    tw_rows_move(&work->mask, row);
    memset(work->column_counts, 0, work->mask.width * sizeof(*work->column_counts));
    memset(work->counts, 0, width * sizeof(*work->counts));
    for (int32_t dy = -work->radius; dy <= work->radius; dy++)
        add_valid(work->column_counts, tw_rows_at(&work->mask, row + dy), work->mask.width);
    for (int32_t dx = 0; dx <= 2 * work->radius; dx++)
        add_counts(work->counts, work->column_counts + dx, width);
}

TW_CLONES static uint16_t least_count(const uint16_t *counts, size_t count)
{
    uint16_t least = UINT16_MAX;
    for (size_t i = 0; i < count; i++)
        least = counts[i] < least ? counts[i] : least;
    return least;
}

static bool is_complete(const struct work *work, size_t first, size_t count)
{
    size_t window = 2 * (size_t)work->radius + 1;
    return least_count(work->counts + first, count) == window * window;
}

/* By sorting. */
static void sort_chunk(const struct work *work, int32_t row, size_t first, size_t count, unsigned char *out)
{
    size_t window = 2 * (size_t)work->radius + 1, stride = work->chunk * work->size;
    unsigned char *to = work->sorted;
    for (int32_t dy = -work->radius; dy <= work->radius; dy++) {
        const unsigned char *from = tw_rows_at(&work->values, row + dy);
        for (size_t dx = 0; dx < window; dx++, to += stride)
            memcpy(to, from + (first + dx) * work->size, count * work->size);
    }
    tw_network_run(&work->networks[is_complete(work, first, count)], work->sorted, stride, work->dtype,
                   count);
    loops[work->dtype].pick(work->sorted, stride, work->counts + first, out + first * work->size, count);
}

/* Where a chunk ends: what is near the edges is for itself, because its windows have gaps. */
static size_t end_of_chunk(const struct work *work, size_t first, size_t width)
{
    size_t radius = (size_t)work->radius, inner_end = width > 2 * radius ? width - radius : width;
    size_t limit = first < radius ? radius : first < inner_end ? inner_end : width;
    limit = limit < width ? limit : width;
    return limit - first < work->chunk ? limit : first + work->chunk;
}

static void nine_chunk(const struct work *work, int32_t row, size_t first, size_t count, unsigned char *out)
{
    const void *rows[3];
    for (int32_t i = 0; i < 3; i++)
        rows[i] = (unsigned char *)tw_rows_at(&work->values, row + i - 1) + first * work->size;
    loops[work->dtype].middle_of_nine(rows, out + first * work->size, count);
}

static void sort_row(const struct work *work, int32_t row, struct tw_array *out)
{
    size_t width = (size_t)out->width_px;
    for (size_t first = 0, end; first < width; first = end) {
        end = end_of_chunk(work, first, width);
        bool is_nine = work->radius == 1 && is_complete(work, first, end - first);
        (is_nine ? nine_chunk : sort_chunk)(work, row, first, end - first, tw_row_at(out, row));
    }
}

/* By a histogram. `below` values lie under the middle that was found last. */
struct histogram {
    uint16_t bins[256];
    int32_t middle, below;
};

/* Adds (sign 1) or takes away (-1) a column of the window. */
static void histogram_column(const struct work *work, struct histogram *histogram, int32_t row, size_t col,
                             int sign)
{
    for (int32_t dy = -work->radius; dy <= work->radius; dy++) {
        uint8_t value = ((const uint8_t *)tw_rows_at(&work->values, row + dy))[col];
        uint8_t weight = ((const uint8_t *)tw_rows_at(&work->mask, row + dy))[col];
        histogram->bins[value] = (uint16_t)(histogram->bins[value] + sign * weight);
        histogram->below += value < histogram->middle ? sign * weight : 0;
    }
}

/* Moves to the value that has `rank` values in front of it when all are sorted. */
static void histogram_seek(struct histogram *histogram, int32_t rank)
{
    while (histogram->below > rank)
        histogram->below -= histogram->bins[--histogram->middle];
    while (histogram->middle < 255 && histogram->below + histogram->bins[histogram->middle] <= rank)
        histogram->below += histogram->bins[histogram->middle++];
}

static void histogram_row(struct work *work, int32_t row, struct tw_array *out)
{
    struct histogram histogram = {.middle = 128};
    size_t width = (size_t)out->width_px, window = 2 * (size_t)work->radius + 1;
    uint8_t *to = tw_row_at(out, row);
    tw_rows_move(&work->mask, row);
    for (size_t col = 0; col + 1 < window; col++)
        histogram_column(work, &histogram, row, col, 1);
    for (size_t col = 0; col < width; col++) {
        histogram_column(work, &histogram, row, col + window - 1, 1);
        histogram_seek(&histogram, work->counts[col] > 0 ? (work->counts[col] - 1) / 2 : 0);
        to[col] = (uint8_t)histogram.middle;
        histogram_column(work, &histogram, row, col, -1);
    }
}

/* Of a complete window only the middle is asked for, otherwise whatever may be the middle. */
static int32_t make_networks(struct tw_host *host, struct work *work)
{
    size_t window = 2 * (size_t)work->radius + 1, members = window * window, middle = (members - 1) / 2;
    for (size_t i = 0; i < 2; i++) {
        struct tw_network *network = &work->networks[i];
        network->steps = tw_host_alloc(host, tw_network_max_steps(members) * sizeof(*network->steps));
        network->is_needed = tw_host_alloc(host, members * sizeof(*network->is_needed));
        if (network->steps == NULL || network->is_needed == NULL)
            return (int32_t)host->err.status;
        tw_network_prepare(network, members, i * middle, middle);
    }
    work->chunk = SORTED_BYTES / (members * work->size) / LEAST_CHUNK * LEAST_CHUNK;
    work->chunk = work->chunk > MOST_CHUNK    ? MOST_CHUNK
                  : work->chunk < LEAST_CHUNK ? LEAST_CHUNK
                                              : work->chunk;
    work->sorted = tw_host_alloc(host, members * work->chunk * work->size);
    return work->sorted != NULL ? TW_OK : (int32_t)host->err.status;
}

static int32_t work_init(struct tw_host *host, struct work *work)
{
    if (tw_rows_init(host, &work->values) != TW_OK || tw_rows_init(host, &work->mask) != TW_OK)
        return (int32_t)host->err.status;
    work->counts = tw_host_alloc(host, work->mask.width * sizeof(*work->counts));
    work->column_counts = tw_host_alloc(host, work->mask.width * sizeof(*work->column_counts));
    if (work->counts == NULL || work->column_counts == NULL)
        return (int32_t)host->err.status;
    return work->by_histogram ? TW_OK : make_networks(host, work);
}

int32_t tw_kernel_focal_median(struct tw_host *host, const struct tw_array *array, int32_t radius,
                               struct tw_array *out)
{
    enum tw_dtype dtype = (enum tw_dtype)array->dtype;
    double last = tw_dtype_is_float(dtype) ? (double)__builtin_inf() : tw_dtype_max(dtype);
    struct work work = {
        .dtype = dtype,
        .radius = radius,
        .by_histogram = dtype == TW_UINT8 && radius >= HISTOGRAM_RADIUS,
        .size = tw_dtype_size(dtype),
        .values = {.array = array, .dtype = dtype, .radius = radius, .outside = last},
        .mask = {.array = array, .dtype = TW_UINT8, .radius = radius, .is_mask = true},
    };
    int32_t status = tw_rows_result(host, array, dtype, out);
    if (status == TW_OK)
        status = work_init(host, &work);
    for (int32_t row = 0; status == TW_OK && row < out->height_px; row++) {
        status = tw_host_is_cancelled(host);
        tw_rows_move(&work.values, row);
        count_valid(&work, row, (size_t)out->width_px);
        if (work.by_histogram)
            histogram_row(&work, row, out);
        else
            sort_row(&work, row, out);
    }
    return status;
}
