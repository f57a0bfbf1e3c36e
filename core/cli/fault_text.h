/* fault_text.h - what `verify` has found, in words or as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FAULT_TEXT_H
#define TW_FAULT_TEXT_H

#include "verify.h"

/* How it is told: as progress is. */
struct tw_fault_text {
    const char *place; /* the output */
    bool is_file;      /* a single one */
    enum tw_progress_mode mode;
};

/* The faults, a line each on standard output (words: the first hundred of each kind), and the summary. */
void tw_faults_print(const struct tw_fault_text *text, const struct tw_verified *verified);

#endif
