/* SPDX-License-Identifier: MIT */
#include "execution.h"

#include "dry_run.h"
#include "report.h"

#include "log.h"
#include "summary.h"
#include "tile_index.h"

#include <stdio.h>
#include <unistd.h>

enum key { OVERWRITE, RETRY_FAILED, UPDATE, FAIL_FAST, DRY_RUN, VRT, IDX_OUT_DIR, NUM_KEYS };

static const struct tw_option options[NUM_KEYS] = {
    [OVERWRITE] = {'o', "overwrite", 0},   [RETRY_FAILED] = {0, "retry-failed", 0},
    [UPDATE] = {0, "update", 0},           [FAIL_FAST] = {0, "fail-fast", 0},
    [DRY_RUN] = {0, "dry-run", 0},         [VRT] = {0, "vrt", 0},
    [IDX_OUT_DIR] = {0, "idx-out-dir", 1},
};

const struct tw_option_list tw_execution_options = {options, NUM_KEYS};

void tw_execution_take(struct tw_execution *execution, const struct tw_given *given)
{
    switch ((enum key)(given->option - options)) {
    case OVERWRITE:
        execution->run.overwrite = true;
        break;
    case RETRY_FAILED:
        execution->run.retry_failed = true;
        break;
    case UPDATE:
        execution->run.update = true;
        break;
    case FAIL_FAST:
        execution->run.fail_fast = true;
        break;
    case DRY_RUN:
        execution->dry_run = true;
        break;
    case VRT:
        execution->vrt = true;
        break;
    default:
        execution->index_folder = given->values[0];
    }
}

/* --update looks at the whole output. */
static enum tw_status check_update(const struct tw_execution *execution, const struct tw_selection *selection,
                                   struct tw_error *err)
{
    const char *other = execution->run.overwrite      ? "--overwrite makes everything anew"
                        : execution->run.retry_failed ? "--retry-failed only what failed"
                        : selection->has_tile         ? "--tile one metatile"
                                                      : NULL;
    if (!execution->run.update || other == NULL)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "--update makes anew what changed inputs touch, %s: give one of them",
                        other);
}

enum tw_status tw_execution_check(const struct tw_execution *execution, const struct tw_selection *selection,
                                  struct tw_error *err)
{
    if (execution->run.overwrite && execution->run.retry_failed)
        return tw_error_set(
            err, TW_EUSAGE,
            "--overwrite makes everything anew, --retry-failed only what failed: give one of them");
    if (execution->index_folder != NULL && !execution->vrt)
        tw_log_warn("--idx-out-dir has no effect without --vrt");
    return check_update(execution, selection, err);
}

static int interrupted(const struct tw_run_result *result, const struct tw_execution *execution)
{
    if (execution->run.progress == TW_PROGRESS_JSON)
        tw_report_run(result, "", true);
    else if (execution->run.progress != TW_PROGRESS_QUIET)
        fprintf(stderr, "tilewright: interrupted after %llu metatiles; the same command goes on from here\n",
                (unsigned long long)result->made);
    return 128 + result->signal;
}

/* Workers that hang cannot be waited for. */
static void end_at_once(const struct tw_run_result *result, const struct tw_execution *execution, int code)
{
    if (execution->run.progress != TW_PROGRESS_QUIET && execution->run.progress != TW_PROGRESS_JSON)
        fprintf(
            stderr,
            "tilewright: %d worker%s could not be stopped, so the run ends here; what was done is kept: is "
            "there a loop without end in the script?\n",
            result->hanging, result->hanging == 1 ? "" : "s");
    fflush(stdout);
    fflush(stderr);
    _exit(code);
}

/* A VRT is made of tiles of pixels in a folder. */
static enum tw_status check_vrt(const struct tw_plan *plan, const struct tw_execution *execution,
                                struct tw_error *err)
{
    const char *path = tw_sink_path(plan->sink);
    if (!execution->vrt)
        return TW_OK;
    if (path == NULL || !tw_sink_keeps(plan->sink))
        return tw_error_set(err, TW_EUSAGE, "--vrt: this output keeps no tiles");
    if (tw_sink_is_single(plan->sink))
        return tw_error_set(err, TW_EUSAGE,
                            "--vrt shows a folder of tiles as one raster, and '%s' is one already", path);
    if (tw_encoder_is_vector(tw_sink_encoder(plan->sink)))
        return tw_error_set(err, TW_EUSAGE,
                            "--vrt shows tiles as one raster, and those of '%s' hold features", path);
    if (tw_path_is_bucket(path))
        return tw_error_set(err, TW_EUSAGE,
                            "--vrt is for tiles on this machine, and '%s' is not: gdalbuildvrt makes one of "
                            "/vsis3/ or /vsiaz/ paths",
                            path);
    if (execution->index_folder != NULL && !execution->dry_run)
        return tw_index_make_folder(execution->index_folder, err);
    return TW_OK;
}

static enum tw_status write_vrt(const struct tw_plan *plan, const struct tw_execution *execution,
                                struct tw_error *err)
{
    const char *path = tw_sink_path(plan->sink);
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_tile_output output;
    struct tw_index_result result;
    struct tw_index_spec spec = {.output = &output,
                                 .min_zoom = plan->config->min_zoom,
                                 .max_zoom = plan->config->max_zoom,
                                 .formats = {[TW_INDEX_VRT] = true},
                                 .folder = execution->index_folder != NULL ? execution->index_folder : path,
                                 .field = "location"};
    enum tw_status status =
        arena != NULL ? tw_tile_output_open(path, arena, &output, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_index_write(&spec, &result, err);
    tw_arena_free(arena);
    return status;
}

int tw_execution_run(struct tw_plan *plan, const struct tw_execution *execution)
{
    struct tw_error wrong = {0};
    if (check_vrt(plan, execution, &wrong) != TW_OK)
        return tw_report_error(&wrong);
    if (execution->dry_run)
        return tw_dry_run(plan, &execution->run);
    struct tw_error err = {0};
    struct tw_run_result result;
    enum tw_status status = tw_run(plan, &execution->run, &result, &err);
    const struct tw_run_end end = {plan, &result, status, err.message, execution->run.no_record};
    tw_run_tell(&end);
    int code;
    if (status == TW_ECANCELLED && result.signal != 0)
        code = interrupted(&result, execution);
    else if (status != TW_OK)
        code = tw_report_error(&err);
    else if (execution->run.progress == TW_PROGRESS_QUIET && result.failures.total == 0)
        code = TW_EXIT_DONE;
    else
        code = tw_report_run(&result, tw_sink_path(plan->sink), execution->run.progress == TW_PROGRESS_JSON);
    if (code == TW_EXIT_DONE && execution->vrt && write_vrt(plan, execution, &err) != TW_OK)
        code = tw_report_error(&err);
    if (result.hanging > 0)
        end_at_once(&result, execution, code);
    tw_failures_free(&result.failures);
    return code;
}
