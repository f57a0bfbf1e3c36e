/* command.h - one command of the command line: one file, one entry in main.c.
 *
 * A command gets the arguments from its own name on, prints, and returns an exit code. To add one: write
 * command_<name>.c and add it here and to the table in main.c. A command of two words has a table of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_COMMAND_H
#define TW_COMMAND_H

#include <stddef.h>

struct tw_command {
    const char *name;
    const char *about; /* one line */
    const char *help;  /* usage, options and examples */
    int (*run)(const struct tw_command *command, int argc, char **argv);
};

/* A command of two words: what may follow the first. Its own `run` is called when nothing known does. */
struct tw_command_parts {
    const struct tw_command *command;
    const struct tw_command *const *parts;
    size_t count;
};

enum tw_exit {
    TW_EXIT_DONE = 0,
    TW_EXIT_SOME_FAILED = 1,
    TW_EXIT_USAGE = 2,
    TW_EXIT_SYSTEM = 3,
    TW_EXIT_INTERRUPTED = 130 /* 128 + SIGINT; SIGTERM gives 143 */
};

extern const struct tw_command tw_command_execute;
extern const struct tw_command tw_command_check;
extern const struct tw_command tw_command_convert;
extern const struct tw_command tw_command_create;
extern const struct tw_command tw_command_info;
extern const struct tw_command tw_command_verify;
extern const struct tw_command tw_command_cp;
extern const struct tw_command tw_command_rm;
extern const struct tw_command tw_command_services;
extern const struct tw_command tw_command_stac;
extern const struct tw_command_parts tw_command_stac_parts;
extern const struct tw_command tw_command_formats;
extern const struct tw_command tw_command_index;
extern const struct tw_command tw_command_processes;
extern const struct tw_command tw_command_schema;
extern const struct tw_command tw_command_serve;
extern const struct tw_command tw_command_types;

#endif
