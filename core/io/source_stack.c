/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "file.h"

#include <string.h>

struct opening {
    struct tw_source *source;
    struct tw_stack *stack;
    struct tw_problems *problems;
    const struct tw_value *place; /* of the path, for complaints */
};

static enum tw_status add_item(void *context, json_t *json, const char *origin)
{
    const struct opening *opening = context;
    struct tw_stack *stack = opening->stack;
    struct tw_arena *arena = opening->source->arena;
    if (stack->num_wanted == 0 &&
        tw_stac_item_bands(json, arena, &stack->wanted, &stack->num_wanted) != TW_OK)
        return TW_ENOMEM;
    struct tw_error err = {0};
    enum tw_status status = tw_stac_item_read(json, origin, stack, arena, &err);
    if (status == TW_OK || status == TW_ENOMEM)
        return status;
    tw_problems_add(opening->problems, opening->place, "%s", err.message);
    return TW_EUSAGE;
}

static enum tw_status find_items(struct opening *opening, const struct tw_value *path)
{
    if (path->kind != TW_STRING || path->text[0] == '\0') {
        tw_problems_add(opening->problems, path, "path must be a STAC file or a folder, not %s",
                        tw_value_kind_name(path->kind));
        return TW_EUSAGE;
    }
    char *resolved = tw_source_resolve(opening->source->arena, opening->source->folder, path->text);
    opening->place = path;
    return resolved == NULL ? TW_ENOMEM : tw_stac_find(resolved, path, add_item, opening, opening->problems);
}

static enum tw_status read_items(struct opening *opening)
{
    const struct tw_value *value = opening->source->value, *files = tw_value_get(value, "files");
    const struct tw_value *path = value->kind == TW_STRING ? value : tw_value_get(value, "path");
    if ((path != NULL) == (files != NULL)) {
        tw_problems_add(opening->problems, value, "input '%s' needs %s", opening->source->name,
                        path != NULL ? "either path or files, not both"
                                     : "a path (of STAC items) or a list of files");
        return TW_EUSAGE;
    }
    if (files != NULL)
        return tw_stack_files_read(opening->source, files, opening->problems);
    if (path->kind != TW_LIST)
        return find_items(opening, path);
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < path->count; i++)
        status = find_items(opening, &path->items[i]);
    return status;
}

/* `bands`, what items call them, and `band_names`, what scripts shall call them. */
static enum tw_status name_bands(struct opening *opening)
{
    struct tw_source *source = opening->source;
    struct tw_names names;
    const struct tw_value *value = tw_value_get(source->value, "band_names");
    if (!tw_option_names(value, "band_names", source->arena, &names, opening->problems))
        return TW_EUSAGE;
    source->num_bands = opening->stack->num_wanted;
    source->band_names = names.count > 0 ? names.names : opening->stack->wanted;
    if (names.count != 0 && names.count != source->num_bands) {
        tw_problems_add(opening->problems, value, "band_names has %zu names; the input has %zu bands",
                        names.count, source->num_bands);
        return TW_EUSAGE;
    }
    for (size_t i = 1; i < source->num_bands; i++) {
        if (tw_band_find(source->band_names, i, source->band_names[i]) >= 0) {
            tw_problems_add(opening->problems, value != NULL ? value : tw_value_get(source->value, "bands"),
                            "the band name '%s' stands twice", source->band_names[i]);
            return TW_EUSAGE;
        }
    }
    return TW_OK;
}

static bool read_band_resampling(struct opening *opening, const struct tw_member *member)
{
    const struct tw_source *source = opening->source;
    struct tw_stack *stack = opening->stack;
    if (strcmp(member->key, "default") == 0)
        return tw_option_resampling(&member->value, &stack->resampling, opening->problems);
    int index = tw_band_find(source->band_names, source->num_bands, member->key);
    if (index < 0) {
        tw_problems_add_unknown_key(opening->problems, member, "band", source->band_names, source->num_bands);
        return false;
    }
    stack->band_resampling_given[index] = true;
    return tw_option_resampling(&member->value, &stack->band_resampling[index], opening->problems);
}

/* `resampling: bilinear`, or `resampling: {scl: nearest, default: bilinear}`. */
static enum tw_status read_resampling(struct opening *opening)
{
    struct tw_source *source = opening->source;
    struct tw_stack *stack = opening->stack;
    stack->band_resampling =
        tw_arena_calloc(source->arena, source->num_bands, sizeof(*stack->band_resampling));
    stack->band_resampling_given =
        tw_arena_calloc(source->arena, source->num_bands, sizeof(*stack->band_resampling_given));
    if (stack->band_resampling == NULL || stack->band_resampling_given == NULL)
        return TW_ENOMEM;
    const struct tw_value *value = tw_value_get(source->value, "resampling");
    if (value == NULL || value->kind != TW_MAP)
        return tw_option_resampling(value, &stack->resampling, opening->problems) ? TW_OK : TW_EUSAGE;
    bool ok = true;
    for (size_t i = 0; i < value->count; i++)
        ok = read_band_resampling(opening, &value->members[i]) && ok;
    return ok ? TW_OK : TW_EUSAGE;
}

/* The type of the first band: from the first item, or else from its file. A file that cannot be opened is
 * left for the tile that needs it. */
static void find_dtype(struct tw_source *source, const struct tw_stack *stack)
{
    source->dtype = TW_FLOAT32;
    const struct tw_stack_band *band = &stack->items[0].bands[0];
    if (band->has_dtype) {
        source->dtype = stack->scale ? tw_dtype_arithmetic(band->dtype, band->dtype) : band->dtype;
        return;
    }
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    struct tw_raster_info info;
    if (pool != NULL && tw_dataset_open(pool, band->path, &dataset, NULL) == TW_OK &&
        tw_raster_info_read(&info, dataset, band->path, &band->view, source->arena, NULL) == TW_OK)
        source->dtype = info.bands[0].dtype;
    tw_dataset_pool_free(pool);
}

static enum tw_status stack_open(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_stack *stack = tw_arena_calloc(source->arena, 1, sizeof(*stack));
    if (stack == NULL)
        return TW_ENOMEM;
    source->state = stack;
    struct opening opening = {source, stack, problems, source->value};
    struct tw_names wanted;
    if (!tw_option_bool(tw_value_get(source->value, "scale"), "scale", &stack->scale, problems) ||
        !tw_option_names(tw_value_get(source->value, "bands"), "bands", source->arena, &wanted, problems))
        return TW_EUSAGE;
    stack->wanted = wanted.names;
    stack->num_wanted = wanted.count;
    enum tw_status status = read_items(&opening);
    if (status == TW_OK)
        status = tw_stack_arrange(source, problems);
    if (status == TW_OK && stack->num_wanted == 0) {
        tw_problems_add(problems, source->value, "the items of input '%s' have no raster assets",
                        source->name);
        status = TW_EUSAGE;
    }
    if (status == TW_OK)
        status = name_bands(&opening);
    if (status == TW_OK)
        status = read_resampling(&opening);
    if (status == TW_OK)
        find_dtype(source, stack);
    return status;
}

static const char *const options[] = {"path",  "files", "bands", "band_names", "max_cloud_cover",
                                      "start", "end",   "order", "merge",      "resampling",
                                      "scale", "cache", NULL};

const struct tw_source_driver tw_source_stack = {
    .kind = TW_SOURCE_STACK,
    .options = options,
    .open = stack_open,
    .area = tw_stack_area,
    .reader_free = tw_stack_reader_free,
    .scenes = tw_stack_scenes,
    .read = tw_stack_read,
};
