/* SPDX-License-Identifier: MIT */
#include "scene_read.h"

#include "box_index.h"

#include <stdlib.h>

/* Where the items lie in the grid: the source knows it when it was asked for its area there; otherwise the
 * reader finds out. */
static enum tw_status find_places(struct tw_reader *reader, const struct tw_grid *grid,
                                  const struct tw_stack_places **places, struct tw_error *err)
{
    const struct tw_stack *stack = reader->source->state;
    *places = &stack->places;
    if (stack->places.grid == grid)
        return TW_OK;
    if (reader->state == NULL)
        reader->state = calloc(1, sizeof(struct tw_stack_places));
    if (reader->state == NULL)
        return tw_error_nomem(err);
    struct tw_stack_places *own = reader->state;
    *places = own;
    return own->grid == grid ? TW_OK : tw_stack_places_make(stack, grid, own, err);
}

void tw_stack_reader_free(struct tw_reader *reader)
{
    tw_stack_places_free(reader->state);
    free(reader->state);
}

struct touched {
    const size_t *scene_of_item;
    unsigned char *scenes;
};

static void touch(void *context, size_t item)
{
    struct touched *touched = context;
    touched->scenes[touched->scene_of_item[item]] = 1;
}

/* Boxes may reach over the antimeridian, and so may the window. */
static void find_scenes(const struct tw_stack_places *places, const struct tw_window *window,
                        unsigned char *scenes)
{
    struct touched touched = {places->scene_of_item, scenes};
    double turn = window->grid->extent.right - window->grid->extent.left;
    int reach = window->grid->is_global ? 2 : 0;
    for (int i = -reach; i <= reach; i++) {
        struct tw_box bounds = tw_window_bounds(window);
        bounds.left += i * turn;
        bounds.right += i * turn;
        tw_box_index_find(places->index, &bounds, touch, &touched);
    }
}

enum tw_status tw_stack_scenes(struct tw_reader *reader, const struct tw_window *window,
                               struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                               struct tw_error *err)
{
    const struct tw_stack *stack = reader->source->state;
    const struct tw_stack_places *places = NULL;
    enum tw_status status = find_places(reader, window->grid, &places, err);
    if (status != TW_OK)
        return status;
    unsigned char *touched = tw_arena_calloc(arena, stack->num_scenes, 1);
    if (touched == NULL)
        return tw_scene_no_memory(err);
    find_scenes(places, window, touched);
    *num_scenes = 0;
    for (size_t i = 0; i < stack->num_scenes; i++)
        *num_scenes += touched[i];
    *scenes = tw_arena_calloc(arena, *num_scenes, sizeof(**scenes));
    if (*scenes == NULL)
        return tw_scene_no_memory(err);
    struct tw_scene *next = *scenes;
    for (size_t i = 0; i < stack->num_scenes; i++) {
        const struct tw_stack_scene *scene = &stack->scenes[i];
        if (touched[i])
            *next++ = (struct tw_scene){i, scene->id, scene->datetime, scene->cloud_cover, scene->properties};
    }
    return TW_OK;
}

enum tw_status tw_stack_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                             struct tw_raster *raster, struct tw_error *err)
{
    const struct tw_source *source = reader->source;
    const struct tw_stack_places *places = NULL;
    enum tw_status status = find_places(reader, read->window.grid, &places, err);
    if (status != TW_OK)
        return status;
    size_t count = read->bands != NULL ? read->num_bands : source->num_bands;
    int *bands = tw_arena_calloc(arena, count, sizeof(*bands));
    const char **names = tw_arena_calloc(arena, count, sizeof(*names));
    struct tw_array *arrays = tw_arena_calloc(arena, count, sizeof(*arrays));
    if (bands == NULL || names == NULL || arrays == NULL)
        return tw_scene_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        bands[i] = read->bands == NULL ? (int)i
                                       : tw_band_find(source->band_names, source->num_bands, read->bands[i]);
        if (bands[i] < 0)
            return tw_band_missing(source->band_names, source->num_bands, read->bands[i], err);
        names[i] = source->band_names[bands[i]];
    }
    const struct tw_stack *stack = source->state;
    struct tw_band_meaning *meanings = tw_arena_calloc(arena, count, sizeof(*meanings));
    if (meanings == NULL)
        return tw_scene_no_memory(err);
    for (size_t i = 0; stack->meanings != NULL && i < count; i++)
        meanings[i] = stack->meanings[bands[i]];
    struct tw_scene_read scene = {reader, places, read, bands, count, arena, err};
    status = tw_scene_read(&scene, arrays);
    if (status == TW_OK)
        *raster = (struct tw_raster){count, arrays, names, stack->meanings != NULL ? meanings : NULL};
    return status;
}
