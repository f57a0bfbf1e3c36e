/* Local copies of remote inputs, made before the first tile.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan.h"

#include "log.h"

#include <math.h>

static double size_of(const struct tw_area *area)
{
    if (tw_area_is_empty(area))
        return 0;
    struct tw_box box = tw_area_bounds(area);
    return (box.right - box.left) * (box.top - box.bottom);
}

static bool reads(const struct tw_plan_zoom *zoom, size_t source)
{
    for (size_t i = 0; i < zoom->num_inputs; i++)
        if (zoom->inputs[i].source == source)
            return true;
    return false;
}

/* How much of a source's bounds the run needs, in percent: the most of its zooms. */
static enum tw_status find_needed(const struct tw_plan *plan, size_t source, double *percent,
                                  struct tw_error *err)
{
    struct tw_area *whole = NULL;
    enum tw_status status =
        tw_source_area(plan->sources[source], plan->config->process_pyramid.grid, &whole, err);
    *percent = 0;
    for (int zoom = plan->min_zoom; status == TW_OK && zoom <= plan->max_zoom; zoom++) {
        struct tw_area *needed = NULL;
        if (!tw_plan_is_base(plan, zoom) || !reads(tw_plan_zoom(plan, zoom), source))
            continue;
        status = tw_area_intersection(whole, tw_plan_zoom(plan, zoom)->run_area, &needed, err);
        if (status == TW_OK)
            *percent = fmax(*percent, 100 * size_of(needed) / size_of(whole));
        tw_area_free(needed);
    }
    tw_area_free(whole);
    return status;
}

enum tw_status tw_plan_make_copies(struct tw_plan *plan, bool is_quiet, struct tw_error *err)
{
    const double slack = 1e-6; /* of rounding: all is all */
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < plan->num_sources; i++) {
        struct tw_source *source = plan->sources[i];
        double wanted = tw_source_copy_percent(source), needed = 0;
        const char *copy = NULL;
        bool is_new = false;
        if (wanted < 0)
            continue;
        status = find_needed(plan, i, &needed, err);
        if (status == TW_OK && needed > 0 && needed + slack >= wanted)
            status = tw_source_make_copy(source, &copy, &is_new, err);
        if (status != TW_OK)
            tw_error_prefix(err, "input '%s': ", tw_source_name(source));
        else if (is_new && !is_quiet)
            tw_log_info("copied '%s' to '%s'", tw_source_facts(source)->path, copy);
    }
    return status;
}
