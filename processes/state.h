/* state.h - one Lua state with the script library and one script in it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STATE_H
#define TW_STATE_H

#include "guard.h"
#include "host.h"
#include "program.h"

#include <lua.h>

struct tw_state {
    lua_State *lua;
    struct tw_program *program;
    struct tw_host host;
    struct tw_guard guard;
    int functions; /* registry reference of the library's functions for a loaded script, by name */
};

/* Makes a state and runs the script's declaration, which is left on top of the Lua stack. The program must
 * outlive it; limits may be NULL. Returns NULL and sets err on failure: TW_ESCRIPT with place, TW_EBUDGET,
 * TW_ENOMEM. */
struct tw_state *tw_state_new(struct tw_program *program, const struct tw_script_limits *limits,
                              struct tw_error *err);
/* Accepts NULL. */
void tw_state_free(struct tw_state *state);

/* Calls, guarded, what lies below num_arguments on the stack: a library function that returns a status, and a
 * message or one value, which is left on the stack when the status is TW_OK. */
enum tw_status tw_state_call(struct tw_state *state, int num_arguments, struct tw_error *err);

#endif
