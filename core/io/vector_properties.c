/* Attributes of an OGR feature as plain values: texts, numbers, booleans, null.
 *
 * SPDX-License-Identifier: MIT
 */
#include "source_vector.h"

#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Minutes from UTC for a time zone of OGR's (100: UTC, a quarter of an hour each). */
static int zone_minutes(int zone)
{
    return (zone - 100) * 15;
}

/* ISO 8601: `2020-01-31`, `13:05:00`, `2020-01-31T13:05:00.250+02:00`. */
static void print_date(OGRFeatureH feature, int field, OGRFieldType type, struct tw_text *text)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, zone = 0;
    float second = 0;
    OGR_F_GetFieldAsDateTimeEx(feature, field, &year, &month, &day, &hour, &minute, &second, &zone);
    if (type != OFTTime)
        tw_text_printf(text, "%04d-%02d-%02d", year, month, day);
    if (type == OFTDate)
        return;
    if (type == OFTDateTime)
        tw_text_add(text, "T");
    int thousandths = (int)lroundf(second * 1000);
    tw_text_printf(text, "%02d:%02d:%02d", hour, minute, thousandths / 1000);
    if (thousandths % 1000 != 0)
        tw_text_printf(text, ".%03d", thousandths % 1000);
    if (zone == 100)
        tw_text_add(text, "Z");
    else if (zone > 1) {
        int offset = zone_minutes(zone);
        tw_text_printf(text, "%c%02d:%02d", offset < 0 ? '-' : '+', abs(offset) / 60, abs(offset) % 60);
    }
}

static bool is_number(OGRFieldType type)
{
    return type == OFTInteger || type == OFTInteger64 || type == OFTReal;
}

/* Sets the value but for its text, which is added to text. */
static void read_field(OGRFeatureH feature, int field, struct tw_value *value, struct tw_text *text)
{
    OGRFieldDefnH defined = OGR_F_GetFieldDefnRef(feature, field);
    OGRFieldType type = OGR_Fld_GetType(defined);
    *value = (struct tw_value){.kind = TW_NULL};
    if (!OGR_F_IsFieldSetAndNotNull(feature, field) || type == OFTBinary)
        return;
    if (type == OFTInteger && OGR_Fld_GetSubType(defined) == OFSTBoolean) {
        value->kind = TW_BOOL;
        value->boolean = OGR_F_GetFieldAsInteger(feature, field) != 0;
        tw_text_add(text, value->boolean ? "true" : "false");
    } else if (is_number(type)) {
        value->kind = TW_NUMBER;
        value->number = type == OFTReal ? OGR_F_GetFieldAsDouble(feature, field)
                                        : (double)OGR_F_GetFieldAsInteger64(feature, field);
        tw_text_printf(text, "%.17g", value->number);
    } else {
        value->kind = TW_STRING;
        if (type == OFTDate || type == OFTTime || type == OFTDateTime)
            print_date(feature, field, type, text);
        else
            tw_text_add(text, OGR_F_GetFieldAsString(feature, field));
    }
}

struct tw_vector_fields tw_vector_fields_of(OGRLayerH layer, struct tw_arena *arena)
{
    OGRFeatureDefnH defined = OGR_L_GetLayerDefn(layer);
    struct tw_vector_fields fields = {.count = OGR_FD_GetFieldCount(defined)};
    fields.names = tw_arena_calloc(arena, (size_t)fields.count + 1, sizeof(*fields.names));
    for (int i = 0; fields.names != NULL && i < fields.count; i++) {
        fields.names[i] = tw_arena_strdup(arena, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defined, i)));
        if (fields.names[i] == NULL)
            fields.names = NULL;
    }
    return fields;
}

/* The texts of all values stand one after the other in one piece of memory. */
enum tw_status tw_vector_properties(const struct tw_vector_fields *fields, OGRFeatureH feature,
                                    struct tw_arena *arena, const struct tw_value **properties,
                                    struct tw_error *err)
{
    size_t count = (size_t)fields->count, at = 0;
    struct tw_value *map = tw_arena_calloc(arena, 1, sizeof(*map));
    struct tw_member *members = tw_arena_calloc(arena, count + 1, sizeof(*members));
    struct tw_text text = {0};
    for (size_t i = 0; members != NULL && i < count; i++) {
        members[i].key = fields->names[i];
        read_field(feature, (int)i, &members[i].value, &text);
        tw_text_add_bytes(&text, "", 1);
    }
    char *texts = tw_arena_alloc(arena, text.length + 1);
    bool failed = map == NULL || members == NULL || texts == NULL || text.failed;
    if (!failed && text.length > 0)
        memcpy(texts, text.chars, text.length);
    tw_text_free(&text);
    if (failed)
        return tw_error_set(err, TW_EBUDGET, "no memory left for features; raise --memory");
    for (size_t i = 0; i < count; i++) {
        members[i].value.text = texts + at;
        at += strlen(texts + at) + 1;
    }
    *map = (struct tw_value){.kind = TW_MAP, .text = "", .count = count, .members = members};
    *properties = map;
    return TW_OK;
}
