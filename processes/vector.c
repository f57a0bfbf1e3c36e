/* SPDX-License-Identifier: MIT */
#include "vector.h"

#include <stdlib.h>
#include <string.h>

bool tw_vector_init(struct tw_host *host)
{
    host->vectors = &tw_vector_functions;
    host->figures = tw_figures_new(false);
    host->lasting_figures = tw_figures_new(true);
    return host->figures != NULL && host->lasting_figures != NULL;
}

void tw_vector_free(struct tw_host *host)
{
    tw_figures_free(host->figures);
    tw_figures_free(host->lasting_figures);
}

void tw_vector_end(struct tw_host *host)
{
    tw_figures_clear(host->figures);
    host->tile_number++;
}

/* New figures belong to the tile; to the state while the script is loaded, and in its setup. */
static bool is_lasting(const struct tw_host *host)
{
    return host->job == NULL || host->is_setup;
}

static struct tw_figures *current_set(const struct tw_host *host)
{
    return is_lasting(host) ? host->lasting_figures : host->figures;
}

/* Where the words begin behind the name of an exception of GEOS's, and behind `Input geom 0 is invalid: `. */
static const char *plain_reason(const char *reason)
{
    static const char exception[] = "Exception: ", input[] = "Input geom ", invalid[] = " is invalid: ";
    const char *found = strstr(reason, exception);
    const char *plain = found != NULL ? found + strlen(exception) : reason;
    const char *behind = strncmp(plain, input, strlen(input)) == 0 ? strstr(plain, invalid) : NULL;
    return behind != NULL ? behind + strlen(invalid) : plain;
}

/* `operation: reason` of GEOS in the words of a script, whose fault it is. */
static int32_t explain(struct tw_host *host, enum tw_status status)
{
    if (status != TW_EUSAGE)
        return (int32_t)status;
    char message[TW_ERROR_SIZE];
    memcpy(message, host->err.message, sizeof(message));
    char *reason = strstr(message, ": ");
    if (reason == NULL)
        return (int32_t)tw_error_set(&host->err, TW_ESCRIPT, "%s", message);
    *reason = '\0';
    reason += strlen(": ");
    bool is_topology = strncmp(reason, "Topology", strlen("Topology")) == 0;
    return (int32_t)tw_error_set(&host->err, TW_ESCRIPT, "%s: %s%s%s", message,
                                 is_topology ? "a geometry is not valid (" : "", plain_reason(reason),
                                 is_topology ? "): mend it first, with g:make_valid()" : "");
}

static int32_t check_budget(struct tw_host *host)
{
    size_t budget = host->job != NULL ? tw_arena_budget(host->job->arena) : 0;
    size_t used = host->job != NULL ? tw_arena_used(host->job->arena) : 0;
    return budget == 0 || tw_figures_bytes(host->figures) <= budget - used ? TW_OK : tw_host_nomem(host);
}

/* Hands a new figure to the script. */
static int32_t give(struct tw_host *host, enum tw_status status, struct tw_figure *const *figure,
                    struct tw_script_geometry *made)
{
    if (status != TW_OK)
        return explain(host, status);
    *made = (struct tw_script_geometry){*figure, is_lasting(host) ? 0 : host->tile_number,
                                        (int32_t)tw_figure_bytes(*figure)};
    return check_budget(host);
}

static int32_t from_wkt(struct tw_host *host, const char *wkt, struct tw_script_geometry *made)
{
    struct tw_figure *figure = NULL;
    return give(host, tw_figure_from_wkt(current_set(host), wkt, &figure, &host->err), &figure, made);
}

static int32_t from_feature(struct tw_host *host, const struct tw_feature *feature,
                            struct tw_script_geometry *made)
{
    struct tw_figure *figure = NULL;
    enum tw_status status =
        tw_figure_from_wkb(current_set(host), feature->wkb, feature->wkb_size, &figure, &host->err);
    return give(host, status, &figure, made);
}

/* Called by the garbage collector; figures of an earlier tile are gone by then. */
static void release(struct tw_host *host, struct tw_script_geometry *geometry)
{
    if (geometry->tile == 0 || geometry->tile == host->tile_number)
        tw_figure_free(geometry->figure);
    geometry->figure = NULL;
}

static const char *type_of(tw_geometry_argument geometry)
{
    return tw_figure_type(geometry->figure);
}

static bool is_empty(tw_geometry_argument geometry)
{
    return tw_figure_is_empty(geometry->figure);
}

static bool is_valid(tw_geometry_argument geometry)
{
    return tw_figure_is_valid(geometry->figure);
}

static bool bounds_of(tw_geometry_argument geometry, struct tw_box *box)
{
    return tw_figure_bounds(geometry->figure, box);
}

