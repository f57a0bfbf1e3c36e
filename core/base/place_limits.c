/* SPDX-License-Identifier: MIT */
#include "place_limits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const sides[] = {"left", "bottom", "right", "top"};

size_t tw_limits_sides(const char *const **names)
{
    *names = sides;
    return 4;
}

/* `NAME must be WANTED, not 5`; returns false. */
static bool is_wrong(const struct tw_value *value, const char *name, const char *wanted,
                     struct tw_problems *problems)
{
    char shown[TW_SHOWN_SIZE];
    tw_problems_add(problems, value, "%s must be %s, not %s", name, wanted, tw_value_shown(value, shown));
    return false;
}

static const struct tw_value *given(const struct tw_value *map, const char *key)
{
    const struct tw_value *value = tw_value_get(map, key);
    return value != NULL && value->kind != TW_NULL ? value : NULL;
}

static bool read_side(const struct tw_value *value, size_t side, double *number, struct tw_problems *problems)
{
    char name[32];
    snprintf(name, sizeof(name), "bounds.%s", sides[side]);
    if (value->kind != TW_NUMBER || !isfinite(value->number))
        return is_wrong(value, name, "a number", problems);
    *number = value->number;
    return true;
}

static bool read_list(const struct tw_value *list, double numbers[4], struct tw_problems *problems)
{
    if (list->count != 4) {
        tw_problems_add(problems, list,
                        "bounds must be four numbers, [left, bottom, right, top], not a list of %zu",
                        list->count);
        return false;
    }
    bool right = true;
    for (size_t side = 0; side < 4; side++)
        right = read_side(&list->items[side], side, &numbers[side], problems) && right;
    return right;
}

static bool is_side(const char *key)
{
    for (size_t side = 0; side < 4; side++)
        if (strcmp(key, sides[side]) == 0)
            return true;
    return false;
}

static bool read_map(const struct tw_value *map, double numbers[4], struct tw_problems *problems)
{
    bool right = true;
    for (size_t i = 0; i < map->count; i++)
        if (!is_side(map->members[i].key))
            tw_problems_add_unknown_key(problems, &map->members[i], "bounds key", sides, 4);
    for (size_t side = 0; side < 4; side++) {
        const struct tw_value *value = given(map, sides[side]), *empty = tw_value_get(map, sides[side]);
        if (value == NULL)
            tw_problems_add(problems, empty != NULL ? empty : map,
                            "'bounds.%s' is missing: give left, bottom, right and top", sides[side]);
        right = value != NULL && read_side(value, side, &numbers[side], problems) && right;
    }
    return right;
}

/* Bounds in degrees that end in the west are likely meant to cross the antimeridian. */
static bool seems_to_cross_antimeridian(const struct tw_box *box)
{
    return box->left > 0 && box->left <= 180 && box->right < 0 && box->right >= -180;
}

static bool is_box(const struct tw_value *value, const struct tw_box *box, struct tw_problems *problems)
{
    if (box->left >= box->right) {
        tw_problems_add(problems, value, "bounds: left %.15g must be less than right %.15g", box->left,
                        box->right);
        if (seems_to_cross_antimeridian(box))
            tw_text_printf(&problems->text, "; across the antimeridian write right as %.15g",
                           box->right + 360);
        return false;
    }
    if (box->bottom >= box->top) {
        tw_problems_add(problems, value, "bounds: bottom %.15g must be less than top %.15g", box->bottom,
                        box->top);
        return false;
    }
    return true;
}

bool tw_limits_bounds(const struct tw_value *value, struct tw_box *bounds, struct tw_problems *problems)
{
    double numbers[4] = {0};
    bool right = false;
    if (value->kind == TW_LIST)
        right = read_list(value, numbers, problems);
    else if (value->kind == TW_MAP)
        right = read_map(value, numbers, problems);
    else
        is_wrong(value, "bounds", "four numbers, [left, bottom, right, top]", problems);
    *bounds = (struct tw_box){numbers[0], numbers[1], numbers[2], numbers[3]};
    return right && is_box(value, bounds, problems);
}

bool tw_limits_crs(const struct tw_value *value, const char *key, struct tw_arena *arena, const char **crs,
                   struct tw_problems *problems)
{
    long long code = 0;
    *crs = value->text;
    if (value->kind == TW_STRING && value->text[0] != '\0')
        return true;
    if (!tw_value_is_int(value, &code) || code <= 0)
        return is_wrong(value, key, "a CRS such as EPSG:4326", problems);
    *crs = tw_arena_printf(arena, "EPSG:%lld", code);
    return true;
}

/* Only a path can have a layer. */
static bool is_path_map(const struct tw_value *map, struct tw_problems *problems)
{
    static const char *const known[] = {"path", "layer"};
    bool right = true;
    for (size_t i = 0; i < map->count; i++) {
        const struct tw_member *member = &map->members[i];
        bool is_known = strcmp(member->key, "path") == 0 || strcmp(member->key, "layer") == 0;
        if (!is_known)
            tw_problems_add_unknown_key(problems, member, "area key", known, 2);
        else if (member->value.kind != TW_STRING || member->value.text[0] == '\0')
            is_wrong(&member->value, member->key[0] == 'p' ? "area.path" : "area.layer",
                     member->key[0] == 'p' ? "the path of a vector file" : "the name of a layer", problems);
        else
            continue;
        right = false;
    }
    return right;
}

bool tw_limits_area(const struct tw_value *value, struct tw_problems *problems)
{
    if (value->kind == TW_STRING && value->text[0] != '\0')
        return true;
    if (given(value, "path") != NULL)
        return is_path_map(value, problems);
    return given(value, "type") != NULL ||
           is_wrong(value, "area", "WKT, GeoJSON or the path of a vector file", problems);
}

enum tw_status tw_limits_read(const struct tw_value *map, struct tw_arena *arena, struct tw_limits *limits,
                              struct tw_problems *problems)
{
    const struct tw_value *bounds = given(map, "bounds"), *area = given(map, "area");
    const struct tw_value *bounds_crs = given(map, "bounds_crs"), *area_crs = given(map, "area_crs");
    bool right = bounds == NULL || tw_limits_bounds(bounds, &limits->bounds, problems);
    limits->bounds_value = bounds;
    limits->area = area;
    right = (area == NULL || tw_limits_area(area, problems)) && right;
    if (bounds_crs != NULL)
        right = tw_limits_crs(bounds_crs, "bounds_crs", arena, &limits->bounds_crs, problems) && right;
    if (area_crs != NULL)
        right = tw_limits_crs(area_crs, "area_crs", arena, &limits->area_crs, problems) && right;
    if ((bounds_crs != NULL && limits->bounds_crs == NULL) || (area_crs != NULL && limits->area_crs == NULL))
        return TW_ENOMEM;
    return right ? TW_OK : TW_EUSAGE;
}
