/* templates.h - the files that `create` writes, with words in <> to be filled in.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEMPLATES_H
#define TW_TEMPLATES_H

#include "text.h"

extern const char *const tw_template_config;
extern const char *const tw_template_script;

struct tw_template_words {
    const char *script, *grid, *format, *output;
};

/* Adds the template with its words to the text. */
void tw_template_fill(struct tw_text *text, const char *template, const struct tw_template_words *words);

#endif
