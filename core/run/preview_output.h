/* preview_output.h - the output of a preview: what it holds is shown, what it lacks may be written.
 *
 * Written is as a run writes: by the same jobs, with the same records, under the same lock, so that a run
 * goes on from it and ends with the same bytes. An overview is written when all below it is, or is made for
 * it; one that would take more is shown as a draft, and left to a run.
 *
 * May be used by the threads of all workers at once. A script that never ends holds nothing of it: it can be
 * ended at any time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PREVIEW_OUTPUT_H
#define TW_PREVIEW_OUTPUT_H

#include "plan.h"
#include "worker.h"

enum tw_preview_mode {
    TW_PREVIEW_MEMORY,    /* all is computed; the output is left alone */
    TW_PREVIEW_READONLY,  /* what the output holds, and nothing else */
    TW_PREVIEW_CONTINUE,  /* what the output holds; the rest is computed and written */
    TW_PREVIEW_OVERWRITE, /* all is computed once and written */
    TW_NUM_PREVIEW_MODES
};
extern const char *const tw_preview_modes[TW_NUM_PREVIEW_MODES]; /* as they are called */

struct tw_preview_output;

/* Whether the plan's output can be used so: TW_EUSAGE if not, with what is possible. */
enum tw_status tw_preview_output_check(const struct tw_plan *plan, enum tw_preview_mode mode,
                                       struct tw_error *err);

/* Takes the output: locks it and reads its records, or gets ready to read. *output is NULL for
 * TW_PREVIEW_MEMORY; otherwise the caller's, and lives no longer than the plan. The errors of a run's
 * beginning. */
enum tw_status tw_preview_output_open(struct tw_plan *plan, enum tw_preview_mode mode,
                                      struct tw_preview_output **output, struct tw_error *err);
/* Writes nothing more, commits what was written, and gives the output up. Accepts NULL; may be called again.
 */
void tw_preview_output_end(struct tw_preview_output *output);
/* Accepts NULL. Nobody may use it any more. */
void tw_preview_output_free(struct tw_preview_output *output);

enum tw_preview_mode tw_preview_output_mode(const struct tw_preview_output *output);
/* Whether it is written into, and how many metatiles were. */
bool tw_preview_output_is_writing(struct tw_preview_output *output, uint64_t *written);

/* Makes and writes the metatile where it is missing, with what it is made from. *is_stored: what the output
 * holds of it is what there is to show; otherwise it is to be computed, and not written. */
enum tw_status tw_preview_output_make(struct tw_preview_output *output, struct tw_worker *worker,
                                      const struct tw_tile *tile, bool *is_stored, struct tw_error *err);

/* Around reading of what is stored: false when the output was ended. */
bool tw_preview_output_enter(struct tw_preview_output *output);
void tw_preview_output_leave(struct tw_preview_output *output);

/* Whether something was written that may not be safe yet; and, when there is nothing else to do: makes it
 * safe. Both accept NULL. */
bool tw_preview_output_is_dirty(struct tw_preview_output *output);
void tw_preview_output_rest(struct tw_preview_output *output);

#endif
