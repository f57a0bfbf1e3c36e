/* summary.h - what a run came to, as JSON: kept beside the output, and told to whom `notify` names.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SUMMARY_H
#define TW_SUMMARY_H

#include "run.h"

#include <stdbool.h>

enum tw_outcome_of_run { TW_RUN_SUCCEEDED, TW_RUN_HAS_FAILED, TW_RUN_WAS_INTERRUPTED };

/* How a run ended. */
struct tw_run_end {
    const struct tw_plan *plan;
    const struct tw_run_result *result;
    enum tw_status status;
    const char *message; /* of what ended it, when status is not TW_OK */
    bool leaves_nothing; /* beside the output: what is a conversion's own result is all there is */
};

/* Writes `summary.json` beside the output (in its folder `.tilewright`), if there is one, and then notifies.
 * What goes wrong with either is said as a warning: it does not change what the run was. */
void tw_run_tell(const struct tw_run_end *end);

/* summary_notify.c: tells it to one of those that `notify` names. TW_ESTORAGE: `cannot notify 'https://host':
 * ...`, `the notification 'mail.sh' ended with exit code 1`. */
enum tw_status tw_notify(const struct tw_plan *plan, const struct tw_value *whom, const char *json,
                         struct tw_error *err);

#endif
