/* dataset_pool.h - a worker's open files, without GDAL's types.
 *
 * GDAL's handles are not thread safe; every worker has a pool of its own, and the handles of a pool are used
 * by its worker alone. A pool keeps the most recently used datasets open, up to a limit, so that ten thousand
 * scenes do not exhaust the file descriptors.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_DATASET_POOL_H
#define TW_DATASET_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct tw_dataset_pool;

/* Registers GDAL's drivers and sets the options that this program relies on (no directory listings, no
 * .aux.xml written, errors collected instead of printed, cache_bytes for GDAL's block cache). Once, before
 * any thread starts. */
void tw_gdal_init(size_t cache_bytes);

/* The same memory for all, later on: only when it is another. */
void tw_gdal_set_cache(size_t cache_bytes);

/* `3.6.2`. */
const char *tw_gdal_version(void);

/* NULL when out of memory. max_open >= 1. */
struct tw_dataset_pool *tw_dataset_pool_new(int max_open);

/* From now on the file `copy` is opened where `path` is asked for; both are borrowed. False when out of
 * memory.
 */
bool tw_dataset_pool_replace(struct tw_dataset_pool *pool, const char *path, const char *copy);

/* Accepts NULL; closes every dataset. */
void tw_dataset_pool_free(struct tw_dataset_pool *pool);

#endif
