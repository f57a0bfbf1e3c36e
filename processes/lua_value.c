/* SPDX-License-Identifier: MIT */
#include "lua_value.h"

static void push_members(lua_State *lua, const struct tw_value *value)
{
    lua_createtable(lua, 0, (int)value->count);
    for (size_t i = 0; i < value->count; i++) {
        tw_lua_push_value(lua, &value->members[i].value);
        lua_setfield(lua, -2, value->members[i].key);
    }
}

static void push_items(lua_State *lua, const struct tw_value *value)
{
    lua_createtable(lua, (int)value->count, 0);
    for (size_t i = 0; i < value->count; i++) {
        tw_lua_push_value(lua, &value->items[i]);
        lua_rawseti(lua, -2, (int)i + 1);
    }
}

void tw_lua_push_value(lua_State *lua, const struct tw_value *value)
{
    enum tw_value_kind kind = value != NULL && lua_checkstack(lua, 3) ? value->kind : TW_NULL;
    switch (kind) {
    case TW_BOOL:
        lua_pushboolean(lua, value->boolean);
        break;
    case TW_NUMBER:
        lua_pushnumber(lua, value->number);
        break;
    case TW_STRING:
        lua_pushstring(lua, value->text);
        break;
    case TW_LIST:
        push_items(lua, value);
        break;
    case TW_MAP:
        push_members(lua, value);
        break;
    default:
        lua_pushnil(lua);
    }
}

static size_t num_entries(lua_State *lua, int table)
{
    size_t count = 0;
    for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1))
        count++;
    return count;
}

static bool to_list(lua_State *lua, int table, struct tw_arena *arena, struct tw_value *value)
{
    value->kind = TW_LIST;
    value->count = lua_objlen(lua, table);
    value->items = tw_arena_calloc(arena, value->count, sizeof(*value->items));
    bool ok = value->items != NULL;
    for (size_t i = 0; ok && i < value->count; i++) {
        lua_rawgeti(lua, table, (int)i + 1);
        ok = tw_lua_to_value(lua, -1, arena, &value->items[i]);
        lua_pop(lua, 1);
    }
    return ok;
}

static bool to_map(lua_State *lua, int table, struct tw_arena *arena, struct tw_value *value)
{
    value->kind = TW_MAP;
    value->members = tw_arena_calloc(arena, num_entries(lua, table), sizeof(*value->members));
    bool ok = value->members != NULL;
    for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
        if (!ok || lua_type(lua, -2) != LUA_TSTRING)
            continue;
        struct tw_member *member = &value->members[value->count++];
        member->key = tw_arena_strdup(arena, lua_tostring(lua, -2));
        ok = member->key != NULL && tw_lua_to_value(lua, -1, arena, &member->value);
    }
    return ok;
}

static bool to_table(lua_State *lua, int index, struct tw_arena *arena, struct tw_value *value)
{
    int table = index < 0 ? lua_gettop(lua) + index + 1 : index;
    if (lua_objlen(lua, table) > 0 || num_entries(lua, table) == 0)
        return to_list(lua, table, arena, value);
    return to_map(lua, table, arena, value);
}

bool tw_lua_to_value(lua_State *lua, int index, struct tw_arena *arena, struct tw_value *value)
{
    *value = (struct tw_value){.text = ""};
    if (!lua_checkstack(lua, 4))
        return false;
    switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN:
        value->kind = TW_BOOL;
        value->boolean = lua_toboolean(lua, index) != 0;
        value->text = value->boolean ? "true" : "false";
        return true;
    case LUA_TNUMBER:
        value->kind = TW_NUMBER;
        value->number = lua_tonumber(lua, index);
        value->text = tw_arena_printf(arena, "%.14g", value->number);
        return value->text != NULL;
    case LUA_TSTRING:
        value->kind = TW_STRING;
        value->text = tw_arena_strdup(arena, lua_tostring(lua, index));
        return value->text != NULL;
    case LUA_TTABLE:
        return to_table(lua, index, arena, value);
    default:
        return true;
    }
}
