/* source_vector.h - the parts of the vector source, for its own files only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_VECTOR_H
#define TW_SOURCE_VECTOR_H

#include "feature.h"
#include "source_driver.h"
#include "tile_layout.h"
#include "vector_index.h"

#include <ogr_api.h>

#include <stdatomic.h>

/* The attributes of a layer. */
struct tw_vector_fields {
    int count;
    const char **names;
};

/* A folder of tiles that hold features, cut at the tiles; each is read through its own file. */
struct tw_vector_tiles {
    struct tw_tile_layout layout;
    struct tw_tile_zooms zooms;
};

/* What is known of the layer since the source was opened. */
struct tw_vector_state {
    const char *path, *layer;            /* the layer's name */
    const struct tw_vector_tiles *tiles; /* NULL: path is one file */
    const char *where;                   /* which features, or NULL: all */
    const char *crs;                     /* WKT */
    bool is_empty;                       /* no feature has a geometry */
    struct tw_box extent;                /* in the layer's CRS */
    struct tw_vector_index *index;       /* NULL: the file has one itself */
    struct tw_vector_fields fields;      /* of a file */
    atomic_flag warned;                  /* of features that are left out */
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

/* source_vector.c: `where: name = 'x'`; and whether a layer understands it. False when a problem was added.
 */
bool tw_vector_option_where(struct tw_source *source, struct tw_problems *problems);
bool tw_vector_check_where(const struct tw_source *source, OGRLayerH layer, struct tw_problems *problems);

/* vector_properties.c: the fields of a layer; names NULL when out of memory. */
struct tw_vector_fields tw_vector_fields_of(OGRLayerH layer, struct tw_arena *arena);
/* The attributes of a feature as a map, in the arena; keys are borrowed from fields. */
enum tw_status tw_vector_properties(const struct tw_vector_fields *fields, OGRFeatureH feature,
                                    struct tw_arena *arena, const struct tw_value **properties,
                                    struct tw_error *err);

/* source_vector_tiles.c: the zoom of a folder of tiles that a window is read from: its own on the same grid,
 * or the next deeper one there is; otherwise the deepest. */
const struct tw_tile_range *tw_vector_tiles_zoom(const struct tw_vector_tiles *tiles,
                                                 const struct tw_window *window);

#endif
