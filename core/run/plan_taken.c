/* Tiles that are wanted just as an input has them are taken, byte for byte, instead of decoded and encoded
 * again: that would take time, and JPEG and WebP would lose a little more each time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_parts.h"

#include <string.h>

/* What output says that changes nothing of a tile's bytes. */
static bool is_neutral(const struct tw_member *member, const struct tw_source *source)
{
    static const char *const names[] = {
        "path",      "format",   "metatiling", "pixelbuffer", "layout", "tile_path_schema", "georeference",
        "tile_size", "services", "stac",       "metadata",    "acl",    "cache_control"};
    const struct tw_value *value = &member->value;
    if (value->kind == TW_NULL)
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(member->key, names[i]) == 0)
            return true;
    double bands = value->kind == TW_LIST ? (double)value->count : value->number;
    return strcmp(member->key, "bands") == 0 && bands == (double)tw_source_num_bands(source);
}

static bool is_output_neutral(const struct tw_value *output, const struct tw_source *source)
{
    for (size_t i = 0; i < output->count; i++)
        if (!is_neutral(&output->members[i], source))
            return false;
    return true;
}

/* All of the input, as it is: no option of it is set. */
static bool is_whole(const struct tw_source *source)
{
    const struct tw_value *value = tw_source_value(source);
    for (size_t i = 0; value->kind == TW_MAP && i < value->count; i++)
        if (strcmp(value->members[i].key, "path") != 0 && strcmp(value->members[i].key, "format") != 0)
            return false;
    return value->kind == TW_MAP || value->kind == TW_STRING;
}

static bool is_same_pyramid(const struct tw_pyramid *a, const struct tw_pyramid *b)
{
    return tw_grid_equals(a->grid, b->grid) && a->tile_size_px == b->tile_size_px &&
           a->metatiling == b->metatiling && a->pixelbuffer_px == 0 && b->pixelbuffer_px == 0;
}

static bool is_picture(const char *format)
{
    return strcmp(format, "PNG") == 0 || strcmp(format, "JPEG") == 0 || strcmp(format, "WebP") == 0;
}

/* Whether its tiles are those of the output, at all zooms. */
static bool fits(const struct tw_plan *plan, const struct tw_source *source)
{
    const struct tw_source_facts *facts = tw_source_facts(source);
    const struct tw_config *config = plan->config;
    const char *format = tw_encoder_format(tw_sink_encoder(plan->sink));
    return tw_source_kind(source) == TW_SOURCE_RASTER && facts->is_tiled && facts->has_all_zooms &&
           facts->min_zoom <= config->min_zoom && facts->max_zoom >= config->max_zoom && is_picture(format) &&
           facts->format != NULL && strcmp(facts->format, format) == 0 &&
           is_same_pyramid(&facts->pyramid, tw_sink_pyramid(plan->sink)) &&
           !tw_output_is_gtiff(config->output_path);
}

void tw_plan_find_taken(struct tw_plan *plan)
{
    const struct tw_config *config = plan->config;
    bool is_convert = plan->declaration->is_builtin && strcmp(plan->declaration->path, "convert") == 0;
    bool is_computed = config->base_min_zoom == config->min_zoom && config->base_max_zoom == config->max_zoom;
    if (!is_convert || !is_computed || plan->num_sources != 1 || config->params->count > 0 ||
        config->output_path == NULL)
        return;
    for (int zoom = config->min_zoom; zoom <= config->max_zoom; zoom++)
        if (tw_plan_zoom(plan, zoom)->num_inputs != 1)
            return;
    if (is_whole(plan->sources[0]) && is_output_neutral(config->output, plan->sources[0]) &&
        fits(plan, plan->sources[0]))
        plan->taken = plan->sources[0];
}
