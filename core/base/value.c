/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct tw_value *tw_value_get(const struct tw_value *map, const char *key)
{
    if (map == NULL || map->kind != TW_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->members[i].key, key) == 0)
            return &map->members[i].value;
    return NULL;
}

const char *tw_value_kind_name(enum tw_value_kind kind)
{
    static const char *const names[] = {"nothing",  "true or false", "a number",
                                        "a string", "a list",        "a map"};
    return names[kind];
}

bool tw_value_is_int(const struct tw_value *value, long long *number)
{
    if (value == NULL || value->kind != TW_NUMBER || value->number != floor(value->number) ||
        fabs(value->number) > 9007199254740992.0)
        return false;
    *number = (long long)value->number;
    return true;
}

static struct tw_value *value_new(struct tw_arena *arena, enum tw_value_kind kind)
{
    struct tw_value *value = tw_arena_calloc(arena, 1, sizeof(*value));
    if (value != NULL)
        value->kind = kind;
    return value;
}

struct tw_value *tw_value_string(struct tw_arena *arena, const char *text)
{
    struct tw_value *value = value_new(arena, TW_STRING);
    if (value == NULL || (value->text = tw_arena_strdup(arena, text)) == NULL)
        return NULL;
    return value;
}

struct tw_value *tw_value_number(struct tw_arena *arena, double number)
{
    struct tw_value *value = value_new(arena, TW_NUMBER);
    if (value == NULL || (value->text = tw_arena_printf(arena, "%.17g", number)) == NULL)
        return NULL;
    value->number = number;
    return value;
}

struct tw_value *tw_value_bool(struct tw_arena *arena, bool boolean)
{
    struct tw_value *value = value_new(arena, TW_BOOL);
    if (value != NULL) {
        value->text = boolean ? "true" : "false";
        value->boolean = boolean;
    }
    return value;
}

struct tw_value *tw_value_list(struct tw_arena *arena, size_t count)
{
    struct tw_value *value = value_new(arena, TW_LIST);
    if (value == NULL || (value->items = tw_arena_calloc(arena, count, sizeof(*value->items))) == NULL)
        return NULL;
    value->text = "";
    value->count = count;
    return value;
}

struct tw_value *tw_value_with(struct tw_arena *arena, const struct tw_value *map, const char *key,
                               const struct tw_value *value)
{
    struct tw_value *changed = value_new(arena, TW_MAP);
    size_t count = map != NULL ? map->count : 0;
    if (changed == NULL)
        return NULL;
    if (map != NULL)
        *changed = *map;
    changed->members = tw_arena_calloc(arena, count + 1, sizeof(*changed->members));
    if (changed->members == NULL)
        return NULL;
    size_t at = count;
    for (size_t i = 0; i < count; i++) {
        changed->members[i] = map->members[i];
        if (strcmp(map->members[i].key, key) == 0)
            at = i;
    }
    changed->count = at == count ? count + 1 : count;
    changed->members[at].key = tw_arena_strdup(arena, key);
    changed->members[at].value = *value;
    return changed->members[at].key != NULL ? changed : NULL;
}

enum tw_status tw_error_at(struct tw_error *err, enum tw_status status, const struct tw_value *value,
                           const char *format, ...)
{
    char message[TW_ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (value != NULL && value->file != NULL && value->line > 0)
        return tw_error_set(err, status, "%s:%d:%d: %s", value->file, value->line, value->col, message);
    if (value != NULL && value->file != NULL)
        return tw_error_set(err, status, "%s: %s", value->file, message);
    return tw_error_set(err, status, "%s", message);
}

enum { LONGEST_SHOWN = 60 };

/* Puts text between quotes, control characters as '?', cut between characters of UTF-8. */
static void quote(const char *text, char shown[TW_SHOWN_SIZE])
{
    size_t length = strlen(text), cut = length;
    if (length > LONGEST_SHOWN)
        for (cut = LONGEST_SHOWN; cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80;)
            cut--;
    snprintf(shown, TW_SHOWN_SIZE, "'%.*s%s'", (int)cut, text, cut < length ? "..." : "");
    for (char *c = shown; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = '?';
}

const char *tw_value_shown(const struct tw_value *value, char text[TW_SHOWN_SIZE])
{
    if (value->kind == TW_STRING)
        quote(value->text, text);
    else if (value->kind == TW_NUMBER || value->kind == TW_BOOL)
        snprintf(text, TW_SHOWN_SIZE, "%.60s", value->text);
    else
        snprintf(text, TW_SHOWN_SIZE, "%s", tw_value_kind_name(value->kind));
    return text;
}
