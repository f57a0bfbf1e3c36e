/* options.h - reading the command line: options with one or several values, and what is wrong with them.
 *
 * Values may follow an option (`-b 10 20 30 40`), stand behind `=`, or be joined by commas (`-b
 * 10,20,30,40`).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_OPTIONS_H
#define TW_OPTIONS_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* An option that a command knows. */
struct tw_option {
    char letter;      /* 0: none */
    const char *name; /* without the dashes */
    int num_values;   /* 0 for a switch */
};

/* An option as it was given. */
struct tw_given {
    const struct tw_option *option;
    const char *values[4]; /* num_values of them */
};

/* Options that several commands share: selection_options.h, run_options.h, execution.h. */
struct tw_option_list {
    const struct tw_option *options;
    size_t count;
};
enum { TW_MOST_SHARED_LISTS = 3 };

/* Where the reading stands: zero-initialise, set argc, argv (argv[0] is the command's name), the options of
 * the command and the lists that it shares with others. */
struct tw_arguments {
    int argc;
    char **argv;
    const struct tw_option *options;
    size_t num_options;
    struct tw_option_list shared[TW_MOST_SHARED_LISTS];
    int next;           /* index of the argument to be read; starts at 1 */
    bool only_operands; /* after `--` */
    char buffer[256];   /* values that were joined by commas, taken apart */
};

enum tw_argument { TW_ARGUMENT_OPTION, TW_ARGUMENT_OPERAND, TW_ARGUMENT_END, TW_ARGUMENT_BAD };

/* Reads the next argument: *given for an option, *operand for anything else; BAD sets err: `unknown option
 * '--bound'; did you mean
 * '--bounds'?`, `option '--bounds' takes 4 values`. */
enum tw_argument tw_arguments_next(struct tw_arguments *arguments, struct tw_given *given,
                                   const char **operand, struct tw_error *err);

/* Whether the option is in the list. */
bool tw_option_is_in(const struct tw_option_list *list, const struct tw_option *option);

/* Values of options. TW_EUSAGE: `--workers must be a whole number of at least 1, not 'x'`. */
enum tw_status tw_option_whole(const struct tw_given *given, size_t value, long long least, long long *number,
                               struct tw_error *err);
enum tw_status tw_option_number(const struct tw_given *given, size_t value, double *number,
                                struct tw_error *err);
/* `5` or `3,7` or `7,3`. */
enum tw_status tw_option_zooms(const struct tw_given *given, int *min_zoom, int *max_zoom,
                               struct tw_error *err);
/* Bytes with a unit: `500M`, `8G`, `1.5GB`; a number alone is bytes. At least 64 MB. */
enum tw_status tw_option_bytes(const struct tw_given *given, size_t *bytes, struct tw_error *err);

#endif
