/* dry_run.h - what a run would do.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_DRY_RUN_H
#define TW_DRY_RUN_H

#include "run.h"

/* Prints metatiles and pixels of each zoom, and about how large output and memory will be. Returns the exit
 * code. */
int tw_dry_run(const struct tw_plan *plan, const struct tw_run_options *options);

/* What a zoom is made by: `computed`, `overview`, `interpolated`. */
const char *tw_made_from(const struct tw_plan *plan, int zoom);

#endif
