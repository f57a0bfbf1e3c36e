/* tile_files.h - the files of a tile directory, on a disk or in object storage, to look at and to read.
 *
 * May be used by several threads at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_FILES_H
#define TW_TILE_FILES_H

#include "arena.h"
#include "tile_output.h"

struct tw_tile_files;

/* skip_links: symbolic links are no files. Owned by the caller. */
enum tw_status tw_tile_files_open(const char *folder, bool skip_links, struct tw_tile_files **files,
                                  struct tw_error *err);
/* Accepts NULL. */
void tw_tile_files_close(struct tw_tile_files *files);

/* Whether there is such a file below the folder; sets *bytes. */
bool tw_tile_files_size(const struct tw_tile_files *files, const char *path, uint64_t *bytes);
/* Of a tile that was listed, with its sidecar. */
uint64_t tw_tile_files_tile_size(const struct tw_tile_files *files, const struct tw_stored_tile *tile);

/* Reads a file whole into the arena, with a '\0' behind it; *bytes is NULL, and the status TW_OK, when there
 * is none. */
enum tw_status tw_tile_files_read(const struct tw_tile_files *files, const char *path, struct tw_arena *arena,
                                  char **bytes, size_t *size, struct tw_error *err);

#endif
