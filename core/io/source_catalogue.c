/* A catalogue as one raster: its files laid over each other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue.h"
#include "source_raster.h"

#include "file.h"

#include <string.h>

/* Only an index has fields to order by; everything else has the words alone. */
static bool check_order(const struct tw_source *source, enum tw_catalogue_kind kind,
                        const struct tw_catalogue_order *order, struct tw_problems *problems)
{
    size_t count = 0;
    const char *const *words = tw_catalogue_orders(&count);
    if (order->field == NULL || kind == TW_CATALOGUE_INDEX || kind == TW_NO_CATALOGUE)
        return true;
    const struct tw_value *value = tw_value_get(source->value, "order");
    tw_problems_add_unknown(problems, value, "order", value->text, words, count);
    return false;
}

static enum tw_status read_options(struct tw_source *source, struct tw_catalogue *catalogue,
                                   struct tw_catalogue_order *order)
{
    struct tw_stack *stack = source->state;
    struct tw_problems *problems = catalogue->problems;
    const struct tw_value *value = source->value;
    bool ok = tw_option_bool(tw_value_get(value, "scale"), "scale", &stack->view.scale, problems);
    ok = tw_raster_option_nodata(tw_value_get(value, "nodata"), &stack->view, problems) && ok;
    ok = tw_catalogue_order_option(source, order, problems) && ok;
    catalogue->rank_field = order->field;
    catalogue->rank_descends = order->descends;
    catalogue->wants_headers = tw_catalogue_order_needs_headers(order);
    return ok ? TW_OK : TW_EUSAGE;
}

static enum tw_status catalogue_open(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_stack *stack = tw_arena_calloc(source->arena, 1, sizeof(*stack));
    if (stack == NULL)
        return TW_ENOMEM;
    source->state = stack;
    struct tw_catalogue catalogue = {.source = source, .problems = problems, .is_mosaic = true};
    struct tw_catalogue_order order;
    enum tw_catalogue_kind kind = tw_catalogue_kind(source);
    enum tw_status status = read_options(source, &catalogue, &order);
    if (status == TW_OK && !check_order(source, kind, &order, problems))
        status = TW_EUSAGE;
    if (status == TW_OK)
        status = tw_catalogue_read(&catalogue, kind);
    if (status == TW_OK)
        status = tw_stack_filter(source, problems);
    if (status == TW_OK)
        status = tw_catalogue_sort(&catalogue, &order);
    if (status == TW_OK)
        status = tw_stack_make_scenes(source, TW_MERGE_ALL);
    if (status != TW_OK)
        return status;
    stack->scenes[0].id = catalogue.path != NULL ? tw_path_name(catalogue.path) : source->name;
    stack->scenes[0].datetime = "";
    return tw_stack_describe_bands(source, problems);
}

static const char *const options[] = {"path", "layer",      "location_field", "date_field", "order",  "start",
                                      "end",  "resampling", "bands",          "band_names", "nodata", "scale",
                                      NULL};

const struct tw_source_driver tw_source_catalogue = {
    .kind = TW_SOURCE_RASTER,
    .options = options,
    .open = catalogue_open,
    .close = tw_stack_close,
    .area = tw_stack_area,
    .parts = tw_stack_parts,
    .reader_free = tw_stack_reader_free,
    .scenes = tw_stack_scenes,
    .read = tw_stack_read,
};
