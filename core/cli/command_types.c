/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "report.h"

#include "file.h"
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

static const char first_line[] = "---@meta";

/* Only a file that an earlier run has written is replaced. */
static enum tw_status check_replaced(const char *path, struct tw_error *err)
{
    char *bytes;
    size_t size;
    if (!tw_file_exists(path))
        return TW_OK;
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_read(arena, path, 0, &bytes, &size, err);
    if (status == TW_OK && strncmp(bytes, first_line, strlen(first_line)) != 0)
        status =
            tw_error_set(err, TW_EUSAGE, "'%s' exists already and was not written by this command", path);
    tw_arena_free(arena);
    return status;
}

static int types(const struct tw_command *command, int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "tilewright.d.lua";
    struct tw_error err = {0};
    struct tw_text text = {0};
    enum tw_status status = TW_OK;
    if (argc > 2)
        status = tw_error_set(&err, TW_EUSAGE, "one file at a time: '%s' or '%s'", argv[1], argv[2]);
    else if (path[0] == '-')
        status = tw_error_set(&err, TW_EUSAGE, "'%s' takes no options, not '%s'", command->name, path);
    if (status == TW_OK)
        status = check_replaced(path, &err);
    if (status == TW_OK) {
        tw_script_types(&text);
        status =
            text.failed ? tw_error_nomem(&err) : tw_file_write(path, tw_text_get(&text), text.length, &err);
    }
    tw_text_free(&text);
    if (status != TW_OK)
        return tw_report_error(&err);
    printf("%s\n", path);
    return TW_EXIT_DONE;
}

const struct tw_command tw_command_types = {"types", "write the script API for editors", help, types};
