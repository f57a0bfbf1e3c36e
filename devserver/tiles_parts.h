/* tiles_parts.h - for the files of the tiles only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILES_PARTS_H
#define TW_TILES_PARTS_H

#include "tiles.h"

#include <pthread.h>

struct job {
    bool is_picture;
    struct tw_style style;
    struct tw_tile metatile;
    bool in_work;
    struct tw_waiter *waiters;
    struct job *next;
};

struct tw_tiles {
    struct tw_plan *plan;
    const struct tw_tiles_share *share;
    struct tw_preview *preview;
    struct tw_view *view;
    struct tw_pyramid pictures; /* tiles of the grid, as browsers ask for them */
    bool rests;                 /* workers without work are freed */
    pthread_t *threads;
    int num_threads;

    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t work;
    struct tw_cache_owner cached;
    struct job *jobs; /* the newest first */
    bool has_begun;   /* its threads run */
    bool is_stopped;
    int num_running; /* workers that have not ended */
    bool is_hung;    /* one of them never will */
    char hung[256];  /* what that one was at */
    struct tw_tiles_state state;
};

/* Gives the waiter its answer; who keeps it, and the mutex, is the caller's business. */
void tw_waiter_answer(struct tw_waiter *waiter, enum tw_status status, struct tw_blob *blob,
                      const char *message);

/* For tw_tiles_state. */
void tw_tiles_note_failure(struct tw_tiles *tiles, const struct tw_tile *metatile, const char *message);

/* How tiles lie: pictures, or those of the output. */
const struct tw_pyramid *tw_tiles_pyramid(const struct tw_tiles *tiles, bool is_picture);

/* tile_work.c: makes the metatile of a job, keeps what became of its tiles, tells those who wait, and frees
 * it. worker: NULL when there is none, because of broken. */
void tw_tiles_do_job(struct tw_tiles *tiles, struct tw_worker *worker, struct job *job,
                     const struct tw_error *broken);

#endif