static int32_t relate(struct tw_host *host, tw_geometry_argument a, int32_t relation, tw_geometry_argument b,
                      bool *holds)
{
    return explain(
        host, tw_figure_relate(a->figure, (enum tw_figure_relation)relation, b->figure, holds, &host->err));
}

static int32_t distance_of(struct tw_host *host, tw_geometry_argument a, tw_geometry_argument b,
                           double *distance)
{
    return explain(host, tw_figure_distance(a->figure, b->figure, distance, &host->err));
}

static int32_t measure_of(struct tw_host *host, tw_geometry_argument geometry, int32_t measure,
                          double *number)
{
    return explain(host,
                   tw_figure_measure(geometry->figure, (enum tw_figure_measure)measure, number, &host->err));
}

static int32_t overlay_of(struct tw_host *host, int32_t overlay, tw_geometry_argument a,
                          tw_geometry_argument b, struct tw_script_geometry *made)
{
    const struct tw_figure *const pair[2] = {a->figure, b->figure};
    struct tw_figure *figure = NULL;
    enum tw_status status =
        tw_figure_overlay(current_set(host), (enum tw_figure_overlay)overlay, pair, &figure, &host->err);
    return give(host, status, &figure, made);
}

static int32_t unite(struct tw_host *host, struct tw_figure **all, int64_t count,
                     struct tw_script_geometry *made)
{
    struct tw_figure *figure = NULL;
    enum tw_status status = tw_figure_union(current_set(host), (const struct tw_figure *const *)all,
                                            (size_t)count, &figure, &host->err);
    return give(host, status, &figure, made);
}

static int32_t change_of(struct tw_host *host, int32_t change, tw_geometry_argument geometry,
                         struct tw_script_geometry *made)
{
    struct tw_figure *figure = NULL;
    enum tw_status status = tw_figure_change(current_set(host), (enum tw_figure_change)change,
                                             geometry->figure, &figure, &host->err);
    return give(host, status, &figure, made);
}

static int32_t buffer_of(struct tw_host *host, tw_geometry_argument geometry,
                         const struct tw_figure_buffer *buffer, struct tw_script_geometry *made)
{
    struct tw_figure *figure = NULL;
    return give(host, tw_figure_buffer(current_set(host), geometry->figure, buffer, &figure, &host->err),
                &figure, made);
}

static int32_t simplify_of(struct tw_host *host, tw_geometry_argument geometry, double tolerance,
                           struct tw_script_geometry *made)
{
    struct tw_figure *figure = NULL;
    enum tw_status status =
        tw_figure_simplify(current_set(host), geometry->figure, tolerance, &figure, &host->err);
    return give(host, status, &figure, made);
}

static int32_t clip_to_window(struct tw_host *host, tw_geometry_argument geometry,
                              struct tw_script_geometry *made)
{
    struct tw_box window = tw_window_bounds(&host->job->window);
    struct tw_figure *figure = NULL;
    return give(host, tw_figure_clip(current_set(host), geometry->figure, &window, &figure, &host->err),
                &figure, made);
}

static char *wkt_of(tw_geometry_argument geometry)
{
    return tw_figure_to_wkt(geometry->figure);
}

static int32_t wkb_of(struct tw_host *host, tw_geometry_argument geometry, struct tw_feature *feature)
{
    enum tw_status status =
        tw_figure_to_wkb(geometry->figure, host->job->arena, &feature->wkb, &feature->wkb_size, &host->err);
    return status == TW_EBUDGET ? tw_host_nomem(host) : explain(host, status);
}

const struct tw_vector_functions tw_vector_functions = {
    .size_bytes = (int32_t)sizeof(struct tw_vector_functions),
    .mirrored_bytes =
        (int32_t)(sizeof(struct tw_member) + sizeof(struct tw_feature) + sizeof(struct tw_features) +
                  sizeof(struct tw_box) + sizeof(struct tw_figure_buffer) +
                  sizeof(struct tw_script_contours) + sizeof(struct tw_script_geometry)),
    .from_wkt = from_wkt,
    .from_feature = from_feature,
    .release = release,
    .check_budget = check_budget,
    .type = type_of,
    .is_empty = is_empty,
    .is_valid = is_valid,
    .bounds = bounds_of,
    .relate = relate,
    .distance = distance_of,
    .measure = measure_of,
    .overlay = overlay_of,
    .unite = unite,
    .change = change_of,
    .buffer = buffer_of,
    .simplify = simplify_of,
    .clip = clip_to_window,
    .wkt = wkt_of,
    .free_text = free,
    .wkb = wkb_of,
    .read = tw_vector_read,
    .rasterize = tw_vector_rasterize,
    .mask = tw_vector_mask,
    .polygonize = tw_vector_polygonize,
    .contours = tw_vector_contours,
    .set_result = tw_vector_set_result,
};
