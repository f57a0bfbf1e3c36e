/* SPDX-License-Identifier: MIT */
#include "blob.h"

#include "gzip.h"
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
    atomic_init(&blob->gzipped, NULL);
    memcpy(blob->bytes, bytes, size);
    tw_fingerprint(bytes, size, fingerprint);
    snprintf(blob->etag, sizeof(blob->etag), "\"%s\"", fingerprint);
    return blob;
}

bool tw_type_is_text(const char *content_type)
{
    static const char *const texts[] = {"text/", "application/json", "application/geo+json",
                                        "application/xml", "image/svg+xml"};
    for (size_t i = 0; content_type != NULL && i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strncmp(content_type, texts[i], strlen(texts[i])) == 0)
            return strcmp(content_type, "text/event-stream") != 0;
    return false;
}

struct tw_blob *tw_blob_gzipped(struct tw_blob *blob, int level)
{
    struct tw_blob *none = NULL, *known = atomic_load(&blob->gzipped);
    struct tw_text packed = {0};
    if (known != NULL || blob->size < TW_LEAST_GZIPPED || !tw_type_is_text(blob->content_type))
        return known;
    struct tw_blob *made = NULL;
    if (tw_gzip(blob->bytes, blob->size, level, &packed) && packed.length < blob->size)
        made = tw_blob_new(tw_text_get(&packed), packed.length, blob->content_type);
    tw_text_free(&packed);
    if (made == NULL || atomic_compare_exchange_strong(&blob->gzipped, &none, made))
        return made;
    tw_blob_release(made); /* another thread was faster */
    return none;
}

struct tw_blob *tw_blob_keep(struct tw_blob *blob)
{
    if (blob != NULL)
        atomic_fetch_add(&blob->users, 1);
    return blob;
}

void tw_blob_release(struct tw_blob *blob)
{
    if (blob == NULL || atomic_fetch_sub(&blob->users, 1) > 1)
        return;
    tw_blob_release(atomic_load(&blob->gzipped));
    free(blob);
}
