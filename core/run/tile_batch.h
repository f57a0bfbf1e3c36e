/* tile_batch.h - something is done with every stored tile, by several threads, batch after batch.
 *
 * The tiles of a batch are listed, handed to the threads in any order, and forgotten: memory does not grow
 * with their number. A signal stops it between two tiles.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_BATCH_H
#define TW_TILE_BATCH_H

#include "progress.h"
#include "tile_output.h"

struct tw_tile_batches {
    const struct tw_tile_output *output;
    int min_zoom, max_zoom;
    const struct tw_area *area; /* NULL: everywhere */
    bool skip_links;
    bool with_prototypes;
    bool is_check; /* see struct tw_tile_listing */
    int workers;   /* 0: one for each processor */
    enum tw_progress_mode progress;
    uint64_t total; /* for the progress; 0: not known */
    /* Of a batch, before its tiles: may be NULL. */
    enum tw_status (*before)(void *context, const struct tw_stored_tile *tiles, size_t count,
                             struct tw_error *err);
    /* By several threads at once. *is_made: whether something was to do. */
    enum tw_status (*tile)(void *context, const struct tw_stored_tile *tile, bool *is_made,
                           struct tw_error *err);
    /* After the batch with a folder's last tile, its subfolders first: may be NULL. path: below the output.
     */
    enum tw_status (*left)(void *context, const char *path, struct tw_error *err);
    /* May be NULL: see struct tw_tile_listing. By the thread that lists. */
    enum tw_status (*stranger)(void *context, const char *path, enum tw_stranger why, struct tw_error *err);
    void *context;
};

struct tw_tile_batches_result {
    uint64_t made, skipped;
    int signal; /* SIGINT or SIGTERM when it was interrupted; 0 otherwise */
};

/* The first error ends it. TW_ECANCELLED when interrupted. */
enum tw_status tw_tile_batches_run(const struct tw_tile_batches *batches,
                                   struct tw_tile_batches_result *result, struct tw_error *err);

#endif
