/* Growing and shrinking the true pixels of a mask.
 *
 * A disc is a line for each of its rows. Each row of the mask is widened step by step, from the shortest of
 * these lines to the longest, and joined to the results that see it at that length. This is done on bytes, 32
 * at a time, and costs a few instructions per pixel and step; rows without a true pixel cost nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "clones.h"
#include "functions_focal.h"
#include "rows.h"

#include <math.h>
#include <string.h>

TW_CLONES static void join(uint8_t *restrict to, const uint8_t *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] |= from[i];
}

/* Each pixel, and those `step` to the left and to the right. */
TW_CLONES static void widen(const uint8_t *from, size_t step, uint8_t *restrict to, size_t count)
{
    const uint8_t *left = from - step, *right = from + step;
    for (size_t i = 0; i < count; i++)
        to[i] = (uint8_t)(left[i] | from[i] | right[i]);
}

TW_CLONES static void invert(uint8_t *mask, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mask[i] = mask[i] == 0;
}

struct work {
    const struct tw_array *array;
    struct tw_array *out;
    int32_t radius;
    size_t width;
    bool erode;
    int32_t *reach;   /* half the length of the line `dy` rows off, by dy */
    uint8_t *line[2]; /* a row with 2 * radius pixels more on each side */
};

/* Half the length of a disc's line. */
static int32_t reach_of(int32_t radius, int32_t dy)
{
    double square = (double)radius * radius - (double)dy * dy;
    return (int32_t)floor(sqrt(square));
}

static int32_t work_init(struct tw_host *host, struct work *work, bool is_round)
{
    size_t padded = work->width + 4 * (size_t)work->radius;
    work->reach = tw_host_alloc(host, ((size_t)work->radius + 1) * sizeof(*work->reach));
    if (work->reach == NULL)
        return (int32_t)host->err.status;
    for (int32_t dy = 0; dy <= work->radius; dy++)
        work->reach[dy] = is_round ? reach_of(work->radius, dy) : work->radius;
    for (int i = 0; i < 2; i++) {
        work->line[i] = tw_host_alloc(host, padded);
        if (work->line[i] == NULL)
            return (int32_t)host->err.status;
        memset(work->line[i], 0, padded);
    }
    memset(work->out->pixels, 0, tw_array_num_pixels(work->out));
    return TW_OK;
}

/* Joins a row to the results that see it widened to half the length `reach`. */
static void join_results(const struct work *work, int32_t row, int32_t dy, const uint8_t *line)
{
    int32_t targets[2] = {row - dy, row + dy};
    for (int i = 0; i < (dy > 0 ? 2 : 1); i++)
        if (targets[i] >= 0 && targets[i] < work->out->height_px)
            join(tw_row_at(work->out, targets[i]), line, work->width);
}

/* Widens from half the length *reach to `wanted`: a step may be as wide as what is there already. Pixels up
 * to `radius` beyond the edges are needed on the way. */
static void widen_to(struct work *work, int32_t wanted, int32_t *reach)
{
    size_t radius = (size_t)work->radius;
    while (*reach < wanted) {
        int32_t step = wanted - *reach < 2 * *reach + 1 ? wanted - *reach : 2 * *reach + 1;
        widen(work->line[0] + radius, (size_t)step, work->line[1] + radius, work->width + 2 * radius);
        uint8_t *swap = work->line[0];
        work->line[0] = work->line[1];
        work->line[1] = swap;
        *reach += step;
    }
}

static void spread_row(struct work *work, int32_t row)
{
    size_t radius = (size_t)work->radius;
    memset(work->line[0] + radius, 0, radius);
    memset(work->line[0] + 2 * radius + work->width, 0, radius);
    if (!tw_row_truth(work->array, row, work->erode, work->line[0] + 2 * radius))
        return;
    int32_t reach = 0;
    for (int32_t dy = work->radius; dy >= 0; dy--) {
        widen_to(work, work->reach[dy], &reach);
        join_results(work, row, dy, work->line[0] + 2 * radius);
    }
}

int32_t tw_kernel_dilate(struct tw_host *host, const struct tw_array *array,
                         const struct tw_footprint *footprint, struct tw_array *out)
{
    struct work work = {.array = array,
                        .out = out,
                        .radius = footprint->radius,
                        .width = (size_t)array->width_px,
                        .erode = footprint->erode != 0};
    int32_t status = tw_rows_result(host, array, TW_UINT8, out);
    if (status == TW_OK)
        status = work_init(host, &work, footprint->is_round != 0);
    for (int32_t row = 0; status == TW_OK && row < array->height_px; row++) {
        status = tw_rows_check(host, row);
        spread_row(&work, row);
    }
    if (status == TW_OK && work.erode)
        invert(out->pixels, tw_array_num_pixels(out));
    return status;
}
