/* SPDX-License-Identifier: MIT */
#include "failures.h"

#include "file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void tw_failures_free(struct tw_failures *failures)
{
    for (size_t i = 0; i < failures->count; i++)
        free(failures->items[i].message);
    free(failures->items);
    *failures = (struct tw_failures){0};
}

bool tw_failures_add(struct tw_failures *failures, const struct tw_tile *tile, const char *message)
{
    failures->total++;
    if (failures->count == TW_MOST_FAILURES)
        return true;
    if (failures->count == failures->capacity) {
        size_t capacity = failures->capacity * 2 + 16;
        struct tw_failure *items = realloc(failures->items, capacity * sizeof(*items));
        if (items == NULL)
            return false;
        failures->items = items;
        failures->capacity = capacity;
    }
    char *copy = strdup(message);
    if (copy == NULL)
        return false;
    failures->items[failures->count++] = (struct tw_failure){*tile, copy};
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct tw_tile *a = &((const struct tw_failure *)left)->tile;
    const struct tw_tile *b = &((const struct tw_failure *)right)->tile;
    if (a->zoom != b->zoom)
        return a->zoom < b->zoom ? -1 : 1;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->col > b->col) - (a->col < b->col);
}

void tw_failures_sort(struct tw_failures *failures)
{
    if (failures->count > 1)
        qsort(failures->items, failures->count, sizeof(*failures->items), compare);
}

static json_t *failure_to_json(const struct tw_failure *failure)
{
    const struct tw_tile *tile = &failure->tile;
    return json_pack("{s:i, s:I, s:I, s:s%}", "zoom", tile->zoom, "row", (json_int_t)tile->row, "col",
                     (json_int_t)tile->col, "message", failure->message, strlen(failure->message));
}

enum tw_status tw_failures_write(const struct tw_failures *failures, const char *path, struct tw_error *err)
{
    if (failures->count == 0)
        return tw_file_remove(path, err);
    json_t *list = json_array();
    for (size_t i = 0; i < failures->count; i++)
        json_array_append_new(list, failure_to_json(&failures->items[i]));
    json_t *root = json_pack("{s:o}", "failed", list);
    char *text = root != NULL ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    if (text == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_write(path, text, strlen(text), err);
    free(text);
    return status;
}

static enum tw_status read_entry(struct tw_failures *failures, json_t *entry, const char *path,
                                 struct tw_error *err)
{
    json_int_t zoom, row, col;
    json_error_t reason;
    if (json_unpack_ex(entry, &reason, 0, "{s:I, s:I, s:I}", "zoom", &zoom, "row", &row, "col", &col) != 0)
        return tw_error_set(err, TW_EUSAGE, "cannot read '%s': %s", path, reason.text);
    struct tw_tile tile = {(int)zoom, row, col};
    return tw_failures_add(failures, &tile, "") ? TW_OK : tw_error_nomem(err);
}

static enum tw_status load(const char *path, json_t **root, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    char *text = NULL;
    size_t size = 0;
    json_error_t reason;
    enum tw_status status =
        arena != NULL ? tw_file_read_found(arena, path, 0, &text, &size, err) : tw_error_nomem(err);
    if (status == TW_OK && text == NULL)
        status = tw_error_set(err, TW_EUSAGE, "there is no '%s': no tile failed in the last run", path);
    else if (status == TW_OK && (*root = json_loadb(text, size, 0, &reason)) == NULL)
        status =
            tw_error_set(err, TW_EUSAGE, "cannot read '%s': line %d: %s", path, reason.line, reason.text);
    tw_arena_free(arena);
    return status;
}

enum tw_status tw_failures_read(struct tw_failures *failures, const char *path, struct tw_error *err)
{
    json_t *root = NULL;
    enum tw_status read = load(path, &root, err);
    if (read != TW_OK)
        return read;
    enum tw_status status = TW_OK;
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(root, "failed"), index, entry)
    {
        if (status == TW_OK)
            status = read_entry(failures, entry, path, err);
    }
    json_decref(root);
    if (status == TW_OK && failures->count == 0)
        return tw_error_set(err, TW_EUSAGE, "'%s' lists no tile", path);
    return status;
}
