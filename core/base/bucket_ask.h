/* bucket_ask.h - requests to a bucket, asked again as long as that may help. For bucket_*.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_ASK_H
#define TW_BUCKET_ASK_H

#include "bucket.h"
#include "bucket_http.h"
#include "bucket_place.h"

#include <pthread.h>

struct tw_bucket {
    struct tw_arena *arena; /* of the place */
    struct tw_bucket_place place;
    struct tw_http *http;
    int most_retries;
    double delay_s; /* before the first retry */
    atomic_bool stops, is_reached;
    atomic_ullong retries;
    pthread_mutex_t lock; /* of what changes: the region, which a server may correct, and keys that expire */
    char region[TW_REGION_SIZE];
    const char *key, *secret, *token;
    time_t expires;
};

/* The most headers of a request. */
enum { TW_ASK_HEADERS = 8 };

struct tw_ask {
    const char *method;
    const char *path;                    /* below the place; NULL: the bucket itself */
    const char *query;                   /* encoded and sorted; NULL: none */
    const char *headers[TW_ASK_HEADERS]; /* `x-amz-acl: private`; names in lower case, the x-amz- ones sorted
                                            and first */
    size_t num_headers;
    const void *body;
    size_t size;
    size_t most_bytes;
    const char *verb; /* for messages: `cannot VERB 's3://...': ...` */
};

/* TW_OK with an answer of 2xx, 404 (but for a bucket that is not there) or 412 (a condition does not hold).
 * Otherwise TW_ESTORAGE, TW_ENOMEM or TW_ECANCELLED. Free answer->body in any case. */
enum tw_status tw_bucket_ask(struct tw_bucket *bucket, const struct tw_ask *ask,
                             struct tw_http_answer *answer, struct tw_error *err);

/* Adds a header, unless the value is NULL. */
void tw_ask_add(struct tw_ask *ask, struct tw_arena *arena, const char *name, const char *value);
/* What is told of a file that is put (labels may be NULL), with its type: the headers that are signed first,
 * sorted. False when out of memory. */
bool tw_ask_add_labels(struct tw_ask *ask, const struct tw_bucket *bucket,
                       const struct tw_bucket_labels *labels, struct tw_arena *arena);

/* The URL of a file, for messages; in the arena, or "". */
const char *tw_bucket_name(const struct tw_bucket *bucket, const char *path, struct tw_arena *arena);

/* The text between <name> and </name>, from *at on, with its entities resolved, in the arena; *at moves
 * behind it. NULL: none before end (which may be NULL). */
char *tw_xml_text(const char **at, const char *end, const char *name, struct tw_arena *arena);

#endif
