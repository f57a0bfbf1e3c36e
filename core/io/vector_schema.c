/* SPDX-License-Identifier: MIT */
#include "vector_schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Names of types (fiona's, which may carry a width: `str:80`), and what their values look like. */
static const struct {
    const char *name, *wanted;
    OGRFieldType type;
    OGRFieldSubType subtype;
} types[] = {{"str", "a string", OFTString, OFSTNone},
             {"int", "a whole number", OFTInteger64, OFSTNone},
             {"int32", "a whole number of 32 bits", OFTInteger, OFSTNone},
             {"int64", "a whole number", OFTInteger64, OFSTNone},
             {"float", "a number", OFTReal, OFSTNone},
             {"bool", "true or false", OFTInteger, OFSTBoolean},
             {"date", "a string such as 2020-01-31", OFTDate, OFSTNone},
             {"time", "a string such as 13:05:00", OFTTime, OFSTNone},
             {"datetime", "a string such as 2020-01-31T13:05:00Z", OFTDateTime, OFSTNone}};
static const char *const type_names[] = {"str",  "int",  "int32", "int64",   "float",
                                         "bool", "date", "time",  "datetime"};

static const struct {
    const char *name;
    OGRwkbGeometryType type;
} kinds[] = {{"Point", wkbPoint},           {"MultiPoint", wkbMultiPoint},
             {"LineString", wkbLineString}, {"MultiLineString", wkbMultiLineString},
             {"Polygon", wkbPolygon},       {"MultiPolygon", wkbMultiPolygon},
             {"Geometry", wkbUnknown},      {"Unknown", wkbUnknown},
             {"Line", wkbLineString},       {"MultiLine", wkbMultiLineString}};
static const char *const kind_names[] = {"Point",   "MultiPoint",   "LineString", "MultiLineString",
                                         "Polygon", "MultiPolygon", "Geometry",   "Unknown",
                                         "Line",    "MultiLine"};
enum { NUM_TYPES = sizeof(types) / sizeof(types[0]), NUM_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void read_type(struct tw_vector_field *field, const struct tw_value *value,
                      struct tw_problems *problems)
{
    char name[32];
    if (value->kind != TW_STRING) {
        tw_output_wrong(problems, value, "the type of a property must be a name such as str, int or float");
        return;
    }
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(value->text, ":"), value->text);
    for (size_t i = 0; i < NUM_TYPES; i++)
        if (strcmp(types[i].name, name) == 0) {
            field->type_name = types[i].name;
            field->type = types[i].type;
            field->subtype = types[i].subtype;
            return;
        }
    tw_problems_add_unknown(problems, value, "type of a property", value->text, type_names, NUM_TYPES);
}

static bool read_fields(struct tw_vector_schema *schema, const struct tw_value *properties,
                        struct tw_arena *arena, struct tw_problems *problems)
{
    if (properties == NULL || properties->kind == TW_NULL)
        return true;
    if (properties->kind != TW_MAP) {
        tw_output_wrong(problems, properties, "output.schema.properties must be a map of names and types");
        return true;
    }
    schema->fields = tw_arena_calloc(arena, properties->count + 1, sizeof(*schema->fields));
    schema->field_names = tw_arena_calloc(arena, properties->count + 1, sizeof(*schema->field_names));
    for (size_t i = 0; schema->fields != NULL && schema->field_names != NULL && i < properties->count; i++) {
        struct tw_vector_field *field = &schema->fields[schema->num_fields];
        field->name = schema->field_names[i] = tw_arena_strdup(arena, properties->members[i].key);
        if (field->name == NULL)
            return false;
        read_type(field, &properties->members[i].value, problems);
        schema->num_fields++;
    }
    return schema->fields != NULL && schema->field_names != NULL;
}

