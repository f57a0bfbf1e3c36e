/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "options.h"
#include "report.h"

#include "encoder.h"
#include "source.h"

#include <stdio.h>

static const char help[] =
    "usage: tilewright formats [-i] [-o]\n\n"
    "Lists what inputs can be (`input: NAME: format:`) and what outputs can be (`output: format:`).\n\n"
    "  -i, --input-formats            only those of inputs\n"
    "  -o, --output-formats           only those of outputs\n\n"
    "example:\n"
    "  tilewright formats\n";

static void print_list(const char *title, const char *const *names, const char *const *about, size_t count)
{
    printf("%s\n", title);
    for (size_t i = 0; i < count; i++)
        printf("  %-14s %s\n", names[i], about[i]);
}

enum { INPUTS, OUTPUTS, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {
    [INPUTS] = {'i', "input-formats", 0}, [OUTPUTS] = {'o', "output-formats", 0}};

static enum tw_status read_request(bool wanted[NUM_KEYS], int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc, .argv = argv, .options = options, .num_options = NUM_KEYS};
    for (;;) {
        struct tw_given given;
        const char *operand;
        enum tw_argument argument = tw_arguments_next(&arguments, &given, &operand, err);
        if (argument == TW_ARGUMENT_BAD)
            return err->status;
        if (argument == TW_ARGUMENT_END)
            return TW_OK;
        if (argument == TW_ARGUMENT_OPERAND)
            return tw_error_set(err, TW_EUSAGE, "'formats' takes no arguments, not '%s'", operand);
        wanted[given.option - options] = true;
    }
}

static int formats(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    const char *const *names, *const *about;
    const char *outputs[TW_MOST_FORMATS], *texts[TW_MOST_FORMATS];
    bool wanted[NUM_KEYS] = {false};
    struct tw_error err = {0};
    if (read_request(wanted, argc, argv, &err) != TW_OK)
        return tw_report_error(&err);
    bool all = wanted[INPUTS] == wanted[OUTPUTS];
    size_t count = tw_source_drivers(&names, &about);
    if (all || wanted[INPUTS])
        print_list("inputs:", names, about, count);
    count = tw_encoder_formats(outputs, texts);
    if (all || wanted[OUTPUTS])
        print_list("outputs:", outputs, texts, count);
    return TW_EXIT_DONE;
}

const struct tw_command tw_command_formats = {"formats", "list the input and output formats", help, formats};
