/* touch.h - the metatiles that changed inputs touch, and all that is made from them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TOUCH_H
#define TW_TOUCH_H

#include "interval.h"
#include "inventory.h"
#include "plan.h"

struct tw_touched {
    uint64_t counts[TW_MAX_ZOOM + 1]; /* of metatiles, for each zoom; overviews included */
    uint64_t computed, total;         /* of all zooms: computed from inputs; all */
    uint64_t removed;                 /* of them, those that no input covers any more */
};

/* Finds them. writer: counts those that the output has; NULL: those of this run, whether made or not. mark:
 * records (with the writer) that they are done no more, and removes what no input covers any more. */
enum tw_status tw_touch(const struct tw_plan *plan, const struct tw_changes *changes,
                        struct tw_writer *writer, bool mark, struct tw_touched *touched,
                        struct tw_error *err);

/* The same for metatiles that must be made anew for other reasons. writer: marks them; NULL: nothing is
 * marked. places: for each zoom, those that they touch, themselves included, are added. */
struct tw_touch_tiles {
    const struct tw_tile *tiles;
    size_t count;
    struct tw_intervals *places; /* TW_MAX_ZOOM + 1 of them; may be NULL */
};
enum tw_status tw_touch_tiles(const struct tw_plan *plan, const struct tw_touch_tiles *which,
                              struct tw_writer *writer, struct tw_error *err);

#endif
