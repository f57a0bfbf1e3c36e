/* process_text.h - a process as `tilewright processes NAME` tells it: what it does, inputs, parameters,
 * output.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROCESS_TEXT_H
#define TW_PROCESS_TEXT_H

#include "script.h"
#include "text.h"

/* script: its Lua text. The comment at its head says what it does; the comment behind a field, and comments
 * alone on the next lines, say what an input or a parameter is. Fields stand on lines of their own. */
void tw_process_describe(const struct tw_declaration *declaration, const char *script, struct tw_text *text);

/* What the script says behind the field of that name (of inputs or params), on one line or several. */
void tw_process_comment(const char *script, const char *name, struct tw_text *text);

#endif
