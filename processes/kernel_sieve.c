/* Areas of one value that are too small take a neighbour's value.
 *
 * Areas are found with a forest of pixels (union and find, Galler and Fischer 1964): each pixel points to one
 * before it, at the end to the first pixel of its area. An area that is too small reaches less than
 * min_pixels from each of its pixels, and so does what is looked at of its neighbours: whether they are large
 * enough. How large they are beyond that, or in which order areas would be merged, would depend on pixels
 * without a limit, and so on the tile.
 *
 * SPDX-License-Identifier: MIT
 */
#include "clones.h"
#include "functions_focal.h"
#include "rows.h"
#include "values.h"

#include <string.h>

#define SAME(NAME, TYPE)                                                                                     \
    TW_CLONES static void same_##NAME(const void *left, const void *right, uint8_t *restrict to,             \
                                      size_t count)                                                          \
    {                                                                                                        \
        const TYPE *a = left, *b = right;                                                                    \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] = a[i] == b[i];                                                                            \
    }
SAME(uint8, uint8_t)
SAME(int8, int8_t)
SAME(uint16, uint16_t)
SAME(int16, int16_t)
SAME(uint32, uint32_t)
SAME(int32, int32_t)
SAME(float32, float)
SAME(float64, double)

static void (*const sames[TW_NUM_DTYPES])(const void *, const void *, uint8_t *, size_t) = {
    same_uint8, same_int8, same_uint16, same_int16, same_uint32, same_int32, same_float32, same_float64,
};

enum { NODATA = -1, DONE = -2 }; /* instead of the pixel that one points to */

struct work {
    const struct tw_array *array;
    struct tw_array *out;
    int32_t width, min_pixels;
    bool with_corners; /* eight neighbours */
    int32_t *forest;   /* of each pixel: a pixel of the same area before it, or itself */
    int32_t *sizes;    /* of each area, at its first pixel */
    uint8_t
        *same[4]; /* of a row: pixels with the value of their neighbour west, north, north-west, north-east */
    int32_t *area;  /* pixels of an area that is too small */
    double *border; /* values of pixels of large areas along it */
};

static int32_t root_of(int32_t *forest, int32_t pixel)
{
    while (forest[pixel] != pixel) {
        forest[pixel] = forest[forest[pixel]];
        pixel = forest[pixel];
    }
    return pixel;
}

static void unite(int32_t *forest, int32_t a, int32_t b)
{
    a = root_of(forest, a);
    b = root_of(forest, b);
    if (a < b)
        forest[b] = a;
    else
        forest[a] = b;
}

static bool is_valid(const struct work *work, int32_t pixel)
{
    return work->array->valid == NULL || work->array->valid[pixel] != 0;
}

static void compare_row(const struct work *work, int32_t row)
{
    enum tw_dtype dtype = (enum tw_dtype)work->array->dtype;
    size_t size = tw_dtype_size(dtype), rest = (size_t)work->width - 1;
    const unsigned char *here = tw_row_at(work->array, row);
    for (int i = 0; i < 4; i++)
        work->same[i][0] = work->same[i][rest] = 0;
    sames[dtype](here + size, here, work->same[0] + 1, rest);
    if (row == 0) {
        for (int i = 1; i < 4; i++)
            memset(work->same[i], 0, (size_t)work->width);
        return;
    }
    const unsigned char *north = tw_row_at(work->array, row - 1);
    sames[dtype](here, north, work->same[1], rest + 1);
    if (!work->with_corners)
        return;
    sames[dtype](here + size, north, work->same[2] + 1, rest);
    sames[dtype](here, north + size, work->same[3], rest);
}

static void unite_row(const struct work *work, int32_t row)
{
    int32_t *forest = work->forest, offsets[4] = {1, work->width, work->width + 1, work->width - 1};
    int num_offsets = work->with_corners ? 4 : 2;
    compare_row(work, row);
    for (int32_t col = 0; col < work->width; col++) {
        int32_t pixel = row * work->width + col;
        forest[pixel] = is_valid(work, pixel) ? pixel : NODATA;
        for (int i = 0; forest[pixel] >= 0 && i < num_offsets; i++)
            if (work->same[i][col] != 0 && forest[pixel - offsets[i]] >= 0)
                unite(forest, pixel, pixel - offsets[i]);
    }
}

