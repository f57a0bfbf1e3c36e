/* guard.h - what a Lua state may take of memory and time, and how it is stopped from outside.
 *
 * Memory: LuaJIT's own allocator, with a count and a limit in front of it. Time: while a script is loaded, it
 * is interpreted and looks at the clock itself. Later, another thread may stop it: interpreted code and
 * whatever allocates end at once; a compiled loop that allocates nothing does not. Once a guard has
 * intervened, nothing that the script does gets past it, and the state is not used again.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GUARD_H
#define TW_GUARD_H

#include "script.h"

#include <lua.h>
#include <stdatomic.h>

enum { TW_PLACE_SIZE = 128 };

enum tw_guard_state { TW_GUARD_QUIET, TW_GUARD_MEMORY, TW_GUARD_LOADING, TW_GUARD_STOPPED };

struct tw_guard {
    lua_State *lua;
    lua_Alloc alloc; /* LuaJIT's */
    void *alloc_context;
    bool armed; /* refuses; only inside of protected calls: elsewhere a refusal would end the program */
    size_t used_bytes, limit_bytes; /* limit 0: none */
    double load_s;                  /* limit 0: none */
    double deadline_s;
    const volatile int *cancel; /* while a script is loaded; or NULL */
    atomic_bool stops;          /* set by other threads */
    enum tw_guard_state state;  /* other than QUIET: it has intervened */
    char place[TW_PLACE_SIZE];  /* `ndvi.lua:6: ` where it did; "" when not known */
};

/* Puts itself between the state and its allocator. The guard must outlive the state. */
void tw_guard_begin(struct tw_guard *guard, lua_State *lua, const struct tw_script_limits *limits);
/* Gives the state its allocator back; call before lua_close. */
void tw_guard_end(struct tw_guard *guard);

/* Around a protected call. */
void tw_guard_arm(struct tw_guard *guard);
void tw_guard_disarm(struct tw_guard *guard);

/* Around the loading of a script: without the compiler, with an eye on the clock. */
void tw_guard_begin_loading(struct tw_guard *guard);
void tw_guard_end_loading(struct tw_guard *guard);

/* From any thread, as often as it takes. */
void tw_guard_stop(struct tw_guard *guard);

/* Whether the guard has intervened, or was asked to. */
bool tw_guard_has_stopped(const struct tw_guard *guard);

/* What the guard says about it: TW_EBUDGET, TW_ESCRIPT (loading), TW_ECANCELLED. TW_OK when it is quiet. */
enum tw_status tw_guard_error(const struct tw_guard *guard, const char *script, struct tw_error *err);

#endif
