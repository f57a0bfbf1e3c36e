/* SPDX-License-Identifier: MIT */
#include "overview.h"

#include "rescale.h"
#include "uniform.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

struct tw_node *tw_node_new(const struct tw_plan *plan, const struct tw_tile *tile, struct tw_node *parent)
{
    struct tw_node *node = calloc(1, sizeof(*node));
    if (node == NULL)
        return NULL;
    node->tile = *tile;
    node->parent = parent;
    node->window = tw_tile_window(&plan->config->process_pyramid, tile);
    atomic_init(&node->open, 1);
    return node;
}

void tw_node_free(struct tw_node *node)
{
    if (node == NULL)
        return;
    free(node->buffer.bands);
    free(atomic_load(&node->memory));
    free(node);
}

/* Whether children can be halved one by one: the method looks at 2 x 2 pixels, and no block lies on two
 * children. */
static bool halves_piecewise(const struct tw_plan *plan)
{
    const struct tw_pyramid *pyramid = &plan->config->process_pyramid;
    bool is_even = (pyramid->tile_size_px * pyramid->metatiling) % 2 == 0;
    return is_even && tw_resampling_is_local(plan->config->lower);
}

static int32_t buffer_scale(const struct tw_plan *plan)
{
    return halves_piecewise(plan) ? 1 : 2;
}

static size_t band_bytes(const struct tw_plan *plan, int32_t width, int32_t height)
{
    size_t pixels = (size_t)width * (size_t)height;
    size_t bytes = pixels * tw_dtype_size(tw_encoder_dtype(tw_sink_encoder(plan->sink)));
    return (bytes + 63) / 64 * 64 + (pixels + 63) / 64 * 64;
}

size_t tw_node_bytes(const struct tw_plan *plan)
{
    const struct tw_pyramid *pyramid = &plan->config->process_pyramid;
    const struct tw_tile largest = {plan->config->base_min_zoom, 0,
                                    0}; /* metatiles end where the grid does */
    const struct tw_window window = tw_tile_window(pyramid, &largest);
    int32_t width = window.width_px * buffer_scale(plan), height = window.height_px * buffer_scale(plan);
    return band_bytes(plan, width, height) * (size_t)tw_encoder_num_bands(tw_sink_encoder(plan->sink));
}

static unsigned char *buffer_make(struct tw_node *node, const struct tw_plan *plan,
                                  const struct tw_raster *like)
{
    int32_t width = node->window.width_px * buffer_scale(plan),
            height = node->window.height_px * buffer_scale(plan);
    size_t bytes = band_bytes(plan, width, height);
    unsigned char *memory = calloc(like->num_bands, bytes);
    node->buffer.bands = calloc(like->num_bands, sizeof(struct tw_array));
    if (memory == NULL || node->buffer.bands == NULL) {
        free(memory);
        return NULL;
    }
    size_t pixels = (size_t)width * (size_t)height;
    for (size_t i = 0; i < like->num_bands; i++) {
        unsigned char *band = memory + i * bytes;
        node->buffer.bands[i] = (struct tw_array){.pixels = band,
                                                  .valid = band + bytes - (pixels + 63) / 64 * 64,
                                                  .width_px = width,
                                                  .height_px = height,
                                                  .dtype = like->bands[i].dtype};
    }
    node->buffer.num_bands = like->num_bands;
    node->buffer.names = like->names; /* the encoder's, of program lifetime */
    return memory;
}

/* The first child with pixels makes the buffer; others wait for it, which takes a moment only. */
static bool buffer_ready(struct tw_node *node, const struct tw_plan *plan, const struct tw_raster *like)
{
    while (atomic_load(&node->memory) == NULL && !atomic_load(&node->out_of_memory)) {
        if (atomic_flag_test_and_set(&node->allocating)) {
            sched_yield();
            continue;
        }
        if (atomic_load(&node->memory) == NULL) {
            unsigned char *memory = buffer_make(node, plan, like);
            if (memory == NULL)
                atomic_store(&node->out_of_memory, true);
            atomic_store(&node->memory, memory);
        }
        atomic_flag_clear(&node->allocating);
    }
    return atomic_load(&node->memory) != NULL;
}

