/* SPDX-License-Identifier: MIT */
#include "style.h"

bool tw_style_equals(const struct tw_style *a, const struct tw_style *b)
{
    bool is_same = a->is_given == b->is_given && a->num_bands == b->num_bands &&
                   a->has_stretch == b->has_stretch && a->gamma == b->gamma;
    for (int i = 0; is_same && i < 3; i++)
        is_same = a->bands[i] == b->bands[i] && a->stretch[i][0] == b->stretch[i][0] &&
                  a->stretch[i][1] == b->stretch[i][1];
    return is_same;
}
