/* palette_parts.h - what palette.c and palette_map.c share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PALETTE_PARTS_H
#define TW_PALETTE_PARTS_H

#include "palette.h"

/* A pixel's red, green, blue and opacity, from the highest bits down. */
uint32_t tw_palette_pixel(const struct tw_raster *raster, size_t at);

#endif
