/* SPDX-License-Identifier: MIT */
#include "source_driver.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>

char *tw_source_resolve(struct tw_arena *arena, const char *folder, const char *path)
{
    static const struct {
        const char *scheme, *prefix;
        bool keep_scheme;
    } remote[] = {{"http://", "/vsicurl/", true}, {"https://", "/vsicurl/", true},
                  {"s3://", "/vsis3/", false},    {"gs://", "/vsigs/", false},
                  {"az://", "/vsiaz/", false},    {"file://", "", false}};
    char *joined = tw_path_join(arena, folder, path);
    for (size_t i = 0; joined != NULL && i < sizeof(remote) / sizeof(remote[0]); i++) {
        size_t length = strlen(remote[i].scheme);
        if (strncmp(joined, remote[i].scheme, length) == 0)
            return tw_arena_printf(arena, "%s%s", remote[i].prefix,
                                   remote[i].keep_scheme ? joined : joined + length);
    }
    return joined;
}

const char *tw_source_path(const struct tw_source *source)
{
    const struct tw_value *value = source->value;
    if (value->kind == TW_MAP)
        value = tw_value_get(value, "path");
    if (value == NULL || value->kind != TW_STRING)
        return NULL;
    return tw_source_resolve(source->arena, source->folder, value->text);
}

bool tw_option_resampling(const struct tw_value *value, enum tw_resampling *result,
                          struct tw_problems *problems)
{
    if (value == NULL || value->kind == TW_NULL)
        return true;
    if (value->kind == TW_STRING && tw_resampling_parse(value->text, result))
        return true;
    if (value->kind != TW_STRING)
        tw_problems_add(problems, value, "resampling must be a string, not %s",
                        tw_value_kind_name(value->kind));
    else
        tw_problems_add_unknown(problems, value, "resampling", value->text, tw_resampling_list(),
                                TW_NUM_RESAMPLINGS);
    return false;
}

bool tw_option_bool(const struct tw_value *value, const char *what, bool *result,
                    struct tw_problems *problems)
{
    if (value == NULL || value->kind == TW_NULL)
        return true;
    if (value->kind != TW_BOOL) {
        tw_problems_add(problems, value, "%s must be true or false, not %s", what,
                        tw_value_kind_name(value->kind));
        return false;
    }
    *result = value->boolean;
    return true;
}

static bool is_name(const struct tw_value *value)
{
    return (value->kind == TW_STRING && value->text[0] != '\0') || value->kind == TW_NUMBER;
}

bool tw_option_names(const struct tw_value *value, const char *what, struct tw_arena *arena,
                     struct tw_names *result, struct tw_problems *problems)
{
    *result = (struct tw_names){0};
    if (value == NULL || value->kind == TW_NULL)
        return true;
    size_t count = value->kind == TW_LIST ? value->count : 1;
    const struct tw_value *items = value->kind == TW_LIST ? value->items : value;
    result->names = tw_arena_calloc(arena, count, sizeof(*result->names));
    result->values = tw_arena_calloc(arena, count, sizeof(*result->values));
    if (result->names == NULL || result->values == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_name(&items[i])) {
            tw_problems_add(problems, &items[i], "%s must be a list of names, not %s", what,
                            tw_value_kind_name(items[i].kind));
            return false;
        }
        result->names[i] = items[i].text;
        result->values[i] = &items[i];
    }
    result->count = count;
    return true;
}

int tw_band_find(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    if (name[0] == '\0' || strspn(name, "0123456789") != strlen(name) || strlen(name) > 6)
        return -1;
    int number = atoi(name);
    return number >= 1 && (size_t)number <= count ? number - 1 : -1;
}

enum tw_status tw_band_missing(const char *const *names, size_t count, const char *name, struct tw_error *err)
{
    struct tw_text text = {0};
    for (size_t i = 0; i < count; i++)
        tw_text_printf(&text, "%s%s", i > 0 ? ", " : "", names[i]);
    tw_error_set(err, TW_EINPUT, "no band '%s'; this raster has: %s", name, tw_text_get(&text));
    tw_text_free(&text);
    return TW_EINPUT;
}

bool tw_footprint_touches(const struct tw_box *footprint, const struct tw_window *window)
{
    struct tw_box bounds = tw_window_bounds(window);
    double turn = window->grid->extent.right - window->grid->extent.left;
    int reach = window->grid->is_global ? 2 : 0;
    for (int i = -reach; i <= reach; i++) {
        struct tw_box moved = *footprint;
        moved.left += i * turn;
        moved.right += i * turn;
        if (tw_box_overlaps(&moved, &bounds))
            return true;
    }
    return false;
}