static void paste(const struct tw_array *from, struct tw_array *to, int32_t col, int32_t row)
{
    size_t size = tw_dtype_size((enum tw_dtype)from->dtype), width = (size_t)from->width_px;
    for (int32_t i = 0; i < from->height_px; i++) {
        size_t in = (size_t)i * width, out = (size_t)(row + i) * (size_t)to->width_px + (size_t)col;
        memcpy((unsigned char *)to->pixels + out * size, (const unsigned char *)from->pixels + in * size,
               width * size);
        if (from->valid != NULL)
            memcpy(to->valid + out, from->valid + in, width);
        else
            memset(to->valid + out, TW_VALID, width);
    }
}

static void gather(struct tw_node *node, const struct tw_plan *plan, const struct tw_raster *stored,
                   const struct tw_window *window)
{
    if (!buffer_ready(node, plan, stored))
        return;
    int32_t col = (int32_t)(window->col_px - 2 * node->window.col_px);
    int32_t row = (int32_t)(window->row_px - 2 * node->window.row_px);
    for (size_t i = 0; i < stored->num_bands; i++) {
        if (halves_piecewise(plan))
            tw_halve_into(&stored->bands[i], plan->config->lower, &node->buffer.bands[i], col / 2, row / 2);
        else
            paste(&stored->bands[i], &node->buffer.bands[i], col, row);
    }
}

/* Where a child lies in the node's pixels, if all of its pixels are the same and stay so when they are
 * halved.
 */
static bool find_part(const struct tw_node *node, const struct tw_worker *worker,
                      const struct tw_raster *stored, const struct tw_window *window,
                      struct tw_node_part *part)
{
    const struct tw_plan *plan = worker->plan;
    int64_t col = window->col_px - 2 * node->window.col_px, row = window->row_px - 2 * node->window.row_px;
    if (!halves_piecewise(plan) || plan->config->lower == TW_SUM || col < 0 || row < 0 ||
        stored->num_bands > TW_MOST_UNIFORM_BANDS)
        return false;
    for (size_t i = 0; i < stored->num_bands; i++)
        if (!tw_uniform_is(worker->arena, &stored->bands[i]))
            return false;
    *part = (struct tw_node_part){.is_set = true,
                                  .col = (int32_t)(col / 2),
                                  .row = (int32_t)(row / 2),
                                  .width_px = window->width_px / 2,
                                  .height_px = window->height_px / 2};
    for (size_t i = 0; i < stored->num_bands; i++)
        memcpy(part->values[i], stored->bands[i].pixels,
               tw_dtype_size((enum tw_dtype)stored->bands[i].dtype));
    return part->col + part->width_px <= node->window.width_px &&
           part->row + part->height_px <= node->window.height_px;
}

/* Children have a place each. */
static void take(struct tw_node *node, const struct tw_worker *worker, const struct tw_raster *stored,
                 const struct tw_window *window)
{
    struct tw_node_part part;
    if (find_part(node, worker, stored, window, &part))
        node->parts[(part.row > 0 ? 2 : 0) + (part.col > 0 ? 1 : 0)] = part;
    else
        gather(node, worker->plan, stored, window);
}

void tw_node_report(struct tw_node *node, const struct tw_worker *worker, enum tw_outcome outcome,
                    const struct tw_raster *stored, const struct tw_window *window)
{
    if (outcome == TW_WRITTEN)
        take(node, worker, stored, window);
    if (outcome == TW_WRITTEN || outcome == TW_EMPTY)
        atomic_store(&node->changed, true);
    if (outcome == TW_SKIPPED)
        atomic_store(&node->skipped, true);
    if (outcome == TW_FAILED)
        atomic_store(&node->failed, true);
    if (outcome == TW_DROPPED)
        atomic_store(&node->dropped, true);
    atomic_fetch_add(&node->children, 1);
}

bool tw_node_close(struct tw_node *node)
{
    return atomic_fetch_sub(&node->open, 1) == 1;
}

static enum tw_status build_from_buffer(struct tw_node *node, struct tw_worker *worker,
                                        struct tw_raster *stored, bool *empty, struct tw_error *err)
{
    const struct tw_plan *plan = worker->plan;
    *empty = atomic_load(&node->memory) == NULL;
    if (atomic_load(&node->out_of_memory))
        return tw_error_nomem(err);
    if (*empty)
        return TW_OK;
    struct tw_raster halved = node->buffer;
    if (!halves_piecewise(plan)) {
        halved.bands = tw_arena_calloc(worker->arena, halved.num_bands + 1, sizeof(struct tw_array));
        bool fits = halved.bands != NULL;
        for (size_t i = 0; fits && i < halved.num_bands; i++)
            fits =
                tw_array_halve(worker->arena, &node->buffer.bands[i], plan->config->lower, &halved.bands[i]);
        char text[TW_TILE_TEXT_SIZE];
        if (!fits)
            return tw_error_set(err, TW_EBUDGET,
                                "tile %s: no memory left for the overview: lower pyramid.metatiling or raise "
                                "--memory",
                                tw_tile_text(&node->tile, text));
    }
    enum tw_status status =
        tw_encoder_store(tw_sink_encoder(plan->sink), &halved, worker->arena, stored, err);
    *empty = status == TW_OK && tw_raster_is_empty(stored);
    return status;
}

