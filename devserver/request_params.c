/* `?params=gain:2,method:median`: other parameters for the script, of this request alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *tw_request_decoded(const struct request *request, const char *name)
{
    const char *text = tw_request_argument(request, name);
    char *decoded = text != NULL ? tw_arena_strdup(request->arena, text) : NULL, *to = decoded;
    for (const char *from = text; decoded != NULL && *from != '\0'; from++) {
        bool is_escaped =
            *from == '%' && isxdigit((unsigned char)from[1]) && isxdigit((unsigned char)from[2]);
        const char digits[3] = {is_escaped ? from[1] : '\0', is_escaped ? from[2] : '\0', '\0'};
        *to++ = is_escaped ? (char)strtol(digits, NULL, 16) : *from == '+' ? ' ' : *from;
        from += is_escaped ? 2 : 0;
    }
    if (to != NULL)
        *to = '\0';
    return decoded;
}

/* What the text means as a parameter that is declared so. */
static const struct tw_value *value_of(struct tw_arena *arena, const struct tw_value *declared,
                                       const char *text)
{
    double number;
    bool is_any = declared->kind == TW_NULL && strcmp(declared->text, "any") == 0;
    bool takes_number = is_any || declared->kind == TW_NUMBER ||
                        (declared->kind == TW_NULL && strcmp(declared->text, "number") == 0);
    bool takes_bool = is_any || declared->kind == TW_BOOL ||
                      (declared->kind == TW_NULL && strcmp(declared->text, "boolean") == 0);
    if (takes_number && tw_parse_number(text, &number) && isfinite(number)) {
        struct tw_value *value = tw_value_number(arena, number);
        if (value != NULL)
            value->text = text; /* as it was given, in messages */
        return value;
    }
    if (takes_bool && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return tw_value_bool(arena, text[0] == 't');
    return tw_value_string(arena, text);
}

/* The pieces between commas; one without a colon is more of the value before. */
static const struct tw_value *split(struct tw_arena *arena, const char *text, const struct tw_value *declared,
                                    struct tw_problems *problems)
{
    const struct tw_value *map = NULL;
    while (*text != '\0') {
        size_t length = strcspn(text, ","), name = strcspn(text, ":,");
        if (text[name] != ':') {
            tw_problems_add(problems, NULL, "params are NAME:VALUE,NAME:VALUE, and '%.*s' is none",
                            (int)length, text);
            return NULL;
        }
        while (text[length] == ',' && text[length + 1 + strcspn(text + length + 1, ":,")] != ':')
            length += 1 + strcspn(text + length + 1, ",");
        const char *key = tw_arena_strndup(arena, text, name),
                   *value = tw_arena_strndup(arena, text + name + 1, length - name - 1);
        const struct tw_value *known = key != NULL ? tw_value_get(declared, key) : NULL;
        const struct tw_value *given = value == NULL   ? NULL
                                       : known != NULL ? value_of(arena, known, value)
                                                       : tw_value_string(arena, value);
        map = key != NULL && given != NULL ? tw_value_with(arena, map, key, given) : NULL;
        if (map == NULL)
            return NULL;
        text += length + (text[length] == ',');
    }
    return map;
}

static bool is_scalar(enum tw_value_kind kind)
{
    return kind == TW_BOOL || kind == TW_NUMBER || kind == TW_STRING;
}

static bool takes_scalar(const struct tw_value *declared)
{
    return declared->kind == TW_NULL
               ? strcmp(declared->text, "list") != 0 && strcmp(declared->text, "map") != 0
               : is_scalar(declared->kind);
}

static bool is_equal(const struct tw_value *a, const struct tw_value *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == TW_NUMBER ? a->number == b->number
           : a->kind == TW_BOOL ? a->boolean == b->boolean
                                : a->kind == TW_STRING && strcmp(a->text, b->text) == 0;
}

/* Those that are not what holds anyway, in the order of the declaration. */
static const struct tw_value *differing(struct tw_arena *arena, const struct tw_edition *edition,
                                        const struct tw_value *given, struct tw_problems *problems)
{
    const struct tw_value *declared = edition->plan->declaration->params, *map = NULL;
    for (size_t i = 0; i < declared->count; i++) {
        const struct tw_member *param = &declared->members[i];
        const struct tw_value *own = tw_value_get(given, param->key),
                              *before = tw_value_get(edition->config->params, param->key);
        if (before == NULL || before->kind == TW_NULL)
            before = &param->value;
        if (own == NULL || is_equal(own, before))
            continue;
        if (!takes_scalar(&param->value))
            tw_problems_add(problems, NULL,
                            "parameter '%s' is a %s: numbers, texts and booleans can be tried here",
                            param->key,
                            param->value.kind == TW_NULL  ? param->value.text
                            : param->value.kind == TW_MAP ? "map"
                                                          : "list");
        if ((map = tw_value_with(arena, map, param->key, own)) == NULL)
            return NULL;
    }
    return map;
}

const struct tw_value *tw_request_params(const struct request *request, struct tw_problems *problems)
{
    const struct tw_edition *edition = request->base;
    const char *text = tw_request_decoded(request, "params");
    if (text == NULL || text[0] == '\0')
        return NULL;
    if (request->input != NULL || tw_layer_spec(request->layer)->kind != TW_LAYER_RESULT) {
        tw_problems_add(problems, NULL, "params are those of a script, and '%s' is shown without one",
                        request->input != NULL ? request->input->name : tw_layer_spec(request->layer)->title);
        return NULL;
    }
    const struct tw_value *given = split(request->arena, text, edition->plan->declaration->params, problems);
    if (problems->count == 0)
        tw_program_check_params(edition->plan->program, given, problems);
    return problems->count == 0 ? differing(request->arena, edition, given, problems) : NULL;
}
