/* SPDX-License-Identifier: MIT */
#include "schema.h"
#include "schema_parts.h"

#include "config.h"
#include "dtype.h"
#include "encoder.h"
#include "resampling.h"
#include "script.h"
#include "source.h"
#include "tile_matrix_set.h"

#include <stdlib.h>
#include <string.h>

/* What the checks know: {part: [keys]}. */
static void add_part(json_t *known, const char *part, const char *const *keys, size_t count)
{
    json_object_set_new(known, part, tw_schema_strings(keys, count));
}

static void add_inputs(json_t *known)
{
    const char *const *names, *const *about;
    const char *alias;
    size_t count = tw_source_drivers(&names, &about);
    for (size_t i = 0; i < count; i++) {
        struct tw_text part = {0};
        const char *const *keys = tw_source_keys(i, &alias);
        size_t num_keys = 0;
        while (keys[num_keys] != NULL)
            num_keys++;
        tw_text_printf(&part, "input %s", names[i]);
        add_part(known, tw_text_get(&part), keys, num_keys);
        json_t *all = json_object_get(known, tw_text_get(&part));
        json_array_append_new(all, json_string("format"));
        for (const char *const *key = tw_source_common_keys(); *key != NULL; key++)
            json_array_append_new(all, json_string(*key));
        tw_text_free(&part);
    }
}

static void add_outputs(json_t *known, struct tw_arena *arena)
{
    const char *names[TW_MOST_FORMATS], *about[TW_MOST_FORMATS], *const *keys = NULL;
    size_t count = tw_encoder_formats(names, about), num_own;
    for (size_t i = 0; i < count; i++) {
        struct tw_text part = {0};
        size_t num_keys = tw_encoder_keys(names[i], arena, &keys, &num_own);
        tw_text_printf(&part, "output %s", names[i]);
        add_part(known, tw_text_get(&part), keys, num_keys);
        tw_text_free(&part);
    }
}

static json_t *known_keys(struct tw_arena *arena)
{
    static const char *const parts[] = {"", "pyramid", "zoom_levels", "baselevels", "bounds", "notify"};
    const char *const *keys = NULL;
    json_t *known = json_object();
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t count = tw_config_keys(parts[i], &keys);
        add_part(known, parts[i], keys, count);
    }
    size_t count = tw_grid_keys(&keys);
    add_part(known, "grid", keys, count);
    count = tw_grid_srs_keys(&keys);
    add_part(known, "srs", keys, count);
    add_inputs(known);
    add_outputs(known, arena);
    return known;
}

/* `output GTiff` -> `GTiff` */
static const char *second_word(const char *part)
{
    const char *space = strchr(part, ' ');
    return space != NULL ? space + 1 : "";
}

/* An option that GDAL describes itself. */
static json_t *gdal_option(const struct tw_option_about *about)
{
    if (about->num_choices > 0 && strcmp(about->type, "string-select") == 0) {
        json_t *schema = tw_schema_one_of(about->choices, about->num_choices);
        json_array_append_new(json_object_get(schema, "anyOf"),
                              json_pack("{s:[s, s]}", "type", "boolean", "number"));
        /* capitals are taken, too */
        json_array_append_new(json_object_get(schema, "anyOf"),
                              json_pack("{s:s}", "pattern", "^[A-Z0-9_.-]+$"));
        return schema;
    }
    return json_pack("{s:[s, s, s, s]}", "type", "string", "number", "boolean", "null");
}

static json_t *property(const char *part, const char *key, struct tw_arena *arena)
{
    const struct tw_schema_key *line = tw_schema_key_find(part, key);
    struct tw_option_about about;
    if (line != NULL) {
        json_t *schema = tw_schema_takes(line->takes);
        json_object_set_new(schema, "description", json_string(line->about));
        return schema;
    }
    if (strncmp(part, "output ", 7) != 0 || !tw_encoder_key_about(second_word(part), key, arena, &about))
        return json_object();
    json_t *schema = gdal_option(&about);
    struct tw_text text = {0};
    tw_text_printf(&text, "GDAL: %s", about.about[0] != '\0' ? about.about : key);
    json_object_set_new(schema, "description", json_string(tw_text_get(&text)));
    tw_text_free(&text);
    return schema;
}

