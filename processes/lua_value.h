/* lua_value.h - plain data between the configuration and Lua.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LUA_VALUE_H
#define TW_LUA_VALUE_H

#include "value.h"

#include <lua.h>

/* Pushes a value; NULL and TW_NULL push nil. */
void tw_lua_push_value(lua_State *lua, const struct tw_value *value);

/* Copies the value at index into the arena: numbers, texts, booleans, lists (tables with a first element, and
 * empty ones) and maps with text keys; everything else is TW_NULL. Returns false when out of memory. */
bool tw_lua_to_value(lua_State *lua, int index, struct tw_arena *arena, struct tw_value *value);

#endif
