/* stored_output.h - the output that a command line names: a folder of tiles, or the configuration that made
 * it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORED_OUTPUT_H
#define TW_STORED_OUTPUT_H

#include "problems.h"
#include "tile_output.h"

/* name: a folder, or a configuration, whose output is opened; neither its script nor its inputs are looked
 * at. Everything in *output lives in the arena. TW_EUSAGE when problems were added: what is wrong with the
 * configuration or the folder, `'out.tif' is one file, not a folder of tiles: ...`. */
enum tw_status tw_stored_output_open(const char *name, struct tw_arena *arena, struct tw_tile_output *output,
                                     struct tw_problems *problems);

#endif
