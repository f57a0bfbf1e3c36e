/* spool.h - the tiles of an archive in the making: three files that only grow, instead of a file for each.
 *
 * `tiles` holds their bytes, equal ones once; `contents` says where each of them lies; `index` says which
 * tiles have which content, as runs of places on the Hilbert curve. What was put is committed in batches: a
 * thread of the spool syncs the bytes, adds the batch to the index with a checksum, syncs that, and then
 * tells the caller (a journal may record it). What a killed run has left behind the last whole batch is cut
 * off.
 *
 * Memory: 24 bytes for each run of equal tiles, and a bounded table of contents. May be used by several
 * threads at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SPOOL_H
#define TW_SPOOL_H

#include "interval.h"
#include "storage.h"

struct tw_spool;

struct tw_spool_spec {
    const char *folder; /* is there already */
    bool forget;        /* what lies there is removed first */
    tw_store_committed committed;
    void *context;
};

/* Whether a spool lies in a folder that was begun: TW_EUSAGE when an earlier version has made files instead.
 */
enum tw_status tw_spool_look(const char *folder, struct tw_arena *arena, struct tw_error *err);

/* TW_ESTORAGE. On success *spool is owned by the caller. */
enum tw_status tw_spool_open(const struct tw_spool_spec *spec, struct tw_spool **spool, struct tw_error *err);
/* What is not committed is lost. Accepts NULL. */
void tw_spool_free(struct tw_spool *spool);

/* As in storage.h; a place is one of a tile at the zoom, below 2^61. */
enum tw_status tw_spool_put(struct tw_spool *spool, int zoom, uint64_t place, const struct tw_blob *tile,
                            struct tw_error *err);
enum tw_status tw_spool_remove(struct tw_spool *spool, int zoom, uint64_t place, struct tw_error *err);
enum tw_status tw_spool_get(struct tw_spool *spool, int zoom, uint64_t place, struct tw_arena *arena,
                            struct tw_blob *tile, struct tw_error *err);
enum tw_status tw_spool_mark(struct tw_spool *spool, uint64_t token, struct tw_error *err);
enum tw_status tw_spool_flush(struct tw_spool *spool, struct tw_error *err);

/* A tag of a run: there is no tile any more. Others are numbers of contents. */
#define TW_SPOOL_REMOVED UINT32_MAX

/* All tiles of a zoom; while nobody puts. */
const struct tw_intervals *tw_spool_runs(const struct tw_spool *spool, int zoom);

struct tw_spool_content {
    uint64_t offset, size, hash[2];
};
enum tw_status tw_spool_content(const struct tw_spool *spool, uint32_t number,
                                struct tw_spool_content *content, struct tw_error *err);
/* Its bytes, in the arena. */
enum tw_status tw_spool_read(const struct tw_spool *spool, const struct tw_spool_content *content,
                             struct tw_arena *arena, struct tw_blob *tile, struct tw_error *err);

#endif
