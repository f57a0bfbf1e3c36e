/* SPDX-License-Identifier: MIT */
#include "part.h"

#include "secret.h"

#include <string.h>

const char *tw_parts_name(const struct tw_input_parts *parts, const char *path)
{
    size_t length = parts->folder != NULL ? strlen(parts->folder) : 0;
    char *hidden = tw_has_secrets(path) ? tw_arena_strdup(parts->arena, path) : NULL;
    if (hidden != NULL) {
        tw_hide_secrets(hidden);
        return hidden;
    }
    bool is_below = length > 0 && strncmp(path, parts->folder, length) == 0 && path[length] == '/';
    return is_below ? path + length + 1 : path;
}

bool tw_parts_add(struct tw_input_parts *parts, const struct tw_input_part *part)
{
    if (parts->count == parts->capacity) {
        size_t capacity = parts->capacity * 2 + 16;
        struct tw_input_part *more = tw_arena_calloc(parts->arena, capacity, sizeof(*more));
        if (more == NULL)
            return false;
        if (parts->count > 0)
            memcpy(more, parts->items, parts->count * sizeof(*more));
        parts->items = more;
        parts->capacity = capacity;
    }
    parts->items[parts->count++] = *part;
    return true;
}

bool tw_parts_add_file(struct tw_input_parts *parts, const char *path, const struct tw_box *box)
{
    const char **files = tw_arena_calloc(parts->arena, 1, sizeof(*files));
    if (files == NULL || path == NULL)
        return false;
    files[0] = path;
    const struct tw_input_part part = {
        .id = tw_parts_name(parts, path), .files = files, .num_files = 1, .box = *box};
    return tw_parts_add(parts, &part);
}

bool tw_parts_add_frame(struct tw_input_parts *parts, const char *path, const struct tw_box *box)
{
    const struct tw_input_part part = {
        .id = tw_arena_printf(parts->arena, "%s: frame", tw_parts_name(parts, path)),
        .about = tw_arena_printf(parts->arena, "%.17g %.17g %.17g %.17g", box->left, box->bottom, box->right,
                                 box->top),
        .box = *box,
        .is_frame = true};
    return part.id != NULL && part.about != NULL && tw_parts_add(parts, &part);
}
