/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "convert_config.h"
#include "execution.h"
#include "report.h"
#include "run_options.h"
#include "selection_options.h"

#include "dataset_pool.h"
#include "log.h"
#include "grid_read.h"

#include <stdlib.h>

static const char help[] =
    "usage: tilewright convert INPUT OUTPUT [OPTIONS]\n\n"
    "Writes a raster, features or a folder of tiles as tiles of a pyramid, or as one GeoTIFF. OUTPUT is a "
    "folder, or a\n"
    "file that ends in .tif. What is not given is chosen from INPUT, and told. Run again to continue.\n\n"
    "what to write:\n"
    "      --output-pyramid NAME      mercator, geodetic, or a JSON file with a grid (default: the input's)\n"
    "      --output-metatiling N      1, 2, 4 ...: tiles of n x n (default: the input's, or 1)\n"
    "      --output-format NAME       see tilewright formats (default: as the input)\n"
    "      --output-dtype TYPE        uint8, float32 ... (default: the input's)\n"
    "      --nodata VALUE             of pixels without data (default: the input's, or 0)\n"
    "      --output-geometry-type T   Polygon, MultiPolygon, Geometry ... (default: the input's)\n"
    "      --co NAME=VALUE            an option of the format, as under output; as often as needed\n"
    "      --overviews                lower zooms, or those inside of a .tif, are made of the deepest one\n"
    "      --overviews-resampling-method NAME  (default: cubic_spline)\n"
    "      --retina                   tiles of 512 pixels that web maps show as 256, named @2x\n"
    "      --cog                      a cloud-optimized GeoTIFF\n\n"
    "from what:\n"
    "      --bidx 3,1                 bands, by number or name, in this order\n"
    "  -r, --resampling-method NAME   nearest, bilinear, cubic, average ... (default: nearest)\n"
    "      --scale-offset NUMBER      added to values, before they are\n"
    "      --scale-ratio NUMBER       multiplied\n"
    "  -c, --clip-geometry FILE       only what lies in these polygons\n\n"
    "what to process:\n" TW_SELECTION_HELP TW_EXECUTION_WHAT_HELP "\n"
    "how:\n" TW_RUN_HELP TW_EXECUTION_HOW_HELP "\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright convert dem.tif tiles --output-pyramid mercator -z 0,12 -r bilinear\n"
    "  tilewright convert photo.tif map --output-format PNG --bidx 3,2,1 --overviews\n"
    "  tilewright convert tiles dem.tif --zoom 10 --cog --bounds 10 46 13 48\n"
    "  tilewright convert roads.gpkg roads --output-pyramid mercator -z 8 --output-format GeoJSON\n";

struct request {
    struct tw_conversion conversion;
    struct tw_selection selection;
    struct tw_execution execution;
};

static void take_own(struct tw_conversion *conversion, const struct tw_given *given)
{
    enum tw_convert_key key = (enum tw_convert_key)(given->option - tw_convert_options);
    if (key == TW_CONVERT_RESAMPLING_ALIAS)
        key = TW_CONVERT_RESAMPLING;
    if (key == TW_CONVERT_CO || key == TW_CONVERT_CO_ALIAS)
        conversion->creation[conversion->num_creation++] = given->values[0];
    conversion->given[key] = given->option->num_values > 0 ? given->values[0] : "";
}

static enum tw_status take_option(struct request *request, const struct tw_given *given, struct tw_error *err)
{
    if (tw_option_is_in(&tw_selection_options, given->option))
        return tw_selection_take(&request->selection, given, err);
    if (tw_option_is_in(&tw_run_options_list, given->option))
        return tw_run_options_take(&request->execution.run, given, err);
    if (tw_option_is_in(&tw_execution_options, given->option))
        tw_execution_take(&request->execution, given);
    else
        take_own(&request->conversion, given);
    return TW_OK;
}

static enum tw_status take_operand(struct tw_conversion *conversion, const char *operand,
                                   struct tw_error *err)
{
    if (conversion->output != NULL)
        return tw_error_set(err, TW_EUSAGE, "one input and one output at a time, and '%s' is a third name",
                            operand);
    if (conversion->input == NULL)
        conversion->input = operand;
    else
        conversion->output = operand;
    return TW_OK;
}

static enum tw_status check_together(const struct request *request, struct tw_error *err)
{
    if (request->conversion.output == NULL)
        return tw_error_set(err, TW_EUSAGE, "%s usage: tilewright convert INPUT OUTPUT [OPTIONS]",
                            request->conversion.input == NULL ? "convert what?" : "into what?");
    if (tw_selection_check(&request->selection, err) != TW_OK)
        return err->status;
    return tw_execution_check(&request->execution, &request->selection, err);
}

static enum tw_status read_request(struct request *request, int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {
        .argc = argc,
        .argv = argv,
        .options = tw_convert_options,
        .num_options = TW_NUM_CONVERT_KEYS,
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
            if (take_operand(&request->conversion, operand, err) != TW_OK)
                return err->status;
            break;
        case TW_ARGUMENT_END:
            return check_together(request, err);
        case TW_ARGUMENT_BAD:
            return err->status;
        }
    }
}

static void tell(const struct tw_text *chosen, const struct tw_run_options *run)
{
    if (chosen->length > 0 && run->progress != TW_PROGRESS_QUIET && run->progress != TW_PROGRESS_JSON)
        tw_log_info("chosen:%s", tw_text_get(chosen));
}

static int convert_request(const struct request *request, struct tw_arena *arena)
{
    struct tw_problems problems = {0};
    struct tw_convert_result result = {.arena = arena};
    struct tw_config *config = NULL;
    struct tw_plan *plan = NULL;
    struct tw_selection selection = request->selection;
    enum tw_status status = tw_convert_config(&request->conversion, &result, &problems);
    if (status == TW_OK)
        status = tw_config_make("convert", result.root, tw_grid_read, &config, &problems);
    selection.has_zooms = false; /* they are the configuration's */
    if (status == TW_OK)
        status = tw_plan_make(config, &selection, &plan, &problems);
    int code;
    if (status != TW_OK) {
        code = tw_report_problems(&problems);
    } else {
        tell(&result.chosen, &request->execution.run);
        code = tw_execution_run(plan, &request->execution);
    }
    tw_plan_free(plan);
    tw_config_free(config);
    tw_convert_result_free(&result);
    tw_problems_free(&problems);
    return code;
}

static int convert(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {.execution = {.run = tw_run_options_default()}};
    request.execution.run.no_record = true;
    struct tw_error err = {0};
    struct tw_arena *arena = tw_arena_new(0);
    request.conversion.creation =
        arena != NULL ? tw_arena_calloc(arena, (size_t)argc, sizeof(*request.conversion.creation)) : NULL;
    if (request.conversion.creation == NULL)
        tw_error_nomem(&err);
    else
        read_request(&request, argc, argv, &err);
    int code;
    if (err.status != TW_OK) {
        code = tw_report_error(&err);
    } else {
        request.conversion.selection = &request.selection;
        request.selection.script = (struct tw_script_limits){.load_s = request.execution.run.tile_timeout_s,
                                                             .memory_bytes = TW_MOST_SCRIPT_BYTES};
        tw_gdal_init(0);
        code = convert_request(&request, arena);
    }
    tw_arena_free(arena);
    return code;
}

const struct tw_command tw_command_convert = {
    "convert", "write a raster, features or tiles in another pyramid or format", help, convert};
