/* The parts of a stack: one for each item, in the order of the scenes.
 *
 * Of an item counts what it says (its properties, where its bands are) and the content of its local files.
 * Files on servers are not asked for: an item that changes says so itself, and there may be thousands.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stack.h"

#include "file.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static void describe_band(const struct tw_input_parts *parts, const struct tw_stack_band *band,
                          struct tw_text *text)
{
    const struct tw_raster_view *view = &band->view;
    const char *path = band->path != NULL ? tw_parts_name(parts, band->path) : "";
    tw_text_printf(text, "%s %d %d %d %d %.17g %d %d %.17g %.17g\n", path, band->file_band,
                   band->has_dtype ? (int)band->dtype : -1, (int)band->is_classes, (int)view->has_nodata,
                   view->nodata, (int)view->fallback_nodata, (int)view->scale, view->fallback_scale,
                   view->fallback_offset);
}

/* Scripts see the scene's cloud cover, which is that of all its items. */
static char *describe(const struct tw_input_parts *parts, const struct tw_stack *stack,
                      const struct tw_stack_scene *scene, const struct tw_stack_item *item)
{
    struct tw_text text = {0};
    tw_text_printf(&text, "%s %.17g\n", scene->id, scene->cloud_cover);
    const struct tw_box *box = &item->box;
    tw_text_printf(&text, "%s\n%s\n%s\n%s\n%.17g\n%.17g %.17g %.17g %.17g\n", item->datetime,
                   item->properties, item->merge_key, item->crs, item->cloud_cover, box->left, box->bottom,
                   box->right, box->top);
    for (size_t i = 0; item->bands != NULL && i < stack->num_wanted; i++)
        describe_band(parts, &item->bands[i], &text);
    char *about = text.failed ? NULL : tw_arena_strdup(parts->arena, tw_text_get(&text));
    tw_text_free(&text);
    return about;
}

/* The local files of the bands, each once. */
static bool list_files(const struct tw_input_parts *parts, const struct tw_stack_item *item, size_t num_bands,
                       struct tw_input_part *part)
{
    const char **files = tw_arena_calloc(parts->arena, num_bands + 1, sizeof(*files));
    for (size_t i = 0; files != NULL && item->bands != NULL && i < num_bands; i++) {
        const char *path = item->bands[i].path;
        bool is_new = path != NULL && !tw_path_is_remote(path);
        for (size_t k = 0; is_new && k < part->num_files; k++)
            is_new = strcmp(files[k], path) != 0;
        if (is_new)
            files[part->num_files++] = path;
    }
    part->files = files;
    return files != NULL;
}

static bool add_item(struct tw_input_parts *parts, const struct tw_stack *stack,
                     const struct tw_stack_scene *scene, const struct tw_stack_item *item,
                     const struct tw_box *box)
{
    bool is_file = item->bands != NULL && item->bands[0].path == item->origin;
    struct tw_input_part part = {.box = *box};
    part.id = is_file ? tw_parts_name(parts, item->origin)
              : item->collection[0] != '\0'
                  ? tw_arena_printf(parts->arena, "%s/%s", item->collection, item->id)
                  : item->id;
    part.about = describe(parts, stack, scene, item);
    return part.id != NULL && part.about != NULL && list_files(parts, item, stack->num_wanted, &part) &&
           tw_parts_add(parts, &part);
}

enum tw_status tw_stack_parts(const struct tw_source *source, const struct tw_grid *grid,
                              struct tw_input_parts *parts, struct tw_error *err)
{
    const struct tw_stack *stack = source->state;
    struct tw_stack_places places = {0};
    const struct tw_box *boxes = stack->places.boxes;
    enum tw_status status = TW_OK;
    if (stack->places.grid != grid) {
        status = tw_stack_places_make(stack, grid, &places, err);
        boxes = places.boxes;
    }
    for (size_t i = 0; status == TW_OK && i < stack->num_scenes; i++) {
        const struct tw_stack_scene *scene = &stack->scenes[i];
        for (size_t k = scene->first_item; status == TW_OK && k < scene->first_item + scene->num_items; k++)
            if (!add_item(parts, stack, scene, &stack->items[k], &boxes[k]))
                status = tw_error_nomem(err);
    }
    tw_stack_places_free(&places);
    return status;
}
