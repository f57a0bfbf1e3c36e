/* negotiate.h - what a client's headers ask for: compressed bytes, a part of them, or none that it has
 * already (RFC 9110, sections 12.5.3, 13.1.2 and 14.2).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_NEGOTIATE_H
#define TW_NEGOTIATE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether gzip may be sent, and the client does not like the plain bytes better. accept_encoding: the header,
 * or NULL. */
bool tw_accepts_gzip(const char *accept_encoding);

enum tw_range_answer {
    TW_RANGE_ALL, /* no range that is understood: everything is sent */
    TW_RANGE_PART,
    TW_RANGE_NONE /* it lies outside of the bytes */
};

/* `bytes=0-99`, `bytes=100-`, `bytes=-100`. Several ranges are answered with everything. */
enum tw_range_answer tw_range_of(const char *range, size_t size, size_t *first, size_t *length);

/* Whether one of the tags of `If-None-Match` is this one (with its quotes); weak ones count. */
bool tw_etag_is_among(const char *tags, const char *etag);

#endif
