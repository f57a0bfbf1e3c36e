/* SPDX-License-Identifier: MIT */
#include "services.h"

static enum tw_status rasterize(void *context, const struct tw_features *features, const double *values,
                                bool all_touched, struct tw_array *array, struct tw_error *err)
{
    const struct tw_services *services = context;
    return tw_rasterize(&services->conversion, features, values, all_touched, array, err);
}

static enum tw_status polygonize(void *context, const struct tw_array *array, bool eight_connected,
                                 struct tw_features *features, struct tw_error *err)
{
    const struct tw_services *services = context;
    return tw_polygonize(&services->conversion, array, eight_connected, features, err);
}

static enum tw_status contours(void *context, const struct tw_array *array,
                               const struct tw_script_contours *levels, struct tw_features *features,
                               struct tw_error *err)
{
    const struct tw_services *services = context;
    const struct tw_levels drawn = {levels->interval, levels->base, levels->levels,
                                    levels->levels != NULL ? levels->num_levels : 0};
    return tw_contours(&services->conversion, array, &drawn, features, err);
}

/* The worker keeps the transformation, once a script has asked for it. */
static enum tw_status lonlat(void *context, double x, double y, double degrees[2], struct tw_error *err)
{
    struct tw_worker *worker = ((struct tw_services *)context)->worker;
    if (worker->lonlat == NULL)
        worker->lonlat = tw_lonlat_new(worker->plan->config->process_pyramid.grid, err);
    if (worker->lonlat == NULL)
        return err->status;
    tw_lonlat_of(worker->lonlat, x, y, degrees);
    return TW_OK;
}

void tw_services_init(struct tw_services *services, struct tw_worker *worker, const struct tw_window *window)
{
    *services = (struct tw_services){
        .script = {.context = services,
                   .lonlat = lonlat,
                   .rasterize = rasterize,
                   .polygonize = polygonize,
                   .contours = contours},
        .worker = worker,
        .conversion = {.window = window, .arena = worker->arena, .cancel = worker->cancel},
    };
}
