/* crs_pairs.h - the transformations between one grid's CRS and others, made once each.
 *
 * Making one takes milliseconds, and most files share their CRS with others. Belongs to one thread.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CRS_PAIRS_H
#define TW_CRS_PAIRS_H

#include "crs.h"
#include "grid.h"

struct tw_crs_pair {
    OGRSpatialReferenceH crs;
    OGRCoordinateTransformationH to_file,
        to_grid; /* from and to the grid's CRS; NULL, NULL: it is the same */
    char *text;  /* what it was found by, or NULL */
};

/* Zero-initialise it; free it with tw_crs_pairs_free. Pairs stay where they are until then. */
struct tw_crs_pairs {
    const struct tw_grid *grid;
    OGRSpatialReferenceH grid_crs;
    struct tw_crs_pair **pairs;
    size_t count;
};

/* Begins with a grid; forgets what was made for another. */
enum tw_status tw_crs_pairs_use(struct tw_crs_pairs *pairs, const struct tw_grid *grid, struct tw_error *err);
void tw_crs_pairs_free(struct tw_crs_pairs *pairs);

/* TW_EINPUT: `no transformation is known between its CRS and EPSG:3857: ...`. */
enum tw_status tw_crs_pairs_get(struct tw_crs_pairs *pairs, OGRSpatialReferenceH crs,
                                const struct tw_crs_pair **pair, struct tw_error *err);
/* The same by name; `unknown CRS 'x'`. */
enum tw_status tw_crs_pairs_find(struct tw_crs_pairs *pairs, const char *text,
                                 const struct tw_crs_pair **pair, struct tw_error *err);

#endif