static void read_geometry(struct tw_vector_schema *schema, const struct tw_value *given,
                          const struct tw_value *geometry, struct tw_problems *problems)
{
    if (geometry == NULL || geometry->kind == TW_NULL) {
        tw_problems_add(problems, given, "output.schema.geometry is missing: name one, such as Polygon");
        return;
    }
    if (geometry->kind != TW_STRING) {
        tw_output_wrong(problems, geometry, "output.schema.geometry must be a name such as Polygon");
        return;
    }
    for (size_t i = 0; i < NUM_KINDS; i++)
        if (strcmp(kinds[i].name, geometry->text) == 0) {
            schema->geometry_name = kinds[i].name;
            schema->geometry = kinds[i].type;
            return;
        }
    tw_problems_add_unknown(problems, geometry, "geometry", geometry->text, kind_names, NUM_KINDS);
}

bool tw_vector_schema_read(struct tw_vector_schema *schema, const struct tw_output_spec *spec,
                           struct tw_arena *arena, struct tw_problems *problems)
{
    static const char *const keys[] = {"properties", "geometry"};
    const struct tw_value *given = tw_value_get(spec->options, "schema");
    if (given == NULL || given->kind == TW_NULL) {
        tw_problems_add(problems, spec->options,
                        "output.schema is missing: features need one, such as {properties: {name: str}, "
                        "geometry: Polygon}");
        return true;
    }
    if (given->kind != TW_MAP) {
        tw_output_wrong(problems, given, "output.schema must be a map with properties and geometry");
        return true;
    }
    for (size_t i = 0; i < given->count; i++)
        if (strcmp(given->members[i].key, keys[0]) != 0 && strcmp(given->members[i].key, keys[1]) != 0)
            tw_problems_add_unknown_key(problems, &given->members[i], "key of output.schema", keys, 2);
    read_geometry(schema, given, tw_value_get(given, "geometry"), problems);
    return read_fields(schema, tw_value_get(given, "properties"), arena, problems);
}

static bool is_date(const struct tw_vector_field *field, const char *text)
{
    OGRField parsed;
    size_t length = strlen(text);
    if (field->type == OFTTime) {
        int hour, minute, used = 0;
        return sscanf(text, "%2d:%2d%n", &hour, &minute, &used) == 2 && used > 3 && hour < 24 && minute < 60;
    }
    return (field->type == OFTDate) == (length == 10) && OGRParseDate(text, &parsed, 0);
}

static bool fits(const struct tw_vector_field *field, const struct tw_value *value)
{
    long long number = 0;
    if (value->kind == TW_NULL)
        return true;
    if (field->type == OFTReal)
        return value->kind == TW_NUMBER;
    if (field->subtype == OFSTBoolean)
        return value->kind == TW_BOOL;
    if (field->type == OFTInteger64)
        return tw_value_is_int(value, &number);
    if (field->type == OFTInteger)
        return tw_value_is_int(value, &number) && number >= INT32_MIN && number <= INT32_MAX;
    return value->kind == TW_STRING && (field->type == OFTString || is_date(field, value->text));
}

/* `'high'`, `1.5`, `true`, `a list`. */
static const char *show(const struct tw_value *value, char shown[80])
{
    if (value->kind == TW_STRING)
        snprintf(shown, 80, "'%.60s'", value->text);
    else if (value->kind == TW_NUMBER)
        snprintf(shown, 80, "%.15g", value->number);
    else if (value->kind == TW_BOOL)
        return value->boolean ? "true" : "false";
    else
        return tw_value_kind_name(value->kind);
    return shown;
}

static enum tw_status refuse_value(const struct tw_vector_field *field, const struct tw_value *value,
                                   struct tw_error *err)
{
    char shown[80];
    const char *wanted = "";
    for (size_t i = 0; i < NUM_TYPES; i++)
        if (strcmp(types[i].name, field->type_name) == 0)
            wanted = types[i].wanted;
    return tw_error_set(err, TW_ESCRIPT, "property '%s' must be %s (%s), not %s", field->name, wanted,
                        field->type_name, show(value, shown));
}

