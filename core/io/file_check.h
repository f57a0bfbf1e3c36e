/* file_check.h - whether a raster file can be decoded, to the last block, with its overviews and its mask.
 *
 * A part is a row of blocks of one level. Every thread opens the file for itself.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FILE_CHECK_H
#define TW_FILE_CHECK_H

#include "tile_check.h"

struct tw_file_check;

/* TW_EINPUT: `cannot open 'x': ...`, `'x' is not a raster`. path is borrowed until it is closed.
 * Owned by the caller. */
enum tw_status tw_file_check_open(const char *path, struct tw_file_check **check, struct tw_error *err);
/* Accepts NULL. */
void tw_file_check_close(struct tw_file_check *check);

uint64_t tw_file_check_parts(const struct tw_file_check *check);

/* Returns false with the reason: `block 3/4 of overview 1: it cannot be decoded: ...`. */
bool tw_file_check_part(const struct tw_file_check *check, uint64_t part, struct tw_reason *reason);

#endif
