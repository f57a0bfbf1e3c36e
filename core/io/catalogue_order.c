/* Which file of a mosaic lies on top.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BY_LIST, FIRST, LAST, NEWEST, OLDEST, FINEST, BY_NAME, BY_FIELD };

static const char *const words[] = {"first", "last", "newest", "oldest", "finest", "name"};
enum { NUM_WORDS = sizeof(words) / sizeof(words[0]) };

const char *const *tw_catalogue_orders(size_t *count)
{
    *count = NUM_WORDS;
    return words;
}

bool tw_catalogue_order_option(const struct tw_source *source, struct tw_catalogue_order *order,
                               struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(source->value, "order");
    *order = (struct tw_catalogue_order){.by = BY_LIST};
    if (value == NULL || value->kind == TW_NULL)
        return true;
    if (value->kind != TW_STRING) {
        tw_problems_add(problems, value, "order must be a string, not %s", tw_value_kind_name(value->kind));
        return false;
    }
    for (int i = 0; i < NUM_WORDS; i++)
        if (strcmp(value->text, words[i]) == 0)
            order->by = FIRST + i;
    if (order->by != BY_LIST)
        return true;
    order->by = BY_FIELD;
    order->descends = value->text[0] == '-';
    order->field = value->text + (order->descends ? 1 : 0);
    return true;
}

bool tw_catalogue_order_needs_headers(const struct tw_catalogue_order *order)
{
    return order->by == FINEST;
}

/* What an item is sorted by: ascending, unknown numbers last; then by its place in the list. */
struct key {
    double number;
    const char *text; /* NULL: the number decides */
    double place;
    int direction; /* of the text */
    struct tw_stack_item item;
};

static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int compare(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int order = compare_numbers(x->number, y->number);
    if (order == 0 && x->text != NULL && y->text != NULL)
        order = strcmp(x->text, y->text) * x->direction;
    return order != 0 ? order : compare_numbers(x->place, y->place);
}

static void set_key(const struct tw_catalogue *catalogue, const struct tw_catalogue_order *order,
                    size_t number, struct key *key)
{
    const struct tw_stack_item *item = &catalogue->stack->items[number];
    bool is_by_list = order->by == FIRST || order->by == LAST;
    bool first_is_on_top = is_by_list ? order->by == FIRST : catalogue->first_is_on_top;
    *key = (struct key){.item = *item, .direction = 1};
    key->place = first_is_on_top ? (double)number : -(double)number;
    switch (order->by) {
    case NEWEST:
        key->number = -item->time_s;
        break;
    case OLDEST:
        key->number = item->time_s;
        break;
    case FINEST:
        key->number = item->resolution_m;
        break;
    case BY_NAME:
        key->text = item->origin;
        break;
    case BY_FIELD:
        key->direction = order->descends ? -1 : 1;
        key->number = isnan(item->rank) ? (item->rank_text != NULL ? 0 : NAN) : key->direction * item->rank;
        key->text = isnan(item->rank) ? item->rank_text : NULL;
        break;
    default:
        break;
    }
}

enum tw_status tw_catalogue_sort(struct tw_catalogue *catalogue, const struct tw_catalogue_order *order)
{
    struct tw_stack *stack = catalogue->stack;
    struct tw_catalogue_order used = *order;
    if (used.by == BY_LIST && catalogue->rank_field != NULL)
        used = (struct tw_catalogue_order){BY_FIELD, catalogue->rank_field, catalogue->rank_descends};
    struct key *keys = calloc(stack->num_items, sizeof(*keys));
    if (keys == NULL)
        return TW_ENOMEM;
    for (size_t i = 0; i < stack->num_items; i++)
        set_key(catalogue, &used, i, &keys[i]);
    qsort(keys, stack->num_items, sizeof(*keys), compare);
    for (size_t i = 0; i < stack->num_items; i++)
        stack->items[i] = keys[i].item;
    free(keys);
    return TW_OK;
}
