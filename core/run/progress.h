/* progress.h - how far a run is: a bar on a terminal, a line now and then elsewhere, JSON for machines.
 *
 * One thread of its own shows the progress and waits for signals; workers only add to the engine's counts.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROGRESS_H
#define TW_PROGRESS_H

#include "engine.h"

struct tw_monitor;

/* Blocks SIGINT and SIGTERM in this thread (and in those it starts from now on), and starts the monitor. The
 * first signal cancels the engine; the second ends the process at once. NULL when it cannot be started. */
struct tw_monitor *tw_monitor_start(struct tw_engine *engine);

/* Ends the monitor, draws the last state, restores the signals. Returns the signal that came, or 0. Accepts
 * NULL. */
int tw_monitor_stop(struct tw_monitor *monitor);

/* One line of progress, as shown on a terminal of that many columns; for the bar and its test. text holds at
 * least 256 bytes. */
struct tw_progress {
    uint64_t done, total, failed; /* total 0: not known */
    double seconds;
    int columns;
};
void tw_progress_bar(const struct tw_progress *progress, char text[256]);
void tw_progress_line(const struct tw_progress *progress, char text[256]);
void tw_progress_json(const struct tw_progress *progress, char text[256]);

#endif
