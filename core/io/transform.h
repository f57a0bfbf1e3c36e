/* transform.h - from the pixels of a zoom level to the pixels of a file.
 *
 * Tiles without seams rest on this: the position of a pixel in the file depends on the pixel's number in the
 * grid alone, never on the window that it is read with. Where the CRS is the same it is computed directly;
 * otherwise interpolated between nodes that are anchored at every 16th pixel of the grid (biquadratic over
 * 3 x 3 nodes), and computed directly in those cells where that would be off by more than 1/256 pixel. All
 * positions are rounded to 2^-20 pixel, so that subtracting a window's origin is exact.
 *
 * A transform lives in the arena of the tile; it borrows what it is made of.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TRANSFORM_H
#define TW_TRANSFORM_H

#include "arena.h"
#include "georeference.h"
#include "window.h"

/* What a transform is between. */
struct tw_mapping {
    const struct tw_georeference *georeference;
    /* From the grid's CRS to the file's, and back; NULL: they are the same. */
    OGRCoordinateTransformationH to_file, to_grid;
    double shift_x;          /* added in the file's CRS: whole turns */
    double level_x, level_y; /* pixels of the overview level per pixel of the file */
};

/* The position in the overview level of a position in the grid's pixels, computed directly. */
bool tw_mapping_position(const struct tw_mapping *mapping, const struct tw_window *grid, double *x,
                         double *y);

/* The other way round, to the position in the grid's pixels. Only the sum of pixels needs it. */
bool tw_mapping_back(const struct tw_mapping *mapping, const struct tw_window *grid, double *x, double *y);

enum { TW_CELL_PX = 32 };

struct tw_transform {
    unsigned char signature[8]; /* zero: GDAL knows its own transformers by what stands here */
    struct tw_mapping mapping;
    struct tw_window window;    /* whose pixels are transformed */
    int32_t origin_x, origin_y; /* subtracted from the results: the part of the file that was read */
    /* The lattice, when the mapping is not affine: cells of 32 pixels. */
    int64_t first_cell_col, first_cell_row;
    int32_t cell_cols, cell_rows;
    double (*nodes)[2]; /* 2 * cell_cols + 1 by 2 * cell_rows + 1 */
    bool *direct;       /* for each cell: positions are computed, not interpolated */
    bool any_direct;
    double weights[3][TW_CELL_PX]; /* of a cell's nodes, for the centres of its pixels along a row */
};

/* TW_EBUDGET when the arena is full. */
enum tw_status tw_transform_init(struct tw_transform *transform, const struct tw_mapping *mapping,
                                 const struct tw_window *window, struct tw_arena *arena,
                                 struct tw_error *err);

/* The bounds in the file of all of the window's pixels, without subtracting the origin. False when no pixel
 * has a position. */
bool tw_transform_bounds(const struct tw_transform *transform, struct tw_box *bounds);

/* Positions in steps of 2^-20 pixel; TW_NOWHERE: none. */
enum { TW_STEPS_LOG2 = 20 };
#define TW_NOWHERE INT64_MIN

/* The centres of the first `count` pixels of a row of the window, as positions in the file less the origin:
 * what tw_transform_points says of them. */
void tw_transform_row(const struct tw_transform *transform, int32_t row_px, int32_t count, int64_t *x,
                      int64_t *y);

/* Whether x is the same in all rows, and y everywhere in a row. */
bool tw_transform_is_upright(const struct tw_transform *transform);

/* A GDALTransformerFunc: window pixels to pixels of the file less the origin, and back. How many parameters
 * that takes is GDAL's choice; it passes the arrays one by one. */
#define TW_POINT_ARRAYS double *x, double *y, double *z, int *success
int tw_transform_points(void *transform, int to_source, int count, TW_POINT_ARRAYS);

#endif
