/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include <math.h>

static bool fill_list(struct tw_value *value, const json_t *json, const struct tw_value *place,
                      struct tw_arena *arena)
{
    value->items = tw_arena_calloc(arena, json_array_size(json), sizeof(*value->items));
    for (; value->items != NULL && value->count < json_array_size(json); value->count++) {
        struct tw_value *item = tw_value_from_json(json_array_get(json, value->count), place, arena);
        if (item == NULL)
            return false;
        value->items[value->count] = *item;
    }
    return value->items != NULL;
}

static bool fill_map(struct tw_value *value, const json_t *json, const struct tw_value *place,
                     struct tw_arena *arena)
{
    const char *key;
    json_t *entry;
    value->members = tw_arena_calloc(arena, json_object_size(json), sizeof(*value->members));
    if (value->members == NULL)
        return false;
    json_object_foreach((json_t *)json, key, entry)
    {
        struct tw_value *item = tw_value_from_json(entry, place, arena);
        struct tw_member *member = &value->members[value->count++];
        if (item == NULL || (member->key = tw_arena_strdup(arena, key)) == NULL)
            return false;
        member->line = item->line;
        member->col = item->col;
        member->value = *item;
    }
    return true;
}

/* NULL when out of memory. */
static struct tw_value *value_of(const json_t *json, const struct tw_value *place, struct tw_arena *arena)
{
    if (json_is_number(json))
        return tw_value_number(arena, json_number_value(json));
    if (json_is_string(json))
        return tw_value_string(arena, json_string_value(json));
    struct tw_value *value = tw_arena_calloc(arena, 1, sizeof(*value));
    if (value == NULL)
        return NULL;
    value->text = json_is_true(json) ? "true" : json_is_false(json) ? "false" : "";
    value->boolean = json_is_true(json);
    value->kind = json_is_boolean(json)  ? TW_BOOL
                  : json_is_array(json)  ? TW_LIST
                  : json_is_object(json) ? TW_MAP
                                         : TW_NULL;
    bool filled = value->kind == TW_LIST  ? fill_list(value, json, place, arena)
                  : value->kind == TW_MAP ? fill_map(value, json, place, arena)
                                          : true;
    return filled ? value : NULL;
}

struct tw_value *tw_value_from_json(const json_t *json, const struct tw_value *place, struct tw_arena *arena)
{
    struct tw_value *value = value_of(json, place, arena);
    if (value != NULL && place != NULL) {
        value->file = place->file;
        value->line = place->line;
        value->col = place->col;
    }
    return value;
}

json_t *tw_number_to_json(double number)
{
    if (!isfinite(number))
        return json_string(isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
    return number == floor(number) && fabs(number) < 1e15 ? json_integer((json_int_t)number)
                                                          : json_real(number);
}

json_t *tw_value_to_json(const struct tw_value *value)
{
    json_t *json = NULL;
    switch (value->kind) {
    case TW_LIST:
        json = json_array();
        for (size_t i = 0; i < value->count; i++)
            json_array_append_new(json, tw_value_to_json(&value->items[i]));
        return json;
    case TW_MAP:
        json = json_object();
        for (size_t i = 0; i < value->count; i++)
            json_object_set_new(json, value->members[i].key, tw_value_to_json(&value->members[i].value));
        return json;
    case TW_NUMBER:
        return tw_number_to_json(value->number);
    case TW_BOOL:
        return json_boolean(value->boolean);
    case TW_STRING:
        return json_string(value->text);
    default:
        return json_null();
    }
}
