/* problems.h - all that is wrong with a configuration, collected so that it is reported in one go.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROBLEMS_H
#define TW_PROBLEMS_H

#include "text.h"
#include "value.h"

/* Zero-initialise it; free it with tw_problems_free. One line per problem, in the order found. */
struct tw_problems {
    struct tw_text text;
    size_t count;
};

void tw_problems_free(struct tw_problems *problems);

/* Adds `file:line:col: message`, without a line `file: message`; value may be NULL (the message alone). */
void tw_problems_add(struct tw_problems *problems, const struct tw_value *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with the place of a member's key. */
void tw_problems_add_key(struct tw_problems *problems, const struct tw_member *member, const char *format,
                         ...) __attribute__((format(printf, 3, 4)));
/* Adds the message of an error as it is. */
void tw_problems_add_error(struct tw_problems *problems, const struct tw_error *err);

/* `unknown KIND 'name'; did you mean 'x'? (known: ...)`, at the place of value. */
void tw_problems_add_unknown(struct tw_problems *problems, const struct tw_value *value, const char *kind,
                             const char *name, const char *const *known, size_t count);
void tw_problems_add_unknown_key(struct tw_problems *problems, const struct tw_member *member,
                                 const char *kind, const char *const *known, size_t count);

#endif
