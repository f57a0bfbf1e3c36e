/* SPDX-License-Identifier: MIT */
#include "tile_request.h"

#include "report.h"
#include "run_options.h"
#include "selection_options.h"

#include "dataset_pool.h"
#include "stored_output.h"

#include <inttypes.h>
#include <stdio.h>

static enum tw_status take_option(struct tw_tile_request *request, const struct tw_tile_request_spec *spec,
                                  const struct tw_given *given, struct tw_error *err)
{
    if (tw_option_is_in(&tw_selection_options, given->option))
        return tw_selection_take(&request->selection, given, err);
    if (tw_option_is_in(&tw_run_options_list, given->option))
        return tw_run_options_take(&request->run, given, err);
    return spec->take(spec->context, given, err);
}

enum tw_status tw_tile_request_read(struct tw_tile_request *request, const struct tw_tile_request_spec *spec,
                                    int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc,
                                     .argv = argv,
                                     .options = spec->options,
                                     .num_options = spec->num_options,
                                     .shared = {tw_selection_options, tw_run_options_list}};
    *request = (struct tw_tile_request){.run = tw_run_options_default()};
    for (size_t count = 0;;) {
        struct tw_given given;
        const char *operand;
        enum tw_argument argument = tw_arguments_next(&arguments, &given, &operand, err);
        if (argument == TW_ARGUMENT_BAD)
            return err->status;
        if (argument == TW_ARGUMENT_END && count < spec->num_operands)
            return tw_error_set(err, TW_EUSAGE, "%s usage: %s", spec->question, spec->usage);
        if (argument == TW_ARGUMENT_END)
            return tw_selection_check(&request->selection, err);
        if (argument == TW_ARGUMENT_OPERAND && count == spec->num_operands)
            return tw_error_set(err, TW_EUSAGE, "'%s' is one too many; usage: %s", operand, spec->usage);
        if (argument == TW_ARGUMENT_OPERAND)
            request->operands[count++] = operand;
        else if (take_option(request, spec, &given, err) != TW_OK)
            return err->status;
    }
}

int tw_tile_request_run(const struct tw_tile_request *request,
                        int (*work)(void *context, const struct tw_tile_output *output), void *context)
{
    struct tw_tile_output output;
    struct tw_problems problems = {0};
    tw_gdal_init(0);
    struct tw_arena *arena = tw_arena_new(0);
    bool opened =
        arena != NULL && tw_stored_output_open(request->operands[0], arena, &output, &problems) == TW_OK;
    int code = opened ? work(context, &output) : tw_report_problems(&problems);
    tw_arena_free(arena);
    tw_problems_free(&problems);
    return code;
}

int tw_report_interrupted(const struct tw_tile_batches_result *result, enum tw_progress_mode mode)
{
    if (mode != TW_PROGRESS_QUIET && mode != TW_PROGRESS_JSON)
        fprintf(stderr,
                "tilewright: interrupted after %" PRIu64 " tiles; the same command goes on from here\n",
                result->made);
    return 128 + result->signal;
}
