/* update.h - inputs that have changed since an output was made.
 *
 * Beside the output lies the inventory that its tiles were made from (inputs), and what the inputs' files
 * looked like (seen). The law: whatever the journal says is done was made from what the inventory says. With
 * --update, what changed inputs touch is taken out of the journal first, then the inventory is replaced, then
 * an ordinary run goes: it may be killed at any moment and continued by the same command. Without --update,
 * what is done stays, and the inventory remembers which parts it may not match.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_UPDATE_H
#define TW_UPDATE_H

#include "run.h"
#include "touch.h"

/* After the output was begun. *again: the output is one file of which no tile is left: it must be begun once
 * more, to be overwritten. TW_EUSAGE with --update where nothing is known of earlier inputs. */
enum tw_status tw_update_begin(struct tw_plan *plan, const struct tw_run_options *options, bool *again,
                               struct tw_error *err);

/* What --update would do: the changes in words (in the plan's arena; NULL: none), and the metatiles of this
 * run that are made anew. *known is false for an output that is new. Changes nothing. */
enum tw_status tw_update_foresee(const struct tw_plan *plan, struct tw_touched *touched, const char **words,
                                 bool *known, struct tw_error *err);

/* `'out' was made without a record of its inputs ...`. TW_EUSAGE. */
enum tw_status tw_update_no_record(const struct tw_plan *plan, struct tw_error *err);

#endif
