/* SPDX-License-Identifier: MIT */
#include "warp_direct.h"

#include <math.h>
#include <string.h>

/* A pixel of the target has no value; it has that of pixels that are all there and valid; or of fewer. */
enum kind { NONE = 0, WHOLE, PART };

/* A row of the target: where its pixels lie in the source. */
struct spots {
    int32_t count;
    int64_t *x, *y;        /* positions of the centres; for bilinear less half a pixel */
    int32_t *at;           /* index of the nearest pixel, or of the upper left one of four */
    int64_t *right, *down; /* how far the position is on the way to the next pixels, of 2^20 */
    uint8_t *kind;
};

static const int64_t ONE = (int64_t)1 << TW_STEPS_LOG2;

bool tw_warp_direct_suits(const struct tw_kernel *kernel, enum tw_dtype dtype)
{
    static const double least_scale = 0.95; /* below, GDAL widens the kernel */
    if (kernel->resampling == TW_NEAREST)
        return true;
    return kernel->resampling == TW_BILINEAR && kernel->scale_x >= least_scale &&
           kernel->scale_y >= least_scale &&
           (dtype == TW_UINT8 || dtype == TW_UINT16 || dtype == TW_INT16 || dtype == TW_FLOAT32);
}

static bool spots_alloc(struct spots *spots, int32_t count, struct tw_arena *arena)
{
    size_t size = (size_t)count;
    spots->count = count;
    spots->x = tw_arena_alloc(arena, size * sizeof(*spots->x));
    spots->y = tw_arena_alloc(arena, size * sizeof(*spots->y));
    spots->at = tw_arena_alloc(arena, size * sizeof(*spots->at));
    spots->right = tw_arena_alloc(arena, size * sizeof(*spots->right));
    spots->down = tw_arena_alloc(arena, size * sizeof(*spots->down));
    spots->kind = tw_arena_alloc(arena, size);
    return spots->x != NULL && spots->y != NULL && spots->at != NULL && spots->right != NULL &&
           spots->down != NULL && spots->kind != NULL;
}

/* Index of the pixel that a position is on, the far edges included; -1: outside, or nodata. */
static int32_t pixel_at(const struct tw_array *from, int64_t x, int64_t y)
{
    int64_t width = from->width_px, height = from->height_px;
    if (x < 0 || y < 0 || x > width * ONE || y > height * ONE)
        return -1;
    int64_t col = x >> TW_STEPS_LOG2, row = y >> TW_STEPS_LOG2;
    int64_t at = (row < height ? row : height - 1) * width + (col < width ? col : width - 1);
    return from->valid != NULL && from->valid[at] == 0 ? -1 : (int32_t)at;
}

static void find_nearest(const struct tw_array *from, struct spots *spots)
{
    for (int32_t i = 0; i < spots->count; i++) {
        spots->at[i] = pixel_at(from, spots->x[i], spots->y[i]);
        spots->kind[i] = spots->at[i] >= 0 ? WHOLE : NONE;
    }
}

static enum kind kind_of_four(const struct tw_array *from, int64_t col, int64_t row)
{
    if (col < 0 || row < 0 || col + 1 >= from->width_px || row + 1 >= from->height_px)
        return PART;
    if (from->valid == NULL)
        return WHOLE;
    const uint8_t *above = from->valid + row * from->width_px + col, *below = above + from->width_px;
    return above[0] != 0 && above[1] != 0 && below[0] != 0 && below[1] != 0 ? WHOLE : PART;
}

/* A pixel has a value where the nearest one has. */
static void find_four(const struct tw_array *from, struct spots *spots)
{
    for (int32_t i = 0; i < spots->count; i++) {
        spots->kind[i] = NONE;
        if (pixel_at(from, spots->x[i], spots->y[i]) < 0)
            continue;
        int64_t x = spots->x[i] -= ONE / 2, y = spots->y[i] -= ONE / 2;
        int64_t col = x >> TW_STEPS_LOG2, row = y >> TW_STEPS_LOG2;
        spots->kind[i] = (uint8_t)kind_of_four(from, col, row);
        spots->at[i] = (int32_t)(row * from->width_px + col);
        spots->right[i] = x & (ONE - 1);
        spots->down[i] = y & (ONE - 1);
    }
}

/* The mean of those of the four that are there, by their weights. */
static double mean_of_some(const struct tw_array *from, const struct spots *spots, int32_t i)
{
    int64_t left = spots->x[i] >> TW_STEPS_LOG2, top = spots->y[i] >> TW_STEPS_LOG2;
    double right = (double)spots->right[i] / (double)ONE, down = (double)spots->down[i] / (double)ONE;
    double sum = 0, weights = 0;
    for (int k = 0; k < 4; k++) {
        int64_t col = left + k % 2, row = top + k / 2;
        if (col < 0 || row < 0 || col >= from->width_px || row >= from->height_px)
            continue;
        size_t at = (size_t)(row * from->width_px + col);
        if (from->valid != NULL && from->valid[at] == 0)
            continue;
        double weight = (k % 2 != 0 ? right : 1 - right) * (k / 2 != 0 ? down : 1 - down);
        weights += weight;
        sum += tw_array_get(from, at) * weight;
    }
    return weights == 1 ? sum : sum / weights;
}

