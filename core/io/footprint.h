/* footprint.h - the bounds of a file in a grid's CRS.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FOOTPRINT_H
#define TW_FOOTPRINT_H

#include "crs_pairs.h"
#include "georeference.h"

/* Sets *box, which may reach over the antimeridian of a global grid. pair: of
 * the CRS that the file or the box is in.
 * Returns false when no part of the file can be projected. */
bool tw_footprint(const struct tw_georeference *georeference, const int32_t size_px[2],
                  const struct tw_crs_pair *pair, const struct tw_grid *grid, struct tw_box *box);

/* A box in another CRS, edges densified; the same way. */
bool tw_footprint_of_box(const struct tw_box *box, const struct tw_crs_pair *pair, const struct tw_grid *grid,
                         struct tw_box *result);

#endif
