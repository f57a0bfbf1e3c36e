/* vsi_checked.h - GDAL writes a file; we learn whether that worked.
 *
 * GDAL's drivers do not report every write that fails: a full disk can end as a file that looks complete. So
 * GDAL is given a path below a virtual folder of ours, under which every write, flush, truncation and close
 * is checked, and the first failure is kept with the system's reason.
 *
 * A checked folder stands for one local folder; one thread at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VSI_CHECKED_H
#define TW_VSI_CHECKED_H

#include "error.h"

#include <sys/types.h>

struct tw_checked_folder;

/* The calls to use; NULL: the system's. Tests make the n-th of them fail. */
struct tw_checked_ops {
    ssize_t (*write)(int fd, const void *bytes, size_t size);
    int (*close)(int fd);
};

/* NULL when out of memory. Owned by the caller. */
struct tw_checked_folder *tw_checked_folder_new(const char *local_folder, const struct tw_checked_ops *ops);
/* Accepts NULL. All files of it must be closed. */
void tw_checked_folder_free(struct tw_checked_folder *folder);

/* Writes the path under which GDAL finds the file of that name in the folder: `/vsitwchecked/.../name`. */
enum { TW_CHECKED_PATH_SIZE = 512 };
const char *tw_checked_path(const struct tw_checked_folder *folder, const char *name,
                            char path[TW_CHECKED_PATH_SIZE]);

/* TW_ESTORAGE with the first failure since the folder was made: `cannot write 'out/a.tif': No space left on
 * device`. */
enum tw_status tw_checked_status(const struct tw_checked_folder *folder, struct tw_error *err);

#endif
