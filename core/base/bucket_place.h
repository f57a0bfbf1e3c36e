/* bucket_place.h - where a bucket is and who asks: from the URL, the environment and ~/.aws. For bucket_*.c
 * only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_PLACE_H
#define TW_BUCKET_PLACE_H

#include "arena.h"
#include "error.h"

#include <stdbool.h>
#include <time.h>

enum { TW_REGION_SIZE = 64 };

struct tw_bucket_language;

/* All text is in the arena. */
struct tw_bucket_place {
    const char *url;    /* for messages: `s3://bucket/prefix` */
    const char *scheme; /* `s3`, `gs`, `az` */
    const struct tw_bucket_language *language;
    const char *bucket, *prefix;
    const char *server; /* `https://host:port` */
    const char *host;   /* `host:port` */
    const char *root;   /* what paths begin with on the server: "" or `/bucket` */
    char region[TW_REGION_SIZE];
    const char *key, *secret, *token; /* key == NULL: requests are not signed */
    const char *pass;                 /* what each query ends with (a SAS of Azure's), or NULL */
    time_t expires;                   /* of the keys; 0: never */
    const char *payer;                /* NULL, or `requester` */
};

/* TW_EUSAGE: `'s3://' names no bucket`; a prefix with `..`; `no credentials for ...`. */
enum tw_status tw_bucket_place_read(const char *url, struct tw_arena *arena, struct tw_bucket_place *place,
                                    struct tw_error *err);

/* The value of an environment variable that is set and not empty, or NULL. */
const char *tw_environment(const char *name);
/* Whether it says yes; otherwise when it is not set. */
bool tw_environment_is_on(const char *name, bool otherwise);

/* bucket_profile.c: what ~/.aws/credentials and ~/.aws/config say of the profile in use; where they say
 * nothing, nothing changes. TW_EUSAGE: `no profile 'x' in ...` when it was asked for by name. */
enum tw_status tw_bucket_profile_read(struct tw_arena *arena, struct tw_bucket_place *place,
                                      struct tw_error *err);

#endif
