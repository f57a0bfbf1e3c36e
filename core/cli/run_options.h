/* run_options.h - the options that say how to work and what to show: --workers, --memory, --no-pbar and
 * others.
 *
 * Used like selection_options.h. mapchete's options that have no meaning here are taken, too, and say so.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RUN_OPTIONS_H
#define TW_RUN_OPTIONS_H

#include "options.h"

#include "run.h"

extern const struct tw_option_list tw_run_options_list;

/* Their lines of a help page: how to work, what to show. */
#define TW_RUN_HELP                                                                                          \
    "  -w, --workers N                threads (default: one for each processor)\n"                           \
    "      --memory SIZE              budget, such as 8G (default: three quarters of what there is)\n"       \
    "      --tile-timeout SECONDS     a metatile that takes longer fails (default: 3600; 0: no limit)\n"
#define TW_SHOW_HELP                                                                                         \
    "      --no-pbar                  lines instead of a progress bar\n"                                     \
    "      --json                     progress and summary as JSON lines on standard output\n"               \
    "  -q, --quiet                    only errors\n"

/* What a command begins with. */
struct tw_run_options tw_run_options_default(void);

/* Takes one of the options. TW_EUSAGE when its value is wrong. */
enum tw_status tw_run_options_take(struct tw_run_options *run, const struct tw_given *given,
                                   struct tw_error *err);

#endif
