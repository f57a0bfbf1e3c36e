/* Kernels that are wider than a 2 x 2 block, as two passes of a normalised convolution (Knutsson and Westin
 * 1993): value and weight are filtered alike along the rows, then along the columns, and divided at the end.
 * It is done in strips of rows, so that the memory for it does not grow with the height.
 *
 * SPDX-License-Identifier: MIT
 */
#include "rescale.h"

#include <math.h>
#include <string.h>

enum { MOST_TAPS = 12, STRIP_PX = 64 };

/* The weights of one output pixel: taps source pixels from `first` on. Doubling has two phases, halving one.
 */
struct taps {
    int count;
    int32_t first; /* relative to the source pixel that belongs to output pixel 0 of the phase */
    double weights[MOST_TAPS];
};

static double sinc(double x)
{
    return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x);
}

/* The kernels of GDAL's warper: triangle; cubic convolution with a = -0.5 (Keys 1981); cubic B-spline;
 * Lanczos with radius 3. */
static double kernel(enum tw_resampling resampling, double x)
{
    x = fabs(x);
    switch (resampling) {
    case TW_BILINEAR:
        return x < 1 ? 1 - x : 0;
    case TW_CUBIC:
        if (x <= 1)
            return x * x * (1.5 * x - 2.5) + 1;
        return x < 2 ? x * (x * (-0.5 * x + 2.5) - 4) + 2 : 0;
    case TW_CUBIC_SPLINE:
        if (x <= 1)
            return (3 * x * x * x - 6 * x * x + 4) / 6;
        return x < 2 ? (2 - x) * (2 - x) * (2 - x) / 6 : 0;
    case TW_LANCZOS:
        return x < 3 ? sinc(x) * sinc(x / 3) : 0;
    default:
        return x <= 0.5 ? 1 : 0;
    }
}

static int radius(enum tw_resampling resampling)
{
    static const int radii[] = {[TW_BILINEAR] = 1, [TW_CUBIC] = 2, [TW_CUBIC_SPLINE] = 2, [TW_LANCZOS] = 3};
    return resampling >= TW_BILINEAR && resampling <= TW_LANCZOS ? radii[resampling] : 1;
}

/* centre: of the output pixel in source pixels (0.5 is the centre of the first one); scale: output pixels per
 * source pixel where that is below 1, otherwise 1. */
static struct taps taps_make(enum tw_resampling resampling, double centre, double scale)
{
    struct taps taps = {0};
    double reach = radius(resampling) / scale;
    taps.first = (int32_t)ceil(centre - reach - 0.5);
    int32_t last = (int32_t)floor(centre + reach - 0.5);
    for (int32_t i = taps.first; i <= last && taps.count < MOST_TAPS; i++)
        taps.weights[taps.count++] = kernel(resampling, (i + 0.5 - centre) * scale);
    return taps;
}

/* Some rows of values and weights, both premultiplied. */
struct plane {
    double *values, *weights;
    int32_t width, first_row, num_rows;
};

static bool plane_alloc(struct tw_arena *arena, struct plane *plane, int32_t width, int32_t most_rows)
{
    size_t count = (size_t)width * (size_t)most_rows;
    *plane = (struct plane){.width = width};
    plane->values = tw_arena_alloc(arena, count * sizeof(double));
    plane->weights = tw_arena_alloc(arena, count * sizeof(double));
    return plane->values != NULL && plane->weights != NULL;
}

static void plane_load(struct plane *plane, const struct tw_array *array)
{
    size_t start = (size_t)plane->first_row * (size_t)plane->width;
    size_t count = (size_t)plane->num_rows * (size_t)plane->width;
    const unsigned char *pixels = array->pixels;
    tw_pixels_convert(pixels + start * tw_dtype_size((enum tw_dtype)array->dtype),
                      (enum tw_dtype)array->dtype, plane->values, TW_FLOAT64, count);
    for (size_t i = 0; i < count; i++) {
        bool valid = array->valid == NULL || array->valid[start + i] != 0;
        plane->weights[i] = valid ? 1 : 0;
        if (!valid)
            plane->values[i] = 0;
    }
}

/* How an output index finds its source pixels. */
struct filter {
    struct taps phases[2];
    int num_phases;
    int32_t step;  /* source pixels from one round of phases to the next */
    int32_t start; /* the source pixel of output 0 */
};

static struct filter filter_halve(enum tw_resampling resampling)
{
    return (struct filter){{taps_make(resampling, 1.0, 0.5)}, 1, 2, 0};
}

static struct filter filter_double(enum tw_resampling resampling, int32_t start)
{
    return (struct filter){{taps_make(resampling, 0.25, 1.0), taps_make(resampling, 0.75, 1.0)}, 2, 1, start};
}

/* The first source pixel of an output pixel; it may lie outside. */
static int32_t first_source(const struct filter *filter, int32_t index)
{
    return filter->start + index / filter->num_phases * filter->step +
           filter->phases[index % filter->num_phases].first;
}

/* One output of a line of `length` source values that are `stride` apart, `origin` the first of them; what
 * lies outside has no weight. line: {index, length, stride, origin}. */
static void filter_one(const struct filter *filter, const double *values, const double *weights,
                       const int32_t line[4], double out[2])
{
    ptrdiff_t stride = line[2];
    const struct taps *taps = &filter->phases[line[0] % filter->num_phases];
    int32_t first = first_source(filter, line[0]) - line[3];
    out[0] = out[1] = 0;
    for (int i = 0; i < taps->count; i++) {
        int32_t at = first + i;
        if (at < 0 || at >= line[1])
            continue;
        out[0] += taps->weights[i] * values[at * stride];
        out[1] += taps->weights[i] * weights[at * stride];
    }
}