/* Whether the node is nothing but equal uniform children. */
static bool is_uniform(const struct tw_node *node)
{
    int64_t covered = 0;
    for (int i = 0; i < 4; i++) {
        const struct tw_node_part *part = &node->parts[i];
        if (part->is_set && (!node->parts[0].is_set ||
                             memcmp(part->values, node->parts[0].values, sizeof(part->values)) != 0))
            return false;
        covered += part->is_set ? (int64_t)part->width_px * part->height_px : 0;
    }
    return covered == (int64_t)node->window.width_px * node->window.height_px &&
           atomic_load(&node->memory) == NULL;
}

/* Bands of the node's size whose pixels are still to be set. */
static bool make_bands(const struct tw_node *node, struct tw_worker *worker, struct tw_raster *raster)
{
    const struct tw_encoder *encoder = tw_sink_encoder(worker->plan->sink);
    *raster = (struct tw_raster){.num_bands = (size_t)tw_encoder_num_bands(encoder),
                                 .names = tw_encoder_band_names(encoder)};
    raster->bands = tw_arena_calloc(worker->arena, raster->num_bands + 1, sizeof(struct tw_array));
    for (size_t i = 0; raster->bands != NULL && i < raster->num_bands; i++)
        raster->bands[i] = (struct tw_array){.width_px = node->window.width_px,
                                             .height_px = node->window.height_px,
                                             .dtype = (int32_t)tw_encoder_dtype(encoder)};
    return raster->bands != NULL;
}

/* False when the arena has no room to share pixels. */
static bool share_pixels(const struct tw_node *node, struct tw_worker *worker, struct tw_raster *raster)
{
    for (size_t i = 0; i < raster->num_bands; i++) {
        struct tw_array *band = &raster->bands[i];
        band->pixels = tw_uniform_pixels(worker->arena, node->parts[0].values[i], (enum tw_dtype)band->dtype,
                                         tw_array_num_pixels(band));
        if (band->pixels == NULL)
            return false;
    }
    return true;
}

static void fill_part(const struct tw_node_part *part, size_t number, struct tw_array *band)
{
    size_t size = tw_dtype_size((enum tw_dtype)band->dtype);
    for (int32_t y = 0; y < part->height_px; y++) {
        size_t first = (size_t)(part->row + y) * (size_t)band->width_px + (size_t)part->col;
        unsigned char *pixels = (unsigned char *)band->pixels + first * size;
        for (size_t x = 0; x < (size_t)part->width_px; x++)
            memcpy(pixels + x * size, part->values[number], size);
        memset(band->valid + first, TW_VALID, (size_t)part->width_px);
    }
}

/* Uniform children beside others go into the buffer after all. */
static bool fill_parts(struct tw_node *node, struct tw_worker *worker, const struct tw_raster *like)
{
    for (int i = 0; i < 4; i++) {
        const struct tw_node_part *part = &node->parts[i];
        if (part->is_set && !buffer_ready(node, worker->plan, like))
            return false;
        for (size_t b = 0; part->is_set && b < node->buffer.num_bands; b++)
            fill_part(part, b, &node->buffer.bands[b]);
    }
    return true;
}

enum tw_status tw_node_build(struct tw_node *node, struct tw_worker *worker, struct tw_raster *stored,
                             bool *empty, struct tw_error *err)
{
    struct tw_raster like;
    if (!make_bands(node, worker, &like))
        return tw_error_nomem(err);
    *empty = false;
    if (is_uniform(node) && share_pixels(node, worker, &like))
        return tw_encoder_store(tw_sink_encoder(worker->plan->sink), &like, worker->arena, stored, err);
    if (!fill_parts(node, worker, &like))
        return tw_error_nomem(err);
    return build_from_buffer(node, worker, stored, empty, err);
}
