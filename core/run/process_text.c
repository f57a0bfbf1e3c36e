/* SPDX-License-Identifier: MIT */
#include "process_text.h"

#include <string.h>

/* A line of the script: `name = value, -- comment`. */
struct line {
    const char *name, *comment; /* NULL: none */
    size_t name_length, comment_length;
};

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " ");
}

/* Reads the line at `at`; returns the next one, or NULL behind the last. */
static const char *read_line(const char *at, struct line *line)
{
    const char *end = at + strcspn(at, "\n"), *name = skip_blanks(at);
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");
    *line = (struct line){0};
    if (length > 0 && *skip_blanks(name + length) == '=')
        line->name = name, line->name_length = length;
    for (const char *dash = name; dash + 1 < end && line->comment == NULL; dash++)
        if (dash[0] == '-' && dash[1] == '-')
            line->comment = skip_blanks(dash + 2);
    if (line->comment != NULL)
        line->comment_length = (size_t)(end - line->comment);
    bool is_comment_alone = strncmp(name, "--", 2) == 0;
    if (line->name == NULL && !is_comment_alone)
        line->comment = NULL;
    return *end != '\0' ? end + 1 : NULL;
}

/* The comment behind the field, and those on the next lines. indent: of the lines after the first. */
static void add_comment(struct tw_text *text, const char *script, const char *name, int indent)
{
    struct line line;
    const char *next = script;
    do
        next = read_line(next, &line);
    while (next != NULL && (line.name == NULL || strlen(name) != line.name_length ||
                            strncmp(line.name, name, line.name_length) != 0));
    for (int i = 0; next != NULL && line.comment != NULL && (i == 0 || line.name == NULL); i++) {
        if (i > 0)
            tw_text_printf(text, "\n%*s", indent, "");
        tw_text_add_bytes(text, line.comment, line.comment_length);
        next = read_line(next, &line);
    }
}

void tw_process_comment(const char *script, const char *name, struct tw_text *text)
{
    add_comment(text, script, name, 0);
}

/* As one would write it in YAML; `(kind)` for a parameter without a default. */
static void add_value(struct tw_text *text, const struct tw_value *value)
{
    switch (value->kind) {
    case TW_NULL:
        tw_text_printf(text, "(%s)", value->text);
        break;
    case TW_BOOL:
        tw_text_add(text, value->boolean ? "true" : "false");
        break;
    case TW_NUMBER:
        tw_text_printf(text, "%.10g", value->number);
        break;
    case TW_STRING:
        tw_text_add(text, *value->text != '\0' ? value->text : "''");
        break;
    case TW_LIST:
        tw_text_add(text, "[");
        for (size_t i = 0; i < value->count; i++) {
            tw_text_add(text, i > 0 ? ", " : "");
            add_value(text, &value->items[i]);
        }
        tw_text_add(text, "]");
        break;
    case TW_MAP:
        tw_text_add(text, value->count == 0 ? "{}" : "{...}");
        break;
    }
}

static void add_about(struct tw_text *text, const char *script)
{
    while (strncmp(script, "---", 3) == 0) {
        size_t length = strcspn(script, "\n");
        size_t skipped = 3 + (script[3] == ' ');
        tw_text_add_bytes(text, script + skipped, length + 1 - skipped);
        script += length + 1;
    }
}

static const char *kind_name(const struct tw_declared_input *input)
{
    static const char *const groups[] = {"rasters", "stacks", "vectors", "group"};
    if (input->is_group)
        return groups[input->kind];
    switch (input->kind) {
    case TW_INPUT_RASTER:
        return "raster";
    case TW_INPUT_STACK:
        return "stack";
    case TW_INPUT_VECTOR:
        return "vector";
    default:
        return "any kind";
    }
}

static void add_inputs(struct tw_text *text, const struct tw_declaration *declaration, const char *script)
{
    tw_text_add(text, "\ninputs:\n");
    for (size_t i = 0; i < declaration->num_inputs; i++) {
        const struct tw_declared_input *input = &declaration->inputs[i];
        struct tw_text kind = {0};
        tw_text_printf(&kind, "%s%s", kind_name(input), input->optional ? ", optional" : "");
        tw_text_printf(text, "  %-22s %-18s  ", input->name, tw_text_get(&kind));
        tw_text_free(&kind);
        if (declaration->any_single_input && !input->optional)
            tw_text_add(text, "under any name");
        else
            add_comment(text, script, input->name, 45);
        tw_text_add(text, "\n");
    }
}

/* In the order of the script. */
static void add_params(struct tw_text *text, const struct tw_declaration *declaration, const char *script)
{
    struct line line;
    if (declaration->params->count > 0)
        tw_text_add(text, "\nprocess_parameters, with their defaults:\n");
    for (const char *at = script; at != NULL;) {
        at = read_line(at, &line);
        for (size_t i = 0; line.name != NULL && i < declaration->params->count; i++) {
            const struct tw_member *param = &declaration->params->members[i];
            if (strlen(param->key) != line.name_length ||
                strncmp(param->key, line.name, line.name_length) != 0)
                continue;
            struct tw_text value = {0};
            add_value(&value, &param->value);
            tw_text_printf(text, "  %-22s %-18s  ", param->key, tw_text_get(&value));
            tw_text_free(&value);
            add_comment(text, script, param->key, 45);
            tw_text_add(text, "\n");
        }
    }
}

static void add_output(struct tw_text *text, const struct tw_declaration *declaration)
{
    if (declaration->num_bands == 0)
        return;
    tw_text_printf(text, "\noutput, unless the configuration says otherwise:\n  bands: %d",
                   declaration->num_bands);
    for (int i = 0; declaration->band_names != NULL && i < declaration->num_bands; i++)
        tw_text_printf(text, "%s%s", i == 0 ? " (" : ", ", declaration->band_names[i]);
    tw_text_add(text, declaration->band_names != NULL ? ")\n" : "\n");
    if (declaration->has_dtype)
        tw_text_printf(text, "  dtype: %s\n", tw_dtype_name(declaration->dtype));
    if (declaration->has_nodata)
        tw_text_printf(text, "  nodata: %.10g\n", declaration->nodata);
}

void tw_process_describe(const struct tw_declaration *declaration, const char *script, struct tw_text *text)
{
    add_about(text, script);
    add_inputs(text, declaration, script);
    add_params(text, declaration, script);
    add_output(text, declaration);
    tw_text_printf(text, "\n`tilewright processes %s --source` prints the script, to read or to copy.\n",
                   declaration->path);
}
