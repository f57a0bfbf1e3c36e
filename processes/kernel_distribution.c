/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"

#include <math.h>
#include <string.h>

static bool is_counted(double value, const uint8_t *valid, size_t i)
{
    return (valid == NULL || valid[i] != 0) && value == value;
}

/* Valid values of a block, moved together. Returns their number. */
static size_t pack(const struct tw_array *array, size_t first, size_t count, double *packed)
{
    struct tw_block room;
    const double *values = tw_block_load(array, TW_FLOAT64, first, count, &room);
    const uint8_t *valid = array->valid != NULL ? array->valid + first : NULL;
    size_t num_packed = 0;
    for (size_t i = 0; i < count; i++) {
        packed[num_packed] = values[i];
        num_packed += is_counted(values[i], valid, i);
    }
    return num_packed;
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

static double median_of_3(double a, double b, double c)
{
    double low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Puts the k-th smallest value to its place, no smaller ones behind it and no greater ones before it
 * (quickselect, Hoare 1961). */
static void select_kth(double *values, size_t count, size_t k)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        double pivot = median_of_3(values[low], values[low + (high - low) / 2], values[high]);
        size_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&values[i++], &values[j--]);
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
}

static double interpolated(double *values, size_t count, double q)
{
    double place = (double)(count - 1) * q / 100;
    size_t below = (size_t)place;
    select_kth(values, count, below);
    double low = values[below], fraction = place - (double)below;
    if (fraction == 0)
        return low;
    double next = values[below + 1];
    for (size_t i = below + 2; i < count; i++)
        next = values[i] < next ? values[i] : next;
    return low + (next - low) * fraction;
}

int32_t tw_kernel_percentile(struct tw_host *host, const struct tw_array *array, double q, double *value)
{
    size_t total = tw_array_num_pixels(array), count = 0;
    struct tw_arena_mark mark = tw_arena_mark(host->job->arena);
    double *values = tw_host_alloc(host, total * sizeof(*values));
    if (values == NULL || tw_host_is_cancelled(host) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += TW_BLOCK)
        count += pack(array, first, tw_block_count(total, first), values + count);
    *value = count > 0 ? interpolated(values, count, q) : (double)NAN;
    tw_arena_release(host->job->arena, mark);
    return TW_OK;
}

int32_t tw_kernel_histogram(struct tw_host *host, const struct tw_array *array,
                            const struct tw_histogram *histogram)
{
    size_t total = tw_array_num_pixels(array);
    double width = (histogram->high - histogram->low) / histogram->num_bins;
    double packed[TW_BLOCK];
    if (tw_host_is_cancelled(host) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        size_t count = pack(array, first, tw_block_count(total, first), packed);
        for (size_t i = 0; i < count; i++) {
            if (packed[i] < histogram->low || packed[i] > histogram->high)
                continue;
            double place = (packed[i] - histogram->low) / width; /* NaN where the bins are too narrow */
            histogram->counts[place < histogram->num_bins ? (int32_t)place : histogram->num_bins - 1]++;
        }
    }
    return TW_OK;
}
