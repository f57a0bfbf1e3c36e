/* tile_remove.h - deleting tiles of an output.
 *
 * Only what the schema says is a tile is deleted, with its sidecar; symbolic links are left alone, and
 * whatever else lies in the folder. The journal forgets the tiles first, so that a run makes them anew, also
 * if this is killed at any moment.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_REMOVE_H
#define TW_TILE_REMOVE_H

#include "selection.h"
#include "tile_batch.h"

struct tw_tile_removal;

struct tw_tile_removal_spec {
    const struct tw_tile_output *output; /* borrowed */
    const struct tw_selection *selection;
    int workers;
    enum tw_progress_mode progress;
};

struct tw_tile_removed {
    struct tw_tile_batches_result tiles;
    uint64_t bytes;
    double seconds;
};

/* Locks the output. TW_EUSAGE when a run is writing it. Owned by the caller. */
enum tw_status tw_tile_removal_open(const struct tw_tile_removal_spec *spec, struct tw_tile_removal **removal,
                                    struct tw_error *err);
/* How many tiles there are, their bytes (with the sidecars), and their zooms. */
struct tw_tile_removal_count {
    uint64_t tiles, bytes;
    int min_zoom, max_zoom;
};
enum tw_status tw_tile_removal_count(struct tw_tile_removal *removal, struct tw_tile_removal_count *count,
                                     struct tw_error *err);
/* Deletes them, and the folders that are empty then. TW_ECANCELLED when interrupted. */
enum tw_status tw_tile_removal_run(struct tw_tile_removal *removal, struct tw_tile_removed *removed,
                                   struct tw_error *err);
/* Accepts NULL. */
void tw_tile_removal_close(struct tw_tile_removal *removal);

#endif
