/* catalogue_index.h - which layer and which fields of a tile index say what.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CATALOGUE_INDEX_H
#define TW_CATALOGUE_INDEX_H

#include "catalogue.h"

#include <ogr_api.h>

/* What a tile index is read by: the configuration's options, what the layer says itself (GDAL's tile index
 * GTI), or a .gti file. NULL: not said. */
struct tw_index_layout {
    const char *path, *layer, *filter;
    const char *location_field, *date_field, *sort_field;
    bool sort_descends; /* as GTI means it: the last lies on top */
};

/* Reads a .gti file (XML). TW_EINPUT with a sentence. */
enum tw_status tw_index_layout_from_gti(const char *path, struct tw_arena *arena,
                                        struct tw_index_layout *layout, struct tw_error *err);
/* Adds what the layer says, where nothing else does. */
enum tw_status tw_index_layout_from_layer(OGRLayerH layer, struct tw_arena *arena,
                                          struct tw_index_layout *layout);

/* The field that names files, by the usual names; -1. */
int tw_index_location_field(OGRLayerH layer);
/* The field of that name, whatever the case; -1. */
int tw_index_field(OGRLayerH layer, const char *name);

#endif