static json_t *properties(json_t *known, const char *part, struct tw_arena *arena)
{
    json_t *made = json_object(), *key;
    size_t i;
    json_array_foreach(json_object_get(known, part), i, key)
    {
        json_object_set_new(made, json_string_value(key), property(part, json_string_value(key), arena));
    }
    return made;
}

/* What lies below input may depend on the zoom. */
static json_t *properties_by_zoom(json_t *known, const char *part, struct tw_arena *arena)
{
    json_t *plain = properties(known, part, arena), *made = json_object(), *schema;
    const char *key;
    json_object_foreach(plain, key, schema)
    {
        json_t *about = json_object_get(schema, "description");
        json_t *either = tw_schema_by_zoom(json_incref(schema));
        json_object_set(either, "description", about);
        json_object_set_new(made, key, either);
    }
    json_decref(plain);
    return made;
}

/* {if: format is NAME (or its other name), then: NAME's options}; one of a list. */
static json_t *if_format(const char *name, const char *other, const char *definition)
{
    /* A pattern, because editors take the start of a word for the word when they complete: PNG_hillshade's.
     */
    json_t *pattern = other != NULL ? json_sprintf("^(%s|%s)$", name, other) : json_sprintf("^%s$", name);
    return json_pack("{s:{s:{s:{s:s, s:o}}, s:[s]}, s:o}", "if", "properties", "format", "type", "string",
                     "pattern", pattern, "required", "format", "then", tw_schema_ref(definition));
}

static json_t *format_names(json_t *known, const char *kind)
{
    const char *part;
    json_t *keys, *names = json_array();
    json_object_foreach(known, part, keys)
    {
        if (strncmp(part, kind, strlen(kind)) == 0 && part[strlen(kind)] == ' ')
            json_array_append_new(names, json_string(second_word(part)));
    }
    return names;
}

/* What another configuration has made is read with the options of what that is. */
static void add_options_of_results(json_t *definitions)
{
    static const char *const results[] = {"input_raster", "input_tile_directory", "input_vector"};
    json_t *keys = json_object_get(json_object_get(definitions, "input_config"), "properties");
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
        json_object_update_missing(keys,
                                   json_object_get(json_object_get(definitions, results[i]), "properties"));
}

static void define_inputs(json_t *definitions, json_t *known, struct tw_arena *arena)
{
    const char *const *names, *const *about;
    size_t count = tw_source_drivers(&names, &about);
    json_t *all = json_object(), *cases = json_array(), *formats = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *alias;
        tw_source_keys(i, &alias);
        char *part = tw_arena_printf(arena, "input %s", names[i]);
        char *definition = tw_arena_printf(arena, "input_%s", names[i]);
        json_t *own = properties_by_zoom(known, part, arena);
        json_object_update_missing(all, own);
        json_object_set_new(definitions, definition, tw_schema_object(own));
        json_array_append_new(cases, if_format(names[i], alias, definition));
        json_array_append_new(formats, json_string(names[i]));
        if (alias != NULL)
            json_array_append_new(formats, json_string(alias));
    }
    add_options_of_results(definitions);
    json_object_set_new(definitions, "input_any", tw_schema_object(all));
    json_array_append_new(cases, json_pack("{s:{s:[{s:[s]}, {s:[s]}], s:{s:[s]}}, s:o}", "if", "anyOf",
                                           "required", "path", "required", "files", "not", "required",
                                           "format", "then", tw_schema_ref("input_any")));
    /* a group of inputs */
    json_array_append_new(cases, json_pack("{s:{s:{s:[{s:[s]}, {s:[s]}, {s:[s]}]}}, s:{s:o}}", "if", "not",
                                           "anyOf", "required", "path", "required", "files", "required",
                                           "format", "then", "additionalProperties", tw_schema_ref("input")));
    json_t *format = json_pack("{s:{s:o, s:s}}", "format", "enum", formats, "description",
                               "What the input is; found out without.");
    json_object_set_new(definitions, "input_map",
                        json_pack("{s:s, s:o, s:o}", "type", "object", "properties", format, "allOf", cases));
}

