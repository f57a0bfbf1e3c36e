/* tile_request.h - the command lines of commands on tiles that exist: operands, which tiles, how to work.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_REQUEST_H
#define TW_TILE_REQUEST_H

#include "options.h"

#include "run.h"
#include "tile_batch.h"

enum { TW_MOST_OPERANDS = 2 };

struct tw_tile_request {
    const char *operands[TW_MOST_OPERANDS];
    struct tw_selection selection;
    struct tw_run_options run;
};

/* What a command adds. */
struct tw_tile_request_spec {
    const char *question, *usage; /* `which folder?`, `tilewright rm TILEDIR [OPTIONS]` */
    size_t num_operands;          /* all are needed */
    const struct tw_option *options;
    size_t num_options;
    enum tw_status (*take)(void *context, const struct tw_given *given, struct tw_error *err);
    void *context;
};

/* Reads a command line. TW_EUSAGE: `which folder? usage: tilewright rm TILEDIR [OPTIONS]`. */
enum tw_status tw_tile_request_read(struct tw_tile_request *request, const struct tw_tile_request_spec *spec,
                                    int argc, char **argv, struct tw_error *err);

/* Opens the output that the first operand names, hands it to work, and returns its exit code; or reports what
 * is wrong with it. */
int tw_tile_request_run(const struct tw_tile_request *request,
                        int (*work)(void *context, const struct tw_tile_output *output), void *context);

/* Says that a signal came, unless nothing is to be said; returns the exit code. */
int tw_report_interrupted(const struct tw_tile_batches_result *result, enum tw_progress_mode mode);

#endif
