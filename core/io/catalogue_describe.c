/* What the files of a catalogue hold: the bands of the first one, and where the others differ.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue_headers.h"

#include "georeference.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COMPLAINTS = 10 };

static enum tw_status complain_at(const struct tw_catalogue *catalogue, const struct tw_value *place,
                                  const struct tw_error *err)
{
    if (err->status == TW_ENOMEM)
        return TW_ENOMEM;
    tw_problems_add(catalogue->problems, place, "%s", err->message);
    return TW_EUSAGE;
}

/* Which of the file's bands are wanted, by the names that it has for them. */
static enum tw_status choose_bands(const struct tw_catalogue *catalogue, const struct tw_raster_info *info)
{
    struct tw_stack *stack = catalogue->stack;
    struct tw_arena *arena = catalogue->source->arena;
    struct tw_names wanted;
    const struct tw_value *bands = tw_value_get(catalogue->source->value, "bands");
    if (!tw_option_names(bands, "bands", arena, &wanted, catalogue->problems))
        return TW_EUSAGE;
    stack->num_wanted = wanted.count > 0 ? wanted.count : info->num_bands;
    stack->wanted = tw_arena_calloc(arena, stack->num_wanted, sizeof(*stack->wanted));
    stack->first_bands = tw_arena_calloc(arena, stack->num_wanted, sizeof(*stack->first_bands));
    stack->dtypes = tw_arena_calloc(arena, stack->num_wanted, sizeof(*stack->dtypes));
    stack->meanings = tw_arena_calloc(arena, stack->num_wanted, sizeof(*stack->meanings));
    if (stack->wanted == NULL || stack->first_bands == NULL || stack->dtypes == NULL ||
        stack->meanings == NULL)
        return TW_ENOMEM;
    for (size_t i = 0; i < stack->num_wanted; i++) {
        int index = wanted.count > 0 ? tw_band_find(info->names, info->num_bands, wanted.names[i]) : (int)i;
        if (index < 0) {
            tw_problems_add_unknown(catalogue->problems, wanted.values[i], "band", wanted.names[i],
                                    info->names, info->num_bands);
            return TW_EUSAGE;
        }
        stack->first_bands[i] = index;
        stack->wanted[i] = info->names[index];
        stack->dtypes[i] = info->bands[index].dtype;
        stack->meanings[i] = info->bands[index].meaning;
    }
    return TW_OK;
}

/* The first file of the list: it must be there, and have a place. */
static enum tw_status open_first(const struct tw_catalogue *catalogue, struct tw_dataset_pool *pool,
                                 GDALDatasetH *dataset)
{
    struct tw_stack *stack = catalogue->stack;
    const struct tw_stack_item *first = &stack->items[0];
    struct tw_raster_info info;
    struct tw_georeference georeference = {0};
    struct tw_error err = {0};
    enum tw_status status = tw_dataset_open(pool, first->origin, dataset, &err);
    if (status == TW_OK)
        status =
            tw_raster_info_read(&info, *dataset, first->origin, &stack->view, catalogue->source->arena, &err);
    if (status == TW_OK)
        status = tw_georeference_read(&georeference, *dataset, first->origin, &err);
    tw_georeference_free(&georeference);
    if (status != TW_OK)
        return complain_at(catalogue, first->place, &err);
    stack->first_path = first->origin;
    stack->first_num_bands = info.num_bands;
    return choose_bands(catalogue, &info);
}

