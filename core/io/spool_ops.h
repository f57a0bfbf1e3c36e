/* spool_ops.h - what a batch of a spool is, so that tests can have small ones and make system calls fail.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SPOOL_OPS_H
#define TW_SPOOL_OPS_H

#include "spool_files.h"

struct tw_spool_limits {
    size_t max_puts;
    size_t max_bytes;
    double max_seconds;
};
extern const struct tw_spool_limits tw_spool_defaults;

/* Like tw_spool_open; ops and limits are borrowed for the spool's life. */
enum tw_status tw_spool_open_with(const struct tw_spool_spec *spec, const struct tw_spool_ops *ops,
                                  const struct tw_spool_limits *limits, struct tw_spool **spool,
                                  struct tw_error *err);

#endif
