/* blob.h - bytes that several answers share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BLOB_H
#define TW_BLOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Shorter texts fit into one packet anyway. */
enum { TW_LEAST_GZIPPED = 1000 };

struct tw_blob {
    atomic_int users;
    size_t size;
    const char *content_type;          /* lives as long as the program */
    char etag[36];                     /* with its quotes */
    _Atomic(struct tw_blob *) gzipped; /* the same, once somebody has asked for it */
    unsigned char bytes[];
};

/* A copy of the bytes, with one user; NULL when out of memory. */
struct tw_blob *tw_blob_new(const void *bytes, size_t size, const char *content_type);
/* The same bytes compressed, made when they are asked for first, with an etag of their own: lives as long as
 * the blob. NULL when that is not worth it (small, or a picture), or out of memory. */
struct tw_blob *tw_blob_gzipped(struct tw_blob *blob, int level);
/* Whether the type is one of texts: what gzip makes smaller. NULL: no. */
bool tw_type_is_text(const char *content_type);

/* One user more; returns blob. One less: freed by the last. NULL is fine for both. */
struct tw_blob *tw_blob_keep(struct tw_blob *blob);
void tw_blob_release(struct tw_blob *blob);

#endif
