/* tile_prototypes.h - empty tiles that stand where none is, so that readers can learn from them what tiles
 * are.
 *
 * GDAL's STACTA driver opens the tile at the north-west corner of an item, whether there is one or not. Such
 * placeholders are listed beside the tiles, with fingerprints of their bytes; a run takes them away before it
 * looks at what is there, and tw_tile_output_list leaves them out: none is ever taken for a tile that was
 * made.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_PROTOTYPES_H
#define TW_TILE_PROTOTYPES_H

#include "tile_output.h"

/* Writes an empty tile at each of these places where there is none; made: how many those were. Locks the
 * folder. TW_EUSAGE: tiles of features, a format that is not known, a run holds the lock; TW_ESTORAGE. */
enum tw_status tw_prototypes_write(const struct tw_tile_output *output, const struct tw_tile *tiles,
                                   size_t count, size_t *made, struct tw_error *err);

/* Removes those that are listed in the work folder, and the list. The lock must be held. */
enum tw_status tw_prototypes_remove(const char *folder, const char *work, struct tw_error *err);

/* The list of a folder, in the arena; NULL: there is none. */
const char *tw_prototypes_list(const char *folder, struct tw_arena *arena);
/* Whether the file at path (below the folder) is one of a list, which may be NULL. */
bool tw_prototypes_holds(const char *list, const char *folder, const char *path);

#endif
