/* report.h - what a command says at its end: errors and summaries, and the exit code that goes with them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_REPORT_H
#define TW_REPORT_H

#include "command.h"
#include "problems.h"
#include "run.h"

/* Prints `tilewright: message` and returns the exit code of its status. */
int tw_report_error(const struct tw_error *err);
/* Prints every problem on a line of its own and returns the exit code. */
int tw_report_problems(const struct tw_problems *problems);
/* The summary of a run that went to its end, with the tiles that failed. */
int tw_report_run(const struct tw_run_result *result, const char *output, bool as_json);

/* Why there is nothing to make. */
#define TW_NO_METATILE                                                                                       \
    "no metatile lies in the inputs and in the area that was asked for; bounds are in the CRS of the grid "  \
    "unless "                                                                                                \
    "bounds_crs names another"

/* Reads the answer to a question on standard input: whether it is `y` or `yes`. */
bool tw_is_yes(void);

/* `5.6 MB`. */
const char *tw_size_text(double bytes, char text[32]);

#endif
