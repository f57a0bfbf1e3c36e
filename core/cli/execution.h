/* execution.h - making the tiles of a plan, for the commands that do: execute, convert.
 *
 * Used like selection_options.h: the list goes among the shared lists of the command's tw_arguments.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_EXECUTION_H
#define TW_EXECUTION_H

#include "options.h"

#include "run.h"

struct tw_execution {
    struct tw_run_options run;
    bool dry_run;
    bool vrt;                 /* of each zoom, when all is done */
    const char *index_folder; /* of the VRTs; NULL: that of the tiles */
};

extern const struct tw_option_list tw_execution_options;

/* Their lines of a help page: what to process, how. */
#define TW_EXECUTION_WHAT_HELP                                                                               \
    "  -o, --overwrite                process everything anew\n"                                             \
    "      --retry-failed             only the metatiles that failed in the last run\n"                      \
    "      --update                   also what inputs that changed since the last run touch\n"
#define TW_EXECUTION_HOW_HELP                                                                                \
    "      --fail-fast                stop at the first metatile that fails\n"                               \
    "      --vrt                      show all tiles of a zoom as one raster, when they are done: "          \
    "ZOOM.vrt\n"                                                                                             \
    "      --idx-out-dir FOLDER       where --vrt goes (default: the folder of the tiles)\n"                 \
    "      --dry-run                  check everything, tell what would be done, do nothing\n"

void tw_execution_take(struct tw_execution *execution, const struct tw_given *given);
/* What does not go together: TW_EUSAGE. */
enum tw_status tw_execution_check(const struct tw_execution *execution, const struct tw_selection *selection,
                                  struct tw_error *err);

/* Runs the plan, or tells what it would do; reports how it went. Returns the exit code. */
int tw_execution_run(struct tw_plan *plan, const struct tw_execution *execution);

#endif
