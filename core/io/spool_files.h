/* spool_files.h - the three files of a spool, for spool.c and its tests only.
 *
 * The index is a list of batches: a head (struct tw_spool_batch, with how long the other two files were) and
 * its runs. Numbers are as the machine has them: a spool is used where it was made.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SPOOL_FILES_H
#define TW_SPOOL_FILES_H

#include "spool.h"

#include <sys/types.h>

enum tw_spool_part { TW_SPOOL_TILES, TW_SPOOL_CONTENTS, TW_SPOOL_INDEX, TW_NUM_SPOOL_PARTS };

/* The system calls, so that tests can make the n-th of them fail. */
struct tw_spool_ops {
    ssize_t (*write)(int fd, const void *bytes, size_t size, off_t offset);
    int (*sync)(int fd);
};
extern const struct tw_spool_ops tw_spool_system;

struct tw_spool_files {
    const struct tw_spool_ops *ops;
    char *folder;
    int fds[TW_NUM_SPOOL_PARTS];
    uint64_t ends[TW_NUM_SPOOL_PARTS];
};

struct tw_spool_run {
    uint64_t first, last;
    uint32_t zoom, tag;
};

struct tw_spool_batch {
    uint64_t hash; /* of all that follows, the runs too */
    uint64_t num_runs, tiles_end, contents_end;
};

/* Takes the runs of a whole batch in. False when out of memory. */
typedef bool (*tw_spool_take)(void *context, const struct tw_spool_run *runs, size_t count);

/* Opens the files, reads the index and cuts off what does not belong to a whole batch.
 * TW_ESTORAGE. Close them also after a failure. */
enum tw_status tw_spool_files_open(struct tw_spool_files *files, bool forget, tw_spool_take take,
                                   void *context, struct tw_error *err);
void tw_spool_files_close(struct tw_spool_files *files);

/* Adds bytes at the end of a file, which is not longer after a failure. */
enum tw_status tw_spool_files_add(struct tw_spool_files *files, enum tw_spool_part part, const void *bytes,
                                  size_t size, struct tw_error *err);
/* Adds a batch when all that it speaks of is safe, and waits until it is safe, too. bytes: the batch and its
 * runs, one after the other; the hash is filled in. */
enum tw_status tw_spool_files_commit(struct tw_spool_files *files, void *bytes, size_t size,
                                     struct tw_error *err);
enum tw_status tw_spool_files_read(const struct tw_spool_files *files, enum tw_spool_part part, void *bytes,
                                   size_t size, uint64_t offset, struct tw_error *err);

#endif
