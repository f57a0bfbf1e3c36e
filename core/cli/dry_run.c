/* SPDX-License-Identifier: MIT */
#include "dry_run.h"
#include "report.h"

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

/* What --update would make anew; a new output gets everything. */
static int foresee_update(const struct tw_plan *plan, const struct tw_run_options *options, bool *known)
{
    struct tw_touched touched;
    struct tw_inspection inspection;
    struct tw_problems problems = {0};
    struct tw_error err = {0};
    const char *words;
    enum tw_status status = tw_inspect(plan, options, &inspection, &problems);
    int code = status != TW_OK ? tw_report_problems(&problems) : TW_EXIT_DONE;
    tw_problems_free(&problems);
    if (code != TW_EXIT_DONE)
        return code;
    if (tw_update_foresee(plan, &touched, &words, known, &err) != TW_OK)
        return tw_report_error(&err);
    bool is_begun = inspection.found == TW_FOUND_BEGUN || inspection.found == TW_FOUND_DONE;
    if (!*known && is_begun && tw_update_no_record(plan, &err) != TW_OK)
        return tw_report_error(&err);
    if (!*known)
        return TW_EXIT_DONE;
    if (words == NULL) {
        printf("no input has changed since '%s' was made\n", tw_sink_path(plan->sink));
        return TW_EXIT_DONE;
    }
    printf("%s\nzoom  metatiles to make anew\n", words);
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++)
        printf("%4d  %-14" PRIu64 "  %s\n", zoom, touched.counts[zoom], tw_made_from(plan, zoom));
    printf("total %" PRIu64 " metatiles, and those that were never made\n", touched.total);
    return TW_EXIT_DONE;
}

int tw_dry_run(const struct tw_plan *plan, const struct tw_run_options *options)
{
    struct tw_memory_shares shares;
    struct tw_error err = {0};
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    uint64_t total = 0;
    char size[32], each[32];
    bool known = false;
    int code = options->update ? foresee_update(plan, options, &known) : TW_EXIT_DONE;
    if (code != TW_EXIT_DONE || known)
        return code;
    printf("zoom  metatiles       pixels           made\n");
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++) {
        uint64_t count = tw_plan_count(plan, zoom);
        total += count;
        printf("%4d  %-14" PRIu64 "  %-15.0f  %s\n", zoom, count, pixels_of(plan, count),
               tw_made_from(plan, zoom));
    }
    double bytes = pixels_of(plan, total) * tw_encoder_num_bands(encoder) *
                   (double)tw_dtype_size(tw_encoder_dtype(encoder)) * COMPRESSED_SHARE;
    printf("total %" PRIu64 " metatiles of %d x %d tiles, %.0f pixels\n", total,
           plan->config->process_pyramid.metatiling, plan->config->process_pyramid.metatiling,
           pixels_of(plan, total));
    printf("output %s as %s", tw_sink_path(plan->sink), tw_encoder_format(encoder));
    if (!tw_encoder_is_vector(encoder))
        printf(", at most about %s", tw_size_text(bytes, size));
    printf("\n");
    enum tw_status status = tw_memory_share(plan, options, &shares, &err);
    if (status != TW_OK)
        return tw_report_error(&err);
    printf("memory %s, %d workers with %s each", tw_size_text((double)shares.total_bytes, size),
           shares.workers, tw_size_text((double)shares.worker_bytes, each));
    printf("; a metatile takes at least %s\n", tw_size_text((double)shares.tile_bytes, each));
    return TW_EXIT_DONE;
}
