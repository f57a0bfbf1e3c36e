/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "dry_run.h"
#include "options.h"
#include "plan_text.h"
#include "report.h"
#include "run_options.h"
#include "source_text.h"

#include "dataset_pool.h"
#include "grid_read.h"
#include "inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: tilewright check CONFIG... [OPTIONS]\n\n"
    "Tells what is wrong with configurations, as far as it can be known without running: the keys, the "
    "script, the\n"
    "inputs, the output, the memory. Touches nothing. Exit code 0 when all is well, 2 when not.\n\n"
    "options:\n" TW_RUN_HELP
    "      --json                     one JSON object for each configuration on standard output\n"
    "  -q, --quiet                    only problems\n\n"
    "examples:\n"
    "  tilewright check cloudless.yaml\n"
    "  tilewright check *.mapchete --json\n";

struct subject {
    const char *path;
    const struct tw_run_options *run;
    const struct tw_plan *plan;
    const struct tw_inspection *inspection;
};

static void print_zooms(const struct tw_plan *plan)
{
    const struct tw_pyramid *pyramid = &plan->config->process_pyramid;
    bool is_empty = true;
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++) {
        struct tw_text text = {0};
        is_empty = is_empty && tw_plan_count(plan, zoom) == 0;
        tw_add_count(&text, tw_plan_count(plan, zoom), "metatile");
        printf("%-9s  %2d: %-16s  %-12s  pixels of ", zoom == plan->min_zoom ? "zooms" : "", zoom,
               tw_text_get(&text), tw_made_from(plan, zoom));
        tw_text_clear(&text);
        tw_add_pixel_size(&text, tw_grid_pixel_width(pyramid->grid, zoom, pyramid->tile_size_px),
                          tw_grid_pixel_height(pyramid->grid, zoom, pyramid->tile_size_px));
        printf("%s\n", tw_text_get(&text));
        tw_text_free(&text);
    }
    if (is_empty)
        printf("           " TW_NO_METATILE "\n");
}

static const char *found_text(enum tw_sink_found found)
{
    switch (found) {
    case TW_FOUND_FILES:
        return "holds files already: tiles among them are kept";
    case TW_FOUND_BEGUN:
        return "there already: a run makes what is missing";
    case TW_FOUND_DONE:
        return "done already";
    default:
        return "new";
    }
}

static void print_output(const struct subject *subject)
{
    const struct tw_plan *plan = subject->plan;
    struct tw_text text = {0};
    tw_plan_output_text(plan, &text);
    printf("output     %s, %s\n", tw_text_get(&text), found_text(subject->inspection->found));
    tw_text_free(&text);
    if (subject->inspection->num_failed > 0)
        printf("           %" PRIu64 " metatile%s failed in the last run; --retry-failed makes them alone\n",
               subject->inspection->num_failed, subject->inspection->num_failed == 1 ? "" : "s");
}

static void print_words(const struct subject *subject)
{
    const struct tw_memory_shares *shares = &subject->inspection->shares;
    char total[32], least[32];
    printf("%s: ok\n", subject->path);
    printf("process    %s\n", subject->plan->declaration->path);
    tw_plan_print_inputs(subject->plan);
    tw_plan_print_pyramid(subject->plan);
    print_zooms(subject->plan);
    print_output(subject);
    printf("memory     %s for %d worker%s; a metatile takes at least %s\n",
           tw_size_text((double)shares->total_bytes, total), shares->workers, shares->workers == 1 ? "" : "s",
           tw_size_text((double)shares->tile_bytes, least));
}

static json_t *zooms_json(const struct tw_plan *plan)
{
    json_t *zooms = json_array();
    const struct tw_pyramid *pyramid = &plan->config->process_pyramid;
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++)
        json_array_append_new(
            zooms, json_pack("{s:i, s:I, s:s, s:[f, f]}", "zoom", zoom, "metatiles",
                             (json_int_t)tw_plan_count(plan, zoom), "made", tw_made_from(plan, zoom),
                             "pixel_size", tw_grid_pixel_width(pyramid->grid, zoom, pyramid->tile_size_px),
                             tw_grid_pixel_height(pyramid->grid, zoom, pyramid->tile_size_px)));
    return zooms;
}

static json_t *output_json(const struct subject *subject)
{
    static const char *const found[] = {[TW_FOUND_NOTHING] = "new",
                                        [TW_FOUND_FILES] = "files",
                                        [TW_FOUND_BEGUN] = "begun",
                                        [TW_FOUND_DONE] = "done"};
    const struct tw_plan *plan = subject->plan;
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    json_t *output = json_pack("{s:s, s:s, s:s, s:I}", "path", tw_sink_path(plan->sink), "format",
                               tw_encoder_format(encoder), "state", found[subject->inspection->found],
                               "failed_metatiles", (json_int_t)subject->inspection->num_failed);
    if (tw_encoder_is_vector(encoder))
        return output;
    json_object_set_new(output, "bands", json_integer(tw_encoder_num_bands(encoder)));
    json_object_set_new(output, "dtype", json_string(tw_dtype_name(tw_encoder_dtype(encoder))));
    return output;
}

