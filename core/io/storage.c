/* SPDX-License-Identifier: MIT */
#include "storage_driver.h"
#include "storage_ops.h"

enum tw_status tw_store_open(const struct tw_store_place *place, tw_store_committed committed, void *context,
                             struct tw_store **store, struct tw_error *err)
{
    if (tw_path_is_bucket(place->root))
        return tw_store_open_remote(place, committed, context, store, err);
    struct tw_store_spec spec = {place->root, place->work,        committed,
                                 context,     &tw_storage_system, &tw_storage_defaults};
    return tw_store_open_with(&spec, store, err);
}

enum tw_status tw_store_put(struct tw_store *store, const char *path, const void *bytes, size_t size,
                            struct tw_error *err)
{
    enum tw_status status = store->driver->put(store, path, bytes, size, err);
    if (status == TW_OK) {
        atomic_fetch_add(&store->bytes, size);
        atomic_fetch_add(&store->files, 1);
    }
    return status;
}

enum tw_status tw_store_remove(struct tw_store *store, const char *path, struct tw_error *err)
{
    return store->driver->remove(store, path, err);
}

enum tw_status tw_store_mark(struct tw_store *store, uint64_t token, struct tw_error *err)
{
    return store->driver->mark(store, token, err);
}

enum tw_status tw_store_flush(struct tw_store *store, struct tw_error *err)
{
    return store->driver->flush(store, err);
}

enum tw_status tw_store_close(struct tw_store *store, bool abandon, struct tw_error *err)
{
    return store != NULL ? store->driver->close(store, abandon, err) : TW_OK;
}

enum tw_status tw_store_get(struct tw_store *store, const char *path, struct tw_arena *arena,
                            struct tw_blob *blob, struct tw_error *err)
{
    return store->driver->get(store, path, arena, blob, err);
}

bool tw_store_exists(struct tw_store *store, const char *path)
{
    return store->driver->exists(store, path);
}

uint64_t tw_store_bytes(const struct tw_store *store)
{
    return atomic_load(&store->bytes);
}

uint64_t tw_store_files(const struct tw_store *store)
{
    return atomic_load(&store->files);
}

uint64_t tw_store_retries(const struct tw_store *store)
{
    return store->driver->retries != NULL ? store->driver->retries(store) : 0;
}
