/* SPDX-License-Identifier: MIT */
#include "raster.h"

#include <string.h>

bool tw_raster_is_empty(const struct tw_raster *raster)
{
    for (size_t i = 0; i < raster->num_bands; i++)
        if (!tw_array_is_empty(&raster->bands[i]))
            return false;
    return true;
}

int tw_raster_find(const struct tw_raster *raster, const char *name)
{
    for (size_t i = 0; i < raster->num_bands; i++)
        if (strcmp(raster->names[i], name) == 0)
            return (int)i;
    return -1;
}
