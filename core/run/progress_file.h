/* progress_file.h - what a run tells those who look at its output from outside while it goes on.
 *
 * A small JSON file beside the output, replaced as a whole at most twice a second by the thread that shows
 * the progress; workers only note what they made. At the end it says how the run ended; one that still says
 * `running` while nobody holds the output's lock is of a run that was killed. Failures to write it are no
 * failures of the run. All functions accept NULL.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROGRESS_FILE_H
#define TW_PROGRESS_FILE_H

#include "overview.h"
#include "progress.h"

struct tw_progress_file;

enum tw_run_state { TW_RUN_GOES_ON, TW_RUN_DONE, TW_RUN_FAILED, TW_RUN_INTERRUPTED };

/* The plan and the counts are borrowed. NULL when nothing is to be written: out of memory, or the output
 * keeps nothing. */
struct tw_progress_file *tw_progress_file_new(const struct tw_plan *plan, const struct tw_counts *counts);
void tw_progress_file_free(struct tw_progress_file *file);

/* What became of a metatile; from any thread. */
void tw_progress_file_note(struct tw_progress_file *file, const struct tw_tile *tile, enum tw_outcome outcome,
                           double seconds);

/* Writes it when something has changed since it was written, and that was half a second ago. From one thread.
 */
void tw_progress_file_update(struct tw_progress_file *file);

/* Writes how the run ended; nothing is left beside a single file that is complete. */
void tw_progress_file_end(struct tw_progress_file *file, enum tw_run_state state);

/* The path of the file, in the arena; NULL: none is written for this output. */
char *tw_progress_file_path(const struct tw_plan *plan, struct tw_arena *arena);

/* What the file of a plan's output says: an object of jansson's, new. A run that was killed counts as
 * interrupted; {"state": "none"} when there is nothing to read. NULL when out of memory. */
struct json_t *tw_progress_file_read(const struct tw_plan *plan);

#endif