static void define_outputs(json_t *definitions, json_t *known, struct tw_arena *arena)
{
    json_t *formats = format_names(known, "output"), *name, *cases = json_array();
    size_t i;
    json_array_foreach(formats, i, name)
    {
        char *part = tw_arena_printf(arena, "output %s", json_string_value(name));
        char *definition = tw_arena_printf(arena, "output_%s", json_string_value(name));
        json_t *own = properties(known, part, arena);
        const char *key, *now;
        for (size_t k = 0; tw_config_old_key(true, k, &key, &now); k++)
            json_object_set_new(own, key,
                                json_pack("{s:s, s:s}", "description", now, "deprecationMessage", now));
        json_object_set_new(definitions, definition, tw_schema_object(own));
        json_array_append_new(cases, if_format(json_string_value(name), NULL, definition));
    }
    json_t *format = json_pack("{s:[{s:o}, o], s:s}", "anyOf", "enum", formats, tw_schema_ref("environment"),
                               "description", "What the tiles are.");
    json_object_set_new(definitions, "output",
                        json_pack("{s:s, s:{s:o, s:o}, s:[s, s], s:o}", "type", "object", "properties",
                                  "format", format, "path", property("output", "path", arena), "required",
                                  "path", "format", "allOf", cases));
}

/* A zoom, a list of them, or a map. */
static json_t *zoom_levels(json_t *properties)
{
    json_t *zoom = tw_schema_takes("int 0 30");
    json_t *made = json_pack("{s:[s, s, s, s], s:s, s:O, s:i, s:i, s:i, s:o, s:b, s:[s, s]}", "type",
                             "integer", "array", "object", "string", "pattern", "\\$\\{", "items", zoom,
                             "minimum", 0, "maximum", 30, "minItems", 1, "properties", properties,
                             "additionalProperties", 0, "required", "min", "max");
    json_decref(zoom);
    return made;
}

/* mercator, an OGC TileMatrixSet by id, URI or file, or written out, or mapchete's map. */
static json_t *grid_definition(json_t *known, struct tw_arena *arena)
{
    const char *const *names;
    const char *ids[TW_MOST_REGISTERED];
    json_t *words = json_array();
    for (size_t i = 0, count = tw_grid_names(&names); i < count; i++)
        json_array_append_new(words, json_string(names[i]));
    for (size_t i = 0, count = tw_registered_grid_ids(ids); i < count; i++)
        json_array_append_new(words, json_string(ids[i]));
    json_t *custom = tw_schema_object(properties(known, "grid", arena));
    json_object_set_new(custom, "required", json_pack("[s, s]", "shape", "bounds"));
    json_t *sets =
        json_pack("{s:s, s:[{s:[s]}, {s:[s]}], s:s}", "type", "object", "anyOf", "required", "tileMatrices",
                  "required", "tileMatrix", "description", "An OGC TileMatrixSet, version 2 or 1.");
    return json_pack("{s:[{s:o}, {s:s, s:s, s:s}, o, o, o]}", "anyOf", "enum", words, "type", "string",
                     "pattern", "^UTM[0-9]{2}WGS84Quad$|^https?://|\\.json$", "description",
                     "An OGC TileMatrixSet: its id or URI, or a .json file.", tw_schema_ref("environment"),
                     sets, custom);
}

static void define_parts(json_t *definitions, json_t *known, struct tw_arena *arena)
{
    json_t *pyramid = tw_schema_object(properties(known, "pyramid", arena));
    json_object_set_new(pyramid, "required", json_pack("[s]", "grid"));
    json_object_set_new(definitions, "pyramid", pyramid);
    json_object_set_new(definitions, "srs", tw_schema_object(properties(known, "srs", arena)));
    json_object_set_new(definitions, "grid", grid_definition(known, arena));
    json_object_set_new(definitions, "zoom_levels", zoom_levels(properties(known, "zoom_levels", arena)));
    json_t *baselevels = tw_schema_object(properties(known, "baselevels", arena));
    json_object_set_new(baselevels, "type", json_pack("[s, s]", "object", "null"));
    json_object_set_new(definitions, "baselevels", baselevels);
    json_t *one = tw_schema_object(properties(known, "notify", arena));
    json_object_set_new(definitions, "notify",
                        json_pack("{s:[o, {s:s, s:o}, {s:s}]}", "anyOf", json_deep_copy(one), "type", "array",
                                  "items", one, "type", "null"));
    json_object_set_new(definitions, "bounds",
                        json_pack("{s:[s, s, s], s:{s:[s, s], s:s}, s:i, s:i, s:o, s:b}", "type", "array",
                                  "object", "null", "items", "type", "number", "string", "pattern", "\\$\\{",
                                  "minItems", 4, "maxItems", 4, "properties",
                                  properties(known, "bounds", arena), "additionalProperties", 0));
}

