/* arcgis_read.h - what conf.xml says of an ArcGIS cache, exploded or compact.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARCGIS_READ_H
#define TW_ARCGIS_READ_H

#include "tile_output.h"

/* Sets pyramid, schema, extension, zooms and bounds; the folder stays. *found is false, and the status TW_OK,
 * when there is no conf.xml of a cache. TW_EUSAGE: what is wrong with it, or cannot be read: levels that are
 * not halved from one to the next, old bundles (version 1), tiles of LERC. */
enum tw_status tw_arcgis_cache_read(struct tw_tile_output *output, struct tw_arena *arena, bool *found,
                                    struct tw_error *err);

/* The mark that this program has left in conf.xml (see struct tw_map_service), in the arena; NULL: none. */
char *tw_arcgis_cache_mark(const char *folder, struct tw_arena *arena);

#endif
