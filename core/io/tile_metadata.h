/* tile_metadata.h - metadata.json of a tile directory, ours or mapchete's: how its tiles are laid out.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_METADATA_H
#define TW_TILE_METADATA_H

#include "tile_set.h"

/* Sets what the file says; the rest of *layout stays. Without a file nothing changes, and the status is
 * TW_OK. TW_EUSAGE: `x/metadata.json:3:5: malformed JSON: ...`, and what is wrong with its values. */
enum tw_status tw_tile_metadata_read(const char *folder, struct tw_arena *arena,
                                     struct tw_tile_layout *layout, struct tw_error *err);

/* Whether tiles with that extension can be read; and all of those, for messages. */
bool tw_tile_extension_is_known(const char *extension);
size_t tw_tile_extensions(const char *const **extensions);

#endif
