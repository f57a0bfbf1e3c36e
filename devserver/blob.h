/* blob.h - bytes that several answers share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BLOB_H
#define TW_BLOB_H

#include <stdatomic.h>
#include <stddef.h>

struct tw_blob {
    atomic_int users;
    size_t size;
    const char *content_type; /* lives as long as the program */
    char etag[36];            /* with its quotes */
    unsigned char bytes[];
};

/* A copy of the bytes, with one user; NULL when out of memory. */
struct tw_blob *tw_blob_new(const void *bytes, size_t size, const char *content_type);
/* One user more; returns blob. One less: freed by the last. NULL is fine for both. */
struct tw_blob *tw_blob_keep(struct tw_blob *blob);
void tw_blob_release(struct tw_blob *blob);

#endif
