/* mbtiles_assemble.h - an MBTiles archive (version 1.3) made from the tiles of a spool.
 *
 * https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md: an SQLite database whose view `tiles` joins
 * `map`, a row for each tile (rows counted from the south), and `images`, equal tiles once. It is written by
 * one thread in the order of the Hilbert curve, so that its bytes do not depend on the order in which tiles
 * were made, under a temporary name without a journal; checked (PRAGMA integrity_check), synced, then
 * renamed. Memory: SQLite's cache, and a bounded table of contents (of more than two million, some are there
 * twice).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_MBTILES_ASSEMBLE_H
#define TW_MBTILES_ASSEMBLE_H

#include "single_file.h"

/* TW_ESTORAGE, TW_ECANCELLED. */
enum tw_status tw_mbtiles_assemble(struct tw_single_file *file, struct tw_error *err);

/* The fingerprint of an archive that was made so, in the arena; NULL when it is none, or holds a part of
 * what the configuration describes only: that is never done. */
char *tw_mbtiles_fingerprint(const char *path, struct tw_arena *arena);

#endif
