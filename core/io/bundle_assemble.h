/* bundle_assemble.h - a compact cache made from the tiles of a folder.
 *
 * Bundles are written one after the other, tiles in them row by row, so that the bytes do not depend on the
 * order in which tiles were made; each under a temporary name, every write checked, synced, then renamed.
 * conf.xml comes last, and says that all is there. Memory: 8 bytes for each tile of a zoom.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUNDLE_ASSEMBLE_H
#define TW_BUNDLE_ASSEMBLE_H

#include "map_service.h"
#include "single_file.h"

struct tw_compact_cache {
    struct tw_single_file file;    /* first */
    struct tw_map_service service; /* what conf.xml and its kin say */
};

/* TW_ESTORAGE, TW_ECANCELLED. */
enum tw_status tw_bundles_assemble(struct tw_single_file *file, struct tw_error *err);

#endif
