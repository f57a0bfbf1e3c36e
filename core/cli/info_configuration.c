/* `info` of a configuration: what it would make, and what there is of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "info.h"
#include "plan_text.h"
#include "report.h"
#include "state_text.h"

#include "bucket.h"
#include "file.h"
#include "grid_read.h"
#include "inspect.h"
#include "tile_output.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct configured {
    const struct tw_info_request *request;
    struct tw_arena *arena;
    const struct tw_plan *plan;
    bool is_file, is_folder;      /* the output: one file, or a folder that is there */
    enum tw_sink_found found;     /* of one file */
    struct tw_tile_output output; /* of a folder */
    struct tw_output_state state;
    const char *changed; /* why the output is not what the configuration says now; NULL: it is */
};

/* What is to make when nothing is there. */
static void expect_all(struct configured *configured)
{
    struct tw_output_state *state = &configured->state;
    const struct tw_plan *plan = configured->plan;
    *state = (struct tw_output_state){.min_zoom = TW_MAX_ZOOM + 1, .max_zoom = -1};
    for (int zoom = plan->config->min_zoom; zoom <= plan->config->max_zoom; zoom++)
        state->to_make += state->zooms[zoom].to_make = tw_plan_count(plan, zoom);
}

static const char *difference(const struct tw_tile_output *output, const struct tw_plan *plan)
{
    if (output->fingerprint == NULL || strcmp(output->fingerprint, plan->fingerprint) == 0)
        return NULL;
    if (output->settings != NULL && strcmp(output->settings, plan->settings) == 0)
        return "an input has changed since it was made; 'execute --update' follows";
    return "the configuration or the script has changed since it was made";
}

/* The tiles beside it are no matter of anybody else's. */
static enum tw_status read_file(struct configured *configured)
{
    const struct tw_plan *plan = configured->plan;
    const char *path = tw_sink_path(plan->sink);
    const struct tw_sink_begin begin = {.fingerprint = plan->fingerprint, .settings = plan->settings};
    struct tw_problems problems = {0};
    const char *lock = tw_arena_printf(configured->arena, "%s.tilewright/lock", path);
    expect_all(configured);
    configured->state.is_written = lock != NULL && tw_lock_is_held(lock, &configured->state.holder);
    configured->state.num_failed = tw_failed_count(tw_plan_failures_path(plan));
    enum tw_status status = tw_sink_look(plan->sink, &begin, &configured->found, &problems);
    if (configured->found == TW_FOUND_DONE)
        for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
            configured->state.zooms[zoom].to_make = 0;
    if (configured->found == TW_FOUND_DONE)
        configured->state.to_make = 0;
    else if (problems.count > 0 && !configured->state.is_written)
        configured->changed = "it was not made as the configuration says now";
    tw_problems_free(&problems);
    return status;
}

/* A folder that is made as a whole, from tiles that lie elsewhere meanwhile. */
static enum tw_status read_cache(struct configured *configured, struct tw_error *err)
{
    struct tw_output_state state = {0};
    const char *path = tw_sink_path(configured->plan->sink);
    enum tw_status status = TW_OK;
    if (configured->is_folder)
        status = tw_tile_output_open(path, configured->arena, &configured->output, err);
    if (configured->is_folder && status == TW_OK)
        status = tw_output_state_read(&configured->output, NULL, &state, err);
    if (status == TW_OK)
        status = read_file(configured);
    if (status != TW_OK || !configured->is_folder)
        return status;
    state.to_make = configured->state.to_make;
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        state.zooms[zoom].to_make = configured->state.zooms[zoom].to_make;
    configured->state = state;
    return TW_OK;
}

static enum tw_status read_folder(struct configured *configured, struct tw_error *err)
{
    const char *path = tw_sink_path(configured->plan->sink);
    expect_all(configured);
    configured->is_folder = tw_is_tile_folder(path, configured->arena);
    if (tw_sink_is_single(configured->plan->sink))
        return read_cache(configured, err);
    if (!configured->is_folder)
        return TW_OK;
    enum tw_status status = tw_tile_output_open(path, configured->arena, &configured->output, err);
    if (status == TW_OK)
        status = tw_output_state_read(&configured->output, configured->plan, &configured->state, err);
    if (status == TW_OK)
        configured->changed = difference(&configured->output, configured->plan);
    return status;
}

