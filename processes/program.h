/* program.h - the text of a script and its modules, and what the script declares.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROGRAM_H
#define TW_PROGRAM_H

#include "script.h"

struct tw_module {
    const char *path; /* `filters/cloud.lua`, beside the script */
    const char *text;
    size_t size;
    struct tw_module *next;
};

struct tw_program {
    struct tw_arena *arena; /* owned; holds everything else */
    const char *name;       /* for messages: `ndvi.lua` */
    const char *folder;     /* of the modules; NULL for built-in processes */
    const char *text;
    size_t size;
    struct tw_module *modules; /* in the order they were required */
    bool is_loading;           /* modules are read while the program is loaded, and never after */
    struct tw_declaration declaration;
};

/* The module at path; read from its file while the program is loading. On failure err says why: `no file
 * 'dir/x.lua'`. */
enum tw_status tw_program_module(struct tw_program *program, const char *path,
                                 const struct tw_module **module, struct tw_error *err);

#endif
