/* resampling.h - the names of resampling methods, as GDAL and mapchete call them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RESAMPLING_H
#define TW_RESAMPLING_H

#include <stdbool.h>

enum tw_resampling {
    TW_NEAREST = 0,
    TW_BILINEAR,
    TW_CUBIC,
    TW_CUBIC_SPLINE,
    TW_LANCZOS,
    TW_AVERAGE,
    TW_MODE,
    TW_MIN,
    TW_MAX,
    TW_MED,
    TW_Q1,
    TW_Q3,
    TW_SUM,
    TW_RMS,
    TW_NUM_RESAMPLINGS
};

const char *tw_resampling_name(enum tw_resampling resampling);
bool tw_resampling_parse(const char *name, enum tw_resampling *resampling);
/* `nearest, bilinear, ...` for error messages; and as a list of TW_NUM_RESAMPLINGS. */
const char *tw_resampling_names(void);
const char *const *tw_resampling_list(void);

#endif
