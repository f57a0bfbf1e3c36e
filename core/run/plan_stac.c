/* The STAC item of a run: what is asked for is checked before the first tile, and written after the last.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_parts.h"

#include "file.h"
#include "path.h"
#include "stac_output.h"

#include <string.h>

static bool is_folder_of_tiles(const struct tw_config *config)
{
    const char *path = config->output_path;
    return path != NULL && strcmp(config->output_format, "null") != 0 && !tw_output_is_file(path);
}

const char *tw_plan_tile_schema(const struct tw_plan *plan)
{
    const struct tw_value *output = plan->config->output;
    const struct tw_value *layout = tw_value_get(output, "layout"),
                          *schema = tw_value_get(output, "tile_path_schema");
    if (layout != NULL && layout->kind != TW_NULL)
        return tw_path_layout_read(layout, NULL);
    return schema != NULL && schema->kind == TW_STRING ? schema->text : tw_tile_default_schema;
}

static void check_bands(const struct tw_plan *plan, struct tw_problems *problems)
{
    const struct tw_value *bands = tw_value_get(plan->stac, "eo:bands");
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    size_t count = tw_encoder_is_vector(encoder) ? 0 : (size_t)tw_encoder_num_bands(encoder);
    if (bands == NULL || bands->kind != TW_LIST || bands->count == count)
        return;
    tw_problems_add(problems, bands, "eo:bands has %zu entries, and the tiles have %zu band%s", bands->count,
                    count, count == 1 ? "" : "s");
}

void tw_plan_read_stac(struct tw_plan *plan, struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    const struct tw_value *place = tw_value_get(config->output, "stac");
    struct tw_error err = {0};
    if (place == NULL || place->kind == TW_NULL)
        return;
    if (!is_folder_of_tiles(config)) {
        tw_problems_add(problems, place, "output.stac is for a folder of tiles; remove it");
        return;
    }
    const struct tw_value *path = tw_value_get(place, "item_path");
    if (path != NULL && path->kind == TW_STRING && tw_path_is_remote(path->text))
        tw_problems_add(problems, path, "output.stac.item_path must be a local path, not '%s'", path->text);
    plan->stac = tw_stac_settings(config->output, config->folder, plan->arena, problems);
    if (plan->sink == NULL)
        return;
    if (tw_stac_tiles_check(tw_plan_tile_schema(plan), tw_encoder_format(tw_sink_encoder(plan->sink)),
                            &err) != TW_OK)
        tw_problems_add(problems, place, "output.stac: %s", err.message);
    check_bands(plan, problems);
}

enum tw_status tw_plan_write_stac(const struct tw_plan *plan, struct tw_error *err)
{
    if (plan->stac == NULL)
        return TW_OK;
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    struct tw_tile_output output;
    struct tw_stac_item item;
    const struct tw_stac_request request = tw_stac_request_of(plan->stac, plan->config->folder, arena);
    enum tw_status status = tw_tile_output_open(tw_sink_path(plan->sink), arena, &output, err);
    if (status == TW_OK)
        status = tw_stac_make(&output, &request, arena, &item, err);
    item.labels = tw_sink_labels(plan->sink);
    if (status == TW_OK)
        status = tw_stac_write(&item, true, err);
    if (status == TW_OK)
        tw_stac_tiles_warn(&item.tiles);
    tw_arena_free(arena);
    return status;
}
