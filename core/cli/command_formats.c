/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "encoder.h"
#include "source.h"

#include <stdio.h>

static const char help[] =
    "usage: tilewright formats\n\n"
    "Lists what inputs can be (`input: NAME: format:`) and what outputs can be (`output: format:`).\n\n"
    "example:\n"
    "  tilewright formats\n";

static void print_list(const char *title, const char *const *names, const char *const *about, size_t count)
{
    printf("%s\n", title);
    for (size_t i = 0; i < count; i++)
        printf("  %-14s %s\n", names[i], about[i]);
}

static int formats(const struct tw_command *command, int argc, char **argv)
{
    const char *const *names, *const *about;
    if (argc > 1) {
        fprintf(stderr, "tilewright: '%s' takes no arguments, not '%s'\n", command->name, argv[1]);
        return TW_EXIT_USAGE;
    }
    size_t count = tw_source_drivers(&names, &about);
    print_list("inputs:", names, about, count);
    count = tw_encoder_formats(&names, &about);
    print_list("outputs:", names, about, count);
    return TW_EXIT_DONE;
}

const struct tw_command tw_command_formats = {"formats", "list the input and output formats", help, formats};
