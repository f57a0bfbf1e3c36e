/* tile_bands.h - tiles of an archive that differ in their bands, as one raster.
 *
 * Writers of archives make each tile as small as they can: one tile is grey, the next one has a palette, or
 * an alpha band where something is transparent. The raster has the bands of the richest kind; a grey tile
 * shows in all of its colours, and one without alpha is opaque.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_BANDS_H
#define TW_TILE_BANDS_H

#include "tile_set.h"

/* Whether a tile with these bands fits into the set's. Colours do not fit into grey. */
bool tw_tile_bands_fit(const struct tw_tile_set *set, const struct tw_raster_info *tile);

/* Replaces the request's bands, which are the set's, by those of a tile that fits; request->info is the
 * tile's. TW_EBUDGET. */
enum tw_status tw_tile_bands_choose(const struct tw_tile_set *set, struct tw_arena *arena,
                                    struct tw_pixels_request *request, struct tw_error *err);

/* After reading: makes the alpha that the tile does not have. asked: with the set's bands. */
void tw_tile_bands_fill(const struct tw_tile_set *set, const struct tw_pixels_request *asked,
                        const struct tw_raster_info *tile, struct tw_array *bands);

#endif
