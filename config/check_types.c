/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "zoom.h"

#include <stdio.h>
#include <string.h>

const struct tw_value *tw_check_given(const struct tw_value *map, const char *key)
{
    const struct tw_value *value = tw_value_get(map, key);
    return value != NULL && value->kind != TW_NULL ? value : NULL;
}

const struct tw_value *tw_check_required(struct tw_check *check, const struct tw_value *map, const char *name,
                                         const char *hint)
{
    const char *dot = strrchr(name, '.');
    const char *key = dot != NULL ? dot + 1 : name;
    const struct tw_value *value = tw_check_given(map, key);
    bool is_told = map == check->config->root && tw_check_is_misnamed(map, key);
    if (value == NULL && !is_told) {
        const struct tw_value *empty = tw_value_get(map, key);
        tw_problems_add(check->problems, empty != NULL ? empty : map, "'%s' is missing: %s", name, hint);
    }
    return value;
}

bool tw_check_wrong(struct tw_check *check, const struct tw_value *value, const char *name,
                    const char *wanted)
{
    char shown[TW_SHOWN_SIZE];
    tw_problems_add(check->problems, value, "%s must be %s, not %s", name, wanted,
                    tw_value_shown(value, shown));
    return false;
}

bool tw_check_string(struct tw_check *check, const struct tw_value *value, const char *name,
                     const char *wanted)
{
    if (value->kind == TW_STRING && *value->text != '\0')
        return true;
    return tw_check_wrong(check, value, name, wanted);
}

bool tw_check_int(struct tw_check *check, const struct tw_value *value, const char *name,
                  struct tw_check_range range, int *number)
{
    long long whole = 0;
    if (tw_value_is_int(value, &whole) && whole >= range.min && whole <= range.max) {
        *number = (int)whole;
        return true;
    }
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "a whole number from %d to %d", range.min, range.max);
    return tw_check_wrong(check, value, name, wanted);
}

void tw_check_keys(struct tw_check *check, const struct tw_value *map, const char *kind,
                   const char *const *known, size_t count)
{
    for (size_t i = 0; i < map->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < count && !is_known; k++)
            is_known = strcmp(map->members[i].key, known[k]) == 0;
        uint32_t zooms = 0;
        bool is_condition = tw_condition_parse(map->members[i].key, &zooms) != TW_NO_CONDITION;
        if (!is_known && !is_condition)
            tw_problems_add_unknown_key(check->problems, &map->members[i], kind, known, count);
    }
}

static bool is_metatiling(long long number)
{
    return number >= 1 && number <= 256 && (number & (number - 1)) == 0;
}

void tw_check_metatiling(struct tw_check *check, const struct tw_value *map, const char *name,
                         int *metatiling)
{
    const struct tw_value *value = tw_check_given(map, "metatiling");
    long long number = 0;
    if (value == NULL)
        return;
    if (tw_value_is_int(value, &number) && is_metatiling(number))
        *metatiling = (int)number;
    else
        tw_check_wrong(check, value, name, "one of 1, 2, 4, 8, 16, 32, 64, 128, 256");
}

void tw_check_pixelbuffer(struct tw_check *check, const struct tw_value *map, const char *name,
                          int *pixelbuffer_px)
{
    static const struct tw_check_range range = {0, 4096};
    const struct tw_value *value = tw_check_given(map, "pixelbuffer");
    if (value != NULL)
        tw_check_int(check, value, name, range, pixelbuffer_px);
}
