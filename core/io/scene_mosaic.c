/* The items of a scene laid over each other: the first valid pixel in their order wins.
 *
 * Each item is read on the part of the window that it may cover, and not at all where that is full already.
 * Which pixels may come from an item depends on their number in the grid alone, so that every window shows
 * the same.
 *
 * SPDX-License-Identifier: MIT
 */
#include "scene_read.h"

#include "box_index.h"
#include "paste.h"

#include <stdlib.h>
#include <string.h>

/* Where an item may show: whole pixels around its box, against rounding. Scenes of few items are not
 * searched. */
enum { SLACK_PX = 2, FEW = 64 };

/* The arrays of the window that items are laid into; all nodata at first. */
struct mosaic {
    const struct tw_scene_read *scene;
    struct tw_array *arrays;
    bool is_begun;  /* the arrays are made */
    bool has_moved; /* they were made anew: what was allocated since must stay */
};

enum tw_status tw_scene_no_memory(struct tw_error *err)
{
    return tw_error_set(err, TW_EBUDGET,
                        "not enough memory for the scenes; raise --memory, or lower the metatiling");
}

/* Bands share one validity until an item comes with several. */
static enum tw_status begin(struct mosaic *mosaic, const struct tw_array *piece)
{
    const struct tw_scene_read *scene = mosaic->scene;
    const struct tw_stack *stack = scene->reader->source->state;
    const struct tw_window *window = &scene->read->window;
    size_t count = (size_t)window->width_px * (size_t)window->height_px;
    uint8_t *valid = tw_arena_calloc(scene->arena, count, 1);
    for (size_t i = 0; i < scene->num_bands; i++) {
        int32_t dtype = stack->dtypes != NULL ? (int32_t)stack->dtypes[scene->bands[i]] : piece[i].dtype;
        mosaic->arrays[i] = (struct tw_array){
            .width_px = window->width_px, .height_px = window->height_px, .dtype = dtype, .valid = valid};
        mosaic->arrays[i].pixels = tw_arena_calloc(scene->arena, count, tw_dtype_size((enum tw_dtype)dtype));
        if (valid == NULL || mosaic->arrays[i].pixels == NULL)
            return tw_scene_no_memory(scene->err);
    }
    mosaic->is_begun = mosaic->has_moved = true;
    return TW_OK;
}

/* Whether every pixel of a part of the window is valid in every band. */
static bool is_full(const struct mosaic *mosaic, const struct tw_window *part)
{
    const struct tw_window *window = &mosaic->scene->read->window;
    size_t first = (size_t)(part->row_px - window->row_px) * (size_t)window->width_px +
                   (size_t)(part->col_px - window->col_px);
    for (size_t i = 0; i < mosaic->scene->num_bands; i++) {
        const uint8_t *valid = mosaic->arrays[i].valid;
        if (i > 0 && valid == mosaic->arrays[i - 1].valid)
            continue;
        for (int32_t row = 0; row < part->height_px; row++)
            if (memchr(valid + first + (size_t)row * (size_t)window->width_px, 0, (size_t)part->width_px) !=
                NULL)
                return false;
    }
    return true;
}

/* Brings a band to a wider type. */
static enum tw_status widen(const struct tw_scene_read *scene, struct tw_array *array, enum tw_dtype dtype)
{
    if ((enum tw_dtype)array->dtype == dtype)
        return TW_OK;
    size_t count = tw_array_num_pixels(array);
    void *pixels = tw_arena_alloc(scene->arena, count * tw_dtype_size(dtype));
    if (pixels == NULL)
        return tw_scene_no_memory(scene->err);
    tw_pixels_convert(array->pixels, (enum tw_dtype)array->dtype, pixels, dtype, count);
    array->pixels = pixels;
    array->dtype = (int32_t)dtype;
    return TW_OK;
}

static bool shares_validity(const struct mosaic *mosaic, const struct tw_array *arrays)
{
    for (size_t i = 1; i < mosaic->scene->num_bands; i++)
        if (arrays[i].valid != arrays[0].valid)
            return false;
    return true;
}

/* Gives each band a validity of its own. */
static enum tw_status split_validity(struct mosaic *mosaic)
{
    const struct tw_scene_read *scene = mosaic->scene;
    size_t count = tw_array_num_pixels(&mosaic->arrays[0]);
    const uint8_t *shared = mosaic->arrays[0].valid;
    for (size_t i = 1; i < scene->num_bands; i++) {
        uint8_t *own = tw_arena_alloc(scene->arena, count);
        if (own == NULL)
            return tw_scene_no_memory(scene->err);
        mosaic->arrays[i].valid = memcpy(own, shared, count);
    }
    mosaic->has_moved = true;
    return TW_OK;
}

/* Makes the window's arrays hold what the piece has, and the piece's arrays of the same types. */
static enum tw_status match(struct mosaic *mosaic, struct tw_array *piece)
{
    const struct tw_scene_read *scene = mosaic->scene;
    enum tw_status status = TW_OK;
    if (shares_validity(mosaic, mosaic->arrays) && !shares_validity(mosaic, piece))
        status = split_validity(mosaic);
    for (size_t i = 0; status == TW_OK && i < scene->num_bands; i++) {
        struct tw_array *array = &mosaic->arrays[i];
        enum tw_dtype dtype = tw_dtype_common((enum tw_dtype)array->dtype, (enum tw_dtype)piece[i].dtype);
        mosaic->has_moved = mosaic->has_moved || (enum tw_dtype)array->dtype != dtype;
        status = widen(scene, array, dtype);
        if (status == TW_OK)
            status = widen(scene, &piece[i], dtype);
    }
    return status;
}

