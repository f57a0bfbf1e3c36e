/* verify.h - whether an output is whole: every tile, or every block of a single file, is read and decoded.
 *
 * One function for each kind of output; nothing is changed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VERIFY_H
#define TW_VERIFY_H

#include "faults.h"
#include "selection.h"
#include "tile_batch.h"

struct tw_verify {
    const struct tw_selection *selection;
    bool is_locked;  /* the caller holds the output's lock */
    bool skip_links; /* symbolic links are no tiles */
    int workers;
    enum tw_progress_mode progress;
};

struct tw_verified {
    struct tw_tile_batches_result done; /* tiles, or rows of blocks */
    uint64_t bytes;
    double seconds;
    struct tw_faults faults; /* sorted */
};

/* A folder of tiles. Missing are those that the journal says were written; orphans are those that it does not
 * know, sidecars without a tile, and files that a run was writing when it was killed. TW_EUSAGE when a run is
 * writing it; TW_ESTORAGE when a folder or the journal cannot be read; TW_ECANCELLED. Whatever the status,
 * free verified->faults. */
enum tw_status tw_verify_tiles(const struct tw_verify *verify, const struct tw_tile_output *output,
                               struct tw_verified *verified, struct tw_error *err);

/* A single raster file: a row of blocks is a piece of work. TW_EINPUT when it cannot be opened. */
enum tw_status tw_verify_file(const struct tw_verify *verify, const char *path, struct tw_verified *verified,
                              struct tw_error *err);

/* An archive of tiles: header, directories, counts, rows, then every tile (of a run of equal ones one). What
 * cannot be opened is broken; TW_EUSAGE when it holds what cannot be read. */
enum tw_status tw_verify_archive(const struct tw_verify *verify, const char *path,
                                 struct tw_verified *verified, struct tw_error *err);

#endif
