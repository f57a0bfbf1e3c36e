/* SPDX-License-Identifier: MIT */
#include "encoder_driver.h"
#include "sink_driver.h"
#include "sink_reader.h"

#include <string.h>

/* A window that is being read back from tiles. */
struct reading {
    const struct tw_sink *sink;
    struct tw_window window;
    struct tw_arena *arena;
    struct tw_raster *stored;
    uint8_t *covered; /* a byte for each pixel that a tile has filled; NULL: tiles do not overlap */
    bool found;
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

struct tw_tile_range tw_sink_tiles(const struct tw_sink *sink, const struct tw_window *window, int buffer_px)
{
    const struct tw_pyramid *pyramid = &sink->pyramid;
    int64_t size = (int64_t)pyramid->tile_size_px * pyramid->metatiling;
    int64_t last_row = tw_pyramid_rows(pyramid, window->zoom) - 1;
    int64_t last_col = tw_pyramid_cols(pyramid, window->zoom) - 1;
    struct tw_tile_range range = {.zoom = window->zoom};
    range.first_row = clamp(floor_div(window->row_px - buffer_px, size), 0, last_row);
    range.last_row = clamp(floor_div(window->row_px + window->height_px - 1 + buffer_px, size), 0, last_row);
    range.first_col = clamp(floor_div(window->col_px - buffer_px, size), 0, last_col);
    range.last_col = clamp(floor_div(window->col_px + window->width_px - 1 + buffer_px, size), 0, last_col);
    return range;
}

/* The pixels that two windows of a zoom share, in both of their own counts. */
struct overlap {
    int64_t from_col, from_row, to_col, to_row, width, height;
};

static bool overlap_of(const struct tw_window *from, const struct tw_window *to, struct overlap *overlap)
{
    int64_t left = from->col_px > to->col_px ? from->col_px : to->col_px;
    int64_t top = from->row_px > to->row_px ? from->row_px : to->row_px;
    int64_t from_right = from->col_px + from->width_px, to_right = to->col_px + to->width_px;
    int64_t from_bottom = from->row_px + from->height_px, to_bottom = to->row_px + to->height_px;
    overlap->width = (from_right < to_right ? from_right : to_right) - left;
    overlap->height = (from_bottom < to_bottom ? from_bottom : to_bottom) - top;
    overlap->from_col = left - from->col_px;
    overlap->from_row = top - from->row_px;
    overlap->to_col = left - to->col_px;
    overlap->to_row = top - to->row_px;
    return overlap->width > 0 && overlap->height > 0;
}

static void paste_row(const struct tw_array *from, size_t from_px, const struct tw_array *to, size_t to_px,
                      size_t count)
{
    size_t pixel = tw_dtype_size((enum tw_dtype)to->dtype);
    memcpy((uint8_t *)to->pixels + to_px * pixel, (const uint8_t *)from->pixels + from_px * pixel,
           count * pixel);
    if (from->valid != NULL)
        memcpy(to->valid + to_px, from->valid + from_px, count);
    else
        memset(to->valid + to_px, TW_VALID, count);
}

static void paste_pixels(const struct reading *reading, const struct tw_raster *tile, size_t from_px,
                         size_t to_px, size_t count)
{
    for (size_t i = 0; i < tile->num_bands; i++)
        paste_row(&tile->bands[i], from_px, &reading->stored->bands[i], to_px, count);
    if (reading->covered != NULL)
        memset(reading->covered + to_px, 1, count);
}

/* Pastes the runs of pixels that nothing has covered yet. */
static void paste_uncovered(const struct reading *reading, const struct tw_raster *tile, size_t from_px,
                            size_t to_px, size_t count)
{
    const uint8_t *covered = reading->covered + to_px;
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && covered[end] == 0)
            end++;
        if (end > i)
            paste_pixels(reading, tile, from_px + i, to_px + i, end - i);
        for (i = end; i < count && covered[i] != 0; i++)
            ;
    }
}

static void paste(const struct reading *reading, const struct tw_raster *tile, const struct overlap *overlap)
{
    size_t from_width = (size_t)tile->bands[0].width_px, to_width = (size_t)reading->window.width_px;
    for (int64_t y = 0; y < overlap->height; y++) {
        size_t from_px = (size_t)(overlap->from_row + y) * from_width + (size_t)overlap->from_col;
        size_t to_px = (size_t)(overlap->to_row + y) * to_width + (size_t)overlap->to_col;
        if (reading->covered != NULL)
            paste_uncovered(reading, tile, from_px, to_px, (size_t)overlap->width);
        else
            paste_pixels(reading, tile, from_px, to_px, (size_t)overlap->width);
    }
}

/* The common part of two windows. */
static struct tw_window cut(const struct tw_window *a, const struct tw_window *b)
{
    struct overlap overlap;
    struct tw_window common = *a;
    overlap_of(b, a, &overlap);
    common.col_px += overlap.to_col;
    common.row_px += overlap.to_row;
    common.width_px = (int32_t)overlap.width;
    common.height_px = (int32_t)overlap.height;
    return common;
}

/* Pastes from one tile. target: the window's part, inside the grid; shift_px: from there to the window's own
 * columns. buffer_px 0: only from the tile itself, otherwise from its pixelbuffer too. */
