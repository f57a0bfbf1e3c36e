/* tile_metadata.h - metadata.json of a tile directory, ours or mapchete's: how its tiles are laid out.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_METADATA_H
#define TW_TILE_METADATA_H

#include "tile_output.h"

/* Sets what the file says, and pyramid.metatiling, .tile_size_px and .pixelbuffer_px to their defaults where
 * it says nothing; the folder stays. *found is false, and the status TW_OK, when there is no file. TW_EUSAGE:
 * `x/metadata.json:3:5: malformed JSON: ...`, and what is wrong with its values. Without such a file, the
 * conf.xml of an ArcGIS cache is read (arcgis_read.h). */
enum tw_status tw_tile_metadata_read(struct tw_tile_output *output, struct tw_arena *arena, bool *found,
                                     struct tw_error *err);

#endif
