/* values.h - a handful of values: their order, and the most frequent one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VALUES_H
#define TW_VALUES_H

#include <stddef.h>

/* Ascending; no NaN. */
void tw_values_sort(double *values, size_t count);

/* Of sorted values the one that occurs most often; the least of those that occur equally often. */
double tw_values_mode(const double *sorted, size_t count);

#endif
