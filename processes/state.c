/* SPDX-License-Identifier: MIT */
#include "state.h"

#include "embedded.h"
#include "log.h"
#include "vector.h"

#include <lauxlib.h>
#include <lualib.h>

#include <math.h>
#include <stdlib.h>

/* Chunks of the library are named with it; messages from there lose it (lib/errors.lua). */
const char tw_library_prefix[] = "[tilewright] ";

/* tw.embedded(name): the text of a library file. */
static int lua_embedded(lua_State *lua)
{
    const char *name = luaL_checkstring(lua, 1);
    const struct tw_embedded *file = tw_embedded_find(name);
    if (file == NULL)
        return luaL_error(lua, "no embedded file '%s'", name);
    lua_pushlstring(lua, file->text, file->size);
    return 1;
}

/* A list of texts as C strings in a userdata, which is left on the stack. */
static const char **to_strings(lua_State *lua, int index, size_t *count)
{
    luaL_checktype(lua, index, LUA_TTABLE);
    *count = lua_objlen(lua, index);
    const char **strings = lua_newuserdata(lua, (*count + 1) * sizeof(*strings));
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(lua, index, (int)i + 1);
        strings[i] = lua_tostring(lua, -1); /* the list keeps it alive */
        lua_pop(lua, 1);
    }
    return strings;
}

/* tw.known(name, list): `; did you mean 'x'? (known: a, b)`. */
static int lua_known(lua_State *lua)
{
    const char *name = luaL_checkstring(lua, 1);
    size_t count;
    const char **names = to_strings(lua, 2, &count);
    struct tw_text text = {0};
    tw_text_add_known(&text, name, names, count);
    lua_pushstring(lua, tw_text_get(&text));
    tw_text_free(&text);
    return 1;
}

/* tw.nearest(name, list): the name that is probably meant, or nil. */
static int lua_nearest(lua_State *lua)
{
    const char *name = lua_tostring(lua, 1);
    size_t count;
    const char **names = to_strings(lua, 2, &count);
    lua_pushstring(lua, name != NULL ? tw_suggest(name, names, count) : NULL);
    return 1;
}

/* tw.module(path): the text of a module, or nil and why not. */
static int lua_module(lua_State *lua)
{
    struct tw_program *program = lua_touserdata(lua, lua_upvalueindex(1));
    const struct tw_module *module;
    struct tw_error err;
    if (tw_program_module(program, luaL_checkstring(lua, 1), &module, &err) == TW_OK) {
        lua_pushlstring(lua, module->text, module->size);
        return 1;
    }
    lua_pushnil(lua);
    lua_pushstring(lua, err.message);
    return 2;
}

/* tw.has_stopped(): whether the script is to end, whatever it does about it. */
static int lua_has_stopped(lua_State *lua)
{
    const struct tw_guard *guard = lua_touserdata(lua, lua_upvalueindex(1));
    lua_pushboolean(lua, tw_guard_has_stopped(guard));
    return 1;
}

/* tw.pixel_xy(col, row): the centre of a pixel of the window in work. */
static int lua_pixel_xy(lua_State *lua)
{
    const struct tw_host *host = lua_touserdata(lua, lua_upvalueindex(1));
    const struct tw_window *window = &host->job->window;
    lua_pushnumber(lua, tw_window_x(window, (double)window->col_px + luaL_checknumber(lua, 1) + 0.5));
    lua_pushnumber(lua, tw_window_y(window, (double)window->row_px + luaL_checknumber(lua, 2) + 0.5));
    return 2;
}

/* tw.pixel_lonlat(col, row): a status; longitude and latitude, or nil. */
static int lua_pixel_lonlat(lua_State *lua)
{
    struct tw_host *host = lua_touserdata(lua, lua_upvalueindex(1));
    const struct tw_script_services *services = host->job->services;
    double lonlat[2];
    enum tw_status status;
    lua_settop(lua, 2);
    lua_pixel_xy(lua);
    if (services == NULL || services->lonlat == NULL)
        status = tw_error_set(&host->err, TW_ESCRIPT, "lonlat is not available here");
    else
        status = services->lonlat(services->context, lua_tonumber(lua, 3), lua_tonumber(lua, 4), lonlat,
                                  &host->err);
    lua_pushinteger(lua, (lua_Integer)status);
    if (status != TW_OK || isnan(lonlat[0]) || isnan(lonlat[1]))
        return 1;
    lua_pushnumber(lua, lonlat[0]);
    lua_pushnumber(lua, lonlat[1]);
    return 3;
}

static int lua_log_info(lua_State *lua)
{
    tw_log_info("%s", luaL_checkstring(lua, 1));
    return 0;
}

static int lua_log_warn(lua_State *lua)
{
    tw_log_warn("%s", luaL_checkstring(lua, 1));
    return 0;
}

static void push_strings(lua_State *lua, const char *const *strings, int count)
{
    lua_createtable(lua, count, 0);
    for (int i = 0; i < count; i++) {
        lua_pushstring(lua, strings[i]);
        lua_rawseti(lua, -2, i + 1);
    }
}

