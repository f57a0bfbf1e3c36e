/* The map services of a run: what is asked for is checked before the first tile, and written after the last.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_parts.h"

#include "service_output.h"

#include <string.h>

static struct tw_map_service service_of(const struct tw_plan *plan)
{
    const struct tw_config *config = plan->config;
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    const struct tw_area *area = tw_plan_zoom(plan, config->max_zoom)->config_area;
    const char *schema = tw_plan_tile_schema(plan);
    struct tw_map_service service = {.title = tw_map_service_title(config->output_path, plan->arena),
                                     .attribution = "",
                                     .pyramid = tw_sink_pyramid(plan->sink),
                                     .min_zoom = config->min_zoom,
                                     .max_zoom = config->max_zoom,
                                     .schema = schema,
                                     .is_retina = strstr(schema, "@2x") != NULL,
                                     .format = tw_encoder_format(encoder),
                                     .extension = tw_encoder_extension(encoder),
                                     .labels = tw_sink_labels(plan->sink)};
    const struct tw_value *quality = tw_value_get(config->output, "quality");
    service.quality = quality != NULL ? (int)quality->number : TW_SERVICE_QUALITY;
    service.bounds = tw_area_is_empty(area) ? service.pyramid->grid->extent : tw_area_bounds(area);
    return service;
}

void tw_plan_read_services(struct tw_plan *plan, struct tw_problems *problems)
{
    const struct tw_value *place = tw_value_get(plan->config->output, "services");
    struct tw_service_request request;
    bool chosen[TW_NUM_SERVICE_KINDS];
    struct tw_error err = {0};
    if (place == NULL || place->kind == TW_NULL || plan->sink == NULL)
        return;
    if (!tw_sink_keeps(plan->sink) || tw_sink_is_single(plan->sink)) {
        tw_problems_add(problems, place, "output.services is for a folder of tiles; remove it");
        return;
    }
    size_t before = problems->count;
    tw_service_request_read(place, plan->arena, &request, problems);
    struct tw_map_service service = service_of(plan);
    if (problems->count == before && tw_service_choose(&request, &service, chosen, &err) != TW_OK)
        tw_problems_add(problems, place, "output.services: %s", err.message);
    plan->has_services = problems->count == before;
}

enum tw_status tw_plan_write_services(const struct tw_plan *plan, struct tw_error *err)
{
    struct tw_problems ignored = {0};
    struct tw_service_request request;
    bool chosen[TW_NUM_SERVICE_KINDS];
    struct tw_arena *arena = plan->has_services ? tw_arena_new(0) : NULL;
    if (arena == NULL)
        return plan->has_services ? tw_error_nomem(err) : TW_OK;
    tw_service_request_read(tw_value_get(plan->config->output, "services"), arena, &request, &ignored);
    struct tw_map_service service = service_of(plan);
    enum tw_status status = tw_service_choose(&request, &service, chosen, err);
    if (status == TW_OK)
        status = tw_services_write(&service, chosen, tw_sink_path(plan->sink), err);
    tw_problems_free(&ignored);
    tw_arena_free(arena);
    return status;
}