/* Afterwards each pixel points to the first of its area. */
static void count_row(const struct work *work, int32_t row)
{
    for (int32_t col = 0; col < work->width; col++) {
        int32_t pixel = row * work->width + col;
        work->sizes[pixel] = 0;
        if (work->forest[pixel] < 0)
            continue;
        work->forest[pixel] = root_of(work->forest, pixel);
        work->sizes[work->forest[pixel]]++;
    }
}

/* What the walk through an area has found. */
struct walk {
    int32_t root, num_pixels, num_border;
};

static void visit(const struct work *work, int32_t pixel, struct walk *walk)
{
    int32_t label = work->forest[pixel];
    if (label == walk->root) {
        work->forest[pixel] = DONE;
        work->area[walk->num_pixels++] = pixel;
    } else if (label >= 0 && work->sizes[label] >= work->min_pixels) {
        work->border[walk->num_border++] = tw_array_get(work->array, (size_t)pixel);
    }
}

static void visit_neighbours(const struct work *work, int32_t pixel, struct walk *walk)
{
    static const int32_t steps[8][2] = {{0, -1}, {-1, 0}, {1, 0}, {0, 1}, {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
    int32_t col = pixel % work->width, row = pixel / work->width;
    for (int i = 0; i < (work->with_corners ? 8 : 4); i++) {
        int32_t to_col = col + steps[i][0], to_row = row + steps[i][1];
        if (to_col >= 0 && to_row >= 0 && to_col < work->width && to_row < work->array->height_px)
            visit(work, to_row * work->width + to_col, walk);
    }
}

/* Gives an area that is too small its new value. */
static void change_area(const struct work *work, int32_t root)
{
    struct walk walk = {.root = root};
    visit(work, root, &walk);
    for (int32_t i = 0; i < walk.num_pixels; i++)
        visit_neighbours(work, work->area[i], &walk);
    if (walk.num_border == 0)
        return;
    tw_values_sort(work->border, (size_t)walk.num_border);
    double value = tw_values_mode(work->border, (size_t)walk.num_border);
    for (int32_t i = 0; i < walk.num_pixels; i++)
        tw_array_set(work->out, (size_t)work->area[i], value);
}

static void change_row(const struct work *work, int32_t row)
{
    for (int32_t col = 0; col < work->width; col++) {
        int32_t pixel = row * work->width + col;
        if (work->forest[pixel] == pixel && work->sizes[pixel] < work->min_pixels)
            change_area(work, pixel);
    }
}

static int32_t work_init(struct tw_host *host, struct work *work)
{
    size_t count = tw_array_num_pixels(work->array), most = (size_t)work->min_pixels;
    most = most < count ? most : count;
    work->forest = tw_host_alloc(host, count * sizeof(*work->forest));
    work->sizes = tw_host_alloc(host, count * sizeof(*work->sizes));
    work->area = tw_host_alloc(host, most * sizeof(*work->area));
    work->border = tw_host_alloc(host, 8 * most * sizeof(*work->border));
    bool has_all = work->forest != NULL && work->sizes != NULL && work->area != NULL && work->border != NULL;
    for (int i = 0; has_all && i < 4; i++) {
        work->same[i] = tw_host_alloc(host, (size_t)work->width + 1);
        has_all = work->same[i] != NULL;
    }
    return has_all ? TW_OK : (int32_t)host->err.status;
}

static int32_t sieve(struct tw_host *host, struct work *work)
{
    void (*const passes[])(const struct work *, int32_t) = {unite_row, count_row, change_row};
    int32_t status = work_init(host, work);
    for (int pass = 0; pass < 3; pass++)
        for (int32_t row = 0; status == TW_OK && row < work->array->height_px; row++) {
            status = tw_rows_check(host, row);
            passes[pass](work, row);
        }
    return status;
}

int32_t tw_kernel_sieve(struct tw_host *host, const struct tw_array *array, int32_t min_pixels,
                        int32_t connectedness, struct tw_array *out)
{
    struct work work = {.array = array,
                        .out = out,
                        .width = array->width_px,
                        .min_pixels = min_pixels,
                        .with_corners = connectedness == 8};
    enum tw_dtype dtype = (enum tw_dtype)array->dtype;
    int32_t status = tw_rows_result(host, array, dtype, out);
    if (status != TW_OK)
        return status;
    memcpy(out->pixels, array->pixels, tw_array_num_pixels(array) * tw_dtype_size(dtype));
    struct tw_arena_mark mark = tw_arena_mark(host->job->arena);
    status = sieve(host, &work);
    tw_arena_release(host->job->arena, mark);
    return status;
}
