/* SPDX-License-Identifier: MIT */
#include "plan.h"
#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

const struct tw_plan_zoom *tw_plan_zoom(const struct tw_plan *plan, int zoom)
{
    return &plan->zooms[zoom - plan->config->min_zoom];
}

enum tw_input_kind tw_input_kind_of(const struct tw_source *source)
{
    static const enum tw_input_kind kinds[] = {[TW_SOURCE_RASTER] = TW_INPUT_RASTER,
                                               [TW_SOURCE_STACK] = TW_INPUT_STACK,
                                               [TW_SOURCE_VECTOR] = TW_INPUT_VECTOR};
    return kinds[tw_source_kind(source)];
}

bool tw_plan_is_base(const struct tw_plan *plan, int zoom)
{
    return zoom >= plan->config->base_min_zoom && zoom <= plan->config->base_max_zoom;
}

/* An overview reads twice its pixelbuffer from the zoom below, where tiles reach out by the pixelbuffer, too.
 */
static int64_t reach_of_pixelbuffer(const struct tw_config *config)
{
    int64_t reach_px = 3 * (int64_t)config->output_pyramid.pixelbuffer_px;
    int64_t side_px = (int64_t)config->process_pyramid.tile_size_px * config->process_pyramid.metatiling;
    return (reach_px + side_px - 1) / side_px;
}

struct tw_overviews_of tw_plan_overviews_of(const struct tw_plan *plan, const struct tw_tile *tile)
{
    const struct tw_config *config = plan->config;
    const struct tw_pyramid *pyramid = &config->process_pyramid;
    struct tw_overviews_of none = {.range = {0, 0, -1, 0, -1}};
    if (tile->zoom == pyramid->grid->first_zoom || tile->zoom > config->base_min_zoom)
        return none;
    int64_t reach = reach_of_pixelbuffer(config);
    int64_t last_row = tw_pyramid_rows(pyramid, tile->zoom - 1) - 1,
            cols = tw_pyramid_cols(pyramid, tile->zoom - 1);
    struct tw_tile_range range = {tile->zoom - 1, (tile->row - reach) >> 1, (tile->row + reach) >> 1,
                                  (tile->col - reach) >> 1, (tile->col + reach) >> 1};
    range.first_row = range.first_row < 0 ? 0 : range.first_row;
    range.last_row = range.last_row > last_row ? last_row : range.last_row;
    if (!pyramid->grid->is_global) {
        range.first_col = range.first_col < 0 ? 0 : range.first_col;
        range.last_col = range.last_col >= cols ? cols - 1 : range.last_col;
    }
    return (struct tw_overviews_of){range, cols, range.first_row, range.first_col};
}

bool tw_overviews_next(struct tw_overviews_of *overviews, struct tw_tile *overview)
{
    const struct tw_tile_range *range = &overviews->range;
    if (overviews->col > range->last_col) {
        overviews->col = range->first_col;
        overviews->row++;
    }
    if (overviews->row > range->last_row)
        return false;
    int64_t col = overviews->col++ % overviews->cols;
    *overview = (struct tw_tile){range->zoom, overviews->row, col < 0 ? col + overviews->cols : col};
    return true;
}

/* Neighbouring zooms may share an area. */
static void free_areas(struct tw_plan *plan)
{
    static const struct tw_plan_zoom none = {0};
    int count = plan->config->max_zoom - plan->config->min_zoom + 1;
    for (int i = 0; plan->zooms != NULL && i < count; i++) {
        const struct tw_plan_zoom *zoom = &plan->zooms[i], *before = i > 0 ? zoom - 1 : &none;
        if (zoom->run_area != zoom->config_area && zoom->run_area != before->run_area)
            tw_area_free(zoom->run_area);
        if (zoom->config_area != before->config_area)
            tw_area_free(zoom->config_area);
    }
}

void tw_plan_free(struct tw_plan *plan)
{
    if (plan == NULL)
        return;
    tw_sink_close(plan->sink);
    free_areas(plan);
    for (size_t i = 0; i < plan->num_sources; i++)
        tw_source_close(plan->sources[i]);
    tw_program_free(plan->program);
    tw_arena_free(plan->arena);
    free(plan);
}

/* The configuration's word first, then the script's. */
static struct tw_output_spec output_spec(const struct tw_config *config,
                                         const struct tw_declaration *declaration)
{
    struct tw_output_spec spec = {.options = config->output};
    if (config->has_output_bands) {
        spec.num_bands = config->output_bands;
        spec.band_names = config->output_band_names;
    } else {
        spec.num_bands = declaration->num_bands;
    }
    if (spec.band_names == NULL && spec.num_bands == declaration->num_bands)
        spec.band_names = declaration->band_names;
    spec.has_dtype = config->has_output_dtype || declaration->has_dtype;
    spec.dtype = config->has_output_dtype ? config->output_dtype : declaration->dtype;
    spec.has_nodata = config->has_output_nodata || declaration->has_nodata;
    spec.nodata = config->has_output_nodata ? config->output_nodata : declaration->nodata;
    return spec;
}

/* What a script declares must be what the format can make its bands of. */
static void check_declared_bands(const struct tw_plan *plan, struct tw_problems *problems)
{
    struct tw_error ignored;
    const struct tw_declaration *declaration = plan->declaration;
    const struct tw_encoder *encoder = plan->sink != NULL ? tw_sink_encoder(plan->sink) : NULL;
    if (encoder == NULL || declaration->num_bands == 0 ||
        tw_encoder_check_bands(encoder, (size_t)declaration->num_bands, &ignored) == TW_OK)
        return;
    tw_problems_add(problems, plan->config->output,
                    "the script %s declares %d band%s, of which no %s with %d band%s can be made",
                    declaration->path, declaration->num_bands, declaration->num_bands == 1 ? "" : "s",
                    tw_encoder_format(encoder), tw_encoder_num_bands(encoder),
                    tw_encoder_num_bands(encoder) == 1 ? "" : "s");
}

