/* whole_file.h - files read whole through GDAL, wherever they are; and JSON files.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_WHOLE_FILE_H
#define TW_WHOLE_FILE_H

#include "arena.h"
#include "error.h"

#include <jansson.h>

#include <stddef.h>

/* Into the arena, with a '\0' behind it. A name that ends in .gz is unpacked. TW_EINPUT: `cannot open 'x': No
 * such file or directory`. */
enum tw_status tw_whole_file_read(const char *path, struct tw_arena *arena, char **bytes, size_t *size,
                                  struct tw_error *err);

/* *json is owned by the caller (json_decref). TW_EINPUT as above, or `x.json:3:7: malformed JSON: ...`. */
enum tw_status tw_json_file_read(const char *path, json_t **json, struct tw_error *err);

#endif
