/* network.h - sorting many short series at once: one row per member of the series, one column per pixel.
 *
 * A sorting network (Batcher 1968, odd-even merge sort, in Knuth's form for any length) is a fixed list of
 * compare-and-exchange steps. Each step is run over whole rows, which the compiler vectorises, so that
 * sorting a pixel's series costs a few instructions per member and no branches. Steps that only matter for
 * rows that nobody asks for are left out.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_NETWORK_H
#define TW_NETWORK_H

#include "dtype.h"

#include <stdint.h>

struct tw_network_step {
    uint32_t lower, upper; /* rows */
    bool keeps_lower, keeps_upper;
};

/* steps: room for tw_network_max_steps(n), is_needed: for n, where n is the most rows there will be; the
 * caller's. The rest is 0 beforehand. */
struct tw_network {
    struct tw_network_step *steps;
    bool *is_needed;
    size_t num_rows, first, last, num_steps;
};

size_t tw_network_max_steps(size_t num_rows);

/* Makes the network for num_rows rows of which first to last are asked for; cheap when it is made already. */
void tw_network_prepare(struct tw_network *network, size_t num_rows, size_t first, size_t last);

/* Sorts rows of `count` values column by column, ascending: afterwards rows first to last hold what they
 * hold in sorted order, the others anything. Rows lie stride_bytes apart. NaN is not allowed. */
void tw_network_run(const struct tw_network *network, void *rows, size_t stride_bytes, enum tw_dtype dtype,
                    size_t count);

/* Sorts all of num_rows rows, without a network made beforehand. */
void tw_network_sort(void *rows, size_t num_rows, size_t stride_bytes, enum tw_dtype dtype, size_t count);

#endif
