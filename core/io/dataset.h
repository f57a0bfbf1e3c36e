/* dataset.h - a worker's open files: the only way to GDAL's handles.
 *
 * GDAL's handles are not thread safe; every worker has a pool of its own, and the handles of a pool are used
 * by its worker alone. A pool keeps the most recently used datasets open, up to a limit, so that ten thousand
 * scenes do not exhaust the file descriptors.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_DATASET_H
#define TW_DATASET_H

#include "error.h"

#include <gdal.h>

struct tw_dataset_pool;

/* Registers GDAL's drivers and sets the options that this program relies on (no directory listings, no
 * .aux.xml written, errors collected instead of printed, cache_bytes for GDAL's block cache). Once, before
 * any thread starts. */
void tw_gdal_init(size_t cache_bytes);

/* NULL when out of memory. max_open >= 1. */
struct tw_dataset_pool *tw_dataset_pool_new(int max_open);
/* Accepts NULL; closes every dataset. */
void tw_dataset_pool_free(struct tw_dataset_pool *pool);

/* Opens path for reading, or returns the handle that is open already. The handle stays valid until the next
 * call with this pool. TW_EINPUT: `cannot open 'x': ...` with GDAL's reason, or `... : not a raster`. */
enum tw_status tw_dataset_open(struct tw_dataset_pool *pool, const char *path, GDALDatasetH *dataset,
                               struct tw_error *err);

/* The last message that GDAL reported in this thread, cleaned for a message of ours; "unknown reason" when
 * there is none. Points to thread-local memory of GDAL's. */
const char *tw_gdal_reason(void);

#endif