/* Definitions that say the same whatever the lists hold. */
static const char fixed[] =
    "{\"environment\": {\"type\": \"string\", \"pattern\": \"\\\\$\\\\{\", \"description\": \"${NAME} or "
    "${NAME:-default}: read from the environment.\"},"
    "\"by_zoom\": {\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": false, "
    "\"patternProperties\": {\"^zoom\\\\s*(<=|>=|==|<|>|=)\\\\s*[0-9]+\\\\s*$\": {}}},"
    "\"metatiling\": {\"anyOf\": [{\"enum\": [1, 2, 4, 8, 16, 32, 64, 128, 256]}, {\"$ref\": "
    "\"#/definitions/environment\"}, {\"type\": \"null\"}]},"
    "\"resamplings\": {\"anyOf\": [{\"$ref\": \"#/definitions/resampling\"}, {\"type\": \"object\", "
    "\"additionalProperties\": {\"$ref\": \"#/definitions/resampling\"}}]},"
    "\"vector_schema\": {\"type\": \"object\", \"additionalProperties\": false, \"required\": "
    "[\"geometry\"], \"properties\": {\"geometry\": {\"enum\": [\"Point\", \"MultiPoint\", \"LineString\", "
    "\"MultiLineString\", \"Polygon\", \"MultiPolygon\", \"Geometry\", \"Unknown\", \"Line\", "
    "\"MultiLine\"], \"description\": \"The kind of geometries; Geometry for any.\"}, \"properties\": "
    "{\"type\": [\"object\", \"null\"], \"description\": \"Names and types.\", \"additionalProperties\": "
    "{\"type\": \"string\", \"pattern\": "
    "\"^(str|int|int32|int64|float|bool|date|time|datetime)(:.*)?$\"}}}},"
    "\"input\": {\"anyOf\": [{\"type\": [\"string\", \"null\"]}, {\"$ref\": \"#/definitions/by_zoom\"}, "
    "{\"$ref\": \"#/definitions/input_map\"}, {\"type\": \"array\", \"items\": {\"$ref\": "
    "\"#/definitions/input\"}}]},"
    "\"inputs\": {\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": "
    "\"#/definitions/input\"}, \"patternProperties\": {\"^zoom\\\\s*[<>=]\": {\"$ref\": "
    "\"#/definitions/inputs\"}}},"
    "\"parameters\": {\"type\": [\"object\", \"null\"]}}";

static json_t *process_definition(void)
{
    const char *const *names;
    size_t count = tw_builtin_processes(&names);
    return json_pack("{s:[{s:s, s:s}, {s:o}, {s:s, s:s}, o]}", "anyOf", "type", "string", "pattern",
                     "\\.[lL][uU][aA]$", "enum", tw_schema_strings(names, count), "type", "string", "pattern",
                     "^mapchete\\.processes\\.", tw_schema_ref("environment"));
}

static json_t *definitions(json_t *known, struct tw_arena *arena)
{
    json_t *made = json_loads(fixed, 0, NULL);
    json_object_set_new(made, "dtype", tw_schema_one_of(tw_dtype_list(), TW_NUM_DTYPES));
    json_object_set_new(made, "resampling", tw_schema_one_of(tw_resampling_list(), TW_NUM_RESAMPLINGS));
    json_object_set_new(made, "process", process_definition());
    define_parts(made, known, arena);
    define_inputs(made, known, arena);
    define_outputs(made, known, arena);
    return made;
}

