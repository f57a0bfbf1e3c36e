/* text.h - growing text, lists of names, and "did you mean".
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEXT_H
#define TW_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A growing string; zero-initialise it. Owned by its user: free it with tw_text_free. `failed` is set, and
 * everything after is ignored, when there is no memory: check it once at the end. */
struct tw_text {
    char *chars; /* NULL as long as nothing was added; otherwise ends in '\0' */
    size_t length;
    size_t capacity;
    bool failed;
};

void tw_text_free(struct tw_text *text);
void tw_text_clear(struct tw_text *text);
void tw_text_add(struct tw_text *text, const char *chars);
void tw_text_add_bytes(struct tw_text *text, const void *bytes, size_t size);
void tw_text_printf(struct tw_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tw_text_vprintf(struct tw_text *text, const char *format, va_list arguments);
/* The same as the text of an XML element or attribute. */
void tw_text_add_xml(struct tw_text *text, const char *chars);
/* What was added, "" when nothing was. */
const char *tw_text_get(const struct tw_text *text);

/* The candidate nearest to name by edit distance (Damerau 1964, optimal string alignment), when it is near
 * enough to be meant (a third of the letters); otherwise NULL. */
const char *tw_suggest(const char *name, const char *const *candidates, size_t count);

/* Adds `; did you mean 'x'? (known: a, b, c)`, or only the known names when none is near. */
void tw_text_add_known(struct tw_text *text, const char *name, const char *const *candidates, size_t count);

/* The bytes of the character of UTF-8 that text begins with: 1 to 4; 0 when it begins with none. */
size_t tw_utf8_length(const char *text);
bool tw_is_utf8(const char *text);
/* In place: a '?' for each byte that is part of no character. */
void tw_make_utf8(char *text);

/* Parses the whole text as a number. Returns false when it is not one. */
bool tw_parse_number(const char *text, double *number);

#endif
