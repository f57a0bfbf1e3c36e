/* SPDX-License-Identifier: MIT */
#include "layers.h"

#include "block.h"
#include "clones.h"
#include "host.h"

#include <string.h>

size_t tw_layers_block(size_t bytes)
{
    enum { CACHE_BYTES = 32 * 1024 };
    size_t count = CACHE_BYTES / (bytes > 0 ? bytes : 1) / 64 * 64;
    return count < 64 ? 64 : count > TW_LAYERS_BLOCK ? TW_LAYERS_BLOCK : count;
}

int32_t tw_layers_check(struct tw_host *host, int64_t num_layers)
{
    if (num_layers > UINT16_MAX)
        return (int32_t)tw_error_set(&host->err, TW_ESCRIPT, "more than %d rasters cannot be reduced to one",
                                     UINT16_MAX);
    return tw_host_is_cancelled(host);
}

enum tw_dtype tw_layers_dtype(const struct tw_layers *layers, int32_t band)
{
    enum tw_dtype dtype = (enum tw_dtype)tw_layers_at(layers, 0, band)->dtype;
    for (int32_t i = 1; i < layers->num_layers; i++)
        dtype = tw_dtype_common(dtype, (enum tw_dtype)tw_layers_at(layers, i, band)->dtype);
    return dtype;
}

bool tw_layers_share(const struct tw_layers *layers, int32_t band, int32_t other)
{
    for (int32_t i = 0; i < layers->num_layers; i++)
        if (tw_layers_at(layers, i, band)->valid != tw_layers_at(layers, i, other)->valid)
            return false;
    return true;
}

TW_CLONES static void narrow(uint8_t *restrict room, const uint8_t *restrict more, size_t count)
{
    for (size_t i = 0; i < count; i++)
        room[i] &= more[i];
}

TW_CLONES static void mask_to_valid(uint8_t *restrict room, const uint8_t *restrict mask, size_t count)
{
    for (size_t i = 0; i < count; i++)
        room[i] = mask[i] != 0 ? TW_VALID : 0;
}

/* valid (NULL: everywhere) and more (the same), in room where that is neither of them. */
static const uint8_t *both(const uint8_t *valid, const uint8_t *more, size_t count, uint8_t *room)
{
    if (more == NULL || more == valid)
        return valid;
    if (valid == NULL)
        return more;
    if (valid != room)
        memcpy(room, valid, count);
    narrow(room, more, count);
    return room;
}

static const uint8_t *from(const struct tw_array *array, size_t first)
{
    return array->valid != NULL ? array->valid + first : NULL;
}

/* What a mask leaves of valid. */
static const uint8_t *masked(const struct tw_array *mask, const uint8_t *valid, size_t first, size_t count,
                             uint8_t *room)
{
    const uint8_t *mask_valid = from(mask, first);
    if (tw_dtype_size((enum tw_dtype)mask->dtype) == 1) {
        mask_to_valid(room, tw_block_at(mask, first), count);
    } else {
        double values[TW_LAYERS_BLOCK];
        const double *in = tw_layers_values(mask, first, count, values);
        for (size_t i = 0; i < count; i++)
            room[i] = in[i] != 0 ? TW_VALID : 0;
    }
    if (valid != NULL)
        narrow(room, valid, count);
    if (mask_valid != NULL && mask_valid != valid)
        narrow(room, mask_valid, count);
    return room;
}

const uint8_t *tw_layers_valid(const struct tw_layers *layers, int32_t layer, int32_t band, size_t first,
                               size_t count, uint8_t *room)
{
    const uint8_t *valid = from(tw_layers_at(layers, layer, band), first);
    const struct tw_array *mask = layers->masks != NULL ? layers->masks[layer] : NULL;
    return mask != NULL ? masked(mask, valid, first, count, room) : valid;
}

const uint8_t *tw_layers_valid_in_all(const struct tw_layers *layers, int32_t layer, size_t first,
                                      size_t count, uint8_t *room)
{
    const uint8_t *valid = tw_layers_valid(layers, layer, 0, first, count, room);
    const uint8_t *seen = from(tw_layers_at(layers, layer, 0), first);
    for (int32_t band = 1; band < layers->num_bands; band++) {
        const uint8_t *more = from(tw_layers_at(layers, layer, band), first);
        valid = more == seen ? valid : both(valid, more, count, room);
    }
    return valid;
}

static void prefetch(const void *start, size_t size)
{
    enum { LINE_BYTES = 64, SECOND_LEVEL = 2 };
    const unsigned char *bytes = start;
    for (size_t i = 0; i < size; i += LINE_BYTES)
        __builtin_prefetch(bytes + i, 0, SECOND_LEVEL);
}

static void prefetch_array(const struct tw_array *array, size_t first, size_t count)
{
    size_t total = tw_array_num_pixels(array);
    if (first >= total)
        return;
    count = total - first < count ? total - first : count;
    prefetch(tw_block_at(array, first), count * tw_dtype_size((enum tw_dtype)array->dtype));
    if (array->valid != NULL)
        prefetch(array->valid + first, count);
}

void tw_layers_prefetch(const struct tw_layers *layers, int32_t layer, int32_t band, size_t first,
                        size_t count)
{
    const struct tw_array *mask = layers->masks != NULL ? layers->masks[layer] : NULL;
    prefetch_array(tw_layers_at(layers, layer, band), first, count);
    if (mask != NULL)
        prefetch_array(mask, first, count);
}

const double *tw_layers_values(const struct tw_array *array, size_t first, size_t count, double *room)
{
    const void *pixels = tw_block_at(array, first);
    if (array->dtype == TW_FLOAT64)
        return pixels;
    tw_pixels_convert(pixels, (enum tw_dtype)array->dtype, room, TW_FLOAT64, count);
    return room;
}

int32_t tw_layers_make(struct tw_host *host, const struct tw_layers *layers, struct tw_array *out,
                       int32_t num_bands, bool is_shared)
{
    for (int32_t band = 0; band < num_bands; band++) {
        out[band].width_px = layers->arrays[0]->width_px;
        out[band].height_px = layers->arrays[0]->height_px;
        bool own = band == 0 || !is_shared;
        if (tw_host_make(host, &out[band], own) != TW_OK)
            return (int32_t)host->err.status;
        if (!own)
            out[band].valid = out[0].valid;
    }
    return TW_OK;
}
