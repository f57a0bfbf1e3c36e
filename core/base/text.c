/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tw_text_free(struct tw_text *text)
{
    free(text->chars);
    *text = (struct tw_text){0};
}

void tw_text_clear(struct tw_text *text)
{
    text->length = 0;
    if (text->chars != NULL)
        text->chars[0] = '\0';
}

static bool reserve(struct tw_text *text, size_t more)
{
    if (text->failed || more > SIZE_MAX / 4 - text->length)
        return false;
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity)
        return true;
    size_t capacity = needed * 2 < 64 ? 64 : needed * 2;
    char *chars = realloc(text->chars, capacity);
    if (chars == NULL) {
        text->failed = true;
        return false;
    }
    text->chars = chars;
    text->capacity = capacity;
    return true;
}

void tw_text_add_bytes(struct tw_text *text, const void *bytes, size_t size)
{
    if (!reserve(text, size))
        return;
    if (size > 0)
        memcpy(text->chars + text->length, bytes, size);
    text->length += size;
    text->chars[text->length] = '\0';
}

void tw_text_add(struct tw_text *text, const char *chars)
{
    tw_text_add_bytes(text, chars, strlen(chars));
}

void tw_text_vprintf(struct tw_text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0 && reserve(text, (size_t)length)) {
        vsnprintf(text->chars + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void tw_text_printf(struct tw_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tw_text_vprintf(text, format, arguments);
    va_end(arguments);
}

void tw_text_add_xml(struct tw_text *text, const char *chars)
{
    for (; *chars != '\0'; chars++)
        if (strchr("<&>\"", *chars) != NULL)
            tw_text_printf(text, "&#%d;", *chars);
        else
            tw_text_add_bytes(text, chars, 1);
}

const char *tw_text_get(const struct tw_text *text)
{
    return text->chars != NULL ? text->chars : "";
}

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

enum { LONGEST_NAME = 63 };

/* Optimal string alignment distance; names longer than LONGEST_NAME are as far away as can be. */
static int distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST_NAME || m > LONGEST_NAME)
        return LONGEST_NAME;
    int rows[3][LONGEST_NAME + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int differ = a[i - 1] != b[j - 1];
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + differ);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && above2[j - 2] + 1 < row[j])
                row[j] = above2[j - 2] + 1;
        }
    }
    return rows[n % 3][m];
}

const char *tw_suggest(const char *name, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    int least = LONGEST_NAME;
    for (size_t i = 0; i < count; i++) {
        int far = distance(name, candidates[i]);
        if (far < least) {
            least = far;
            nearest = candidates[i];
        }
    }
    size_t letters = strlen(name);
    int allowed = letters < 4 ? 1 : (int)((letters + 2) / 3);
    return least <= allowed ? nearest : NULL;
}

/* Names that one reads through to find the right one; beyond that a near one is enough. */
enum { LONG_LIST = 16 };

void tw_text_add_known(struct tw_text *text, const char *name, const char *const *candidates, size_t count)
{
    const char *nearest = tw_suggest(name, candidates, count);
    if (nearest != NULL)
        tw_text_printf(text, "; did you mean '%s'?", nearest);
    if (nearest != NULL && count > LONG_LIST)
        return;
    tw_text_add(text, nearest != NULL ? " (known: " : "; known: ");
    for (size_t i = 0; i < count; i++)
        tw_text_printf(text, "%s%s", i > 0 ? ", " : "", candidates[i]);
    if (count == 0)
        tw_text_add(text, "none");
    if (nearest != NULL)
        tw_text_add(text, ")");
}

bool tw_parse_number(const char *text, double *number)
{
    char *end = NULL;
    if (*text == '\0' || *text == ' ')
        return false;
    *number = strtod(text, &end);
    return *end == '\0';
}

size_t tw_utf8_length(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t length = c[0] < 0x80   ? 1
                    : c[0] < 0xc2 ? 0
                    : c[0] < 0xe0 ? 2
                    : c[0] < 0xf0 ? 3
                    : c[0] < 0xf5 ? 4
                                  : 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    /* longer than it need be, half of a pair of UTF-16, or beyond the last character */
    bool is_wrong = length > 2 && ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] >= 0xa0) ||
                                   (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] >= 0x90));
    return is_wrong ? 0 : length;
}

bool tw_is_utf8(const char *text)
{
    for (size_t length; *text != '\0'; text += length)
        if ((length = tw_utf8_length(text)) == 0)
            return false;
    return true;
}

void tw_make_utf8(char *text)
{
    for (size_t length; *text != '\0'; text += length)
        if ((length = tw_utf8_length(text)) == 0) {
            *text = '?';
            length = 1;
        }
}
