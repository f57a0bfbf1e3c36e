/* network.h - sorting many short series at once: one row per member of the series, one column per pixel.
 *
 * A sorting network (Batcher 1968, odd-even merge sort, in Knuth's form for any length) is a fixed list of
 * compare-and-exchange steps. Each step is run over whole rows, which the compiler vectorises, so that
 * sorting a pixel's series costs a few instructions per member and no branches.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_NETWORK_H
#define TW_NETWORK_H

#include "dtype.h"

#include <stdint.h>

/* Sorts num_rows rows of `count` values column by column, ascending. Rows lie stride_bytes apart. NaN is not
 * allowed. */
void tw_network_sort(void *rows, size_t num_rows, size_t stride_bytes, enum tw_dtype dtype, size_t count);

#endif