/* mapchete's old keys stand for others. */
static void add_old_keys(json_t *root)
{
    json_t *old = json_array();
    const char *key, *now;
    for (size_t i = 0; tw_config_old_key(false, i, &key, &now); i++) {
        json_object_set_new(json_object_get(root, "properties"), key,
                            json_pack("{s:s, s:s}", "description", now, "deprecationMessage", now));
        json_array_append_new(old, json_pack("{s:[s]}", "required", key));
    }
    json_array_append_new(old,
                          json_pack("{s:{s:{s:[{s:[s]}, {s:[s]}]}}, s:[s]}", "properties", "output", "anyOf",
                                    "required", "type", "required", "grid", "required", "output"));
    json_object_set_new(root, "if", json_pack("{s:{s:o}}", "not", "anyOf", old));
    json_object_set_new(
        root, "then",
        json_pack("{s:[s, s, s, s, s]}", "required", "process", "input", "pyramid", "zoom_levels", "output"));
}

static json_t *schema(struct tw_arena *arena, struct tw_error *err)
{
    json_t *known = known_keys(arena), *processes = tw_schema_processes(err);
    if (processes == NULL) {
        json_decref(known);
        return NULL;
    }
    json_t *root = tw_schema_object(properties(known, "", arena));
    json_object_set_new(root, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
    json_object_set_new(root, "title", json_string("Tilewright configuration"));
    json_object_set_new(root, "definitions", definitions(known, arena));
    json_object_set_new(root, "allOf", processes);
    add_old_keys(root);
    json_decref(known);
    return root;
}

enum tw_status tw_schema_make(struct tw_text *json, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    *err = (struct tw_error){0};
    json_t *root = arena != NULL ? schema(arena, err) : NULL;
    char *text = root != NULL ? json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS) : NULL;
    if (text != NULL)
        tw_text_printf(json, "%s\n", text);
    bool made = text != NULL && !json->failed;
    free(text);
    json_decref(root);
    tw_arena_free(arena);
    return made ? TW_OK : err->status != TW_OK ? err->status : tw_error_nomem(err);
}

static bool holds(json_t *list, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        if (strcmp(json_string_value(item), word) == 0)
            return true;
    }
    return false;
}

/* Whether the part, or any `PART NAME`, knows the key. */
static bool is_known(json_t *known, const struct tw_schema_key *line)
{
    const char *part;
    json_t *keys;
    size_t length = strlen(line->part);
    json_object_foreach(known, part, keys)
    {
        bool is_below = length > 0 && strncmp(part, line->part, length) == 0 && part[length] == ' ';
        if ((strcmp(part, line->part) == 0 || is_below) && holds(keys, line->key))
            return true;
    }
    return false;
}

static void add_undescribed(json_t *known, const char *part, struct tw_arena *arena, struct tw_text *gaps)
{
    size_t i;
    json_t *key;
    json_array_foreach(json_object_get(known, part), i, key)
    {
        struct tw_option_about about;
        const char *name = json_string_value(key);
        bool is_gdal =
            strncmp(part, "output ", 7) == 0 && tw_encoder_key_about(second_word(part), name, arena, &about);
        if (!is_gdal && tw_schema_key_find(part, name) == NULL)
            tw_text_printf(gaps, "'%s' (of '%s') is a key, and has no line in core/run/schema_keys.c\n", name,
                           part);
    }
}

enum tw_status tw_schema_gaps(struct tw_text *gaps, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    json_t *known = known_keys(arena), *keys;
    const char *part;
    json_object_foreach(known, part, keys) add_undescribed(known, part, arena, gaps);
    for (size_t i = 0; i < tw_num_schema_keys; i++)
        if (!is_known(known, &tw_schema_keys[i]))
            tw_text_printf(gaps, "'%s' (of '%s') has a line in core/run/schema_keys.c, and is no key\n",
                           tw_schema_keys[i].key, tw_schema_keys[i].part);
    json_decref(known);
    tw_arena_free(arena);
    return gaps->failed ? tw_error_nomem(err) : TW_OK;
}
