/* vector_index.h - where the features of a layer are, for formats that do not know it themselves: GeoJSON is
 * read from its beginning each time otherwise, and Shapefiles feature by feature.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VECTOR_INDEX_H
#define TW_VECTOR_INDEX_H

#include "geometry.h"

#include <ogr_api.h>

struct tw_vector_index;

/* Whether the layer wants one. */
bool tw_vector_index_helps(OGRLayerH layer);

/* Reads the whole layer. *index is owned by the caller; NULL when no feature has a geometry. Sets the extent
 * of all. TW_EINPUT with GDAL's reason, TW_ENOMEM. */
enum tw_status tw_vector_index_make(OGRLayerH layer, struct tw_vector_index **index, struct tw_box *extent,
                                    struct tw_error *err);
/* Accepts NULL. */
void tw_vector_index_free(struct tw_vector_index *index);

/* The numbers of the features whose bounds come near the box, in the order of the file; owned by the caller
 * (free). NULL when out of memory. */
GIntBig *tw_vector_index_find(const struct tw_vector_index *index, const struct tw_box *box, size_t *count);

#endif
