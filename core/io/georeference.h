/* georeference.h - where the pixels of a file lie on the earth.
 *
 * By six numbers (also rotated), by ground control points, or by rational polynomials. Belongs to one thread;
 * independent of the dataset that it was read from.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GEOREFERENCE_H
#define TW_GEOREFERENCE_H

#include "dataset.h"
#include "crs.h"

#include <gdal_alg.h>

struct tw_georeference {
    OGRSpatialReferenceH crs;
    double turn;                /* see tw_crs_turn */
    bool is_affine;             /* otherwise the transformer is used */
    double to_crs[6], to_px[6]; /* GDAL's six numbers, and their inverse */
    void *transformer;
    GDALTransformerFunc transform;
};

/* TW_EINPUT: `'x.png' has no georeference; ...`, `'x.tif' has no CRS; ...`. What was set is freed with
 * tw_georeference_free, also after a failure. */
enum tw_status tw_georeference_read(struct tw_georeference *georeference, GDALDatasetH dataset,
                                    const char *path, struct tw_error *err);
/* By a CRS and GDAL's six numbers. TW_EUSAGE: `unknown CRS 'x'`. */
enum tw_status tw_georeference_make(struct tw_georeference *georeference, const char *crs,
                                    const double to_crs[6], struct tw_error *err);
void tw_georeference_free(struct tw_georeference *georeference);

/* A pixel position to the file's CRS, and back. */
bool tw_georeference_to_crs(const struct tw_georeference *georeference, double *x, double *y);
bool tw_georeference_to_px(const struct tw_georeference *georeference, double *x, double *y);

#endif
