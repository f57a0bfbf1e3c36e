/* gzip.h - bytes made smaller, as gzip files and HTTP's `Content-Encoding: gzip` hold them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GZIP_H
#define TW_GZIP_H

#include "text.h"

/* Adds bytes as gzip makes them; level: from 1 (fast) to 12 (small). False when out of memory. */
bool tw_gzip(const void *bytes, size_t size, int level, struct tw_text *packed);

#endif
