/* pmtiles_file.h - a PMTiles archive that is open: bytes at a place, the directories one after the other.
 *
 * On a disk or on a server, where each read is one request of a range. Shared by all threads.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PMTILES_FILE_H
#define TW_PMTILES_FILE_H

#include "pmtiles_read.h"

struct tw_pmtiles_file;

/* Reads header and root. TW_EINPUT as in pmtiles_read.h; `cannot open 'x': ...`. Owned by the caller. */
enum tw_status tw_pmtiles_file_open(const char *path, struct tw_pmtiles_file **file, struct tw_error *err);
/* Accepts NULL. */
void tw_pmtiles_file_close(struct tw_pmtiles_file *file);

const struct tw_pmtiles_head *tw_pmtiles_file_head(const struct tw_pmtiles_file *file);
const struct tw_pmtiles_entries *tw_pmtiles_file_root(const struct tw_pmtiles_file *file);
uint64_t tw_pmtiles_file_size(const struct tw_pmtiles_file *file);
bool tw_pmtiles_file_is_remote(const struct tw_pmtiles_file *file);

/* The JSON; malloc'd, `{}` when there is none. */
enum tw_status tw_pmtiles_file_metadata(struct tw_pmtiles_file *file, char **json, struct tw_error *err);

/* Reads size bytes at an offset of the file into buffer. TW_EINPUT when they are not there. */
enum tw_status tw_pmtiles_file_read(struct tw_pmtiles_file *file, uint64_t offset, size_t size, void *buffer,
                                    struct tw_error *err);

/* The entry of tiles that holds an id; run 0: there is none. Leaves that were used lately are kept. */
enum tw_status tw_pmtiles_file_find(struct tw_pmtiles_file *file, uint64_t id, struct tw_pmtiles_entry *entry,
                                    struct tw_error *err);

/* Visits the directories in order, a leaf after the entry that points at it: the entries of tiles, of ids
 * first to last; others may come along. */
struct tw_pmtiles_walk {
    uint64_t first, last;
    enum tw_status (*entry)(void *context, const struct tw_pmtiles_entry *entry, struct tw_error *err);
    /* May be NULL: of a leaf that cannot be read; NULL ends the walk there. reason: what is wrong with it. */
    enum tw_status (*broken)(void *context, const struct tw_pmtiles_entry *leaf, const char *reason,
                             struct tw_error *err);
    void *context;
};
enum tw_status tw_pmtiles_file_walk(struct tw_pmtiles_file *file, const struct tw_pmtiles_walk *walk,
                                    struct tw_error *err);

#endif
