/* vector.h - the vector side of a host: its figures, and the services that it passes on (vector_services.c).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VECTOR_H
#define TW_VECTOR_H

#include "functions_vectors.h"
#include "host.h"

/* Returns false when out of memory; tw_vector_free is needed in any case. */
bool tw_vector_init(struct tw_host *host);
void tw_vector_free(struct tw_host *host);

/* Ends a tile: its figures are freed, and geometries that a script kept are known to be dead. */
void tw_vector_end(struct tw_host *host);

/* See struct tw_vector_functions. */
int32_t tw_vector_read(struct tw_host *host, int32_t input, struct tw_features *features);
int32_t tw_vector_rasterize(struct tw_host *host, const struct tw_features *features, const double *values,
                            bool all_touched, struct tw_array *array);
int32_t tw_vector_mask(struct tw_host *host, const struct tw_features *features, bool all_touched,
                       struct tw_array *mask);
int32_t tw_vector_polygonize(struct tw_host *host, const struct tw_array *array, bool eight_connected,
                             struct tw_features *features);
int32_t tw_vector_contours(struct tw_host *host, const struct tw_array *array,
                           const struct tw_script_contours *levels, struct tw_features *features);
int32_t tw_vector_set_result(struct tw_host *host, const struct tw_features *features);

#endif
