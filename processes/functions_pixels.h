/* functions_pixels.h - what the loops around per-pixel functions find in C (lib/pixels.lua, lib/series.lua).
 *
 * A walk goes over a tile in blocks that fit into the first level cache. C prepares a block, the compiled
 * loop calls the script's function for its pixels and writes results, C takes out what is NaN. So the loop
 * has no branch that the function has not. A call of next finishes the block before, too.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FUNCTIONS_PIXELS_H
#define TW_FUNCTIONS_PIXELS_H

#include "kernels.h"

enum { TW_WALK_BLOCK = 1024 };

/* What the functions return: arrays of one float type and one validity, written for the pixels that the
 * function is called for; NaN in any of them is nodata. */
struct tw_results {
    void *const *pixels; /* [output] */
    uint8_t *valid;
    int32_t num_outputs, dtype;
    int32_t num_pixels;
};

struct tw_pixel_walk {
    struct tw_results results;
    const uint8_t *valid; /* of all inputs together; NULL: all valid */
    /* The block: its pixels from `first` on, all of them valid or those in `numbers`. */
    int32_t first, count, is_full;
    int32_t numbers[TW_WALK_BLOCK];
};

/* The observations of one pixel. */
struct tw_series {
    const int32_t *places; /* of its valid observations: scene * room_px */
    int32_t count;         /* of them, at least 1 */
    int32_t place;         /* of the pixel in the block */
    int32_t number;        /* of the pixel in the tile */
};

struct tw_series_walk {
    struct tw_series now; /* the one that the function is called for: set by the loop */
    struct tw_results results;
    const struct tw_array *const *arrays; /* [scene][band] */
    const uint8_t *const *valid;          /* [scene], of all bands together; NULL: all valid */
    int32_t num_scenes, num_bands;
    int32_t room_px;          /* pixels per block, at most TW_WALK_BLOCK */
    const int32_t *dtypes;    /* [band], of the values in blocks */
    void *const *blocks;      /* [band]: its values as [scene][room_px] */
    int32_t *places;          /* [room_px][scene] */
    struct tw_series *series; /* [room_px]: those of the block */
    int32_t first, count;
};

struct tw_pixel_functions {
    int32_t size_bytes;
    /* Return the number of calls to make, or 0 at the end and when the run is cancelled. */
    int32_t (*next_pixels)(struct tw_host *, struct tw_pixel_walk *);
    int32_t (*next_series)(struct tw_host *, struct tw_series_walk *);
};
extern const struct tw_pixel_functions tw_pixel_functions;

#endif
