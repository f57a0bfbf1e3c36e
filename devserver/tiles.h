/* tiles.h - tiles on demand: a cache, a queue of metatiles, and the threads that make them.
 *
 * A metatile is made once, whoever asks for its tiles meanwhile waits for it. The one that was asked for last
 * is made first: it is what somebody looks at now.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILES_H
#define TW_TILES_H

#include "cache.h"
#include "gate.h"
#include "makers.h"
#include "preview.h"
#include "view.h"

struct tw_tiles;

/* Somebody who waits for a tile. The caller fills key, done and is_wanted. */
struct tw_waiter {
    struct tw_tile_key key;
    void (*done)(struct tw_waiter *waiter);      /* once, from any thread, when the answer is there */
    bool (*is_wanted)(struct tw_waiter *waiter); /* before it is made */
    /* the answer */
    enum tw_status status; /* TW_ECANCELLED: the tiles were stopped, or nobody wanted it */
    struct tw_blob *blob;  /* one user is the waiter's; NULL: the tile is empty */
    char *message;         /* why it failed; owned by the waiter */
    struct tw_waiter *next;
    bool has_answer;
    bool is_overdue; /* failed: the script does not come to an end */
};

enum tw_answer {
    TW_ANSWER_NOW,   /* the waiter holds it, done is not called */
    TW_ANSWER_LATER, /* done will be called, or was called already */
    TW_ANSWER_BUSY   /* too much is waiting */
};

/* What all tiles share, whatever the layer. */
struct tw_tiles_share {
    struct tw_run_options run;
    struct tw_cache *cache;
    struct tw_gate *gate; /* with as many places as there are workers */
    struct tw_makers *makers;
};

/* Plan and share are borrowed. loading: whether something is computed, or tw_tiles_use_output gives all that
 * is shown; and what stops the script. On success *tiles is owned by the caller; its threads begin with the
 * first tile that is to be made. A failure leaves NULL, or what a script uses that never ends, to be freed
 * all the same. */
enum tw_status tw_tiles_new(struct tw_plan *plan, const struct tw_tiles_share *share,
                            const struct tw_preview_spec *loading, struct tw_tiles **tiles,
                            struct tw_error *err);
/* Before anything is asked: what is shown is what the output holds. Borrowed; may be NULL. */
void tw_tiles_use_output(struct tw_tiles *tiles, struct tw_preview_output *output);
/* Starts the threads now, so that the first tile does not wait for them. */
void tw_tiles_begin(struct tw_tiles *tiles);
/* Before anything is asked: workers that have nothing to do for a while give back their memory and files. */
void tw_tiles_rest(struct tw_tiles *tiles);
/* Answers all that wait with TW_ECANCELLED, and takes no more. */
void tw_tiles_stop(struct tw_tiles *tiles);
/* Accepts NULL. Stops it, and waits for its threads. False when one of them never ends: then nothing is
 * freed, and what was borrowed must stay, too. */
bool tw_tiles_free(struct tw_tiles *tiles);

/* Only what is known already: TW_ANSWER_NOW, or TW_ANSWER_LATER when it is not. */
enum tw_answer tw_tiles_look(struct tw_tiles *tiles, struct tw_waiter *waiter);
enum tw_answer tw_tiles_get(struct tw_tiles *tiles, struct tw_waiter *waiter);

struct tw_view *tw_tiles_view(struct tw_tiles *tiles);

/* What went wrong lately, the newest first. */
struct tw_tile_failure {
    struct tw_tile tile; /* metatile */
    char message[512];
};
enum { TW_MOST_TILE_FAILURES = 50 };

struct tw_tiles_state {
    size_t waiting, in_work, cached_tiles, cached_bytes;
    uint64_t made, failed, hits, dropped, refused;
    double seconds; /* spent making metatiles */
    int num_failures;
    struct tw_tile_failure failures[TW_MOST_TILE_FAILURES];
};
void tw_tiles_state(struct tw_tiles *tiles, struct tw_tiles_state *state);

#endif
