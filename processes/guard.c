/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include "clock.h"
#include "embedded.h"

#include <lauxlib.h>
#include <luajit.h>

#include <stdio.h>
#include <string.h>

enum { MEGABYTE = 1024 * 1024, LOADING_STEP = 10000 };

/* The innermost frame that belongs to the script or a module. In a compiled loop it is the line where that
 * was entered. */
static void remember_place(struct tw_guard *guard, lua_State *lua)
{
    lua_Debug frame;
    guard->place[0] = '\0';
    for (int level = 0; lua_getstack(lua, level, &frame) == 1; level++) {
        bool known = lua_getinfo(lua, "Sl", &frame) != 0 && frame.source[0] == '=' && frame.currentline > 0;
        if (known && strncmp(frame.source + 1, tw_library_prefix, strlen(tw_library_prefix)) != 0) {
            snprintf(guard->place, sizeof(guard->place), "%s:%d: ", frame.source + 1, frame.currentline);
            return;
        }
    }
}

/* Refuses what goes beyond the limit; what a stopped script asks for, too. */
static void *guarded_alloc(void *context, void *block, size_t old_size, size_t new_size)
{
    struct tw_guard *guard = context;
    size_t used = guard->used_bytes - old_size + new_size;
    bool grows = new_size > old_size;
    bool too_much = guard->limit_bytes > 0 && used > guard->limit_bytes;
    if (grows && guard->armed && (too_much || atomic_load_explicit(&guard->stops, memory_order_relaxed))) {
        if (guard->state == TW_GUARD_QUIET) {
            guard->state = too_much ? TW_GUARD_MEMORY : TW_GUARD_STOPPED;
            remember_place(guard, guard->lua);
        }
        return NULL;
    }
    void *moved = guard->alloc(guard->alloc_context, block, old_size, new_size);
    if (moved == NULL && new_size > 0)
        return NULL;
    /* from half of the limit on, garbage is collected early */
    if (guard->limit_bytes > 0 && used > guard->limit_bytes / 2 &&
        guard->used_bytes <= guard->limit_bytes / 2)
        lua_gc(guard->lua, LUA_GCSETPAUSE, 110);
    guard->used_bytes = used;
    return moved;
}

void tw_guard_begin(struct tw_guard *guard, lua_State *lua, const struct tw_script_limits *limits)
{
    *guard = (struct tw_guard){.lua = lua};
    if (limits != NULL) {
        guard->limit_bytes = limits->memory_bytes;
        guard->load_s = limits->load_s;
        guard->cancel = limits->cancel;
    }
    guard->used_bytes = (size_t)lua_gc(lua, LUA_GCCOUNT, 0) * 1024 + (size_t)lua_gc(lua, LUA_GCCOUNTB, 0);
    guard->alloc = lua_getallocf(lua, &guard->alloc_context);
    lua_setallocf(lua, guarded_alloc, guard);
}

void tw_guard_end(struct tw_guard *guard)
{
    lua_sethook(guard->lua, NULL, 0, 0);
    lua_setallocf(guard->lua, guard->alloc, guard->alloc_context);
}

void tw_guard_arm(struct tw_guard *guard)
{
    guard->armed = true;
}

void tw_guard_disarm(struct tw_guard *guard)
{
    guard->armed = false;
}

static struct tw_guard *guard_of(lua_State *lua)
{
    void *guard;
    lua_getallocf(lua, &guard);
    return guard;
}

static void intervene(struct tw_guard *guard, lua_State *lua, enum tw_guard_state state)
{
    if (guard->state == TW_GUARD_QUIET) {
        guard->state = state;
        remember_place(guard, lua);
    }
    lua_pushliteral(lua, "stopped");
    lua_error(lua);
}

static void loading_hook(lua_State *lua, lua_Debug *frame)
{
    (void)frame;
    struct tw_guard *guard = guard_of(lua);
    if (guard->cancel != NULL && *guard->cancel != 0)
        intervene(guard, lua, TW_GUARD_STOPPED);
    if (guard->load_s > 0 && tw_clock_s() >= guard->deadline_s)
        intervene(guard, lua, TW_GUARD_LOADING);
}

void tw_guard_begin_loading(struct tw_guard *guard)
{
    luaJIT_setmode(guard->lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    if (guard->load_s <= 0 && guard->cancel == NULL)
        return;
    guard->deadline_s = tw_clock_s() + guard->load_s;
    lua_sethook(guard->lua, loading_hook, LUA_MASKCOUNT, LOADING_STEP);
}

void tw_guard_end_loading(struct tw_guard *guard)
{
    lua_sethook(guard->lua, NULL, 0, 0);
    luaJIT_setmode(guard->lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_ON);
}

static void stop_hook(lua_State *lua, lua_Debug *frame)
{
    (void)frame;
    intervene(guard_of(lua), lua, TW_GUARD_STOPPED);
}

void tw_guard_stop(struct tw_guard *guard)
{
    atomic_store_explicit(&guard->stops, true, memory_order_relaxed);
    /* May be called at any moment, as from a signal's handler. What it writes can be lost when the state is
     * just switching its own dispatch: taken back and set again, it is written anew. */
    lua_sethook(guard->lua, NULL, 0, 0);
    lua_sethook(guard->lua, stop_hook, LUA_MASKCOUNT, 1);
}

bool tw_guard_has_stopped(const struct tw_guard *guard)
{
    return guard->state != TW_GUARD_QUIET || atomic_load_explicit(&guard->stops, memory_order_relaxed);
}

enum tw_status tw_guard_error(const struct tw_guard *guard, const char *script, struct tw_error *err)
{
    char name[TW_PLACE_SIZE];
    snprintf(name, sizeof(name), "%s: ", script);
    const char *place = guard->place[0] != '\0' ? guard->place : name;
    switch (guard->state) {
    case TW_GUARD_MEMORY:
        return tw_error_set(
            err, TW_EBUDGET,
            "%sthe script's own tables and texts need more than %zu MB: keep less of them at a "
            "time%s",
            place, guard->limit_bytes / MEGABYTE,
            guard->limit_bytes < TW_MOST_SCRIPT_BYTES ? ", or raise --memory" : "");
    case TW_GUARD_LOADING:
        return tw_error_set(err, TW_ESCRIPT,
                            "%snot done after %g s (--tile-timeout): what a script does outside of "
                            "run, prepare and setup must come to an end",
                            place, guard->load_s);
    case TW_GUARD_STOPPED:
        return tw_error_set(err, TW_ECANCELLED, "%scancelled", place);
    default:
        return TW_OK;
    }
}
