/* scene_read.h - one scene of a stack, or a mosaic, on one window: its items' files, laid over each other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SCENE_READ_H
#define TW_SCENE_READ_H

#include "stack.h"

/* What one call reads. */
struct tw_scene_read {
    struct tw_reader *reader;
    const struct tw_stack_places *places; /* in the window's grid */
    const struct tw_read *read;
    const int *bands; /* for each band its number in the source */
    size_t num_bands;
    struct tw_arena *arena;
    struct tw_error *err;
};

/* Reads into arrays (num_bands of them), which are made in the arena. */
enum tw_status tw_scene_read(const struct tw_scene_read *scene, struct tw_array *arrays);

/* Reads one item alone on a part of the window. */
enum tw_status tw_scene_read_item(const struct tw_scene_read *scene, const struct tw_stack_item *item,
                                  const struct tw_window *window, struct tw_array *arrays);

enum tw_status tw_scene_no_memory(struct tw_error *err);

#endif
