/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <math.h>
#include <stdio.h>

static const char *const sides[] = {"left", "bottom", "right", "top"};

size_t tw_check_bounds_keys(const char *const **names)
{
    *names = sides;
    return 4;
}

static bool read_side(struct tw_check *check, const struct tw_value *value, size_t side, double *number)
{
    char name[32];
    snprintf(name, sizeof(name), "bounds.%s", sides[side]);
    if (value->kind != TW_NUMBER || !isfinite(value->number))
        return tw_check_wrong(check, value, name, "a number");
    *number = value->number;
    return true;
}

static bool read_list(struct tw_check *check, const struct tw_value *list, double numbers[4])
{
    if (list->count != 4) {
        tw_problems_add(check->problems, list,
                        "bounds must be four numbers, [left, bottom, right, top], not a list of %zu",
                        list->count);
        return false;
    }
    bool right = true;
    for (size_t side = 0; side < 4; side++)
        right = read_side(check, &list->items[side], side, &numbers[side]) && right;
    return right;
}

static bool read_map(struct tw_check *check, const struct tw_value *map, double numbers[4])
{
    bool right = true;
    tw_check_keys(check, map, "bounds key", sides, 4);
    for (size_t side = 0; side < 4; side++) {
        char name[32];
        snprintf(name, sizeof(name), "bounds.%s", sides[side]);
        const struct tw_value *value =
            tw_check_required(check, map, name, "give left, bottom, right and top");
        right = value != NULL && read_side(check, value, side, &numbers[side]) && right;
    }
    return right;
}

static bool read_bounds(struct tw_check *check, const struct tw_value *value, double numbers[4])
{
    if (value->kind == TW_LIST)
        return read_list(check, value, numbers);
    if (value->kind == TW_MAP)
        return read_map(check, value, numbers);
    return tw_check_wrong(check, value, "bounds", "four numbers, [left, bottom, right, top]");
}

/* Bounds in degrees that end in the west are likely meant to cross the antimeridian. */
static bool seems_to_cross_antimeridian(const struct tw_box *box)
{
    return box->left > 0 && box->left <= 180 && box->right < 0 && box->right >= -180;
}

static bool is_box(struct tw_check *check, const struct tw_value *value, const struct tw_box *box)
{
    if (box->left >= box->right) {
        tw_problems_add(check->problems, value, "bounds: left %.15g must be less than right %.15g", box->left,
                        box->right);
        if (seems_to_cross_antimeridian(box))
            tw_text_printf(&check->problems->text, "; across the antimeridian write right as %.15g",
                           box->right + 360);
        return false;
    }
    if (box->bottom >= box->top) {
        tw_problems_add(check->problems, value, "bounds: bottom %.15g must be less than top %.15g",
                        box->bottom, box->top);
        return false;
    }
    return true;
}

static void check_bounds(struct tw_check *check)
{
    struct tw_config *config = check->config;
    const struct tw_value *value = tw_check_given(config->root, "bounds");
    double numbers[4] = {0};
    if (value == NULL || !read_bounds(check, value, numbers))
        return;
    struct tw_box box = {numbers[0], numbers[1], numbers[2], numbers[3]};
    if (!is_box(check, value, &box))
        return;
    config->has_bounds = true;
    config->bounds = box;
    config->bounds_value = value;
}

/* A CRS as text, or the number of an EPSG code. */
static const char *read_crs(struct tw_check *check, const char *key)
{
    const struct tw_value *value = tw_check_given(check->config->root, key);
    long long code = 0;
    if (value == NULL)
        return NULL;
    if (tw_value_is_int(value, &code) && code > 0) {
        const char *crs = tw_arena_printf(check->config->arena, "EPSG:%lld", code);
        check->nomem = check->nomem || crs == NULL;
        return crs;
    }
    return tw_check_string(check, value, key, "a CRS such as EPSG:4326") ? value->text : NULL;
}

static void check_polygon(struct tw_check *check)
{
    static const char wanted[] = "WKT or the path of a vector file";
    const struct tw_value *value = tw_check_given(check->config->root, "area");
    if (value == NULL)
        return;
    if (value->kind == TW_MAP)
        tw_problems_add(check->problems, value, "area must be %s, not a map; put the GeoJSON into a file",
                        wanted);
    else if (tw_check_string(check, value, "area", wanted))
        check->config->area = value;
}

void tw_check_area(struct tw_check *check)
{
    check_bounds(check);
    check->config->bounds_crs = read_crs(check, "bounds_crs");
    check_polygon(check);
    check->config->area_crs = read_crs(check, "area_crs");
}
