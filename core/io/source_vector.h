/* source_vector.h - the parts of the vector source, for its own files only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_VECTOR_H
#define TW_SOURCE_VECTOR_H

#include "feature.h"
#include "source_driver.h"
#include "vector_index.h"

#include <ogr_api.h>

#include <stdatomic.h>

/* What is known of the layer since the source was opened. */
struct tw_vector_state {
    const char *path, *layer;      /* the layer's name */
    const char *crs;               /* WKT */
    bool is_empty;                 /* no feature has a geometry */
    struct tw_box extent;          /* in the layer's CRS */
    struct tw_vector_index *index; /* NULL: the file has one itself */
    int num_fields;
    const char **fields; /* names */
    atomic_flag warned;  /* of features that are left out */
};

/* vector_read.c: see tw_reader_features. */
enum tw_status tw_vector_features(struct tw_reader *reader, const struct tw_window *window,
                                  const volatile int *cancel, struct tw_arena *arena,
                                  struct tw_features *features, struct tw_error *err);
enum tw_status tw_vector_footprint(struct tw_reader *reader, const struct tw_grid *grid, bool *is_somewhere,
                                   struct tw_box *footprint, struct tw_error *err);
void tw_vector_reader_free(struct tw_reader *reader);

/* vector_parts.c: see tw_source_parts. */
enum tw_status tw_vector_parts(const struct tw_source *source, const struct tw_grid *grid,
                               struct tw_input_parts *parts, struct tw_error *err);

/* vector_properties.c: the attributes of a feature as a map, in the arena; keys are borrowed from state. */
enum tw_status tw_vector_properties(const struct tw_vector_state *state, OGRFeatureH feature,
                                    struct tw_arena *arena, const struct tw_value **properties,
                                    struct tw_error *err);

#endif
