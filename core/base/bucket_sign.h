/* bucket_sign.h - AWS Signature Version 4, and what is signed of a request. For bucket_*.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_SIGN_H
#define TW_BUCKET_SIGN_H

#include "bucket_place.h"
#include "text.h"

#include <stddef.h>
#include <time.h>

enum { TW_SHA256_HEX_SIZE = 65 };

/* 64 hexadecimal digits. */
void tw_sha256_hex(const void *bytes, size_t size, char hex[TW_SHA256_HEX_SIZE]);

/* What is signed of a request. */
struct tw_signed_request {
    const char *method;
    const char *path;           /* encoded, from the first slash on */
    const char *query;          /* encoded and sorted; "": none */
    const char *const *headers; /* `x-amz-acl: private`, names in lower case, sorted */
    size_t num_headers;
    const char *payload_hash; /* tw_sha256_hex of the body, where that is signed */
    time_t now;
    size_t size; /* of the body */
};

/* Adds the headers of the signature, one line each (`x-amz-date: ...` and so on, with '\n' behind each).
 * Nothing is signed for a place without a key. False when out of memory. */
bool tw_sign_request(const struct tw_bucket_place *place, const char *region,
                     const struct tw_signed_request *request, struct tw_text *lines);

/* Percent-encodes; slashes stay when keep_slashes. */
void tw_text_add_encoded(struct tw_text *text, const char *plain, bool keep_slashes);
/* The other way round, in place; what is no code stays. */
void tw_text_decode(char *text);

#endif
