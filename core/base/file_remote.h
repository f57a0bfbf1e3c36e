/* file_remote.h - what file.h does with paths in object storage. For file.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FILE_REMOTE_H
#define TW_FILE_REMOTE_H

#include "file.h"

enum tw_status tw_remote_read(struct tw_arena *arena, const char *path, size_t limit_bytes, char **bytes,
                              size_t *size, struct tw_error *err);
enum tw_status tw_remote_write(const char *path, const void *bytes, size_t size,
                               const struct tw_bucket_labels *labels, struct tw_error *err);
enum tw_status tw_remote_remove(const char *path, struct tw_error *err);
uint64_t tw_remote_size(const char *path);
bool tw_remote_exists(const char *path);
/* Whether anything lies below the path. */
bool tw_remote_is_folder(const char *path);

#endif