/* Reads the item on a part of the window, and lays it under what is there. What that took is given back. */
static enum tw_status lay(struct mosaic *mosaic, const struct tw_stack_item *item,
                          const struct tw_window *part)
{
    const struct tw_scene_read *scene = mosaic->scene;
    const struct tw_window *window = &scene->read->window;
    const volatile int *cancel = scene->read->cancel;
    if (cancel != NULL && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0)
        return tw_error_set(scene->err, TW_ECANCELLED, "cancelled");
    if (mosaic->is_begun && is_full(mosaic, part))
        return TW_OK;
    mosaic->has_moved = false;
    struct tw_arena_mark mark = tw_arena_mark(scene->arena);
    struct tw_array *piece = tw_arena_calloc(scene->arena, scene->num_bands, sizeof(*piece));
    if (piece == NULL)
        return tw_scene_no_memory(scene->err);
    enum tw_status status = tw_scene_read_item(scene, item, part, piece);
    if (status == TW_OK && !mosaic->is_begun)
        status = begin(mosaic, piece);
    if (status == TW_OK)
        status = match(mosaic, piece);
    if (status == TW_OK)
        tw_paste(piece, scene->num_bands, mosaic->arrays, (int32_t)(part->col_px - window->col_px),
                 (int32_t)(part->row_px - window->row_px));
    if (!mosaic->has_moved)
        tw_arena_release(scene->arena, mark);
    return status;
}

static int reach_of(const struct tw_window *window)
{
    return window->grid->is_global ? 2 : 0;
}

static enum tw_status lay_item(struct mosaic *mosaic, size_t number)
{
    const struct tw_scene_read *scene = mosaic->scene;
    const struct tw_stack *stack = scene->reader->source->state;
    const struct tw_stack_item *item = &stack->items[number];
    const struct tw_box *box = &scene->places->boxes[number];
    const struct tw_window *window = &scene->read->window;
    if (item->reach == TW_REACH_WINDOW)
        return tw_footprint_touches(box, window) ? lay(mosaic, item, window) : TW_OK;
    int slack_px = item->reach == TW_REACH_CELL ? TW_CUT_AT_CENTRES : SLACK_PX;
    enum tw_status status = TW_OK;
    for (int i = -reach_of(window); status == TW_OK && i <= reach_of(window); i++) {
        struct tw_window part;
        if (box->left < box->right && tw_window_cut(window, box, i, slack_px, &part))
            status = lay(mosaic, item, &part);
    }
    return status;
}

/* Numbers of items that are found; one that reaches round the earth may be found twice. */
struct search {
    size_t *numbers; /* NULL: they are only counted */
    size_t count, first, end;
};

static void take(void *context, size_t number)
{
    struct search *search = context;
    if (number < search->first || number >= search->end)
        return;
    if (search->numbers != NULL)
        search->numbers[search->count] = number;
    search->count++;
}

static void find_items(const struct tw_scene_read *scene, struct search *search)
{
    const struct tw_window *window = &scene->read->window;
    double turn = window->grid->extent.right - window->grid->extent.left;
    double x = (SLACK_PX + 1) * tw_grid_pixel_width(window->grid, window->zoom, window->tile_size_px);
    double y = (SLACK_PX + 1) * tw_grid_pixel_height(window->grid, window->zoom, window->tile_size_px);
    struct tw_box bounds = tw_window_bounds(window);
    search->count = 0;
    for (int i = -reach_of(window); i <= reach_of(window); i++) {
        const struct tw_box moved = {bounds.left - x + i * turn, bounds.bottom - y,
                                     bounds.right + x + i * turn, bounds.top + y};
        tw_box_index_find(scene->places->index, &moved, take, search);
    }
}

static int by_number(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

static enum tw_status lay_found(struct mosaic *mosaic, const struct tw_stack_scene *about)
{
    const struct tw_scene_read *scene = mosaic->scene;
    struct search search = {.first = about->first_item, .end = about->first_item + about->num_items};
    find_items(scene, &search);
    search.numbers = tw_arena_calloc(scene->arena, search.count, sizeof(*search.numbers));
    if (search.numbers == NULL)
        return tw_scene_no_memory(scene->err);
    find_items(scene, &search);
    qsort(search.numbers, search.count, sizeof(*search.numbers), by_number);
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < search.count; i++)
        if (i == 0 || search.numbers[i] != search.numbers[i - 1])
            status = lay_item(mosaic, search.numbers[i]);
    return status;
}

enum tw_status tw_scene_read(const struct tw_scene_read *scene, struct tw_array *arrays)
{
    const struct tw_stack *stack = scene->reader->source->state;
    const struct tw_stack_scene *about = &stack->scenes[scene->read->scene];
    const struct tw_stack_item *last = &stack->items[about->first_item + about->num_items - 1];
    if (about->num_items == 1 && last->reach != TW_REACH_CELL)
        return tw_scene_read_item(scene, last, &scene->read->window, arrays);
    struct mosaic mosaic = {.scene = scene, .arrays = arrays};
    enum tw_status status = TW_OK;
    for (size_t i = 0; about->num_items <= FEW && status == TW_OK && i < about->num_items; i++)
        status = lay_item(&mosaic, about->first_item + i);
    if (about->num_items > FEW)
        status = lay_found(&mosaic, about);
    if (status != TW_OK || mosaic.is_begun)
        return status;
    /* Nothing is here; the types are the files'. */
    return stack->dtypes != NULL ? begin(&mosaic, NULL)
                                 : tw_scene_read_item(scene, last, &scene->read->window, arrays);
}
