/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct filters {
    double first_s, last_s; /* NaN: not said */
    double max_cloud_cover; /* NaN: not said */
    size_t dropped_by_date, dropped_by_cloud;
};

enum order { NEWEST, OLDEST, LEAST_CLOUDY };

struct tw_stack_item *tw_stack_next(struct tw_stack *stack, struct tw_arena *arena)
{
    if (stack->num_items == stack->capacity) {
        size_t capacity = stack->capacity == 0 ? 64 : stack->capacity * 2;
        struct tw_stack_item *grown = tw_arena_calloc(arena, capacity, sizeof(*grown));
        if (grown == NULL)
            return NULL;
        if (stack->num_items > 0)
            memcpy(grown, stack->items, stack->num_items * sizeof(*grown));
        stack->items = grown;
        stack->capacity = capacity;
    }
    stack->items[stack->num_items] = (struct tw_stack_item){0};
    return &stack->items[stack->num_items];
}

static bool date_option(const struct tw_source *source, const char *key, bool is_end, double *time_s,
                        struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(source->value, key);
    *time_s = NAN;
    if (value == NULL || value->kind == TW_NULL)
        return true;
    double first_s, last_s;
    if (value->text == NULL || !tw_time_parse(value->text, &first_s, &last_s)) {
        tw_problems_add(problems, value, "%s must be a date, such as 2023-08-15, not '%s'", key,
                        value->text != NULL ? value->text : tw_value_kind_name(value->kind));
        return false;
    }
    *time_s = is_end ? last_s : first_s;
    return true;
}

static bool read_filters(const struct tw_source *source, struct filters *filters,
                         struct tw_problems *problems)
{
    bool ok = date_option(source, "start", false, &filters->first_s, problems);
    ok = date_option(source, "end", true, &filters->last_s, problems) && ok;
    const struct tw_value *cloud = tw_value_get(source->value, "max_cloud_cover");
    filters->max_cloud_cover = NAN;
    if (ok && filters->first_s > filters->last_s) {
        tw_problems_add(problems, tw_value_get(source->value, "end"), "end must not be before start");
        ok = false;
    }
    if (cloud == NULL || cloud->kind == TW_NULL)
        return ok;
    if (cloud->kind != TW_NUMBER || cloud->number < 0 || cloud->number > 100) {
        tw_problems_add(problems, cloud, "max_cloud_cover must be a number from 0 to 100");
        return false;
    }
    filters->max_cloud_cover = cloud->number;
    return ok;
}

/* Items without a date do not pass a filter of dates; those without a cloud cover pass that of clouds. */
static bool passes(const struct tw_stack_item *item, struct filters *filters)
{
    bool too_early = !isnan(filters->first_s) && !(item->time_s >= filters->first_s);
    bool too_late = !isnan(filters->last_s) && !(item->time_s <= filters->last_s);
    bool too_cloudy = item->cloud_cover > filters->max_cloud_cover;
    filters->dropped_by_date += too_early || too_late;
    filters->dropped_by_cloud += !too_early && !too_late && too_cloudy;
    return !too_early && !too_late && !too_cloudy;
}

static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b); /* unknown comes last */
    return (a > b) - (a < b);
}

static int by_identity(const struct tw_stack_item *a, const struct tw_stack_item *b)
{
    int order = strcmp(a->id, b->id);
    return order != 0 ? order : strcmp(a->collection, b->collection);
}

static int items_by_identity(const void *a, const void *b)
{
    const struct tw_stack_item *x = a, *y = b;
    int order = by_identity(x, y);
    return order != 0 ? order : strcmp(x->origin, y->origin);
}

static int items_by_merge_key(const void *a, const void *b)
{
    const struct tw_stack_item *x = a, *y = b;
    int order = strcmp(x->merge_key, y->merge_key);
    return order != 0 ? order : items_by_identity(a, b);
}

/* The same item may be found twice: in a folder, and by a link. Plain files have their path as identity. */
static void drop_twins(struct tw_stack *stack)
{
    size_t kept = 0;
    qsort(stack->items, stack->num_items, sizeof(*stack->items), items_by_identity);
    for (size_t i = 0; i < stack->num_items; i++) {
        const struct tw_stack_item *last = kept > 0 ? &stack->items[kept - 1] : NULL;
        bool is_file = stack->items[i].bands != NULL && stack->items[i].bands[0].file_band == 0;
        if (last == NULL || is_file || by_identity(last, &stack->items[i]) != 0)
            stack->items[kept++] = stack->items[i];
    }
    stack->num_items = kept;
}

static void filter(struct tw_stack *stack, struct filters *filters)
{
    size_t kept = 0;
    for (size_t i = 0; i < stack->num_items; i++)
        if (passes(&stack->items[i], filters))
            stack->items[kept++] = stack->items[i];
    stack->num_items = kept;
}

static int newest_first(const void *a, const void *b)
{
    const struct tw_stack_scene *x = a, *y = b;
    bool is_known = !isnan(x->time_s) && !isnan(y->time_s);
    int order = is_known ? compare_numbers(y->time_s, x->time_s) : compare_numbers(x->time_s, y->time_s);
    return order != 0 ? order : strcmp(x->id, y->id);
}

