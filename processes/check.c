/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The names of a map, for messages. */
static const char **member_names(const struct tw_value *map, struct tw_arena *arena)
{
    const char **names = tw_arena_calloc(arena, map->count, sizeof(*names));
    for (size_t i = 0; names != NULL && i < map->count; i++)
        names[i] = map->members[i].key;
    return names;
}

/* The count when there is none of that name. */
static size_t find_member(const struct tw_value *map, const char *name)
{
    size_t index = 0;
    while (index < map->count && strcmp(map->members[index].key, name) != 0)
        index++;
    return index;
}

/* What a parameter must be: `a number`. NULL: anything. */
static const char *wanted_kind(const struct tw_value *declared)
{
    bool empty_list = declared->kind == TW_LIST && declared->count == 0;
    if (declared->kind != TW_NULL)
        return empty_list ? NULL : tw_value_kind_name(declared->kind);
    static const struct {
        const char *name;
        enum tw_value_kind kind;
    } kinds[] = {{"number", TW_NUMBER}, {"string", TW_STRING},     {"boolean", TW_BOOL}, {"list", TW_LIST},
                 {"map", TW_MAP},       {"resampling", TW_STRING}, {"dtype", TW_STRING}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, declared->text) == 0)
            return tw_value_kind_name(kinds[i].kind);
    return NULL;
}

static bool is_scalar(const struct tw_value *value)
{
    return value->kind == TW_BOOL || value->kind == TW_NUMBER || value->kind == TW_STRING;
}

/* A parameter of the right kind that has to be one of a few names. */
static void check_name(const struct tw_value *given, const struct tw_value *declared,
                       struct tw_problems *problems)
{
    enum tw_resampling resampling;
    enum tw_dtype dtype;
    if (declared->kind != TW_NULL || given->kind != TW_STRING)
        return;
    if (strcmp(declared->text, "resampling") == 0 && !tw_resampling_parse(given->text, &resampling))
        tw_problems_add_unknown(problems, given, "resampling", given->text, tw_resampling_list(),
                                TW_NUM_RESAMPLINGS);
    if (strcmp(declared->text, "dtype") == 0 && !tw_dtype_parse(given->text, &dtype))
        tw_problems_add_unknown(problems, given, "dtype", given->text, tw_dtype_list(), TW_NUM_DTYPES);
}

static void check_param(const struct tw_member *given, const struct tw_value *declared,
                        struct tw_problems *problems)
{
    const char *wanted = wanted_kind(declared);
    const char *kind = tw_value_kind_name(given->value.kind);
    if (wanted == NULL || given->value.kind == TW_NULL || strcmp(wanted, kind) == 0) {
        check_name(&given->value, declared, problems);
        return;
    }
    bool show_default = is_scalar(declared), show_given = is_scalar(&given->value);
    const char *quote = declared->kind == TW_STRING ? "'" : "";
    tw_problems_add(problems, &given->value, "parameter '%s' must be %s%s%s%s%s%s, not %s%s%s%s", given->key,
                    wanted, show_default ? " (the default is " : "", show_default ? quote : "",
                    show_default ? declared->text : "", show_default ? quote : "", show_default ? ")" : "",
                    kind, show_given ? ": '" : "", show_given ? given->value.text : "",
                    show_given ? "'" : "");
}

/* A number that its limits leave out. */
static void check_limits(const struct tw_member *given, const struct tw_param_limits *limits,
                         struct tw_problems *problems)
{
    double number = given->value.number;
    if (given->value.kind != TW_NUMBER || (number >= limits->min && number <= limits->max))
        return;
    if (isinf(limits->max))
        tw_problems_add(problems, &given->value, "parameter '%s' must be at least %.15g, not %s", given->key,
                        limits->min, given->value.text);
    else if (isinf(limits->min))
        tw_problems_add(problems, &given->value, "parameter '%s' must be at most %.15g, not %s", given->key,
                        limits->max, given->value.text);
    else
        tw_problems_add(problems, &given->value, "parameter '%s' must be from %.15g to %.15g, not %s",
                        given->key, limits->min, limits->max, given->value.text);
}

void tw_program_check_params(const struct tw_program *program, const struct tw_value *params,
                             struct tw_problems *problems)
{
    const struct tw_value *declared = program->declaration.params;
    struct tw_arena *arena = tw_arena_new(0);
    const char **names = arena != NULL ? member_names(declared, arena) : NULL;
    size_t count = params != NULL && params->kind == TW_MAP && names != NULL ? params->count : 0;
    for (size_t i = 0; i < count; i++) {
        size_t index = find_member(declared, params->members[i].key);
        if (index == declared->count) {
            tw_problems_add_unknown_key(problems, &params->members[i], "process parameter", names,
                                        declared->count);
            continue;
        }
        check_param(&params->members[i], &declared->members[index].value, problems);
        check_limits(&params->members[i], &program->declaration.limits[index], problems);
    }
    tw_arena_free(arena);
}
