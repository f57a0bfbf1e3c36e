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

static void push_tile(lua_State *lua, const struct tw_script_job *job)
{
    const struct tw_window *window = &job->window;
    char text[TW_TILE_TEXT_SIZE];
    double pixel_width = tw_grid_pixel_width(window->grid, window->zoom, window->tile_size_px);
    lua_newtable(lua);
    lua_pushstring(lua, tw_tile_text(&job->tile, text));
    lua_setfield(lua, -2, "id");
    set_number(lua, "zoom", job->tile.zoom);
    set_number(lua, "row", (double)job->tile.row);
    set_number(lua, "col", (double)job->tile.col);
    set_number(lua, "width", window->width_px);
    set_number(lua, "height", window->height_px);
    set_number(lua, "pixel_size", pixel_width);
    set_number(lua, "pixel_width", pixel_width);
    set_number(lua, "pixel_height", tw_grid_pixel_height(window->grid, window->zoom, window->tile_size_px));
    set_number(lua, "pixelbuffer", job->pyramid != NULL ? job->pyramid->pixelbuffer_px : 0);
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
        lua_pushstring(lua, kinds[job->inputs[i].kind]);
        lua_setfield(lua, -2, "kind");
        lua_rawseti(lua, -2, (int)i + 1);
    }
}

/* Called protected: the tables that describe the job may not fit into Lua's memory. */
static int lua_push_job(lua_State *lua)
{
    const struct tw_script_job *job = lua_touserdata(lua, 1);
    lua_newtable(lua);
    push_tile(lua, job);
    lua_setfield(lua, -2, "tile");
    push_inputs(lua, job);
    lua_setfield(lua, -2, "inputs");
    if (job->params != NULL && job->params->kind == TW_MAP)
        tw_lua_push_value(lua, job->params);
    else
        lua_newtable(lua);
    lua_setfield(lua, -2, "params");
    return 1;
}

static enum tw_status call_run(struct tw_state *state, const struct tw_script_job *job, struct tw_error *err)
{
    lua_State *lua = state->lua;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, state->run);
    lua_pushcfunction(lua, lua_push_job);
    lua_pushlightuserdata(lua, (void *)job);
    if (lua_pcall(lua, 1, 1, 0) != 0)
        return tw_error_nomem(err);
    return tw_state_call(state, 1, err);
}

enum tw_status tw_script_run(struct tw_script *script, const struct tw_script_job *job,
                             struct tw_script_result *result, struct tw_error *err)
{
    struct tw_error failure = {0};
    *result = (struct tw_script_result){.empty = true};
    if (tw_guard_has_stopped(&script->state->guard) && renew(script, err) != TW_OK)
        return err->status;
    struct tw_state *state = script->state;
    struct tw_host *host = &state->host;
    tw_host_begin(host, job);
    enum tw_status status = call_run(state, job, &failure);
    /* What the tile left in Lua's memory is small: handles of pixels that are in the arena. */
    lua_settop(state->lua, 0);
    lua_gc(state->lua, LUA_GCCOLLECT, 0);
    tw_vector_end(host);
    host->job = NULL;
    if (status != TW_OK)
        return tw_error_set(err, status, "%s", failure.message);
    result->is_vector = host->result_is_vector;
    if (result->is_vector) {
        result->features = host->result_features;
        result->empty = result->features.count == 0;
        return TW_OK;
    }
    result->raster = (struct tw_raster){host->num_results, host->result, host->result_names};
    result->empty = tw_raster_is_empty(&result->raster);
    return TW_OK;
}
