/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "file.h"
#include "zoom.h"

#include <stdio.h>

/* Refuses what runs in mapchete only. */
static bool is_runnable(struct tw_check *check, const struct tw_value *process)
{
    static const char wanted[] = "the path of a Lua script or the name of a built-in process";
    if (process->kind == TW_LIST) {
        tw_problems_add(check->problems, process, "process must be %s, not a list; put the lines into a file",
                        wanted);
        return false;
    }
    if (!tw_check_string(check, process, "process", wanted))
        return false;
    if (tw_path_has_suffix(process->text, ".py")) {
        tw_problems_add(check->problems, process,
                        "'%s' is a Python process; Tilewright runs Lua scripts (.lua) and built-in processes",
                        process->text);
        return false;
    }
    return true;
}

void tw_check_process(struct tw_check *check)
{
    struct tw_config *config = check->config;
    const struct tw_value *process =
        tw_check_required(check, config->root, "process", "name a Lua script or a built-in process");
    if (process == NULL || check->output_only || !is_runnable(check, process))
        return;
    config->process = process;
    config->process_text = process->text;
    if (!tw_path_has_suffix(process->text, ".lua"))
        return;
    config->process_text = tw_path_join(config->arena, config->folder, process->text);
    check->nomem = check->nomem || config->process_text == NULL;
}

static const struct tw_value *empty_map(struct tw_check *check)
{
    struct tw_value *map = tw_arena_calloc(check->config->arena, 1, sizeof(*map));
    if (map == NULL)
        check->nomem = true;
    else
        *map = (struct tw_value){.kind = TW_MAP, .text = ""};
    return map;
}

static uint32_t zooms_to_cover(const struct tw_check *check)
{
    if (!check->zooms_are_known)
        return 0;
    return tw_zooms_between(check->config->base_min_zoom, check->config->base_max_zoom);
}

/* A map that may be empty, null or absent, and may hold conditions. */
static const struct tw_value *read_map(struct tw_check *check, const struct tw_value *value,
                                       const char *wanted, const char *name)
{
    if (value == NULL)
        return empty_map(check);
    if (value->kind != TW_MAP) {
        tw_check_wrong(check, value, name, wanted);
        return empty_map(check);
    }
    tw_check_conditions(check, value, zooms_to_cover(check));
    return value;
}

static void check_inputs(struct tw_check *check, const struct tw_value *input)
{
    bool is_conditional = tw_value_is_conditional(input);
    for (size_t i = 0; i < input->count; i++) {
        const struct tw_member *member = &input->members[i];
        char name[TW_SHOWN_SIZE + 8];
        snprintf(name, sizeof(name), "input '%.60s'", member->key);
        if (is_conditional && member->value.kind == TW_MAP)
            check_inputs(check, &member->value);
        else if (is_conditional && member->value.kind != TW_NULL)
            tw_check_wrong(check, &member->value, name, "a map of names and inputs");
        else if (member->value.kind == TW_NUMBER || member->value.kind == TW_BOOL)
            tw_check_wrong(check, &member->value, name, "a path or a map of options");
    }
}

void tw_check_input(struct tw_check *check)
{
    struct tw_config *config = check->config;
    if (tw_value_get(config->root, "input") == NULL && !tw_check_is_misnamed(config->root, "input"))
        tw_problems_add(
            check->problems, config->root,
            "'input' is missing: name the inputs, or write 'input: {}' for a process without any");
    config->input =
        read_map(check, tw_check_given(config->root, "input"), "a map of names and inputs", "input");
    if (config->input != NULL)
        check_inputs(check, config->input);
}

void tw_check_params(struct tw_check *check)
{
    struct tw_config *config = check->config;
    config->params = read_map(check, tw_check_given(config->root, "process_parameters"),
                              "a map of names and values", "process_parameters");
}
