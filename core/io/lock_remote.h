/* lock_remote.h - a lock that is a file in object storage. For lock.c only.
 *
 * It is put on the condition that there is none (`If-None-Match: *`), and put again every half minute. One
 * that was not put again for two minutes, by the server's own clock, or whose process is gone from this host,
 * is taken over, on the condition that it is still the same one (`If-Match`). Servers that know no conditions
 * are found out by asking twice; there the one who put it last has it, after a moment in which others would
 * have put theirs.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LOCK_REMOTE_H
#define TW_LOCK_REMOTE_H

#include "lock.h"

struct tw_remote_lock;

enum tw_status tw_remote_lock_take(const char *path, const char *what, struct tw_remote_lock **lock,
                                   struct tw_error *err);
bool tw_remote_lock_is_held(const char *path, struct tw_lock_holder *holder);
void tw_remote_lock_release(struct tw_remote_lock *lock);

/* lock.c: what both kinds share. */
void tw_lock_own_host(char host[TW_LOCK_HOST_SIZE]);
void tw_lock_now(char since[TW_LOCK_TIME_SIZE]);
enum tw_status tw_lock_refuse(const struct tw_lock_holder *holder, const char *what, struct tw_error *err);
/* Whether the holder's process may be there: it is not this one, and not known to be gone. */
bool tw_lock_may_live(const struct tw_lock_holder *holder);

#endif
