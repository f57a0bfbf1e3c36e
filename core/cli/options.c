/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_number(const char *text)
{
    double number;
    return tw_parse_number(text, &number);
}

static bool looks_like_option(const char *text)
{
    return text[0] == '-' && text[1] != '\0' && !is_number(text);
}

static bool is_named(const struct tw_option *option, const char *text, size_t length)
{
    bool is_long = length > 2 && text[1] == '-';
    if (is_long)
        return strlen(option->name) == length - 2 && memcmp(option->name, text + 2, length - 2) == 0;
    return length == 2 && option->letter == text[1] && option->letter != 0;
}

/* The index-th of all options, the command's own first; NULL after the last. */
static const struct tw_option *option_at(const struct tw_arguments *arguments, size_t index)
{
    if (index < arguments->num_options)
        return &arguments->options[index];
    index -= arguments->num_options;
    for (int i = 0; i < TW_MOST_SHARED_LISTS; i++) {
        const struct tw_option_list *list = &arguments->shared[i];
        if (index < list->count)
            return &list->options[index];
        index -= list->count;
    }
    return NULL;
}

static const struct tw_option *find(const struct tw_arguments *arguments, const char *text, size_t length)
{
    const struct tw_option *option;
    for (size_t i = 0; (option = option_at(arguments, i)) != NULL; i++)
        if (is_named(option, text, length))
            return option;
    return NULL;
}

bool tw_option_is_in(const struct tw_option_list *list, const struct tw_option *option)
{
    for (size_t i = 0; i < list->count; i++)
        if (&list->options[i] == option)
            return true;
    return false;
}

static enum tw_status unknown(const struct tw_arguments *arguments, const char *text, size_t length,
                              struct tw_error *err)
{
    const char *names[96];
    size_t count = 0;
    for (const struct tw_option *option; count < 96 && (option = option_at(arguments, count)) != NULL;)
        names[count++] = option->name;
    char name[64];
    const char *word = text + (text[1] == '-' ? 2 : 1);
    snprintf(name, sizeof(name), "%.*s", (int)(text + length - word), word);
    const char *nearest = tw_suggest(name, names, count);
    if (nearest != NULL && length > 2)
        return tw_error_set(err, TW_EUSAGE, "unknown option '%.*s'; did you mean '--%s'?", (int)length, text,
                            nearest);
    return tw_error_set(err, TW_EUSAGE, "unknown option '%.*s'; '--help' lists the options of '%s'",
                        (int)length, text, arguments->argv[0]);
}

/* Takes one text with the right number of commas apart. */
static bool split(struct tw_arguments *arguments, const char *text, struct tw_given *given)
{
    int commas = 0;
    for (const char *c = text; *c != '\0'; c++)
        commas += *c == ',' || (*c == '/' && given->option->num_values == 3);
    if (commas != given->option->num_values - 1 || strlen(text) >= sizeof(arguments->buffer))
        return false;
    memcpy(arguments->buffer, text, strlen(text) + 1);
    char *rest = arguments->buffer;
    for (int i = 0; i < given->option->num_values; i++) {
        given->values[i] = rest;
        rest += strcspn(rest, ",/");
        *rest++ = '\0';
    }
    return true;
}

static enum tw_status read_values(struct tw_arguments *arguments, const char *joined, struct tw_given *given,
                                  struct tw_error *err)
{
    int wanted = given->option->num_values, first = arguments->next;
    bool one_text = joined != NULL || (first < arguments->argc && wanted > 1);
    if (wanted == 0 && joined != NULL)
        return tw_error_set(err, TW_EUSAGE, "option '--%s' takes no value", given->option->name);
    if (wanted == 1 && joined != NULL) {
        given->values[0] = joined;
        return TW_OK;
    }
    if (wanted > 1 && one_text && split(arguments, joined != NULL ? joined : arguments->argv[first], given)) {
        arguments->next += joined == NULL;
        return TW_OK;
    }
    int have = 0;
    while (have < wanted && first + have < arguments->argc &&
           !looks_like_option(arguments->argv[first + have])) {
        given->values[have] = arguments->argv[first + have];
        have++;
    }
    arguments->next += have;
    if (have < wanted || (joined != NULL && wanted > 1))
        return tw_error_set(err, TW_EUSAGE, "option '--%s' takes %d value%s", given->option->name, wanted,
                            wanted == 1 ? "" : "s");
    return TW_OK;
}

