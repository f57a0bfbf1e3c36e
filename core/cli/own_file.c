/* SPDX-License-Identifier: MIT */
#include "own_file.h"

#include "file.h"

#include <string.h>

enum tw_status tw_check_one_file(const struct tw_command *command, int argc, char **argv,
                                 struct tw_error *err)
{
    if (argc > 2)
        return tw_error_set(err, TW_EUSAGE, "one file at a time: '%s' or '%s'", argv[1], argv[2]);
    if (argc > 1 && argv[1][0] == '-')
        return tw_error_set(err, TW_EUSAGE, "'%s' takes no options, not '%s'", command->name, argv[1]);
    return TW_OK;
}

static enum tw_status check_replaced(const char *path, const char *begin, size_t length, struct tw_error *err)
{
    char *bytes;
    size_t size;
    if (!tw_file_exists(path))
        return TW_OK;
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_read(arena, path, 0, &bytes, &size, err);
    if (status == TW_OK && (size < length || memcmp(bytes, begin, length) != 0))
        status =
            tw_error_set(err, TW_EUSAGE, "'%s' exists already and was not written by this command", path);
    tw_arena_free(arena);
    return status;
}

enum tw_status tw_write_own_file(const char *path, const struct tw_text *text, size_t length,
                                 struct tw_error *err)
{
    if (text->failed)
        return tw_error_nomem(err);
    enum tw_status status = check_replaced(path, tw_text_get(text), length, err);
    return status == TW_OK ? tw_file_write(path, tw_text_get(text), text->length, err) : status;
}
