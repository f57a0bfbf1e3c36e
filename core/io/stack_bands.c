/* The bands of a stack, once its items are known.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stack.h"

#include <string.h>

struct describing {
    struct tw_source *source;
    struct tw_stack *stack;
    struct tw_problems *problems;
};

/* `bands`, what items call them, and `band_names`, what scripts shall call them. */
static enum tw_status name_bands(const struct describing *describing)
{
    struct tw_source *source = describing->source;
    struct tw_names names;
    const struct tw_value *value = tw_value_get(source->value, "band_names");
    if (!tw_option_names(value, "band_names", source->arena, &names, describing->problems))
        return TW_EUSAGE;
    source->num_bands = describing->stack->num_wanted;
    source->band_names = names.count > 0 ? names.names : describing->stack->wanted;
    if (names.count != 0 && names.count != source->num_bands) {
        tw_problems_add(describing->problems, value, "band_names has %zu names; the input has %zu bands",
                        names.count, source->num_bands);
        return TW_EUSAGE;
    }
    for (size_t i = 1; i < source->num_bands; i++) {
        if (tw_band_find(source->band_names, i, source->band_names[i]) >= 0) {
            tw_problems_add(describing->problems,
                            value != NULL ? value : tw_value_get(source->value, "bands"),
                            "the band name '%s' stands twice", source->band_names[i]);
            return TW_EUSAGE;
        }
    }
    return TW_OK;
}

static bool read_band_resampling(const struct describing *describing, const struct tw_member *member)
{
    const struct tw_source *source = describing->source;
    struct tw_stack *stack = describing->stack;
    if (strcmp(member->key, "default") == 0)
        return tw_option_resampling(&member->value, &stack->resampling, describing->problems);
    int index = tw_band_find(source->band_names, source->num_bands, member->key);
    if (index < 0) {
        tw_problems_add_unknown_key(describing->problems, member, "band", source->band_names,
                                    source->num_bands);
        return false;
    }
    stack->band_resampling_given[index] = true;
    return tw_option_resampling(&member->value, &stack->band_resampling[index], describing->problems);
}

/* `resampling: bilinear`, or `resampling: {scl: nearest, default: bilinear}`. */
static enum tw_status read_resampling(const struct describing *describing)
{
    struct tw_source *source = describing->source;
    struct tw_stack *stack = describing->stack;
    stack->band_resampling =
        tw_arena_calloc(source->arena, source->num_bands, sizeof(*stack->band_resampling));
    stack->band_resampling_given =
        tw_arena_calloc(source->arena, source->num_bands, sizeof(*stack->band_resampling_given));
    if (stack->band_resampling == NULL || stack->band_resampling_given == NULL)
        return TW_ENOMEM;
    const struct tw_value *value = tw_value_get(source->value, "resampling");
    if (value == NULL || value->kind != TW_MAP)
        return tw_option_resampling(value, &stack->resampling, describing->problems) ? TW_OK : TW_EUSAGE;
    bool ok = true;
    for (size_t i = 0; i < value->count; i++)
        ok = read_band_resampling(describing, &value->members[i]) && ok;
    return ok ? TW_OK : TW_EUSAGE;
}

/* The type of the first band: from the first item, or else from its file. A file that cannot be opened is
 * left for the tile that needs it. */
static void find_dtype(struct tw_source *source, const struct tw_stack *stack)
{
    source->dtype = stack->dtypes != NULL ? stack->dtypes[0] : TW_FLOAT32;
    if (stack->dtypes != NULL)
        return;
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

int tw_stack_find_in_file(const struct tw_stack *stack, const struct tw_raster_info *info, size_t wanted)
{
    int found = tw_band_find(info->names, info->num_bands, stack->wanted[wanted]);
    return found < 0 && info->num_bands == stack->first_num_bands ? stack->first_bands[wanted] : found;
}

enum tw_status tw_stack_band_missing(const struct tw_stack *stack, const char *path,
                                     const struct tw_raster_info *info, const char *name,
                                     struct tw_error *err)
{
    if (stack->first_path != NULL)
        return tw_error_set(err, TW_EINPUT, "'%s' has no band for '%s': it has %zu %s, and '%s' has %zu",
                            path, name, info->num_bands, info->num_bands == 1 ? "band" : "bands",
                            stack->first_path, stack->first_num_bands);
    return tw_error_set(err, TW_EINPUT, "'%s' has no band for '%s'; it has %zu bands", path, name,
                        info->num_bands);
}

enum tw_status tw_stack_describe_bands(struct tw_source *source, struct tw_problems *problems)
{
    const struct describing describing = {source, source->state, problems};
    enum tw_status status = name_bands(&describing);
    if (status == TW_OK)
        status = read_resampling(&describing);
    if (status == TW_OK)
        find_dtype(source, source->state);
    return status;
}
