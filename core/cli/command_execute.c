/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "dry_run.h"
#include "options.h"
#include "report.h"
#include "run_options.h"
#include "selection_options.h"

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
    "what to process:\n" TW_SELECTION_HELP "  -o, --overwrite                process everything anew\n"
    "      --retry-failed             only the metatiles that failed in the last run\n"
    "      --update                   also what inputs that changed since the last run touch\n\n"
    "how:\n" TW_RUN_HELP "      --fail-fast                stop at the first metatile that fails\n"
    "      --dry-run                  check everything, tell what would be done, do nothing\n\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright execute cloudless.yaml\n"
    "  tilewright execute cloudless.yaml -z 8,10 -b 15.3 45.4 16.1 46.5 --bounds-crs EPSG:4326\n"
    "  tilewright execute cloudless.yaml --tile 10 90 139 --overwrite\n"
    "  tilewright execute cloudless.yaml --workers 4 --memory 8G --json\n";

enum key { OVERWRITE, RETRY_FAILED, UPDATE, FAIL_FAST, DRY_RUN, NUM_KEYS };

static const struct tw_option options[NUM_KEYS] = {
    [OVERWRITE] = {'o', "overwrite", 0}, [RETRY_FAILED] = {0, "retry-failed", 0}, [UPDATE] = {0, "update", 0},
    [FAIL_FAST] = {0, "fail-fast", 0},   [DRY_RUN] = {0, "dry-run", 0},
};

struct request {
    const char *config;
    struct tw_selection selection;
    struct tw_run_options run;
    bool dry_run;
};

static enum tw_status take_option(struct request *request, const struct tw_given *given, struct tw_error *err)
{
    if (tw_option_is_in(&tw_selection_options, given->option))
        return tw_selection_take(&request->selection, given, err);
    if (tw_option_is_in(&tw_run_options_list, given->option))
        return tw_run_options_take(&request->run, given, err);
    switch ((enum key)(given->option - options)) {
    case OVERWRITE:
        request->run.overwrite = true;
        return TW_OK;
    case RETRY_FAILED:
        request->run.retry_failed = true;
        return TW_OK;
    case UPDATE:
        request->run.update = true;
        return TW_OK;
    case FAIL_FAST:
        request->run.fail_fast = true;
        return TW_OK;
    default:
        request->dry_run = true;
        return TW_OK;
    }
}

/* --update looks at the whole output. */
static enum tw_status check_update(const struct request *request, struct tw_error *err)
{
    const char *other = request->run.overwrite        ? "--overwrite makes everything anew"
                        : request->run.retry_failed   ? "--retry-failed only what failed"
                        : request->selection.has_tile ? "--tile one metatile"
                                                      : NULL;
    if (!request->run.update || other == NULL)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "--update makes anew what changed inputs touch, %s: give one of them",
                        other);
}

static enum tw_status check_together(const struct request *request, struct tw_error *err)
{
    if (request->config == NULL)
        return tw_error_set(err, TW_EUSAGE,
                            "which configuration? usage: tilewright execute CONFIG [OPTIONS]");
    if (tw_selection_check(&request->selection, err) != TW_OK)
        return err->status;
    if (request->run.overwrite && request->run.retry_failed)
        return tw_error_set(
            err, TW_EUSAGE,
            "--overwrite makes everything anew, --retry-failed only what failed: give one of them");
    return check_update(request, err);
}

static enum tw_status read_request(struct request *request, int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc,
                                     .argv = argv,
                                     .options = options,
                                     .num_options = NUM_KEYS,
                                     .shared = {tw_selection_options, tw_run_options_list}};
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
    struct request request = {.run = tw_run_options_default()};
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