/* The table `tw` that the files of the library share. */
static void push_shared_table(struct tw_state *state)
{
    static const luaL_Reg functions[] = {
        {"embedded", lua_embedded}, {"known", lua_known},       {"nearest", lua_nearest},
        {"log_info", lua_log_info}, {"log_warn", lua_log_warn}, {NULL, NULL},
    };
    lua_State *lua = state->lua;
    lua_newtable(lua);
    for (const luaL_Reg *function = functions; function->name != NULL; function++) {
        lua_pushcfunction(lua, function->func);
        lua_setfield(lua, -2, function->name);
    }
    lua_pushlightuserdata(lua, state->program);
    lua_pushcclosure(lua, lua_module, 1);
    lua_setfield(lua, -2, "module");
    lua_pushlightuserdata(lua, &state->guard);
    lua_pushcclosure(lua, lua_has_stopped, 1);
    lua_setfield(lua, -2, "has_stopped");
    lua_pushlightuserdata(lua, &state->host);
    lua_pushcclosure(lua, lua_pixel_xy, 1);
    lua_setfield(lua, -2, "pixel_xy");
    lua_pushlightuserdata(lua, &state->host);
    lua_pushcclosure(lua, lua_pixel_lonlat, 1);
    lua_setfield(lua, -2, "pixel_lonlat");
    lua_pushlightuserdata(lua, &state->host);
    lua_setfield(lua, -2, "host_pointer");
    lua_pushstring(lua, tw_library_prefix);
    lua_setfield(lua, -2, "library_prefix");
    push_strings(lua, tw_resampling_list(), TW_NUM_RESAMPLINGS);
    lua_setfield(lua, -2, "resampling_names");
}

static enum tw_status lua_failure(lua_State *lua, int code, struct tw_error *err)
{
    const char *message = lua_tostring(lua, -1);
    if (code == LUA_ERRMEM)
        return tw_error_set(err, TW_ENOMEM, "the script's tables need more memory than Lua can have");
    return tw_error_set(err, TW_ESCRIPT, "%s", message != NULL ? message : "the script failed");
}

enum tw_status tw_state_call(struct tw_state *state, int num_arguments, struct tw_error *err)
{
    tw_guard_arm(&state->guard);
    int code = lua_pcall(state->lua, num_arguments, 2, 0);
    tw_guard_disarm(&state->guard);
    if (tw_guard_error(&state->guard, state->program->name, err) != TW_OK)
        return err->status;
    if (code != 0)
        return lua_failure(state->lua, code, err);
    enum tw_status status = (enum tw_status)lua_tointeger(state->lua, -2);
    if (status == TW_OK) {
        lua_remove(state->lua, -2);
        return TW_OK;
    }
    const char *message = lua_tostring(state->lua, -1);
    return tw_error_set(err, status, "%s", message != NULL ? message : "the script failed");
}

/* Leaves load() on the stack. */
static enum tw_status load_library(struct tw_state *state, struct tw_error *err)
{
    lua_State *lua = state->lua;
    const struct tw_embedded *file = tw_embedded_find("lib/main.lua");
    luaL_openlibs(lua);
    int code = luaL_loadbuffer(lua, file->text, file->size, "=[tilewright] main");
    if (code == 0) {
        push_shared_table(state);
        code = lua_pcall(lua, 1, 2, 0);
    }
    if (code != 0)
        return lua_failure(lua, code, err);
    state->functions = luaL_ref(lua, LUA_REGISTRYINDEX);
    return TW_OK;
}

static enum tw_status load_script(struct tw_state *state, struct tw_error *err)
{
    lua_pushstring(state->lua, state->program->name);
    lua_pushlstring(state->lua, state->program->text, state->program->size);
    tw_guard_begin_loading(&state->guard);
    enum tw_status status = tw_state_call(state, 2, err);
    tw_guard_end_loading(&state->guard);
    return status;
}

struct tw_state *tw_state_new(struct tw_program *program, const struct tw_script_limits *limits,
                              struct tw_error *err)
{
    struct tw_state *state = calloc(1, sizeof(*state));
    if (state != NULL)
        state->lua = luaL_newstate();
    if (state == NULL || state->lua == NULL) {
        tw_error_nomem(err);
        goto fail;
    }
    state->program = program;
    tw_guard_begin(&state->guard, state->lua, limits);
    tw_host_init(&state->host);
    if (!tw_vector_init(&state->host)) {
        tw_error_nomem(err);
        goto fail;
    }
    if (load_library(state, err) != TW_OK || load_script(state, err) != TW_OK)
        goto fail;
    return state;

fail:
    tw_state_free(state);
    return NULL;
}

void tw_state_free(struct tw_state *state)
{
    if (state == NULL)
        return;
    if (state->lua != NULL) {
        tw_guard_end(&state->guard);
        lua_close(state->lua);
    }
    tw_vector_free(&state->host);
    free(state);
}
