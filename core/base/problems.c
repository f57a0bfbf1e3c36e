/* SPDX-License-Identifier: MIT */
#include "problems.h"

#include "secret.h"

#include <stdarg.h>

void tw_problems_free(struct tw_problems *problems)
{
    tw_text_free(&problems->text);
    problems->count = 0;
}

static void begin(struct tw_problems *problems, const char *file, int line, int col)
{
    if (problems->count++ > 0)
        tw_text_add(&problems->text, "\n");
    if (file != NULL && line > 0)
        tw_text_printf(&problems->text, "%s:%d:%d: ", file, line, col);
    else if (file != NULL)
        tw_text_printf(&problems->text, "%s: ", file);
}

static void hide_secrets(struct tw_problems *problems)
{
    if (problems->text.chars != NULL)
        tw_hide_secrets(problems->text.chars);
}

void tw_problems_add(struct tw_problems *problems, const struct tw_value *value, const char *format, ...)
{
    begin(problems, value != NULL ? value->file : NULL, value != NULL ? value->line : 0,
          value != NULL ? value->col : 0);
    va_list arguments;
    va_start(arguments, format);
    tw_text_vprintf(&problems->text, format, arguments);
    va_end(arguments);
    hide_secrets(problems);
}

void tw_problems_add_key(struct tw_problems *problems, const struct tw_member *member, const char *format,
                         ...)
{
    begin(problems, member->value.file, member->line, member->col);
    va_list arguments;
    va_start(arguments, format);
    tw_text_vprintf(&problems->text, format, arguments);
    va_end(arguments);
    hide_secrets(problems);
}

void tw_problems_add_error(struct tw_problems *problems, const struct tw_error *err)
{
    begin(problems, NULL, 0, 0);
    tw_text_add(&problems->text, err->message);
}

void tw_problems_add_unknown(struct tw_problems *problems, const struct tw_value *value, const char *kind,
                             const char *name, const char *const *known, size_t count)
{
    tw_problems_add(problems, value, "unknown %s '%s'", kind, name);
    tw_text_add_known(&problems->text, name, known, count);
}

void tw_problems_add_unknown_key(struct tw_problems *problems, const struct tw_member *member,
                                 const char *kind, const char *const *known, size_t count)
{
    tw_problems_add_key(problems, member, "unknown %s '%s'", kind, member->key);
    tw_text_add_known(&problems->text, member->key, known, count);
}
