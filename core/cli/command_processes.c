/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "options.h"
#include "process_text.h"
#include "report.h"

#include "script.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: tilewright processes [NAME [--source]]\n\n"
    "Lists the built-in processes (`process: NAME`); with a name, tells what one does, its inputs and its\n"
    "parameters. --source prints its script instead, to read or to copy.\n\n"
    "examples:\n"
    "  tilewright processes\n"
    "  tilewright processes convert\n"
    "  tilewright processes convert --source > my_convert.lua\n";

enum { SOURCE, NAME, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {
    [SOURCE] = {0, "source", 0}, [NAME] = {'n', "process-name", 1}};

struct request {
    const char *name;
    bool source;
};

static enum tw_status take_name(struct request *request, const char *name, struct tw_error *err)
{
    if (request->name != NULL)
        return tw_error_set(err, TW_EUSAGE, "one process at a time: '%s' or '%s'", request->name, name);
    request->name = name;
    return TW_OK;
}

static enum tw_status read_request(struct request *request, int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc, .argv = argv, .options = options, .num_options = NUM_KEYS};
    enum tw_status status = TW_OK;
    while (status == TW_OK) {
        struct tw_given given;
        const char *operand;
        enum tw_argument argument = tw_arguments_next(&arguments, &given, &operand, err);
        if (argument == TW_ARGUMENT_BAD)
            return err->status;
        if (argument == TW_ARGUMENT_END)
            break;
        if (argument == TW_ARGUMENT_OPERAND)
            status = take_name(request, operand, err);
        else if (given.option == &options[NAME])
            status = take_name(request, given.values[0], err);
        else
            request->source = true;
    }
    if (status == TW_OK && request->source && request->name == NULL)
        return tw_error_set(err, TW_EUSAGE, "--source needs the name of a process");
    return status;
}

static enum tw_status check_name(const char *name, struct tw_error *err)
{
    const char *const *names;
    size_t count = tw_builtin_processes(&names);
    if (tw_builtin_text(name) != NULL)
        return TW_OK;
    struct tw_text known = {0};
    tw_text_add_known(&known, name, names, count);
    tw_error_set(err, TW_EUSAGE, "there is no built-in process '%s'%s", name, tw_text_get(&known));
    tw_text_free(&known);
    return TW_EUSAGE;
}

static int list(void)
{
    const char *const *names;
    size_t count = tw_builtin_processes(&names);
    for (size_t i = 0; i < count; i++) {
        const char *about = tw_builtin_text(names[i]) + strlen("--- ");
        printf("%-12s %.*s\n", names[i], (int)strcspn(about, "\n"), about);
    }
    return TW_EXIT_DONE;
}

static int describe(const char *name)
{
    struct tw_problems problems = {0};
    struct tw_program *program;
    struct tw_text text = {0};
    int code = TW_EXIT_DONE;
    if (tw_program_load(name, NULL, NULL, &program, &problems) != TW_OK) {
        code = tw_report_problems(&problems);
    } else {
        tw_process_describe(tw_program_declaration(program), tw_builtin_text(name), &text);
        fputs(tw_text_get(&text), stdout);
    }
    tw_program_free(program);
    tw_problems_free(&problems);
    tw_text_free(&text);
    return code;
}

static int processes(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {0};
    struct tw_error err = {0};
    enum tw_status status = read_request(&request, argc, argv, &err);
    if (status == TW_OK && request.name != NULL)
        status = check_name(request.name, &err);
    if (status != TW_OK)
        return tw_report_error(&err);
    if (request.name == NULL)
        return list();
    if (!request.source)
        return describe(request.name);
    fputs(tw_builtin_text(request.name), stdout);
    return TW_EXIT_DONE;
}

const struct tw_command tw_command_processes = {"processes", "list the built-in processes, explain one", help,
                                                processes};
