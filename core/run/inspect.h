/* inspect.h - what a run would find, without running: for `check`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_INSPECT_H
#define TW_INSPECT_H

#include "run.h"

struct tw_inspection {
    struct tw_memory_shares shares;
    enum tw_sink_found found;
    uint64_t num_failed; /* metatiles that failed in the last run */
};

/* How many metatiles the list of failed ones names; 0 when there is none, or it cannot be read. path may be
 * NULL. */
uint64_t tw_failed_count(const char *path);

/* Adds what a run would be refused for: memory, an output that is being written, or was made from something
 * else. Touches nothing. Returns TW_OK, TW_EUSAGE when problems were added, TW_ENOMEM. */
enum tw_status tw_inspect(const struct tw_plan *plan, const struct tw_run_options *options,
                          struct tw_inspection *inspection, struct tw_problems *problems);

#endif
