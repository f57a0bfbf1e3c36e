/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "dry_run.h"
#include "options.h"
#include "report.h"

#include "dataset_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tilewright execute CONFIG [OPTIONS]\n\n"
    "Runs the process that CONFIG describes. Tiles that exist already are skipped: a run that was stopped "
    "goes on\n"
    "where it was.\n\n"
    "what to process:\n"
    "  -z, --zoom Z or MIN,MAX        these zoom levels of the configuration only\n"
    "  -b, --bounds L B R T           only metatiles in these bounds (left bottom right top)\n"
    "      --bounds-crs CRS           CRS of --bounds and --point (default: the pyramid's)\n"
    "  -p, --point X Y                the metatile at this point, at all zoom levels\n"
    "      --point-crs CRS            the same as --bounds-crs\n"
    "  -a, --area WKT or FILE         only metatiles in this polygon\n"
    "      --area-crs CRS             CRS of --area (default: the file's, or the pyramid's for WKT)\n"
    "  -t, --tile ZOOM ROW COL        one metatile, numbered as in messages: rows and columns of metatiles\n"
    "  -o, --overwrite                process everything anew\n"
    "      --retry-failed             only the metatiles that failed in the last run\n\n"
    "how:\n"
    "  -w, --workers N                threads (default: one for each processor)\n"
    "      --memory SIZE              budget, such as 8G (default: three quarters of what there is)\n"
    "      --tile-timeout SECONDS     a metatile that takes longer fails (default: 3600; 0: no limit)\n"
    "      --fail-fast                stop at the first metatile that fails\n"
    "      --dry-run                  check everything, tell what would be done, do nothing\n\n"
    "what to show:\n"
    "      --no-pbar                  lines instead of a progress bar\n"
    "      --json                     progress and summary as JSON lines on standard output\n"
    "  -q, --quiet                    only errors\n\n"
    "examples:\n"
    "  tilewright execute cloudless.yaml\n"
    "  tilewright execute cloudless.yaml -z 8,10 -b 15.3 45.4 16.1 46.5 --bounds-crs EPSG:4326\n"
    "  tilewright execute cloudless.yaml --tile 10 90 139 --overwrite\n"
    "  tilewright execute cloudless.yaml --workers 4 --memory 8G --json\n";

/* Longer than any sound tile takes, short enough for a job that nobody looks at. */
static const double TILE_TIMEOUT_S = 3600;

enum key {
    ZOOM,
    BOUNDS,
    BOUNDS_CRS,
    POINT,
    POINT_CRS,
    AREA,
    AREA_CRS,
    TILE,
    OVERWRITE,
    RETRY_FAILED,
    WORKERS,
    MEMORY,
    TILE_TIMEOUT,
    FAIL_FAST,
    DRY_RUN,
    NO_PBAR,
    JSON,
    QUIET,
    NUM_KEYS
};

static const struct tw_option options[NUM_KEYS] = {
    [ZOOM] = {'z', "zoom", 1},
    [BOUNDS] = {'b', "bounds", 4},
    [BOUNDS_CRS] = {0, "bounds-crs", 1},
    [POINT] = {'p', "point", 2},
    [POINT_CRS] = {0, "point-crs", 1},
    [AREA] = {'a', "area", 1},
    [AREA_CRS] = {0, "area-crs", 1},
    [TILE] = {'t', "tile", 3},
    [OVERWRITE] = {'o', "overwrite", 0},
    [RETRY_FAILED] = {0, "retry-failed", 0},
    [WORKERS] = {'w', "workers", 1},
    [MEMORY] = {0, "memory", 1},
    [TILE_TIMEOUT] = {0, "tile-timeout", 1},
    [FAIL_FAST] = {0, "fail-fast", 0},
    [DRY_RUN] = {0, "dry-run", 0},
    [NO_PBAR] = {0, "no-pbar", 0},
    [JSON] = {0, "json", 0},
    [QUIET] = {'q', "quiet", 0},
};

struct request {
    const char *config;
    struct tw_selection selection;
    struct tw_run_options run;
    bool dry_run;
};

static enum tw_status take_bounds(struct request *request, const struct tw_given *given, struct tw_error *err)
{
    double numbers[4];
    for (size_t i = 0; i < 4; i++)
        if (tw_option_number(given, i, &numbers[i], err) != TW_OK)
            return err->status;
    request->selection.has_bounds = true;
    request->selection.bounds = (struct tw_box){numbers[0], numbers[1], numbers[2], numbers[3]};
    return TW_OK;
}