static int oldest_first(const void *a, const void *b)
{
    const struct tw_stack_scene *x = a, *y = b;
    int order = compare_numbers(x->time_s, y->time_s);
    return order != 0 ? order : strcmp(x->id, y->id);
}

static int least_cloudy_first(const void *a, const void *b)
{
    const struct tw_stack_scene *x = a, *y = b;
    int order = compare_numbers(x->cloud_cover, y->cloud_cover);
    return order != 0 ? order : newest_first(a, b);
}

/* The mean of those items that tell. */
static double mean_cloud_cover(const struct tw_stack_item *items, size_t count)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(items[i].cloud_cover)) {
            sum += items[i].cloud_cover;
            known++;
        }
    }
    return known > 0 ? sum / (double)known : NAN;
}

static bool belongs_to(const struct tw_stack_item *first, const struct tw_stack_item *item,
                       enum tw_scene_merge merge)
{
    bool is_same_date = first->datetime[0] != '\0' && strcmp(first->merge_key, item->merge_key) == 0;
    return merge == TW_MERGE_ALL || (merge == TW_MERGE_DATE && is_same_date);
}

enum tw_status tw_stack_make_scenes(struct tw_source *source, enum tw_scene_merge merge)
{
    struct tw_stack *stack = source->state;
    stack->scenes = tw_arena_calloc(source->arena, stack->num_items, sizeof(*stack->scenes));
    if (stack->scenes == NULL)
        return TW_ENOMEM;
    if (merge == TW_MERGE_DATE)
        qsort(stack->items, stack->num_items, sizeof(*stack->items), items_by_merge_key);
    for (size_t i = 0; i < stack->num_items;) {
        const struct tw_stack_item *first = &stack->items[i];
        size_t count = 1;
        while (i + count < stack->num_items && belongs_to(first, &first[count], merge))
            count++;
        stack->scenes[stack->num_scenes++] =
            (struct tw_stack_scene){.id = first->id,
                                    .datetime = first->datetime,
                                    .properties = first->properties,
                                    .time_s = first->time_s,
                                    .cloud_cover = mean_cloud_cover(first, count),
                                    .first_item = i,
                                    .num_items = count};
        i += count;
    }
    source->num_scenes = stack->num_scenes;
    return TW_OK;
}

static bool choice_option(const struct tw_source *source, const char *key, const char *const *choices,
                          int *chosen, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(source->value, key);
    if (value == NULL || value->kind == TW_NULL)
        return true;
    size_t count = 0;
    for (; choices[count] != NULL; count++) {
        if (value->kind == TW_STRING && strcmp(value->text, choices[count]) == 0) {
            *chosen = (int)count;
            return true;
        }
    }
    if (value->kind == TW_STRING)
        tw_problems_add_unknown(problems, value, key, value->text, choices, count);
    else
        tw_problems_add(problems, value, "%s must be a string, not %s", key, tw_value_kind_name(value->kind));
    return false;
}

static enum tw_status complain_empty(const struct tw_source *source, const struct filters *filters,
                                     size_t count, struct tw_problems *problems)
{
    if (count == 0)
        tw_problems_add(problems, source->value, "no scenes were found for input '%s'", source->name);
    else
        tw_problems_add(problems, source->value,
                        "no scenes are left for input '%s': of %zu, start and end leave out %zu, "
                        "max_cloud_cover %zu",
                        source->name, count, filters->dropped_by_date, filters->dropped_by_cloud);
    return TW_EUSAGE;
}

enum tw_status tw_stack_filter(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_stack *stack = source->state;
    struct filters filters = {0};
    if (!read_filters(source, &filters, problems))
        return TW_EUSAGE;
    size_t count = stack->num_items;
    filter(stack, &filters);
    return stack->num_items > 0 ? TW_OK : complain_empty(source, &filters, count, problems);
}

enum tw_status tw_stack_arrange(struct tw_source *source, struct tw_problems *problems)
{
    static const char *const orders[] = {"newest", "oldest", "least_cloudy", NULL};
    static const char *const merges[] = {"none", "date", NULL};
    static int (*const compare[])(const void *, const void *) = {newest_first, oldest_first,
                                                                 least_cloudy_first};
    struct tw_stack *stack = source->state;
    struct filters filters = {0};
    int order = NEWEST, merge = TW_MERGE_NONE;
    bool ok = read_filters(source, &filters, problems);
    ok = choice_option(source, "order", orders, &order, problems) && ok;
    ok = choice_option(source, "merge", merges, &merge, problems) && ok;
    if (!ok)
        return TW_EUSAGE;
    if (stack->num_items == 0)
        return complain_empty(source, &filters, 0, problems);
    drop_twins(stack);
    enum tw_status status = tw_stack_filter(source, problems);
    if (status == TW_OK)
        status = tw_stack_make_scenes(source, (enum tw_scene_merge)merge);
    if (status != TW_OK)
        return status;
    qsort(stack->scenes, stack->num_scenes, sizeof(*stack->scenes), compare[order]);
    return TW_OK;
}
