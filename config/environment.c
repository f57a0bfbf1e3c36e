/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool tw_environment_is_in(const char *text)
{
    return strstr(text, "${") != NULL;
}

/* One `${...}`: the pieces between its braces. */
struct reference {
    const char *begin;    /* the '$' */
    const char *end;      /* behind the '}' */
    const char *name;     /* new in the arena */
    const char *fallback; /* new in the arena, or NULL */
};

static size_t name_length(const char *name)
{
    size_t length = 0;
    while (isalnum((unsigned char)name[length]) || name[length] == '_')
        length++;
    return isdigit((unsigned char)name[0]) ? 0 : length;
}

enum parse { WELL_FORMED, MALFORMED, NO_MEMORY };

static enum parse parse_reference(struct tw_arena *arena, const char *begin, struct reference *found)
{
    const char *name = begin + 2;
    const char *close = strchr(name, '}');
    size_t length = name_length(name);
    *found = (struct reference){.begin = begin, .end = close != NULL ? close + 1 : begin + strlen(begin)};
    if (close == NULL || length == 0)
        return MALFORMED;
    bool has_fallback = strncmp(name + length, ":-", 2) == 0;
    if (!has_fallback && name + length != close)
        return MALFORMED;
    if (has_fallback) {
        const char *fallback = name + length + 2;
        found->fallback = tw_arena_strndup(arena, fallback, (size_t)(close - fallback));
        if (found->fallback == NULL)
            return NO_MEMORY;
    }
    found->name = tw_arena_strndup(arena, name, length);
    return found->name != NULL ? WELL_FORMED : NO_MEMORY;
}

static const char *lookup(const struct reference *reference)
{
    const char *held = getenv(reference->name);
    bool use_fallback = reference->fallback != NULL && (held == NULL || *held == '\0');
    return use_fallback ? reference->fallback : held;
}

static void replace(const struct reference *reference, const struct tw_value *place, struct tw_text *expanded,
                    struct tw_problems *problems)
{
    const char *held = lookup(reference);
    if (held != NULL) {
        tw_text_add(expanded, held);
        return;
    }
    tw_problems_add(problems, place,
                    "the environment variable '%s' is not set; set it, or give a default: ${%s:-default}",
                    reference->name, reference->name);
    tw_text_add_bytes(expanded, reference->begin, (size_t)(reference->end - reference->begin));
}

static void keep_malformed(const struct reference *reference, const struct tw_value *place,
                           struct tw_text *expanded, struct tw_problems *problems)
{
    int length = (int)(reference->end - reference->begin);
    tw_problems_add(problems, place, "cannot read '%.*s'; write ${NAME} or ${NAME:-default}",
                    length < 60 ? length : 60, reference->begin);
    tw_text_add_bytes(expanded, reference->begin, (size_t)length);
}

static bool expand_all(struct tw_arena *arena, const struct tw_value *place, const char *text,
                       struct tw_text *expanded, struct tw_problems *problems)
{
    const char *begin;
    while ((begin = strstr(text, "${")) != NULL) {
        tw_text_add_bytes(expanded, text, (size_t)(begin - text));
        struct reference reference;
        enum parse parsed = parse_reference(arena, begin, &reference);
        if (parsed == NO_MEMORY)
            return false;
        if (parsed == WELL_FORMED)
            replace(&reference, place, expanded, problems);
        else
            keep_malformed(&reference, place, expanded, problems);
        text = reference.end;
    }
    tw_text_add(expanded, text);
    return !expanded->failed;
}

const char *tw_environment_expand(struct tw_arena *arena, const struct tw_value *place, const char *text,
                                  struct tw_problems *problems)
{
    struct tw_text expanded = {0};
    const char *kept = NULL;
    if (expand_all(arena, place, text, &expanded, problems))
        kept = tw_arena_strdup(arena, tw_text_get(&expanded));
    tw_text_free(&expanded);
    return kept;
}