static enum tw_status take_point(struct request *request, const struct tw_given *given, struct tw_error *err)
{
    request->selection.has_point = true;
    enum tw_status status = tw_option_number(given, 0, &request->selection.x, err);
    return status == TW_OK ? tw_option_number(given, 1, &request->selection.y, err) : status;
}

static enum tw_status take_tile(struct request *request, const struct tw_given *given, struct tw_error *err)
{
    long long numbers[3];
    for (size_t i = 0; i < 3; i++)
        if (tw_option_whole(given, i, 0, &numbers[i], err) != TW_OK)
            return err->status;
    if (numbers[0] > TW_MAX_ZOOM)
        return tw_error_set(err, TW_EUSAGE, "--tile: zoom %lld is beyond the deepest zoom, %d", numbers[0],
                            TW_MAX_ZOOM);
    request->selection.has_tile = true;
    request->selection.tile = (struct tw_tile){(int)numbers[0], numbers[1], numbers[2]};
    return TW_OK;
}

static enum tw_status take_workers(struct request *request, const struct tw_given *given,
                                   struct tw_error *err)
{
    long long number;
    enum tw_status status = tw_option_whole(given, 0, 1, &number, err);
    if (status == TW_OK && number > 1024)
        return tw_error_set(err, TW_EUSAGE, "--workers must be at most 1024, not '%s'", given->values[0]);
    if (status == TW_OK)
        request->run.workers = (int)number;
    return status;
}

static enum tw_status take_timeout(struct request *request, const struct tw_given *given,
                                   struct tw_error *err)
{
    enum tw_status status = tw_option_number(given, 0, &request->run.tile_timeout_s, err);
    if (status == TW_OK && (request->run.tile_timeout_s < 0 || request->run.tile_timeout_s > 1e9))
        status = TW_EUSAGE;
    if (status == TW_OK)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "--tile-timeout takes seconds, or 0 for no limit, not '%s'",
                        given->values[0]);
}

static enum tw_status take_selection(struct request *request, const struct tw_given *given,
                                     struct tw_error *err)
{
    struct tw_selection *selection = &request->selection;
    switch ((enum key)(given->option - options)) {
    case ZOOM:
        selection->has_zooms = true;
        return tw_option_zooms(given, &selection->min_zoom, &selection->max_zoom, err);
    case BOUNDS:
        return take_bounds(request, given, err);
    case POINT:
        return take_point(request, given, err);
    case TILE:
        return take_tile(request, given, err);
    case BOUNDS_CRS:
    case POINT_CRS:
        selection->bounds_crs = given->values[0];
        return TW_OK;
    case AREA:
        selection->area = given->values[0];
        return TW_OK;
    default:
        selection->area_crs = given->values[0];
        return TW_OK;
    }
}

static enum tw_status take_option(struct request *request, const struct tw_given *given, struct tw_error *err)
{
    switch ((enum key)(given->option - options)) {
    case OVERWRITE:
        request->run.overwrite = true;
        return TW_OK;
    case RETRY_FAILED:
        request->run.retry_failed = true;
        return TW_OK;
    case WORKERS:
        return take_workers(request, given, err);
    case MEMORY:
        return tw_option_bytes(given, &request->run.memory_bytes, err);
    case TILE_TIMEOUT:
        return take_timeout(request, given, err);
    case FAIL_FAST:
        request->run.fail_fast = true;
        return TW_OK;
    case DRY_RUN:
        request->dry_run = true;
        return TW_OK;
    case NO_PBAR:
        request->run.progress = TW_PROGRESS_LINES;
        return TW_OK;
    case JSON:
        request->run.progress = TW_PROGRESS_JSON;
        return TW_OK;
    case QUIET:
        request->run.progress = TW_PROGRESS_QUIET;
        return TW_OK;
    default:
        return take_selection(request, given, err);
    }
}