static enum tw_status paste_tile(struct reading *reading, const struct tw_window_part *target,
                                 const struct tw_tile *tile, int buffer_px, struct tw_error *err)
{
    const struct tw_sink *sink = reading->sink;
    struct tw_blob blob;
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    enum tw_status status = sink->driver->get(sink->state, tile, reading->arena, &blob, err);
    if (status != TW_OK || !blob.found)
        return status;
    struct tw_window stored = tw_tile_window_buffered(&sink->pyramid, tile, sink->pyramid.pixelbuffer_px);
    struct tw_window used = tw_tile_window_buffered(&sink->pyramid, tile, buffer_px);
    struct tw_raster raster;
    struct tw_bytes bytes = {blob.bytes, blob.size, blob.size};
    status = tw_encoder_decode(sink->codec, &bytes, &stored, reading->arena, &raster, err);
    if (status == TW_OK) {
        struct overlap overlap;
        struct tw_window common = cut(&used, &target->window);
        if (common.width_px > 0 && common.height_px > 0 && overlap_of(&stored, &common, &overlap)) {
            overlap.to_col = common.col_px - target->window.col_px + target->offset_px;
            overlap.to_row = common.row_px - target->window.row_px;
            paste(reading, &raster, &overlap);
        }
        reading->found = true;
    } else {
        char text[TW_TILE_TEXT_SIZE];
        tw_error_prefix(err, "'%s': tile %s: ", sink->path != NULL ? sink->path : "",
                        tw_tile_text(tile, text));
    }
    tw_arena_release(reading->arena, mark);
    return status;
}

static enum tw_status paste_tiles(struct reading *reading, const struct tw_window_part *target, int buffer_px,
                                  struct tw_error *err)
{
    struct tw_tile_range range = tw_sink_tiles(reading->sink, &target->window, buffer_px);
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; col <= range.last_col; col++) {
            struct tw_tile tile = {range.zoom, row, col};
            enum tw_status status = paste_tile(reading, target, &tile, buffer_px, err);
            if (status != TW_OK)
                return status;
        }
    return TW_OK;
}

static bool is_covered(const struct reading *reading)
{
    size_t count = (size_t)reading->window.width_px * (size_t)reading->window.height_px;
    return memchr(reading->covered, 0, count) == NULL;
}

/* Tiles themselves first; what is still open is taken from the pixelbuffers around. */
static enum tw_status read_parts(struct reading *reading, struct tw_error *err)
{
    struct tw_window_part parts[3];
    int num_parts = tw_window_parts(&reading->window, parts);
    int buffer_px = reading->sink->pyramid.pixelbuffer_px;
    enum tw_status status = TW_OK;
    for (int i = 0; status == TW_OK && i < num_parts; i++)
        status = paste_tiles(reading, &parts[i], 0, err);
    if (status != TW_OK || buffer_px == 0 || is_covered(reading))
        return status;
    /* The buffers of tiles at the grid's edge reach beyond it, where the window may be too. */
    struct tw_window_part whole = {reading->window, 0};
    status = paste_tiles(reading, &whole, buffer_px, err);
    for (int i = 0; status == TW_OK && num_parts > 1 && i < num_parts; i++)
        status = paste_tiles(reading, &parts[i], buffer_px, err);
    return status;
}

enum tw_status tw_sink_empty(const struct tw_sink *sink, const struct tw_window *window,
                             struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err)
{
    const struct tw_encoder *encoder = sink->codec;
    enum tw_status status = tw_stored_alloc(encoder, window->width_px, window->height_px, arena, stored, err);
    if (status != TW_OK)
        return status;
    double nodata = tw_encoder_empty_value(encoder);
    for (size_t i = 0; i < stored->num_bands; i++) {
        struct tw_array *band = &stored->bands[i];
        size_t count = tw_array_num_pixels(band);
        if ((band->valid = tw_arena_calloc(arena, count, 1)) == NULL)
            return tw_budget_error(arena, err);
        tw_pixels_fill(band->pixels, encoder->dtype, count, nodata);
    }
    return TW_OK;
}

void tw_sink_drop_validity(struct tw_raster *stored)
{
    for (size_t i = 0; i < stored->num_bands; i++)
        if (tw_array_is_full(&stored->bands[i]))
            stored->bands[i].valid = NULL;
}

void tw_sink_paste(const struct tw_raster *tile, struct tw_raster *stored, int32_t col, int32_t row)
{
    struct reading reading = {.stored = stored, .window = {.width_px = stored->bands[0].width_px}};
    struct overlap overlap = {0, 0, col, row, tile->bands[0].width_px, tile->bands[0].height_px};
    paste(&reading, tile, &overlap);
}

static enum tw_status make_empty(struct reading *reading, struct tw_error *err)
{
    struct tw_arena *arena = reading->arena;
    enum tw_status status = tw_sink_empty(reading->sink, &reading->window, arena, reading->stored, err);
    if (status != TW_OK)
        return status;
    if (reading->sink->pyramid.pixelbuffer_px > 0) {
        size_t count = tw_array_num_pixels(&reading->stored->bands[0]);
        if ((reading->covered = tw_arena_calloc(arena, count, 1)) == NULL)
            return tw_budget_error(arena, err);
    }
    return TW_OK;
}

enum tw_status tw_sink_read(const struct tw_sink *sink, const struct tw_window *window,
                            struct tw_arena *arena, struct tw_raster *stored, bool *found,
                            struct tw_error *err)
{
    struct reading reading = {.sink = sink, .window = *window, .arena = arena, .stored = stored};
    enum tw_status status = make_empty(&reading, err);
    if (status == TW_OK)
        status = read_parts(&reading, err);
    *found = reading.found;
    if (status == TW_OK)
        tw_sink_drop_validity(stored);
    return status;
}
