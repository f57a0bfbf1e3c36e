/* SPDX-License-Identifier: MIT */
#include "values.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void tw_values_sort(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
}

double tw_values_mode(const double *sorted, size_t count)
{
    double found = sorted[0];
    size_t most = 0, start = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i < count && sorted[i] == sorted[start])
            continue;
        if (i - start > most) {
            most = i - start;
            found = sorted[start];
        }
        start = i;
    }
    return found;
}
