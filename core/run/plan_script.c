/* What the script declares besides inputs and parameters: its margin; and the variants that prepare and setup
 * run for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_parts.h"

#include <math.h>

static const double LONGEST_SIDE_PX = 1024;

/* The largest margin of all zooms. */
static enum tw_status largest_margin(struct tw_plan *plan, const struct tw_script_limits *limits,
                                     int *margin_px, struct tw_error *err)
{
    const struct tw_config *config = plan->config;
    struct tw_script *script = tw_script_new(plan->program, limits, err);
    enum tw_status status = script != NULL ? TW_OK : err->status;
    for (int level = config->base_min_zoom; status == TW_OK && level <= config->base_max_zoom; level++) {
        int at_zoom_px;
        status = tw_script_margin(script, tw_plan_zoom(plan, level)->params, &at_zoom_px, err);
        if (status == TW_OK && at_zoom_px > *margin_px)
            *margin_px = at_zoom_px;
    }
    tw_script_free(script);
    return status;
}

enum tw_status tw_plan_check_margin(struct tw_plan *plan, const struct tw_script_limits *limits,
                                    struct tw_problems *problems)
{
    const struct tw_declaration *declaration = plan->declaration;
    const struct tw_value *pyramid = tw_value_get(plan->config->root, "pyramid");
    const struct tw_value *place = tw_value_get(pyramid, "pixelbuffer");
    int given_px = plan->config->process_pyramid.pixelbuffer_px, margin_px = declaration->margin_px;
    struct tw_error err = {0};
    if (declaration->computes_margin && largest_margin(plan, limits, &margin_px, &err) != TW_OK) {
        tw_problems_add_error(problems, &err);
        return TW_EUSAGE;
    }
    plan->script_pyramid = plan->config->process_pyramid;
    if (declaration->is_builtin && margin_px > given_px)
        plan->script_pyramid.pixelbuffer_px = margin_px;
    if (margin_px <= plan->script_pyramid.pixelbuffer_px)
        return TW_OK;
    tw_problems_add(problems, place != NULL ? place : pyramid,
                    "the script %s needs a pixelbuffer of at least %d; pixelbuffer is %d", declaration->path,
                    margin_px, given_px);
    return TW_EUSAGE;
}

/* The pixels of a zoom level, of tiles of some size, that the box touches. */
static struct tw_window window_of(const struct tw_grid *grid, int zoom, int tile_size_px,
                                  const struct tw_box *box)
{
    double width = tw_grid_pixel_width(grid, zoom, tile_size_px),
           height = tw_grid_pixel_height(grid, zoom, tile_size_px);
    double left = floor((box->left - grid->extent.left) / width + 1e-6),
           right = ceil((box->right - grid->extent.left) / width - 1e-6),
           top = floor((grid->extent.top - box->top) / height + 1e-6),
           bottom = ceil((grid->extent.top - box->bottom) / height - 1e-6);
    return (struct tw_window){.grid = grid,
                              .zoom = zoom,
                              .tile_size_px = tile_size_px,
                              .col_px = (int64_t)left,
                              .row_px = (int64_t)top,
                              .width_px = (int32_t)fmin(fmax(right - left, 1), INT32_MAX),
                              .height_px = (int32_t)fmin(fmax(bottom - top, 1), INT32_MAX)};
}

/* The finest pixels of a zoom level, down to the variant's own, of which no side of the area has more than
 * LONGEST_SIDE_PX; for areas that are too large at the first zoom, too, tiles of fewer pixels. */
static struct tw_window whole_area(const struct tw_plan *plan, int zoom)
{
    const struct tw_pyramid *pyramid = &plan->config->process_pyramid;
    const struct tw_area *area = tw_plan_zoom(plan, zoom)->config_area;
    struct tw_box box = tw_area_is_empty(area) ? pyramid->grid->extent : tw_area_bounds(area);
    int tile_size_px = pyramid->tile_size_px, first = pyramid->grid->first_zoom;
    struct tw_window window = window_of(pyramid->grid, zoom, tile_size_px, &box);
    while (fmax(window.width_px, window.height_px) > LONGEST_SIDE_PX && (zoom > first || tile_size_px > 1)) {
        if (zoom > first)
            zoom--;
        else
            tile_size_px /= 2;
        window = window_of(pyramid->grid, zoom, tile_size_px, &box);
    }
    return window;
}

/* Deepest zooms first, so that each variant is that of its deepest zoom. */
enum tw_status tw_plan_find_variants(struct tw_plan *plan)
{
    const struct tw_config *config = plan->config;
    size_t most = (size_t)(config->base_max_zoom - config->base_min_zoom + 1);
    plan->variants = tw_arena_calloc(plan->arena, most, sizeof(*plan->variants));
    if (plan->variants == NULL)
        return TW_ENOMEM;
    for (int level = config->base_max_zoom; level >= config->base_min_zoom; level--) {
        struct tw_plan_zoom *zoom = &plan->zooms[level - config->min_zoom];
        for (zoom->variant = 0; zoom->variant < plan->num_variants; zoom->variant++) {
            const struct tw_plan_zoom *other = tw_plan_zoom(plan, plan->variants[zoom->variant].zoom);
            if (zoom->params == other->params && tw_plan_same_sources(zoom, other))
                break;
        }
        if (zoom->variant == plan->num_variants)
            plan->variants[plan->num_variants++] = (struct tw_plan_variant){level, whole_area(plan, level)};
    }
    return TW_OK;
}
