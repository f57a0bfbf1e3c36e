/* SPDX-License-Identifier: MIT */
#include "functions_pixels.h"

#include "block.h"
#include "clones.h"
#include "host.h"

#include <string.h>

/* Results of the pixels that the function was not called for are not defined, but not valid either. */
static void finish(const struct tw_results *results, int32_t first, int32_t count)
{
    size_t size = tw_dtype_size((enum tw_dtype)results->dtype);
    for (int32_t k = 0; k < results->num_outputs && count > 0; k++)
        tw_block_clear_nan((const unsigned char *)results->pixels[k] + (size_t)first * size,
                           (enum tw_dtype)results->dtype, results->valid + first, (size_t)count);
}

static int32_t block_count(const struct tw_results *results, int32_t first, int32_t room)
{
    int32_t left = results->num_pixels - first;
    return left < room ? left : room;
}

/* The numbers of the valid ones among count pixels from `first` on. Nodata comes in blobs: eight pixels are
 * looked at together. */
static int32_t list_valid(const uint8_t *valid, int32_t first, int32_t count, int32_t *numbers)
{
    int32_t found = 0, i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight;
        memcpy(&eight, valid + first + i, sizeof(eight));
        if (eight == 0)
            continue;
        for (int32_t k = 0; k < 8; k++) {
            numbers[found] = first + i + k;
            found += eight == UINT64_MAX ? 1 : valid[first + i + k] & 1;
        }
    }
    for (; i < count; i++) {
        numbers[found] = first + i;
        found += valid[first + i] & 1;
    }
    return found;
}

int32_t tw_kernel_valid_pixels(const uint8_t *valid, int64_t first, int32_t count, int32_t *pixels)
{
    return list_valid(valid, (int32_t)first, count, pixels);
}

static int32_t next_pixels(struct tw_host *host, struct tw_pixel_walk *walk)
{
    int32_t calls = 0;
    while (calls == 0) {
        finish(&walk->results, walk->first, walk->count);
        walk->first += walk->count;
        walk->count = block_count(&walk->results, walk->first, TW_WALK_BLOCK);
        if (walk->count == 0 || tw_host_is_cancelled(host) != TW_OK)
            return 0;
        uint8_t *out_valid = walk->results.valid + walk->first;
        calls = walk->count;
        if (walk->valid == NULL) {
            memset(out_valid, TW_VALID, (size_t)walk->count);
        } else {
            memcpy(out_valid, walk->valid + walk->first, (size_t)walk->count);
            calls = list_valid(walk->valid, walk->first, walk->count, walk->numbers);
        }
        walk->is_full = calls == walk->count;
    }
    return calls;
}

/* changed[i]: whether pixel i was observed at other times than the pixel before it. */
TW_CLONES static void mark_changes(const uint8_t *restrict valid, int32_t count, uint8_t *restrict changed)
{
    for (int32_t i = 1; i < count; i++)
        changed[i] |= valid[i] ^ valid[i - 1];
}

/* Writes the places of a pixel's valid observations; returns their number. */
static int32_t list_places(const struct tw_series_walk *walk, int32_t pixel, int32_t *places)
{
    int32_t found = 0;
    for (int32_t scene = 0; scene < walk->num_scenes; scene++) {
        const uint8_t *valid = walk->valid[scene];
        places[found] = scene * walk->room_px;
        found += valid == NULL ? 1 : valid[pixel] & 1;
    }
    return found;
}

/* Neighbours that were observed at the same times share their list. */
static int32_t list_series(struct tw_series_walk *walk)
{
    uint8_t changed[TW_WALK_BLOCK] = {1};
    struct tw_series series = {.places = NULL};
    int32_t found = 0;
    for (int32_t scene = 0; scene < walk->num_scenes; scene++)
        if (walk->valid[scene] != NULL)
            mark_changes(walk->valid[scene] + walk->first, walk->count, changed);
    for (int32_t i = 0; i < walk->count; i++) {
        if (changed[i] != 0) {
            int32_t *places = walk->places + (size_t)i * (size_t)walk->num_scenes;
            series.count = list_places(walk, walk->first + i, places);
            series.places = places;
        }
        series.place = i;
        series.number = walk->first + i;
        walk->series[found] = series;
        walk->results.valid[series.number] = series.count > 0 ? TW_VALID : 0;
        found += series.count > 0;
    }
    return found;
}

static void load_block(const struct tw_series_walk *walk)
{
    for (int32_t scene = 0; scene < walk->num_scenes; scene++) {
        const uint8_t *valid = walk->valid[scene];
        if (valid != NULL && memchr(valid + walk->first, TW_VALID, (size_t)walk->count) == NULL)
            continue;
        for (int32_t band = 0; band < walk->num_bands; band++) {
            const struct tw_array *array = walk->arrays[scene * walk->num_bands + band];
            enum tw_dtype dtype = (enum tw_dtype)walk->dtypes[band];
            size_t place = (size_t)scene * (size_t)walk->room_px * tw_dtype_size(dtype);
            tw_pixels_convert(tw_block_at(array, (size_t)walk->first), (enum tw_dtype)array->dtype,
                              (unsigned char *)walk->blocks[band] + place, dtype, (size_t)walk->count);
        }
    }
}

static int32_t next_series(struct tw_host *host, struct tw_series_walk *walk)
{
    int32_t calls = 0;
    while (calls == 0) {
        finish(&walk->results, walk->first, walk->count);
        walk->first += walk->count;
        walk->count = block_count(&walk->results, walk->first, walk->room_px);
        if (walk->count == 0 || tw_host_is_cancelled(host) != TW_OK)
            return 0;
        calls = list_series(walk);
    }
    load_block(walk);
    return calls;
}

const struct tw_pixel_functions tw_pixel_functions = {
    .size_bytes = (int32_t)sizeof(struct tw_pixel_functions),
    .next_pixels = next_pixels,
    .next_series = next_series,
};
