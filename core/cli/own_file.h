/* own_file.h - files that commands write for editors: replaced only when they wrote them themselves.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_OWN_FILE_H
#define TW_OWN_FILE_H

#include "command.h"

#include "error.h"
#include "text.h"

/* The arguments of a command that takes one file and no options: `one file at a time`, `takes no options`. */
enum tw_status tw_check_one_file(const struct tw_command *command, int argc, char **argv,
                                 struct tw_error *err);

/* Writes the text. TW_EUSAGE: there is a file that does not begin with the same characters as the text does,
 * up to its first `length`. */
enum tw_status tw_write_own_file(const char *path, const struct tw_text *text, size_t length,
                                 struct tw_error *err);

#endif
