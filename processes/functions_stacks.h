/* functions_stacks.h - what the script library does to several observations of one place; lib/reduce.lua
 * mirrors it.
 *
 * An observation is one pixel of one layer; it is left out where it is nodata or its layer's mask says so.
 * Valid pixels are never NaN: whoever makes arrays sees to that. Everything is done in blocks that fit into
 * the cache, and every function leaves its message in host->err.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FUNCTIONS_STACKS_H
#define TW_FUNCTIONS_STACKS_H

#include "array.h"
#include "error.h"

struct tw_host;

/* num_layers rasters of the same num_bands bands; at least one of each, all of one shape. */
struct tw_layers {
    const struct tw_array *const *arrays; /* [layer * num_bands + band] */
    const struct tw_array *const *masks;  /* [layer]; NULL, here or for one layer: no mask. A mask is true
                                             where  it is valid and not 0 */
    int32_t num_layers, num_bands;
};

/* The numbers are part of lib/reduce.lua. */
enum tw_folding {
    TW_FOLD_FIRST = 0,
    TW_FOLD_MIN,
    TW_FOLD_MAX,
    TW_FOLD_SUM,
    TW_FOLD_MEAN,
    TW_FOLD_STD, /* of the population */
    TW_FOLD_COUNT,
    TW_NUM_FOLDS
};

/* A reduction of layers that come in one or more calls; everything but reduction, is_last and weights is 0
 * before the first. FIRST, MIN and MAX give the smallest type that holds all layers, COUNT uint16 (0 where
 * nothing was observed), the others float32 or float64. */
struct tw_fold {
    int32_t reduction;
    int32_t is_last;                       /* this call brings the last layers */
    const struct tw_array *const *weights; /* MEAN: [layer] of this call, or NULL. What weighs 0, less, or
                                              nodata is left out */
    const double *weight_numbers;          /* [layer], for those whose array is NULL */
    int32_t is_full;                       /* FIRST: every pixel has its value; no more layers are needed */
    int32_t is_grown; /* memory was allocated by this call: the arena must not be released to before it */
    int32_t num_layers;
    struct tw_array *out; /* [band] */
    uint8_t *done;        /* FIRST: [block], not 0 where every pixel of every band has its value */
    double **state;       /* [band * 3]: sums, counts or weights, and so on; NULL when one call does it all */
};

struct tw_stack_functions {
    int32_t size_bytes;

    int32_t (*fold)(struct tw_host *, struct tw_fold *, const struct tw_layers *);
    int32_t (*percentile)(struct tw_host *, const struct tw_layers *, double q, struct tw_array *out);
    int32_t (*best)(struct tw_host *, const struct tw_layers *, const struct tw_array *const *criteria,
                    bool is_max, struct tw_array *out);
    int32_t (*medoid)(struct tw_host *, const struct tw_layers *, struct tw_array *out);
    int32_t (*trend)(struct tw_host *, const struct tw_layers *, const double *times, struct tw_array *out);
    int32_t (*fill_gaps)(struct tw_host *, const struct tw_layers *, const double *times, bool extend,
                         struct tw_array *out);

    void (*mark)(struct tw_host *, struct tw_arena_mark *);
    void (*release)(struct tw_host *, const struct tw_arena_mark *);
    double (*room_bytes)(struct tw_host *); /* what is left of the tile's budget */
};

extern const struct tw_stack_functions tw_stack_functions;

int32_t tw_stack_fold(struct tw_host *host, struct tw_fold *fold, const struct tw_layers *layers);

/* out[band]: the value below which q percent (0 to 100) of the observations lie, interpolated linearly
 * between the two nearest (Hyndman and Fan 1996, type 7; the default of numpy); 50 is the median. float32 or
 * float64. */
int32_t tw_stack_percentile(struct tw_host *host, const struct tw_layers *layers, double q,
                            struct tw_array *out);

/* out[band]: the observation whose criterion ([layer], an array of the same shape) is greatest or least, the
 * first of equal ones, among those that are valid in all bands and whose criterion is valid. Types stay. */
int32_t tw_stack_best(struct tw_host *host, const struct tw_layers *layers,
                      const struct tw_array *const *criteria, bool is_max, struct tw_array *out);

/* out[band]: the observation, valid in all bands, whose Euclidean distances to all others have the least sum;
 * the first of equal ones. Flood 2013, "Seasonal composite Landsat TM/ETM+ images using the medoid (a
 * multi-dimensional median)", Remote Sensing 5. Types stay. */
int32_t tw_stack_medoid(struct tw_host *host, const struct tw_layers *layers, struct tw_array *out);

/* out[3 * band]: slope, intercept and r2 of the straight line through the observations of each band over
 * times[layer], by ordinary least squares; nodata with fewer than two different times. r2 is the share of the
 * variance that the line explains; nodata where all observations are equal. */
int32_t tw_stack_trend(struct tw_host *host, const struct tw_layers *layers, const double *times,
                       struct tw_array *out);

/* out[layer * num_bands + band]: the layer with its gaps interpolated linearly between the observations
 * before and after. times must ascend. extend: gaps at the ends take the nearest observation, otherwise they
 * stay. */
int32_t tw_stack_fill_gaps(struct tw_host *host, const struct tw_layers *layers, const double *times,
                           bool extend, struct tw_array *out);

#endif
