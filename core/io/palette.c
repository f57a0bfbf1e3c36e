/* SPDX-License-Identifier: MIT */
#include "palette.h"

#include "palette_parts.h"

#include <stdlib.h>
#include <string.h>

enum { NUM_CELLS = 1 << 18, NUM_ROUNDS = 3, SLOTS = 1024 };

uint32_t tw_palette_pixel(const struct tw_raster *raster, size_t at)
{
    uint32_t color = 0xff;
    for (size_t i = 0; i < raster->num_bands; i++) {
        uint32_t value = ((const uint8_t *)raster->bands[i].pixels)[at];
        color = i < 3 ? color | value << (24 - 8 * i) : (color & 0xffffff00) | value;
    }
    return color;
}

/* Colours as they are: red first, opacity last, in 32 bits. */
struct few {
    uint32_t colors[TW_PALETTE_MOST];
    int count;
    uint16_t slots[SLOTS]; /* open hashing: number + 1; 0: free */
};

/* False when there are more than most. */
static bool add_few(struct few *few, uint32_t color, int most)
{
    uint32_t slot = (color * 2654435761u) >> 22;
    for (; few->slots[slot] != 0; slot = (slot + 1) % SLOTS)
        if (few->colors[few->slots[slot] - 1] == color)
            return true;
    if (few->count >= most)
        return false;
    few->colors[few->count++] = color;
    few->slots[slot] = (uint16_t)few->count;
    return true;
}

static int by_value(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return a < b ? -1 : a > b;
}

static void add_color(struct tw_palette *palette, const double color[4])
{
    for (int k = 0; k < 4; k++)
        palette->colors[palette->count][k] = (uint8_t)(color[k] + 0.5);
    palette->count++;
}

static bool take_few(const struct tw_raster *raster, int most, struct tw_palette *palette)
{
    struct few few = {.count = 0};
    size_t count = tw_array_num_pixels(&raster->bands[0]);
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t color = tw_palette_pixel(raster, i);
        if (color == last || (color & 0xff) == 0)
            continue;
        last = color;
        if (!add_few(&few, color, most - palette->num_clear))
            return false;
    }
    qsort(few.colors, (size_t)few.count, sizeof(few.colors[0]), by_value);
    for (int i = 0; i < few.count; i++) {
        const double parts[4] = {few.colors[i] >> 24, few.colors[i] >> 16 & 0xff, few.colors[i] >> 8 & 0xff,
                                 few.colors[i] & 0xff};
        add_color(palette, parts);
    }
    return true;
}

/* A cell of colours: how many pixels, and the mean of them. */
struct cell {
    double weight, mean[4];
};

static size_t cell_of(uint32_t color)
{
    return (size_t)(color >> 27) << 13 | (size_t)(color >> 19 & 31) << 8 | (size_t)(color >> 11 & 31) << 3 |
           (size_t)(color >> 5 & 7);
}

/* The cells that are not empty, side by side; NULL when out of memory. */
static struct cell *count_cells(const struct tw_raster *raster, size_t *num_cells)
{
    struct cell *cells = calloc(NUM_CELLS, sizeof(*cells));
    size_t count = tw_array_num_pixels(&raster->bands[0]);
    for (size_t i = 0; cells != NULL && i < count; i++) {
        uint32_t color = tw_palette_pixel(raster, i);
        if ((color & 0xff) == 0)
            continue;
        struct cell *cell = &cells[cell_of(color)];
        cell->weight += 1;
        for (int k = 0; k < 4; k++)
            cell->mean[k] += color >> (24 - 8 * k) & 0xff;
    }
    *num_cells = 0;
    for (size_t i = 0; cells != NULL && i < NUM_CELLS; i++) {
        if (cells[i].weight == 0)
            continue;
        struct cell *kept = &cells[(*num_cells)++];
        *kept = cells[i];
        for (int k = 0; k < 4; k++)
            kept->mean[k] /= kept->weight;
    }
    return cells;
}

