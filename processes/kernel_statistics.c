/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"

#include <math.h>

/* Mean and squared deviations are merged block by block (Chan, Golub, LeVeque 1979): no catastrophic
 * cancellation, and one pass over the array. */
struct sums {
    double count, min, max, mean, squares;
};

static bool is_counted(const double *values, const uint8_t *valid, size_t i)
{
    return (valid == NULL || valid[i] != 0) && values[i] == values[i];
}

static struct sums block_sums(const double *values, const uint8_t *valid, size_t count)
{
    struct sums sums = {0, INFINITY, -INFINITY, 0, 0};
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_counted(values, valid, i))
            continue;
        sums.count++;
        total += values[i];
        sums.min = values[i] < sums.min ? values[i] : sums.min;
        sums.max = values[i] > sums.max ? values[i] : sums.max;
    }
    sums.mean = sums.count > 0 ? total / sums.count : 0;
    for (size_t i = 0; i < count; i++)
        if (is_counted(values, valid, i))
            sums.squares += (values[i] - sums.mean) * (values[i] - sums.mean);
    return sums;
}

static void merge(struct sums *all, const struct sums *block)
{
    double count = all->count + block->count;
    if (block->count == 0)
        return;
    double delta = block->mean - all->mean;
    all->squares += block->squares + delta * delta * all->count * block->count / count;
    all->mean += delta * block->count / count;
    all->count = count;
    all->min = block->min < all->min ? block->min : all->min;
    all->max = block->max > all->max ? block->max : all->max;
}

int32_t tw_kernel_statistics(struct tw_host *host, const struct tw_array *array,
                             struct tw_statistics *statistics)
{
    struct tw_block room;
    struct sums all = {0, INFINITY, -INFINITY, 0, 0};
    size_t total = tw_array_num_pixels(array);
    *statistics = (struct tw_statistics){0};
    if (tw_host_is_cancelled(host) != TW_OK)
        return (int32_t)host->err.status;
    for (size_t first = 0; first < total; first += TW_BLOCK) {
        size_t count = tw_block_count(total, first);
        const double *values = tw_block_load(array, TW_FLOAT64, first, count, &room);
        struct sums block = block_sums(values, array->valid != NULL ? array->valid + first : NULL, count);
        merge(&all, &block);
    }
    if (all.count > 0)
        *statistics =
            (struct tw_statistics){all.count, all.min, all.max, all.mean, sqrt(all.squares / all.count)};
    return TW_OK;
}
