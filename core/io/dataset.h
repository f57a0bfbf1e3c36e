/* dataset.h - GDAL's handles, for this layer's own sources only (no other layer sees gdal.h).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_DATASET_H
#define TW_DATASET_H

#include "dataset_pool.h"
#include "error.h"

#include <gdal.h>

#include <stdbool.h>

/* Opens path for reading, or returns the handle that is open already. The handle stays valid until the next
 * call with this pool. TW_EINPUT: `cannot open 'x': ...` with GDAL's reason, or `'x' is not a raster`. */
enum tw_status tw_dataset_open(struct tw_dataset_pool *pool, const char *path, GDALDatasetH *dataset,
                               struct tw_error *err);

/* The same for bytes that lie in no file: read gives them (to be freed with VSIFree, by the pool), or NULL
 * when there are none, and is called unless the handle of that name is open. *dataset is NULL when there are
 * none. */
struct tw_dataset_bytes {
    const char *name; /* that is also told in messages */
    enum tw_status (*read)(void *context, void **bytes, size_t *size, struct tw_error *err);
    void *context;
};
enum tw_status tw_dataset_open_bytes(struct tw_dataset_pool *pool, const struct tw_dataset_bytes *bytes,
                                     GDALDatasetH *dataset, struct tw_error *err);

/* The same for vector files: `'x' is not a vector file`. A file that is both may be open twice. */
enum tw_status tw_dataset_open_vector(struct tw_dataset_pool *pool, const char *path, GDALDatasetH *dataset,
                                      struct tw_error *err);

/* Whether path opens as a vector file with layers, or as a raster. */
bool tw_dataset_opens(const char *path, bool as_vector);

/* The last message that GDAL reported in this thread, cleaned for a message of ours; "unknown reason" when
 * there is none. Points to thread-local memory of GDAL's. */
const char *tw_gdal_reason(void);
/* The same without the path in front of it, for messages that name the path themselves. */
const char *tw_gdal_reason_for(const char *path);

#endif