static enum tw_status refuse_name(const struct tw_vector_schema *schema, const char *name,
                                  struct tw_error *err)
{
    struct tw_text known = {0};
    tw_text_add_known(&known, name, schema->field_names, schema->num_fields);
    tw_error_set(err, TW_ESCRIPT, "property '%s' is not in output.schema%s", name, tw_text_get(&known));
    tw_text_free(&known);
    return TW_ESCRIPT;
}

enum tw_status tw_vector_schema_check(const struct tw_vector_schema *schema,
                                      const struct tw_value *properties, struct tw_error *err)
{
    for (size_t i = 0; i < properties->count; i++) {
        const struct tw_member *member = &properties->members[i];
        size_t k = 0;
        while (k < schema->num_fields && strcmp(schema->field_names[k], member->key) != 0)
            k++;
        if (k == schema->num_fields)
            return refuse_name(schema, member->key, err);
        if (!fits(&schema->fields[k], &member->value))
            return refuse_value(&schema->fields[k], &member->value, err);
    }
    return TW_OK;
}

/* 0 points, 1 lines, 2 polygons; -1: of no one dimension. */
static int dimension_of(OGRwkbGeometryType type)
{
    if (type == wkbPoint || type == wkbMultiPoint)
        return 0;
    if (type == wkbLineString || type == wkbMultiLineString)
        return 1;
    return type == wkbPolygon || type == wkbMultiPolygon ? 2 : -1;
}

bool tw_vector_schema_takes(const struct tw_vector_schema *schema, OGRwkbGeometryType type)
{
    return schema->geometry == wkbUnknown || dimension_of(type) == dimension_of(schema->geometry);
}

bool tw_vector_schema_is_multi(const struct tw_vector_schema *schema)
{
    return schema->geometry == wkbMultiPoint || schema->geometry == wkbMultiLineString ||
           schema->geometry == wkbMultiPolygon;
}

static const char *type_of_field(OGRFieldDefnH field)
{
    OGRFieldType type = OGR_Fld_GetType(field);
    bool is_bool = type == OFTInteger && OGR_Fld_GetSubType(field) == OFSTBoolean;
    for (size_t i = 0; i < NUM_TYPES; i++)
        if (types[i].type == type && (types[i].subtype == OFSTBoolean) == is_bool)
            return types[i].name;
    return "str";
}

/* Without the third dimension and measures, which are not read; curves are read as lines. */
static const char *kind_of_layer(OGRLayerH layer)
{
    OGRwkbGeometryType type = OGR_GT_GetLinear(OGR_GT_Flatten(OGR_L_GetGeomType(layer)));
    for (size_t i = 0; i < NUM_KINDS; i++)
        if (kinds[i].type == type)
            return kinds[i].name;
    return "Geometry";
}

const struct tw_value *tw_vector_schema_of(OGRLayerH layer, struct tw_arena *arena)
{
    OGRFeatureDefnH defined = OGR_L_GetLayerDefn(layer);
    size_t count = (size_t)OGR_FD_GetFieldCount(defined);
    struct tw_value properties = {.kind = TW_MAP, .text = "", .count = count};
    properties.members = tw_arena_calloc(arena, count + 1, sizeof(*properties.members));
    for (size_t i = 0; properties.members != NULL && i < count; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defined, (int)i);
        const struct tw_value *type = tw_value_string(arena, type_of_field(field));
        properties.members[i].key = tw_arena_strdup(arena, OGR_Fld_GetNameRef(field));
        if (type == NULL || properties.members[i].key == NULL)
            return NULL;
        properties.members[i].value = *type;
    }
    const struct tw_value *kind = tw_value_string(arena, kind_of_layer(layer));
    if (properties.members == NULL || kind == NULL)
        return NULL;
    const struct tw_value *schema = tw_value_with(arena, NULL, "geometry", kind);
    return schema != NULL ? tw_value_with(arena, schema, "properties", &properties) : NULL;
}
