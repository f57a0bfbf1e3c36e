/* info.h - the parts of `info`, one for each kind of target.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_INFO_H
#define TW_INFO_H

#include "arena.h"

#include <stdbool.h>

struct tw_info_request {
    const char *target;
    const char *layer; /* of features; NULL: the only one */
    bool as_json;
};

/* Each prints, and returns the exit code. */

/* A raster, features, many rasters, wherever they lie. */
int tw_info_source(const struct tw_info_request *request);
/* An archive of tiles. */
int tw_info_archive(const struct tw_info_request *request, struct tw_arena *arena);
int tw_info_configuration(const struct tw_info_request *request, struct tw_arena *arena);

#endif
