/* SPDX-License-Identifier: MIT */
#include "png_filter.h"

#include "clones.h"
#include "samples.h"

#include <string.h>

enum { SAMPLED_ROWS = 8 };

size_t tw_png_pixel_bytes(const struct tw_raster *raster)
{
    return raster->num_bands * tw_dtype_size((enum tw_dtype)raster->bands[0].dtype);
}

size_t tw_png_row_bytes(const struct tw_raster *raster)
{
    return tw_png_pixel_bytes(raster) * (size_t)raster->bands[0].width_px;
}

static const void *row_of(const struct tw_array *band, int32_t row)
{
    size_t row_bytes = (size_t)band->width_px * tw_dtype_size((enum tw_dtype)band->dtype);
    return (const uint8_t *)band->pixels + (size_t)row * row_bytes;
}

TW_CLONES static void interleave_uint16(const uint16_t *restrict samples, uint8_t *restrict out, size_t count,
                                        size_t stride)
{
    for (size_t i = 0; i < count; i++) {
        out[i * stride] = (uint8_t)(samples[i] >> 8);
        out[i * stride + 1] = (uint8_t)samples[i];
    }
}

void tw_png_interleave(const struct tw_raster *raster, int32_t row, uint8_t *out)
{
    size_t count = (size_t)raster->bands[0].width_px;
    if (raster->bands[0].dtype == TW_UINT16) {
        for (size_t band = 0; band < raster->num_bands; band++)
            interleave_uint16(row_of(&raster->bands[band], row), out + 2 * band, count,
                              2 * raster->num_bands);
        return;
    }
    const uint8_t *rows[TW_MOST_SAMPLES];
    for (size_t band = 0; band < raster->num_bands; band++)
        rows[band] = row_of(&raster->bands[band], row);
    tw_samples_join(rows, raster->num_bands, out, count);
}

/* What a filter sees: a row, the row above it, and how far left the same sample of the pixel before is. */
struct lines {
    const uint8_t *row, *above;
    size_t size, pixel;
};

TW_CLONES static void filter_sub(const struct lines *lines, uint8_t *restrict out)
{
    const uint8_t *restrict row = lines->row;
    size_t pixel = lines->pixel;
    memcpy(out, row, pixel);
    for (size_t i = pixel; i < lines->size; i++)
        out[i] = (uint8_t)(row[i] - row[i - pixel]);
}

TW_CLONES static void filter_up(const struct lines *lines, uint8_t *restrict out)
{
    const uint8_t *restrict row = lines->row, *restrict above = lines->above;
    for (size_t i = 0; i < lines->size; i++)
        out[i] = (uint8_t)(row[i] - above[i]);
}

TW_CLONES static void filter_average(const struct lines *lines, uint8_t *restrict out)
{
    const uint8_t *restrict row = lines->row, *restrict above = lines->above;
    size_t pixel = lines->pixel;
    for (size_t i = 0; i < pixel; i++)
        out[i] = (uint8_t)(row[i] - (above[i] >> 1));
    for (size_t i = pixel; i < lines->size; i++)
        out[i] = (uint8_t)(row[i] - (uint8_t)(((unsigned)row[i - pixel] + above[i]) >> 1));
}

static inline int16_t absolute(int16_t value)
{
    return (int16_t)(value < 0 ? -value : value);
}

/* In 16-bit integers, without branches: the compiler makes vectors of it. */
static inline uint8_t paeth(uint8_t left, uint8_t above, uint8_t corner)
{
    int16_t to_left = absolute((int16_t)(above - corner)), to_above = absolute((int16_t)(left - corner));
    int16_t to_corner = absolute((int16_t)(left + above - 2 * corner));
    uint8_t nearest = to_above <= to_corner ? above : corner;
    int16_t distance = to_above <= to_corner ? to_above : to_corner;
    return to_left <= distance ? left : nearest;
}

