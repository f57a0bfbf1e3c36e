/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "box_index.h"
#include "crs_pairs.h"
#include "footprint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A reader's own: the items' boxes in the grid's CRS, and their index. */
struct reader_state {
    const struct tw_grid *grid;
    struct tw_box *boxes; /* of each item; one that cannot be projected is upside down and meets nothing */
    struct tw_box_index *index;
    size_t *scene_of_item;
};

static void state_clear(struct reader_state *state)
{
    free(state->boxes);
    free(state->scene_of_item);
    tw_box_index_free(state->index);
    *state = (struct reader_state){0};
}

void tw_stack_reader_free(struct tw_reader *reader)
{
    state_clear(reader->state);
    free(reader->state);
}

enum tw_status tw_stack_boxes(const struct tw_stack *stack, const struct tw_grid *grid, struct tw_box *boxes,
                              struct tw_error *err)
{
    struct tw_crs_pairs pairs = {0};
    enum tw_status status = tw_crs_pairs_use(&pairs, grid, err);
    for (size_t i = 0; status == TW_OK && i < stack->num_items; i++) {
        const struct tw_stack_item *item = &stack->items[i];
        const struct tw_crs_pair *pair = NULL;
        status = tw_crs_pairs_find(&pairs, item->crs, &pair, err);
        if (status != TW_OK)
            tw_error_prefix(err, "%s: item '%s': ", item->origin, item->id);
        else if (!tw_footprint_of_box(&item->box, pair, grid, &boxes[i]))
            boxes[i] = (struct tw_box){HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    }
    tw_crs_pairs_free(&pairs);
    return status == TW_EUSAGE ? TW_EINPUT : status;
}

static enum tw_status prepare(struct tw_reader *reader, const struct tw_grid *grid, struct tw_error *err)
{
    const struct tw_stack *stack = reader->source->state;
    if (reader->state == NULL)
        reader->state = calloc(1, sizeof(struct reader_state));
    struct reader_state *state = reader->state;
    if (state == NULL)
        return tw_error_nomem(err);
    if (state->grid == grid)
        return TW_OK;
    state_clear(state);
    state->boxes = calloc(stack->num_items, sizeof(*state->boxes));
    state->scene_of_item = calloc(stack->num_items, sizeof(*state->scene_of_item));
    if (state->boxes == NULL || state->scene_of_item == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_stack_boxes(stack, grid, state->boxes, err);
    if (status != TW_OK)
        return status;
    for (size_t i = 0; i < stack->num_scenes; i++)
        for (size_t k = 0; k < stack->scenes[i].num_items; k++)
            state->scene_of_item[stack->scenes[i].first_item + k] = i;
    state->index = tw_box_index_new(state->boxes, stack->num_items);
    if (state->index == NULL)
        return tw_error_nomem(err);
    state->grid = grid;
    return TW_OK;
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
static void find_scenes(const struct reader_state *state, const struct tw_window *window,
                        unsigned char *scenes)
{
    struct touched touched = {state->scene_of_item, scenes};
    double turn = window->grid->extent.right - window->grid->extent.left;
    int reach = window->grid->is_global ? 2 : 0;
    for (int i = -reach; i <= reach; i++) {
        struct tw_box bounds = tw_window_bounds(window);
        bounds.left += i * turn;
        bounds.right += i * turn;
        tw_box_index_find(state->index, &bounds, touch, &touched);
    }
}

static enum tw_status no_memory(struct tw_error *err)
{
    return tw_error_set(err, TW_EBUDGET,
                        "not enough memory for the scenes; raise --memory, or lower the metatiling");
}

enum tw_status tw_stack_scenes(struct tw_reader *reader, const struct tw_window *window,
                               struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                               struct tw_error *err)
{
    const struct tw_stack *stack = reader->source->state;
    enum tw_status status = prepare(reader, window->grid, err);
    if (status != TW_OK)
        return status;
    unsigned char *touched = tw_arena_calloc(arena, stack->num_scenes, 1);
    if (touched == NULL)
        return no_memory(err);
    find_scenes(reader->state, window, touched);
    *num_scenes = 0;
    for (size_t i = 0; i < stack->num_scenes; i++)
        *num_scenes += touched[i];
    *scenes = tw_arena_calloc(arena, *num_scenes, sizeof(**scenes));
    if (*scenes == NULL)
        return no_memory(err);
    struct tw_scene *next = *scenes;
    for (size_t i = 0; i < stack->num_scenes; i++) {
        const struct tw_stack_scene *scene = &stack->scenes[i];
        if (touched[i])
            *next++ = (struct tw_scene){i, scene->id, scene->datetime, scene->cloud_cover, scene->properties};
    }
    return TW_OK;
}

/* What one call reads: for each band its number in the source. */
struct scene_read {
    struct tw_reader *reader;
    const struct tw_read *read;
    const int *bands;
    size_t num_bands;
    struct tw_arena *arena;
    struct tw_error *err;
};

static enum tw_resampling resampling_of(const struct scene_read *scene, const struct tw_stack_band *band,
                                        int index)
{
    const struct tw_stack *stack = scene->reader->source->state;
    if (stack->band_resampling_given[index])
        return stack->band_resampling[index];
    if (band->is_classes)
        return TW_NEAREST;
    return scene->read->resampling_given ? scene->read->resampling : stack->resampling;
}

/* The bands that follow in the same file, and are read the same way. */
static size_t run_length(const struct scene_read *scene, const struct tw_stack_item *item, size_t first)
{
    const struct tw_stack_band *band = &item->bands[scene->bands[first]];
    size_t count = 1;
    for (; first + count < scene->num_bands; count++) {
        int index = scene->bands[first + count];
        if (strcmp(item->bands[index].path, band->path) != 0 ||
            resampling_of(scene, &item->bands[index], index) !=
                resampling_of(scene, band, scene->bands[first]))
            break;
    }
    return count;
}

static enum tw_status map_file_bands(const struct scene_read *scene, const struct tw_stack_item *item,
                                     size_t first, const struct tw_file_read *file_read, int *file_bands)
{
    const struct tw_stack *stack = scene->reader->source->state;
    const struct tw_raster_info *info = &file_read->file->info;
    for (size_t i = 0; i < file_read->num_bands; i++) {
        int index = scene->bands[first + i];
        const struct tw_stack_band *band = &item->bands[index];
        file_bands[i] = band->file_band > 0
                            ? band->file_band - 1
                            : tw_band_find(info->names, info->num_bands, stack->wanted[index]);
        if (file_bands[i] < 0 || (size_t)file_bands[i] >= info->num_bands)
            return tw_error_set(scene->err, TW_EINPUT, "'%s' has no band for '%s'; it has %zu bands",
                                band->path, scene->reader->source->band_names[index], info->num_bands);
    }
    return TW_OK;
}

static enum tw_status read_run(const struct scene_read *scene, const struct tw_stack_item *item, size_t first,
                               size_t count, struct tw_array *arrays)
{
    const struct tw_stack_band *band = &item->bands[scene->bands[first]];
    int *file_bands = tw_arena_calloc(scene->arena, count, sizeof(*file_bands));
    if (file_bands == NULL)
        return no_memory(scene->err);
    struct tw_file_read file_read = {.files = scene->reader->files,
                                     .window = scene->read->window,
                                     .bands = file_bands,
                                     .num_bands = count,
                                     .resampling = resampling_of(scene, band, scene->bands[first]),
                                     .cancel = scene->read->cancel};
    enum tw_status status = tw_files_get(scene->reader->files, band->path, &band->view,
                                         scene->read->window.grid, &file_read.file, scene->err);
    if (status == TW_OK)
        status = map_file_bands(scene, item, first, &file_read, file_bands);
    return status == TW_OK ? tw_file_read_window(&file_read, scene->arena, arrays, scene->err) : status;
}

static enum tw_status read_item(const struct scene_read *scene, const struct tw_stack_item *item,
                                struct tw_array *arrays)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < scene->num_bands;) {
        size_t count = run_length(scene, item, i);
        status = read_run(scene, item, i, count, &arrays[i]);
        i += count;
    }
    return status;
}

/* Brings a band to a wider type. */
static enum tw_status widen(const struct scene_read *scene, struct tw_array *array, enum tw_dtype dtype)
{
    if ((enum tw_dtype)array->dtype == dtype)
        return TW_OK;
    size_t count = tw_array_num_pixels(array);
    void *pixels = tw_arena_alloc(scene->arena, count * tw_dtype_size(dtype));
    if (pixels == NULL)
        return no_memory(scene->err);
    tw_pixels_convert(array->pixels, (enum tw_dtype)array->dtype, pixels, dtype, count);
    array->pixels = pixels;
    array->dtype = (int32_t)dtype;
    return TW_OK;
}

static bool shares_validity(const struct tw_array *arrays, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (arrays[i].valid == arrays[index].valid)
            return true;
    return false;
}

static void fill_pixels(struct tw_array *to, const struct tw_array *from)
{
    size_t size = tw_dtype_size((enum tw_dtype)to->dtype), count = tw_array_num_pixels(to);
    for (size_t i = 0; i < count; i++)
        if (to->valid[i] == 0 && from->valid[i] != 0)
            memcpy((unsigned char *)to->pixels + i * size, (const unsigned char *)from->pixels + i * size,
                   size);
}

/* Pixels that are nodata so far are taken from the next item. Validity is joined last: bands may share it. */
static enum tw_status fill_from(const struct scene_read *scene, struct tw_array *to, struct tw_array *from)
{
    for (size_t i = 0; i < scene->num_bands; i++) {
        enum tw_dtype dtype = tw_dtype_common((enum tw_dtype)to[i].dtype, (enum tw_dtype)from[i].dtype);
        enum tw_status status = widen(scene, &to[i], dtype);
        if (status == TW_OK)
            status = widen(scene, &from[i], dtype);
        if (status != TW_OK)
            return status;
        fill_pixels(&to[i], &from[i]);
    }
    for (size_t i = 0; i < scene->num_bands; i++)
        for (size_t k = 0; !shares_validity(to, i) && k < tw_array_num_pixels(&to[i]); k++)
            to[i].valid[k] |= from[i].valid[k];
    return TW_OK;
}

static bool touches(const struct scene_read *scene, size_t item)
{
    const struct reader_state *state = scene->reader->state;
    return tw_footprint_touches(&state->boxes[item], &scene->read->window);
}

static bool is_full(const struct scene_read *scene, const struct tw_array *arrays)
{
    for (size_t i = 0; i < scene->num_bands; i++)
        if (!tw_array_is_full(&arrays[i]))
            return false;
    return true;
}

/* What the next item took is given back, unless its types made the result move. */
static enum tw_status fill_with_item(const struct scene_read *scene, const struct tw_stack_item *item,
                                     struct tw_array *arrays)
{
    struct tw_arena_mark mark = tw_arena_mark(scene->arena);
    struct tw_array *next = tw_arena_calloc(scene->arena, scene->num_bands, sizeof(*next));
    if (next == NULL)
        return no_memory(scene->err);
    enum tw_status status = read_item(scene, item, next);
    if (status != TW_OK)
        return status;
    bool is_same = true;
    for (size_t i = 0; i < scene->num_bands; i++)
        is_same = is_same && arrays[i].dtype == next[i].dtype;
    status = fill_from(scene, arrays, next);
    if (is_same)
        tw_arena_release(scene->arena, mark);
    return status;
}

/* The first item that touches the window, filled up with the others. */
static enum tw_status read_scene(const struct scene_read *scene, struct tw_array *arrays)
{
    const struct tw_stack *stack = scene->reader->source->state;
    const struct tw_stack_scene *about = &stack->scenes[scene->read->scene];
    size_t last = about->first_item + about->num_items - 1;
    bool any = false;
    enum tw_status status = TW_OK;
    for (size_t i = about->first_item; status == TW_OK && i <= last; i++) {
        if (!touches(scene, i) && (any || i < last))
            continue;
        if (!any) {
            status = read_item(scene, &stack->items[i], arrays);
            any = true;
            continue;
        }
        if (is_full(scene, arrays))
            break;
        status = fill_with_item(scene, &stack->items[i], arrays);
    }
    return status;
}

enum tw_status tw_stack_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                             struct tw_raster *raster, struct tw_error *err)
{
    const struct tw_source *source = reader->source;
    enum tw_status status = prepare(reader, read->window.grid, err);
    if (status != TW_OK)
        return status;
    size_t count = read->bands != NULL ? read->num_bands : source->num_bands;
    int *bands = tw_arena_calloc(arena, count, sizeof(*bands));
    const char **names = tw_arena_calloc(arena, count, sizeof(*names));
    struct tw_array *arrays = tw_arena_calloc(arena, count, sizeof(*arrays));
    if (bands == NULL || names == NULL || arrays == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        bands[i] = read->bands == NULL ? (int)i
                                       : tw_band_find(source->band_names, source->num_bands, read->bands[i]);
        if (bands[i] < 0)
            return tw_band_missing(source->band_names, source->num_bands, read->bands[i], err);
        names[i] = source->band_names[bands[i]];
    }
    struct scene_read scene = {reader, read, bands, count, arena, err};
    status = read_scene(&scene, arrays);
    if (status == TW_OK)
        *raster = (struct tw_raster){count, arrays, names, NULL};
    return status;
}
