/* SPDX-License-Identifier: MIT */
#include "declaration.h"

#include "lua_value.h"

#include <math.h>
#include <string.h>

/* A text field of the table on top of the stack; NULL when it is absent or memory is out. */
static const char *read_text(lua_State *lua, const char *field, struct tw_arena *arena)
{
    lua_getfield(lua, -1, field);
    const char *text = tw_arena_strdup(arena, lua_tostring(lua, -1));
    lua_pop(lua, 1);
    return text;
}

static bool read_flag(lua_State *lua, const char *field)
{
    lua_getfield(lua, -1, field);
    bool flag = lua_toboolean(lua, -1) != 0;
    lua_pop(lua, 1);
    return flag;
}

static void set_kind(struct tw_declared_input *input, const char *name)
{
    static const struct {
        const char *name;
        enum tw_input_kind kind;
        bool is_group;
    } kinds[] = {{"raster", TW_INPUT_RASTER, false}, {"stack", TW_INPUT_STACK, false},
                 {"vector", TW_INPUT_VECTOR, false}, {"any", TW_INPUT_ANY, false},
                 {"rasters", TW_INPUT_RASTER, true}, {"stacks", TW_INPUT_STACK, true},
                 {"vectors", TW_INPUT_VECTOR, true}, {"group", TW_INPUT_ANY, true}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) != 0)
            continue;
        input->kind = kinds[i].kind;
        input->is_group = kinds[i].is_group;
    }
}

static bool read_inputs(lua_State *lua, struct tw_arena *arena, struct tw_declaration *declaration)
{
    lua_getfield(lua, -1, "inputs");
    size_t count = lua_objlen(lua, -1);
    struct tw_declared_input *inputs = tw_arena_calloc(arena, count, sizeof(*inputs));
    bool ok = inputs != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        lua_rawgeti(lua, -1, (int)i + 1);
        const char *kind = read_text(lua, "kind", arena);
        inputs[i].name = read_text(lua, "name", arena);
        inputs[i].optional = read_flag(lua, "optional");
        ok = kind != NULL && inputs[i].name != NULL;
        if (ok)
            set_kind(&inputs[i], kind);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    declaration->inputs = inputs;
    declaration->num_inputs = ok ? count : 0;
    return ok;
}

/* { name =, default = } or { name =, kind = } on top of the stack. */
static bool read_param(lua_State *lua, struct tw_arena *arena, struct tw_member *param)
{
    param->key = read_text(lua, "name", arena);
    lua_getfield(lua, -1, "default");
    bool ok = param->key != NULL && tw_lua_to_value(lua, -1, arena, &param->value);
    lua_pop(lua, 1);
    if (ok && param->value.kind == TW_NULL)
        param->value.text = read_text(lua, "kind", arena);
    return ok && param->value.text != NULL;
}

/* Of the same table. */
static struct tw_param_limits read_limits(lua_State *lua)
{
    struct tw_param_limits limits = {-INFINITY, INFINITY};
    lua_getfield(lua, -1, "min");
    lua_getfield(lua, -2, "max");
    if (lua_isnumber(lua, -2) && lua_isnumber(lua, -1))
        limits = (struct tw_param_limits){lua_tonumber(lua, -2), lua_tonumber(lua, -1)};
    lua_pop(lua, 2);
    return limits;
}

static bool read_params(lua_State *lua, struct tw_arena *arena, struct tw_declaration *declaration)
{
    lua_getfield(lua, -1, "params");
    size_t count = lua_objlen(lua, -1);
    struct tw_value *params = tw_arena_calloc(arena, 1, sizeof(*params));
    struct tw_member *members = tw_arena_calloc(arena, count, sizeof(*members));
    struct tw_param_limits *limits = tw_arena_calloc(arena, count, sizeof(*limits));
    bool ok = params != NULL && members != NULL && limits != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        lua_rawgeti(lua, -1, (int)i + 1);
        ok = read_param(lua, arena, &members[i]);
        limits[i] = read_limits(lua);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    if (ok)
        *params = (struct tw_value){.kind = TW_MAP, .text = "", .count = count, .members = members};
    declaration->params = params;
    declaration->limits = limits;
    return ok;
}

static bool read_band_names(lua_State *lua, struct tw_arena *arena, struct tw_declaration *declaration)
{
    lua_getfield(lua, -1, "bands");
    size_t count = lua_istable(lua, -1) ? lua_objlen(lua, -1) : 0;
    const char **names = tw_arena_calloc(arena, count, sizeof(*names));
    bool ok = names != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        lua_rawgeti(lua, -1, (int)i + 1);
        names[i] = tw_arena_strdup(arena, lua_tostring(lua, -1));
        ok = names[i] != NULL;
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    declaration->band_names = count > 0 ? names : NULL;
    return ok;
}

static void read_output(lua_State *lua, struct tw_declaration *declaration)
{
    lua_getfield(lua, -1, "num_bands");
    lua_getfield(lua, -2, "dtype");
    lua_getfield(lua, -3, "nodata");
    declaration->num_bands = (int)lua_tointeger(lua, -3);
    const char *dtype = lua_tostring(lua, -2);
    declaration->has_dtype = dtype != NULL && tw_dtype_parse(dtype, &declaration->dtype);
    declaration->has_nodata = lua_isnumber(lua, -1) != 0;
    declaration->nodata = lua_tonumber(lua, -1);
    lua_pop(lua, 3);
}

static bool has_function(lua_State *lua, const char *field)
{
    lua_getfield(lua, -1, field);
    bool has = lua_isfunction(lua, -1);
    lua_pop(lua, 1);
    return has;
}

static void read_margin(lua_State *lua, struct tw_declaration *declaration)
{
    declaration->has_prepare = has_function(lua, "prepare");
    declaration->has_setup = has_function(lua, "setup");
    declaration->computes_margin = has_function(lua, "margin_function");
    lua_getfield(lua, -1, "margin");
    declaration->margin_px = (int)lua_tointeger(lua, -1);
    lua_pop(lua, 1);
}

bool tw_declaration_read(lua_State *lua, struct tw_arena *arena, struct tw_declaration *declaration)
{
    declaration->about = read_text(lua, "about", arena);
    declaration->any_single_input = read_flag(lua, "any_input_name");
    read_margin(lua, declaration);
    read_output(lua, declaration);
    return declaration->about != NULL && read_inputs(lua, arena, declaration) &&
           read_params(lua, arena, declaration) && read_band_names(lua, arena, declaration);
}
