/* part.h - what a source is made of, so that it can be told what of it has changed since an earlier run.
 *
 * A part is the smallest thing that may change by itself: a file, a scene, a tile of a tile directory. It has
 * a name that stays the same when it changes, the files that hold it, and the place where it shows. The order
 * of a source's parts counts: a script may take the first scene that is there.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PART_H
#define TW_PART_H

#include "area.h"
#include "arena.h"
#include "error.h"

#include <stddef.h>

struct tw_input_part {
    const char *id;           /* a path, a STAC id: one name within its source */
    const char *about;        /* what is known of it besides its files, as text; NULL: nothing */
    const char *const *files; /* whose content counts, as they are opened; folders count with all they hold */
    size_t num_files;
    struct tw_box box; /* in the grid's CRS, may reach over the antimeridian; upside down: nowhere */
    bool is_frame; /* no more than the area that the source says it covers, when that is more than its parts
                      cover: it leads to nothing being made, but tiles outside of it are given up */
    int reach_px;  /* how far it shows beyond, in pixels of whatever zoom is made */
};

/* Zero-initialise it but for the arena, which holds everything. */
struct tw_input_parts {
    struct tw_arena *arena;
    int max_zoom;       /* the deepest that is made from the source */
    const char *folder; /* paths below it are named from there: everything may be moved together */
    struct tw_input_part *items;
    size_t count, capacity;
};

/* The name of a path: without the folder in front of it. */
const char *tw_parts_name(const struct tw_input_parts *parts, const char *path);

/* Adds a part, which is copied; what it points to must live as long as the arena. False when out of memory.
 */
bool tw_parts_add(struct tw_input_parts *parts, const struct tw_input_part *part);

/* Adds the frame. */
bool tw_parts_add_frame(struct tw_input_parts *parts, const char *path, const struct tw_box *box);

/* Adds a part that is one file, named by its path. */
bool tw_parts_add_file(struct tw_input_parts *parts, const char *path, const struct tw_box *box);

#endif
