/* bucket_http.h - one request, one answer. The only door to libcurl.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_HTTP_H
#define TW_BUCKET_HTTP_H

#include "text.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Connections that are kept; a request takes one out, or makes one. */
struct tw_http;

struct tw_http_request {
    const char *method, *url;
    const char *headers; /* lines, each with '\n' behind it */
    const void *body;
    size_t size;
    size_t most_bytes;       /* of the answer; 0: as many as come */
    const atomic_bool *stop; /* ends it; may be NULL */
    long timeout_s;          /* for all of it; 0: as the environment says */
};

enum { TW_HTTP_HEADER_SIZE = 512 };

struct tw_http_answer {
    int status;          /* of HTTP; 0: there was no answer */
    struct tw_text body; /* free it */
    char etag[128], region[64], fingerprint[TW_HTTP_HEADER_SIZE];
    char code[64];        /* of an error, where a header says it; "" otherwise */
    long long length;     /* as announced */
    double age_s;         /* Date less Last-Modified; -1: not known */
    double retry_after_s; /* 0: not said */
    /* When there was no answer: */
    const char *failure; /* what went wrong */
    bool is_passing;     /* it may go better another time */
    bool is_unreachable; /* nobody was there */
};

/* NULL when out of memory. May be used by several threads at once. */
struct tw_http *tw_http_new(void);
/* Accepts NULL. */
void tw_http_free(struct tw_http *http);

/* Zeroes the answer first. False when out of memory. */
bool tw_http_ask(struct tw_http *http, const struct tw_http_request *request, struct tw_http_answer *answer);

#endif
