/* tile_copy.h - copying tiles of one output into another folder.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_COPY_H
#define TW_TILE_COPY_H

#include "bucket.h"
#include "selection.h"
#include "tile_batch.h"

struct tw_tile_copy {
    const struct tw_tile_output *source;
    const char *destination; /* a folder; made when it is not there */
    const struct tw_selection *selection;
    bool overwrite; /* tiles that are there are replaced */
    int workers;
    enum tw_progress_mode progress;
    struct tw_bucket_labels labels; /* of files in object storage */
};

struct tw_tile_copied {
    struct tw_tile_batches_result tiles;
    uint64_t bytes;
    double seconds;
};

/* Copies the tiles that the selection leaves, each with its sidecar; metadata.json first, if there is none.
 * Tiles appear whole. TW_EUSAGE: `'x' cannot be copied into itself`, `'b' has tiles of another kind than 'a':
 * ...`, another run is writing there; TW_ECANCELLED when interrupted. */
enum tw_status tw_tile_copy(const struct tw_tile_copy *copy, struct tw_tile_copied *copied,
                            struct tw_error *err);

#endif
