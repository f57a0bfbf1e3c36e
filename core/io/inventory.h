/* inventory.h - what the tiles of an output were made from, kept beside it; and how that differs from now.
 *
 * A text file: a header line with the zooms that it speaks of and a fingerprint of what concerns every tile,
 * then one line for each part of each input, in their order: input, zooms, tag, bounds and reach, name. A
 * part may stand there several times: for different zooms, or because tiles were made from it before and
 * after it changed; then its tag is `?`, which equals no other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_INVENTORY_H
#define TW_INVENTORY_H

#include "area.h"
#include "arena.h"
#include "hash.h"

#include <stdint.h>

enum { TW_REACH_FRAME = -1 };

struct tw_inventory_line {
    const char *input;
    uint64_t zooms; /* bit n: zoom n is computed from it */
    char tag[TW_FINGERPRINT_SIZE];
    struct tw_box box;
    int reach_px; /* beyond the box; TW_REACH_FRAME: see part.h */
    const char *id;
};

/* Zero-initialise it but for the arena, which holds everything. */
struct tw_inventory {
    struct tw_arena *arena;
    uint64_t zooms;
    char common[TW_FINGERPRINT_SIZE]; /* of what concerns every tile */
    struct tw_inventory_line *lines;
    size_t count, capacity;
};

/* Adds a copy; texts are borrowed. False when out of memory. */
bool tw_inventory_add(struct tw_inventory *inventory, const struct tw_inventory_line *line);

/* TW_ESTORAGE: `cannot read 'out/.tilewright/inputs': line 7 is not understood`. */
enum tw_status tw_inventory_read(struct tw_inventory *inventory, const char *path, struct tw_error *err);
/* Whole, and only if it says something else than what is there. */
enum tw_status tw_inventory_write(const struct tw_inventory *inventory, const char *path,
                                  struct tw_error *err);

enum tw_change_kind { TW_CHANGE_ADDED, TW_CHANGE_REMOVED, TW_CHANGE_REPLACED };

/* A part that differs. */
struct tw_change {
    enum tw_change_kind kind;
    const char *input, *id;
    uint64_t zooms;
    bool is_frame;
};

/* In the order of their names. */
struct tw_changes {
    struct tw_change *items;
    size_t count;
    size_t num_named;                        /* of them, without frames */
    bool is_all;                             /* everything that any part touches is concerned */
    bool is_common;                          /* what concerns every tile has changed */
    const struct tw_inventory_line **places; /* the lines, of both, whose places have changed */
    uint64_t *place_zooms;                   /* for each of them: at these zooms */
    size_t num_places;
};

/* What differs at the zooms that both speak of. is_whole: any difference concerns every tile. All memory is
 * in the arena of `now`. TW_ENOMEM. */
enum tw_status tw_inventory_compare(const struct tw_inventory *old, const struct tw_inventory *now,
                                    bool is_whole, struct tw_changes *changes, struct tw_error *err);

/* What is to be kept beside the output from now on, in *kept (zeroed but for its arena). is_updated: what the
 * changes concern is made anew; otherwise tiles of before and after stand side by side. */
enum tw_status tw_inventory_merge(const struct tw_inventory *old, const struct tw_inventory *now,
                                  const struct tw_changes *changes, bool is_updated,
                                  struct tw_inventory *kept, struct tw_error *err);

#endif
