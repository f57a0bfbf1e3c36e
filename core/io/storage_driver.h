/* storage_driver.h - what a store is made of, for storage.c and the storage_*.c drivers only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORAGE_DRIVER_H
#define TW_STORAGE_DRIVER_H

#include "storage.h"

#include <stdatomic.h>

/* As in storage.h. */
struct tw_store_driver {
    enum tw_status (*put)(struct tw_store *store, const char *path, const void *bytes, size_t size,
                          struct tw_error *err);
    enum tw_status (*remove)(struct tw_store *store, const char *path, struct tw_error *err);
    enum tw_status (*mark)(struct tw_store *store, uint64_t token, struct tw_error *err);
    enum tw_status (*flush)(struct tw_store *store, struct tw_error *err);
    enum tw_status (*close)(struct tw_store *store, bool abandon, struct tw_error *err);
    enum tw_status (*get)(struct tw_store *store, const char *path, struct tw_arena *arena,
                          struct tw_blob *blob, struct tw_error *err);
    bool (*exists)(struct tw_store *store, const char *path);
    uint64_t (*retries)(const struct tw_store *store); /* NULL: there are none */
};

/* The first member of a driver's own store. */
struct tw_store {
    const struct tw_store_driver *driver;
    atomic_ullong bytes, files;
};

extern const struct tw_store_driver tw_storage_local;
extern const struct tw_store_driver tw_storage_remote;

enum tw_status tw_store_open_remote(const struct tw_store_place *place, tw_store_committed committed,
                                    void *context, struct tw_store **store, struct tw_error *err);

#endif