enum tw_argument tw_arguments_next(struct tw_arguments *arguments, struct tw_given *given,
                                   const char **operand, struct tw_error *err)
{
    if (arguments->next == 0)
        arguments->next = 1;
    if (arguments->next >= arguments->argc)
        return TW_ARGUMENT_END;
    const char *text = arguments->argv[arguments->next++];
    if (!arguments->only_operands && strcmp(text, "--") == 0) {
        arguments->only_operands = true;
        return tw_arguments_next(arguments, given, operand, err);
    }
    if (arguments->only_operands || !looks_like_option(text)) {
        *operand = text;
        return TW_ARGUMENT_OPERAND;
    }
    const char *equals = text[1] == '-' ? strchr(text, '=') : NULL;
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    *given = (struct tw_given){.option = find(arguments, text, length)};
    if (given->option == NULL) {
        unknown(arguments, text, length, err);
        return TW_ARGUMENT_BAD;
    }
    const char *joined = equals != NULL ? equals + 1 : NULL;
    return read_values(arguments, joined, given, err) == TW_OK ? TW_ARGUMENT_OPTION : TW_ARGUMENT_BAD;
}

enum tw_status tw_option_number(const struct tw_given *given, size_t value, double *number,
                                struct tw_error *err)
{
    if (tw_parse_number(given->values[value], number) && isfinite(*number))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "--%s takes numbers, not '%s'", given->option->name,
                        given->values[value]);
}

enum tw_status tw_option_whole(const struct tw_given *given, size_t value, long long least, long long *number,
                               struct tw_error *err)
{
    double read;
    if (tw_parse_number(given->values[value], &read) && read == floor(read) && fabs(read) < 1e15 &&
        read >= (double)least) {
        *number = (long long)read;
        return TW_OK;
    }
    return tw_error_set(err, TW_EUSAGE, "--%s must be a whole number of at least %lld, not '%s'",
                        given->option->name, least, given->values[value]);
}

enum tw_status tw_option_zooms(const struct tw_given *given, int *min_zoom, int *max_zoom,
                               struct tw_error *err)
{
    const char *text = given->values[0];
    int first, second, length = 0;
    bool is_pair = sscanf(text, "%d,%d%n", &first, &second, &length) == 2 && text[length] == '\0';
    bool is_one = !is_pair && sscanf(text, "%d%n", &first, &length) == 1 && text[length] == '\0';
    if (is_one)
        second = first;
    if ((!is_one && !is_pair) || first < 0 || second < 0 || first > 30 || second > 30)
        return tw_error_set(err, TW_EUSAGE,
                            "--zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not '%s'",
                            text);
    *min_zoom = first < second ? first : second;
    *max_zoom = first < second ? second : first;
    return TW_OK;
}

enum tw_status tw_option_bytes(const struct tw_given *given, size_t *bytes, struct tw_error *err)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"", 1},
                 {"K", 1024.0},
                 {"KB", 1024.0},
                 {"M", 1048576.0},
                 {"MB", 1048576.0},
                 {"G", 1073741824.0},
                 {"GB", 1073741824.0},
                 {"T", 1099511627776.0},
                 {"TB", 1099511627776.0}};
    const char *text = given->values[0];
    char *unit = NULL;
    double number = strtod(text, &unit);
    for (size_t i = 0; unit != text && i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcasecmp(unit, units[i].unit) != 0)
            continue;
        double size = number * units[i].factor;
        if (!(size >= 64.0 * 1048576 && size < 1e15))
            return tw_error_set(err, TW_EUSAGE, "--%s must be at least 64M, not '%s'", given->option->name,
                                text);
        *bytes = (size_t)size;
        return TW_OK;
    }
    return tw_error_set(err, TW_EUSAGE, "--%s takes a size such as 500M or 8G, not '%s'", given->option->name,
                        text);
}
