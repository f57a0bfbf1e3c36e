/* file.h - small files read and written whole; paths.
 *
 * Paths may lie in object storage, too (bucket.h): `s3://bucket/key`. There is one request each time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FILE_H
#define TW_FILE_H

#include "arena.h"
#include "bucket.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a file whole into the arena, with a '\0' behind it. Errors: TW_EINPUT, `cannot open 'x': ...`,
 * `cannot read 'x': ...`. Refuses folders, and files over limit_bytes (0: none). */
enum tw_status tw_file_read(struct tw_arena *arena, const char *path, size_t limit_bytes, char **bytes,
                            size_t *size, struct tw_error *err);

/* Writes a file so that it appears whole: a temporary name beside it, fsync, rename. Every step is
 * checked; nothing is left behind on failure. Errors: TW_ESTORAGE, `cannot write 'x': ...`. */
enum tw_status tw_file_write(const char *path, const void *bytes, size_t size, struct tw_error *err);

/* The same without fsync, for what is of no use after the machine has stopped. */
enum tw_status tw_file_replace(const char *path, const void *bytes, size_t size, struct tw_error *err);

/* The same, but *bytes is NULL, and the status TW_OK, when there is no such file. Other failures are
 * TW_ESTORAGE. */
enum tw_status tw_file_read_found(struct tw_arena *arena, const char *path, size_t limit_bytes, char **bytes,
                                  size_t *size, struct tw_error *err);

/* Removes a file if there is one. TW_ESTORAGE: `cannot remove 'x': ...`. */
enum tw_status tw_file_remove(const char *path, struct tw_error *err);

/* tw_file_write; a path in object storage gets the labels, which may be NULL. */
enum tw_status tw_file_write_labelled(const char *path, const void *bytes, size_t size,
                                      const struct tw_bucket_labels *labels, struct tw_error *err);

/* Gives a file its name once its bytes are safe: fsync, rename. TW_ESTORAGE: `cannot write 'to': ...`. */
enum tw_status tw_file_move(const char *from, const char *to, struct tw_error *err);

/* Removes what programs that were killed while they wrote the file have left beside it. Nobody may be writing
 * it meanwhile. */
void tw_file_sweep(const char *path);
/* The same for all files of a folder that holds nothing but our own. */
void tw_folder_sweep(const char *folder);

/* Makes a folder and its parents. TW_ESTORAGE: `cannot make the folder 'x': ...`. */
enum tw_status tw_make_folders(const char *path, struct tw_error *err);

bool tw_file_exists(const char *path);
/* 0 when there is none. */
uint64_t tw_file_size(const char *path);
bool tw_is_folder(const char *path);

/* Paths, new in the arena; NULL when out of memory. join: `folder/name`, or name when it is absolute or is a
 * GDAL or URL path (`/vsi...`, `scheme://`) or folder is "" or ".". */
char *tw_path_join(struct tw_arena *arena, const char *folder, const char *name);
/* The path without links and dots; path itself when there is no such file. */
char *tw_path_real(struct tw_arena *arena, const char *path);
/* The absolute path of what need not exist; NULL also when even "/" cannot be resolved. */
char *tw_path_resolve(struct tw_arena *arena, const char *path);
/* `a/b` for `a/b/c.tif`; "." without a slash. */
char *tw_path_folder(struct tw_arena *arena, const char *path);
/* `c.tif` of `a/b/c.tif`: a pointer into path. */
const char *tw_path_name(const char *path);
/* Whether path ends in suffix, whatever its case. */
bool tw_path_has_suffix(const char *path, const char *suffix);
/* Whether the path is not on the local file system: `/vsi...`, `scheme://` or a database. */
bool tw_path_is_remote(const char *path);
/* Whether it is the connection string of a database: `PG:dbname=roads`, `postgresql://host/roads`. */
bool tw_path_is_database(const char *path);

#endif
