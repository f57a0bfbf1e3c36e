/* catalogue_headers.h - the headers of many files, read by several threads.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CATALOGUE_HEADERS_H
#define TW_CATALOGUE_HEADERS_H

#include "catalogue.h"

#include <gdal.h>

struct tw_known_crs;

struct tw_header {
    struct tw_error *failure; /* NULL: the file was read */
    struct tw_box box;        /* in its CRS */
    struct tw_known_crs *crs; /* shared by the files that have it */
    double resolution_m;      /* roughly: a degree is taken as one at the equator */
    char date[32];            /* when the file was made as it says itself, or "" */
    bool differs;             /* its bands have other types or another number than the first file's */
};

struct tw_headers;

/* Of all items of the stack, in their order, by several threads with the settings. NULL when out of memory.
 * Failures are in the headers. */
struct tw_headers *tw_headers_read(const struct tw_stack *stack, const struct tw_settings *settings,
                                   GDALDatasetH first);
const struct tw_header *tw_headers_all(const struct tw_headers *headers);
/* Accepts NULL. */
void tw_headers_free(struct tw_headers *headers);

/* The CRS as WKT: the same text for all files that share it. NULL when out of memory. */
const char *tw_header_crs(const struct tw_header *header, struct tw_arena *arena);

#endif
