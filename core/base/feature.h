/* feature.h - vector data as plain values: a geometry and properties.
 *
 * Features borrow everything they point to, usually from the tile's arena. Geometries are WKB (OGC 06-103r4,
 * 2-D, little or big endian) in the CRS of the window they were read for or are written for. Features that
 * were read together have the same names of properties; those without a value are null.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FEATURE_H
#define TW_FEATURE_H

#include "value.h"

struct tw_feature {
    const void *wkb;
    size_t wkb_size;
    const struct tw_value *properties; /* a map of texts, numbers, booleans and null; never NULL */
};

struct tw_features {
    size_t count;
    struct tw_feature *items;
};

#endif
