/* bucket_upload.h - a large file on its way into a bucket, in pieces. For bucket_*.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_UPLOAD_H
#define TW_BUCKET_UPLOAD_H

#include "bucket_ask.h"

enum { TW_ETAG_SIZE = 128 };

struct tw_bucket_upload {
    struct tw_bucket *bucket;
    const char *path, *local;
    struct tw_arena *arena;
    int fd;
    uint64_t size, piece_bytes;
    size_t num_pieces;
    const char *id;              /* S3: of the upload, encoded */
    char (*etags)[TW_ETAG_SIZE]; /* of the pieces; empty where they have none */
    atomic_size_t next;
    atomic_bool stops;
    pthread_mutex_t lock;
    struct tw_error failure; /* of the first piece that failed */
};

#endif
