/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "zoom.h"

static const struct tw_value *child(const struct tw_value *value, size_t index)
{
    return value->kind == TW_MAP ? &value->members[index].value : &value->items[index];
}

/* Adds a problem for each key that spoils a map of conditions; returns the number of good conditions, or 0
 * when something is wrong. */
static size_t count_conditions(struct tw_check *check, const struct tw_value *map)
{
    size_t good = 0, bad = 0;
    const struct tw_member *other = NULL, *condition = NULL;
    for (size_t i = 0; i < map->count; i++) {
        const struct tw_member *member = &map->members[i];
        uint32_t zooms = 0;
        enum tw_condition kind = tw_condition_parse(member->key, &zooms);
        good += kind == TW_CONDITION;
        bad += kind == TW_BAD_CONDITION;
        if (kind == TW_NO_CONDITION && other == NULL)
            other = member;
        if (kind == TW_CONDITION && condition == NULL)
            condition = member;
        if (kind == TW_BAD_CONDITION)
            tw_problems_add_key(check->problems, member,
                                "cannot read the condition '%s'; write zoom<=8, zoom<8, zoom=8, zoom>8 or "
                                "zoom>=8, with a zoom of your own",
                                member->key);
    }
    if (other != NULL && condition != NULL)
        tw_problems_add_key(check->problems, other,
                            "'%s' stands beside the condition '%s'; make all keys of this map conditions, or "
                            "none",
                            other->key, condition->key);
    return bad > 0 || other != NULL ? 0 : good;
}

static void check_overlap(struct tw_check *check, const struct tw_value *map, size_t index, uint32_t zooms)
{
    uint32_t mine = 0;
    tw_condition_parse(map->members[index].key, &mine);
    for (size_t i = 0; i < index; i++) {
        uint32_t others = 0;
        tw_condition_parse(map->members[i].key, &others);
        int zoom = tw_zooms_first(mine & others & zooms);
        if (zoom < 0)
            continue;
        tw_problems_add_key(check->problems, &map->members[index],
                            "zoom %d is in both '%s' and '%s'; let only one of them hold", zoom,
                            map->members[i].key, map->members[index].key);
        return;
    }
}

static void check_cover(struct tw_check *check, const struct tw_value *map, uint32_t zooms)
{
    uint32_t covered = 0;
    for (size_t i = 0; i < map->count; i++) {
        uint32_t held = 0;
        tw_condition_parse(map->members[i].key, &held);
        check_overlap(check, map, i, zooms);
        tw_check_conditions(check, &map->members[i].value, zooms & held);
        covered |= held;
    }
    int gap = tw_zooms_first(zooms & ~covered);
    if (gap >= 0)
        tw_problems_add(
            check->problems, map,
            "none of these conditions holds at zoom %d; add one, such as 'zoom=%d' (with null for "
            "nothing)",
            gap, gap);
}

void tw_check_conditions(struct tw_check *check, const struct tw_value *value, uint32_t zooms)
{
    if (value->kind == TW_MAP && count_conditions(check, value) > 0) {
        check_cover(check, value, zooms);
        return;
    }
    for (size_t i = 0; i < value->count; i++)
        tw_check_conditions(check, child(value, i), zooms);
}

void tw_check_no_conditions(struct tw_check *check, const struct tw_value *value, const char *part)
{
    for (size_t i = 0; i < value->count; i++) {
        uint32_t zooms = 0;
        bool is_condition =
            value->kind == TW_MAP && tw_condition_parse(value->members[i].key, &zooms) != TW_NO_CONDITION;
        if (is_condition) {
            tw_problems_add_key(check->problems, &value->members[i],
                                "%s cannot depend on the zoom: '%s'; conditions belong under input and "
                                "process_parameters",
                                part, value->members[i].key);
            return;
        }
        tw_check_no_conditions(check, child(value, i), part);
    }
}
