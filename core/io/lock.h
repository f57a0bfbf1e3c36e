/* lock.h - one run at a time for one output.
 *
 * A lock is a file that this process holds with flock(2): the kernel gives it up when the process ends,
 * however it ends, so that a lock without a process is taken over without asking. The file says who holds it.
 * Where the file system knows no locks, what the file says has to do; so in object storage (lock_remote.h).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LOCK_H
#define TW_LOCK_H

#include "error.h"

#include <stdbool.h>

struct tw_lock;

/* what: the output, for the message: `'out' is being written by process 4711 on host 'x' since
 * 2026-01-01T12:00:00Z; wait for it, or stop it` (TW_EUSAGE). On success *lock is owned by the caller. */
enum tw_status tw_lock_take(const char *path, const char *what, struct tw_lock **lock, struct tw_error *err);

/* Who holds a lock. */
enum { TW_LOCK_HOST_SIZE = 256, TW_LOCK_TIME_SIZE = 32 };
struct tw_lock_holder {
    char host[TW_LOCK_HOST_SIZE];
    long pid; /* 0: the file does not say who */
    char since[TW_LOCK_TIME_SIZE];
};

/* Whether somebody holds it now, without taking it. */
bool tw_lock_is_held(const char *path, struct tw_lock_holder *holder);

/* The same as a message, that of tw_lock_take, or TW_OK. */
enum tw_status tw_lock_look(const char *path, const char *what, struct tw_error *err);

/* Removes the file and gives the lock up. Accepts NULL. */
void tw_lock_release(struct tw_lock *lock);

#endif
