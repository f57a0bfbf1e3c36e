/* SPDX-License-Identifier: MIT */
#include "network.h"

#include "clones.h"

#define EXCHANGE(NAME, TYPE)                                                                                 \
    TW_CLONES static void exchange_##NAME(void *lower, void *upper, size_t count)                            \
    {                                                                                                        \
        TYPE *restrict a = lower;                                                                            \
        TYPE *restrict b = upper;                                                                            \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE x = a[i], y = b[i];                                                                         \
            a[i] = x < y ? x : y;                                                                            \
            b[i] = x < y ? y : x;                                                                            \
        }                                                                                                    \
    }                                                                                                        \
    TW_CLONES static void lesser_##NAME(void *lower, void *upper, size_t count)                              \
    {                                                                                                        \
        TYPE *restrict a = lower;                                                                            \
        const TYPE *restrict b = upper;                                                                      \
        for (size_t i = 0; i < count; i++)                                                                   \
            a[i] = a[i] < b[i] ? a[i] : b[i];                                                                \
    }                                                                                                        \
    TW_CLONES static void greater_##NAME(void *lower, void *upper, size_t count)                             \
    {                                                                                                        \
        const TYPE *restrict a = lower;                                                                      \
        TYPE *restrict b = upper;                                                                            \
        for (size_t i = 0; i < count; i++)                                                                   \
            b[i] = a[i] < b[i] ? b[i] : a[i];                                                                \
    }
EXCHANGE(uint8, uint8_t)
EXCHANGE(int8, int8_t)
EXCHANGE(uint16, uint16_t)
EXCHANGE(int16, int16_t)
EXCHANGE(uint32, uint32_t)
EXCHANGE(int32, int32_t)
EXCHANGE(float32, float)
EXCHANGE(float64, double)

typedef void exchange_function(void *lower, void *upper, size_t count);
#define EXCHANGES(NAME)                                                                                      \
    {                                                                                                        \
        exchange_##NAME, lesser_##NAME, greater_##NAME                                                       \
    }
static exchange_function *const exchanges[TW_NUM_DTYPES][3] = {
    EXCHANGES(uint8),  EXCHANGES(int8),  EXCHANGES(uint16),  EXCHANGES(int16),
    EXCHANGES(uint32), EXCHANGES(int32), EXCHANGES(float32), EXCHANGES(float64),
};

typedef void step_function(void *context, size_t lower, size_t upper);

/* Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M (merge exchange): the steps in order. */
static void each_step(size_t num_rows, step_function *visit, void *context)
{
    size_t top = 1;
    while (top * 2 < num_rows)
        top *= 2;
    for (size_t p = top; p > 0; p /= 2) {
        size_t r = 0, d = p;
        for (size_t q = top;; q /= 2) {
            for (size_t i = 0; i + d < num_rows; i++)
                if ((i & p) == r)
                    visit(context, i, i + d);
            if (q == p)
                break;
            d = q - p;
            r = p;
        }
    }
}

static void count_step(void *context, size_t lower, size_t upper)
{
    size_t *num_steps = context;
    (void)lower;
    (void)upper;
    ++*num_steps;
}

static void append_step(void *context, size_t lower, size_t upper)
{
    struct tw_network *network = context;
    network->steps[network->num_steps++] =
        (struct tw_network_step){.lower = (uint32_t)lower, .upper = (uint32_t)upper};
}

size_t tw_network_max_steps(size_t num_rows)
{
    size_t num_steps = 0;
    each_step(num_rows, count_step, &num_steps);
    return num_steps;
}

/* From the last step to the first: what a later step reads is needed. Needed steps move to the end, and back.
 */
static void drop_steps(struct tw_network *network)
{
    size_t start = network->num_steps;
    for (size_t i = network->num_steps; i-- > 0;) {
        struct tw_network_step step = network->steps[i];
        bool *lower = &network->is_needed[step.lower], *upper = &network->is_needed[step.upper];
        step.keeps_lower = *lower;
        step.keeps_upper = *upper;
        if (!*lower && !*upper)
            continue;
        *lower = *upper = true;
        network->steps[--start] = step;
    }
    network->num_steps -= start;
    for (size_t i = 0; i < network->num_steps; i++)
        network->steps[i] = network->steps[start + i];
}

void tw_network_prepare(struct tw_network *network, size_t num_rows, size_t first, size_t last)
{
    if (network->num_rows == num_rows && network->first == first && network->last == last)
        return;
    network->num_rows = num_rows;
    network->first = first;
    network->last = last;
    network->num_steps = 0;
    for (size_t i = 0; i < num_rows; i++)
        network->is_needed[i] = i >= first && i <= last;
    each_step(num_rows, append_step, network);
    drop_steps(network);
}

void tw_network_run(const struct tw_network *network, void *rows, size_t stride_bytes, enum tw_dtype dtype,
                    size_t count)
{
    unsigned char *bytes = rows;
    for (size_t i = 0; i < network->num_steps; i++) {
        const struct tw_network_step *step = &network->steps[i];
        int kind = !step->keeps_upper ? 1 : !step->keeps_lower ? 2 : 0;
        exchanges[dtype][kind](bytes + step->lower * stride_bytes, bytes + step->upper * stride_bytes, count);
    }
}

struct rows {
    unsigned char *bytes;
    size_t stride, count;
    exchange_function *exchange;
};

static void exchange_step(void *context, size_t lower, size_t upper)
{
    const struct rows *rows = context;
    rows->exchange(rows->bytes + lower * rows->stride, rows->bytes + upper * rows->stride, rows->count);
}

void tw_network_sort(void *bytes, size_t num_rows, size_t stride_bytes, enum tw_dtype dtype, size_t count)
{
    struct rows rows = {bytes, stride_bytes, count, exchanges[dtype][0]};
    each_step(num_rows, exchange_step, &rows);
}
