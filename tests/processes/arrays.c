/* SPDX-License-Identifier: MIT */
#include "arrays.h"

#include "config.h"
#include "file.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void arrays_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(3);
}

static void *allocate(struct tw_arena *arena, size_t count, size_t size)
{
    void *memory = tw_arena_calloc(arena, count, size);
    if (memory == NULL)
        arrays_fail("out of memory");
    return memory;
}

struct arrays_data arrays_map(const char *path, bool copy)
{
    struct stat status;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0)
        arrays_fail("cannot open '%s'", path);
    struct arrays_data data = {.size = (size_t)status.st_size, .copy = copy};
    void *bytes = data.size > 0 ? mmap(NULL, data.size, PROT_READ, MAP_SHARED, file, 0) : NULL;
    if (bytes == MAP_FAILED)
        arrays_fail("cannot map '%s'", path);
    data.bytes = bytes;
    close(file);
    return data;
}

/* The description. */

static const struct tw_value *member(const struct tw_value *map, const char *name)
{
    const struct tw_value *value = tw_value_get(map, name);
    if (value == NULL)
        arrays_fail("%s:%d:%d: '%s' is missing", map->file, map->line, map->col, name);
    return value;
}

static const char *text_or_null(const struct tw_value *map, const char *name)
{
    const struct tw_value *value = tw_value_get(map, name);
    return value != NULL && value->kind != TW_NULL ? value->text : NULL;
}

static double number_or(const struct tw_value *map, const char *name, double otherwise)
{
    const struct tw_value *value = tw_value_get(map, name);
    return value != NULL && value->kind == TW_NUMBER ? value->number : otherwise;
}

/* The tile in the making. */
struct making {
    struct tw_arena *arena;
    const struct arrays_data *data;
    struct arrays_tile *tile;
    size_t room; /* for copies */
};

static void *place(struct making *making, const struct tw_value *at, size_t size)
{
    size_t start = (size_t)at->number;
    if (at->kind != TW_NUMBER || start > making->data->size || size > making->data->size - start)
        arrays_fail("%s:%d:%d: not inside the data", at->file, at->line, at->col);
    if (!making->data->copy)
        return (void *)(uintptr_t)(making->data->bytes + start); /* arrays are never changed */
    struct arrays_tile *tile = making->tile;
    if (tile->num_copies == making->room) {
        making->room = 2 * making->room + 16;
        tile->copies = realloc(tile->copies, making->room * sizeof(*tile->copies));
    }
    void *copy = NULL;
    if (tile->copies == NULL || posix_memalign(&copy, TW_ARENA_ALIGNMENT, size) != 0)
        arrays_fail("out of memory");
    memcpy(copy, making->data->bytes + start, size);
    tile->copies[tile->num_copies++] = copy;
    return copy;
}

static struct tw_array make_array(struct making *making, const struct tw_value *band)
{
    enum tw_dtype dtype = TW_UINT8;
    if (band->kind != TW_LIST || band->count < 2 || !tw_dtype_parse(band->items[0].text, &dtype))
        arrays_fail("%s:%d:%d: a band is [dtype, place, place of the validity]", band->file, band->line,
                    band->col);
    struct tw_array array = {.width_px = making->tile->job.window.width_px,
                             .height_px = making->tile->job.window.height_px,
                             .dtype = (int32_t)dtype};
    size_t count = tw_array_num_pixels(&array);
    array.pixels = place(making, &band->items[1], count * tw_dtype_size(dtype));
    if (band->count > 2)
        array.valid = place(making, &band->items[2], count);
    return array;
}

static struct tw_raster make_raster(struct making *making, const struct tw_value *bands)
{
    struct tw_array *arrays = allocate(making->arena, bands->count, sizeof(*arrays));
    const char **names = allocate(making->arena, bands->count, sizeof(*names));
    for (size_t i = 0; i < bands->count; i++) {
        names[i] = bands->members[i].key;
        arrays[i] = make_array(making, &bands->members[i].value);
    }
    return (struct tw_raster){bands->count, arrays, names, NULL};
}

static struct tw_script_scene make_scene(const struct tw_value *scene, size_t index)
{
    return (struct tw_script_scene){.index = index,
                                    .id = member(scene, "id")->text,
                                    .datetime = text_or_null(scene, "datetime"),
                                    .properties = text_or_null(scene, "properties"),
                                    .cloud_cover = number_or(scene, "cloud_cover", (double)NAN)};
}

static void make_input(struct making *making, const struct tw_value *value, struct arrays_input *input)
{
    const struct tw_value *scenes = tw_value_get(value, "scenes");
    size_t count = scenes != NULL ? scenes->count : 1;
    input->rasters = allocate(making->arena, count, sizeof(*input->rasters));
    if (scenes == NULL) {
        input->rasters[0] = make_raster(making, member(value, "bands"));
        return;
    }
    input->num_scenes = count;
    input->scenes = allocate(making->arena, count, sizeof(*input->scenes));
    for (size_t i = 0; i < count; i++) {
        input->scenes[i] = make_scene(&scenes->items[i], i);
        input->rasters[i] = make_raster(making, member(&scenes->items[i], "bands"));
    }
}

/* What a script reads. */

static const char *const *band_names(void *context, size_t *count)
{
    const struct arrays_input *input = context;
    *count = input->scenes == NULL || input->num_scenes > 0 ? input->rasters[0].num_bands : 0;
    return *count > 0 ? input->rasters[0].names : NULL;
}