static const char *state_name(const struct configured *configured)
{
    bool is_new = configured->is_file ? configured->found == TW_FOUND_NOTHING : !configured->is_folder;
    if (is_new)
        return configured->changed != NULL ? "there" : "new";
    if (configured->is_file)
        return configured->found == TW_FOUND_DONE ? "complete" : "begun";
    return configured->state.to_make == 0 ? "complete" : "begun";
}

static void print_output(const struct configured *configured)
{
    struct tw_text text = {0};
    struct stat info;
    char size[32];
    tw_plan_output_text(configured->plan, &text);
    printf("output     %s, %s", tw_text_get(&text), state_name(configured));
    if (configured->is_file && stat(tw_sink_path(configured->plan->sink), &info) == 0)
        printf(", %s", tw_size_text((double)info.st_size, size));
    printf("\n");
    tw_text_free(&text);
    if (configured->output.version != NULL)
        printf("made by    tilewright %s\n", configured->output.version);
    if (configured->changed != NULL)
        printf("changed    %s\n", configured->changed);
}

static int print_words(const struct configured *configured)
{
    struct tw_box bounds;
    printf("%s: configuration\n", configured->request->target);
    printf("process    %s\n", configured->plan->declaration->path);
    tw_plan_print_inputs(configured->plan);
    tw_plan_print_pyramid(configured->plan);
    print_output(configured);
    if (configured->is_folder && tw_output_state_bounds(&configured->state, &configured->output, &bounds))
        tw_state_print_bounds(&bounds);
    tw_state_print_run(&configured->state);
    tw_state_print_zooms(&configured->state, configured->plan, configured->is_folder);
    return TW_EXIT_DONE;
}

static json_t *zooms_json(const struct configured *configured)
{
    json_t *zooms = json_array();
    const struct tw_config *config = configured->plan->config;
    for (int zoom = config->min_zoom; zoom <= config->max_zoom; zoom++)
        json_array_append_new(zooms, json_pack("{s:i, s:I, s:I}", "zoom", zoom, "metatiles",
                                               (json_int_t)tw_plan_count(configured->plan, zoom), "to_make",
                                               (json_int_t)configured->state.zooms[zoom].to_make));
    return zooms;
}

static int print_json(const struct configured *configured)
{
    const struct tw_plan *plan = configured->plan;
    json_t *output = configured->is_folder
                         ? tw_state_json(&configured->output, &configured->state, configured->arena)
                         : json_pack("{s:s, s:s}", "path", tw_sink_path(plan->sink), "format",
                                     tw_encoder_format(tw_sink_encoder(plan->sink)));
    json_object_set_new(output, "state", json_string(state_name(configured)));
    if (configured->changed != NULL)
        json_object_set_new(output, "changed", json_string(configured->changed));
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "target", configured->request->target, "kind",
                  "configuration", "process", plan->declaration->path, "inputs", tw_plan_inputs_json(plan),
                  "pyramid", tw_plan_pyramid_json(plan), "zooms", zooms_json(configured), "output", output);
    return tw_print_json(json) ? TW_EXIT_DONE : TW_EXIT_SYSTEM;
}

static int tell(struct configured *configured)
{
    struct tw_error err = {0};
    const char *path = tw_sink_path(configured->plan->sink);
    configured->is_file = tw_output_is_file(path);
    enum tw_status status = configured->is_file ? read_file(configured) : read_folder(configured, &err);
    if (status != TW_OK)
        return tw_report_error(&err);
    return configured->request->as_json ? print_json(configured) : print_words(configured);
}

int tw_info_configuration(const struct tw_info_request *request, struct tw_arena *arena)
{
    struct tw_problems problems = {0};
    struct tw_config *config = NULL;
    struct tw_plan *plan = NULL;
    const struct tw_selection selection = {.script = {.load_s = 0, .memory_bytes = TW_MOST_SCRIPT_BYTES}};
    enum tw_status status = tw_config_load(request->target, tw_grid_read, &config, &problems);
    if (status == TW_OK)
        status = tw_plan_make(config, &selection, &plan, &problems);
    struct configured configured = {.request = request, .arena = arena, .plan = plan};
    int code = status == TW_OK ? tell(&configured) : tw_report_problems(&problems);
    tw_plan_free(plan);
    tw_config_free(config);
    tw_problems_free(&problems);
    return code;
}