/* A file whose bands are not those of the first: it must have what is wanted, and its types count, too. */
static enum tw_status check_other(const struct tw_catalogue *catalogue, struct tw_dataset_pool *pool,
                                  const struct tw_stack_item *item, struct tw_error *err)
{
    struct tw_stack *stack = catalogue->stack;
    struct tw_arena *scratch = tw_arena_new(0);
    GDALDatasetH dataset = NULL;
    struct tw_raster_info info;
    if (scratch == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_dataset_open(pool, item->origin, &dataset, err);
    if (status == TW_OK)
        status = tw_raster_info_read(&info, dataset, item->origin, &stack->view, scratch, err);
    for (size_t i = 0; status == TW_OK && i < stack->num_wanted; i++) {
        int band = tw_stack_find_in_file(stack, &info, i);
        if (band < 0)
            status = tw_stack_band_missing(stack, item->origin, &info, stack->wanted[i], err);
        else
            stack->dtypes[i] = tw_dtype_common(stack->dtypes[i], info.bands[band].dtype);
    }
    tw_arena_free(scratch);
    return status;
}

static enum tw_status take_header(const struct tw_catalogue *catalogue, struct tw_dataset_pool *pool,
                                  const struct tw_header *header, struct tw_stack_item *item,
                                  struct tw_error *err)
{
    if (header->failure != NULL) {
        *err = *header->failure;
        return err->status;
    }
    if (item->datetime[0] == '\0' && header->date[0] != '\0')
        tw_catalogue_date(item, header->date, catalogue->source->arena);
    if (item->crs == NULL) {
        item->crs = tw_header_crs(header, catalogue->source->arena);
        item->box = header->box;
    }
    item->resolution_m = header->resolution_m;
    if (item->crs == NULL)
        return tw_error_nomem(err);
    return header->differs ? check_other(catalogue, pool, item, err) : TW_OK;
}

static enum tw_status take_headers(const struct tw_catalogue *catalogue, struct tw_dataset_pool *pool,
                                   const struct tw_header *headers)
{
    struct tw_stack *stack = catalogue->stack;
    size_t failed = 0;
    for (size_t i = 0; i < stack->num_items; i++) {
        struct tw_error err = {0};
        enum tw_status status = take_header(catalogue, pool, &headers[i], &stack->items[i], &err);
        if (status == TW_ENOMEM)
            return TW_ENOMEM;
        if (status != TW_OK && failed++ < MOST_COMPLAINTS)
            tw_problems_add(catalogue->problems, stack->items[i].place, "%s", err.message);
    }
    if (failed > MOST_COMPLAINTS)
        tw_catalogue_complain(catalogue, "so do %zu more of %zu files", failed - MOST_COMPLAINTS,
                              stack->num_items);
    return failed == 0 ? TW_OK : TW_EUSAGE;
}

static bool needs_headers(const struct tw_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->stack->num_items; i++)
        if (catalogue->stack->items[i].crs == NULL)
            return true;
    return catalogue->wants_headers;
}

static enum tw_status set_bands(const struct tw_catalogue *catalogue)
{
    const struct tw_stack *stack = catalogue->stack;
    struct tw_arena *arena = catalogue->source->arena;
    for (size_t i = 0; i < stack->num_items; i++) {
        struct tw_stack_item *item = &stack->items[i];
        item->merge_key = tw_arena_printf(arena, "%.10s", item->datetime);
        item->bands = tw_arena_calloc(arena, stack->num_wanted, sizeof(*item->bands));
        if (item->merge_key == NULL || item->bands == NULL)
            return TW_ENOMEM;
        for (size_t k = 0; k < stack->num_wanted; k++)
            item->bands[k] = (struct tw_stack_band){.path = item->origin, .view = stack->view};
    }
    return TW_OK;
}

enum tw_status tw_catalogue_describe(struct tw_catalogue *catalogue)
{
    struct tw_dataset_pool *pool = tw_dataset_pool_new(2);
    GDALDatasetH first = NULL;
    struct tw_headers *headers = NULL;
    enum tw_status status = pool != NULL ? open_first(catalogue, pool, &first) : TW_ENOMEM;
    if (status == TW_OK && needs_headers(catalogue)) {
        headers = tw_headers_read(catalogue->stack, &catalogue->source->settings, first);
        status = headers != NULL ? take_headers(catalogue, pool, tw_headers_all(headers)) : TW_ENOMEM;
    }
    tw_headers_free(headers);
    tw_dataset_pool_free(pool);
    return status == TW_OK ? set_bands(catalogue) : status;
}
