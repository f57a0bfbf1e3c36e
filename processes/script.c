/* SPDX-License-Identifier: MIT */
#include "script.h"

#include "lua_value.h"
#include "state.h"
#include "vector.h"

#include <lauxlib.h>

#include <pthread.h>
#include <stdlib.h>

struct tw_script {
    const struct tw_program *program;
    struct tw_script_limits limits;
    pthread_mutex_t mutex; /* around a change of state, and tw_script_stop */
    struct tw_state *state;
    size_t collected_bytes; /* in use after garbage was last collected */
};

/* Gives the script a new state: the first, or one in place of one that was stopped in the middle of
 * something. */
static enum tw_status renew(struct tw_script *script, struct tw_error *err)
{
    /* A program that is not loading is not changed by its states. */
    struct tw_state *made = tw_state_new((struct tw_program *)script->program, &script->limits, err);
    if (made == NULL)
        return err->status;
    lua_settop(made->lua, 0);
    struct tw_state *old = script->state;
    pthread_mutex_lock(&script->mutex);
    script->state = made;
    pthread_mutex_unlock(&script->mutex);
    tw_state_free(old);
    script->collected_bytes = made->guard.used_bytes;
    return TW_OK;
}

void tw_script_stop(struct tw_script *script)
{
    pthread_mutex_lock(&script->mutex);
    tw_guard_stop(&script->state->guard);
    pthread_mutex_unlock(&script->mutex);
}

struct tw_script *tw_script_new(const struct tw_program *program, const struct tw_script_limits *limits,
                                struct tw_error *err)
{
    struct tw_script *script = calloc(1, sizeof(*script));
    if (script == NULL) {
        tw_error_nomem(err);
        return NULL;
    }
    script->program = program;
    if (limits != NULL)
        script->limits = *limits;
    pthread_mutex_init(&script->mutex, NULL);
    if (renew(script, err) != TW_OK) {
        tw_script_free(script);
        return NULL;
    }
    return script;
}

void tw_script_free(struct tw_script *script)
{
    if (script == NULL)
        return;
    tw_state_free(script->state);
    pthread_mutex_destroy(&script->mutex);
    free(script);
}

static void set_number(lua_State *lua, const char *field, double number)
{
    lua_pushnumber(lua, number);
    lua_setfield(lua, -2, field);
}

static void push_bounds(lua_State *lua, const struct tw_window *window)
{
    struct tw_box bounds = tw_window_bounds(window);
    lua_newtable(lua);
    set_number(lua, "left", bounds.left);
    set_number(lua, "bottom", bounds.bottom);
    set_number(lua, "right", bounds.right);
    set_number(lua, "top", bounds.top);
}

/* What is pushed for a call of the library: a job for a tile, or for the whole area. */
struct call {
    const struct tw_script_job *job;
    bool is_area;
};

static void push_address(lua_State *lua, const struct tw_script_job *job)
{
    char text[TW_TILE_TEXT_SIZE];
    lua_pushstring(lua, tw_tile_text(&job->tile, text));
    lua_setfield(lua, -2, "id");
    set_number(lua, "zoom", job->tile.zoom);
    set_number(lua, "row", (double)job->tile.row);
    set_number(lua, "col", (double)job->tile.col);
    set_number(lua, "pixelbuffer", job->pyramid != NULL ? job->pyramid->pixelbuffer_px : 0);
}

static void push_tile(lua_State *lua, const struct call *call)
{
    const struct tw_window *window = &call->job->window;
    double pixel_width = tw_grid_pixel_width(window->grid, window->zoom, window->tile_size_px);
    lua_newtable(lua);
    if (!call->is_area)
        push_address(lua, call->job);
    set_number(lua, "width", window->width_px);
    set_number(lua, "height", window->height_px);
    set_number(lua, "pixel_size", pixel_width);
    set_number(lua, "pixel_width", pixel_width);
    set_number(lua, "pixel_height", tw_grid_pixel_height(window->grid, window->zoom, window->tile_size_px));
    lua_pushstring(lua, window->grid->crs);
    lua_setfield(lua, -2, "crs");
    push_bounds(lua, window);
    lua_setfield(lua, -2, "bounds");
}

static void push_inputs(lua_State *lua, const struct tw_script_job *job)
{
    static const char *const kinds[] = {"raster", "stack", "vector"};
    lua_createtable(lua, (int)job->num_inputs, 0);
    for (size_t i = 0; i < job->num_inputs; i++) {
        lua_newtable(lua);
        lua_pushstring(lua, job->inputs[i].name);
        lua_setfield(lua, -2, "name");
        lua_pushstring(lua, job->inputs[i].is_group ? "group" : kinds[job->inputs[i].kind]);
        lua_setfield(lua, -2, "kind");
        if (job->inputs[i].group != NULL)
            set_number(lua, "group", (double)(job->inputs[i].group - job->inputs + 1));
        lua_rawseti(lua, -2, (int)i + 1);
    }
}

static void push_params(lua_State *lua, const struct tw_value *params)
{
    if (params != NULL && params->kind == TW_MAP)
        tw_lua_push_value(lua, params);
    else
        lua_newtable(lua);
    lua_setfield(lua, -2, "params");
}

/* Called protected: the tables that describe the job may not fit into Lua's memory. */
static int lua_push_job(lua_State *lua)
{
    const struct call *call = lua_touserdata(lua, 1);
    lua_newtable(lua);
    push_tile(lua, call);
    lua_setfield(lua, -2, "tile");
    push_inputs(lua, call->job);
    lua_setfield(lua, -2, "inputs");
    push_params(lua, call->job->params);
    set_number(lua, "variant", call->job->variant);
    tw_lua_push_value(lua, call->job->prepared);
    lua_setfield(lua, -2, "prepared");
    return 1;
}

