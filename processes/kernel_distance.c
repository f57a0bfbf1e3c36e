/* The distance to the nearest true pixel: the lower envelope of parabolas (Felzenszwalb and Huttenlocher
 * 2012, Distance Transforms of Sampled Functions), in time that does not depend on the distance.
 *
 * Down the columns the distance is a count of pixels, which is cut at the largest one asked for; squares of
 * it are exact, so that a pixel gets the same bits in every window.
 *
 * SPDX-License-Identifier: MIT
 */
#include "clones.h"
#include "functions_focal.h"
#include "rows.h"

#include <math.h>

struct work {
    const struct tw_array *array;
    const struct tw_distance *distance;
    size_t width;
    int32_t far;      /* pixels to a true one in the column, when there is none */
    int32_t *columns; /* of the whole array: pixels to the nearest true one in the same column */
    uint8_t *truth;   /* of a row */
    /* The envelope of a row: columns of its parabolas, their heights, and where each begins. */
    int32_t *places;
    double *heights, *begins;
};

static int32_t *columns_at(const struct work *work, int32_t row)
{
    return work->columns + (size_t)row * work->width;
}

/* One more than in the row before, or 0. */
TW_CLONES static void count_on(const int32_t *restrict before, const uint8_t *restrict truth, int32_t far,
                               int32_t *restrict to, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        int32_t next = before[i] + 1;
        next = next < far ? next : far;
        to[i] = truth[i] != 0 ? 0 : next;
    }
}

TW_CLONES static void count_back(const int32_t *restrict below, int32_t *restrict to, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        int32_t next = below[i] + 1;
        to[i] = next < to[i] ? next : to[i];
    }
}

static void count_rows(struct work *work, int32_t row)
{
    int32_t *to = columns_at(work, row);
    tw_row_truth(work->array, row, false, work->truth);
    if (row > 0) {
        count_on(columns_at(work, row - 1), work->truth, work->far, to, work->width);
        return;
    }
    for (size_t i = 0; i < work->width; i++)
        to[i] = work->truth[i] != 0 ? 0 : work->far;
}

/* Where the parabola over `col` falls below the last one of the envelope. */
static double crossing(const struct work *work, int32_t last, int32_t col, double height)
{
    double side = work->distance->pixel_width, square = side * side;
    double place = work->places[last], x = col;
    double rise = height + square * (x * x) - (work->heights[last] + square * (place * place));
    return rise / (2 * square * (x - place));
}

/* Returns the number of parabolas. */
static int32_t make_envelope(const struct work *work, const int32_t *columns)
{
    double square = work->distance->pixel_height * work->distance->pixel_height;
    int32_t count = 0;
    for (int32_t col = 0; col < (int32_t)work->width; col++) {
        if (columns[col] >= work->far)
            continue;
        double height = square * ((double)columns[col] * columns[col]), begin = -(double)INFINITY;
        while (count > 0) {
            begin = crossing(work, count - 1, col, height);
            if (begin > work->begins[count - 1])
                break;
            count--;
            begin = -(double)INFINITY;
        }
        work->places[count] = col;
        work->heights[count] = height;
        work->begins[count++] = begin;
    }
    return count;
}

static void measure_row(const struct work *work, const int32_t *columns, float *out)
{
    const struct tw_distance *distance = work->distance;
    double square = distance->pixel_width * distance->pixel_width, max_square = distance->max * distance->max;
    int32_t count = make_envelope(work, columns);
    int32_t at = 0;
    for (int32_t col = 0; col < (int32_t)work->width; col++) {
        if (count == 0) {
            out[col] = (float)distance->max;
            continue;
        }
        while (at + 1 < count && work->begins[at + 1] < col)
            at++;
        double off = col - work->places[at], found = work->heights[at] + square * (off * off);
        out[col] = (float)(found < max_square ? sqrt(found) : distance->max);
    }
}

static int32_t work_init(struct tw_host *host, struct work *work)
{
    work->width = (size_t)work->array->width_px;
    work->far = work->distance->radius_px + 1;
    work->columns = tw_host_alloc(host, tw_array_num_pixels(work->array) * sizeof(*work->columns));
    work->truth = tw_host_alloc(host, work->width);
    work->places = tw_host_alloc(host, work->width * sizeof(*work->places));
    work->heights = tw_host_alloc(host, work->width * sizeof(*work->heights));
    work->begins = tw_host_alloc(host, work->width * sizeof(*work->begins));
    bool has_all = work->columns != NULL && work->truth != NULL && work->places != NULL &&
                   work->heights != NULL && work->begins != NULL;
    return has_all ? TW_OK : (int32_t)host->err.status;
}

static int32_t measure(struct tw_host *host, struct work *work, struct tw_array *out)
{
    int32_t status = work_init(host, work);
    for (int32_t row = 0; status == TW_OK && row < out->height_px; row++) {
        status = tw_rows_check(host, row);
        count_rows(work, row);
    }
    for (int32_t row = out->height_px - 1; status == TW_OK && row >= 0; row--) {
        status = tw_rows_check(host, row);
        if (row + 1 < out->height_px)
            count_back(columns_at(work, row + 1), columns_at(work, row), work->width);
        measure_row(work, columns_at(work, row), tw_row_at(out, row));
    }
    return status;
}

int32_t tw_kernel_distance(struct tw_host *host, const struct tw_array *array,
                           const struct tw_distance *distance, struct tw_array *out)
{
    struct work work = {.array = array, .distance = distance};
    int32_t status = tw_rows_result(host, array, TW_FLOAT32, out);
    if (status != TW_OK)
        return status;
    struct tw_arena_mark mark = tw_arena_mark(host->job->arena);
    status = measure(host, &work, out);
    tw_arena_release(host->job->arena, mark);
    return status;
}
