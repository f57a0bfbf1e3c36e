/* raster.h - named bands on one grid window.
 *
 * A raster borrows everything it points to, usually from the tile's arena. All bands have the same shape;
 * their types may differ. Bands may share one validity.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RASTER_H
#define TW_RASTER_H

#include "array.h"

/* What the values of a band stand for: value * scale + offset in the unit. */
struct tw_band_meaning {
    const char *unit; /* or "" */
    double scale, offset;
};

struct tw_raster {
    size_t num_bands;
    struct tw_array *bands;
    const char *const *names;               /* one for each band, never NULL */
    const struct tw_band_meaning *meanings; /* one for each band; NULL: not known */
};

/* Whether no band has a valid pixel. A raster without bands is empty. */
bool tw_raster_is_empty(const struct tw_raster *raster);

/* The band of that name, or -1. */
int tw_raster_find(const struct tw_raster *raster, const char *name);

#endif
