/* journal.h - which metatiles of an output are done, kept beside it.
 *
 * A text file: a header line, then one line `zoom first last files` for a run of places on the Hilbert curve
 * that are done and were written as that many files each (0: empty; -: outdated, to be made anew; x: removed,
 * not known any more). Lines are added as the store commits, so that whatever is in the journal is on the
 * disk; a later line replaces what earlier ones say; a last line that was cut off is ignored. At the end of a
 * run the file is written anew, sorted, if it says something else then.
 *
 * In object storage nothing can be added to a file. There the journal is written whole every few seconds,
 * each time as it was at one moment: what a killed run has stored since is made again.
 *
 * May be used by several threads at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_JOURNAL_H
#define TW_JOURNAL_H

#include "error.h"
#include "interval.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_journal;

struct tw_journal_spec {
    const char *path;
    bool forget; /* begin with an empty one */
    bool look;   /* read what is there, and change nothing; nothing can be added */
    bool adopt;  /* when there is none: files that lie there already count (see tw_journal_adopts) */
};

/* Reads what is there, and opens it for adding. `cannot read 'x': line 7 is not understood` when it is no
 * journal. On success *journal is owned by the caller. */
enum tw_status tw_journal_open(const struct tw_journal_spec *spec, struct tw_journal **journal,
                               struct tw_error *err);
/* Accepts NULL. */
void tw_journal_close(struct tw_journal *journal);

/* Whether the output had tiles before it had a journal: then a metatile all of whose files exist is done. */
bool tw_journal_adopts(const struct tw_journal *journal);

/* Whether nothing is done: no place is known, nothing adopted. */
bool tw_journal_is_empty(const struct tw_journal *journal);

/* What tw_journal_find says of a place that is outdated: it is not done, whatever files there are. */
#define TW_JOURNAL_OUTDATED UINT32_MAX

/* tw_journal_hold with this instead of a number of files: the place is known no more. */
#define TW_JOURNAL_GONE (UINT32_MAX - 1)

/* The runs of places that the journal knows at a zoom, sorted; their tags are numbers of files,
 * TW_JOURNAL_OUTDATED or TW_JOURNAL_GONE. Of a journal that nobody adds to meanwhile. */
const struct tw_intervals *tw_journal_runs(const struct tw_journal *journal, int zoom);

/* Whether the journal knows the place; sets *files. */
bool tw_journal_find(struct tw_journal *journal, int zoom, uint64_t place, uint32_t *files);

/* Whether the files of the place are this output's: known to the journal, put in this run, or adopted. Others
 * were left by what was made here earlier. */
bool tw_journal_covers(struct tw_journal *journal, int zoom, uint64_t place);

/* Records at once that what the place is made from is about to change. Nothing to do for a place that is not
 * done. */
enum tw_status tw_journal_outdate(struct tw_journal *journal, int zoom, uint64_t place, struct tw_error *err);

/* Waits until what was recorded is safe on the disk. */
enum tw_status tw_journal_sync(struct tw_journal *journal, struct tw_error *err);

/* Keeps an entry until it is committed; *token stands for it. False when out of memory. */
bool tw_journal_hold(struct tw_journal *journal, int zoom, uint64_t place, uint32_t files, uint64_t *token);

/* Writes the held entries. A tw_store_committed with the journal as its context. */
enum tw_status tw_journal_commit(void *journal, const uint64_t *tokens, size_t num_tokens,
                                 struct tw_error *err);

/* Writes the file anew, sorted. */
enum tw_status tw_journal_finish(struct tw_journal *journal, struct tw_error *err);

#endif