static json_t *plan_json(const struct subject *subject)
{
    const struct tw_plan *plan = subject->plan;
    const struct tw_memory_shares *shares = &subject->inspection->shares;
    json_t *memory = json_pack("{s:I, s:i, s:I}", "bytes", (json_int_t)shares->total_bytes, "workers",
                               shares->workers, "metatile_bytes", (json_int_t)shares->tile_bytes);
    return json_pack("{s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:o}", "configuration", subject->path, "ok", 1,
                     "process", plan->declaration->path, "inputs", tw_plan_inputs_json(plan), "pyramid",
                     tw_plan_pyramid_json(plan), "zooms", zooms_json(plan), "output", output_json(subject),
                     "memory", memory);
}

static json_t *problems_json(const char *path, const struct tw_problems *problems)
{
    json_t *list = json_array();
    const char *line = tw_text_get(&problems->text);
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        json_array_append_new(list, json_stringn(line, length));
        line += length + (line[length] == '\n');
    }
    return json_pack("{s:s, s:b, s:o}", "configuration", path, "ok", 0, "problems", list);
}

static int tell_problems(const char *path, bool as_json, const struct tw_problems *problems)
{
    if (problems->count == 0 || problems->text.failed)
        return tw_report_problems(problems);
    if (as_json)
        return tw_print_json(problems_json(path, problems)) ? TW_EXIT_USAGE : TW_EXIT_SYSTEM;
    fprintf(stderr, "%s\n%s: %zu problem%s\n", tw_text_get(&problems->text), path, problems->count,
            problems->count == 1 ? "" : "s");
    return TW_EXIT_USAGE;
}

static int tell(const struct subject *subject)
{
    if (subject->run->progress == TW_PROGRESS_JSON)
        return tw_print_json(plan_json(subject)) ? TW_EXIT_DONE : TW_EXIT_SYSTEM;
    if (subject->run->progress != TW_PROGRESS_QUIET)
        print_words(subject);
    return TW_EXIT_DONE;
}

static int check_one(const char *path, const struct tw_run_options *run)
{
    struct tw_problems problems = {0};
    struct tw_config *config = NULL;
    struct tw_plan *plan = NULL;
    struct tw_inspection inspection;
    const struct tw_selection selection = {
        .script = {.load_s = run->tile_timeout_s, .memory_bytes = TW_MOST_SCRIPT_BYTES}};
    enum tw_status status = tw_config_load(path, tw_grid_read, &config, &problems);
    if (status == TW_OK)
        status = tw_plan_make(config, &selection, &plan, &problems);
    if (status == TW_OK)
        status = tw_inspect(plan, run, &inspection, &problems);
    const struct subject subject = {path, run, plan, &inspection};
    int code =
        status == TW_OK ? tell(&subject) : tell_problems(path, run->progress == TW_PROGRESS_JSON, &problems);
    tw_plan_free(plan);
    tw_config_free(config);
    tw_problems_free(&problems);
    return code;
}

static enum tw_status read_arguments(struct tw_arguments *arguments, struct tw_run_options *run,
                                     const char **configs, size_t *count, struct tw_error *err)
{
    for (;;) {
        struct tw_given given;
        const char *operand;
        switch (tw_arguments_next(arguments, &given, &operand, err)) {
        case TW_ARGUMENT_OPTION:
            if (tw_run_options_take(run, &given, err) != TW_OK)
                return err->status;
            break;
        case TW_ARGUMENT_OPERAND:
            configs[(*count)++] = operand;
            break;
        case TW_ARGUMENT_END:
            if (*count > 0)
                return TW_OK;
            return tw_error_set(err, TW_EUSAGE, "which configuration? usage: tilewright check CONFIG...");
        case TW_ARGUMENT_BAD:
            return err->status;
        }
    }
}

static int check(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct tw_error err = {0};
    struct tw_run_options run = tw_run_options_default();
    struct tw_arguments arguments = {.argc = argc, .argv = argv, .shared = {tw_run_options_list}};
    size_t count = 0;
    const char **configs = calloc((size_t)argc + 1, sizeof(*configs));
    if (configs == NULL)
        tw_error_nomem(&err);
    else
        read_arguments(&arguments, &run, configs, &count, &err);
    int code = err.status != TW_OK ? tw_report_error(&err) : TW_EXIT_DONE;
    if (err.status == TW_OK)
        tw_gdal_init(0);
    for (size_t i = 0; err.status == TW_OK && i < count; i++) {
        int one = check_one(configs[i], &run);
        code = one > code ? one : code;
        bool has_space = i + 1 < count && run.progress == TW_PROGRESS_AUTO;
        if (has_space)
            printf("\n");
    }
    free(configs);
    return code;
}

const struct tw_command tw_command_check = {
    "check", "tell what is wrong with a configuration, without running", help, check};