static void filter_rows(const struct plane *from, const struct filter *filter, struct plane *to)
{
    to->first_row = from->first_row;
    to->num_rows = from->num_rows;
    for (int32_t row = 0; row < to->num_rows; row++) {
        size_t in = (size_t)row * (size_t)from->width, out = (size_t)row * (size_t)to->width;
        for (int32_t col = 0; col < to->width; col++) {
            double result[2];
            filter_one(filter, from->values + in, from->weights + in, (int32_t[4]){col, from->width, 1, 0},
                       result);
            to->values[out + (size_t)col] = result[0];
            to->weights[out + (size_t)col] = result[1];
        }
    }
}

/* The source pixel that an output index lies on: south-east of the corner where it lies on one. */
static size_t centre(const struct filter *filter, int32_t index)
{
    return (size_t)(filter->start + index / filter->num_phases * filter->step + (filter->num_phases == 1));
}

/* As in GDAL, a kernel does not spread pixels beyond the valid ones: nodata under the centre stays nodata. */
static bool has_valid_centre(const struct tw_array *original, const struct filter filters[2], int32_t col,
                             int32_t row)
{
    size_t at = centre(&filters[1], row) * (size_t)original->width_px + centre(&filters[0], col);
    return original->valid == NULL || original->valid[at] != 0;
}

/* One row of the output. */
static void filter_columns(const struct plane *from, const struct filter filters[2],
                           const struct tw_array *original, struct tw_array *to, int32_t row)
{
    size_t size = tw_dtype_size((enum tw_dtype)to->dtype);
    for (int32_t col = 0; col < to->width_px; col++) {
        double result[2];
        filter_one(&filters[1], from->values + col, from->weights + col,
                   (int32_t[4]){row, from->num_rows, from->width, from->first_row}, result);
        size_t at = (size_t)row * (size_t)to->width_px + (size_t)col;
        bool valid =
            fabs(result[1]) > 1e-5 && has_valid_centre(original, filters, col, row); /* GDAL's limits */
        double value = valid ? result[0] / result[1] : 0;
        tw_pixels_convert(&value, TW_FLOAT64, (unsigned char *)to->pixels + at * size,
                          (enum tw_dtype)to->dtype, 1);
        to->valid[at] = valid ? TW_VALID : 0;
    }
}

static int32_t limit(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* The source rows that the output rows first..last are made from. */
static void choose_rows(const struct filter *filter, const int32_t rows[2], int32_t height,
                        struct plane *plane)
{
    plane->first_row = limit(first_source(filter, rows[0]), 0, height);
    int32_t end = limit(first_source(filter, rows[1]) + MOST_TAPS, plane->first_row, height);
    plane->num_rows = end - plane->first_row;
}

static bool convolve(struct tw_arena *arena, const struct tw_array *from, const struct filter filters[2],
                     struct tw_array *to)
{
    struct plane wide, narrow;
    struct tw_arena_mark mark = tw_arena_mark(arena);
    int32_t most_rows = limit(2 * STRIP_PX + 2 * MOST_TAPS, 0, from->height_px);
    bool fits = plane_alloc(arena, &wide, from->width_px, most_rows) &&
                plane_alloc(arena, &narrow, to->width_px, most_rows);
    for (int32_t row = 0; fits && row < to->height_px; row += STRIP_PX) {
        int32_t end = limit(row + STRIP_PX, 0, to->height_px);
        choose_rows(&filters[1], (int32_t[2]){row, end - 1}, from->height_px, &wide);
        plane_load(&wide, from);
        filter_rows(&wide, &filters[0], &narrow);
        for (int32_t i = row; i < end; i++)
            filter_columns(&narrow, filters, from, to, i);
    }
    tw_arena_release(arena, mark);
    return fits;
}

bool tw_array_halve(struct tw_arena *arena, const struct tw_array *from, enum tw_resampling resampling,
                    struct tw_array *halved)
{
    *halved = (struct tw_array){
        .width_px = from->width_px / 2, .height_px = from->height_px / 2, .dtype = from->dtype};
    if (!tw_array_alloc(arena, halved, true))
        return false;
    if (tw_resampling_is_local(resampling)) {
        tw_halve_into(from, resampling, halved, 0, 0);
        return true;
    }
    struct filter filter = filter_halve(resampling);
    return convolve(arena, from, (struct filter[2]){filter, filter}, halved);
}

static void repeat_pixels(const struct tw_array *from, const int32_t rectangle[4], struct tw_array *to)
{
    size_t size = tw_dtype_size((enum tw_dtype)from->dtype);
    for (int32_t row = 0; row < to->height_px; row++) {
        for (int32_t col = 0; col < to->width_px; col++) {
            size_t in =
                (size_t)(rectangle[1] + row / 2) * (size_t)from->width_px + (size_t)(rectangle[0] + col / 2);
            size_t out = (size_t)row * (size_t)to->width_px + (size_t)col;
            memcpy((unsigned char *)to->pixels + out * size, (const unsigned char *)from->pixels + in * size,
                   size);
            to->valid[out] = from->valid != NULL ? from->valid[in] : TW_VALID;
        }
    }
}

bool tw_array_double(struct tw_arena *arena, const struct tw_array *from, const int32_t rectangle[4],
                     enum tw_resampling resampling, struct tw_array *doubled)
{
    *doubled =
        (struct tw_array){.width_px = rectangle[2] * 2, .height_px = rectangle[3] * 2, .dtype = from->dtype};
    if (!tw_array_alloc(arena, doubled, true))
        return false;
    if (tw_resampling_is_local(resampling)) {
        repeat_pixels(from, rectangle, doubled);
        return true;
    }
    struct filter filters[2] = {filter_double(resampling, rectangle[0]),
                                filter_double(resampling, rectangle[1])};
    return convolve(arena, from, filters, doubled);
}