TW_CLONES static void filter_paeth(const struct lines *lines, uint8_t *restrict out)
{
    const uint8_t *restrict row = lines->row, *restrict above = lines->above;
    size_t pixel = lines->pixel;
    for (size_t i = 0; i < pixel; i++)
        out[i] = (uint8_t)(row[i] - above[i]);
    for (size_t i = pixel; i < lines->size; i++)
        out[i] = (uint8_t)(row[i] - paeth(row[i - pixel], above[i], above[i - pixel]));
}

static void filter_row(enum tw_png_filter filter, const struct lines *lines, uint8_t *out)
{
    switch (filter) {
    case TW_PNG_SUB:
        filter_sub(lines, out);
        break;
    case TW_PNG_UP:
        filter_up(lines, out);
        break;
    case TW_PNG_AVERAGE:
        filter_average(lines, out);
        break;
    case TW_PNG_PAETH:
        filter_paeth(lines, out);
        break;
    default:
        memcpy(out, lines->row, lines->size);
    }
}

void tw_png_filter_rows(const struct tw_raster *raster, enum tw_png_filter filter, uint8_t *out,
                        uint8_t *scratch)
{
    size_t size = tw_png_row_bytes(raster);
    uint8_t *row = scratch, *above = scratch + size;
    memset(above, 0, size);
    for (int32_t y = 0; y < raster->bands[0].height_px; y++) {
        tw_png_interleave(raster, y, row);
        struct lines lines = {row, above, size, tw_png_pixel_bytes(raster)};
        *out = (uint8_t)filter;
        filter_row(filter, &lines, out + 1);
        out += 1 + size;
        uint8_t *free_row = above;
        above = row;
        row = free_row;
    }
}

/* Two tables in turn, because counting equal neighbours in one of them waits for memory. */
static void count_bytes(const uint8_t *bytes, size_t size, uint32_t counts[2][256])
{
    size_t i = 0;
    for (; i + 1 < size; i += 2) {
        counts[0][bytes[i]]++;
        counts[1][bytes[i + 1]]++;
    }
    if (i < size)
        counts[0][bytes[i]]++;
}

/* The sum of squared counts: the larger, the less evenly the bytes are spread (collision entropy; Renyi
 * 1961), in whole numbers, so that every machine picks the same. */
static uint64_t concentration(uint32_t counts[2][256])
{
    uint64_t sum = 0;
    for (int i = 0; i < 256; i++) {
        uint64_t count = (uint64_t)counts[0][i] + counts[1][i];
        sum += count * count;
    }
    return sum;
}

enum tw_png_filter tw_png_pick_filter(const struct tw_raster *raster, uint8_t *scratch)
{
    size_t size = tw_png_row_bytes(raster);
    uint8_t *row = scratch, *above = scratch + size, *filtered = scratch + 2 * size;
    uint32_t counts[TW_PNG_NUM_FILTERS][2][256];
    memset(counts, 0, sizeof(counts));
    int32_t height = raster->bands[0].height_px, step = height > SAMPLED_ROWS ? height / SAMPLED_ROWS : 1;
    for (int32_t y = height > step ? step / 2 : 0; y < height; y += step) {
        tw_png_interleave(raster, y, row);
        if (y > 0)
            tw_png_interleave(raster, y - 1, above);
        else
            memset(above, 0, size);
        struct lines lines = {row, above, size, tw_png_pixel_bytes(raster)};
        for (int filter = 0; filter < TW_PNG_NUM_FILTERS; filter++) {
            filter_row((enum tw_png_filter)filter, &lines, filtered);
            count_bytes(filtered, size, counts[filter]);
        }
    }
    int best = TW_PNG_NONE;
    uint64_t most = 0;
    for (int filter = 0; filter < TW_PNG_NUM_FILTERS; filter++) {
        uint64_t sum = concentration(counts[filter]);
        if (sum > most) {
            most = sum;
            best = filter;
        }
    }
    return (enum tw_png_filter)best;
}
