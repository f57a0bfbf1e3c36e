/* SPDX-License-Identifier: MIT */
#include "catalogue.h"

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
                                     : "a path (of STAC items or of rasters) or a list of files");
        return TW_EUSAGE;
    }
    if (files != NULL)
        return tw_stack_files_read(opening->source, files, opening->problems);
    struct tw_catalogue catalogue = {.source = opening->source, .problems = opening->problems};
    enum tw_catalogue_kind kind = tw_catalogue_kind(opening->source);
    if (kind != TW_NO_CATALOGUE)
        return tw_catalogue_read(&catalogue, kind);
    if (path->kind != TW_LIST)
        return find_items(opening, path);
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < path->count; i++)
        status = find_items(opening, &path->items[i]);
    return status;
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
    stack->view = (struct tw_raster_view){.scale = stack->scale, .keep_palette = true};
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
    return status == TW_OK ? tw_stack_describe_bands(source, problems) : status;
}

void tw_stack_close(struct tw_source *source)
{
    struct tw_stack *stack = source->state;
    tw_stack_places_free(&stack->places);
}

static const char *const options[] = {
    "path",  "files",      "bands", "band_names", "max_cloud_cover", "start",          "end",        "order",
    "merge", "resampling", "scale", "cache",      "layer",           "location_field", "date_field", NULL};

const struct tw_source_driver tw_source_stack = {
    .kind = TW_SOURCE_STACK,
    .options = options,
    .open = stack_open,
    .close = tw_stack_close,
    .area = tw_stack_area,
    .parts = tw_stack_parts,
    .reader_free = tw_stack_reader_free,
    .scenes = tw_stack_scenes,
    .read = tw_stack_read,
};