/* Cells that will be one colour. */
struct box {
    struct cell *cells;
    size_t count;
    double mean[4];
    int axis;     /* along which the squares add up most */
    double error; /* to what */
};

static struct box measure(struct cell *cells, size_t count)
{
    struct box box = {.cells = cells, .count = count};
    double weight = 0, sums[4] = {0}, squares[4] = {0};
    for (size_t i = 0; i < count; i++) {
        weight += cells[i].weight;
        for (int k = 0; k < 4; k++) {
            sums[k] += cells[i].weight * cells[i].mean[k];
            squares[k] += cells[i].weight * cells[i].mean[k] * cells[i].mean[k];
        }
    }
    for (int k = 0; k < 4; k++) {
        box.mean[k] = weight > 0 ? sums[k] / weight : 0;
        double error = squares[k] - sums[k] * box.mean[k];
        if (error > box.error) {
            box.error = error;
            box.axis = k;
        }
    }
    if (count < 2)
        box.error = 0;
    return box;
}

/* Cells below the mean to the front. */
static size_t part(struct box *box)
{
    size_t front = 0;
    for (size_t i = 0; i < box->count; i++)
        if (box->cells[i].mean[box->axis] < box->mean[box->axis]) {
            struct cell swapped = box->cells[i];
            box->cells[i] = box->cells[front];
            box->cells[front++] = swapped;
        }
    return front;
}

static int cut_boxes(struct cell *cells, size_t num_cells, struct box *boxes, int most)
{
    int count = 1;
    boxes[0] = measure(cells, num_cells);
    while (count < most) {
        int worst = 0;
        for (int i = 1; i < count; i++)
            if (boxes[i].error > boxes[worst].error)
                worst = i;
        struct box *box = &boxes[worst];
        size_t front = box->error > 0 ? part(box) : 0;
        if (front == 0 || front == box->count)
            break;
        boxes[count++] = measure(box->cells + front, box->count - front);
        *box = measure(box->cells, front);
    }
    return count;
}

static int nearest_mean(const struct box *boxes, int count, const double color[4])
{
    int best = 0;
    double least = 1e18;
    for (int i = 0; i < count; i++) {
        double distance = 0;
        for (int k = 0; k < 4; k++) {
            double off = color[k] - boxes[i].mean[k];
            distance += off * off;
        }
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

/* Moves each mean to the middle of the cells that are nearest to it (S. Lloyd, 1982). */
static void move_means(const struct cell *cells, size_t num_cells, struct box *boxes, int count)
{
    double sums[TW_PALETTE_MOST][5] = {{0}};
    for (size_t i = 0; i < num_cells; i++) {
        double *sum = sums[nearest_mean(boxes, count, cells[i].mean)];
        for (int k = 0; k < 4; k++)
            sum[k] += cells[i].weight * cells[i].mean[k];
        sum[4] += cells[i].weight;
    }
    for (int i = 0; i < count; i++)
        for (int k = 0; k < 4 && sums[i][4] > 0; k++)
            boxes[i].mean[k] = sums[i][k] / sums[i][4];
}

static bool take_many(const struct tw_raster *raster, int most, struct tw_palette *palette)
{
    size_t num_cells;
    struct box boxes[TW_PALETTE_MOST];
    struct cell *cells = count_cells(raster, &num_cells);
    if (cells == NULL)
        return false;
    int count = cut_boxes(cells, num_cells, boxes, most - palette->num_clear);
    for (int i = 0; i < NUM_ROUNDS; i++)
        move_means(cells, num_cells, boxes, count);
    free(cells);
    for (int i = 0; i < count; i++)
        add_color(palette, boxes[i].mean);
    return true;
}

bool tw_palette_make(const struct tw_raster *raster, int most, struct tw_palette *palette)
{
    *palette = (struct tw_palette){.num_clear = raster->num_bands == 4 ? TW_PALETTE_CLEAR : 0};
    palette->count = palette->num_clear;
    palette->is_exact = take_few(raster, most, palette);
    return palette->is_exact || take_many(raster, most, palette);
}
