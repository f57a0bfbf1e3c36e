/* selection_options.h - the options that say which tiles: --zoom, --bounds, --point, --area, --tile.
 *
 * A command that takes them puts tw_selection_options among the shared lists of its tw_arguments, hands what
 * is given of them to tw_selection_take, and calls tw_selection_check at the end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SELECTION_OPTIONS_H
#define TW_SELECTION_OPTIONS_H

#include "options.h"

#include "plan.h"

extern const struct tw_option_list tw_selection_options;
/* The first of them: --zoom, --bounds, --bounds-crs. */
extern const struct tw_option_list tw_bounds_options;

/* Their lines of a help page. */
#define TW_SELECTION_HELP                                                                                    \
    "  -z, --zoom Z or MIN,MAX        these zoom levels of the configuration only\n"                         \
    "  -b, --bounds L B R T           only metatiles in these bounds (left bottom right top)\n"              \
    "      --bounds-crs CRS           CRS of --bounds and --point (default: the pyramid's)\n"                \
    "  -p, --point X Y                the metatile at this point, at all zoom levels\n"                      \
    "      --point-crs CRS            the same as --bounds-crs\n"                                            \
    "  -a, --area WKT or FILE         only metatiles in this polygon\n"                                      \
    "      --area-crs CRS             CRS of --area (default: the file's, or the pyramid's for WKT)\n"       \
    "  -t, --tile ZOOM ROW COL        one metatile, numbered as in messages: rows and columns of "           \
    "metatiles\n"

/* The same for commands on tiles that exist. */
#define TW_STORED_SELECTION_HELP                                                                             \
    "  -z, --zoom Z or MIN,MAX        tiles of these zoom levels only\n"                                     \
    "  -b, --bounds L B R T           only tiles in these bounds (left bottom right top)\n"                  \
    "      --bounds-crs CRS           CRS of --bounds and --point (default: the pyramid's)\n"                \
    "  -p, --point X Y                the tile at this point, at all zoom levels\n"                          \
    "      --point-crs CRS            the same as --bounds-crs\n"                                            \
    "  -a, --area WKT or FILE         only tiles in this polygon\n"                                          \
    "      --area-crs CRS             CRS of --area (default: the file's, or the pyramid's for WKT)\n"       \
    "  -t, --tile ZOOM ROW COL        one tile\n"

/* Takes one of the options into the selection. TW_EUSAGE when its value is wrong. */
enum tw_status tw_selection_take(struct tw_selection *selection, const struct tw_given *given,
                                 struct tw_error *err);

/* What does not go together: TW_EUSAGE. */
enum tw_status tw_selection_check(const struct tw_selection *selection, struct tw_error *err);

#endif
