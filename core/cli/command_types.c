/* SPDX-License-Identifier: MIT */
#include "own_file.h"
#include "report.h"

#include "script.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: tilewright types [FILE]\n\n"
    "Writes what scripts can use, with explanations and examples, to FILE (tilewright.d.lua), annotated for\n"
    "the Lua language server (LuaLS): put it beside your scripts, and the editor completes and explains.\n\n"
    "examples:\n"
    "  tilewright types\n"
    "  tilewright types ~/lua/tilewright.d.lua\n";

static int types(const struct tw_command *command, int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "tilewright.d.lua";
    struct tw_error err = {0};
    struct tw_text text = {0};
    enum tw_status status = tw_check_one_file(command, argc, argv, &err);
    if (status == TW_OK) {
        tw_script_types(&text);
        status = tw_write_own_file(path, &text, strlen("---@meta"), &err);
    }
    tw_text_free(&text);
    if (status != TW_OK)
        return tw_report_error(&err);
    printf("%s\n", path);
    return TW_EXIT_DONE;
}

const struct tw_command tw_command_types = {"types", "write the script API for editors", help, types};
