/* SPDX-License-Identifier: MIT */
#include "embedded.h"
#include "script.h"

#include <stdio.h>
#include <string.h>

/* One line for each file under builtin/. */
static const char *const builtin_names[] = {
    "clip", "cloudless",  "contours",  "convert", "hillshade",  "mosaic",
    "ndvi", "polygonize", "rasterize", "slope",   "statistics",
};

enum { NUM_BUILTINS = sizeof(builtin_names) / sizeof(builtin_names[0]) };

const struct tw_embedded *tw_embedded_find(const char *name)
{
    for (size_t i = 0; i < tw_num_embedded_files; i++)
        if (strcmp(tw_embedded_files[i].name, name) == 0)
            return &tw_embedded_files[i];
    return NULL;
}

size_t tw_builtin_processes(const char *const **names)
{
    *names = builtin_names;
    return NUM_BUILTINS;
}

static const char compatible_prefix[] = "mapchete.processes.";

static const char *text_in(const char *folder, const char *name)
{
    char path[64];
    int length = snprintf(path, sizeof(path), "%s/%s.lua", folder, name);
    const struct tw_embedded *file = length < (int)sizeof(path) ? tw_embedded_find(path) : NULL;
    return file != NULL ? file->text : NULL;
}

const char *tw_builtin_plain_name(const char *name)
{
    size_t length = strlen(compatible_prefix);
    return strncmp(name, compatible_prefix, length) == 0 ? name + length : name;
}

const char *tw_builtin_text(const char *name)
{
    const char *plain = tw_builtin_plain_name(name);
    const char *text = plain != name ? text_in("builtin/mapchete", plain) : NULL;
    return text != NULL ? text : text_in("builtin", plain);
}

/* Every file begins with two lines of its own: `---@meta` and the licence. */
static const char *behind_head(const char *text)
{
    for (int i = 0; i < 2; i++)
        text += strcspn(text, "\n") + 1;
    return text;
}

void tw_script_types(struct tw_text *text)
{
    tw_text_add(text, "---@meta\n-- SPDX-License-Identifier: MIT\n-- What Tilewright's scripts can use, made "
                      "by `tilewright "
                      "types`.\n");
    for (size_t i = 0; i < tw_num_embedded_files; i++)
        if (strncmp(tw_embedded_files[i].name, "api/", 4) == 0)
            tw_text_printf(text, "\n%s", behind_head(tw_embedded_files[i].text));
}
