/* SPDX-License-Identifier: MIT */
#include "scalar.h"

#include "text.h"

#include <math.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool is_null(const char *text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    return is_one_of(text, words, sizeof(words) / sizeof(*words));
}

static bool is_boolean(const char *text, bool *boolean)
{
    static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    *boolean = is_one_of(text, words, 3);
    return is_one_of(text, words, 6);
}

static const char *skip_digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* [-+]? ( . digits | digits ( . digits? )? ) ( [eE] [-+]? digits )? */
static bool is_decimal(const char *text)
{
    if (*text == '-' || *text == '+')
        text++;
    const char *whole = text;
    text = skip_digits(text);
    size_t digits = (size_t)(text - whole);
    if (*text == '.') {
        const char *fraction = ++text;
        text = skip_digits(text);
        digits += (size_t)(text - fraction);
    }
    if (digits == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        if (*text == '-' || *text == '+')
            text++;
        const char *exponent = text;
        text = skip_digits(text);
        if (text == exponent)
            return false;
    }
    return *text == '\0';
}

static bool is_special(const char *text, double *number)
{
    static const char *const infinities[] = {".inf", ".Inf", ".INF"};
    static const char *const nans[] = {".nan", ".NaN", ".NAN"};
    if (is_one_of(text, nans, 3)) {
        *number = (double)NAN;
        return true;
    }
    double sign = *text == '-' ? -1.0 : 1.0;
    if (*text == '-' || *text == '+')
        text++;
    *number = sign * (double)INFINITY;
    return is_one_of(text, infinities, 3);
}

void tw_scalar_resolve(struct tw_value *value)
{
    if (is_null(value->text))
        value->kind = TW_NULL;
    else if (is_boolean(value->text, &value->boolean))
        value->kind = TW_BOOL;
    else if ((is_decimal(value->text) && tw_parse_number(value->text, &value->number)) ||
             is_special(value->text, &value->number))
        value->kind = TW_NUMBER;
    else
        value->kind = TW_STRING;
}
