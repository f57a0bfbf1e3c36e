/* SPDX-License-Identifier: MIT */
#include "area_mask.h"

#include "array.h"

#include <string.h>

/* Pixels of a part of the window. */
struct block {
    int32_t col, row, width, height;
};

struct masking {
    const struct tw_area *area;
    const struct tw_window *window; /* the part, inside the grid */
    uint8_t *inside;                /* of the part's first pixel */
    size_t stride;
};

static struct tw_box bounds_of(const struct tw_window *window, const struct block *block)
{
    double col = (double)window->col_px + block->col, row = (double)window->row_px + block->row;
    return (struct tw_box){tw_window_x(window, col), tw_window_y(window, row + block->height),
                           tw_window_x(window, col + block->width), tw_window_y(window, row)};
}

/* A little to the south-east of the centre: what lies on an edge belongs to one side of it. */
static bool is_inside(const struct masking *masking, const struct tw_box *pixel)
{
    const double slack = 1e-4;
    double width = pixel->right - pixel->left, height = pixel->top - pixel->bottom;
    double x = pixel->left + width / 2, y = pixel->top - height / 2;
    const struct tw_box centre = {x + slack * width, y - 2 * slack * height, x + 2 * slack * width,
                                  y - slack * height};
    return tw_area_overlaps(masking->area, &centre);
}

static void fill(const struct masking *masking, const struct block *block)
{
    for (int32_t row = 0; row < block->height; row++)
        memset(masking->inside + (size_t)(block->row + row) * masking->stride + block->col, TW_VALID,
               (size_t)block->width);
}

/* Blocks are halved until they lie inside or outside. */
static void mark(const struct masking *masking, const struct block *block)
{
    struct tw_box bounds = bounds_of(masking->window, block);
    enum tw_relation relation = tw_area_relation(masking->area, &bounds);
    if (relation == TW_OUTSIDE)
        return;
    if (relation == TW_INSIDE) {
        fill(masking, block);
    } else if (block->width == 1 && block->height == 1) {
        if (is_inside(masking, &bounds))
            fill(masking, block);
    } else if (block->width >= block->height) {
        int32_t half = block->width / 2;
        mark(masking, &(struct block){block->col, block->row, half, block->height});
        mark(masking, &(struct block){block->col + half, block->row, block->width - half, block->height});
    } else {
        int32_t half = block->height / 2;
        mark(masking, &(struct block){block->col, block->row, block->width, half});
        mark(masking, &(struct block){block->col, block->row + half, block->width, block->height - half});
    }
}

/* The smallest part that holds all pixels inside. */
static void set_part(const struct tw_window *window, struct tw_area_mask *mask)
{
    int32_t first_row = window->height_px, last_row = -1, first_col = window->width_px, last_col = -1;
    for (int32_t row = 0; row < window->height_px; row++) {
        const uint8_t *pixels = mask->inside + (size_t)row * (size_t)window->width_px;
        for (int32_t col = 0; col < window->width_px; col++) {
            if (pixels[col] == 0)
                continue;
            first_row = row < first_row ? row : first_row;
            last_row = row;
            first_col = col < first_col ? col : first_col;
            last_col = col > last_col ? col : last_col;
        }
    }
    if (last_row < 0)
        first_row = last_row = first_col = last_col = 0;
    mask->part = *window;
    mask->part.col_px += first_col;
    mask->part.row_px += first_row;
    mask->part.width_px = last_col - first_col + 1;
    mask->part.height_px = last_row - first_row + 1;
}

bool tw_area_mask_make(const struct tw_area *area, const struct tw_window *window, struct tw_arena *arena,
                       struct tw_area_mask *mask)
{
    size_t count = (size_t)window->width_px * (size_t)window->height_px;
    struct tw_window_part parts[3];
    int num_parts = tw_window_parts(window, parts);
    mask->inside = tw_arena_calloc(arena, count, 1);
    if (mask->inside == NULL)
        return false;
    for (int i = 0; i < num_parts; i++) {
        const struct masking masking = {area, &parts[i].window, mask->inside + parts[i].offset_px,
                                        (size_t)window->width_px};
        mark(&masking, &(struct block){0, 0, parts[i].window.width_px, parts[i].window.height_px});
    }
    mask->is_full = memchr(mask->inside, 0, count) == NULL;
    set_part(window, mask);
    return true;
}
