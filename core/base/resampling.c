/* SPDX-License-Identifier: MIT */
#include "resampling.h"

#include <string.h>

static const char *const names[TW_NUM_RESAMPLINGS] = {
    "nearest", "bilinear", "cubic", "cubic_spline", "lanczos", "average", "mode",
    "min",     "max",      "med",   "q1",           "q3",      "sum",     "rms"};

const char *tw_resampling_name(enum tw_resampling resampling)
{
    return names[resampling];
}

bool tw_resampling_parse(const char *name, enum tw_resampling *resampling)
{
    for (int i = 0; i < TW_NUM_RESAMPLINGS; i++) {
        if (strcmp(names[i], name) == 0) {
            *resampling = (enum tw_resampling)i;
            return true;
        }
    }
    return false;
}

const char *tw_resampling_names(void)
{
    return "nearest, bilinear, cubic, cubic_spline, lanczos, average, mode, min, max, med, q1, q3, sum, rms";
}

const char *const *tw_resampling_list(void)
{
    return names;
}