static enum tw_status check_together(const struct request *request, struct tw_error *err)
{
    const struct tw_selection *s = &request->selection;
    if (request->config == NULL)
        return tw_error_set(err, TW_EUSAGE,
                            "which configuration? usage: tilewright execute CONFIG [OPTIONS]");
    if (s->has_tile && (s->has_zooms || s->has_bounds || s->has_point || s->area != NULL))
        return tw_error_set(err, TW_EUSAGE,
                            "--tile names one metatile; it goes with no --zoom, --bounds, --point or --area");
    if (s->has_point && (s->has_bounds || s->area != NULL))
        return tw_error_set(err, TW_EUSAGE, "--point names one place; it goes with no --bounds or --area");
    if (s->bounds_crs != NULL && !s->has_bounds && !s->has_point)
        return tw_error_set(err, TW_EUSAGE,
                            "--bounds-crs is the CRS of --bounds or --point: give one of them");
    if (s->area_crs != NULL && s->area == NULL)
        return tw_error_set(err, TW_EUSAGE, "--area-crs is the CRS of --area: give an area");
    if (request->run.overwrite && request->run.retry_failed)
        return tw_error_set(
            err, TW_EUSAGE,
            "--overwrite makes everything anew, --retry-failed only what failed: give one of them");
    return TW_OK;
}

static enum tw_status read_request(struct request *request, int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc, .argv = argv, .options = options, .num_options = NUM_KEYS};
    for (;;) {
        struct tw_given given;
        const char *operand;
        switch (tw_arguments_next(&arguments, &given, &operand, err)) {
        case TW_ARGUMENT_OPTION:
            if (take_option(request, &given, err) != TW_OK)
                return err->status;
            break;
        case TW_ARGUMENT_OPERAND:
            if (request->config != NULL)
                return tw_error_set(err, TW_EUSAGE, "one configuration at a time: '%s' or '%s'",
                                    request->config, operand);
            request->config = operand;
            break;
        case TW_ARGUMENT_END:
            return check_together(request, err);
        case TW_ARGUMENT_BAD:
            return err->status;
        }
    }
}

static int interrupted(const struct tw_run_result *result, const struct request *request)
{
    if (request->run.progress == TW_PROGRESS_JSON)
        tw_report_run(result, "", true);
    else if (request->run.progress != TW_PROGRESS_QUIET)
        fprintf(stderr, "tilewright: interrupted after %llu metatiles; the same command goes on from here\n",
                (unsigned long long)result->made);
    return 128 + result->signal;
}

/* Workers that hang cannot be waited for. */
static void end_at_once(const struct tw_run_result *result, const struct request *request, int code)
{
    if (request->run.progress != TW_PROGRESS_QUIET && request->run.progress != TW_PROGRESS_JSON)
        fprintf(
            stderr,
            "tilewright: %d worker%s could not be stopped, so the run ends here; what was done is kept: is "
            "there a loop without end in the script?\n",
            result->hanging, result->hanging == 1 ? "" : "s");
    fflush(stdout);
    fflush(stderr);
    _exit(code);
}

static int run_plan(struct tw_plan *plan, const struct request *request)
{
    struct tw_error err = {0};
    struct tw_run_result result;
    enum tw_status status = tw_run(plan, &request->run, &result, &err);
    int code;
    if (status == TW_ECANCELLED && result.signal != 0)
        code = interrupted(&result, request);
    else if (status != TW_OK)
        code = tw_report_error(&err);
    else if (request->run.progress == TW_PROGRESS_QUIET && result.failures.total == 0)
        code = TW_EXIT_DONE;
    else
        code = tw_report_run(&result, tw_sink_path(plan->sink), request->run.progress == TW_PROGRESS_JSON);
    if (result.hanging > 0)
        end_at_once(&result, request, code);
    tw_failures_free(&result.failures);
    return code;
}

static int execute(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {.run.tile_timeout_s = TILE_TIMEOUT_S};
    struct tw_error err = {0};
    struct tw_problems problems = {0};
    struct tw_config *config = NULL;
    struct tw_plan *plan = NULL;
    if (read_request(&request, argc, argv, &err) != TW_OK)
        return tw_report_error(&err);
    request.selection.script = (struct tw_script_limits){request.run.tile_timeout_s, TW_MOST_SCRIPT_BYTES};
    tw_gdal_init(0);
    enum tw_status status = tw_config_load(request.config, &config, &problems);
    if (status == TW_OK)
        status = tw_plan_make(config, &request.selection, &plan, &problems);
    int code;
    if (status != TW_OK)
        code = tw_report_problems(&problems);
    else if (request.dry_run)
        code = tw_dry_run(plan, &request.run);
    else
        code = run_plan(plan, &request);
    tw_plan_free(plan);
    tw_config_free(config);
    tw_problems_free(&problems);
    return code;
}

const struct tw_command tw_command_execute = {"execute", "run a process; run again to continue", help,
                                              execute};
