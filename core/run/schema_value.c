/* SPDX-License-Identifier: MIT */
#include "schema_parts.h"

#include "dtype.h"
#include "resampling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any text with ${NAME} in it is taken: what it becomes is known later. */
#define ENVIRONMENT "\\$\\{"

json_t *tw_schema_strings(const char *const *words, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(words[i]));
    return list;
}

json_t *tw_schema_ref(const char *definition)
{
    char path[64];
    snprintf(path, sizeof(path), "#/definitions/%s", definition);
    return json_pack("{s:s}", "$ref", path);
}

json_t *tw_schema_one_of(const char *const *words, size_t count)
{
    return json_pack("{s:[{s:o}, o, {s:s}]}", "anyOf", "enum", tw_schema_strings(words, count),
                     tw_schema_ref("environment"), "type", "null");
}

/* `one A B C` */
static json_t *one_of_words(const char *text)
{
    json_t *words = json_array();
    while (*(text += strspn(text, " ")) != '\0') {
        size_t length = strcspn(text, " ");
        json_array_append_new(words, json_stringn(text, length));
        text += length;
    }
    return json_pack("{s:[{s:o}, o, {s:s}]}", "anyOf", "enum", words, tw_schema_ref("environment"), "type",
                     "null");
}

/* A type, or text with ${NAME}, or null. */
static json_t *typed(const char *type)
{
    return json_pack("{s:[s, s, s], s:s}", "type", type, "string", "null", "pattern", ENVIRONMENT);
}

static json_t *whole(const char *range)
{
    long least = 0, most = 0;
    json_t *schema = typed("integer");
    if (sscanf(range, "%ld %ld", &least, &most) == 2) {
        json_object_set_new(schema, "minimum", json_integer(least));
        json_object_set_new(schema, "maximum", json_integer(most));
    }
    return schema;
}

static json_t *plain(const char *takes)
{
    if (strcmp(takes, "bool") == 0)
        return typed("boolean");
    if (strcmp(takes, "number") == 0)
        return json_pack("{s:[s, s, s], s:s}", "type", "number", "string", "null", "pattern",
                         "^[nN][aA][nN]$|" ENVIRONMENT);
    if (strcmp(takes, "text") == 0)
        return json_pack("{s:[s, s], s:i}", "type", "string", "null", "minLength", 1);
    if (strcmp(takes, "name") == 0)
        return json_pack("{s:[s, s, s]}", "type", "string", "number", "null");
    if (strcmp(takes, "crs") == 0)
        return json_pack("{s:[s, s, s], s:i, s:i}", "type", "string", "integer", "null", "minimum", 1,
                         "minLength", 1);
    if (strcmp(takes, "map") == 0)
        return json_pack("{s:[s, s]}", "type", "object", "null");
    if (strcmp(takes, "dtype") == 0)
        return tw_schema_ref("dtype");
    if (strcmp(takes, "resampling") == 0)
        return tw_schema_ref("resampling");
    return json_object();
}

/* Without a default. */
static json_t *kind_of(const char *takes)
{
    if (strncmp(takes, "one ", 4) == 0)
        return one_of_words(takes + 4);
    if (strncmp(takes, "int ", 4) == 0)
        return whole(takes + 4);
    if (strncmp(takes, "ref ", 4) == 0)
        return tw_schema_ref(takes + 4);
    return plain(takes);
}

/* A word is text, everything else is JSON. */
static json_t *default_value(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    return value != NULL ? value : json_string(text);
}

json_t *tw_schema_takes(const char *takes)
{
    if (takes[0] == '{')
        return json_loads(takes, 0, NULL);
    const char *equals = strstr(takes, " = ");
    if (equals == NULL)
        return kind_of(takes);
    char *kind = strndup(takes, (size_t)(equals - takes));
    json_t *schema = kind != NULL ? kind_of(kind) : NULL;
    free(kind);
    json_object_set_new(schema, "default", default_value(equals + 3));
    return schema;
}

json_t *tw_schema_object(json_t *properties)
{
    return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties, "additionalProperties",
                     0);
}

json_t *tw_schema_by_zoom(json_t *schema)
{
    return json_pack("{s:[o, o]}", "anyOf", schema, tw_schema_ref("by_zoom"));
}
