/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "info.h"
#include "options.h"
#include "report.h"
#include "state_text.h"

#include "dataset_pool.h"
#include "archive.h"
#include "bucket.h"
#include "file.h"
#include "plan_config_input.h"
#include "tile_output.h"

#include <stdio.h>

static const char help[] = "usage: tilewright info TARGET [OPTIONS]\n\n"
                           "Tells what TARGET is: the output of a configuration and what is still to make, a "
                           "folder or an archive of "
                           "tiles,\n"
                           "a raster, features, a list of rasters; also remote ones. Touches nothing.\n\n"
                           "options:\n"
                           "      --layer NAME               of a file with several layers of features\n"
                           "      --json                     one JSON object on standard output\n\n"
                           "examples:\n"
                           "  tilewright info cloudless.yaml\n"
                           "  tilewright info out/tiles --json\n"
                           "  tilewright info dem.tif\n";

enum { LAYER, JSON, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {[LAYER] = {0, "layer", 1}, [JSON] = {0, "json", 0}};

static void print_title(const char *target, const struct tw_output_state *state)
{
    char size[32];
    printf("%s: %llu tile%s, %s\n", target, (unsigned long long)state->tiles, state->tiles == 1 ? "" : "s",
           tw_size_text((double)state->bytes, size));
}

static bool print_tiles_json(const struct tw_info_request *request, const struct tw_tile_output *output,
                             const struct tw_output_state *state, struct tw_arena *arena)
{
    json_t *json = json_pack("{s:s, s:s}", "target", request->target, "kind", "tiles");
    json_object_update_new(json, tw_state_json(output, state, arena));
    return tw_print_json(json);
}

static int tell_tiles(const struct tw_info_request *request, struct tw_arena *arena)
{
    struct tw_tile_output output;
    struct tw_output_state state;
    struct tw_box bounds;
    struct tw_error err = {0};
    enum tw_status status = tw_tile_output_open(request->target, arena, &output, &err);
    if (status == TW_OK)
        status = tw_output_state_read(&output, NULL, &state, &err);
    if (status != TW_OK)
        return tw_report_error(&err);
    if (request->as_json)
        return print_tiles_json(request, &output, &state, arena) ? TW_EXIT_DONE : TW_EXIT_SYSTEM;
    print_title(request->target, &state);
    tw_state_print_output(&output, arena);
    if (tw_output_state_bounds(&state, &output, &bounds))
        tw_state_print_bounds(&bounds);
    tw_state_print_run(&state);
    tw_state_print_zooms(&state, NULL, true);
    return TW_EXIT_DONE;
}

static enum tw_status read_arguments(struct tw_info_request *request, int argc, char **argv,
                                     struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc, .argv = argv, .options = options, .num_options = NUM_KEYS};
    for (;;) {
        struct tw_given given;
        const char *operand;
        switch (tw_arguments_next(&arguments, &given, &operand, err)) {
        case TW_ARGUMENT_OPTION:
            if (given.option == &options[LAYER])
                request->layer = given.values[0];
            else
                request->as_json = true;
            break;
        case TW_ARGUMENT_OPERAND:
            if (request->target != NULL)
                return tw_error_set(err, TW_EUSAGE, "'%s' is one too many; usage: tilewright info TARGET",
                                    operand);
            request->target = operand;
            break;
        case TW_ARGUMENT_END:
            return request->target != NULL
                       ? TW_OK
                       : tw_error_set(err, TW_EUSAGE, "what? usage: tilewright info TARGET");
        case TW_ARGUMENT_BAD:
            return err->status;
        }
    }
}

/* A folder of tiles, which says so. */
static bool is_tile_folder(const char *target, struct tw_arena *arena)
{
    return tw_is_tile_folder(target, arena);
}

static int tell(const struct tw_info_request *request, struct tw_arena *arena)
{
    bool is_config = tw_path_is_config(request->target);
    bool is_archive = tw_path_is_archive(request->target) && !tw_archive_holds_features(request->target);
    bool is_tiles = is_tile_folder(request->target, arena);
    struct tw_error err = {0};
    if (request->layer != NULL && (is_config || is_tiles || is_archive)) {
        tw_error_set(&err, TW_EUSAGE, "--layer is for files of features; '%s' is %s", request->target,
                     is_config    ? "a configuration"
                     : is_archive ? "an archive of tiles"
                                  : "a folder of tiles");
        return tw_report_error(&err);
    }
    if (is_config)
        return tw_info_configuration(request, arena);
    if (is_archive)
        return tw_info_archive(request, arena);
    return is_tiles ? tell_tiles(request, arena) : tw_info_source(request);
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct tw_info_request request = {0};
    struct tw_error err = {0};
    if (read_arguments(&request, argc, argv, &err) != TW_OK)
        return tw_report_error(&err);
    tw_gdal_init(0);
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        tw_error_nomem(&err);
    int code = arena != NULL ? tell(&request, arena) : tw_report_error(&err);
    tw_arena_free(arena);
    return code;
}

const struct tw_command tw_command_info = {
    "info", "tell what a configuration, tiles, a raster or features are", help, run};
