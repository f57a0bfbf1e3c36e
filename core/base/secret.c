/* SPDX-License-Identifier: MIT */
#include "secret.h"

#include <string.h>
#include <strings.h>

/* The first of the ends that has no backslash in front of it. */
static const char *behind(const char *text, const char *ends)
{
    while (*text != '\0' && strchr(ends, *text) == NULL)
        text += *text == '\\' && text[1] != '\0' ? 2 : 1;
    return text;
}

/* The end of a value that begins there. */
static const char *end_of_value(const char *value)
{
    if (*value != '\'' && *value != '"')
        return behind(value, " \t\n'\",;&");
    const char quote[] = {*value, '\0'};
    return behind(value + 1, quote);
}

/* The value behind `word=`, with or without spaces around the sign; NULL: text does not begin so. */
static const char *value_behind(const char *text, const char *word)
{
    size_t length = strlen(word);
    if (strncasecmp(text, word, length) != 0)
        return NULL;
    text += length + strspn(text + length, " \t");
    return *text == '=' ? text + 1 + strspn(text + 1, " \t") : NULL;
}

/* The next password from text on, as a part of it; false when there is none. */
static bool find_password(const char *text, const char **begin, const char **end)
{
    static const char *const words[] = {"password", "passwd", "pwd"};
    for (; *text != '\0'; text++) {
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            const char *value = value_behind(text, words[i]);
            if (value == NULL)
                continue;
            *end = end_of_value(value);
            *begin = value + (*value == '\'' || *value == '"' ? 1 : 0);
            return true;
        }
        if (strncmp(text, "://", 3) != 0)
            continue;
        const char *host = text + 3 + strcspn(text + 3, "@/ '\"\n"), *colon = strchr(text + 3, ':');
        if (*host != '@' || colon == NULL || colon > host)
            continue;
        *begin = colon + 1;
        *end = host;
        return true;
    }
    return false;
}

bool tw_has_secrets(const char *text)
{
    const char *begin, *end;
    return find_password(text, &begin, &end);
}

void tw_hide_secrets(char *text)
{
    const char *begin, *end;
    for (const char *rest = text; find_password(rest, &begin, &end); rest = end)
        memset(text + (begin - text), '*', (size_t)(end - begin));
}

bool tw_is_secret_name(const char *name)
{
    static const char *const words[] = {"secret", "password", "passwd", "pwd",    "token",     "bearer",
                                        "key",    "sas",      "header", "cookie", "credential"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(name, words[i]) != NULL)
            return true;
    return false;
}
