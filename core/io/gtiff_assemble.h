/* gtiff_assemble.h - one GeoTIFF or COG made from the tiles of a sink.
 *
 * Blocks are written in row-major order, each once, so that the bytes do not depend on the order in which the
 * tiles were made. The file is written under a temporary name, every write checked, synced, then renamed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GTIFF_ASSEMBLE_H
#define TW_GTIFF_ASSEMBLE_H

#include "sink_driver.h"
#include "vsi_checked.h"

struct tw_assembly {
    const struct tw_sink *sink;
    struct tw_window window;
    const char *fingerprint;
    bool is_cog, has_overviews;
    const char *overview_resampling; /* GDAL's name */
    int *levels;                     /* NULL: halved until the smaller side fits a block */
    int num_levels;
    char **cog_options;               /* NAME=VALUE */
    const struct tw_checked_ops *ops; /* NULL: the system's */
    const volatile int *cancel;       /* other than 0: stop. NULL: never */
};

/* cog, overviews, overviews_resampling, overviews_levels. False when out of memory. */
bool tw_assembly_read_options(struct tw_assembly *assembly, const struct tw_sink_spec *spec,
                              struct tw_arena *arena, struct tw_problems *problems);
void tw_assembly_free(struct tw_assembly *assembly);

/* work: a folder on the same file system, for temporary files; those of a run that was killed are removed. */
enum tw_status tw_assemble(const struct tw_assembly *assembly, const char *work, struct tw_error *err);

/* The fingerprint of a file that tw_assemble has made, in the arena; NULL when it is none. */
char *tw_assembly_fingerprint(const char *path, struct tw_arena *arena);

/* The item of the file's metadata that holds its fingerprint. */
extern const char tw_fingerprint_key[];

#endif
