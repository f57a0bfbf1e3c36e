/* SPDX-License-Identifier: MIT */
#include "palette_parts.h"

#include <stdlib.h>
#include <string.h>

/* What a pixel is off by, is passed on in sixteenths. */
enum { SHARES = 16, NUM_KNOWN = 1 << 18, OPAQUE = 255 };

struct mapping {
    const struct tw_raster *raster;
    const struct tw_palette *palette;
    bool dither;
    size_t width;
    int (*errors[2])[3]; /* of this row and the next, with a pixel of margin on both sides, in sixteenths */
    uint16_t
        *known; /* the answers for opaque colours, of which the lowest two bits are left out: number + 1 */
};

static int nearest(const struct tw_palette *palette, const int color[4])
{
    int best = palette->num_clear;
    long least = -1;
    for (int i = palette->num_clear; i < palette->count; i++) {
        long distance = 0;
        for (int k = 0; k < 4; k++) {
            long off = color[k] - palette->colors[i][k];
            distance += off * off;
        }
        if (least < 0 || distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

/* With dithering, nearly the nearest is as good: the difference is passed on. */
static int look_up(struct mapping *mapping, const int color[4])
{
    if (!mapping->dither || color[3] != OPAQUE)
        return nearest(mapping->palette, color);
    uint16_t *known = &mapping->known[(color[0] >> 2) << 12 | (color[1] >> 2) << 6 | color[2] >> 2];
    if (*known == 0) {
        const int middle[4] = {(color[0] & ~3) + 2, (color[1] & ~3) + 2, (color[2] & ~3) + 2, OPAQUE};
        *known = (uint16_t)(nearest(mapping->palette, middle) + 1);
    }
    return *known - 1;
}

static int clamp(int value)
{
    return value < 0 ? 0 : value > 255 ? 255 : value;
}

/* step: 1 from left to right, -1 back. x counts with the margin. */
static void pass_on(struct mapping *mapping, size_t x, int step, const int off[3])
{
    size_t before = x - (size_t)step, after = x + (size_t)step;
    for (int k = 0; k < 3; k++) {
        mapping->errors[0][after][k] += 7 * off[k];
        mapping->errors[1][before][k] += 3 * off[k];
        mapping->errors[1][x][k] += 5 * off[k];
        mapping->errors[1][after][k] += off[k];
    }
}

static uint8_t map_pixel(struct mapping *mapping, size_t at, size_t x, int step)
{
    uint32_t pixel = tw_palette_pixel(mapping->raster, at);
    if ((pixel & 0xff) == 0)
        return 0;
    int color[4] = {(int)(pixel >> 24), (int)(pixel >> 16 & 0xff), (int)(pixel >> 8 & 0xff),
                    (int)(pixel & 0xff)};
    for (int k = 0; k < 3 && mapping->dither; k++)
        color[k] = clamp(color[k] + mapping->errors[0][x][k] / SHARES);
    int number = look_up(mapping, color);
    if (mapping->dither) {
        int off[3];
        for (int k = 0; k < 3; k++)
            off[k] = color[k] - mapping->palette->colors[number][k];
        pass_on(mapping, x, step, off);
    }
    return (uint8_t)number;
}

static void map_row(struct mapping *mapping, size_t y, uint8_t *row)
{
    size_t width = mapping->width;
    bool is_back = mapping->dither && y % 2 == 1;
    for (size_t i = 0; i < width; i++) {
        size_t x = is_back ? width - 1 - i : i;
        row[x] = map_pixel(mapping, y * width + x, x + 1, is_back ? -1 : 1);
    }
    if (!mapping->dither)
        return;
    int(*done)[3] = mapping->errors[0];
    memset(done, 0, (width + 2) * sizeof(*done));
    mapping->errors[0] = mapping->errors[1];
    mapping->errors[1] = done;
}

bool tw_palette_map(const struct tw_raster *raster, const struct tw_palette *palette, bool dither,
                    uint8_t *rows)
{
    size_t width = (size_t)raster->bands[0].width_px, height = (size_t)raster->bands[0].height_px;
    struct mapping mapping = {
        .raster = raster, .palette = palette, .dither = dither && !palette->is_exact, .width = width};
    int(*errors)[3] = calloc(2 * (width + 2), sizeof(*errors));
    mapping.known = calloc(NUM_KNOWN, sizeof(*mapping.known));
    bool made = errors != NULL && mapping.known != NULL;
    if (made) {
        mapping.errors[0] = errors;
        mapping.errors[1] = errors + width + 2;
    }
    for (size_t y = 0; made && y < height; y++)
        map_row(&mapping, y, rows + y * (width + 1) + 1);
    free(errors);
    free(mapping.known);
    return made;
}
