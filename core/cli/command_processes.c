/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "script.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: tilewright processes [NAME]\n\n"
    "Lists the built-in processes (`process: NAME`); with a name, prints its script, to read or to copy.\n\n"
    "examples:\n"
    "  tilewright processes\n"
    "  tilewright processes convert > my_convert.lua\n";

static int print_text(const char *name)
{
    const char *const *names, *const *about;
    const char *text = tw_builtin_text(name);
    if (text != NULL) {
        fputs(text, stdout);
        return TW_EXIT_DONE;
    }
    size_t count = tw_builtin_processes(&names, &about);
    struct tw_text message = {0};
    tw_text_printf(&message, "there is no built-in process '%s'", name);
    tw_text_add_known(&message, name, names, count);
    fprintf(stderr, "tilewright: %s\n", tw_text_get(&message));
    tw_text_free(&message);
    return TW_EXIT_USAGE;
}

static int processes(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    if (argc > 2) {
        fprintf(stderr, "tilewright: one process at a time: '%s' or '%s'\n", argv[1], argv[2]);
        return TW_EXIT_USAGE;
    }
    if (argc == 2)
        return print_text(argv[1]);
    const char *const *names, *const *about;
    size_t count = tw_builtin_processes(&names, &about);
    for (size_t i = 0; i < count; i++)
        printf("%-12s %s\n", names[i], about[i]);
    return TW_EXIT_DONE;
}

const struct tw_command tw_command_processes = {"processes", "list the built-in processes, print one", help,
                                                processes};
