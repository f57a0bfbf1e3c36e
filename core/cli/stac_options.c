/* SPDX-License-Identifier: MIT */
#include "stac_options.h"

#include "selection_options.h"

#include "file.h"
#include "grid_read.h"
#include "stored_output.h"

static const struct tw_option force_options[] = {{'f', "force", 0}};
static const struct tw_option_list force_list = {force_options, 1};

static enum tw_status check(const struct tw_stac_target *target, const char *usage, struct tw_error *err)
{
    if (target->name == NULL)
        return tw_error_set(err, TW_EUSAGE, "which folder of tiles? usage: %s", usage);
    if (target->selection.bounds_crs != NULL && !target->selection.has_bounds)
        return tw_error_set(err, TW_EUSAGE, "--bounds-crs is the CRS of --bounds: give them");
    return TW_OK;
}

enum tw_status tw_stac_target_read(struct tw_stac_target *target, const struct tw_stac_command *command,
                                   int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc,
                                     .argv = argv,
                                     .options = command->options,
                                     .num_options = command->num_options,
                                     .shared = {tw_bounds_options, force_list}};
    *target = (struct tw_stac_target){.name = NULL};
    for (;;) {
        struct tw_given given;
        const char *operand;
        enum tw_status status = TW_OK;
        enum tw_argument argument = tw_arguments_next(&arguments, &given, &operand, err);
        if (argument == TW_ARGUMENT_BAD)
            return err->status;
        if (argument == TW_ARGUMENT_END)
            return check(target, command->usage, err);
        if (argument == TW_ARGUMENT_OPERAND && target->name != NULL)
            return tw_error_set(err, TW_EUSAGE, "'%s' is one too many; usage: %s", operand, command->usage);
        if (argument == TW_ARGUMENT_OPERAND)
            target->name = operand;
        else if (tw_option_is_in(&force_list, given.option))
            target->force = true;
        else if (tw_option_is_in(&tw_bounds_options, given.option))
            status = tw_selection_take(&target->selection, &given, err);
        else
            status = command->take(command->context, &given, err);
        if (status != TW_OK)
            return status;
    }
}

/* A configuration may have changed since the folder was written. */
static enum tw_status read_settings(struct tw_stac_target *target, struct tw_stac_request *request,
                                    struct tw_problems *problems)
{
    enum tw_status status = tw_config_load_output(target->name, tw_grid_read, &target->config, problems);
    if (status != TW_OK)
        return status;
    const struct tw_config *config = target->config;
    *request = tw_stac_request_of(tw_stac_settings(config->output, config->folder, config->arena, problems),
                                  config->folder, config->arena);
    return problems->count > 0 ? TW_EUSAGE : TW_OK;
}

enum tw_status tw_stac_target_open(struct tw_stac_target *target, struct tw_arena *arena,
                                   struct tw_tile_output *output, struct tw_stac_request *request,
                                   struct tw_problems *problems)
{
    enum tw_status status = tw_stored_output_open(target->name, arena, output, problems);
    if (status == TW_OK && !tw_is_folder(target->name)) {
        status = read_settings(target, request, problems);
    } else if (status == TW_OK) {
        tw_stac_metadata_check(output->stac, "output.stac", true, problems);
        *request = tw_stac_request_of(output->stac, ".", arena);
        status = problems->count > 0 ? TW_EUSAGE : TW_OK;
    }
    if (status == TW_OK)
        request->selection = &target->selection;
    return status;
}

void tw_stac_target_close(struct tw_stac_target *target)
{
    tw_config_free(target->config);
    target->config = NULL;
}
