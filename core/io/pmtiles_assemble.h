/* pmtiles_assemble.h - a PMTiles archive made from the tiles of a spool.
 *
 * Tiles are written in the order of their ids, equal ones once, so that the bytes do not depend on the order
 * in which they were made. The archive is written under a temporary name, every write checked, synced, then
 * renamed. Memory: 32 bytes for each entry, and a bounded table of
 * contents: of more than two million, some are there twice.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PMTILES_ASSEMBLE_H
#define TW_PMTILES_ASSEMBLE_H

#include "single_file.h"

/* TW_ESTORAGE, TW_ECANCELLED. */
enum tw_status tw_pmtiles_assemble(struct tw_single_file *file, struct tw_error *err);

/* The fingerprint of an archive that was made so, in the arena; NULL when it is none, or holds a part of
 * what the configuration describes only: that is never done. */
char *tw_pmtiles_fingerprint(const char *path, struct tw_arena *arena);

#endif
