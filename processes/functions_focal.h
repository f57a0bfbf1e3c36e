/* functions_focal.h - kernels that look at the neighbours of a pixel, as lib/focal.lua and lib/terrain.lua
 * reach them.
 *
 * What lies beyond the array counts as nodata. A pixel that is nodata stays nodata unless a kernel says
 * otherwise. No result depends on where the array begins: with enough pixels around it, a pixel gets the same
 * bits in every tile. *out is filled in. All return a status.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FUNCTIONS_FOCAL_H
#define TW_FUNCTIONS_FOCAL_H

#include "kernels.h"

/* A sum of neighbours, divided by the sum of the weights of those that are valid. */
struct tw_weights {
    const double *weights; /* of a line from its middle outwards, radius + 1 of them; of a table row by row */
    int32_t width, height; /* of a table, both odd; 0 of a line, which is used along columns and rows */
    int32_t radius;        /* half of the larger side */
    int32_t normalize;     /* 0: not divided, and nodata where a neighbour with a weight is */
};

struct tw_footprint {
    int32_t radius;
    int32_t is_round; /* pixels whose centre is at most radius away; otherwise a square */
    int32_t erode;    /* false pixels grow instead of true ones */
};

/* The numbers are part of lib/terrain.lua. */
enum tw_relief { TW_SLOPE_DEGREES = 0, TW_SLOPE_PERCENT, TW_ASPECT, TW_HILLSHADE, TW_TPI, TW_ROUGHNESS };

/* The shape of the earth under a pixel. Degrees: a grid whose coordinates all lie within 360 and 90. */
enum tw_ground {
    TW_GROUND_UNITS = 0, /* pixels are as large everywhere */
    TW_GROUND_DEGREES,   /* longitude and latitude on WGS 84 */
    TW_GROUND_MERCATOR   /* web mercator, EPSG:3857 */
};

struct tw_terrain {
    int32_t relief;
    int32_t ground;
    double pixel_width, pixel_height; /* in units of the CRS, or of the heights with TW_GROUND_UNITS */
    double height_scale;              /* heights are multiplied by it */
    double azimuth_deg, altitude_deg; /* of the light: clockwise from north, above the horizon */
};

struct tw_distance {
    double max;                       /* in the unit of the pixel's sides; what is further away gets it */
    double pixel_width, pixel_height; /* 1 and 1 for distances in pixels */
    int32_t radius_px;                /* max in pixels, rounded up */
};

/* The numbers are part of lib/focal.lua. */
enum tw_block_statistic {
    TW_BLOCK_AVERAGE = 0,
    TW_BLOCK_SUM,
    TW_BLOCK_MIN,
    TW_BLOCK_MAX,
    TW_BLOCK_MED,
    TW_BLOCK_MODE
};

/* Where the tile in work lies. */
struct tw_focal_tile {
    double pixel_width, pixel_height; /* in units of the CRS */
    int32_t ground;                   /* enum tw_ground: what these units are */
    int32_t pixelbuffer;              /* pixels that the configuration gives around it */
};

struct tw_focal_functions {
    int32_t size_bytes;
    void (*tile)(const struct tw_host *, struct tw_focal_tile *);
    /* Sets err: a message about the configuration, which ends the run. Returns TW_EUSAGE. */
    int32_t (*refuse)(struct tw_host *, const char *message);
    /* Sums in float32, float64 for types that need it. */
    int32_t (*convolve)(struct tw_host *, const struct tw_array *, const struct tw_weights *,
                        struct tw_array *);
    /* The least value of a square of 2 * radius + 1 pixels; the largest if is_max. The type stays. */
    int32_t (*extreme)(struct tw_host *, const struct tw_array *, int32_t radius, int32_t is_max,
                       struct tw_array *);
    /* The middle value of a square; of an even number of values the lower of the two. The type stays. */
    int32_t (*median)(struct tw_host *, const struct tw_array *, int32_t radius, struct tw_array *);
    /* A mask: 1 where a pixel other than 0 lies within the footprint. */
    int32_t (*dilate)(struct tw_host *, const struct tw_array *, const struct tw_footprint *,
                      struct tw_array *);
    /* Areas of one value with less than min_pixels take the value of the areas of at least min_pixels with
     * which they share the longest border (the least of these values on a tie); those without such a
     * neighbour stay. connectedness: 4 or 8. */
    int32_t (*sieve)(struct tw_host *, const struct tw_array *, int32_t min_pixels, int32_t connectedness,
                     struct tw_array *);
    int32_t (*terrain)(struct tw_host *, const struct tw_array *, const struct tw_terrain *,
                       struct tw_array *);
    /* From the centre of each pixel to that of the nearest one other than 0; float32. */
    int32_t (*distance)(struct tw_host *, const struct tw_array *, const struct tw_distance *,
                        struct tw_array *);
    /* Every pixel gets a statistic of the block of size x size pixels that it lies in. Blocks are counted
     * from the corner of the grid; the array must have the tile's window. */
    int32_t (*blocks)(struct tw_host *, const struct tw_array *, int32_t size, int32_t statistic,
                      struct tw_array *);
    /* Rows first - radius to first + count - 1 + radius with radius pixels more on each side, one after the
     * other, in dtype (float32 or float64), NaN as nodata. */
    int32_t (*load)(struct tw_host *, const struct tw_array *, const int32_t range[3], int32_t dtype, void *);
};

extern const struct tw_focal_functions tw_focal_functions;

/* The kernels of the table. */
int32_t tw_kernel_convolve(struct tw_host *host, const struct tw_array *array,
                           const struct tw_weights *weights, struct tw_array *out);
int32_t tw_kernel_extreme(struct tw_host *host, const struct tw_array *array, int32_t radius, int32_t is_max,
                          struct tw_array *out);
int32_t tw_kernel_focal_median(struct tw_host *host, const struct tw_array *array, int32_t radius,
                               struct tw_array *out);
int32_t tw_kernel_dilate(struct tw_host *host, const struct tw_array *array,
                         const struct tw_footprint *footprint, struct tw_array *out);
int32_t tw_kernel_sieve(struct tw_host *host, const struct tw_array *array, int32_t min_pixels,
                        int32_t connectedness, struct tw_array *out);
int32_t tw_kernel_terrain(struct tw_host *host, const struct tw_array *array,
                          const struct tw_terrain *terrain, struct tw_array *out);
int32_t tw_kernel_distance(struct tw_host *host, const struct tw_array *array,
                           const struct tw_distance *distance, struct tw_array *out);
int32_t tw_kernel_blocks(struct tw_host *host, const struct tw_array *array, int32_t size, int32_t statistic,
                         struct tw_array *out);

#endif