/* Calls a function of the library with the job; its value is left on the stack. */
static enum tw_status call_library(struct tw_state *state, const char *function, const struct call *call,
                                   struct tw_error *err)
{
    lua_State *lua = state->lua;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, state->functions);
    lua_getfield(lua, -1, function);
    lua_remove(lua, -2);
    lua_pushcfunction(lua, lua_push_job);
    lua_pushlightuserdata(lua, (void *)call);
    if (lua_pcall(lua, 1, 1, 0) != 0)
        return tw_error_nomem(err);
    return tw_state_call(state, 1, err);
}

/* Begins the work on a job, in a new state if the last one was stopped. */
static enum tw_status begin(struct tw_script *script, const struct tw_script_job *job, struct tw_error *err)
{
    if (tw_guard_has_stopped(&script->state->guard) && renew(script, err) != TW_OK)
        return err->status;
    tw_host_begin(&script->state->host, job);
    return TW_OK;
}

/* What the job left in Lua's memory is small: handles of pixels that are in the arena. Many jobs are
 * collected together, because that takes as long as a small job does. */
static void end(struct tw_script *script)
{
    enum { MOST_GARBAGE_BYTES = 1024 * 1024 };
    const struct tw_guard *guard = &script->state->guard;
    lua_settop(script->state->lua, 0);
    if (guard->used_bytes > script->collected_bytes + MOST_GARBAGE_BYTES) {
        lua_gc(script->state->lua, LUA_GCCOLLECT, 0);
        script->collected_bytes = guard->used_bytes;
    }
    tw_vector_end(&script->state->host);
    script->state->host.job = NULL;
}

static enum tw_status take_value(lua_State *lua, struct tw_arena *arena, const struct tw_value **taken,
                                 struct tw_error *err)
{
    *taken = NULL;
    if (lua_isnil(lua, -1))
        return TW_OK;
    struct tw_value *value = tw_arena_calloc(arena, 1, sizeof(*value));
    if (value == NULL || !tw_lua_to_value(lua, -1, arena, value))
        return tw_error_nomem(err);
    *taken = value;
    return TW_OK;
}

enum tw_status tw_script_prepare(struct tw_script *script, const struct tw_script_job *job,
                                 struct tw_arena *arena, const struct tw_value **prepared,
                                 struct tw_error *err)
{
    struct tw_error failure = {0};
    const struct call call = {job, true};
    *prepared = NULL;
    if (begin(script, job, err) != TW_OK)
        return err->status;
    enum tw_status status = call_library(script->state, "prepare", &call, &failure);
    if (status == TW_OK)
        status = take_value(script->state->lua, arena, prepared, &failure);
    end(script);
    return status == TW_OK ? TW_OK : tw_error_set(err, status, "%s", failure.message);
}

enum tw_status tw_script_setup(struct tw_script *script, const struct tw_script_job *job,
                               struct tw_error *err)
{
    struct tw_error failure = {0};
    const struct call call = {job, true};
    if (begin(script, job, err) != TW_OK)
        return err->status;
    script->state->host.is_setup = true;
    enum tw_status status = call_library(script->state, "setup", &call, &failure);
    script->state->host.is_setup = false;
    end(script);
    return status == TW_OK ? TW_OK : tw_error_set(err, status, "%s", failure.message);
}

/* Called protected. */
static int lua_push_params(lua_State *lua)
{
    lua_newtable(lua);
    push_params(lua, lua_touserdata(lua, 1));
    return 1;
}

enum tw_status tw_script_margin(struct tw_script *script, const struct tw_value *params, int *margin_px,
                                struct tw_error *err)
{
    struct tw_state *state = script->state;
    lua_State *lua = state->lua;
    *margin_px = 0;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, state->functions);
    lua_getfield(lua, -1, "margin");
    lua_pushcfunction(lua, lua_push_params);
    lua_pushlightuserdata(lua, (void *)params);
    if (lua_pcall(lua, 1, 1, 0) != 0)
        return tw_error_nomem(err);
    tw_guard_begin_loading(&state->guard); /* nobody else watches */
    enum tw_status status = tw_state_call(state, 1, err);
    tw_guard_end_loading(&state->guard);
    if (status == TW_OK)
        *margin_px = (int)lua_tointeger(lua, -1);
    lua_settop(lua, 0);
    return status;
}

enum tw_status tw_script_run(struct tw_script *script, const struct tw_script_job *job,
                             struct tw_script_result *result, struct tw_error *err)
{
    struct tw_error failure = {0};
    const struct call call = {job, false};
    *result = (struct tw_script_result){.empty = true};
    if (begin(script, job, err) != TW_OK)
        return err->status;
    enum tw_status status = call_library(script->state, "run", &call, &failure);
    end(script);
    if (status != TW_OK)
        return tw_error_set(err, status, "%s", failure.message);
    result->is_vector = script->state->host.result_is_vector;
    if (result->is_vector) {
        result->features = script->state->host.result_features;
        result->empty = result->features.count == 0;
        return TW_OK;
    }
    result->raster = (struct tw_raster){script->state->host.num_results, script->state->host.result,
                                        script->state->host.result_names, NULL};
    result->empty = tw_raster_is_empty(&result->raster);
    return TW_OK;
}
