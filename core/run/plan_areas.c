/* Which part of the grid a run covers, zoom by zoom.
 *
 * The area of a zoom that is computed: all its inputs' bounds, within `bounds` and `area` of the
 * configuration. A zoom made from another one has the area of the nearest computed zoom. The selection of the
 * command line cuts all of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_parts.h"

#include "area_limits.h"

#include <stdint.h>
#include <string.h>

static enum tw_status copy(const struct tw_area *area, struct tw_area **duplicate, struct tw_error *err)
{
    return tw_area_union(area, area, duplicate, err);
}

/* `bounds` and `area` of the configuration; the whole grid without them. */
static enum tw_status configured_area(const struct tw_plan *plan, struct tw_area **area,
                                      struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    const struct tw_grid *grid = config->process_pyramid.grid;
    const struct tw_limits limits = {config->bounds_value, config->bounds, config->bounds_crs, config->area,
                                     config->area_crs};
    struct tw_error err = {0};
    *area = tw_area_of_grid(grid);
    if (*area == NULL)
        return TW_ENOMEM;
    if (tw_area_cut_bounds(area, &limits, grid, &err) != TW_OK)
        tw_problems_add(problems, config->bounds_value, "%s", err.message);
    if (tw_area_cut_area(area, &limits, config->folder, grid, &err) != TW_OK)
        tw_problems_add(problems, config->area, "%s", err.message);
    return problems->count > 0 ? TW_EUSAGE : TW_OK;
}

/* The union of the areas of a zoom's inputs; *area NULL when it has none. */
static enum tw_status inputs_area(const struct tw_plan *plan, const struct tw_plan_zoom *zoom,
                                  struct tw_area **area, struct tw_error *err)
{
    *area = NULL;
    for (size_t i = 0; i < zoom->num_inputs; i++) {
        struct tw_area *of_input = NULL, *together = NULL;
        if (zoom->inputs[i].source == SIZE_MAX)
            continue;
        const struct tw_source *source = plan->sources[zoom->inputs[i].source];
        enum tw_status status = tw_source_area(source, plan->config->process_pyramid.grid, &of_input, err);
        if (status == TW_OK && *area != NULL) {
            status = tw_area_union(*area, of_input, &together, err);
            tw_area_free(of_input);
            of_input = together;
        }
        if (status != TW_OK)
            return status;
        tw_area_free(*area);
        *area = of_input;
    }
    return TW_OK;
}

/* Then they cover the same area. */
bool tw_plan_same_sources(const struct tw_plan_zoom *a, const struct tw_plan_zoom *b)
{
    if (a->num_inputs != b->num_inputs)
        return false;
    for (size_t i = 0; i < a->num_inputs; i++)
        if (strcmp(a->inputs[i].name, b->inputs[i].name) != 0 || a->inputs[i].group != b->inputs[i].group ||
            a->inputs[i].source != b->inputs[i].source)
            return false;
    return true;
}

/* The area of a computed zoom; that of the zoom before where it is the same. */
static enum tw_status base_area(const struct tw_plan *plan, const struct tw_area *configured, int level,
                                struct tw_error *err)
{
    struct tw_plan_zoom *zoom = &plan->zooms[level - plan->config->min_zoom];
    struct tw_area *inputs = NULL;
    if (level > plan->config->base_min_zoom && tw_plan_same_sources(zoom, zoom - 1)) {
        zoom->config_area = (zoom - 1)->config_area;
        return TW_OK;
    }
    enum tw_status status = inputs_area(plan, zoom, &inputs, err);
    if (status == TW_OK && inputs != NULL)
        status = tw_area_intersection(configured, inputs, &zoom->config_area, err);
    else if (status == TW_OK)
        status = copy(configured, &zoom->config_area, err);
    tw_area_free(inputs);
    return status;
}

static int nearest_base(const struct tw_config *config, int level)
{
    if (level < config->base_min_zoom)
        return config->base_min_zoom;
    return level > config->base_max_zoom ? config->base_max_zoom : level;
}

enum tw_status tw_plan_inputs_area(const struct tw_plan *plan, int zoom, struct tw_area **area,
                                   struct tw_error *err)
{
    return inputs_area(plan, tw_plan_zoom(plan, nearest_base(plan->config, zoom)), area, err);
}

static enum tw_status check_zooms(struct tw_plan *plan, const struct tw_selection *s, struct tw_error *err)
{
    const struct tw_config *config = plan->config;
    plan->min_zoom = config->min_zoom;
    plan->max_zoom = config->max_zoom;
    tw_selection_zooms(s, &plan->min_zoom, &plan->max_zoom);
    if (plan->min_zoom < config->min_zoom || plan->max_zoom > config->max_zoom)
        return tw_error_set(err, TW_EUSAGE, "zoom %d is not among the zoom levels of '%s', %d to %d",
                            plan->min_zoom < config->min_zoom ? plan->min_zoom : plan->max_zoom, config->path,
                            config->min_zoom, config->max_zoom);
    return TW_OK;
}

/* Gives every zoom its run area: what the selection leaves of the configuration's. */
static enum tw_status cut_with_selection(struct tw_plan *plan, const struct tw_selection *s,
                                         struct tw_error *err)
{
    struct tw_area *selected = NULL;
    enum tw_status status =
        tw_selection_area(s, &plan->config->process_pyramid, plan->max_zoom, &selected, err);
    plan->is_partial = selected != NULL;
    for (int level = plan->config->min_zoom; status == TW_OK && level <= plan->config->max_zoom; level++) {
        struct tw_plan_zoom *zoom = &plan->zooms[level - plan->config->min_zoom];
        bool is_shared = level > plan->config->min_zoom && zoom->config_area == (zoom - 1)->config_area;
        if (selected == NULL)
            zoom->run_area = zoom->config_area;
        else if (is_shared)
            zoom->run_area = (zoom - 1)->run_area;
        else
            status = tw_area_intersection(zoom->config_area, selected, &zoom->run_area, err);
    }
    tw_area_free(selected);
    return status;
}

enum tw_status tw_plan_find_areas(struct tw_plan *plan, const struct tw_selection *selection,
                                  struct tw_problems *problems)
{
    const struct tw_config *config = plan->config;
    struct tw_error err = {0};
    struct tw_area *configured = NULL;
    enum tw_status status = configured_area(plan, &configured, problems);
    for (int level = config->base_min_zoom; status == TW_OK && level <= config->base_max_zoom; level++)
        status = base_area(plan, configured, level, &err);
    tw_area_free(configured);
    for (int level = config->min_zoom; status == TW_OK && level <= config->max_zoom; level++)
        plan->zooms[level - config->min_zoom].config_area =
            plan->zooms[nearest_base(config, level) - config->min_zoom].config_area;
    if (status == TW_OK)
        status = check_zooms(plan, selection, &err);
    if (status == TW_OK)
        status = cut_with_selection(plan, selection, &err);
    if (status != TW_OK && status != TW_ENOMEM && err.message[0] != '\0') {
        tw_problems_add_error(problems, &err);
        return TW_EUSAGE;
    }
    return status;
}
