/* SPDX-License-Identifier: MIT */
#include "dry_run.h"
#include "report.h"
#include "source_text.h"

#include "inspect.h"
#include "update.h"

#include <inttypes.h>
#include <stdio.h>

/* Aerial and satellite pictures shrink to about this share when deflated; the estimate says "about". */
static const double COMPRESSED_SHARE = 0.6;

static double pixels_of(const struct tw_plan *plan, uint64_t metatiles)
{
    const struct tw_pyramid *pyramid = &plan->config->process_pyramid;
    double side = (double)pyramid->tile_size_px * pyramid->metatiling;
    return (double)metatiles * side * side;
}

const char *tw_made_from(const struct tw_plan *plan, int zoom)
{
    if (tw_plan_is_base(plan, zoom))
        return "computed";
    return zoom < plan->config->base_min_zoom ? "overview" : "interpolated";
}

/* What a run would do. */
struct forecast {
    const struct tw_plan *plan;
    const uint64_t *counts; /* of metatiles, by zoom */
    uint64_t total;
    const char *update; /* what has changed, in words; NULL: no update, or nothing has changed */
    struct tw_memory_shares shares;
};

/* What --update would make anew. *known: the tiles know what they were made from; a new output gets
 * everything. */
static int foresee_update(const struct tw_plan *plan, const struct tw_run_options *options,
                          struct tw_touched *touched, const char **words, bool *known)
{
    struct tw_inspection inspection;
    struct tw_problems problems = {0};
    struct tw_error err = {0};
    enum tw_status status = tw_inspect(plan, options, &inspection, &problems);
    int code = status != TW_OK ? tw_report_problems(&problems) : TW_EXIT_DONE;
    tw_problems_free(&problems);
    if (code != TW_EXIT_DONE)
        return code;
    if (tw_update_foresee(plan, touched, words, known, &err) != TW_OK)
        return tw_report_error(&err);
    bool is_begun = inspection.found == TW_FOUND_BEGUN || inspection.found == TW_FOUND_DONE;
    if (!*known && is_begun && tw_update_no_record(plan, &err) != TW_OK)
        return tw_report_error(&err);
    return TW_EXIT_DONE;
}

static int print_update(const struct forecast *forecast)
{
    const struct tw_plan *plan = forecast->plan;
    if (forecast->update == NULL) {
        printf("no input has changed since '%s' was made\n", tw_sink_path(plan->sink));
        return TW_EXIT_DONE;
    }
    printf("%s\nzoom  metatiles to make anew\n", forecast->update);
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++)
        printf("%4d  %-14" PRIu64 "  %s\n", zoom, forecast->counts[zoom], tw_made_from(plan, zoom));
    printf("total %" PRIu64 " metatiles, and those that were never made\n", forecast->total);
    return TW_EXIT_DONE;
}

static double bytes_of(const struct forecast *forecast)
{
    const struct tw_encoder *encoder = tw_sink_encoder(forecast->plan->sink);
    return pixels_of(forecast->plan, forecast->total) * tw_encoder_num_bands(encoder) *
           (double)tw_dtype_size(tw_encoder_dtype(encoder)) * COMPRESSED_SHARE;
}

static int print_words(const struct forecast *forecast)
{
    const struct tw_plan *plan = forecast->plan;
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    const struct tw_memory_shares *shares = &forecast->shares;
    int metatiling = plan->config->process_pyramid.metatiling;
    char size[32], each[32];
    printf("zoom  metatiles       pixels           made\n");
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++)
        printf("%4d  %-14" PRIu64 "  %-15.0f  %s\n", zoom, forecast->counts[zoom],
               pixels_of(plan, forecast->counts[zoom]), tw_made_from(plan, zoom));
    printf("total %" PRIu64 " metatiles of %d x %d tiles, %.0f pixels\n", forecast->total, metatiling,
           metatiling, pixels_of(plan, forecast->total));
    if (forecast->total == 0)
        printf(TW_NO_METATILE "\n");
    printf("output %s as %s", tw_sink_path(plan->sink), tw_encoder_format(encoder));
    if (!tw_encoder_is_vector(encoder))
        printf(", at most about %s", tw_size_text(bytes_of(forecast), size));
    printf("\n");
    printf("memory %s, %d workers with %s each", tw_size_text((double)shares->total_bytes, size),
           shares->workers, tw_size_text((double)shares->worker_bytes, each));
    printf("; a metatile takes at least %s\n", tw_size_text((double)shares->tile_bytes, each));
    return TW_EXIT_DONE;
}

/* `changed` is there for an update only: null when nothing has changed. */
static int print_json(const struct forecast *forecast, bool is_update)
{
    const struct tw_plan *plan = forecast->plan;
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    const struct tw_memory_shares *shares = &forecast->shares;
    json_t *zooms = json_array();
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++)
        json_array_append_new(zooms, json_pack("{s:i, s:I, s:f, s:s}", "zoom", zoom, "metatiles",
                                               (json_int_t)forecast->counts[zoom], "pixels",
                                               pixels_of(plan, forecast->counts[zoom]), "made",
                                               tw_made_from(plan, zoom)));
    json_t *output =
        json_pack("{s:s, s:s}", "path", tw_sink_path(plan->sink), "format", tw_encoder_format(encoder));
    if (!tw_encoder_is_vector(encoder))
        json_object_set_new(output, "most_bytes", json_real(bytes_of(forecast)));
    json_t *memory = json_pack("{s:I, s:i, s:I, s:I}", "bytes", (json_int_t)shares->total_bytes, "workers",
                               shares->workers, "worker_bytes", (json_int_t)shares->worker_bytes,
                               "metatile_bytes", (json_int_t)shares->tile_bytes);
    json_t *json = json_pack("{s:b, s:o, s:I, s:o, s:o}", "dry_run", 1, "zooms", zooms, "metatiles",
                             (json_int_t)forecast->total, "output", output, "memory", memory);
    if (is_update)
        json_object_set_new(json, "changed",
                            forecast->update != NULL ? json_string(forecast->update) : json_null());
    return tw_print_json(json) ? TW_EXIT_DONE : TW_EXIT_SYSTEM;
}

int tw_dry_run(const struct tw_plan *plan, const struct tw_run_options *options)
{
    struct forecast forecast = {.plan = plan};
    struct tw_touched touched;
    uint64_t all[TW_MAX_ZOOM + 1] = {0};
    struct tw_error err = {0};
    bool known = false;
    int code =
        options->update ? foresee_update(plan, options, &touched, &forecast.update, &known) : TW_EXIT_DONE;
    if (code != TW_EXIT_DONE)
        return code;
    forecast.counts = known ? touched.counts : all;
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++) {
        all[zoom] = tw_plan_count(plan, zoom);
        forecast.total += forecast.counts[zoom];
    }
    bool as_json = options->progress == TW_PROGRESS_JSON;
    if (known && !as_json)
        return print_update(&forecast);
    if (tw_memory_share(plan, options, &forecast.shares, &err) != TW_OK)
        return tw_report_error(&err);
    return as_json ? print_json(&forecast, known) : print_words(&forecast);
}
