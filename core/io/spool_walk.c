/* SPDX-License-Identifier: MIT */
#include "spool_walk.h"

enum { CANCEL_EVERY = 256 };

struct walking {
    const struct tw_spool_walk *walk;
    int zoom;
    uint64_t num_steps;
};

/* The largest aligned square that begins at a place, ends at last, and is no larger than a metatile. */
static int64_t side_at(uint64_t first, uint64_t last, int most)
{
    int64_t side = 1;
    while (2 * side <= most) {
        uint64_t count = 4 * (uint64_t)side * (uint64_t)side;
        if (first % count != 0 || last - first < count - 1)
            break;
        side *= 2;
    }
    return side;
}

static bool is_cancelled(struct walking *walking)
{
    const volatile int *cancel = walking->walk->file->cancel;
    return walking->num_steps++ % CANCEL_EVERY == 0 && cancel != NULL &&
           __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0;
}

static enum tw_status visit_run(struct walking *walking, const struct tw_interval *run, struct tw_error *err)
{
    const struct tw_single_file *file = walking->walk->file;
    struct tw_spool_step step;
    enum tw_status status = tw_spool_content(tw_directory_spool(file->tiles), run->tag, &step.content, err);
    for (uint64_t place = run->first; status == TW_OK && place <= run->last; place += step.count) {
        int64_t side = side_at(place, run->last, file->sink->process.metatiling);
        struct tw_tile tile = tw_tile_from_hilbert(&file->sink->pyramid, walking->zoom, place);
        int64_t row = tile.row / side * side, col = tile.col / side * side;
        step.first = place;
        step.count = (uint64_t)side * (uint64_t)side;
        step.tiles = (struct tw_tile_range){walking->zoom, row, row + side - 1, col, col + side - 1};
        if (is_cancelled(walking))
            status = tw_error_set(err, TW_ECANCELLED, "interrupted");
        else if (tw_directory_covers(file->tiles, &tile))
            status = walking->walk->visit(walking->walk->context, &step, err);
    }
    return status;
}

enum tw_status tw_spool_walk(const struct tw_spool_walk *walk, int zoom, struct tw_error *err)
{
    struct walking walking = {.walk = walk, .zoom = zoom};
    const struct tw_intervals *runs = tw_spool_runs(tw_directory_spool(walk->file->tiles), zoom);
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < runs->count; i++)
        if (runs->runs[i].tag != TW_SPOOL_REMOVED)
            status = visit_run(&walking, &runs->runs[i], err);
    return status;
}
