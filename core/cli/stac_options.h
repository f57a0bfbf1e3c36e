/* stac_options.h - what both commands about STAC items take: a folder of tiles, zooms and bounds.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STAC_OPTIONS_H
#define TW_STAC_OPTIONS_H

#include "command.h"
#include "options.h"

#include "config.h"
#include "stac_output.h"

extern const struct tw_command tw_stac_create_item, tw_stac_create_prototypes;

#define TW_STAC_HELP                                                                                         \
    "  -z, --zoom Z or MIN,MAX        these zoom levels only (default: the configuration's)\n"               \
    "  -b, --bounds L B R T           tiles in these bounds (default: the configuration's)\n"                \
    "      --bounds-crs CRS           CRS of --bounds (default: the pyramid's)\n"

struct tw_stac_target {
    const char *name; /* as given */
    struct tw_selection selection;
    bool force;
    struct tw_config *config; /* when it names one: what the request points into */
};

/* What a command adds to reading its command line. */
struct tw_stac_command {
    const char *usage;
    const struct tw_option *options;
    size_t num_options;
    enum tw_status (*take)(void *context, const struct tw_given *given, struct tw_error *err);
    void *context;
};

/* Reads a command line. TW_EUSAGE: `which folder of tiles? usage: ...`. */
enum tw_status tw_stac_target_read(struct tw_stac_target *target, const struct tw_stac_command *command,
                                   int argc, char **argv, struct tw_error *err);

/* Opens the folder that is named, or the output of a configuration. *request: what the configuration or the
 * folder says of its item. Adds problems. */
enum tw_status tw_stac_target_open(struct tw_stac_target *target, struct tw_arena *arena,
                                   struct tw_tile_output *output, struct tw_stac_request *request,
                                   struct tw_problems *problems);
void tw_stac_target_close(struct tw_stac_target *target);

#endif
