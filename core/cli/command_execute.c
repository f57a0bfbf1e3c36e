/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "execution.h"
#include "options.h"
#include "report.h"
#include "run_options.h"
#include "selection_options.h"

#include "dataset_pool.h"
#include "file.h"
#include "grid_read.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: tilewright execute CONFIG... [OPTIONS]\n\n"
    "Runs the process that CONFIG describes. Tiles that exist already are skipped: a run that was stopped "
    "goes on\n"
    "where it was. Several configurations run one after the other, after all of them were checked.\n\n"
    "what to process:\n" TW_SELECTION_HELP TW_EXECUTION_WHAT_HELP "\n"
    "how:\n" TW_RUN_HELP TW_EXECUTION_HOW_HELP "\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright execute cloudless.yaml\n"
    "  tilewright execute cloudless.yaml -z 8,10 -b 15.3 45.4 16.1 46.5 --bounds-crs EPSG:4326\n"
    "  tilewright execute cloudless.yaml --tile 10 90 139 --overwrite\n"
    "  tilewright execute cloudless.yaml hillshade.yaml --workers 4 --memory 8G --json\n";

enum key { INPUT_FILE, NUM_KEYS };

static const struct tw_option options[NUM_KEYS] = {[INPUT_FILE] = {'i', "input-file", 1}};

struct request {
    const char **configs; /* of the command line */
    size_t num_configs;
    struct tw_selection selection;
    struct tw_execution execution;
};

static enum tw_status take_option(struct request *request, const struct tw_given *given, struct tw_error *err)
{
    if (tw_option_is_in(&tw_selection_options, given->option))
        return tw_selection_take(&request->selection, given, err);
    if (tw_option_is_in(&tw_run_options_list, given->option))
        return tw_run_options_take(&request->execution.run, given, err);
    if (tw_option_is_in(&tw_execution_options, given->option))
        tw_execution_take(&request->execution, given);
    else
        tw_log_warn("--input-file has no meaning here: the configuration names its inputs");
    return TW_OK;
}

static enum tw_status check_together(const struct request *request, struct tw_error *err)
{
    if (request->num_configs == 0)
        return tw_error_set(err, TW_EUSAGE,
                            "which configuration? usage: tilewright execute CONFIG... [OPTIONS]");
    if (tw_selection_check(&request->selection, err) != TW_OK)
        return err->status;
    return tw_execution_check(&request->execution, &request->selection, err);
}

static enum tw_status read_request(struct request *request, int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {
        .argc = argc,
        .argv = argv,
        .options = options,
        .num_options = NUM_KEYS,
        .shared = {tw_selection_options, tw_run_options_list, tw_execution_options}};
    for (;;) {
        struct tw_given given;
        const char *operand;
        switch (tw_arguments_next(&arguments, &given, &operand, err)) {
        case TW_ARGUMENT_OPTION:
            if (take_option(request, &given, err) != TW_OK)
                return err->status;
            break;
        case TW_ARGUMENT_OPERAND:
            request->configs[request->num_configs++] = operand;
            break;
        case TW_ARGUMENT_END:
            return check_together(request, err);
        case TW_ARGUMENT_BAD:
            return err->status;
        }
    }
}

/* Whether the value names something in the folder or file. */
static bool is_within(const struct tw_config *config, const char *path, const char *whole)
{
    struct tw_arena *arena = tw_arena_new(0);
    const char *joined = arena != NULL ? tw_path_join(arena, config->folder, path) : NULL;
    size_t length = whole != NULL ? strlen(whole) : 0;
    bool within = joined != NULL && length > 0 && strncmp(joined, whole, length) == 0 &&
                  (joined[length] == '\0' || joined[length] == '/' || whole[length - 1] == '/');
    tw_arena_free(arena);
    return within;
}

