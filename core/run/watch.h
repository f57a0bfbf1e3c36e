/* watch.h - how long things may take, and what is done about those that do not end.
 *
 * Each worker has a post, where it says what it is at and since when. The watch asks a worker that is at one
 * thing for too long to stop (or all of them, when the run is cancelled): by the flag that our loops look at,
 * then by stopping the script. One that does not listen, in a compiled loop without end, is given up: the run
 * ends without it, and it never comes back from its post.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_WATCH_H
#define TW_WATCH_H

#include "script.h"

struct tw_watch;
struct tw_post;

/* What a worker is at. */
struct tw_stint {
    const char *phase; /* `prepare`, `setup`; NULL: a tile */
    struct tw_tile tile;
    struct tw_script *script; /* that does it */
};

/* timeout_s: how long one stint may last; 0: no limit. NULL when out of memory. */
struct tw_watch *tw_watch_new(int num_posts, double timeout_s);
/* Accepts NULL. Not after a worker was given up. */
void tw_watch_free(struct tw_watch *watch);
struct tw_post *tw_watch_post(struct tw_watch *watch, int index);

/* Before anything is at work: stops everything when the flag is set. NULL: nothing else does. */
void tw_watch_follow(struct tw_watch *watch, const volatile int *flag);
/* Stops everything. */
void tw_watch_cancel(struct tw_watch *watch);
/* Other than 0 when everything is to stop. */
const volatile int *tw_watch_cancelled(const struct tw_watch *watch);

/* `not done after 60 s (--tile-timeout)`. */
const char *tw_watch_overrun(const struct tw_watch *watch);

/* Waits, in a thread of its own, until tw_watch_finish is called: returns true. Or until workers were given
 * up and all others are out of work: returns false. */
bool tw_watch_wait(struct tw_watch *watch);
void tw_watch_finish(struct tw_watch *watch);

/* Around all of a worker's work, also that which is not watched (writing). */
void tw_post_enter(struct tw_post *post);
void tw_post_leave(struct tw_post *post);

/* Other than 0 when what is in work is to stop. */
const volatile int *tw_post_cancelled(const struct tw_post *post);

/* Around a stint. The end returns NULL; or, when it took too long, tw_watch_overrun; it never returns when
 * the worker was given up. */
void tw_post_begin(struct tw_post *post, const struct tw_stint *stint);
const char *tw_post_end(struct tw_post *post);

/* Of a worker that was given up: what it was at, and whether that is why (and not that everything was to
 * stop). False for others. */
bool tw_post_is_lost(const struct tw_post *post, struct tw_stint *stint, bool *overran);

#endif
