/* SPDX-License-Identifier: MIT */
#include "inventory.h"

#include "file.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header[] = "tilewright inputs 1 ";

bool tw_inventory_add(struct tw_inventory *inventory, const struct tw_inventory_line *line)
{
    if (inventory->count == inventory->capacity) {
        size_t capacity = inventory->capacity * 2 + 16;
        struct tw_inventory_line *more = tw_arena_calloc(inventory->arena, capacity, sizeof(*more));
        if (more == NULL)
            return false;
        if (inventory->count > 0)
            memcpy(more, inventory->lines, inventory->count * sizeof(*more));
        inventory->lines = more;
        inventory->capacity = capacity;
    }
    inventory->lines[inventory->count++] = *line;
    return true;
}

/* Tabs and line ends part the fields. */
static void add_field(struct tw_text *text, const char *field)
{
    for (const char *c = field; *c != '\0'; c++) {
        if (*c == '\\' || *c == '\t' || *c == '\n')
            tw_text_add(text, *c == '\\' ? "\\\\" : *c == '\t' ? "\\t" : "\\n");
        else
            tw_text_add_bytes(text, c, 1);
    }
}

static char *take_field(char **rest)
{
    char *field = *rest, *end = field + strcspn(field, "\t");
    *rest = *end == '\t' ? end + 1 : end;
    *end = '\0';
    char *to = field;
    for (const char *from = field; *from != '\0'; from++) {
        if (*from == '\\' && from[1] != '\0') {
            from++;
            *to++ = *from == 't' ? '\t' : *from == 'n' ? '\n' : *from;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return field;
}

static bool read_line(struct tw_inventory *inventory, char *text, bool *is_memory)
{
    struct tw_inventory_line line = {0};
    struct tw_box *box = &line.box;
    char more;
    *is_memory = true;
    line.input = take_field(&text);
    bool ok = sscanf(take_field(&text), "%" SCNx64 "%c", &line.zooms, &more) == 1;
    const char *tag = take_field(&text);
    ok = ok && strlen(tag) < sizeof(line.tag) && tag[0] != '\0';
    ok = ok && sscanf(take_field(&text), "%lf %lf %lf %lf %d%c", &box->left, &box->bottom, &box->right,
                      &box->top, &line.reach_px, &more) == 5;
    line.id = take_field(&text);
    if (!ok)
        return false;
    memcpy(line.tag, tag, strlen(tag) + 1);
    *is_memory = tw_inventory_add(inventory, &line);
    return *is_memory;
}

static bool read_header(struct tw_inventory *inventory, const char *text)
{
    char more;
    return strncmp(text, header, sizeof(header) - 1) == 0 &&
           sscanf(text + sizeof(header) - 1, "%" SCNx64 " %32s%c", &inventory->zooms, inventory->common,
                  &more) == 2;
}

enum tw_status tw_inventory_read(struct tw_inventory *inventory, const char *path, struct tw_error *err)
{
    char *text;
    size_t size;
    enum tw_status status = tw_file_read(inventory->arena, path, 0, &text, &size, err);
    if (status != TW_OK)
        return status == TW_EINPUT ? tw_error_set(err, TW_ESTORAGE, "%s", err != NULL ? err->message : "")
                                   : status;
    int number = 1;
    bool ok = size > 0 && text[size - 1] == '\n', is_memory = true;
    for (char *end; ok && (end = strchr(text, '\n')) != NULL; text = end + 1, number++) {
        *end = '\0';
        ok = number == 1 ? read_header(inventory, text) : read_line(inventory, text, &is_memory);
    }
    if (!is_memory)
        return tw_error_nomem(err);
    if (!ok)
        return tw_error_set(
            err, TW_ESTORAGE,
            "cannot read '%s': line %d is not understood; use --overwrite to make everything anew", path,
            number > 1 ? number - 1 : 1);
    return TW_OK;
}

enum tw_status tw_inventory_write(const struct tw_inventory *inventory, const char *path,
                                  struct tw_error *err)
{
    struct tw_text text = {0};
    tw_text_printf(&text, "%s%" PRIx64 " %s\n", header, inventory->zooms, inventory->common);
    for (size_t i = 0; i < inventory->count; i++) {
        const struct tw_inventory_line *line = &inventory->lines[i];
        add_field(&text, line->input);
        tw_text_printf(&text, "\t%" PRIx64 "\t%s\t%.17g %.17g %.17g %.17g %d\t", line->zooms, line->tag,
                       line->box.left, line->box.bottom, line->box.right, line->box.top, line->reach_px);
        add_field(&text, line->id);
        tw_text_add(&text, "\n");
    }
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_error ignored;
    char *old;
    size_t size;
    bool is_same = arena != NULL && tw_file_read(arena, path, 0, &old, &size, &ignored) == TW_OK &&
                   size == text.length && memcmp(old, tw_text_get(&text), size) == 0;
    tw_arena_free(arena);
    enum tw_status status = TW_OK;
    if (text.failed)
        status = tw_error_nomem(err);
    else if (!is_same)
        status = tw_file_write(path, tw_text_get(&text), text.length, err);
    tw_text_free(&text);
    return status;
}
