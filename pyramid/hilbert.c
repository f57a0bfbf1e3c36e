/* SPDX-License-Identifier: MIT */
#include "quadtree.h"

/* The curve runs through the quarters of a square in the order (col, row) = (0, 0), (0, 1), (1, 1), (1, 0).
 * In the first and the last quarter it runs with its axes swapped, in the last one backwards, too. Swapping
 * and reversing commute, so two bits say how it lies at any depth. */
static struct tw_curve curve_of_quarter(struct tw_curve curve, int digit)
{
    if (digit == 0 || digit == 3)
        curve.swapped = !curve.swapped;
    if (digit == 3)
        curve.reversed = !curve.reversed;
    return curve;
}

void tw_curve_enter(struct tw_curve *curve, int digit, int *row_bit, int *col_bit)
{
    int col = digit >> 1;
    int row = (digit ^ col) & 1;
    int reversed = curve->reversed ? 1 : 0;
    *row_bit = (curve->swapped ? col : row) ^ reversed;
    *col_bit = (curve->swapped ? row : col) ^ reversed;
    *curve = curve_of_quarter(*curve, digit);
}

int tw_curve_digit(struct tw_curve *curve, int row_bit, int col_bit)
{
    int reversed = curve->reversed ? 1 : 0;
    int row = (curve->swapped ? col_bit : row_bit) ^ reversed;
    int col = (curve->swapped ? row_bit : col_bit) ^ reversed;
    int digit = (3 * col) ^ row;
    *curve = curve_of_quarter(*curve, digit);
    return digit;
}

uint64_t tw_tile_hilbert(const struct tw_pyramid *pyramid, const struct tw_tile *tile)
{
    struct tw_curve curve = {false, false};
    uint64_t place = 0;
    for (int bit = tw_quadtree_order(pyramid, tile->zoom) - 1; bit >= 0; bit--) {
        int digit = tw_curve_digit(&curve, (int)(tile->row >> bit & 1), (int)(tile->col >> bit & 1));
        place = place * 4 + (uint64_t)digit;
    }
    return place;
}

struct tw_tile tw_tile_from_hilbert(const struct tw_pyramid *pyramid, int zoom, uint64_t place)
{
    struct tw_curve curve = {false, false};
    struct tw_tile tile = {.zoom = zoom};
    for (int bit = tw_quadtree_order(pyramid, zoom) - 1; bit >= 0; bit--) {
        int row_bit, col_bit;
        tw_curve_enter(&curve, (int)(place >> (2 * bit) & 3), &row_bit, &col_bit);
        tile.row = tile.row * 2 + row_bit;
        tile.col = tile.col * 2 + col_bit;
    }
    return tile;
}
