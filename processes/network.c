/* SPDX-License-Identifier: MIT */
#include "network.h"

#define EXCHANGE(NAME, TYPE)                                                                                 \
    static void exchange_##NAME(void *lower, void *upper, size_t count)                                      \
    {                                                                                                        \
        TYPE *restrict a = lower;                                                                            \
        TYPE *restrict b = upper;                                                                            \
        for (size_t i = 0; i < count; i++) {                                                                 \
            TYPE x = a[i], y = b[i];                                                                         \
            a[i] = x < y ? x : y;                                                                            \
            b[i] = x < y ? y : x;                                                                            \
        }                                                                                                    \
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
static exchange_function *const exchanges[TW_NUM_DTYPES] = {
    exchange_uint8,  exchange_int8,  exchange_uint16,  exchange_int16,
    exchange_uint32, exchange_int32, exchange_float32, exchange_float64,
};

struct rows {
    unsigned char *bytes;
    size_t num_rows, stride, count;
    exchange_function *exchange;
};

/* One pass of the merge: Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M, steps M3. */
static void merge_pass(const struct rows *rows, size_t p, size_t r, size_t d)
{
    for (size_t i = 0; i + d < rows->num_rows; i++)
        if ((i & p) == r)
            rows->exchange(rows->bytes + i * rows->stride, rows->bytes + (i + d) * rows->stride, rows->count);
}

void tw_network_sort(void *bytes, size_t num_rows, size_t stride_bytes, enum tw_dtype dtype, size_t count)
{
    struct rows rows = {bytes, num_rows, stride_bytes, count, exchanges[dtype]};
    size_t top = 1;
    while (top * 2 < num_rows)
        top *= 2;
    for (size_t p = top; p > 0; p /= 2) {
        size_t q = top, r = 0, d = p;
        for (;;) {
            merge_pass(&rows, p, r, d);
            if (q == p)
                break;
            d = q - p;
            q /= 2;
            r = p;
        }
    }
}