/* Fractions of 2^40, rounded half up. */
#define DEFINE_BLEND(name, type)                                                                             \
    static void blend_##name(const struct tw_array *from, const struct spots *spots, type *restrict out)     \
    {                                                                                                        \
        const type *pixels = from->pixels;                                                                   \
        size_t width = (size_t)from->width_px;                                                               \
        for (int32_t i = 0; i < spots->count; i++) {                                                         \
            if (spots->kind[i] == WHOLE) {                                                                   \
                const type *above = pixels + spots->at[i], *below = above + width;                           \
                int64_t top = above[0] * ONE + (above[1] - above[0]) * spots->right[i];                      \
                int64_t bottom = below[0] * ONE + (below[1] - below[0]) * spots->right[i];                   \
                int64_t value = top * ONE + (bottom - top) * spots->down[i];                                 \
                out[i] = (type)((value + ONE * ONE / 2) >> (2 * TW_STEPS_LOG2));                             \
            } else if (spots->kind[i] == PART) {                                                             \
                out[i] = (type)floor(mean_of_some(from, spots, i) + 0.5);                                    \
            }                                                                                                \
        }                                                                                                    \
    }
DEFINE_BLEND(u8, uint8_t)
DEFINE_BLEND(u16, uint16_t)
DEFINE_BLEND(i16, int16_t)
#undef DEFINE_BLEND

/* In the order of GDAL's formula. */
static void blend_f32(const struct tw_array *from, const struct spots *spots, float *restrict out)
{
    const float *pixels = from->pixels;
    size_t width = (size_t)from->width_px;
    for (int32_t i = 0; i < spots->count; i++) {
        if (spots->kind[i] == WHOLE) {
            const float *above = pixels + spots->at[i], *below = above + width;
            double x = 1 - (double)spots->right[i] / (double)ONE,
                   y = 1 - (double)spots->down[i] / (double)ONE;
            out[i] = (float)(((double)above[0] * x + (double)above[1] * (1 - x)) * y +
                             ((double)below[0] * x + (double)below[1] * (1 - x)) * (1 - y));
        } else if (spots->kind[i] == PART) {
            out[i] = (float)mean_of_some(from, spots, i);
        }
    }
}

static void blend(const struct tw_array *from, const struct spots *spots, void *out)
{
    switch (from->dtype) {
    case TW_UINT8:
        blend_u8(from, spots, out);
        break;
    case TW_UINT16:
        blend_u16(from, spots, out);
        break;
    case TW_INT16:
        blend_i16(from, spots, out);
        break;
    default:
        blend_f32(from, spots, out);
    }
}

#define COPY(type)                                                                                           \
    for (int32_t i = 0; i < spots->count; i++)                                                               \
        if (spots->kind[i] != NONE)                                                                          \
    ((type *)out)[i] = ((const type *)from->pixels)[spots->at[i]]

static void copy(const struct tw_array *from, const struct spots *spots, void *out)
{
    switch (tw_dtype_size((enum tw_dtype)from->dtype)) {
    case 1:
        COPY(uint8_t);
        break;
    case 2:
        COPY(uint16_t);
        break;
    case 4:
        COPY(uint32_t);
        break;
    default:
        COPY(uint64_t);
    }
}
#undef COPY

/* Of an upright transform, rows after the first one differ by y alone. */
static void locate_row(const struct tw_transform *transform, int32_t row, int64_t *columns,
                       struct spots *spots)
{
    if (columns == NULL) {
        tw_transform_row(transform, row, spots->count, spots->x, spots->y);
        return;
    }
    int64_t x, y;
    tw_transform_row(transform, row, 1, &x, &y);
    memcpy(spots->x, columns, (size_t)spots->count * sizeof(*columns));
    for (int32_t i = 0; i < spots->count; i++)
        spots->y[i] = y;
}

static void warp_row(const struct tw_warp_bands *bands, bool is_nearest, int32_t row, struct spots *spots)
{
    size_t start = (size_t)row * (size_t)spots->count;
    uint8_t *valid = bands->to->valid + start;
    if (is_nearest)
        find_nearest(bands->from, spots);
    else
        find_four(bands->from, spots);
    for (int32_t i = 0; i < spots->count; i++)
        valid[i] = spots->kind[i] != NONE ? TW_VALID : 0;
    for (int i = 0; i < bands->count; i++) {
        size_t size = tw_dtype_size((enum tw_dtype)bands->to[i].dtype);
        void *out = (unsigned char *)bands->to[i].pixels + start * size;
        if (is_nearest)
            copy(&bands->from[i], spots, out);
        else
            blend(&bands->from[i], spots, out);
    }
}

enum tw_status tw_warp_direct(const struct tw_warp_bands *bands, const struct tw_kernel *kernel,
                              const struct tw_transform *transform, struct tw_arena *arena,
                              struct tw_error *err)
{
    const struct tw_window *window = &transform->window;
    struct tw_arena_mark mark = tw_arena_mark(arena);
    struct spots spots;
    int64_t *columns = NULL;
    if (!spots_alloc(&spots, window->width_px, arena))
        return tw_error_set(err, TW_EBUDGET,
                            "not enough memory to resample; raise --memory, or lower the metatiling");
    if (tw_transform_is_upright(transform)) {
        columns = tw_arena_alloc(arena, (size_t)window->width_px * sizeof(*columns));
        if (columns != NULL)
            tw_transform_row(transform, 0, window->width_px, columns, spots.y);
    }
    for (int32_t row = 0; row < window->height_px; row++) {
        locate_row(transform, row, columns, &spots);
        warp_row(bands, kernel->resampling == TW_NEAREST, row, &spots);
    }
    tw_arena_release(arena, mark);
    return TW_OK;
}
