/* One function for each number of bands, because the compiler makes vectors of loops with fixed steps only.
 *
 * SPDX-License-Identifier: MIT
 */
#include "samples.h"

#include "clones.h"

#include <string.h>

TW_CLONES static void join_2(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out,
                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = a[i];
        out[2 * i + 1] = b[i];
    }
}

TW_CLONES static void join_3(const uint8_t *const bands[3], uint8_t *restrict out, size_t count)
{
    const uint8_t *restrict a = bands[0], *restrict b = bands[1], *restrict c = bands[2];
    for (size_t i = 0; i < count; i++) {
        out[3 * i] = a[i];
        out[3 * i + 1] = b[i];
        out[3 * i + 2] = c[i];
    }
}

TW_CLONES static void join_4(const uint8_t *const bands[4], uint8_t *restrict out, size_t count)
{
    const uint8_t *restrict a = bands[0], *restrict b = bands[1], *restrict c = bands[2],
                            *restrict d = bands[3];
    for (size_t i = 0; i < count; i++) {
        out[4 * i] = a[i];
        out[4 * i + 1] = b[i];
        out[4 * i + 2] = c[i];
        out[4 * i + 3] = d[i];
    }
}

TW_CLONES static void split_2(const uint8_t *restrict in, uint8_t *restrict a, uint8_t *restrict b,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        a[i] = in[2 * i];
        b[i] = in[2 * i + 1];
    }
}

TW_CLONES static void split_3(const uint8_t *restrict in, uint8_t *const bands[3], size_t count)
{
    uint8_t *restrict a = bands[0], *restrict b = bands[1], *restrict c = bands[2];
    for (size_t i = 0; i < count; i++) {
        a[i] = in[3 * i];
        b[i] = in[3 * i + 1];
        c[i] = in[3 * i + 2];
    }
}

TW_CLONES static void split_4(const uint8_t *restrict in, uint8_t *const bands[4], size_t count)
{
    uint8_t *restrict a = bands[0], *restrict b = bands[1], *restrict c = bands[2], *restrict d = bands[3];
    for (size_t i = 0; i < count; i++) {
        a[i] = in[4 * i];
        b[i] = in[4 * i + 1];
        c[i] = in[4 * i + 2];
        d[i] = in[4 * i + 3];
    }
}

void tw_samples_join(const uint8_t *const *bands, size_t num_bands, uint8_t *joined, size_t count)
{
    switch (num_bands) {
    case 1:
        memcpy(joined, bands[0], count);
        break;
    case 2:
        join_2(bands[0], bands[1], joined, count);
        break;
    case 3:
        join_3(bands, joined, count);
        break;
    default:
        join_4(bands, joined, count);
    }
}

void tw_samples_split(const uint8_t *joined, uint8_t *const *bands, size_t num_bands, size_t count)
{
    switch (num_bands) {
    case 1:
        memcpy(bands[0], joined, count);
        break;
    case 2:
        split_2(joined, bands[0], bands[1], count);
        break;
    case 3:
        split_3(joined, bands, count);
        break;
    default:
        split_4(joined, bands, count);
    }
}
