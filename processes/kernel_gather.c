/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "kernels.h"

#include <string.h>

/* Appends one scene's values of one band to the series of each pixel of the block. Values are written behind
 * the series of nodata pixels too, and overwritten by the next scene, which saves a branch. */
static void append(const struct tw_gather *gather, const double *restrict band_values, int32_t band,
                   int32_t count)
{
    size_t scenes = (size_t)gather->num_scenes, bands = (size_t)gather->num_bands;
    double *restrict series = gather->values + (size_t)band * scenes;
    for (int32_t i = 0; i < count; i++)
        series[(size_t)i * bands * scenes + (size_t)gather->counts[i]] = band_values[i];
}

static void gather_scene(const struct tw_gather *gather, int32_t scene, size_t first, int32_t count)
{
    const uint8_t *valid = gather->valid[scene] != NULL ? gather->valid[scene] + first : NULL;
    if (valid != NULL && memchr(valid, TW_VALID, (size_t)count) == NULL)
        return;
    for (int32_t band = 0; band < gather->num_bands; band++) {
        double room[TW_GATHER_BLOCK];
        const struct tw_array *array = gather->arrays[scene * gather->num_bands + band];
        tw_pixels_convert(tw_block_at(array, first), (enum tw_dtype)array->dtype, room, TW_FLOAT64,
                          (size_t)count);
        append(gather, room, band, count);
    }
    for (int32_t i = 0; i < count; i++)
        gather->counts[i] += valid == NULL ? 1 : valid[i] & 1;
}

int32_t tw_kernel_gather(const struct tw_gather *gather, int64_t first, int32_t count)
{
    int32_t found = 0;
    memset(gather->counts, 0, (size_t)count * sizeof(*gather->counts));
    for (int32_t scene = 0; scene < gather->num_scenes; scene++)
        gather_scene(gather, scene, (size_t)first, count);
    for (int32_t i = 0; i < count; i++) {
        gather->pixels[found] = i;
        found += gather->counts[i] > 0;
    }
    return found;
}

int32_t tw_kernel_valid_pixels(const uint8_t *valid, int64_t first, int32_t count, int32_t *pixels)
{
    int32_t found = 0;
    for (int32_t i = 0; i < count; i++) {
        pixels[found] = (int32_t)first + i;
        found += valid[first + i] != 0;
    }
    return found;
}
