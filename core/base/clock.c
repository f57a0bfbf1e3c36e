/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <time.h>

double tw_clock_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}
