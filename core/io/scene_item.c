/* One item of a stack: its bands may be in one file or in several.
 *
 * SPDX-License-Identifier: MIT
 */
#include "scene_read.h"

#include <string.h>

static enum tw_resampling resampling_of(const struct tw_scene_read *scene, const struct tw_stack_band *band,
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
static size_t run_length(const struct tw_scene_read *scene, const struct tw_stack_item *item, size_t first)
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

static enum tw_status map_file_bands(const struct tw_scene_read *scene, const struct tw_stack_item *item,
                                     size_t first, const struct tw_file_read *file_read, int *file_bands)
{
    const struct tw_stack *stack = scene->reader->source->state;
    const struct tw_raster_info *info = &file_read->file->info;
    for (size_t i = 0; i < file_read->num_bands; i++) {
        int index = scene->bands[first + i];
        const struct tw_stack_band *band = &item->bands[index];
        file_bands[i] =
            band->file_band > 0 ? band->file_band - 1 : tw_stack_find_in_file(stack, info, (size_t)index);
        if (file_bands[i] < 0 || (size_t)file_bands[i] >= info->num_bands)
            return tw_stack_band_missing(stack, band->path, info, scene->reader->source->band_names[index],
                                         scene->err);
    }
    return TW_OK;
}

/* Bands that are in one file. */
struct run {
    const struct tw_window *window;
    size_t first, count;
};

static enum tw_status read_run(const struct tw_scene_read *scene, const struct tw_stack_item *item,
                               const struct run *run, struct tw_array *arrays)
{
    const size_t first = run->first, count = run->count;
    const struct tw_stack_band *band = &item->bands[scene->bands[first]];
    int *file_bands = tw_arena_calloc(scene->arena, count, sizeof(*file_bands));
    if (file_bands == NULL)
        return tw_scene_no_memory(scene->err);
    struct tw_file_read file_read = {.files = scene->reader->files,
                                     .window = *run->window,
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

enum tw_status tw_scene_read_item(const struct tw_scene_read *scene, const struct tw_stack_item *item,
                                  const struct tw_window *window, struct tw_array *arrays)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < scene->num_bands;) {
        const struct run run = {window, i, run_length(scene, item, i)};
        status = read_run(scene, item, &run, &arrays[i]);
        i += run.count;
    }
    return status;
}
