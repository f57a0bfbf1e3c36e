/* embedded.h - the Lua files that are part of the binary: lib/, builtin/ and api/. Made by embed.cmake.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_EMBEDDED_H
#define TW_EMBEDDED_H

#include <stddef.h>

struct tw_embedded {
    const char *name; /* `lib/array.lua` */
    const char *text; /* ends in '\0' */
    size_t size;
};

extern const struct tw_embedded tw_embedded_files[];
extern const size_t tw_num_embedded_files;

/* Chunks of the library are named with it: `[tilewright] `. */
extern const char tw_library_prefix[];

/* NULL when there is none. */
const struct tw_embedded *tw_embedded_find(const char *name);

#endif
