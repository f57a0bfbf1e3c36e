/* SPDX-License-Identifier: MIT */
#include "zoom.h"

#include "config.h"

#include <stdlib.h>
#include <string.h>

uint32_t tw_zooms_between(int min_zoom, int max_zoom)
{
    uint32_t zooms = 0;
    for (int zoom = min_zoom < 0 ? 0 : min_zoom; zoom <= max_zoom && zoom <= TW_MAX_ZOOM; zoom++)
        zooms |= (uint32_t)1 << zoom;
    return zooms;
}

int tw_zooms_first(uint32_t zooms)
{
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        if ((zooms >> zoom & 1) != 0)
            return zoom;
    return -1;
}

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

/* A whole number up to the end of the text; those over TW_MAX_ZOOM are cut to one above it. */
static bool parse_zoom(const char *text, int *zoom)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || *skip_space(text + digits) != '\0')
        return false;
    long number = strtol(text, NULL, 10);
    *zoom = number > TW_MAX_ZOOM ? TW_MAX_ZOOM + 1 : (int)number;
    return true;
}

struct operator
{
    const char *text;
    int below, at, above; /* whether it holds there */
};

static const struct operator operators[] = {
    {"<=", 1, 1, 0}, {">=", 0, 1, 1}, {"==", 0, 1, 0}, {"<", 1, 0, 0}, {">", 0, 0, 1}, {"=", 0, 1, 0},
};

static const struct operator* find_operator(const char *text)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
        if (strncmp(text, operators[i].text, strlen(operators[i].text)) == 0)
            return &operators[i];
    return NULL;
}

enum tw_condition tw_condition_parse(const char *key, uint32_t *zooms)
{
    if (strncmp(key, "zoom", 4) != 0)
        return TW_NO_CONDITION;
    const char *text = skip_space(key + 4);
    if (*text == '\0' || strchr("<>=!", *text) == NULL)
        return TW_NO_CONDITION;
    const struct operator* found = find_operator(text);
    int zoom = 0;
    if (found == NULL || !parse_zoom(skip_space(text + strlen(found->text)), &zoom))
        return TW_BAD_CONDITION;
    uint32_t below = tw_zooms_between(0, zoom - 1), at = tw_zooms_between(zoom, zoom);
    uint32_t above = tw_zooms_between(zoom + 1, TW_MAX_ZOOM);
    *zooms = (found->below ? below : 0) | (found->at ? at : 0) | (found->above ? above : 0);
    return TW_CONDITION;
}

bool tw_value_is_conditional(const struct tw_value *value)
{
    uint32_t zooms = 0;
    return value->kind == TW_MAP && value->count > 0 &&
           tw_condition_parse(value->members[0].key, &zooms) == TW_CONDITION;
}

/* Whether there is a condition anywhere in the value: without one it needs no copy. */
static bool depends_on_zoom(const struct tw_value *value)
{
    if (tw_value_is_conditional(value))
        return true;
    for (size_t i = 0; i < value->count; i++) {
        bool is_map = value->kind == TW_MAP;
        if (depends_on_zoom(is_map ? &value->members[i].value : &value->items[i]))
            return true;
    }
    return false;
}

struct selection {
    struct tw_arena *arena;
    int zoom;
    bool nomem;
};

static const struct tw_value *select_value(struct selection *selection, const struct tw_value *value);

/* What holds at the zoom; NULL when nothing does, or when that is null. */
static const struct tw_value *select_condition(struct selection *selection, const struct tw_value *value)
{
    for (size_t i = 0; i < value->count; i++) {
        const struct tw_member *member = &value->members[i];
        uint32_t zooms = 0;
        if (tw_condition_parse(member->key, &zooms) == TW_CONDITION && (zooms >> selection->zoom & 1) != 0)
            return member->value.kind == TW_NULL ? NULL : select_value(selection, &member->value);
    }
    return NULL;
}

static struct tw_value *container(struct selection *selection, const struct tw_value *like)
{
    struct tw_value *copy = tw_arena_calloc(selection->arena, 1, sizeof(*copy));
    void *room = NULL;
    if (copy != NULL) {
        *copy = *like;
        copy->count = 0;
        if (like->kind == TW_MAP)
            room = copy->members = tw_arena_calloc(selection->arena, like->count, sizeof(*copy->members));
        else
            room = copy->items = tw_arena_calloc(selection->arena, like->count, sizeof(*copy->items));
    }
    selection->nomem = selection->nomem || room == NULL;
    return room != NULL ? copy : NULL;
}

static const struct tw_value *select_members(struct selection *selection, const struct tw_value *value)
{
    struct tw_value *copy = container(selection, value);
    for (size_t i = 0; copy != NULL && i < value->count; i++) {
        const struct tw_value *held = select_value(selection, &value->members[i].value);
        if (held == NULL)
            continue;
        copy->members[copy->count] = value->members[i];
        copy->members[copy->count++].value = *held;
    }
    return copy;
}

static const struct tw_value *select_items(struct selection *selection, const struct tw_value *value)
{
    struct tw_value *copy = container(selection, value);
    for (size_t i = 0; copy != NULL && i < value->count; i++) {
        const struct tw_value *held = select_value(selection, &value->items[i]);
        if (held != NULL)
            copy->items[copy->count++] = *held;
    }
    return copy;
}

static const struct tw_value *select_value(struct selection *selection, const struct tw_value *value)
{
    if (!depends_on_zoom(value))
        return value;
    if (tw_value_is_conditional(value))
        return select_condition(selection, value);
    if (value->kind == TW_MAP)
        return select_members(selection, value);
    return select_items(selection, value);
}

const struct tw_value *tw_config_at_zoom(const struct tw_value *value, int zoom, struct tw_arena *arena,
                                         bool *nomem)
{
    struct selection selection = {.arena = arena, .zoom = zoom};
    const struct tw_value *held =
        value != NULL && zoom >= 0 && zoom <= TW_MAX_ZOOM ? select_value(&selection, value) : NULL;
    if (nomem != NULL)
        *nomem = selection.nomem;
    return selection.nomem ? NULL : held;
}
