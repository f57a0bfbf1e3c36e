/* declaration.h - what process { ... } returned, as C reads it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_DECLARATION_H
#define TW_DECLARATION_H

#include "script.h"

#include <lua.h>

/* Reads the checked declaration (lib/process.lua) on top of the stack. A parameter without a default is
 * TW_NULL with the kind it asks for (`any`, `number`, ...) as text. Path and fingerprint are the caller's.
 * Returns false when out of memory. */
bool tw_declaration_read(lua_State *lua, struct tw_arena *arena, struct tw_declaration *declaration);

#endif
