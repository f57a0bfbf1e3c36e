/* SPDX-License-Identifier: MIT */
#include "embedded.h"
#include "script.h"

#include <stdio.h>
#include <string.h>

/* One line for each file under builtin/. */
static const char *const builtin_names[] = {"convert"};
static const char *const builtin_about[] = {
    "writes its input as the output asks for: reprojected, tiled, with other values or bands",
};

enum { NUM_BUILTINS = sizeof(builtin_names) / sizeof(builtin_names[0]) };

const struct tw_embedded *tw_embedded_find(const char *name)
{
    for (size_t i = 0; i < tw_num_embedded_files; i++)
        if (strcmp(tw_embedded_files[i].name, name) == 0)
            return &tw_embedded_files[i];
    return NULL;
}

size_t tw_builtin_processes(const char *const **names, const char *const **about)
{
    *names = builtin_names;
    *about = builtin_about;
    return NUM_BUILTINS;
}

const char *tw_builtin_text(const char *name)
{
    char path[64];
    int length = snprintf(path, sizeof(path), "builtin/%s.lua", name);
    const struct tw_embedded *file = length < (int)sizeof(path) ? tw_embedded_find(path) : NULL;
    return file != NULL ? file->text : NULL;
}
