/* style.h - which bands of a raster a picture shows, and how bright.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STYLE_H
#define TW_STYLE_H

#include <stdbool.h>

/* All zeros: as the output's own pictures are. */
struct tw_style {
    bool is_given;
    int num_bands; /* 1 or 3; 0: the picture's own */
    int bands[3];  /* from 0 */
    bool has_stretch;
    double stretch[3][2]; /* what is dark and what is light, of each band */
    double gamma;         /* above 1: lighter in between; 0: none is given */
};

bool tw_style_equals(const struct tw_style *a, const struct tw_style *b);

#endif
