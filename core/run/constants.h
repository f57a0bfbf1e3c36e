/* constants.h - what the script makes before the first tile: `prepare` once per run, `setup` once per worker.
 *
 * Each runs once for every variant of the plan. What fails here ends the run.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONSTANTS_H
#define TW_CONSTANTS_H

#include "engine.h"

/* Runs `prepare`, if the script has one, with a worker of its own; fills engine->prepared. Errors end the
 * run. */
void tw_constants_prepare(struct tw_engine *engine, const struct tw_worker_spec *spec);

/* Runs `setup`, if the script has one. Errors end the run. */
void tw_constants_setup(struct tw_engine *engine, struct tw_worker *worker);

#endif
