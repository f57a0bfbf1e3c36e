/* What the built-in processes take, for the schema: it follows from the name behind `process`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "schema_parts.h"
#include "process_text.h"

#include "script.h"

#include <stdio.h>
#include <math.h>
#include <string.h>

static json_t *value_json(const struct tw_value *value)
{
    json_t *list;
    switch (value->kind) {
    case TW_BOOL:
        return json_boolean(value->boolean);
    case TW_NUMBER:
        return json_real(value->number);
    case TW_STRING:
        return json_string(value->text);
    case TW_LIST:
        list = json_array();
        for (size_t i = 0; i < value->count; i++)
            json_array_append_new(list, value_json(&value->items[i]));
        return list;
    default:
        return NULL;
    }
}

/* As the check of parameters has it: the default's type is the parameter's. */
static json_t *param_type(const struct tw_value *declared)
{
    static const char *const types[] = {[TW_BOOL] = "bool", [TW_NUMBER] = "number", [TW_STRING] = "text"};
    bool is_any = declared->kind == TW_LIST && declared->count == 0;
    if (declared->kind == TW_LIST || declared->kind == TW_MAP)
        return is_any ? json_object()
                      : json_pack("{s:[s, s, s]}", "type", declared->kind == TW_LIST ? "array" : "object",
                                  "string", "null");
    if (declared->kind != TW_NULL)
        return tw_schema_takes(types[declared->kind]);
    static const char *const named[][2] = {{"number", "number"},         {"string", "text"},
                                           {"boolean", "bool"},          {"map", "map"},
                                           {"resampling", "resampling"}, {"dtype", "dtype"}};
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (strcmp(named[i][0], declared->text) == 0)
            return tw_schema_takes(named[i][1]);
    return json_object();
}

/* What the script says about it, or else what it is. */
static void describe(json_t *schema, const char *script, const char *name, const char *what)
{
    struct tw_text text = {0};
    tw_process_comment(script, name, &text);
    json_object_set_new(schema, "description", json_string(text.length > 0 ? tw_text_get(&text) : what));
    tw_text_free(&text);
}

static json_t *params_schema(const struct tw_declaration *declaration, const char *script)
{
    json_t *properties = json_object();
    for (size_t i = 0; i < declaration->params->count; i++) {
        const struct tw_member *param = &declaration->params->members[i];
        json_t *type = param_type(&param->value);
        if (isfinite(declaration->limits[i].min))
            json_object_set_new(type, "minimum", json_real(declaration->limits[i].min));
        if (isfinite(declaration->limits[i].max))
            json_object_set_new(type, "maximum", json_real(declaration->limits[i].max));
        json_t *schema = tw_schema_by_zoom(type), *value = value_json(&param->value);
        describe(schema, script, param->key, "A parameter of the process.");
        if (value != NULL)
            json_object_set_new(schema, "default", value);
        json_object_set_new(properties, param->key, schema);
    }
    json_t *object = tw_schema_object(properties);
    json_object_set_new(object, "type", json_pack("[s, s]", "object", "null"));
    json_object_set_new(object, "patternProperties", json_pack("{s:{}}", "^zoom\\s*[<>=]"));
    return object;
}

static json_t *inputs_schema(const struct tw_declaration *declaration, const char *script)
{
    json_t *properties = json_object();
    for (size_t i = 0; i < declaration->num_inputs; i++) {
        json_t *schema = tw_schema_ref("input");
        describe(schema, script, declaration->inputs[i].name, "An input of the process.");
        json_object_set_new(properties, declaration->inputs[i].name, schema);
    }
    return json_pack("{s:o}", "properties", properties);
}

/* What the process does, for the hover text: the first line of the script. */
static void add_process(json_t *cases, const char *name, const struct tw_declaration *declaration)
{
    const char *script = tw_builtin_text(name);
    json_t *then = json_pack("{s:o, s:o}", "process_parameters", params_schema(declaration, script), "input",
                             inputs_schema(declaration, script));
    json_array_append_new(cases, json_pack("{s:{s:{s:{s:s}}, s:[s]}, s:{s:o}}", "if", "properties", "process",
                                           "const", name, "required", "process", "then", "properties", then));
}

static enum tw_status add_builtin(json_t *cases, const char *name, struct tw_error *err)
{
    struct tw_problems problems = {0};
    struct tw_program *program = NULL;
    enum tw_status status = tw_program_load(name, NULL, NULL, &program, &problems);
    if (status == TW_OK)
        add_process(cases, name, tw_program_declaration(program));
    else
        tw_error_set(err, status, "%s", tw_text_get(&problems.text));
    tw_program_free(program);
    tw_problems_free(&problems);
    return status;
}

json_t *tw_schema_processes(struct tw_error *err)
{
    const char *const *names;
    size_t count = tw_builtin_processes(&names);
    json_t *cases = json_array();
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < count; i++) {
        char name[96];
        snprintf(name, sizeof(name), "mapchete.processes.%s", names[i]);
        status = add_builtin(cases, names[i], err);
        if (status == TW_OK)
            status = add_builtin(cases, name, err);
    }
    if (status == TW_OK)
        return cases;
    json_decref(cases);
    return NULL;
}
