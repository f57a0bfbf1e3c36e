/* failures.h - the tiles that failed, and the file that remembers them for --retry-failed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FAILURES_H
#define TW_FAILURES_H

#include "interval.h"
#include "tile.h"

struct tw_failure {
    struct tw_tile tile;
    char *message; /* owned */
};

/* Zero-initialise. Keeps the messages of the first TW_MOST_FAILURES; counts all. Not thread safe. */
struct tw_failures {
    struct tw_failure *items;
    size_t count, capacity;
    uint64_t total;
};

enum { TW_MOST_FAILURES = 100000 };

void tw_failures_free(struct tw_failures *failures);
/* Returns false when out of memory. */
bool tw_failures_add(struct tw_failures *failures, const struct tw_tile *tile, const char *message);
/* Sorted by zoom, row and column, so that the list is the same whatever the number of threads. */
void tw_failures_sort(struct tw_failures *failures);

/* Writes `failed.json`: {"failed": [{"zoom": 8, "row": 40, "col": 60, "message": "..."}]}; removes the file
 * when there are none. */
enum tw_status tw_failures_write(const struct tw_failures *failures, const char *path, struct tw_error *err);

/* Reads the file. TW_EUSAGE: `there is no 'out/failed.json': no tile failed in the last run`, or that it is
 * malformed. */
enum tw_status tw_failures_read(struct tw_failures *failures, const char *path, struct tw_error *err);

#endif
