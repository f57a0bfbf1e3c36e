/* stored_output.h - the output that a command line names: a folder of tiles, or the configuration that made
 * it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORED_OUTPUT_H
#define TW_STORED_OUTPUT_H

#include "problems.h"
#include "tile_output.h"

/* What a command line names. Another kind of output is another value here, with its functions wherever this
 * is looked at. */
enum tw_stored_kind { TW_STORED_TILES, TW_STORED_FILE, TW_STORED_ARCHIVE };
struct tw_stored {
    enum tw_stored_kind kind;
    const char *path;            /* of the folder or file */
    const char *configuration;   /* that names it; NULL: it was named itself */
    struct tw_tile_output tiles; /* of a folder */
};

/* Finds out what name is: a folder of tiles, a single file (.tif), an archive of tiles, or the configuration
 * of one of them. A single file need not be there. Everything lives in the arena. TW_EUSAGE when problems
 * were added. */
enum tw_status tw_stored_open(const char *name, struct tw_arena *arena, struct tw_stored *stored,
                              struct tw_problems *problems);

/* The same for folders alone. name: a folder, or a configuration, whose output is opened; neither its script
 * nor its inputs are looked at. Everything in *output lives in the arena. TW_EUSAGE when problems were added:
 * what is wrong with the configuration or the folder, `'out.tif' is one file, not a folder of tiles: ...`. */
enum tw_status tw_stored_output_open(const char *name, struct tw_arena *arena, struct tw_tile_output *output,
                                     struct tw_problems *problems);

#endif
