/* storage_ops.h - the system calls that the store makes, so that tests can make the n-th of them fail.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORAGE_OPS_H
#define TW_STORAGE_OPS_H

#include "storage.h"

#include <sys/types.h>

struct tw_storage_ops {
    ssize_t (*write)(int fd, const void *bytes, size_t size);
    int (*close)(int fd);
    int (*sync)(int fd); /* everything on the file system of fd */
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
};

/* What a batch is, and the calls to use. */
struct tw_storage_limits {
    size_t max_files;
    size_t max_bytes;
    double max_seconds;
};

extern const struct tw_storage_ops tw_storage_system;
extern const struct tw_storage_limits tw_storage_defaults;

/* Like tw_store_open; both are borrowed for the store's life. */
struct tw_store_spec {
    const char *root, *work;
    tw_store_committed committed;
    void *context;
    const struct tw_storage_ops *ops;
    const struct tw_storage_limits *limits;
};
enum tw_status tw_store_open_with(const struct tw_store_spec *spec, struct tw_store **store,
                                  struct tw_error *err);

#endif
