/* bucket_language.h - what differs between the languages of object storage: S3's and Azure's. For bucket_*.c
 * only.
 *
 * What is asked, how often, when again, and what is made of it is the same for all (bucket_ask.c, bucket.c,
 * bucket_list.c, bucket_upload.c). To add a language: one struct of these, and a line for each of its schemes
 * in the table of bucket_place.c.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_LANGUAGE_H
#define TW_BUCKET_LANGUAGE_H

#include "bucket_place.h"
#include "bucket_sign.h"
#include "bucket_upload.h"

/* A page of a listing. */
struct tw_bucket_page {
    const char *prefix, *token; /* token NULL: the first page */
    int most;                   /* entries */
    bool is_flat;               /* only what lies in the folder itself */
};

/* The elements of its XML. */
struct tw_bucket_list_words {
    const char *folder, *folder_name, *file, *file_name, *size, *next, *all;
};

struct tw_bucket_language {
    const char *example; /* for messages: `bucket: s3://BUCKET/PATH` */

    /* Sets server, host, root and keys of a place whose URL is read. TW_EUSAGE: `no credentials for ...`. */
    enum tw_status (*find)(struct tw_arena *arena, struct tw_bucket_place *place, struct tw_error *err);
    /* Keys of the machine, once more; false when there are none. */
    bool (*renew)(struct tw_arena *arena, struct tw_bucket_place *place);
    /* Adds the headers of the signature, one line each. False when out of memory. */
    bool (*sign)(const struct tw_bucket_place *place, const char *region,
                 const struct tw_signed_request *request, struct tw_text *lines);
    bool signs_bodies; /* and wants their hash */

    /* Names of headers; NULL: there is none. */
    const char *acl, *fingerprint, *payer, *cache_control, *type;
    const char *put; /* of each file that is put whole: `name: value`; may be NULL */

    /* Codes of errors: the bucket is not there; a file is there already, which was asked not to be (with 409;
     * may be NULL); and what may go better another time (with 400 and 409; NULL behind the last). */
    const char *no_place, *exists;
    const char *const *passing;

    struct tw_bucket_list_words list;
    void (*add_list_query)(const struct tw_bucket_page *page, struct tw_text *query); /* encoded and sorted */

    /* May be NULL. */
    enum tw_status (*begin_upload)(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                                   struct tw_error *err);
    void (*add_piece_query)(const struct tw_bucket_upload *upload, size_t index, struct tw_text *query);
    /* Sets method, query, headers and, from list, body. False when out of memory. */
    bool (*set_completion)(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                           struct tw_ask *ask, struct tw_text *list);
    void (*end_upload)(struct tw_bucket_upload *upload); /* of one that failed; may be NULL */
    bool pieces_have_etags;
};

extern const struct tw_bucket_language tw_language_s3, tw_language_azure;

#endif
