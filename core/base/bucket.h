/* bucket.h - files in object storage: S3, what speaks its language, and Azure.
 *
 * A bucket here is a place in one, `s3://bucket/prefix`; what lies there is named by paths below it. Each
 * call is a request that is signed, checked, and asked again when the network or
 * the server fails for a moment: refused, reset and cut connections, silence, 5xx and 429. Waits grow from
 * GDAL_HTTP_RETRY_DELAY (seconds) by two each time, with jitter, GDAL_HTTP_MAX_RETRY times. Credentials and
 * endpoint come from the variables that GDAL and Amazon's tools read, and from ~/.aws; they are in no
 * message.
 *
 * A bucket may be used by several threads at once; each request that is under way has a connection of its
 * own, which is kept for the next.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_H
#define TW_BUCKET_H

#include "arena.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_bucket;

/* Whether the path is in object storage that this can write to: `s3://`, `gs://`, `az://`, `/vsis3/`,
 * `/vsigs/`, `/vsiaz/`. */
bool tw_path_is_bucket(const char *path);
/* Whether files there have an access control list of their own; not with Azure. */
bool tw_path_knows_acl(const char *path);

/* The path as it stands in messages, `s3://bucket/prefix`, in the arena; the path itself when it is in no
 * bucket. NULL when out of memory. */
const char *tw_bucket_clean_url(struct tw_arena *arena, const char *path);

/* Nothing is asked yet. TW_EUSAGE: no bucket in the URL, no credentials. Owned by the caller. */
enum tw_status tw_bucket_open(const char *url, struct tw_bucket **bucket, struct tw_error *err);
/* Accepts NULL. */
void tw_bucket_close(struct tw_bucket *bucket);

/* All requests end, also those that are under way or waiting: TW_ECANCELLED. From any thread. */
void tw_bucket_stop(struct tw_bucket *bucket);
/* The number of requests that were asked again. */
uint64_t tw_bucket_retries(const struct tw_bucket *bucket);
/* `s3://bucket/prefix`. */
const char *tw_bucket_url(const struct tw_bucket *bucket);

/* Amazon's canned access control lists: `private`, `public-read` ... */
const char *const *tw_bucket_acls(size_t *count);
/* Whether the text may be sent as a Cache-Control: one line of plain letters. */
bool tw_bucket_is_cache_control(const char *text);

/* What is told of a file that is put; NULL: nothing. */
struct tw_bucket_labels {
    const char *acl;           /* `public-read` */
    const char *cache_control; /* `public, max-age=86400` */
    const char *fingerprint;   /* kept with the file */
};

/* path: below the place; "" is the place itself. The Content-Type follows the name. TW_ESTORAGE: `cannot
 * write 's3://...': the server says 403 AccessDenied: Access Denied`. */
enum tw_status tw_bucket_put(struct tw_bucket *bucket, const char *path, const void *bytes, size_t size,
                             const struct tw_bucket_labels *labels, struct tw_error *err);
/* Only if there is no such file (etag == NULL), or it still has that ETag. *done: whether it was put. Servers
 * that do not know conditions put it in any case. */
enum tw_status tw_bucket_put_if(struct tw_bucket *bucket, const char *path, const char *text,
                                const char *etag, bool *done, struct tw_error *err);

enum { TW_BUCKET_LABEL_SIZE = 512 };

/* What the server says of a file. */
struct tw_bucket_file {
    bool found;
    char *bytes; /* of tw_bucket_get, in its arena */
    uint64_t size;
    char etag[128];
    char fingerprint[TW_BUCKET_LABEL_SIZE]; /* "": none was put with it */
    double age_s;                           /* since it was put, by the server's own clock; -1: not known */
};
enum tw_status tw_bucket_look(struct tw_bucket *bucket, const char *path, struct tw_bucket_file *file,
                              struct tw_error *err);

/* The same, and reads the file whole into the arena, with a '\0' behind it. file->found is false, and the
 * status TW_OK, when there is none. limit_bytes 0: none. */
enum tw_status tw_bucket_get(struct tw_bucket *bucket, const char *path, size_t limit_bytes,
                             struct tw_arena *arena, struct tw_bucket_file *file, struct tw_error *err);

/* Nothing to do when there is none. */
enum tw_status tw_bucket_remove(struct tw_bucket *bucket, const char *path, struct tw_error *err);

/* Something that is listed. */
struct tw_bucket_entry {
    const char *path; /* below the place */
    uint64_t size;
    bool is_folder; /* only with is_flat: what lies below it is not listed */
};
typedef enum tw_status (*tw_bucket_visit)(void *context, const struct tw_bucket_entry *entry,
                                          struct tw_error *err);
struct tw_bucket_listing {
    const char *folder; /* below the place; "": all of it */
    bool is_flat;       /* only what lies in the folder itself */
    bool is_probe;      /* one entry is enough */
    tw_bucket_visit visit;
    void *context;
};
/* Page by page, in the order of the bytes of their names. */
enum tw_status tw_bucket_list(struct tw_bucket *bucket, const struct tw_bucket_listing *listing,
                              struct tw_error *err);

/* Puts a local file: large ones in pieces, several at a time, that are taken back when one fails. */
enum tw_status tw_bucket_put_file(struct tw_bucket *bucket, const char *path, const char *local,
                                  const struct tw_bucket_labels *labels, struct tw_error *err);

/* The type of a file by its name: `image/png`; `application/octet-stream` for others. */
const char *tw_content_type(const char *path);

#endif
