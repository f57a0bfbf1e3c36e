/* SPDX-License-Identifier: MIT */
#include "tile.h"

#include <stdio.h>

static int64_t ceil_divide(int64_t number, int64_t divisor)
{
    return (number + divisor - 1) / divisor;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Pixels along the edge of a whole metatile. */
static int64_t side_px(const struct tw_pyramid *pyramid)
{
    return (int64_t)pyramid->tile_size_px * pyramid->metatiling;
}

int64_t tw_pyramid_cols(const struct tw_pyramid *pyramid, int zoom)
{
    return ceil_divide(tw_grid_cols(pyramid->grid, zoom), pyramid->metatiling);
}

int64_t tw_pyramid_rows(const struct tw_pyramid *pyramid, int zoom)
{
    return ceil_divide(tw_grid_rows(pyramid->grid, zoom), pyramid->metatiling);
}

bool tw_tile_is_inside(const struct tw_pyramid *pyramid, const struct tw_tile *tile)
{
    return tile->zoom >= pyramid->grid->first_zoom && tile->zoom <= TW_MAX_ZOOM && tile->row >= 0 &&
           tile->col >= 0 && tile->row < tw_pyramid_rows(pyramid, tile->zoom) &&
           tile->col < tw_pyramid_cols(pyramid, tile->zoom);
}

bool tw_tile_equals(const struct tw_tile *a, const struct tw_tile *b)
{
    return a->zoom == b->zoom && a->row == b->row && a->col == b->col;
}

struct tw_window tw_tile_window(const struct tw_pyramid *pyramid, const struct tw_tile *tile)
{
    int64_t side = side_px(pyramid);
    int64_t width = tw_grid_width_px(pyramid->grid, tile->zoom, pyramid->tile_size_px);
    int64_t height = tw_grid_height_px(pyramid->grid, tile->zoom, pyramid->tile_size_px);
    struct tw_window window = {
        .grid = pyramid->grid,
        .zoom = tile->zoom,
        .tile_size_px = pyramid->tile_size_px,
        .col_px = tile->col * side,
        .row_px = tile->row * side,
    };
    window.width_px = (int32_t)lesser(side, width - window.col_px);
    window.height_px = (int32_t)lesser(side, height - window.row_px);
    return window;
}

struct tw_window tw_tile_window_buffered(const struct tw_pyramid *pyramid, const struct tw_tile *tile,
                                         int buffer_px)
{
    struct tw_window window = tw_tile_window(pyramid, tile);
    int64_t top = window.row_px - buffer_px;
    int64_t bottom = window.row_px + window.height_px + buffer_px;
    if (pyramid->grid->is_global) {
        top = top < 0 ? 0 : top;
        bottom = lesser(bottom, tw_grid_height_px(pyramid->grid, tile->zoom, pyramid->tile_size_px));
    }
    window.col_px -= buffer_px;
    window.width_px += 2 * buffer_px;
    window.row_px = top;
    window.height_px = (int32_t)(bottom - top);
    return window;
}

struct tw_box tw_tile_bounds(const struct tw_pyramid *pyramid, const struct tw_tile *tile)
{
    struct tw_window window = tw_tile_window(pyramid, tile);
    return tw_window_bounds(&window);
}

struct tw_tile tw_tile_parent(const struct tw_tile *tile)
{
    return (struct tw_tile){tile->zoom - 1, tile->row / 2, tile->col / 2};
}

int tw_tile_children(const struct tw_pyramid *pyramid, const struct tw_tile *tile, struct tw_tile children[4])
{
    int count = 0;
    for (int i = 0; i < 4; i++) {
        struct tw_tile child = {tile->zoom + 1, tile->row * 2 + i / 2, tile->col * 2 + i % 2};
        if (tw_tile_is_inside(pyramid, &child))
            children[count++] = child;
    }
    return count;
}

/* The edges of metatiles along one axis, counted from the grid's left or top: edge 0 is the grid's own. The
 * coordinates are those of tw_tile_bounds to the last bit. */
struct edges {
    struct tw_window level;
    int64_t side_px;
    int64_t grid_px;
    bool vertical; /* the edges between rows; positions are negated, so that they grow */
};

static struct edges edges_of(const struct tw_pyramid *pyramid, int zoom, bool vertical)
{
    int size = pyramid->tile_size_px;
    return (struct edges){
        .level = {.grid = pyramid->grid, .zoom = zoom, .tile_size_px = size},
        .side_px = side_px(pyramid),
        .grid_px = vertical ? tw_grid_height_px(pyramid->grid, zoom, size)
                            : tw_grid_width_px(pyramid->grid, zoom, size),
        .vertical = vertical,
    };
}

static double edge_position(const struct edges *edges, int64_t edge)
{
    double px = (double)lesser(edge * edges->side_px, edges->grid_px);
    return edges->vertical ? -tw_window_y(&edges->level, px) : tw_window_x(&edges->level, px);
}

/* The first edge at or beyond a position (beyond: not at it); the number of the last edge + 1 when there is
 * none. By bisection over the very numbers that tiles have as bounds: a division would be off by one where
 * its rounding meets an edge. */
static int64_t first_edge(const struct edges *edges, double position, bool beyond)
{
    int64_t low = 0, high = ceil_divide(edges->grid_px, edges->side_px) + 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        double edge = edge_position(edges, middle);
        if (edge < position || (beyond && edge == position))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool tw_tile_from_point(const struct tw_pyramid *pyramid, int zoom, double x, double y, struct tw_tile *tile)
{
    const struct tw_box *extent = &pyramid->grid->extent;
    if (!(x >= extent->left && x <= extent->right && y >= extent->bottom && y <= extent->top))
        return false;
    struct edges cols = edges_of(pyramid, zoom, false), rows = edges_of(pyramid, zoom, true);
    if (x == extent->right && pyramid->grid->is_global)
        x = extent->left;
    tile->zoom = zoom;
    tile->col = lesser(first_edge(&cols, x, true), tw_pyramid_cols(pyramid, zoom)) - 1;
    tile->row = lesser(first_edge(&rows, -y, true), tw_pyramid_rows(pyramid, zoom)) - 1;
    return true;
}

static int64_t at_least_0(int64_t number)
{
    return number < 0 ? 0 : number;
}

struct tw_tile_range tw_tile_range_of_box(const struct tw_pyramid *pyramid, int zoom,
                                          const struct tw_box *box)
{
    double tolerance = tw_grid_tolerance(pyramid->grid);
    struct edges cols = edges_of(pyramid, zoom, false), rows = edges_of(pyramid, zoom, true);
    return (struct tw_tile_range){
        .zoom = zoom,
        .first_row = at_least_0(first_edge(&rows, -(box->top - tolerance), true) - 1),
        .last_row =
            lesser(first_edge(&rows, -(box->bottom + tolerance), false), tw_pyramid_rows(pyramid, zoom)) - 1,
        .first_col = at_least_0(first_edge(&cols, box->left + tolerance, true) - 1),
        .last_col =
            lesser(first_edge(&cols, box->right - tolerance, false), tw_pyramid_cols(pyramid, zoom)) - 1,
    };
}

/* First and last cell of `to` metatiles along one axis, of the cells of one `from` metatile. */
static void intersecting(int64_t place, int from, int to, int64_t cells, int64_t *first, int64_t *last)
{
    int64_t end = lesser((place + 1) * from, cells);
    *first = place * from / to;
    *last = (end - 1) / to;
}

struct tw_tile_range tw_tile_intersecting(const struct tw_pyramid *from, const struct tw_tile *tile,
                                          const struct tw_pyramid *to)
{
    struct tw_tile_range range = {.zoom = tile->zoom};
    intersecting(tile->row, from->metatiling, to->metatiling, tw_grid_rows(from->grid, tile->zoom),
                 &range.first_row, &range.last_row);
    intersecting(tile->col, from->metatiling, to->metatiling, tw_grid_cols(from->grid, tile->zoom),
                 &range.first_col, &range.last_col);
    return range;
}

const char *tw_tile_text(const struct tw_tile *tile, char text[TW_TILE_TEXT_SIZE])
{
    snprintf(text, TW_TILE_TEXT_SIZE, "%d/%lld/%lld", tile->zoom, (long long)tile->row, (long long)tile->col);
    return text;
}