/* A script that declares its bands returns that many; formats that make the bands that they need (PNG) do not
 * mind. */
static void check_bands(const struct tw_plan *plan, struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    const struct tw_declaration *declaration = plan->declaration;
    bool differ = config->has_output_bands && declaration->num_bands > 0 &&
                  config->output_bands != declaration->num_bands;
    if (tw_format_makes_bands(config->output_format))
        check_declared_bands(plan, problems);
    else if (differ)
        tw_problems_add(problems, tw_value_get(config->output, "bands"),
                        "output.bands says %d band%s, but the script %s declares %d", config->output_bands,
                        config->output_bands == 1 ? "" : "s", declaration->path, declaration->num_bands);
}

/* What the pyramid's arithmetic can hold. */
static void check_limits(const struct tw_config *config, struct tw_problems *problems)
{
    const struct tw_pyramid *pyramid = &config->process_pyramid;
    const struct tw_value *place = tw_value_get(config->root, "pyramid");
    if (pyramid->pixelbuffer_px > pyramid->tile_size_px)
        tw_problems_add(
            problems, tw_value_get(place, "pixelbuffer"),
            "pyramid.pixelbuffer %d is larger than a tile of %d pixels; raise pyramid.tile_size or lower it",
            pyramid->pixelbuffer_px, pyramid->tile_size_px);
}

/* Overviews are made of pixels. */
static void check_overviews(const struct tw_plan *plan, struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    if (plan->sink == NULL || !tw_encoder_is_vector(tw_sink_encoder(plan->sink)))
        return;
    if (config->base_min_zoom > config->min_zoom || config->base_max_zoom < config->max_zoom)
        tw_problems_add(
            problems, tw_value_get(config->root, "baselevels"),
            "%s holds features, of which no overviews are made: remove baselevels, and every zoom "
            "is computed",
            tw_encoder_format(tw_sink_encoder(plan->sink)));
}

/* Pixels around a tile are stored twice, with different losses: below the baselevels, tiles would depend on
 * which of them are at hand. */
static void check_loss(const struct tw_plan *plan, struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    if (plan->sink == NULL || !tw_encoder_is_lossy(tw_sink_encoder(plan->sink)))
        return;
    if (config->output_pyramid.pixelbuffer_px > 0 && config->base_max_zoom < config->max_zoom)
        tw_problems_add(problems, tw_value_get(config->output, "pixelbuffer"),
                        "%s loses something, and tiles with an output.pixelbuffer overlap: zooms above "
                        "baselevels.max cannot be made of them; leave the pixelbuffer out",
                        tw_encoder_format(tw_sink_encoder(plan->sink)));
}

static enum tw_status open_sink(struct tw_plan *plan, struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    struct tw_sink_spec spec = {
        .output = output_spec(config, plan->declaration),
        .process = &config->process_pyramid,
        .pyramid = config->output_pyramid,
        .path = config->output_path,
        .min_zoom = config->min_zoom,
        .max_zoom = config->max_zoom,
        .reuses_pixels = config->base_min_zoom > config->min_zoom || config->base_max_zoom < config->max_zoom,
        .area = tw_plan_zoom(plan, config->max_zoom)->run_area,
    };
    plan->sink = tw_sink_open(&spec, problems);
    check_bands(plan, problems);
    check_loss(plan, problems);
    check_overviews(plan, problems);
    tw_plan_read_stac(plan, problems);
    tw_plan_read_services(plan, problems);
    return plan->sink != NULL ? TW_OK : problems->count > 0 ? TW_EUSAGE : TW_ENOMEM;
}

static enum tw_status fill(struct tw_plan *plan, const struct tw_selection *selection,
                           struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    check_limits(config, problems);
    enum tw_status status =
        tw_program_load(config->process_text, config->process, &selection->script, &plan->program, problems);
    if (status != TW_OK)
        return status;
    plan->declaration = tw_program_declaration(plan->program);
    plan->zooms =
        tw_arena_calloc(plan->arena, (size_t)(config->max_zoom - config->min_zoom + 1), sizeof(*plan->zooms));
    if (plan->zooms == NULL)
        return TW_ENOMEM;
    status = tw_plan_resolve_zooms(plan, problems);
    if (status != TW_OK && status != TW_EUSAGE)
        return status;
    if (problems->count == 0)
        status = tw_plan_check_margin(plan, &selection->script, problems);
    if (problems->count == 0)
        status = tw_plan_find_areas(plan, selection, problems);
    if (problems->count == 0 && status == TW_OK)
        status = tw_plan_find_variants(plan);
    if (status != TW_OK && status != TW_EUSAGE)
        return status;
    enum tw_status opened = open_sink(plan, problems); /* also after other problems: all are told in one go */
    if (problems->count > 0 || opened != TW_OK)
        return opened == TW_ENOMEM ? opened : TW_EUSAGE;
    tw_plan_find_taken(plan);
    return tw_plan_identify(plan);
}

enum tw_status tw_plan_make(const struct tw_config *config, const struct tw_selection *selection,
                            struct tw_plan **plan, struct tw_problems *problems)
{
    struct tw_plan *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return TW_ENOMEM;
    made->config = config;
    made->arena = tw_arena_new(0);
    enum tw_status status = made->arena != NULL ? fill(made, selection, problems) : TW_ENOMEM;
    if (status == TW_OK && problems->count > 0)
        status = TW_EUSAGE;
    if (status != TW_OK) {
        tw_plan_free(made);
        return status;
    }
    *plan = made;
    return TW_OK;
}
