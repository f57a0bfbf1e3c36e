/* SPDX-License-Identifier: MIT */
#include "blob.h"

#include "hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tw_blob *tw_blob_new(const void *bytes, size_t size, const char *content_type)
{
    struct tw_blob *blob = malloc(sizeof(*blob) + size);
    char fingerprint[TW_FINGERPRINT_SIZE];
    if (blob == NULL)
        return NULL;
    atomic_init(&blob->users, 1);
    blob->size = size;
    blob->content_type = content_type;
    memcpy(blob->bytes, bytes, size);
    tw_fingerprint(bytes, size, fingerprint);
    snprintf(blob->etag, sizeof(blob->etag), "\"%s\"", fingerprint);
    return blob;
}

struct tw_blob *tw_blob_keep(struct tw_blob *blob)
{
    if (blob != NULL)
        atomic_fetch_add(&blob->users, 1);
    return blob;
}

void tw_blob_release(struct tw_blob *blob)
{
    if (blob != NULL && atomic_fetch_sub(&blob->users, 1) == 1)
        free(blob);
}
