/* repair.h - what is wrong with an output is put right.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_REPAIR_H
#define TW_REPAIR_H

#include "faults.h"
#include "run.h"
#include "tile_output.h"

struct tw_orphans_removed {
    uint64_t files, bytes;
};

/* How many orphans among the faults can be deleted, and their bytes (may be NULL). */
uint64_t tw_orphans_count(const struct tw_faults *faults, uint64_t *bytes);

/* Deletes the orphans among the faults, and the folders that are empty then. Only regular files go; nothing
 * is reached through a symbolic link. The caller holds the output's lock (tile_records.h), and did so when
 * the faults were found. TW_ESTORAGE. */
enum tw_status tw_orphans_remove(const struct tw_tile_output *output, const struct tw_faults *faults,
                                 struct tw_orphans_removed *removed, struct tw_error *err);

/* The metatiles of missing and broken tiles, for a run with `repair`. repair->tiles is owned by the caller
 * (free). TW_ENOMEM. */
enum tw_status tw_repair_find(const struct tw_config *config, const struct tw_faults *faults,
                              struct tw_repair *repair, struct tw_error *err);

#endif