static enum tw_status list_scenes(void *context, struct tw_script_scene **scenes, size_t *num_scenes,
                                  struct tw_error *err)
{
    const struct arrays_input *input = context;
    (void)err;
    *scenes = input->scenes;
    *num_scenes = input->num_scenes;
    return TW_OK;
}

static enum tw_status read_bands(void *context, const struct tw_script_read *request,
                                 struct tw_raster *raster, struct tw_error *err)
{
    const struct arrays_input *input = context;
    const struct tw_raster *all = &input->rasters[request->scene];
    if (request->bands == NULL) {
        *raster = *all;
        return TW_OK;
    }
    struct tw_array *bands = tw_arena_calloc(input->arena, request->num_bands, sizeof(*bands));
    if (bands == NULL)
        return tw_error_nomem(err);
    for (size_t i = 0; i < request->num_bands; i++) {
        int found = tw_raster_find(all, request->bands[i]);
        if (found < 0)
            return tw_error_set(err, TW_EINPUT, "no band '%s'", request->bands[i]);
        bands[i] = all->bands[found];
    }
    *raster = (struct tw_raster){request->num_bands, bands, request->bands, NULL};
    return TW_OK;
}

/* Tiles. */

static void make_window(struct arrays_tile *tile, const struct tw_value *value)
{
    struct tw_script_job *job = &tile->job;
    int buffer = (int)number_or(value, "pixelbuffer", 0);
    tile->pyramid = (struct tw_pyramid){
        .grid = tw_grid_named("mercator"), .tile_size_px = 256, .metatiling = 1, .pixelbuffer_px = buffer};
    job->pyramid = &tile->pyramid;
    job->tile = (struct tw_tile){5, 9, 17};
    job->window = tw_tile_window_buffered(&tile->pyramid, &job->tile, buffer);
    job->window.width_px = (int32_t)member(value, "width")->number;
    job->window.height_px = (int32_t)member(value, "height")->number;
}

static void make_tile(struct making *making, const struct tw_value *value)
{
    const struct tw_value *inputs = member(value, "inputs");
    make_window(making->tile, value);
    struct tw_script_input *list = allocate(making->arena, inputs->count, sizeof(*list));
    making->tile->inputs = allocate(making->arena, inputs->count, sizeof(*making->tile->inputs));
    for (size_t i = 0; i < inputs->count; i++) {
        struct arrays_input *input = &making->tile->inputs[i];
        make_input(making, &inputs->members[i].value, input);
        enum tw_input_kind kind = input->scenes != NULL ? TW_INPUT_STACK : TW_INPUT_RASTER;
        list[i] = (struct tw_script_input){.name = inputs->members[i].key,
                                           .kind = kind,
                                           .context = input,
                                           .band_names = band_names,
                                           .scenes = list_scenes,
                                           .read = read_bands};
    }
    making->tile->job.inputs = list;
    making->tile->job.num_inputs = inputs->count;
}

struct arrays_batch arrays_read_batch(struct tw_arena *arena, const char *path,
                                      const struct arrays_data *data)
{
    struct tw_problems problems = {0};
    struct tw_error err;
    char *text;
    size_t size;
    const struct tw_value *root = NULL;
    if (tw_file_read(arena, path, 0, &text, &size, &err) != TW_OK)
        arrays_fail("%s", err.message);
    if (tw_yaml_read(arena, path, text, size, &root, &problems) != TW_OK)
        arrays_fail("%s", tw_text_get(&problems.text));
    const struct tw_value *tiles = member(root, "tiles");
    struct arrays_batch batch = {member(root, "scripts"), allocate(arena, tiles->count, sizeof(*batch.tiles)),
                                 tiles->count};
    for (size_t i = 0; i < tiles->count; i++)
        make_tile(&(struct making){arena, data, &batch.tiles[i], 0}, &tiles->items[i]);
    return batch;
}

void arrays_free_copies(struct arrays_batch *batch)
{
    for (size_t t = 0; t < batch->num_tiles; t++) {
        for (size_t i = 0; i < batch->tiles[t].num_copies; i++)
            free(batch->tiles[t].copies[i]);
        free(batch->tiles[t].copies);
    }
}

const struct arrays_tile *arrays_tile_of(const struct arrays_batch *batch, const struct tw_value *script,
                                         size_t place)
{
    const struct tw_value *numbers = member(script, "tiles");
    if (place >= numbers->count || numbers->items[place].number >= (double)batch->num_tiles)
        arrays_fail("%s:%d:%d: no such tile", numbers->file, numbers->line, numbers->col);
    return &batch->tiles[(size_t)numbers->items[place].number];
}

struct tw_script_job arrays_job(struct tw_arena *lasting, const struct arrays_tile *tile,
                                const struct tw_value *params, struct tw_arena *arena)
{
    struct tw_script_job job = tile->job;
    struct tw_script_input *list = allocate(lasting, job.num_inputs, sizeof(*list));
    struct arrays_input *inputs = allocate(lasting, job.num_inputs, sizeof(*inputs));
    for (size_t i = 0; i < job.num_inputs; i++) {
        inputs[i] = tile->inputs[i];
        inputs[i].arena = arena;
        list[i] = job.inputs[i];
        list[i].context = &inputs[i];
    }
    job.inputs = list;
    job.params = params;
    job.arena = arena;
    return job;
}
