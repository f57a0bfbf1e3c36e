/* progress.h - how far a run is: a bar on a terminal, a line now and then elsewhere, JSON for machines.
 *
 * One thread of its own shows the progress and waits for signals; workers only add to counts.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROGRESS_H
#define TW_PROGRESS_H

#include "run.h"

#include <stdatomic.h>

/* Counts that threads add to and the progress display reads. */
struct tw_counts {
    _Atomic uint64_t made, empty, skipped, failed, blocked;
    uint64_t total; /* 0: not known */
};

/* Metatiles that nothing more will be done about. */
uint64_t tw_counts_done(const struct tw_counts *counts);

struct tw_monitor;
struct tw_progress_file;

/* What is shown, and how it is stopped. */
struct tw_monitored {
    const struct tw_counts *counts;
    enum tw_progress_mode mode;
    const char *unit; /* `metatiles` */
    void (*cancel)(void *context);
    void *context;
    struct tw_progress_file *file; /* borrowed; NULL: nothing is written */
};

/* Blocks SIGINT and SIGTERM in this thread (and in those it starts from now on), and starts the monitor. The
 * first signal cancels; the second ends the process at once. NULL when it cannot be started. */
struct tw_monitor *tw_monitor_start(const struct tw_monitored *monitored);

/* Ends the monitor, draws the last state, restores the signals. Returns the signal that came, or 0. Accepts
 * NULL. */
int tw_monitor_stop(struct tw_monitor *monitor);

/* One line of progress, as shown on a terminal of that many columns; for the bar and its test. text holds at
 * least 256 bytes. */
struct tw_progress {
    uint64_t done, total, failed; /* total 0: not known */
    double seconds;
    int columns;
    const char *unit; /* NULL: metatiles */
};
void tw_progress_bar(const struct tw_progress *progress, char text[256]);
void tw_progress_line(const struct tw_progress *progress, char text[256]);
void tw_progress_json(const struct tw_progress *progress, char text[256]);
double tw_progress_rate(const struct tw_progress *progress);
double tw_progress_seconds_left(const struct tw_progress *progress);

#endif