/* Whether an input is what another configuration makes. */
static bool reads(const struct tw_config *config, const struct tw_value *input, const struct tw_config *other)
{
    bool does = false;
    if (input->kind == TW_STRING)
        return is_within(config, input->text, other->output_path) ||
               is_within(config, input->text, other->path);
    for (size_t i = 0; input->kind == TW_LIST && i < input->count; i++)
        does = does || reads(config, &input->items[i], other);
    for (size_t i = 0; input->kind == TW_MAP && i < input->count; i++)
        does = does || reads(config, &input->members[i].value, other);
    return does;
}

static enum tw_status check_plan(const struct tw_config *config, const struct request *request,
                                 struct tw_problems *problems)
{
    struct tw_plan *plan = NULL;
    enum tw_status status = tw_plan_make(config, &request->selection, &plan, problems);
    tw_plan_free(plan);
    return status;
}

/* Finds all that is wrong with several configurations before the first is run. What reads the output of one
 * before it can be planned only when that was run. */
static enum tw_status check_all(const struct request *request, struct tw_problems *problems)
{
    struct tw_config **configs = calloc(request->num_configs, sizeof(struct tw_config *));
    if (configs == NULL)
        return TW_ENOMEM;
    enum tw_status worst = TW_OK;
    for (size_t i = 0; worst != TW_ENOMEM && i < request->num_configs; i++) {
        enum tw_status status = tw_config_load(request->configs[i], tw_grid_read, &configs[i], problems);
        bool waits = false;
        for (size_t k = 0; status == TW_OK && k < i; k++)
            waits = waits || (configs[k] != NULL && reads(configs[i], configs[i]->input, configs[k]));
        if (status == TW_OK && !waits)
            status = check_plan(configs[i], request, problems);
        worst = status != TW_OK ? status : worst;
    }
    for (size_t i = 0; i < request->num_configs; i++)
        tw_config_free(configs[i]);
    free(configs);
    return worst;
}

static int execute_one(const char *path, const struct request *request)
{
    struct tw_problems problems = {0};
    struct tw_config *config = NULL;
    struct tw_plan *plan = NULL;
    enum tw_status status = tw_config_load(path, tw_grid_read, &config, &problems);
    if (status == TW_OK)
        status = tw_plan_make(config, &request->selection, &plan, &problems);
    int code = status != TW_OK ? tw_report_problems(&problems) : tw_execution_run(plan, &request->execution);
    tw_plan_free(plan);
    tw_config_free(config);
    tw_problems_free(&problems);
    return code;
}

/* The worst exit code counts; what was interrupted ends everything. */
static int execute_all(const struct request *request)
{
    struct tw_problems problems = {0};
    int worst = TW_EXIT_DONE;
    if (request->num_configs > 1 && check_all(request, &problems) != TW_OK)
        worst = tw_report_problems(&problems);
    tw_problems_free(&problems);
    bool goes_on = worst == TW_EXIT_DONE;
    for (size_t i = 0; goes_on && i < request->num_configs; i++) {
        int code = execute_one(request->configs[i], request);
        worst = code > worst ? code : worst;
        goes_on = code < 128 && !(code != TW_EXIT_DONE && request->execution.run.fail_fast);
    }
    return worst;
}

static int execute(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {.execution = {.run = tw_run_options_default()}};
    struct tw_error err = {0};
    request.configs = calloc((size_t)argc, sizeof(*request.configs));
    int code;
    if (request.configs == NULL) {
        tw_error_nomem(&err);
        return tw_report_error(&err);
    }
    if (read_request(&request, argc, argv, &err) != TW_OK) {
        code = tw_report_error(&err);
    } else {
        request.selection.script = (struct tw_script_limits){.load_s = request.execution.run.tile_timeout_s,
                                                             .memory_bytes = TW_MOST_SCRIPT_BYTES};
        tw_gdal_init(0);
        code = execute_all(&request);
    }
    free(request.configs);
    return code;
}

const struct tw_command tw_command_execute = {"execute", "run a process; run again to continue", help,
                                              execute};
