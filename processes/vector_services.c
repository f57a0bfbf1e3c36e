/* SPDX-License-Identifier: MIT */
#include "vector.h"

#include <string.h>

/* What another layer returned: the budget gets its advice, anything else has a message. */
static int32_t outcome(struct tw_host *host, enum tw_status status)
{
    return status == TW_EBUDGET ? tw_host_nomem(host) : (int32_t)status;
}

static int32_t refuse(struct tw_host *host, const char *what)
{
    return (int32_t)tw_error_set(&host->err, TW_ESCRIPT, "%s is not available here", what);
}

static const struct tw_script_services *services_of(const struct tw_host *host)
{
    static const struct tw_script_services none = {0};
    return host->job->services != NULL ? host->job->services : &none;
}

int32_t tw_vector_read(struct tw_host *host, int32_t index, struct tw_features *features)
{
    const struct tw_script_input *input = &host->job->inputs[index];
    if (tw_host_is_cancelled(host) != TW_OK)
        return TW_ECANCELLED;
    return outcome(host, input->features(input->context, features, &host->err));
}

int32_t tw_vector_rasterize(struct tw_host *host, const struct tw_features *features, const double *values,
                            bool all_touched, struct tw_array *array)
{
    const struct tw_script_services *services = services_of(host);
    *array = (struct tw_array){.width_px = host->width_px, .height_px = host->height_px, .dtype = TW_FLOAT64};
    if (services->rasterize == NULL)
        return refuse(host, "rasterize");
    if (tw_host_is_cancelled(host) != TW_OK)
        return TW_ECANCELLED;
    if (tw_host_make(host, array, true) != TW_OK)
        return (int32_t)host->err.status;
    memset(array->pixels, 0, tw_array_num_pixels(array) * sizeof(double));
    memset(array->valid, 0, tw_array_num_pixels(array));
    if (features->count == 0)
        return TW_OK;
    return outcome(host,
                   services->rasterize(services->context, features, values, all_touched, array, &host->err));
}

/* 1 where a feature lies, otherwise 0. */
int32_t tw_vector_mask(struct tw_host *host, const struct tw_features *features, bool all_touched,
                       struct tw_array *mask)
{
    *mask = (struct tw_array){.width_px = host->width_px, .height_px = host->height_px, .dtype = TW_UINT8};
    if (tw_host_make(host, mask, false) != TW_OK)
        return (int32_t)host->err.status;
    struct tw_arena_mark mark = tw_arena_mark(host->job->arena);
    double *ones = tw_host_alloc(host, (features->count + 1) * sizeof(*ones));
    struct tw_array burnt;
    if (ones == NULL)
        return (int32_t)host->err.status;
    for (size_t i = 0; i < features->count; i++)
        ones[i] = 1;
    int32_t status = tw_vector_rasterize(host, features, ones, all_touched, &burnt);
    for (size_t i = 0; status == TW_OK && i < tw_array_num_pixels(mask); i++)
        ((uint8_t *)mask->pixels)[i] = burnt.valid[i] != 0;
    tw_arena_release(host->job->arena, mark);
    return status;
}

int32_t tw_vector_polygonize(struct tw_host *host, const struct tw_array *array, bool eight_connected,
                             struct tw_features *features)
{
    const struct tw_script_services *services = services_of(host);
    if (services->polygonize == NULL)
        return refuse(host, "polygonize");
    if (tw_host_is_cancelled(host) != TW_OK)
        return TW_ECANCELLED;
    return outcome(host,
                   services->polygonize(services->context, array, eight_connected, features, &host->err));
}

int32_t tw_vector_contours(struct tw_host *host, const struct tw_array *array,
                           const struct tw_script_contours *levels, struct tw_features *features)
{
    const struct tw_script_services *services = services_of(host);
    if (services->contours == NULL)
        return refuse(host, "contours");
    if (tw_host_is_cancelled(host) != TW_OK)
        return TW_ECANCELLED;
    return outcome(host, services->contours(services->context, array, levels, features, &host->err));
}

int32_t tw_vector_set_result(struct tw_host *host, const struct tw_features *features)
{
    host->result_is_vector = true;
    host->result_features = *features;
    return TW_OK;
}
