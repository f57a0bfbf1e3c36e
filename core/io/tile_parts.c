/* The parts of a tile directory: its tiles, or blocks of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_parts.h"

#include "crs_pairs.h"
#include "footprint.h"
#include "part.h"
#include "tile_output.h"

#include <stdlib.h>

/* Over so many tiles, blocks of 4 x 4 or 16 x 16 tiles are one part. */
enum { MANY_TILES = 20000 };

struct found {
    struct tw_tile *tiles;
    size_t count, capacity;
    int shift; /* of a tile's row and column to those of its block */
};

static enum tw_status add_tile(void *context, const struct tw_stored_tile *stored, struct tw_error *err)
{
    struct found *found = context;
    if (found->count == found->capacity) {
        size_t capacity = found->capacity * 2 + 64;
        struct tw_tile *more = realloc(found->tiles, capacity * sizeof(*more));
        if (more == NULL)
            return tw_error_nomem(err);
        found->tiles = more;
        found->capacity = capacity;
    }
    found->tiles[found->count++] = stored->tile;
    return TW_OK;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b, void *context)
{
    const struct tw_tile *x = a, *y = b;
    int shift = ((const struct found *)context)->shift;
    int order = compare_numbers(x->zoom, y->zoom);
    if (order == 0)
        order = compare_numbers(x->row >> shift, y->row >> shift);
    if (order == 0)
        order = compare_numbers(x->col >> shift, y->col >> shift);
    if (order == 0)
        order = compare_numbers(x->row, y->row);
    return order != 0 ? order : compare_numbers(x->col, y->col);
}

static size_t block_length(const struct found *found, size_t first)
{
    const struct tw_tile *tile = &found->tiles[first];
    size_t length = 1;
    while (first + length < found->count && tile[length].zoom == tile->zoom &&
           tile[length].row >> found->shift == tile->row >> found->shift &&
           tile[length].col >> found->shift == tile->col >> found->shift)
        length++;
    return length;
}

static bool add_block(struct tw_input_parts *parts, const struct tw_tile_layout *layout,
                      const struct tw_tile *tiles, size_t count, struct tw_input_part *part)
{
    const char **files = tw_arena_calloc(parts->arena, count, sizeof(*files));
    bool ok = files != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = (files[i] = tw_tile_layout_path(layout, &tiles[i], parts->arena)) != NULL;
    part->files = files;
    part->num_files = count;
    return ok && tw_parts_add(parts, part);
}

static struct tw_box bounds_of(const struct tw_tile_parts *spec, const struct tw_tile *tiles, size_t count)
{
    const struct tw_pyramid *pyramid = &spec->layout->pyramid;
    struct tw_box box = tw_tile_bounds(pyramid, &tiles[0]);
    for (size_t i = 1; i < count; i++) {
        struct tw_box more = tw_tile_bounds(pyramid, &tiles[i]);
        box = tw_box_union(&box, &more);
    }
    double x = spec->reach_source_px * tw_grid_pixel_width(pyramid->grid, tiles->zoom, pyramid->tile_size_px);
    double y =
        spec->reach_source_px * tw_grid_pixel_height(pyramid->grid, tiles->zoom, pyramid->tile_size_px);
    return (struct tw_box){box.left - x, box.bottom - y, box.right + x, box.top + y};
}

static enum tw_status add_blocks(const struct tw_tile_parts *spec, const struct tw_grid *grid,
                                 const struct found *found, struct tw_input_parts *parts,
                                 struct tw_error *err)
{
    const struct tw_tile_layout *layout = spec->layout;
    struct tw_crs_pairs pairs = {0};
    const struct tw_crs_pair *pair = NULL;
    enum tw_status status = tw_crs_pairs_use(&pairs, grid, err);
    if (status == TW_OK)
        status = tw_crs_pairs_find(&pairs, layout->pyramid.grid->crs, &pair, err);
    size_t length;
    for (size_t i = 0; status == TW_OK && i < found->count; i += length) {
        const struct tw_tile *tile = &found->tiles[i];
        length = block_length(found, i);
        struct tw_input_part part = {.about = spec->about, .box = {1, 1, 0, 0}, .reach_px = spec->reach_px};
        struct tw_box bounds = bounds_of(spec, tile, length), box;
        if (tw_footprint_of_box(&bounds, pair, grid, &box))
            part.box = box;
        part.id =
            tw_arena_printf(parts->arena, "%s/%d/%lld/%lld", tw_parts_name(parts, layout->folder), tile->zoom,
                            (long long)tile->row >> found->shift, (long long)tile->col >> found->shift);
        if (part.id == NULL || !add_block(parts, layout, tile, length, &part))
            status = tw_error_nomem(err);
    }
    tw_crs_pairs_free(&pairs);
    return status;
}

enum tw_status tw_tile_parts_add(const struct tw_tile_parts *spec, const struct tw_grid *grid,
                                 struct tw_input_parts *parts, struct tw_error *err)
{
    struct found found = {0};
    const struct tw_tile_layout *layout = spec->layout;
    const struct tw_tile_output output = {.folder = layout->folder,
                                          .pyramid = layout->pyramid,
                                          .schema = layout->schema,
                                          .extension = layout->extension};
    const struct tw_tile_listing listing = {.output = &output,
                                            .min_zoom = layout->min_zoom,
                                            .max_zoom = layout->max_zoom,
                                            .tile = add_tile,
                                            .context = &found};
    enum tw_status status = tw_tile_output_list(&listing, err);
    found.shift = found.count <= MANY_TILES ? 0 : found.count <= (size_t)16 * MANY_TILES ? 2 : 4;
    if (found.count > 1)
        qsort_r(found.tiles, found.count, sizeof(*found.tiles), by_place, &found);
    if (status == TW_OK)
        status = add_blocks(spec, grid, &found, parts, err);
    free(found.tiles);
    return status;
}
