/* environment.h - `${NAME}` and `${NAME:-default}` inside of text.
 *
 * The default holds where the variable is unset or empty, as in a shell. What was put in is not read again:
 * a variable that holds `${OTHER}` stays as it is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ENVIRONMENT_H
#define TW_ENVIRONMENT_H

#include "problems.h"

/* Whether there is anything to replace. */
bool tw_environment_is_in(const char *text);

/* Returns text with everything replaced, new in the arena; NULL when out of memory. What cannot be replaced
 * is a problem at the place of the value, and stays as it is. */
const char *tw_environment_expand(struct tw_arena *arena, const struct tw_value *place, const char *text,
                                  struct tw_problems *problems);

#endif
