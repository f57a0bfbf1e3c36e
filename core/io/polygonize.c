/* Polygons of equal pixels. GDAL compares 32-bit numbers (and floats only nearly): pixels are numbered by
 * their distinct values first, so that every type keeps its values exactly.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pixel_space.h"

#include <cpl_error.h>
#include <gdal_alg.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Distinct values and their numbers, from 1; an open hash table. */
struct numbering {
    double *values; /* by number */
    uint32_t *slots;
    size_t count, capacity; /* a power of two; at most half of the slots are taken */
};

static void numbering_free(struct numbering *numbering)
{
    free(numbering->values);
    free(numbering->slots);
}

static size_t slot_of(const struct numbering *numbering, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    bits ^= bits >> 32;
    bits *= 0x9E3779B97F4A7C15u; /* Fibonacci hashing */
    size_t slot = (size_t)(bits >> 20) & (numbering->capacity - 1);
    while (numbering->slots[slot] != 0 && numbering->values[numbering->slots[slot]] != value)
        slot = (slot + 1) & (numbering->capacity - 1);
    return slot;
}

static bool grow(struct numbering *numbering)
{
    size_t capacity = numbering->capacity * 2 + (numbering->capacity == 0 ? 1024 : 0);
    double *values = realloc(numbering->values, (capacity / 2 + 2) * sizeof(*values));
    if (values != NULL)
        numbering->values = values;
    uint32_t *slots = calloc(capacity, sizeof(*slots));
    if (values == NULL || slots == NULL) {
        free(slots);
        return false;
    }
    free(numbering->slots);
    numbering->slots = slots;
    numbering->capacity = capacity;
    for (size_t i = 1; i <= numbering->count; i++)
        numbering->slots[slot_of(numbering, numbering->values[i])] = (uint32_t)i;
    return true;
}

/* 0 when out of memory. */
static uint32_t number_of(struct numbering *numbering, double value)
{
    if (numbering->count >= numbering->capacity / 2 && !grow(numbering))
        return 0;
    size_t slot = slot_of(numbering, value);
    if (numbering->slots[slot] == 0) {
        numbering->slots[slot] = (uint32_t)++numbering->count;
        numbering->values[numbering->count] = value;
    }
    return numbering->slots[slot];
}

/* Numbers every pixel, and says which are to be looked at. False when out of memory. */
static bool number_pixels(const struct tw_array *array, struct numbering *numbering, int32_t *numbers,
                          uint8_t *mask)
{
    double last = NAN;
    uint32_t number = 0;
    size_t count = tw_array_num_pixels(array);
    for (size_t i = 0; i < count; i++) {
        double value = tw_array_get(array, i);
        mask[i] = (array->valid == NULL || array->valid[i] != 0) && !isnan(value) ? 1 : 0;
        numbers[i] = 0;
        if (mask[i] == 0)
            continue;
        if (value != last && (number = number_of(numbering, value)) == 0)
            return false;
        last = value;
        numbers[i] = (int32_t)number;
    }
    return true;
}

static enum tw_status outline(const struct tw_conversion *conversion, int32_t *numbers, uint8_t *mask,
                              bool eight_connected, OGRLayerH layer, struct tw_error *err)
{
    static const char *const eight[] = {"8CONNECTED=8", NULL};
    enum tw_status status = TW_OK;
    GDALDatasetH pixels = tw_pixel_dataset(numbers, conversion->window, GDT_Int32);
    GDALDatasetH validity = tw_pixel_dataset(mask, conversion->window, GDT_Byte);
    if (pixels != NULL && validity != NULL) {
        CPLErrorReset();
        CPLErr result =
            GDALPolygonize(GDALGetRasterBand(pixels, 1), GDALGetRasterBand(validity, 1), layer, 0,
                           eight_connected ? (char **)eight : NULL, tw_pixel_progress, (void *)conversion);
        status = tw_pixel_result(conversion, result != CE_None, "polygonize", err);
    } else {
        status = tw_error_nomem(err);
    }
    if (pixels != NULL)
        GDALClose(pixels);
    if (validity != NULL)
        GDALClose(validity);
    return status;
}

static enum tw_status polygonize(const struct tw_conversion *conversion, const struct tw_array *array,
                                 bool eight_connected, struct numbering *numbering,
                                 struct tw_features *features, struct tw_error *err)
{
    size_t count = tw_array_num_pixels(array);
    int32_t *numbers = tw_arena_calloc(conversion->arena, count, sizeof(*numbers));
    uint8_t *mask = tw_arena_alloc(conversion->arena, count);
    if (numbers == NULL || mask == NULL)
        return tw_pixel_budget_error(err);
    GDALDatasetH dataset = NULL;
    OGRLayerH layer = tw_pixel_layer(&dataset, OFTInteger);
    if (layer == NULL || !number_pixels(array, numbering, numbers, mask)) {
        if (dataset != NULL)
            GDALClose(dataset);
        return tw_error_nomem(err);
    }
    enum tw_status status = outline(conversion, numbers, mask, eight_connected, layer, err);
    const struct tw_pixel_features source = {conversion, layer, eight_connected, numbering->values};
    if (status == TW_OK)
        status = tw_pixel_features_take(&source, features, err);
    GDALClose(dataset);
    return status;
}

enum tw_status tw_polygonize(const struct tw_conversion *conversion, const struct tw_array *array,
                             bool eight_connected, struct tw_features *features, struct tw_error *err)
{
    struct numbering numbering = {0};
    enum tw_status status = polygonize(conversion, array, eight_connected, &numbering, features, err);
    numbering_free(&numbering);
    return status;
}
